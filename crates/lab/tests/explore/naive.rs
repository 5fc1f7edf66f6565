//! The search that nobody can get wrong: whole states in a `BTreeSet`, one level after the other.

use consistory_lab::explore::{Explored, Kind, STATES_MAX, Space, explore};
use std::collections::{BTreeMap, BTreeSet};

/// What a naive search of a whole space, violations or not, comes to.
pub(crate) struct Naive<State> {
    pub(crate) states: BTreeSet<State>,
    pub(crate) generated: u64,
    pub(crate) depth: u32,
    pub(crate) outside: u64,
    /// Violated `Always` properties, with the length of a shortest run to each.
    pub(crate) broken: BTreeMap<&'static str, u32>,
    /// `Reachable` properties that some state has.
    pub(crate) reached: BTreeSet<&'static str>,
}

/// Explores without fingerprints and without symmetry.
pub(crate) fn naive<S: Space<State: Ord + Clone>>(space: &S) -> Naive<S::State> {
    let mut naive = Naive {
        states: BTreeSet::new(),
        generated: 0,
        depth: 0,
        outside: 0,
        broken: BTreeMap::new(),
        reached: BTreeSet::new(),
    };
    let mut level = Vec::new();
    space.initial(&mut |state| level.push(state));
    while !level.is_empty() {
        naive.generated += level.len() as u64;
        level.retain(|state| naive.states.insert(state.clone()));
        if level.is_empty() {
            break;
        }
        for state in &level {
            for (number, property) in space.properties().iter().enumerate() {
                match (property.kind, space.holds(state, number)) {
                    (Kind::Always, false) => {
                        naive.broken.entry(property.id).or_insert(naive.depth);
                    }
                    (Kind::Reachable, true) => {
                        naive.reached.insert(property.id);
                    }
                    (Kind::Always, true) | (Kind::Reachable, false) => {}
                }
            }
        }
        naive.depth += 1;
        let (within, outside): (Vec<_>, Vec<_>) = level.into_iter().partition(|state| space.within(state));
        naive.outside += outside.len() as u64;
        level = Vec::new();
        for state in &within {
            space.successors(state, &mut |_, next| level.push(next));
        }
    }
    naive
}

/// Explores without a limit.
pub(crate) fn explored<S: Space>(space: &S) -> Explored {
    explore(space, STATES_MAX, &mut |_| true)
}

/// The search and the naive one agree on a space in which nothing is violated.
pub(crate) fn check_agreement<S: Space<State: Ord + Clone>>(space: &S) {
    let (explored, naive) = (explored(space), naive(space));
    assert_eq!(naive.broken, BTreeMap::new());
    assert!(explored.findings.is_empty(), "{:?}", explored.findings);
    let counts = (explored.distinct as usize, explored.generated, explored.depth, explored.outside);
    assert_eq!(counts, (naive.states.len(), naive.generated, naive.depth, naive.outside));
    assert_eq!(explored.complete, naive.outside == 0);
    let reached: BTreeSet<&str> = explored.reached.iter().copied().collect();
    assert_eq!(reached, naive.reached);
    let goals = space.properties().iter().filter(|property| property.kind == Kind::Reachable).count();
    assert_eq!(explored.reached.len() + explored.unreached.len(), goals);
}

/// The search finds a shortest violation, and its trace can be walked to the state that it names.
pub(crate) fn check_violation<S: Space<State: Ord + Clone>>(space: &S, property: &str, length: u32) {
    let (explored, naive) = (explored(space), naive(space));
    assert_eq!(naive.broken.values().min(), Some(&length), "the naive search");
    let finding = explored.findings.iter().find(|finding| finding.property == property).expect("it is violated");
    assert!(!explored.complete);
    assert_eq!((finding.kind, finding.length), (Kind::Always, length));
    assert_eq!(finding.trace.len(), length as usize + 1);
    let broken = walk(space, &finding.trace);
    let number = space.properties().iter().position(|known| known.id == property).expect("it is a property");
    assert!(broken.iter().any(|state| space.text(state) == finding.state && !space.holds(state, number)));
}

/// The states to which a trace leads.
fn walk<S: Space<State: Ord>>(space: &S, trace: &[String]) -> BTreeSet<S::State> {
    let mut states = BTreeSet::new();
    space.initial(&mut |state| {
        if space.text(&state) == trace[0] {
            states.insert(state);
        }
    });
    for line in &trace[1..] {
        let mut after = BTreeSet::new();
        for state in &states {
            space.successors(state, &mut |label, next| {
                if space.describe(&label) == *line {
                    after.insert(next);
                }
            });
        }
        states = after;
    }
    states
}
