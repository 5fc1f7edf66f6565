//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// The promise is forgotten on restart: it is not in stable storage (Paxos Made Simple, §2.5).
    ForgetPromise,
    /// An acceptor accepts a proposal of a ballot below the one that it has promised (against P1a).
    AcceptLowerBallot,
    /// A new leader proposes its own values instead of those that were reported to it (against P2c).
    IgnoreAccepted,
    /// What an acceptor has accepted is forgotten on restart: it answers without writing (against Paxos Made Simple,
    /// §2.5).
    ForgetAccepted,
    /// A quorum is one node too small.
    SmallQuorum,
    /// A replica takes for chosen whatever it has accepted up to the chosen index, of whatever ballot.
    LearnAnyBallot,
    /// A replica applies what is chosen although an earlier slot is still open, and a new leader leaves holes for the
    /// commands to come.
    SkipGap,
    /// A new leader proposes what it adopts under the next serial number, as if the client had asked again.
    RenumberAdopted,
    /// A leader answers reads by itself whether its lease runs or not.
    IgnoreLeaseExpiry,
    /// A replica applies what it has accepted, without waiting until that is chosen.
    ApplyAccepted,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
