//! The search: breadth first, on one thread, with nothing kept of a state that was expanded but its fingerprint.

use super::space::{Kind, Space};
use super::table::{Insert, ROOT, Table, key};
use std::collections::VecDeque;

/// More distinct states than this are never kept.
pub const STATES_MAX: u32 = u32::MAX - 1;

/// Progress is told whenever so many states have been expanded.
const EXPANSIONS_BETWEEN_REPORTS: u32 = 1 << 16;

/// What a space promises so that a counterexample can be found again.
const AGAIN: &str = "a space gives the same states each time";

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Distinct states that were found.
    pub distinct: u32,
    /// States that wait to be expanded.
    pub queue: u64,
    /// The level that is being expanded; the initial states are level 1.
    pub depth: u32,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explored {
    /// Distinct states; with symmetry, states that do not differ by a permutation only.
    pub distinct: u32,
    /// The initial states and every step's successor, with duplicates.
    pub generated: u64,
    /// Levels of the breadth-first search, the initial states being the first: TLC's depth of the state graph.
    pub depth: u32,
    /// Whether every reachable state was expanded.
    pub complete: bool,
    /// States outside the space's bounds, which were not expanded.
    pub outside: u64,
    /// The `Always` properties that do not hold in the first state that was found to break any. The search ends there.
    pub findings: Vec<Finding>,
    /// The `Reachable` properties that some state has, by their ids.
    pub reached: Vec<&'static str>,
    /// The others. They cannot be reached at all if the search is complete.
    pub unreached: Vec<&'static str>,
}

/// A violated property, with a shortest run that breaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The property's id.
    pub property: &'static str,
    /// What was claimed of it.
    pub kind: Kind,
    /// Steps from an initial state to the one that breaks it. None break any `Always` property in fewer.
    pub length: u32,
    /// The initial state, then each step.
    pub trace: Vec<String>,
    /// The state that breaks it.
    pub state: String,
}

/// Explores a space until everything is known, an `Always` property is violated, `max_states` distinct states are kept
/// and there is yet another, or `go_on` declines. It is asked from time to time and told how far the search has come.
/// A state without successors is nothing special.
pub fn explore<S: Space>(space: &S, max_states: u32, go_on: &mut dyn FnMut(Progress) -> bool) -> Explored {
    let mut search = Search::new(space, max_states.min(STATES_MAX));
    space.initial(&mut |state| search.find(state, ROOT));
    search.run(go_on);
    search.explored()
}

struct Search<'a, S: Space> {
    space: &'a S,
    table: Table,
    /// The states that wait to be expanded, in the order of discovery, which is that of their numbers.
    queue: VecDeque<S::State>,
    generated: u64,
    outside: u64,
    depth: u32,
    /// The properties that have to be looked at: neither violated nor reached so far.
    open: Vec<usize>,
    /// Violated properties, each with the number of the state that breaks it.
    broken: Vec<(usize, u32)>,
    /// Whether the search ended before everything was known.
    has_ended: bool,
}

impl<'a, S: Space> Search<'a, S> {
    fn new(space: &'a S, max_states: u32) -> Self {
        Self {
            space,
            table: Table::new(max_states),
            queue: VecDeque::new(),
            generated: 0,
            outside: 0,
            depth: 0,
            open: (0..space.properties().len()).collect(),
            broken: Vec::new(),
            has_ended: false,
        }
    }

    fn run(&mut self, go_on: &mut dyn FnMut(Progress) -> bool) {
        let mut expanded = 0_u32;
        let mut level_end = self.table.len();
        self.depth = u32::from(level_end > 0);
        while !self.has_ended
            && let Some(state) = self.queue.pop_front()
        {
            if expanded == level_end {
                level_end = self.table.len();
                self.depth += 1;
            }
            self.expand(&state, expanded);
            expanded += 1;
            if expanded.is_multiple_of(EXPANSIONS_BETWEEN_REPORTS) && !self.queue.is_empty() {
                let queue = self.queue.len() as u64;
                let progress = Progress { distinct: self.table.len(), queue, depth: self.depth };
                self.has_ended |= !go_on(progress);
            }
        }
        self.depth += u32::from(self.table.len() > level_end);
    }

    fn expand(&mut self, state: &S::State, number: u32) {
        let space = self.space;
        if space.within(state) {
            space.successors(state, &mut |_, next| self.find(next, number));
        } else {
            self.outside += 1;
        }
    }

    /// A state was found from another. Once the search has ended, the rest of a state's successors is passed over.
    fn find(&mut self, state: S::State, parent: u32) {
        if self.has_ended {
            return;
        }
        self.generated += 1;
        match self.table.insert(self.space.fingerprint(&state), parent) {
            Insert::Known => {}
            Insert::Full => self.has_ended = true,
            Insert::New(number) => {
                self.judge(&state, number);
                self.queue.push_back(state);
            }
        }
    }

    fn judge(&mut self, state: &S::State, number: u32) {
        let mut place = 0;
        while let Some(property) = self.open.get(place).copied() {
            let kind = self.space.properties()[property].kind;
            match (kind, self.space.holds(state, property)) {
                (Kind::Always, true) | (Kind::Reachable, false) => place += 1,
                (Kind::Reachable, true) => {
                    self.open.remove(place);
                }
                (Kind::Always, false) => {
                    self.open.remove(place);
                    self.broken.push((property, number));
                    self.has_ended = true;
                }
            }
        }
    }

    fn explored(&self) -> Explored {
        let properties = self.space.properties();
        let goals = (0..properties.len()).filter(|number| properties[*number].kind == Kind::Reachable);
        let (unreached, reached): (Vec<usize>, Vec<usize>) = goals.partition(|number| self.open.contains(number));
        let ids = |numbers: Vec<usize>| numbers.into_iter().map(|number| properties[number].id).collect::<Vec<_>>();
        Explored {
            distinct: self.table.len(),
            generated: self.generated,
            depth: self.depth,
            complete: !self.has_ended && self.outside == 0,
            outside: self.outside,
            findings: self.broken.iter().map(|(property, number)| self.finding(*property, *number)).collect(),
            reached: ids(reached),
            unreached: ids(unreached),
        }
    }

    /// Walks from an initial state along the fingerprints that led to the state of that number.
    fn finding(&self, property: usize, number: u32) -> Finding {
        let space = self.space;
        let mut keys = self.table.ancestry(number).into_iter().rev();
        let first = keys.next();
        let mut found = None;
        space.initial(&mut |state| {
            if found.is_none() && Some(key(space.fingerprint(&state))) == first {
                found = Some(state);
            }
        });
        let mut state = found.expect(AGAIN);
        let mut trace = vec![space.text(&state)];
        let mut length = 0;
        for next_key in keys {
            let mut found = None;
            space.successors(&state, &mut |label, next| {
                if found.is_none() && key(space.fingerprint(&next)) == next_key {
                    found = Some((label, next));
                }
            });
            let (label, next) = found.expect(AGAIN);
            trace.push(space.describe(&label));
            state = next;
            length += 1;
        }
        let claim = space.properties()[property];
        Finding { property: claim.id, kind: claim.kind, length, trace, state: space.text(&state) }
    }
}
