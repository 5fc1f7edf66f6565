//! Clients' requests: the primary performs them, the others say who the primary is.

use super::PrimaryBackup;
use super::log::Command;
use super::node::{Node, Role, number, primary_fact};
use crate::kv::{Key, Op, Reply};
use consistory_kernel::{Answer, Cx, Fact, ProcessId, Request};

impl Node {
    /// A client asks.
    pub(super) fn on_request(&mut self, cx: &mut Cx<'_, PrimaryBackup>, request: &Request<PrimaryBackup>) {
        let Request { client, serial, op } = *request;
        match op {
            Op::Read(key) => self.on_read(cx, client, serial, key),
            Op::Write(..) | Op::CompareAndSet(..) | Op::Append(..) => self.on_write(cx, client, serial, op),
        }
    }

    /// A read is answered from the store; it takes no place in the log. The primary must know that the store has
    /// everything acknowledged, by its own office and those before, and that there is no later office.
    fn on_read(&mut self, cx: &mut Cx<'_, PrimaryBackup>, client: ProcessId, serial: u32, key: Key) {
        if cx.config().reads_anywhere {
            self.answer_read(cx, client, serial, key);
            return;
        }
        let Role::Primary { since, .. } = self.role else {
            self.redirect(cx, client, serial);
            return;
        };
        if self.acknowledged < since {
            let facts = [("client", Fact::Process(client)), ("index", number(since))];
            cx.note("primary-backup.read.early", &facts);
            cx.reply(client, serial, Answer::Redirect(None));
            return;
        }
        if !self.has_lease(cx) {
            cx.note("primary-backup.read.no_lease", &[("client", Fact::Process(client))]);
            cx.reply(client, serial, Answer::Redirect(None));
            return;
        }
        self.answer_read(cx, client, serial, key);
    }

    fn answer_read(&mut self, cx: &mut Cx<'_, PrimaryBackup>, client: ProcessId, serial: u32, key: Key) {
        let value = self.store.values().find(|(held, _)| *held == key).map(|(_, value)| value.clone());
        self.reads = self.reads.wrapping_add(1);
        let facts = [("client", Fact::Process(client)), ("key", key.fact()), ("index", number(self.applied))];
        cx.note(if self.is_primary() { "primary-backup.read" } else { "primary-backup.read.backup" }, &facts);
        cx.reply(client, serial, Answer::Done(Reply::Read(value)));
    }

    /// The primary appends the write; its client is answered when enough backups have stored it.
    fn on_write(&mut self, cx: &mut Cx<'_, PrimaryBackup>, client: ProcessId, serial: u32, op: Op) {
        if !self.is_primary() {
            self.redirect(cx, client, serial);
            return;
        }
        // A retry of what is under way is answered with it; a new primary may have applied what is not acknowledged yet.
        let log = &self.durable.log;
        if (self.acknowledged + 1..=log.last_index()).any(|index| log.holds_request(index, client, serial)) {
            return;
        }
        // A retry of what is done is answered as it was then.
        if let Some((last, reply)) = self.store.session(client)
            && serial <= *last
        {
            if serial == *last {
                cx.reply(client, serial, Answer::Done(reply.clone()));
            }
            return;
        }
        // An asynchronous primary is the only one who knows of what it acknowledges, and so must be sure of its office.
        if cx.config().acks_needed(cx.nodes()) == 0 && !self.has_lease(cx) {
            cx.note("primary-backup.write.no_lease", &[("client", Fact::Process(client))]);
            cx.reply(client, serial, Answer::Redirect(None));
            return;
        }
        self.append(cx, Command::Client { client, serial, op });
    }

    /// Only the primary serves: the client is told who that is, if this node knows.
    fn redirect(&self, cx: &mut Cx<'_, PrimaryBackup>, client: ProcessId, serial: u32) {
        cx.note("primary-backup.redirected", &[("client", Fact::Process(client)), primary_fact(self.primary)]);
        cx.reply(client, serial, Answer::Redirect(self.primary));
    }
}
