//! What a run cost, and what its clients had of it: figures that can stand beside those of another run.

use crate::api::Session;
use crate::compare::{Operations, unavailable};
use crate::history::{Stage, Turn};
use consistory_kernel::{ProcessId, Time};
use consistory_scene::{CheckState, Text};
use std::collections::BTreeMap;

/// The figures of a run up to its cursor, as far as they are cheap: verdicts are asked for apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Messages between nodes.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Forced writes to stable storage.
    pub forced_writes: u64,
    /// The clients' operations.
    pub operations: Operations,
    /// Message delays between nodes on the way from a request to its answer, over the operations that took effect: the
    /// median, and the most. None where there was no such operation.
    pub delays: Option<(u64, u64)>,
    /// How long such an operation took, from its invocation to its end: the median, in microseconds.
    pub latency: Option<Time>,
    /// How long some operation had been waiting beyond a client's patience, in microseconds; none without operations.
    pub unavailable: Option<Time>,
    /// The names of the properties that were violated although the protocol promises them.
    pub violated: Vec<Text>,
    /// The names of those that it does not keep by design, and that were violated.
    pub given_up: Vec<Text>,
}

impl Figures {
    /// The figures of a run. Not a method of [`Session`]: a page that shows none need not have the code.
    pub fn of(session: &dyn Session) -> Self {
        let (turns, counters) = (session.turns(), session.counters());
        let Served { mut delays, mut latencies } = Served::of(&turns);
        let (mut violated, mut given_up) = (Vec::new(), Vec::new());
        for check in session.checks() {
            match (&check.state, check.beyond) {
                (CheckState::Violated { .. }, None) => violated.push(check.name),
                (CheckState::Violated { .. }, Some(_)) => given_up.push(check.name),
                (CheckState::Holds | CheckState::Reached | CheckState::NotYet, _) => {}
            }
        }
        let most = delays.iter().copied().max();
        Self {
            messages: counters.messages,
            bytes: counters.bytes,
            forced_writes: counters.forced_writes,
            operations: Operations::of(&turns),
            delays: median(&mut delays).zip(most),
            latency: median(&mut latencies),
            unavailable: unavailable(&turns, session.now()),
            violated,
            given_up,
        }
    }
}

/// The operations that took effect: message delays, and how long each took.
#[derive(Default)]
struct Served {
    delays: Vec<u64>,
    latencies: Vec<Time>,
}

impl Served {
    fn of(turns: &[Turn]) -> Self {
        let mut served = Self::default();
        // A client does one thing at a time.
        let mut since: BTreeMap<ProcessId, Time> = BTreeMap::new();
        for turn in turns {
            match (&turn.stage, since.remove(&turn.client)) {
                (Stage::Invoked, _) => {
                    since.insert(turn.client, turn.time);
                }
                (Stage::Ok(_), Some(invoked_at)) => {
                    served.delays.push(u64::from(turn.delays));
                    served.latencies.push(turn.time - invoked_at);
                }
                (Stage::Ok(_) | Stage::Failed | Stage::Unknown, _) => {}
            }
        }
        served
    }
}

/// The value in the middle; of an even number, the lower of the two.
fn median(values: &mut [u64]) -> Option<u64> {
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// In which direction a figure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The less of it, the better.
    Less,
    /// The more of it, the better.
    More,
    /// It is what was spent on operations: the less, the better, if any took effect.
    Cheaper,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time, in microseconds.
    Time,
}

/// A row of a table of figures.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name on the command line, with its unit.
    pub id: &'static str,
    /// What is counted.
    pub unit: Unit,
    /// Which figure is the best.
    pub better: Better,
    /// The figure; none where the run does not define it.
    pub value: fn(&Figures) -> Option<u64>,
}

impl Row {
    const fn new(id: &'static str, unit: Unit, better: Better, value: fn(&Figures) -> Option<u64>) -> Self {
        Self { id, unit, better, value }
    }
}

/// The rows, in the order of the table.
pub const ROWS: [Row; 11] = [
    Row::new("operations_ok", Unit::Count, Better::More, |figures| Some(figures.operations.ok)),
    Row::new("operations_failed", Unit::Count, Better::Less, |figures| Some(figures.operations.failed)),
    Row::new("operations_unknown", Unit::Count, Better::Less, |figures| Some(figures.operations.unknown)),
    Row::new("operations_pending", Unit::Count, Better::Less, |figures| Some(figures.operations.pending)),
    Row::new("unavailable_ms", Unit::Time, Better::Less, |figures| figures.unavailable),
    Row::new("latency_median_ms", Unit::Time, Better::Cheaper, |figures| figures.latency),
    Row::new("delays_median", Unit::Count, Better::Cheaper, |figures| figures.delays.map(|(median, _)| median)),
    Row::new("delays_most", Unit::Count, Better::Cheaper, |figures| figures.delays.map(|(_, most)| most)),
    Row::new("messages", Unit::Count, Better::Cheaper, |figures| Some(figures.messages)),
    Row::new("bytes", Unit::Count, Better::Cheaper, |figures| Some(figures.bytes)),
    Row::new("forced_writes", Unit::Count, Better::Cheaper, |figures| Some(figures.forced_writes)),
];

/// Which runs have the best figure of a row; none of them where all have the same. What costs little because nothing was
/// done is not cheap: of what is spent, only runs are compared in which some operation took effect.
pub fn best(row: &Row, runs: &[Figures]) -> Vec<bool> {
    let counts = |run: &&Figures| row.better != Better::Cheaper || run.operations.ok > 0;
    let values: Vec<Option<u64>> = runs.iter().map(|run| Some(run).filter(counts).and_then(row.value)).collect();
    let known = || values.iter().flatten().copied();
    let best = match row.better {
        Better::Less | Better::Cheaper => known().min(),
        Better::More => known().max(),
    };
    let is_told_apart = known().any(|value| Some(value) != best);
    values.iter().map(|value| is_told_apart && value.is_some() && *value == best).collect()
}

#[cfg(test)]
mod tests {
    use super::{Better, Figures, Operations, ROWS, Row, Unit, best, median};

    #[test]
    fn a_median_is_one_of_the_values() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [7]), Some(7));
        assert_eq!(median(&mut [4, 1]), Some(1));
        assert_eq!(median(&mut [9, 1, 4]), Some(4));
    }

    #[test]
    fn the_best_is_marked_where_runs_differ() {
        let messages = |list: &[u64]| -> Vec<Figures> {
            list.iter().map(|messages| Figures { messages: *messages, ..Figures::default() }).collect()
        };
        let row = |better| Row::new("messages", Unit::Count, better, |figures| Some(figures.messages));
        assert_eq!(best(&row(Better::Less), &messages(&[5, 3, 3])), [false, true, true]);
        assert_eq!(best(&row(Better::More), &messages(&[5, 3, 3])), [true, false, false]);
        assert_eq!(best(&row(Better::Less), &messages(&[3, 3])), [false, false]);
        // No operation has no latency; that is not the best one.
        let some = |latency| {
            let operations = Operations { ok: 1, ..Operations::default() };
            Figures { latency: Some(latency), operations, messages: latency, ..Figures::default() }
        };
        let row = |id: &str| ROWS.iter().find(|row| row.id == id).expect("a row");
        let none = Figures::default();
        assert_eq!(best(row("latency_median_ms"), &[some(9), some(7), none.clone()]), [false, true, false]);
        // Nor is it cheap to have done nothing, and nobody is the best of one.
        assert_eq!(best(row("messages"), &[some(9), some(7), none.clone()]), [false, true, false]);
        assert_eq!(best(row("messages"), &[some(9), none.clone(), none.clone()]), [false, false, false]);
        assert_eq!(best(row("operations_ok"), &[some(9), none.clone(), none]), [true, false, false]);
    }
}
