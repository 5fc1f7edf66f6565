//! Leader election on a ring in one direction.
//!
//! Chang and Roberts, "An Improved Algorithm for Decentralized Extrema-Finding in Circular Configurations of Processes"
//! (CACM 22(5), 1979), as its public specification has it: `ChangRoberts` in tlaplus/Examples,
//! `specifications/chang_roberts`. The smallest identity wins, identities are 1 to N along the ring as in
//! `MCChangRoberts`, and every set of initiators is an initial state. The published counts for three nodes are 137
//! distinct states, 227 generated, depth 10. The nodes are not alike, so that there is no symmetry.

use super::super::{Explored, Kind, Progress, Property, Space, explore, fingerprint};
use super::{ModelInfo, Parameter, Settings, Values, function, set};

/// There are at most so many nodes.
pub const NODES_MAX: u32 = 8;

/// The model in the registry.
pub static INFO: ModelInfo = ModelInfo {
    id: "chang-roberts",
    title: "Leader election on a ring, by Chang and Roberts",
    parameters: &[
        Parameter { name: "nodes", values: Values::Number { min: 1, max: NODES_MAX, default: 3 } },
        Parameter { name: "mutant", values: Values::Choice(&["none", "forward-larger"]) },
    ],
    run,
};

/// The mutants, in the order of the parameter's words.
const MUTANTS: [Option<Mutant>; 2] = [None, Some(Mutant::ForwardLarger)];

const PROPERTIES: [Property; 2] =
    [Property { id: "correctness", kind: Kind::Always }, Property { id: "won", kind: Kind::Reachable }];
const CORRECTNESS: usize = 0;

/// A node's inbox has eight bits, one for each identity; the first node's are the lowest.
const INBOX: u32 = 8;
/// In the other word: who has begun (`pc` is `n1`), who initiates, and two bits for each node's state.
const INITIATOR: u32 = 8;
const STATES: u32 = 16;
const CANDIDATE: u32 = 0;
const LOST: u32 = 1;
const WON: u32 = 2;
const STATE: u32 = 3;

/// `ChangRoberts` for some nodes.
#[derive(Clone, Copy, Debug)]
pub struct ChangRoberts {
    nodes: u32,
    mutant: Option<Mutant>,
}

/// A rule that is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A candidate forwards also what is larger than its own identity. Breaks `correctness`.
    ForwardLarger,
}

/// `msgs`; `pc`, `initiator` and `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    inboxes: u64,
    nodes: u32,
}

/// An action of the node with that number, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// `n0`: it begins, and sends its identity if it is an initiator.
    Begin(u32),
    /// `n1`: it handles a message, which is an identity, counted from 0 as well.
    Handle(u32, u32),
}

impl State {
    fn own(self, node: u32) -> u32 {
        (self.nodes >> (STATES + 2 * node)) & STATE
    }

    fn is_initiator(self, node: u32) -> bool {
        (self.nodes >> (INITIATOR + node)) & 1 == 1
    }

    fn has_begun(self, node: u32) -> bool {
        (self.nodes >> node) & 1 == 1
    }

    fn holds(self, node: u32, identity: u32) -> bool {
        (self.inboxes >> (INBOX * node + identity)) & 1 == 1
    }

    fn sent(self, node: u32, identity: u32) -> Self {
        Self { inboxes: self.inboxes | (1 << (INBOX * node + identity)), ..self }
    }

    fn taken(self, node: u32, identity: u32) -> Self {
        Self { inboxes: self.inboxes & !(1 << (INBOX * node + identity)), ..self }
    }

    fn turned(self, node: u32, own: u32) -> Self {
        let at = STATES + 2 * node;
        Self { nodes: (self.nodes & !(STATE << at)) | (own << at), ..self }
    }
}

impl ChangRoberts {
    /// The model for 1 to [`NODES_MAX`] nodes.
    pub fn new(nodes: u32) -> Self {
        assert!((1..=NODES_MAX).contains(&nodes), "an inbox has eight bits");
        Self { nodes, mutant: None }
    }

    /// With a rule switched off.
    #[must_use]
    pub fn mutated(self, mutant: Mutant) -> Self {
        Self { mutant: Some(mutant), ..self }
    }

    fn next(self, node: u32) -> u32 {
        if node + 1 == self.nodes { 0 } else { node + 1 }
    }

    /// What becomes of a state when a node handles an identity from its inbox.
    fn handled(self, state: State, node: u32, identity: u32) -> State {
        let taken = state.taken(node, identity);
        let next = self.next(node);
        if state.own(node) == LOST {
            taken.sent(next, identity)
        } else if identity < node {
            taken.turned(node, LOST).sent(next, identity)
        } else if identity == node {
            taken.turned(node, WON)
        } else if self.mutant == Some(Mutant::ForwardLarger) {
            taken.sent(next, identity)
        } else {
            taken
        }
    }

    /// Whoever has won is the initiator with the smallest identity, and all others have lost.
    fn is_correct(self, state: State) -> bool {
        let agrees = |winner: u32, node: u32| {
            node == winner || (state.own(node) == LOST && (!state.is_initiator(node) || node > winner))
        };
        (0..self.nodes)
            .filter(|node| state.own(*node) == WON)
            .all(|winner| state.is_initiator(winner) && (0..self.nodes).all(|node| agrees(winner, node)))
    }
}

impl Space for ChangRoberts {
    type State = State;
    type Label = Label;

    fn properties(&self) -> &[Property] {
        &PROPERTIES
    }

    fn initial(&self, visit: &mut impl FnMut(State)) {
        for initiators in 0..1_u32 << self.nodes {
            let state = State { inboxes: 0, nodes: initiators << INITIATOR };
            let own = |node: u32| if state.is_initiator(node) { CANDIDATE } else { LOST };
            visit((0..self.nodes).fold(state, |state, node| state.turned(node, own(node))));
        }
    }

    fn successors(&self, state: &State, visit: &mut impl FnMut(Label, State)) {
        for node in 0..self.nodes {
            if !state.has_begun(node) {
                let begun = State { nodes: state.nodes | (1 << node), ..*state };
                let begun = if state.is_initiator(node) { begun.sent(self.next(node), node) } else { begun };
                visit(Label::Begin(node), begun);
                continue;
            }
            for identity in (0..self.nodes).filter(|identity| state.holds(node, *identity)) {
                visit(Label::Handle(node, identity), self.handled(*state, node, identity));
            }
        }
    }

    fn fingerprint(&self, state: &State) -> u64 {
        fingerprint(&[state.inboxes, u64::from(state.nodes)])
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        match property {
            CORRECTNESS => self.is_correct(*state),
            _ => (0..self.nodes).any(|node| state.own(node) == WON),
        }
    }

    fn text(&self, state: &State) -> String {
        let inbox = |node: u32| {
            let held = (0..self.nodes).filter(|identity| state.holds(node, *identity));
            set(&held.map(number).collect::<Vec<_>>())
        };
        let own = |node: u32| match state.own(node) {
            CANDIDATE => "cand",
            LOST => "lost",
            _ => "won",
        };
        let pc = |node: u32| if state.has_begun(node) { "n1" } else { "n0" };
        let initiators: Vec<String> = (0..self.nodes).filter(|node| state.is_initiator(*node)).map(number).collect();
        let each = |value: &dyn Fn(u32) -> String| function((0..self.nodes).map(|node| (number(node), value(node))));
        format!(
            "msgs = {}, pc = {}, initiators = {}, state = {}",
            each(&inbox),
            each(&|node| pc(node).to_owned()),
            set(&initiators),
            each(&|node| own(node).to_owned())
        )
    }

    fn describe(&self, label: &Label) -> String {
        match label {
            Label::Begin(node) => format!("n0({})", number(*node)),
            Label::Handle(node, identity) => format!("n1({}), id = {}", number(*node), number(*identity)),
        }
    }
}

/// Nodes and identities are counted from 1 in the specification.
fn number(index: u32) -> String {
    (index + 1).to_string()
}

fn run(settings: &Settings, max_states: u32, go_on: &mut dyn FnMut(Progress) -> bool) -> Explored {
    let mutant = MUTANTS[settings.number("mutant") as usize];
    explore(&ChangRoberts { mutant, ..ChangRoberts::new(settings.number("nodes")) }, max_states, go_on)
}
