//! Clients' requests: the leader serves them, the others say who leads.

use super::MultiPaxos;
use super::log::Command;
use super::node::{Happening, Node, leader_fact, number};
use crate::applied::Heard;
use crate::kv::{Key, Op, Reply};
use consistory_kernel::{Answer, Cx, Fact, ProcessId, Request};

impl Node {
    /// A client asks.
    pub(super) fn on_request(&mut self, cx: &mut Cx<'_, MultiPaxos>, request: &Request<MultiPaxos>) {
        let Request { client, serial, op } = *request;
        self.happened.push(Happening::Asked(Heard { client, serial, op }));
        let Some(leading) = self.leading() else {
            cx.note("multi-paxos.redirected", &[("client", Fact::Process(client)), leader_fact(self.leader)]);
            cx.reply(client, serial, Answer::Redirect(self.leader));
            return;
        };
        // What is done is answered from the session; what is under way is answered with it.
        if let Some((last, reply)) = self.store.session(client)
            && serial <= *last
        {
            if serial == *last {
                cx.reply(client, serial, Answer::Done(reply.clone()));
            }
            return;
        }
        let waits = leading.queue.iter().any(|command| command.is_request(client, serial));
        let mut open = self.applied + 1..=self.log.last();
        if waits || open.any(|slot| self.log.holds_request(slot, client, serial)) {
            return;
        }
        match op {
            Op::Read(key) if self.may_read(cx) => self.answer_read(cx, client, serial, key),
            Op::Read(_) | Op::Write(..) | Op::CompareAndSet(..) | Op::Append(..) => {
                self.propose(cx, Command::Client { client, serial, op });
            }
        }
    }

    /// Whether the store has everything that was ever acknowledged: nobody else can have chosen anything, and what
    /// may have been chosen before is applied.
    fn may_read(&self, cx: &Cx<'_, MultiPaxos>) -> bool {
        self.has_lease(cx) && self.leading().is_some_and(|leading| self.applied >= leading.recovered)
    }

    /// Under the lease a read takes no place in the log.
    fn answer_read(&mut self, cx: &mut Cx<'_, MultiPaxos>, client: ProcessId, serial: u32, key: Key) {
        let value = self.store.values().find(|(held, _)| *held == key).map(|(_, value)| value.clone());
        self.happened.push(Happening::Read);
        let facts = [("client", Fact::Process(client)), ("key", key.fact()), ("slot", number(self.applied))];
        cx.note("multi-paxos.reads", &facts);
        cx.reply(client, serial, Answer::Done(Reply::Read(value)));
    }
}
