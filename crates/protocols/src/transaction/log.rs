//! A log whose records are forced to disk, or wait in memory for the next one that is; and the disk.

use super::Directive;
use consistory_kernel::Chunks;

/// The log of a node that runs: what is on its disk, and the not-forced records after it. A crash loses these.
///
/// A forced write takes everything to disk that waits (one write of the kernel's, and so one forced write), so that the
/// records on disk are always the first ones.
#[derive(Clone, Debug, Hash)]
pub struct Log<R> {
    stable: Chunks<R>,
    buffer: Vec<R>,
}

impl<R: Clone> Log<R> {
    /// The log as a disk has it.
    pub fn recover(stable: &Chunks<R>) -> Self {
        Self { stable: stable.clone(), buffer: Vec::new() }
    }

    /// Writes a record that need not be on disk before anything else happens.
    pub fn write(&mut self, record: R) {
        self.buffer.push(record);
    }

    /// Writes a record that must be on disk before this step sends anything. Returns what the step has to persist, in
    /// one write.
    #[must_use]
    pub fn force(&mut self, record: R) -> Vec<R> {
        self.buffer.push(record);
        self.flush()
    }

    /// Takes to disk what waits. Returns what the step has to persist, in one write.
    #[must_use]
    pub fn flush(&mut self) -> Vec<R> {
        let records = core::mem::take(&mut self.buffer);
        for record in &records {
            self.stable.push(record.clone());
        }
        records
    }

    /// Whether records wait.
    pub fn has_buffered(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.stable.len() + self.buffer.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every record in order, and whether it is on disk.
    pub fn iter(&self) -> impl Iterator<Item = (&R, bool)> {
        self.iter_from(0)
    }

    /// The records from `start` on, counted from 0, and whether they are on disk.
    pub fn iter_from(&self, start: usize) -> impl Iterator<Item = (&R, bool)> {
        let stable = self.stable.iter_from(start.min(self.stable.len())).map(|record| (record, true));
        let waiting = start.saturating_sub(self.stable.len());
        stable.chain(self.buffer.iter().skip(waiting).map(|record| (record, false)))
    }
}

/// What survives a crash: the log, which is never shortened, and how often the node has booted.
#[derive(Clone, Debug, Hash)]
pub struct Durable<R> {
    /// How often.
    pub life: u32,
    /// The log.
    pub log: Chunks<R>,
    /// Whether its first vote is no, by somebody's order.
    pub is_unwilling: bool,
}

/// A forced write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Write<R> {
    /// Another life begins.
    Boot,
    /// These records follow those in the log, in one write.
    Force(Vec<R>),
}

impl<R> Default for Durable<R> {
    fn default() -> Self {
        Self { life: 0, log: Chunks::default(), is_unwilling: false }
    }
}

impl<R: Clone> Durable<R> {
    /// Performs a write.
    pub fn write(&mut self, write: &Write<R>) {
        match write {
            Write::Boot => self.life += 1,
            Write::Force(records) => {
                for record in records {
                    self.log.push(record.clone());
                }
            }
        }
    }

    /// Obeys a directive, before the node's first boot.
    pub fn prepare(&mut self, directive: Directive) {
        match directive {
            Directive::VoteNo => self.is_unwilling = true,
        }
    }
}
