//! A world of probes on a bench: orders are obeyed at once, letters are read off the notebooks.

use crate::sketch::probe::{Heard, Order, Probe};
use consistory_kernel::{
    Body, Chooser, Edit, Flight, Journal, MessageAct, MessageId, Moment, ProcessId, Setup, Time, World,
};

pub(crate) struct Bench {
    pub(crate) world: World<Probe>,
    pub(crate) journal: Journal<Probe>,
}

pub(crate) fn id(number: u16) -> ProcessId {
    ProcessId(number)
}

pub(crate) fn letter(to: u16, tag: u8) -> Order {
    Order::Send { to, tag, bytes: 100 }
}

impl Bench {
    pub(crate) fn new(setup: &Setup<Probe>) -> Self {
        Self::with_chooser(setup, Chooser::seeded(setup.seed))
    }

    pub(crate) fn with_chooser(setup: &Setup<Probe>, chooser: Chooser) -> Self {
        let mut journal = Journal::from_step(consistory_kernel::StepId(0));
        let world = World::with_chooser(setup, chooser, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    pub(crate) fn apply(&mut self, edit: &Edit<Probe>) {
        self.world.apply(edit, &mut self.journal).expect("the edit is possible");
    }

    /// The first client invokes an order at a node.
    pub(crate) fn invoke(&mut self, node: u16, op: Order) {
        let client = id(self.world.node_count());
        self.apply(&Edit::Invoke { client, op, target: Some(id(node)) });
    }

    /// As `invoke`, and what happens at this very instant happens.
    pub(crate) fn order(&mut self, node: u16, op: Order) {
        self.invoke(node, op);
        self.run_to(self.world.time());
    }

    pub(crate) fn act(&mut self, tag: u8, act: MessageAct) {
        let message = self.flight(tag).id;
        self.apply(&Edit::Message(message, act));
    }

    pub(crate) fn run_to(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    pub(crate) fn step(&mut self) -> bool {
        self.world.step(&mut self.journal)
    }

    /// The oldest letter with that tag that is in flight.
    pub(crate) fn flight(&self, tag: u8) -> &Flight<Probe> {
        let mut letters: Vec<_> = self.world.flights().filter(|flight| tag_of(flight) == Some(tag)).collect();
        letters.sort_by_key(|flight| flight.id);
        letters.first().expect("such a letter is in flight")
    }

    /// What happened to a node since its boot, with the time on its clock.
    pub(crate) fn heard(&self, node: u16) -> Vec<(Time, Heard)> {
        self.world.node(id(node)).expect("the node is up").heard[1..].to_vec()
    }

    /// The letters that a node read: when, and their tags.
    pub(crate) fn letters(&self, node: u16) -> Vec<(Time, u8)> {
        let letters = self.heard(node).into_iter().filter_map(|(time, heard)| match heard {
            Heard::Message { tag, .. } => Some((time, tag)),
            Heard::Booted(_) | Heard::Timer(_) | Heard::Order { .. } | Heard::Chosen(_) => None,
        });
        letters.collect()
    }

    /// The timers that fired: when, and which.
    pub(crate) fn timers(&self, node: u16) -> Vec<(Time, u8)> {
        let timers = self.heard(node).into_iter().filter_map(|(time, heard)| match heard {
            Heard::Timer(timer) => Some((time, timer)),
            Heard::Booted(_) | Heard::Message { .. } | Heard::Order { .. } | Heard::Chosen(_) => None,
        });
        timers.collect()
    }

    /// The keys of the notes of the last step.
    pub(crate) fn last_notes(&self) -> Vec<&'static str> {
        let last = consistory_kernel::StepId(self.world.steps().0 - 1);
        self.journal.notes_of(last).iter().map(|note| note.key).collect()
    }
}

pub(crate) fn tag_of(flight: &Flight<Probe>) -> Option<u8> {
    match &flight.body {
        Body::Peer(letter) => Some(letter.tag),
        Body::Request(_) | Body::Response { .. } => None,
    }
}

/// No such message: one that is never sent in a test.
pub(crate) const NO_MESSAGE: MessageId = MessageId(1_000_000);
