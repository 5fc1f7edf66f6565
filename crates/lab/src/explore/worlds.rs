//! Exploration of a protocol as it runs: every order of deliveries, time-outs, crashes and requests, within bounds.
//!
//! No time passes. Messages wait in flight until one of them is delivered, so that one that never is stands for one that
//! is lost; clocks stand still, and what a protocol concludes from its clock, such as that a lease has ended, happens only
//! as a time-out. A step is an edit of the scenario language, so that a counterexample is a scenario.

use super::{Explored, Finding, Kind, Progress, Property, Space, explore};
use crate::Run;
use consistory_kernel::{
    ClientPolicy, DiskFate, Edit, Journal, Latency, MS, MessageAct, OpKind, ProcessId, ProcessStatus, Setting, Setup,
    Time, World,
};
use consistory_protocols::Spec;
use consistory_scene::Expectation;
use consistory_session::scenario;
use std::cell::Cell;
use std::fmt::Write;

/// A message takes this long by itself: longer than any counterexample is played.
const FOR_EVER: Time = 600_000 * MS;

/// In the scenario of a counterexample the steps are so far apart.
const STEP: Time = 10 * MS;

/// Timers that are due at once fire with the step that armed them; more in a row are a mistake of the protocol.
const AT_ONCE_MAX: u32 = 10_000;

/// How far exploration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many time-outs there are in all.
    pub timeouts: u8,
    /// How many crashes there are in all; who has crashed may restart at any time.
    pub crashes: u8,
    /// How many operations clients invoke in all.
    pub operations: u8,
    /// What follows a state with more messages in flight is not explored.
    pub messages: u16,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { timeouts: 2, crashes: 0, operations: 1, messages: 12 }
    }
}

/// What exploration came to, and the shortest counterexample as a scenario.
pub struct Worlds {
    /// The figures; the traces are statements of the scenario language.
    pub explored: Explored,
    /// A scenario that breaks what is violated.
    pub scenario: Option<String>,
}

/// Explores a protocol from a setup; otherwise as [`explore()`].
pub fn explore_worlds<P: Spec>(
    mut setup: Setup<P>,
    bounds: Bounds,
    max_states: u32,
    go_on: &mut dyn FnMut(Progress) -> bool,
) -> Worlds {
    setup.network.latency = Latency::Constant(FOR_EVER);
    setup.policy = ClientPolicy { retry_after: FOR_EVER, give_up_after: FOR_EVER };
    slow_timers(&mut setup);
    let property = |property: &consistory_protocols::Property| match property.expectation {
        Expectation::Always => Some(Property { id: property.id, kind: Kind::Always }),
        Expectation::Sometimes => Some(Property { id: property.id, kind: Kind::Reachable }),
        Expectation::Eventually => None,
    };
    let known = (0_u8..).zip(P::PROPERTIES);
    let (numbers, properties) = known.filter_map(|(number, of)| Some((number, property(of)?))).unzip();
    let space = Interleavings { setup, bounds, properties, numbers, reached: Cell::new(0) };
    let mut explored = explore(&space, max_states, go_on);
    space.correct(&mut explored);
    let scenario = explored.findings.first().map(|finding| space.scenario(finding));
    Worlds { explored, scenario }
}

/// Makes every timer of the protocol as much longer as its parameters allow, all by the same factor, so that none fires by
/// itself while a counterexample is played.
fn slow_timers<P: Spec>(setup: &mut Setup<P>) {
    use consistory_protocols::ParameterKind;
    let parameters = || (0_u8..).zip(P::PARAMETERS);
    let room = parameters().filter_map(|(number, parameter)| {
        match (parameter.kind, P::setting(&setup.config, usize::from(number))) {
            (ParameterKind::Duration(_, most), Setting::Duration(time))
            | (ParameterKind::Range(_, most), Setting::Range(_, time)) => most.checked_div(time),
            _ => None,
        }
    });
    let factor = room.min().unwrap_or(1).max(1);
    for (number, _) in parameters() {
        let slowed = match P::setting(&setup.config, usize::from(number)) {
            Setting::Duration(time) => Setting::Duration(time * factor),
            Setting::Range(low, high) => Setting::Range(low * factor, high * factor),
            Setting::Number(_) | Setting::Ratio(_) => continue,
        };
        P::tune(&mut setup.config, number, &slowed);
    }
}

struct Interleavings<P: Spec> {
    setup: Setup<P>,
    bounds: Bounds,
    properties: Vec<Property>,
    /// For each of them its number in the protocol.
    numbers: Vec<u8>,
    /// `Sometimes` properties that came true on any way: a state is judged only where it is found first.
    reached: Cell<u64>,
}

/// A world, and what of the bounds is used up.
struct State<P: Spec> {
    world: World<P>,
    timeouts: u8,
    crashes: u8,
    operations: u8,
}

impl<P: Spec> State<P> {
    fn copy(&self) -> Self {
        Self { world: self.world.clone(), ..*self }
    }
}

impl<P: Spec> Interleavings<P> {
    /// What becomes of a state when somebody does that, and everything that is due at once; nothing if it cannot be done.
    fn after(&self, mut state: State<P>, edit: &Edit<P>) -> Option<State<P>> {
        let mut journal = Journal::off();
        state.world.apply(edit, &mut journal).ok()?;
        let now = state.world.time();
        for _ in 0..AT_ONCE_MAX {
            if state.world.next_time() != Some(now) || !state.world.step(&mut journal) {
                break;
            }
        }
        self.reached.set(self.reached.get() | state.world.reached());
        Some(state)
    }

    /// One delivery of each message that can be told from the others; of several that cannot, the oldest.
    fn deliveries(world: &World<P>) -> Vec<Edit<P>> {
        let mut flights: Vec<_> = world.flights().collect();
        flights.sort_by_key(|flight| flight.id);
        let mut known = Vec::new();
        let mut deliveries = Vec::new();
        for flight in &flights {
            let fingerprint = flight.fingerprint();
            if known.contains(&fingerprint) {
                continue;
            }
            known.push(fingerprint);
            let (from, to, kind) = (flight.from, flight.to, flight.body.kind());
            let mut alike =
                flights.iter().filter(|other| (other.from, other.to, other.body.kind()) == (from, to, kind));
            let is_oldest = alike.next().is_some_and(|oldest| oldest.id == flight.id);
            // By its kind where that is enough: a counterexample is read.
            deliveries.push(if is_oldest {
                Edit::NextMessage { from, to, kind: Some(kind), act: MessageAct::Deliver }
            } else {
                Edit::Message(flight.id, MessageAct::Deliver)
            });
        }
        deliveries
    }

    /// The next operation: reads and writes in turn, of the clients in turn.
    fn operation(&self, state: &State<P>) -> Option<Edit<P>> {
        let clients = self.setup.clients;
        if state.operations == self.bounds.operations || clients == 0 {
            return None;
        }
        let number = state.operations;
        let kind = if number % 3 == 2 { OpKind::Read } else { OpKind::Write };
        let op = P::operation(kind, 0, i64::from(number) + 1).or_else(|| P::operation(OpKind::Write, 0, 1))?;
        Some(Edit::Invoke { client: ProcessId(self.setup.nodes + u16::from(number) % clients), op, target: None })
    }

    /// What was reached anywhere counts, and not only where a state was found first.
    fn correct(&self, explored: &mut Explored) {
        let is_reached = |place: usize| self.reached.get() >> self.numbers[place] & 1 == 1;
        let goals = self.properties.iter().enumerate().filter(|(_, property)| property.kind == Kind::Reachable);
        let (reached, unreached): (Vec<_>, Vec<_>) = goals.partition(|(place, _)| is_reached(*place));
        let ids = |of: Vec<(usize, &Property)>| of.into_iter().map(|(_, property)| property.id).collect();
        (explored.reached, explored.unreached) = (ids(reached), ids(unreached));
    }

    /// The steps as a scenario, each some time after the one before.
    fn scenario(&self, finding: &Finding) -> String {
        let start = Run { setup: self.setup.clone(), edits: Vec::new(), until: 0 };
        let mut text = format!("# Found by exploration: no shorter way breaks it.\n{}", start.text());
        let mut time = 0;
        for step in finding.trace.iter().skip(1) {
            time += STEP;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "at {}ms {step}", time / MS);
        }
        let _ = writeln!(text, "run 10ms\nexpect {} violated\ncursor {}ms", finding.property, time / MS + 10);
        text
    }
}

impl<P: Spec> Space for Interleavings<P> {
    type State = State<P>;
    type Label = Edit<P>;

    fn properties(&self) -> &[Property] {
        &self.properties
    }

    fn initial(&self, visit: &mut impl FnMut(State<P>)) {
        let world = World::new(&self.setup, &mut Journal::off()).expect("whoever explores has a setup that can run");
        visit(State { world, timeouts: 0, crashes: 0, operations: 0 });
    }

    fn successors(&self, state: &State<P>, visit: &mut impl FnMut(Edit<P>, State<P>)) {
        let mut go = |edit: Edit<P>, spent: fn(&mut State<P>)| {
            let mut next = state.copy();
            spent(&mut next);
            if let Some(next) = self.after(next, &edit) {
                visit(edit, next);
            }
        };
        for delivery in Self::deliveries(&state.world) {
            go(delivery, |_| {});
        }
        for node in (0..self.setup.nodes).map(ProcessId) {
            match state.world.process(node).map(|process| process.status) {
                Some(ProcessStatus::Crashed) => go(Edit::Restart(node), |_| {}),
                Some(ProcessStatus::Up) => {
                    let waits = state.world.timers(node).iter().any(|armed| P::times_out(armed.timer));
                    if waits && state.timeouts < self.bounds.timeouts {
                        go(Edit::Rearm(node, 0), |next| next.timeouts += 1);
                    }
                    if state.crashes < self.bounds.crashes {
                        go(Edit::Crash(node, DiskFate::Kept), |next| next.crashes += 1);
                    }
                }
                Some(ProcessStatus::Paused) | None => {}
            }
        }
        if let Some(operation) = self.operation(state) {
            go(operation, |next| next.operations += 1);
        }
    }

    fn fingerprint(&self, state: &State<P>) -> u64 {
        let spent = u64::from(state.timeouts) | u64::from(state.crashes) << 8 | u64::from(state.operations) << 16;
        super::fingerprint(&[state.world.fingerprint(), spent])
    }

    fn holds(&self, state: &State<P>, property: usize) -> bool {
        let number = self.numbers[property];
        match self.properties[property].kind {
            Kind::Always => !state.world.findings().iter().any(|finding| finding.property == number),
            Kind::Reachable => state.world.reached() >> number & 1 == 1,
        }
    }

    fn within(&self, state: &State<P>) -> bool {
        state.world.flights().count() <= usize::from(self.bounds.messages)
    }

    fn text(&self, state: &State<P>) -> String {
        format!("{} messages in flight", state.world.flights().count())
    }

    fn describe(&self, edit: &Edit<P>) -> String {
        scenario::statement(&self.setup, edit)
    }
}
