//! Transaction commit: what every commit protocol has to implement, without any message.
//!
//! Gray and Lamport, "Consensus on Transaction Commit" (ACM TODS 31(1), 2006), section 2, as its public specification
//! has it: `TCommit` in tlaplus/Examples, `specifications/transaction_commit`. The published counts for three resource
//! managers are 34 distinct states, 94 generated, depth 7.

use super::super::{Explored, Kind, Progress, Property, Space, explore, fingerprint};
use super::{ModelInfo, Parameter, SYMMETRY, Settings, Values, function};

/// There are at most so many resource managers.
pub const RESOURCE_MANAGERS_MAX: u32 = 12;

/// The model in the registry.
pub static INFO: ModelInfo = ModelInfo {
    id: "transaction-commit",
    title: "Transaction commit, the specification of every commit protocol",
    parameters: &[
        Parameter {
            name: "resource_managers",
            values: Values::Number { min: 1, max: RESOURCE_MANAGERS_MAX, default: 3 },
        },
        SYMMETRY,
        Parameter { name: "mutant", values: Values::Choice(&["none", "commit-alone"]) },
    ],
    run,
};

/// The mutants, in the order of the parameter's words.
const MUTANTS: [Option<Mutant>; 2] = [None, Some(Mutant::CommitAlone)];

const PROPERTIES: [Property; 3] = [
    Property { id: "consistent", kind: Kind::Always },
    Property { id: "all-committed", kind: Kind::Reachable },
    Property { id: "all-aborted", kind: Kind::Reachable },
];
const CONSISTENT: usize = 0;
const ALL_COMMITTED: usize = 1;

/// A resource manager's state has two bits, the first resource manager's the lowest.
const WORKING: u32 = 0;
const PREPARED: u32 = 1;
const COMMITTED: u32 = 2;
const ABORTED: u32 = 3;
const STATE: u32 = 3;

/// `TCommit` for some resource managers.
#[derive(Clone, Copy, Debug)]
pub struct TransactionCommit {
    resource_managers: u32,
    has_symmetry: bool,
    mutant: Option<Mutant>,
}

/// A rule that is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Who is prepared commits, whatever the others are. Breaks `consistent`.
    CommitAlone,
}

/// `rmState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State(u32);

/// An action, of the resource manager with that number, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// It prepares.
    Prepare(u32),
    /// It commits: the first disjunct of `Decide`.
    Commit(u32),
    /// It aborts: the second.
    Abort(u32),
}

impl TransactionCommit {
    /// The model for 1 to [`RESOURCE_MANAGERS_MAX`] resource managers.
    pub fn new(resource_managers: u32) -> Self {
        assert!((1..=RESOURCE_MANAGERS_MAX).contains(&resource_managers), "a state has two bits for each");
        Self { resource_managers, has_symmetry: false, mutant: None }
    }

    /// Reduced by the symmetry of the resource managers.
    #[must_use]
    pub fn symmetric(self) -> Self {
        Self { has_symmetry: true, ..self }
    }

    /// With a rule switched off.
    #[must_use]
    pub fn mutated(self, mutant: Mutant) -> Self {
        Self { mutant: Some(mutant), ..self }
    }

    /// The lowest bit of each resource manager's state.
    fn low_bits(self) -> u32 {
        0x5555_5555 & ((1 << (2 * self.resource_managers)) - 1)
    }

    /// `canCommit`: everybody is prepared or committed, whose two bits differ.
    fn can_commit(self, state: State) -> bool {
        let low = self.low_bits();
        (state.0 ^ (state.0 >> 1)) & low == low
    }

    fn is_any(self, state: State, own: u32) -> bool {
        (0..self.resource_managers).any(|manager| (state.0 >> (2 * manager)) & STATE == own)
    }
}

impl Space for TransactionCommit {
    type State = State;
    type Label = Label;

    fn properties(&self) -> &[Property] {
        &PROPERTIES
    }

    fn initial(&self, visit: &mut impl FnMut(State)) {
        visit(State(0));
    }

    fn successors(&self, state: &State, visit: &mut impl FnMut(Label, State)) {
        let can_commit = self.can_commit(*state) || self.mutant == Some(Mutant::CommitAlone);
        let not_committed = !self.is_any(*state, COMMITTED);
        for manager in 0..self.resource_managers {
            let at = 2 * manager;
            let own = (state.0 >> at) & STATE;
            let others = state.0 & !(STATE << at);
            if own == WORKING {
                visit(Label::Prepare(manager), State(others | (PREPARED << at)));
            }
            if own == PREPARED && can_commit {
                visit(Label::Commit(manager), State(others | (COMMITTED << at)));
            }
            if (own == WORKING || own == PREPARED) && not_committed {
                visit(Label::Abort(manager), State(others | (ABORTED << at)));
            }
        }
    }

    /// With symmetry, of how many resource managers are in each state.
    fn fingerprint(&self, state: &State) -> u64 {
        if !self.has_symmetry {
            return fingerprint(&[u64::from(state.0)]);
        }
        let own = |manager: u32| (state.0 >> (2 * manager)) & STATE;
        let counts = (0..self.resource_managers).map(|manager| 1_u64 << (8 * own(manager)));
        fingerprint(&[counts.sum::<u64>()])
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        match property {
            CONSISTENT => !(self.is_any(*state, ABORTED) && self.is_any(*state, COMMITTED)),
            ALL_COMMITTED => state.0 == COMMITTED * self.low_bits(),
            _ => state.0 == ABORTED * self.low_bits(),
        }
    }

    fn text(&self, state: &State) -> String {
        let own = |manager: u32| match (state.0 >> (2 * manager)) & STATE {
            WORKING => "working",
            PREPARED => "prepared",
            COMMITTED => "committed",
            _ => "aborted",
        };
        let managers = (0..self.resource_managers).map(|manager| (name(manager), own(manager).to_owned()));
        format!("rmState = {}", function(managers))
    }

    fn describe(&self, label: &Label) -> String {
        match label {
            Label::Prepare(manager) => format!("Prepare({})", name(*manager)),
            Label::Commit(manager) => format!("Decide({}): committed", name(*manager)),
            Label::Abort(manager) => format!("Decide({}): aborted", name(*manager)),
        }
    }
}

fn name(manager: u32) -> String {
    format!("rm{}", manager + 1)
}

fn run(settings: &Settings, max_states: u32, go_on: &mut dyn FnMut(Progress) -> bool) -> Explored {
    let model = TransactionCommit {
        has_symmetry: settings.has_symmetry(),
        mutant: MUTANTS[settings.number("mutant") as usize],
        ..TransactionCommit::new(settings.number("resource_managers"))
    };
    explore(&model, max_states, go_on)
}
