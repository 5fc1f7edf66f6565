//! Single-decree Paxos without explicit leaders or learners, as steps on a growing set of messages.
//!
//! Lamport, "The Part-Time Parliament" (ACM TOCS 16(2), 1998) and "Paxos Made Simple" (2001), as its public
//! specification has it: `Paxos`, which refines `Voting`, in tlaplus/Examples, `specifications/Paxos` and
//! `specifications/PaxosHowToWinATuringAward`. A message is never taken out of the set; quorums are the smallest
//! majorities; ballots are numbered from 0. The published counts are 3,921 distinct states, 23,563 generated, depth 17
//! for three acceptors, two values and two ballots (`MCPaxosTiny`), and 25, 82 and 9 for one acceptor, one value and
//! two ballots (`MCPaxos`).

use super::super::{Explored, Kind, Progress, Property, Space, explore, fingerprint};
use super::{ModelInfo, Parameter, SYMMETRY, Settings, Values, function, set};

/// There are at most so many acceptors.
pub const ACCEPTORS_MAX: u32 = 5;
/// There are at most so many values.
pub const VALUES_MAX: u32 = 3;
/// There are at most so many ballots.
pub const BALLOTS_MAX: u32 = 4;

/// The model in the registry.
pub static INFO: ModelInfo = ModelInfo {
    id: "paxos",
    title: "Single-decree Paxos",
    parameters: &[
        Parameter { name: "acceptors", values: Values::Number { min: 1, max: ACCEPTORS_MAX, default: 3 } },
        Parameter { name: "values", values: Values::Number { min: 1, max: VALUES_MAX, default: 2 } },
        Parameter { name: "ballots", values: Values::Number { min: 1, max: BALLOTS_MAX, default: 2 } },
        SYMMETRY,
        Parameter { name: "mutant", values: Values::Choice(&["none", "lone-quorums", "any-value", "second-proposal"]) },
    ],
    run,
};

/// The mutants, in the order of the parameter's words.
const MUTANTS: [Option<Mutant>; 4] =
    [None, Some(Mutant::LoneQuorums), Some(Mutant::AnyValue), Some(Mutant::SecondProposal)];

const PROPERTIES: [Property; 4] = [
    Property { id: "agreement", kind: Kind::Always },
    Property { id: "votes-safe", kind: Kind::Always },
    Property { id: "one-value-per-ballot", kind: Kind::Always },
    Property { id: "chosen", kind: Kind::Reachable },
];
const AGREEMENT: usize = 0;
const VOTES_SAFE: usize = 1;
const ONE_VALUE_PER_BALLOT: usize = 2;

/// Bits of an acceptor: `maxBal` and `maxVBal`, each held as one more so that −1 is 0, then `maxVal`, 0 for `None`.
const MAX_VOTED: u32 = 3;
const MAX_VALUE: u32 = 6;
const BALLOT: u64 = 7;
const VALUE: u64 = 3;
/// Then its `1b` messages, ten bits for each ballot: the first for one that reports no vote, then three for each
/// earlier ballot, one for each value.
const PROMISES: u32 = 8;
const PROMISE: u64 = 0x3FF;
const PROMISE_WIDTH: u32 = 10;
/// Then its `2b` messages, three bits for each ballot, one for each value.
const VOTES: u32 = 48;
/// What all share: the `1a` messages, a bit for each ballot, then the `2a` messages, three for each.
const PROPOSALS: u32 = 4;
/// Three bits, one for each value.
const GROUP: u64 = 7;
/// The lowest bit of every group of an acceptor, and of what all share.
const ACCEPTOR_GROUPS: u64 = acceptor_groups();
const SHARED_GROUPS: u64 = 0x249 << PROPOSALS;

/// The permutations of values; the first 1, 2 and 6 are those of one, two and three values.
static PERMUTATIONS: [[u32; 3]; 6] = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// `Paxos` for some acceptors, values and ballots.
#[derive(Clone, Debug)]
pub struct Paxos {
    acceptors: usize,
    values: u32,
    ballots: u32,
    /// A bit for each member.
    quorums: Vec<u32>,
    quorum_size: usize,
    has_symmetry: bool,
    mutant: Option<Mutant>,
}

/// A rule that is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Each acceptor is a quorum by itself, so that quorums need not meet. Breaks `agreement`.
    LoneQuorums,
    /// A leader proposes any value, whatever votes the promises report. Breaks `votes-safe`.
    AnyValue,
    /// A leader may propose more than once in its ballot. Breaks `one-value-per-ballot`.
    SecondProposal,
}

/// `maxBal`, `maxVBal`, `maxVal` and `msgs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    shared: u64,
    acceptors: [u64; ACCEPTORS_MAX as usize],
}

/// An action. Ballots, values and acceptors are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// `Phase1a(b)`
    Prepare(u32),
    /// `Phase1b(a)`, for the message of a ballot.
    Promise(usize, u32),
    /// `Phase2a(b, v)`
    Propose(u32, u32),
    /// `Phase2b(a)`, for the message of a ballot with a value.
    Vote(usize, u32, u32),
}

/// The place of a `1b` message that reports a vote.
const fn report(ballot: u32, earlier: u32, value: u32) -> u32 {
    PROMISES + PROMISE_WIDTH * ballot + 1 + 3 * earlier + value
}

/// The place of a `2b` message.
const fn vote(ballot: u32, value: u32) -> u32 {
    VOTES + 3 * ballot + value
}

/// The place of a `2a` message.
const fn proposal(ballot: u32, value: u32) -> u32 {
    PROPOSALS + 3 * ballot + value
}

const fn acceptor_groups() -> u64 {
    let mut groups = 0;
    let mut ballot = 0;
    while ballot < BALLOTS_MAX {
        let mut earlier = 0;
        while earlier + 1 < BALLOTS_MAX {
            groups |= 1 << report(ballot, earlier, 0);
            earlier += 1;
        }
        groups |= 1 << vote(ballot, 0);
        ballot += 1;
    }
    groups
}

const fn has(word: u64, place: u32) -> bool {
    (word >> place) & 1 == 1
}

/// Moves the bits of each value to the value that it becomes.
fn permuted(word: u64, groups: u64, permutation: [u32; 3]) -> u64 {
    let kept = word & !(groups * GROUP);
    (0..).zip(permutation).fold(kept, |moved, (value, new): (u32, u32)| moved | (((word >> value) & groups) << new))
}

impl State {
    /// The votes of all acceptors.
    fn cast(&self) -> u64 {
        self.acceptors.iter().fold(0_u64, |cast, own| cast | own)
    }
}

impl Paxos {
    /// The model for 1 to [`ACCEPTORS_MAX`] acceptors, 1 to [`VALUES_MAX`] values and 1 to [`BALLOTS_MAX`] ballots.
    pub fn new(acceptors: u32, values: u32, ballots: u32) -> Self {
        assert!((1..=ACCEPTORS_MAX).contains(&acceptors), "a state has a word for each acceptor");
        assert!((1..=VALUES_MAX).contains(&values), "a group has three bits");
        assert!((1..=BALLOTS_MAX).contains(&ballots), "an acceptor has four groups of messages of each kind");
        let acceptors = acceptors as usize;
        let model =
            Self { acceptors, values, ballots, quorums: vec![], quorum_size: 0, has_symmetry: false, mutant: None };
        model.with_quorums_of(acceptors / 2 + 1)
    }

    /// Reduced by the symmetry of the acceptors, and of the values.
    #[must_use]
    pub fn symmetric(self) -> Self {
        Self { has_symmetry: true, ..self }
    }

    /// With a rule switched off.
    #[must_use]
    pub fn mutated(self, mutant: Mutant) -> Self {
        let model = Self { mutant: Some(mutant), ..self };
        match mutant {
            Mutant::LoneQuorums => model.with_quorums_of(1),
            Mutant::AnyValue | Mutant::SecondProposal => model,
        }
    }

    fn with_quorums_of(self, size: usize) -> Self {
        let sets = 0..1_u32 << self.acceptors;
        let quorums = sets.filter(|members| members.count_ones() as usize == size).collect();
        Self { quorums, quorum_size: size, ..self }
    }

    /// Whether all members of some quorum are so: quorums are all sets of one size.
    fn some_quorum(&self, state: &State, is_so: impl Fn(u64) -> bool) -> bool {
        state.acceptors[..self.acceptors].iter().filter(|own| is_so(**own)).count() >= self.quorum_size
    }

    /// `chosen`, how many values.
    fn chosen(&self, state: &State) -> usize {
        let is_chosen =
            |value: u32| (0..self.ballots).any(|ballot| self.some_quorum(state, |own| has(own, vote(ballot, value))));
        (0..self.values).filter(|value| is_chosen(*value)).count()
    }

    /// `NoneOtherChoosableAt`: a quorum has voted for the value in the ballot, or cannot vote in it any more.
    fn none_other_choosable(&self, state: &State, ballot: u32, value: u32) -> bool {
        let cannot_vote = |own: u64| {
            let has_voted = (own >> vote(ballot, 0)) & GROUP != 0;
            (own & BALLOT) > u64::from(ballot) + 1 && !has_voted
        };
        self.some_quorum(state, |own| has(own, vote(ballot, value)) || cannot_vote(own))
    }

    /// `VotesSafe`: nobody has voted for a value while another could have been chosen before.
    fn votes_safe(&self, state: &State) -> bool {
        let is_safe =
            |ballot: u32, value: u32| (0..ballot).all(|earlier| self.none_other_choosable(state, earlier, value));
        let cast = state.cast();
        (0..self.ballots)
            .all(|ballot| (0..self.values).all(|value| !has(cast, vote(ballot, value)) || is_safe(ballot, value)))
    }

    /// In how many ways a quorum's promises show that a value may be proposed in their ballot: TLC takes each message
    /// that fits for a step of its own.
    fn witnesses(&self, promises: &[u64], quorum: u32, value: u32) -> u64 {
        let members = || (0..).zip(promises).filter(move |(number, _)| has(u64::from(quorum), *number));
        if members().any(|(_, promise)| *promise == 0) {
            return 0;
        }
        let reported = members().fold(0_u64, |reported, (_, promise)| reported | (promise >> 1));
        if reported == 0 || self.mutant == Some(Mutant::AnyValue) {
            return 1;
        }
        let last = reported.ilog2() / 3;
        members().map(|(_, promise)| (promise >> (1 + 3 * last + value)) & 1).sum()
    }

    fn propose(&self, state: &State, ballot: u32, visit: &mut impl FnMut(Label, State)) {
        let has_proposed = (state.shared >> proposal(ballot, 0)) & GROUP != 0;
        if has_proposed && self.mutant != Some(Mutant::SecondProposal) {
            return;
        }
        let promises = state.acceptors.map(|own| (own >> (PROMISES + PROMISE_WIDTH * ballot)) & PROMISE);
        for value in 0..self.values {
            let next = State { shared: state.shared | (1 << proposal(ballot, value)), ..*state };
            for quorum in &self.quorums {
                for _ in 0..self.witnesses(&promises, *quorum, value) {
                    visit(Label::Propose(ballot, value), next);
                }
            }
        }
    }

    /// What an acceptor can do: promise and vote.
    fn accept(&self, state: &State, number: usize, visit: &mut impl FnMut(Label, State)) {
        let own = state.acceptors[number];
        let after = |own: u64| {
            let mut next = *state;
            next.acceptors[number] = own;
            next
        };
        let (promised, voted) = (own & BALLOT, (own >> MAX_VOTED) & BALLOT);
        for ballot in (0..self.ballots).filter(|ballot| has(state.shared, *ballot)) {
            let raised = u64::from(ballot) + 1;
            if raised > promised {
                // `maxVBal` is never more than `maxBal`, so that what is reported is of an earlier ballot.
                let message = match voted {
                    0 => PROMISES + PROMISE_WIDTH * ballot,
                    _ => report(ballot, place(voted), place((own >> MAX_VALUE) & VALUE)),
                };
                visit(Label::Promise(number, ballot), after((own & !BALLOT) | raised | (1 << message)));
            }
        }
        let others = own & !(BALLOT | (BALLOT << MAX_VOTED) | (VALUE << MAX_VALUE));
        for ballot in 0..self.ballots {
            let raised = u64::from(ballot) + 1;
            for value in (0..self.values).filter(|value| has(state.shared, proposal(ballot, *value))) {
                if raised >= promised {
                    let held = raised | (raised << MAX_VOTED) | ((u64::from(value) + 1) << MAX_VALUE);
                    visit(Label::Vote(number, ballot, value), after(others | held | (1 << vote(ballot, value))));
                }
            }
        }
    }

    /// With the values renamed, and the acceptors sorted: no message is about two acceptors.
    fn renamed(&self, state: &State, permutation: [u32; 3]) -> State {
        let mut renamed = State { shared: permuted(state.shared, SHARED_GROUPS, permutation), ..*state };
        for own in &mut renamed.acceptors[..self.acceptors] {
            let held = (*own >> MAX_VALUE) & VALUE;
            let new = if held == 0 { 0 } else { u64::from(permutation[place(held) as usize]) + 1 };
            let moved = permuted(*own, ACCEPTOR_GROUPS, permutation);
            *own = (moved & !(VALUE << MAX_VALUE)) | (new << MAX_VALUE);
        }
        renamed.acceptors[..self.acceptors].sort_unstable();
        renamed
    }

    fn representative(&self, state: &State) -> State {
        let permutations = match self.values {
            1 => &PERMUTATIONS[..1],
            2 => &PERMUTATIONS[..2],
            _ => &PERMUTATIONS[..],
        };
        let renamed = permutations.iter().map(|permutation| self.renamed(state, *permutation));
        renamed.min().unwrap_or(*state)
    }

    fn messages(&self, state: &State) -> Vec<String> {
        let mut messages = Vec::new();
        let ballots = || 0..self.ballots;
        let values = || 0..self.values;
        messages.extend(ballots().filter(|ballot| has(state.shared, *ballot)).map(|ballot| format!("1a({ballot})")));
        for (number, own) in state.acceptors[..self.acceptors].iter().enumerate() {
            let acceptor = acceptor(number);
            for ballot in ballots() {
                if has(*own, PROMISES + PROMISE_WIDTH * ballot) {
                    messages.push(format!("1b({acceptor}, {ballot}, -1, None)"));
                }
                let reports = (0..ballot).flat_map(|earlier| values().map(move |value| (earlier, value)));
                for (earlier, value) in reports.filter(|(earlier, value)| has(*own, report(ballot, *earlier, *value))) {
                    messages.push(format!("1b({acceptor}, {ballot}, {earlier}, v{})", value + 1));
                }
            }
        }
        let pairs = || ballots().flat_map(move |ballot| values().map(move |value| (ballot, value)));
        for (ballot, value) in pairs().filter(|(ballot, value)| has(state.shared, proposal(*ballot, *value))) {
            messages.push(format!("2a({ballot}, v{})", value + 1));
        }
        for (number, own) in state.acceptors[..self.acceptors].iter().enumerate() {
            for (ballot, value) in pairs().filter(|(ballot, value)| has(*own, vote(*ballot, *value))) {
                messages.push(format!("2b({}, {ballot}, v{})", acceptor(number), value + 1));
            }
        }
        messages
    }
}

impl Space for Paxos {
    type State = State;
    type Label = Label;

    fn properties(&self) -> &[Property] {
        &PROPERTIES
    }

    fn initial(&self, visit: &mut impl FnMut(State)) {
        visit(State { shared: 0, acceptors: [0; ACCEPTORS_MAX as usize] });
    }

    fn successors(&self, state: &State, visit: &mut impl FnMut(Label, State)) {
        for ballot in 0..self.ballots {
            visit(Label::Prepare(ballot), State { shared: state.shared | (1 << ballot), ..*state });
            self.propose(state, ballot, visit);
        }
        for number in 0..self.acceptors {
            self.accept(state, number, visit);
        }
    }

    fn fingerprint(&self, state: &State) -> u64 {
        let State { shared, acceptors: [first, second, third, fourth, fifth] } =
            if self.has_symmetry { self.representative(state) } else { *state };
        match self.acceptors {
            1..=3 => fingerprint(&[shared, first, second, third]),
            _ => fingerprint(&[shared, first, second, third, fourth, fifth]),
        }
    }

    fn holds(&self, state: &State, property: usize) -> bool {
        match property {
            AGREEMENT => self.chosen(state) <= 1,
            VOTES_SAFE => self.votes_safe(state),
            ONE_VALUE_PER_BALLOT => {
                let cast = state.cast();
                (0..self.ballots).all(|ballot| ((cast >> vote(ballot, 0)) & GROUP).count_ones() <= 1)
            }
            _ => self.chosen(state) > 0,
        }
    }

    fn text(&self, state: &State) -> String {
        let each = |value: &dyn Fn(u64) -> String| {
            let acceptors = state.acceptors[..self.acceptors].iter().enumerate();
            function(acceptors.map(|(number, own)| (acceptor(number), value(*own))))
        };
        let ballot = |held: u64| if held == 0 { "-1".to_owned() } else { (held - 1).to_string() };
        let value = |held: u64| if held == 0 { "None".to_owned() } else { format!("v{held}") };
        format!(
            "maxBal = {}, maxVBal = {}, maxVal = {}, msgs = {}",
            each(&|own| ballot(own & BALLOT)),
            each(&|own| ballot((own >> MAX_VOTED) & BALLOT)),
            each(&|own| value((own >> MAX_VALUE) & VALUE)),
            set(&self.messages(state))
        )
    }

    fn describe(&self, label: &Label) -> String {
        match label {
            Label::Prepare(ballot) => format!("Phase1a({ballot})"),
            Label::Promise(number, ballot) => format!("Phase1b({}), bal = {ballot}", acceptor(*number)),
            Label::Propose(ballot, value) => format!("Phase2a({ballot}, v{})", value + 1),
            Label::Vote(number, ballot, value) => {
                format!("Phase2b({}), bal = {ballot}, val = v{}", acceptor(*number), value + 1)
            }
        }
    }
}

/// The number, counted from 0, that is held as one more.
fn place(held: u64) -> u32 {
    u32::try_from(held).map_or(0, |held| held.saturating_sub(1))
}

fn acceptor(number: usize) -> String {
    format!("a{}", number + 1)
}

fn run(settings: &Settings, max_states: u32, go_on: &mut dyn FnMut(Progress) -> bool) -> Explored {
    let [acceptors, values, ballots] = ["acceptors", "values", "ballots"].map(|name| settings.number(name));
    let mut model = Paxos::new(acceptors, values, ballots);
    if settings.has_symmetry() {
        model = model.symmetric();
    }
    if let Some(mutant) = MUTANTS[settings.number("mutant") as usize] {
        model = model.mutated(mutant);
    }
    explore(&model, max_states, go_on)
}
