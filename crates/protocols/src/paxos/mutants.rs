//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// An acceptor does not write its promises to disk, and so forgets them when it restarts.
    ForgetPromise,
    /// A proposer proposes its own value, whatever the promises report.
    IgnoreAccepted,
    /// An acceptor promises and accepts ballots below the one that it has promised.
    PromiseBelow,
    /// The quorums of both phases are one acceptor short of a majority.
    NonIntersectingQuorums,
    /// A learner counts acceptors that have accepted different ballots together.
    CountAcrossBallots,
    /// Proposers leave their own number out of their ballots, so that two of them use the same.
    SharedBallots,
    /// A proposer that is free to choose proposes 0, which nobody asked for.
    InventValue,
    /// A learner takes for chosen whatever was accepted last, by whomever.
    FollowTheLast,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
