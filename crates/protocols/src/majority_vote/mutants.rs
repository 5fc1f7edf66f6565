//! Rules that can be switched off, each with the property that must then fail.

/// A rule of the protocol, by what goes wrong without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// A process that hears of another value than the one that it has voted for votes for that one as well; but only
    /// once, or two such processes would never come to rest.
    VoteTwice,
    /// A process decides as soon as a majority has voted, on whatever has most of these votes.
    DecideOnPlurality,
    /// A process decides as soon as a majority has voted; where the votes differ, on their sum.
    AddUp,
    /// A process decides on its own vote, and again on what a majority has voted for.
    DecideEarly,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}
