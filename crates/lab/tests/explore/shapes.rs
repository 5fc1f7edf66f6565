//! Spaces of any shape: several initial states, loops, dead ends, bounds, violations anywhere.

use crate::naive::{check_agreement, check_violation, naive};
use consistory_lab::explore::{Kind, Property, Space, fingerprint};

/// A graph that is drawn from a seed: some edges at each node, some nodes to begin with.
pub(crate) struct Graph {
    pub(crate) seed: u64,
    pub(crate) nodes: u64,
    pub(crate) degree: u64,
    /// Nodes from this number on lie outside.
    pub(crate) bound: u64,
    /// The node that must not be reached.
    pub(crate) forbidden: u64,
}

const PROPERTIES: [Property; 3] = [
    Property { id: "not-forbidden", kind: Kind::Always },
    Property { id: "first", kind: Kind::Reachable },
    Property { id: "beyond", kind: Kind::Reachable },
];

impl Graph {
    fn draw(&self, what: &[u64]) -> u64 {
        let words: Vec<u64> = [self.seed].into_iter().chain(what.iter().copied()).collect();
        fingerprint(&words) % self.nodes
    }
}

impl Space for Graph {
    type State = u64;
    type Label = u64;

    fn properties(&self) -> &[Property] {
        &PROPERTIES
    }

    fn initial(&self, visit: &mut impl FnMut(u64)) {
        for number in 0..=self.seed % 3 {
            visit(self.draw(&[number]));
        }
    }

    fn successors(&self, state: &u64, visit: &mut impl FnMut(u64, u64)) {
        for number in 0..self.draw(&[*state, self.nodes, 0]) % (self.degree + 1) {
            visit(number, self.draw(&[*state, number]));
        }
    }

    fn fingerprint(&self, state: &u64) -> u64 {
        fingerprint(&[*state])
    }

    fn holds(&self, state: &u64, property: usize) -> bool {
        match property {
            0 => *state != self.forbidden,
            1 => *state == 0,
            _ => *state >= self.nodes,
        }
    }

    fn within(&self, state: &u64) -> bool {
        *state < self.bound
    }

    fn text(&self, state: &u64) -> String {
        state.to_string()
    }

    fn describe(&self, label: &u64) -> String {
        format!("edge {label}")
    }
}

#[test]
fn graphs_are_explored_as_by_a_naive_search() {
    for seed in 0..300 {
        let nodes = 1 + seed * 7 % 400;
        check_agreement(&Graph { seed, nodes, degree: 1 + seed % 5, bound: nodes, forbidden: nodes });
        check_agreement(&Graph { seed, nodes, degree: 1 + seed % 5, bound: nodes / 2, forbidden: nodes });
    }
}

#[test]
fn what_is_forbidden_is_found_by_a_shortest_way() {
    let mut longest = 0;
    for seed in 0..300 {
        let nodes = 1 + seed * 7 % 400;
        let graph = |forbidden| Graph { seed, nodes, degree: 3, bound: nodes, forbidden };
        let reachable = naive(&graph(nodes)).states;
        let forbidden = *reachable.iter().next_back().expect("a graph has a node");
        let length = naive(&graph(forbidden)).broken["not-forbidden"];
        check_violation(&graph(forbidden), "not-forbidden", length);
        longest = longest.max(length);
    }
    assert!(longest > 5, "the ways are trivial, the longest has {longest} steps");
}
