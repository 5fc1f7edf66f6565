//! A node's state, and what it does when something happens.

use super::mutants::Mutant;
use super::{Message, Newcomer, PRIMARY, Timer};
use crate::kv::{Op, Store};
use consistory_kernel::{Answer, Chunks, Cx, Event, Fact, MarkKind, ProcessId, Request};

/// One entry of the log: an operation, with what makes it apply once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Who asked.
    pub client: ProcessId,
    /// The number of the operation at its client.
    pub serial: u32,
    /// The operation.
    pub op: Op,
}

/// What survives a crash. It changes by writes only, each of which appends an entry.
#[derive(Clone, Debug, Default, Hash)]
pub struct Durable {
    /// Everything that was done, in order.
    pub log: Chunks<Entry>,
}

/// A running node.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// What is on disk, as this node works with it.
    pub durable: Durable,
    /// What comes of the log.
    pub store: Store,
}

impl Node {
    /// Boots from stable storage.
    pub(super) fn start(cx: &mut Cx<'_, Newcomer>, durable: &Durable) -> Self {
        let mut store = Store::default();
        for entry in durable.log.iter() {
            store.apply(entry.client, entry.serial, entry.op);
        }
        if cx.me() == PRIMARY {
            cx.mark(MarkKind::Leader, "newcomer.serves", &[("entries", count(durable.log.len()))]);
        } else {
            Self::wait(cx);
        }
        Self { durable: durable.clone(), store }
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, Newcomer>, event: Event<Newcomer>) {
        match event {
            Event::Message { from, message: Message::Fetch { have } } => self.on_fetch(cx, from, have),
            Event::Message { message: Message::Copy { after, entry }, .. } => self.on_copy(cx, after, entry),
            Event::Timer(Timer::Fetch) => self.fetch(cx),
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    /// How many entries it has.
    pub fn have(&self) -> u32 {
        u32::try_from(self.durable.log.len()).unwrap_or(u32::MAX)
    }

    /// The entry at a place, counted from 1.
    pub fn entry(&self, place: u32) -> Option<&Entry> {
        self.durable.log.get(place.checked_sub(1)? as usize)
    }

    /// The primary performs the operation; a backup says who would.
    fn on_request(&mut self, cx: &mut Cx<'_, Newcomer>, request: &Request<Newcomer>) {
        let Request { client, serial, op } = *request;
        if cx.me() != PRIMARY {
            cx.note("newcomer.redirected", &[("client", Fact::Process(client))]);
            cx.reply(client, serial, Answer::Redirect(Some(PRIMARY)));
            return;
        }
        let is_new = self.store.session(client).is_none_or(|(last, _)| serial > *last);
        // A request that came before is answered as it was then; one that its client gave up has no answer.
        let Some(reply) = self.store.apply(client, serial, op) else { return };
        if is_new {
            let entry = Entry { client, serial, op };
            self.durable.log.push(entry);
            if !cx.is_off(Mutant::AnswerBeforePersisting) {
                cx.persist(entry);
            }
            cx.note(
                "newcomer.performed",
                &[("entry", count(self.durable.log.len())), ("client", Fact::Process(client))],
            );
        }
        cx.reply(client, serial, Answer::Done(reply));
    }

    fn fetch(&self, cx: &mut Cx<'_, Newcomer>) {
        cx.send(PRIMARY, Message::Fetch { have: self.have() });
        Self::wait(cx);
    }

    fn on_fetch(&self, cx: &mut Cx<'_, Newcomer>, from: ProcessId, have: u32) {
        if let Some(entry) = self.entry(have + 1) {
            cx.send(from, Message::Copy { after: have, entry: *entry });
        }
    }

    /// A copy that came late or twice has its place taken already.
    fn on_copy(&mut self, cx: &mut Cx<'_, Newcomer>, after: u32, entry: Entry) {
        if after != self.have() {
            return;
        }
        self.durable.log.push(entry);
        self.store.apply(entry.client, entry.serial, entry.op);
        cx.persist(entry);
        cx.note("newcomer.copied", &[("entry", count(self.durable.log.len()))]);
        self.fetch(cx);
    }

    /// Random, so that the backups do not all ask at once.
    fn wait(cx: &mut Cx<'_, Newcomer>) {
        let interval = cx.config().interval;
        cx.set_timer(Timer::Fetch, interval / 2..=interval);
    }
}

fn count(entries: usize) -> Fact {
    Fact::Number(i64::try_from(entries).unwrap_or(i64::MAX))
}
