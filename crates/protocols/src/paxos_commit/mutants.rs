//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// An RM proposes prepared before that is on disk.
    NoPreparedRecord,
    /// A leader that is free to choose takes silence for prepared.
    SilenceIsYes,
    /// An RM releases its locks when it is prepared.
    UnlockAtVote,
    /// An acceptor tells what it has accepted before that is on disk.
    ForgetAccepted,
    /// An acceptor does not write down what it promises.
    ForgetPromise,
    /// A leader proposes aborted, whatever the promises report.
    IgnoreAccepted,
    /// A leader takes F acceptors for a majority.
    DecideOnMinority,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
