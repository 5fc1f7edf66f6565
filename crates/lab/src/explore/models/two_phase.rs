//! Two-phase commit, as steps on a growing set of messages.
//!
//! Gray and Lamport, "Consensus on Transaction Commit" (ACM TODS 31(1), 2006), section 3, as its public specification
//! has it: `TwoPhase` in tlaplus/Examples, `specifications/transaction_commit`. No message is taken out of the set.
//! The published counts for three resource managers are 288 distinct states, 1,146 generated, depth 11; the
//! specification itself names 50,816 distinct states for six.

use super::super::{Explored, Kind, Progress, Property, Space, explore, fingerprint};
use super::{ModelInfo, Parameter, SYMMETRY, Settings, Values, function, set};

/// There are at most so many resource managers.
pub const RESOURCE_MANAGERS_MAX: u32 = 12;

/// The model in the registry.
pub static INFO: ModelInfo = ModelInfo {
    id: "two-phase",
    title: "Two-phase commit",
    parameters: &[
        Parameter {
            name: "resource_managers",
            values: Values::Number { min: 1, max: RESOURCE_MANAGERS_MAX, default: 3 },
        },
        SYMMETRY,
        Parameter { name: "mutant", values: Values::Choice(&["none", "commit-after-one"]) },
    ],
    run,
};

/// The mutants, in the order of the parameter's words.
const MUTANTS: [Option<Mutant>; 2] = [None, Some(Mutant::CommitAfterOne)];

const PROPERTIES: [Property; 3] = [
    Property { id: "consistent", kind: Kind::Always },
    Property { id: "all-committed", kind: Kind::Reachable },
    Property { id: "all-aborted", kind: Kind::Reachable },
];
const CONSISTENT: usize = 0;
const ALL_COMMITTED: usize = 1;

/// A resource manager has four bits, the first one the lowest: two for its state, whether its `Prepared` message was
/// sent, and whether it is in `tmPrepared`.
const WIDTH: u32 = 4;
const WORKING: u64 = 0;
const PREPARED: u64 = 1;
const COMMITTED: u64 = 2;
const ABORTED: u64 = 3;
const STATE: u64 = 3;
const SENT: u64 = 4;
const COUNTED: u64 = 8;
/// The lowest of the four bits of each of sixteen.
const LOW_BITS: u64 = 0x1111_1111_1111_1111;

/// Behind the resource managers: the transaction manager's state, with two bits, and its messages.
const TM: u32 = WIDTH * RESOURCE_MANAGERS_MAX;
const TM_STATE: u64 = 3 << TM;
const TM_INIT: u64 = 0;
const TM_COMMITTED: u64 = 1 << TM;
const TM_ABORTED: u64 = 2 << TM;
const COMMIT_SENT: u64 = 4 << TM;
const ABORT_SENT: u64 = 8 << TM;

/// `TwoPhase` for some resource managers.
#[derive(Clone, Copy, Debug)]
pub struct TwoPhase {
    resource_managers: u32,
    has_symmetry: bool,
    mutant: Option<Mutant>,
}

/// A rule that is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// The transaction manager commits once any resource manager is prepared. Breaks `consistent`.
    CommitAfterOne,
}

/// `rmState`, `tmState`, `tmPrepared` and `msgs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State(u64);

/// An action; of a resource manager by its number, counted from 0, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// `TMCommit`
    Commit,
    /// `TMAbort`
    Abort,
    /// `TMRcvPrepared(rm)`
    ReceivePrepared(u32),
    /// `RMPrepare(rm)`
    Prepare(u32),
    /// `RMChooseToAbort(rm)`
    ChooseToAbort(u32),
    /// `RMRcvCommitMsg(rm)`
    ReceiveCommit(u32),
    /// `RMRcvAbortMsg(rm)`
    ReceiveAbort(u32),
}

impl TwoPhase {
    /// The model for 1 to [`RESOURCE_MANAGERS_MAX`] resource managers.
    pub fn new(resource_managers: u32) -> Self {
        assert!((1..=RESOURCE_MANAGERS_MAX).contains(&resource_managers), "a state has four bits for each");
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

    /// The lowest bit of each resource manager.
    fn low_bits(self) -> u64 {
        LOW_BITS & ((1 << (WIDTH * self.resource_managers)) - 1)
    }

    fn can_commit(self, state: State) -> bool {
        let everybody = COUNTED * self.low_bits();
        let counted = state.0 & everybody;
        match self.mutant {
            None => counted == everybody,
            Some(Mutant::CommitAfterOne) => counted != 0,
        }
    }

    fn are_all(self, state: State, own: u64) -> bool {
        let low = self.low_bits();
        state.0 & (STATE * low) == own * low
    }
}

impl Space for TwoPhase {
    type State = State;
    type Label = Label;

    fn properties(&self) -> &[Property] {
        &PROPERTIES
    }

    fn initial(&self, visit: &mut impl FnMut(State)) {
        visit(State(0));
    }

    fn successors(&self, state: &State, visit: &mut impl FnMut(Label, State)) {
        let before = state.0;
        let is_undecided = before & TM_STATE == TM_INIT;
        if is_undecided && self.can_commit(*state) {
            visit(Label::Commit, State(before | TM_COMMITTED | COMMIT_SENT));
        }
        if is_undecided {
            visit(Label::Abort, State(before | TM_ABORTED | ABORT_SENT));
        }
        for manager in 0..self.resource_managers {
            let at = WIDTH * manager;
            let own = before >> at;
            let decided = before & !(STATE << at);
            if is_undecided && own & SENT != 0 {
                visit(Label::ReceivePrepared(manager), State(before | (COUNTED << at)));
            }
            if own & STATE == WORKING {
                visit(Label::Prepare(manager), State(before | ((PREPARED | SENT) << at)));
                visit(Label::ChooseToAbort(manager), State(before | (ABORTED << at)));
            }
            if before & COMMIT_SENT != 0 {
                visit(Label::ReceiveCommit(manager), State(decided | (COMMITTED << at)));
            }
            if before & ABORT_SENT != 0 {
                visit(Label::ReceiveAbort(manager), State(decided | (ABORTED << at)));
            }
        }
    }

    /// With symmetry, of how many resource managers have each of the sixteen patterns of four bits.
    fn fingerprint(&self, state: &State) -> u64 {
        if !self.has_symmetry {
            return fingerprint(&[state.0]);
        }
        let pattern = |manager: u32| (state.0 >> (WIDTH * manager)) & 15;
        let counts = (0..self.resource_managers).map(|manager| 1_u64 << (4 * pattern(manager)));
        fingerprint(&[counts.sum::<u64>(), state.0 >> TM])
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        let low = self.low_bits();
        match property {
            CONSISTENT => {
                // Who is aborted has both bits of its state, who is committed only the higher one.
                let (lower, higher) = (state.0 & low, (state.0 >> 1) & low);
                lower & higher == 0 || higher & !lower == 0
            }
            ALL_COMMITTED => self.are_all(*state, COMMITTED),
            _ => self.are_all(*state, ABORTED),
        }
    }

    fn text(&self, state: &State) -> String {
        let bits = |manager: u32| state.0 >> (WIDTH * manager);
        let own = |manager: u32| match bits(manager) & STATE {
            WORKING => "working",
            PREPARED => "prepared",
            COMMITTED => "committed",
            _ => "aborted",
        };
        let decision = match state.0 & TM_STATE {
            TM_INIT => "init",
            TM_COMMITTED => "committed",
            _ => "aborted",
        };
        let managers = 0..self.resource_managers;
        let with = |bit: u64| managers.clone().filter(move |manager| bits(*manager) & bit != 0);
        let counted: Vec<String> = with(COUNTED).map(name).collect();
        let mut messages: Vec<String> = with(SENT).map(|manager| format!("Prepared({})", name(manager))).collect();
        messages.extend((state.0 & COMMIT_SENT != 0).then(|| "Commit".to_owned()));
        messages.extend((state.0 & ABORT_SENT != 0).then(|| "Abort".to_owned()));
        format!(
            "rmState = {}, tmState = {decision}, tmPrepared = {}, msgs = {}",
            function(managers.clone().map(|manager| (name(manager), own(manager).to_owned()))),
            set(&counted),
            set(&messages)
        )
    }

    fn describe(&self, label: &Label) -> String {
        match label {
            Label::Commit => "TMCommit".to_owned(),
            Label::Abort => "TMAbort".to_owned(),
            Label::ReceivePrepared(manager) => format!("TMRcvPrepared({})", name(*manager)),
            Label::Prepare(manager) => format!("RMPrepare({})", name(*manager)),
            Label::ChooseToAbort(manager) => format!("RMChooseToAbort({})", name(*manager)),
            Label::ReceiveCommit(manager) => format!("RMRcvCommitMsg({})", name(*manager)),
            Label::ReceiveAbort(manager) => format!("RMRcvAbortMsg({})", name(*manager)),
        }
    }
}

fn name(manager: u32) -> String {
    format!("rm{}", manager + 1)
}

fn run(settings: &Settings, max_states: u32, go_on: &mut dyn FnMut(Progress) -> bool) -> Explored {
    let model = TwoPhase {
        has_symmetry: settings.has_symmetry(),
        mutant: MUTANTS[settings.number("mutant") as usize],
        ..TwoPhase::new(settings.number("resource_managers"))
    };
    explore(&model, max_states, go_on)
}
