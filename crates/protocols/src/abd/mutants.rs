//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// A read returns without having written back what it returns.
    SkipWriteBack,
    /// A quorum is one replica too small.
    SmallQuorum,
    /// A writer does not remember the numbers that it has used: a single writer not after a restart, one of several not
    /// while another of its writes is under way.
    ForgetNumber,
    /// A replica stores whatever arrives, even if its own copy has a greater tag.
    AcceptOlder,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
