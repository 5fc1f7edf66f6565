//! Exhaustive exploration beside Stateright, each with one thread, on the very same packed states of two-phase commit:
//! `cargo bench --package consistory-lab --bench explore`.

use consistory_lab::explore::models::two_phase::{State, TwoPhase};
use consistory_lab::explore::{STATES_MAX, Space, explore};
use stateright::{Checker, Model, Property};
use std::time::Instant;

/// Rounds of which the median counts.
const ROUNDS: usize = 5;

/// The model as Stateright asks for it. An action is the state after it, so that nothing is computed twice.
struct Same(TwoPhase);

impl Model for Same {
    type State = State;
    type Action = State;

    fn init_states(&self) -> Vec<State> {
        let mut states = Vec::new();
        self.0.initial(&mut |state| states.push(state));
        states
    }

    fn actions(&self, state: &State, actions: &mut Vec<State>) {
        self.0.successors(state, &mut |_, next| actions.push(next));
    }

    fn next_state(&self, _: &State, action: State) -> Option<State> {
        Some(action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("consistent", |model: &Self, state: &State| model.0.holds(state, 0))]
    }
}

fn main() {
    println!("resource managers  distinct states  consistory states/s  stateright states/s  ratio");
    for managers in 7..=9 {
        let model = TwoPhase::new(managers);
        let (distinct, ours) = median(|| {
            let explored = explore(&model, STATES_MAX, &mut |_| true);
            assert!(explored.complete && explored.findings.is_empty(), "two-phase commit is correct");
            explored.distinct
        });
        let (unique, theirs) = median(|| {
            let checker = Same(model).checker().threads(1).spawn_bfs().join();
            u32::try_from(checker.unique_state_count()).expect("as many as here")
        });
        assert_eq!(distinct, unique, "both explore the same states");
        println!("{managers:>17}  {distinct:>15}  {ours:>19.0}  {theirs:>19.0}  {:>5.2}", ours / theirs);
    }
}

/// Distinct states, and how many of them a second.
fn median(search: impl Fn() -> u32) -> (u32, f64) {
    let mut rounds: Vec<(u32, f64)> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            let distinct = search();
            (distinct, f64::from(distinct) / started.elapsed().as_secs_f64())
        })
        .collect();
    rounds.sort_by(|(_, before), (_, after)| before.total_cmp(after));
    rounds[ROUNDS / 2]
}
