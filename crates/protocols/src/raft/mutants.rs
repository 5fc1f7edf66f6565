//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// "Each server will vote for at most one candidate in a given term" (§5.2) is off.
    VoteTwice,
    /// The vote is forgotten on restart: `votedFor` is not persistent (Figure 2).
    ForgetVote,
    /// The up-to-date check of votes is off (§5.4.1).
    SkipLogCheck,
    /// Entries of earlier terms are committed by counting replicas (against §5.4.2).
    CountOldTerms,
    /// A quorum is one server too small.
    SmallQuorum,
    /// A follower truncates its log on every `AppendEntries`, conflict or not (against step 3 of Figure 2).
    TruncateAlways,
    /// A follower acknowledges entries before they are on stable storage.
    AcknowledgeBeforePersisting,
    /// The consistency check of `AppendEntries` is off (step 2 of Figure 2).
    SkipConsistencyCheck,
    /// A new leader drops the uncommitted entries of its log (against Leader Append-Only, §5.3).
    LeaderDropsUncommitted,
    /// A follower applies entries on receipt, without waiting for them to be committed.
    ApplyUncommitted,
    /// A new leader appends once more what its predecessors left uncommitted, each under the client's next number.
    RenumberAdopted,
    /// A server takes its whole log for committed when it restarts: `commitIndex` starts at the end, and not at 0
    /// (against Figure 2). What a leader then overwrites, it applies anew.
    TrustLogOnRestart,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
