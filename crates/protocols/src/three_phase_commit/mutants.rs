//! Rules that can be switched off, each with the property that must then fail, although only sites fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// The coordinator commits as soon as all have voted yes, without PRE-COMMITs.
    SkipPreCommit,
    /// A participant that is uncertain when its patience ends commits by itself.
    CommitWhenUncertain,
    /// A new coordinator that finds somebody committable aborts.
    AbortWhenCommittable,
    /// The manager logs neither that it pre-commits nor what it decides.
    ForgetDecision,
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
