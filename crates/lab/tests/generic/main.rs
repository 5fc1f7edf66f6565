//! What must hold of every protocol of the registry, whatever it is; and the published figures, each by its sweep.

mod elections;
mod replays;
mod storms;
mod visit;
