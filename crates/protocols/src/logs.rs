//! Logs as they are drawn: the last cells on a node's card, and the matrix that sets the logs of all nodes side by side.

use crate::spec::{Spec, names_of};
use crate::why::nodes;
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Cell, LogKind, Matrix, MatrixRow, Strip, Text};

/// Cells that a card shows; older ones are counted.
const STRIP: u32 = 8;

/// Columns that the matrix shows.
const COLUMNS: u32 = 14;

/// A log, by how it is drawn. Entries are numbered from 1.
#[derive(Clone, Copy, Debug)]
pub struct DrawnLog<F> {
    /// The index of the last entry; 0 when the log is empty.
    pub last: u32,
    /// Draws the entry at an index.
    pub cell: F,
}

impl<F: Fn(u32) -> Cell> DrawnLog<F> {
    /// The last cells, for a card.
    pub fn strip(&self) -> Strip {
        let first = first_of_last(STRIP, self.last);
        Strip { hidden: first - 1, cells: self.cells_from(first) }
    }

    fn cells_from(&self, first: u32) -> Vec<Cell> {
        (first..=self.last).map(&self.cell).collect()
    }
}

/// The last columns of all logs, which are of these lengths. There are two extra columns; `row` gives what they hold of a
/// node, and its log.
pub fn matrix<P: Spec, F: Fn(u32) -> Cell>(
    world: &World<P>,
    lengths: impl Iterator<Item = u32>,
    extra: [&'static str; 2],
    row: impl Fn(ProcessId) -> (Option<DrawnLog<F>>, [String; 2]),
) -> Matrix {
    let longest = lengths.max().unwrap_or(0);
    let first = first_of_last(COLUMNS, longest);
    let row = |id: ProcessId| {
        let (log, extra) = row(id);
        let cells = log.map(|log| log.cells_from(first)).unwrap_or_default();
        MatrixRow { id, name: names_of(world).name(id), cells, extra: extra.into() }
    };
    Matrix {
        kind: LogKind::Entries,
        first,
        columns: longest.saturating_sub(first) + u32::from(longest > 0),
        extra: extra.map(Text::key).into(),
        rows: nodes(world).map(row).collect(),
    }
}

/// The index of the first of the last `count` entries, of which there are `last`.
fn first_of_last(count: u32, last: u32) -> u32 {
    last.saturating_sub(count) + 1
}
