//! Protocols as they run, explored within bounds: nothing breaks, missing rules do, and what breaks is a scenario.

use consistory_kernel::Setup;
use consistory_lab::explore::{Bounds, Worlds, explore_worlds};
use consistory_protocols::{IDS, Spec, Visitor, visit};
use consistory_session::open_scenario;

/// Three nodes and a client, with that rule switched off.
fn setup<P: Spec>(mutant: Option<&str>) -> Setup<P> {
    let mut setup = P::defaults();
    setup.nodes = 3;
    setup.clients = 1;
    if let Some(mutant) = mutant {
        let place = P::MUTANTS.iter().position(|known| known.id == mutant).expect("a rule of the protocol");
        setup.mutants = 1 << place;
    }
    setup
}

struct Explore {
    mutant: Option<&'static str>,
    bounds: Bounds,
    states: u32,
}

impl Visitor for Explore {
    type Output = Worlds;

    fn visit<P: Spec>(self) -> Worlds {
        explore_worlds::<P>(setup(self.mutant), self.bounds, self.states, &mut |_| true)
    }
}

fn explore(id: &str, explore: Explore) -> Worlds {
    visit(id, explore).expect("a registered protocol")
}

#[test]
fn nothing_breaks_in_the_first_states_of_any_protocol() {
    for id in IDS {
        let bounds = Bounds { crashes: 1, ..Bounds::default() };
        let worlds = explore(id, Explore { mutant: None, bounds, states: 20_000 });
        assert_eq!(worlds.explored.findings, [], "{id}");
        assert!(worlds.explored.distinct > 50, "{id}: only {} states", worlds.explored.distinct);
    }
}

#[test]
fn a_missing_rule_is_found_and_its_scenario_breaks_the_property_again() {
    let cases = [
        ("raft", "vote-twice", "election-safety", 6),
        ("raft", "forget-vote", "election-safety", 8),
        ("paxos", "promise-below", "promise-kept", 7),
        ("two-phase-commit", "abort-in-doubt", "atomicity", 11),
        ("two-phase-commit", "no-prepared-record", "atomicity", 12),
        ("multi-paxos", "ignore-accepted", "chosen-is-stable", 9),
    ];
    for (id, mutant, property, length) in cases {
        let bounds = Bounds {
            crashes: u8::from(mutant == "forget-vote" || mutant == "no-prepared-record"),
            ..Bounds::default()
        };
        let worlds = explore(id, Explore { mutant: Some(mutant), bounds, states: 100_000 });
        let finding = worlds.explored.findings.first().unwrap_or_else(|| panic!("{id}: {mutant} breaks nothing"));
        assert_eq!((finding.property, finding.length), (property, length), "{id}: {mutant}");
        let text = worlds.scenario.expect("a finding has a scenario");
        let opened = open_scenario(&text).unwrap_or_else(|problem| panic!("{problem:?}\n{text}"));
        assert_eq!(opened.unmet, [], "{text}");
    }
}

#[test]
fn what_lies_within_the_bounds_is_explored_completely() {
    let bounds = Bounds { timeouts: 0, ..Bounds::default() };
    let all = explore("two-phase-commit", Explore { mutant: None, bounds, states: 100_000 }).explored;
    assert!(all.complete && all.reached.contains(&"committed"), "{all:?}");
    let few = explore("two-phase-commit", Explore { mutant: None, bounds, states: all.distinct - 1 }).explored;
    assert!(!few.complete, "one state is missing");
    let tight = Bounds { messages: 1, ..bounds };
    let cut = explore("two-phase-commit", Explore { mutant: None, bounds: tight, states: 100_000 }).explored;
    assert!(!cut.complete && cut.outside > 0 && cut.distinct < all.distinct, "{cut:?}");
}
