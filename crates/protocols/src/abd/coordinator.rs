//! The two phases of an operation, at the replica that its client asked: query a majority, then update a majority.

use super::message::{Cause, Message, Round, Tag, Version};
use super::mutants::Mutant;
use super::node::{Asked, Completed, Node, Operation, Phase, Write, bit, fact, version_facts};
use super::op::{Op, Reply};
use super::{Abd, Timer, WRITER, Writers};
use crate::kv::Key;
use consistory_kernel::{Answer, Cx, Fact, MarkKind, ProcessId, Request};

impl Operation {
    /// What its present phase asks of the replicas.
    fn request(&self) -> Message {
        let (round, key) = (self.round, self.asked.op.key());
        match self.phase {
            Phase::Query { .. } => Message::Query { round, key },
            Phase::Update { version } => {
                let cause = if self.asked.op.is_write() { Cause::Write } else { Cause::Read };
                Message::Update { round, key, version, cause }
            }
        }
    }
}

impl Node {
    /// A client asks: this replica coordinates the operation, or has done so already.
    pub(super) fn on_request(&mut self, cx: &mut Cx<'_, Abd>, request: &Request<Abd>) {
        let Request { client, serial, op } = *request;
        let is_sole = cx.config().writers == Writers::One;
        if op.is_write() && is_sole && cx.me() != WRITER {
            cx.note("abd.redirected", &[("client", Fact::Process(client)), ("writer", Fact::Process(WRITER))]);
            cx.reply(client, serial, Answer::Redirect(Some(WRITER)));
            return;
        }
        if let Some((last, reply)) = self.answered.get(&client)
            && serial <= *last
        {
            if serial == *last {
                cx.reply(client, serial, Answer::Done(*reply));
            }
            return;
        }
        if let Some(earlier) = self.running.get(&client) {
            if serial <= earlier.asked.serial {
                return;
            }
            // A client does one thing at a time: it has given the earlier one up.
            cx.note("abd.abandoned", &[("client", Fact::Process(client))]);
        }
        let asked = Asked { client, serial, op };
        match op {
            Op::Write(_, value) if is_sole => {
                let tag = self.new_tag(cx, asked, value, None);
                self.begin_update(cx, asked, Version { tag, value: Some(value) });
            }
            Op::Read(_) | Op::Write(..) => self.begin_query(cx, asked),
        }
    }

    /// The first phase of reads, and of writes that others may have outdone. The coordinator's own copy is an answer.
    fn begin_query(&mut self, cx: &mut Cx<'_, Abd>, asked: Asked) {
        let (client, key) = (("client", Fact::Process(asked.client)), ("key", asked.op.key().fact()));
        match asked.op {
            Op::Read(_) => cx.note("abd.read.begun", &[client, key]),
            Op::Write(_, value) => cx.note("abd.write.begun", &[client, key, ("value", Fact::Number(value))]),
        }
        let greatest = self.durable.version(asked.op.key());
        self.begin_phase(cx, asked, Phase::Query { greatest, agreed: true });
    }

    /// The second phase. The coordinator's own copy comes first, and is on disk before any other replica hears of it.
    fn begin_update(&mut self, cx: &mut Cx<'_, Abd>, asked: Asked, version: Version) {
        let is_new = self.store(cx, asked.op.key(), version);
        self.repaired |= is_new && !asked.op.is_write();
        self.begin_phase(cx, asked, Phase::Update { version });
    }

    fn begin_phase(&mut self, cx: &mut Cx<'_, Abd>, asked: Asked, phase: Phase) {
        self.phases += 1;
        let round = Round { life: self.durable.life, number: self.phases };
        self.running.insert(asked.client, Operation { asked, round, phase, answered: bit(cx.me()) });
        self.ask(cx, asked.client);
        if Self::quorum(cx) == 1 {
            self.end_phase(cx, asked.client);
        }
    }

    /// Sends the request of the present phase to whoever has not answered it.
    fn ask(&self, cx: &mut Cx<'_, Abd>, client: ProcessId) {
        let Some(operation) = self.running.get(&client) else { return };
        let request = operation.request();
        for peer in cx.peers() {
            if operation.answered & bit(peer) == 0 {
                cx.send(peer, request);
            }
        }
        let retry = cx.config().retry;
        cx.set_timer(Timer::Retry(client), retry..=retry);
    }

    /// Some have not answered: a request or an answer may be lost, so it asks again for as long as it takes.
    pub(super) fn on_retry(&self, cx: &mut Cx<'_, Abd>, client: ProcessId) {
        let Some(operation) = self.running.get(&client) else { return };
        let missing = u32::from(cx.nodes()).saturating_sub(operation.answered.count_ones());
        cx.note("abd.retried", &[("client", Fact::Process(client)), ("missing", fact(missing))]);
        self.ask(cx, client);
    }

    /// Counts an answer to the query of the present phase, and keeps the version with the greatest tag.
    pub(super) fn on_query_reply(&mut self, cx: &mut Cx<'_, Abd>, from: ProcessId, round: Round, version: Version) {
        let Some(operation) = self.running.values_mut().find(|operation| operation.round == round) else { return };
        let Phase::Query { greatest, agreed } = &mut operation.phase else { return };
        *agreed &= version.tag == greatest.tag;
        if version.tag > greatest.tag {
            *greatest = version;
        }
        operation.answered |= bit(from);
        let client = operation.asked.client;
        if operation.answered.count_ones() >= Self::quorum(cx) {
            self.end_phase(cx, client);
        }
    }

    /// Counts a replica that has stored the version of the present phase.
    pub(super) fn on_update_reply(&mut self, cx: &mut Cx<'_, Abd>, from: ProcessId, round: Round) {
        let Some(operation) = self.running.values_mut().find(|operation| operation.round == round) else { return };
        let Phase::Update { .. } = operation.phase else { return };
        operation.answered |= bit(from);
        let client = operation.asked.client;
        if operation.answered.count_ones() >= Self::quorum(cx) {
            self.end_phase(cx, client);
        }
    }

    /// A majority has answered.
    fn end_phase(&mut self, cx: &mut Cx<'_, Abd>, client: ProcessId) {
        let Some(Operation { asked, phase, .. }) = self.running.get(&client).copied() else { return };
        match (phase, asked.op) {
            (Phase::Query { greatest, agreed }, Op::Read(key)) => self.write_back(cx, asked, key, greatest, agreed),
            (Phase::Query { greatest, .. }, Op::Write(_, value)) => {
                let tag = self.new_tag(cx, asked, value, Some(greatest.tag.number));
                self.begin_update(cx, asked, Version { tag, value: Some(value) });
            }
            (Phase::Update { version }, Op::Read(key) | Op::Write(key, _)) => {
                let done = match (asked.op, version.value) {
                    (Op::Write(..), _) => "abd.write.done",
                    (Op::Read(_), Some(_)) => "abd.read.done",
                    (Op::Read(_), None) => "abd.read.done.nothing",
                };
                cx.note(done, &version_facts(("client", Fact::Process(client)), key, version));
                self.complete(cx, asked, version);
            }
        }
    }

    /// The version with the greatest tag is what the read returns. It is written back first: a write that has reached
    /// only a minority may have been seen here, and no later read may miss it.
    fn write_back(&mut self, cx: &mut Cx<'_, Abd>, asked: Asked, key: Key, greatest: Version, agreed: bool) {
        let facts = version_facts(("client", Fact::Process(asked.client)), key, greatest);
        if cx.is_off(Mutant::SkipWriteBack) {
            cx.note("abd.read.not_written_back", &facts);
            self.complete(cx, asked, greatest);
            return;
        }
        if !agreed {
            cx.mark(MarkKind::Milestone, "abd.read.differed", &facts);
        } else if greatest.value.is_some() {
            cx.note("abd.read.agreed", &facts);
        } else {
            cx.note("abd.read.nothing", &facts);
        }
        self.begin_update(cx, asked, greatest);
    }

    /// A tag for a new value: greater than those that a majority told of, if it was asked, and with a number that this
    /// writer has never used, so that no tag stands for two values. The number is on disk before anybody hears of it.
    fn new_tag(&mut self, cx: &mut Cx<'_, Abd>, asked: Asked, value: i64, told: Option<u32>) -> Tag {
        let used = self.durable.number;
        let highest = match told {
            Some(told) if cx.is_off(Mutant::ForgetNumber) => told,
            Some(told) => told.max(used),
            None => used,
        };
        let number = highest.saturating_add(1);
        let write = Write::Number(number);
        self.durable.write(&write);
        cx.persist(write);
        let (client, key) = (("client", Fact::Process(asked.client)), ("key", asked.op.key().fact()));
        let (value, chosen, used) = (("value", Fact::Number(value)), ("number", fact(number)), ("used", fact(used)));
        match told {
            Some(told) => cx.note("abd.write.tagged", &[client, key, value, chosen, ("told", fact(told)), used]),
            None => cx.note("abd.write.counted", &[client, key, value, chosen, used]),
        }
        Tag { number, writer: cx.me() }
    }

    /// Answers the client, and remembers the answer in case that the request arrives again.
    fn complete(&mut self, cx: &mut Cx<'_, Abd>, asked: Asked, version: Version) {
        let Asked { client, serial, op } = asked;
        let reply = if op.is_write() { Reply::Written } else { Reply::Read(version.value) };
        self.running.remove(&client);
        cx.cancel_timer(Timer::Retry(client));
        self.answered.insert(client, (serial, reply));
        self.completed = Some(Completed { asked, version });
        cx.reply(client, serial, Answer::Done(reply));
    }
}
