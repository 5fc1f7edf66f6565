//! What can be explored: states, the steps between them, and what is claimed of them.

/// What is claimed of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It holds in every reachable state.
    Always,
    /// It holds in some reachable state.
    Reachable,
}

impl Kind {
    /// Its name in machine-readable output.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Reachable => "reachable",
        }
    }
}

/// A property of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its id.
    pub id: &'static str,
    /// What is claimed of it.
    pub kind: Kind,
}

/// A finite space of states.
///
/// It is a value: asked twice, it gives the same states in the same order. A counterexample is found again that way,
/// since no state is kept.
pub trait Space {
    /// One state. Small ones that own no memory make a search fast: it allocates nothing per state of its own.
    type State;
    /// What led from one state to the next.
    type Label;

    /// What is claimed.
    fn properties(&self) -> &[Property];

    /// Visits every initial state.
    fn initial(&self, visit: &mut impl FnMut(Self::State));

    /// Visits every step that is possible in a state, with the state after it. Steps that change nothing and several
    /// steps to the same state count as they are visited, so that a specification's counts are TLC's.
    fn successors(&self, state: &Self::State, visit: &mut impl FnMut(Self::Label, Self::State));

    /// A good hash of the state, such as [`fingerprint`](super::fingerprint()) gives: every bit depends on all of the
    /// state. A space that is reduced by symmetry gives all states that differ by a permutation the same one. Then
    /// the same steps, up to the permutation, must be possible in them, and the same properties hold.
    fn fingerprint(&self, state: &Self::State) -> u64;

    /// Whether a state has a property, by its number among [`properties`](Self::properties).
    fn holds(&self, state: &Self::State, property: usize) -> bool;

    /// Whether a state lies within the bounds of the search. One outside counts and is judged, but what follows it is
    /// not explored.
    fn within(&self, state: &Self::State) -> bool {
        let _ = state;
        true
    }

    /// A state as a line of text.
    fn text(&self, state: &Self::State) -> String;

    /// A step as a line of text.
    fn describe(&self, label: &Self::Label) -> String;
}
