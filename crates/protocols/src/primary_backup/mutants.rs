//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// The primary acknowledges a write before any backup has stored it.
    AcknowledgeEarly,
    /// A candidate takes office with nobody's promise but its own.
    SkipFenceQuorum,
    /// A candidate keeps its own log although a fenced node has a more advanced one.
    IgnoreLongerLog,
    /// A backup takes entries from a primary whose epoch is over.
    AcceptOldEpoch,
    /// A candidate's epoch does not carry its own name.
    ReuseEpoch,
    /// A backup appends entries without looking at the entry before them.
    NoConsistencyCheck,
    /// The primary answers reads after its lease has ended.
    IgnoreLease,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
