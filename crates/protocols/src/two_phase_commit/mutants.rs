//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// A participant votes yes before that is on disk.
    NoPreparedRecord,
    /// The coordinator tells its decision before that is on disk.
    ForgetDecision,
    /// A participant that has voted yes and hears nothing aborts by itself.
    AbortInDoubt,
    /// A participant releases its locks when it votes.
    UnlockAtVote,
    /// The coordinator takes a vote that does not come for a yes.
    SilenceIsYes,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
