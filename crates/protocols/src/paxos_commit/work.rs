//! What the execution of transactions needs to know of Paxos Commit, and what it does beyond the usual.
//!
//! A node that executes transactions writes nothing down for them; acceptors and RMs do. So one that has restarted may
//! execute an operation for a second time whose first execution is being committed, or has ended. Then an RM that was
//! prepared says so, and the first execution counts. An RM that has begun the second one never prepares for the first.

use super::message::{Head, Message};
use super::node::{Joined, Node};
use super::properties::Monitor;
use super::record::Record;
use super::roles::Layout;
use super::{Begin, Config, PaxosCommit, Timer};
use crate::transaction::execution::Execution;
use crate::transaction::judge::Judge;
use crate::transaction::op::Reply;
use crate::transaction::site::{Commit, Errand, Site, Terms, Undecided, Wait};
use crate::transaction::work::{abort_work, withdraw};
use crate::transaction::{Member, Outcome, TxnId, fact};
use consistory_kernel::{Cx, Fact, ProcessId};
use std::rc::Rc;

impl Commit for PaxosCommit {
    type Record = Record;
    type Part = Joined;
    type Ended = Outcome;

    fn site(node: &Node) -> &Site<Record, Joined> {
        &node.site
    }

    fn site_mut(node: &mut Node) -> &mut Site<Record, Joined> {
        &mut node.site
    }

    fn judge(monitor: &Monitor) -> &Judge {
        &monitor.judge
    }

    /// Where the manager is on an RM's node, that one executes all transactions in any case.
    fn terms(config: &Config, nodes: u16) -> Terms {
        let roles = config.roles(nodes);
        Terms {
            placement: roles.placement(),
            is_executed_by_holder: config.begin == Begin::Participant && roles.layout() != Layout::Together,
            work_timeout: config.work_timeout,
            lock_timeout: config.lock_timeout,
        }
    }

    fn timer(wait: Wait, txn: TxnId) -> Timer {
        match wait {
            Wait::Work => Timer::Work(txn),
            Wait::Request => Timer::Request(txn),
            Wait::Lock => Timer::Lock(txn),
        }
    }

    fn message(txn: TxnId, errand: Errand) -> Message {
        match errand {
            Errand::Do(actions) => Message::Work { txn, actions },
            Errand::Done { life, reads } => Message::Worked { txn, life, reads },
            Errand::Undo => Message::Decision { txn, outcome: Outcome::Abort },
        }
    }

    fn begin_commit(node: &mut Node, cx: &mut Cx<'_, Self>, txn: TxnId, members: Vec<Member>, reads: Vec<Option<i64>>) {
        let home = cx.me();
        let leader = match cx.config().begin {
            Begin::Coordinator => home,
            Begin::Participant => node.leader,
        };
        let head = Rc::new(Head { txn, home, leader, members, reads });
        if leader == home {
            node.coordinate(cx, &head, None);
        } else {
            node.ask_to_commit(cx, &head);
        }
    }

    fn tells_of_earlier(node: &mut Node, cx: &mut Cx<'_, Self>, home: ProcessId, txn: TxnId) -> bool {
        node.tell_of_earlier(cx, home, txn)
    }

    /// An RM that has begun to work never prepares for an earlier execution; and in its first life a node has begun none.
    fn is_certain(node: &Node, txn: TxnId) -> bool {
        let site = &node.site;
        let has_begun = |execution: &Execution| !execution.members().is_empty();
        site.life == 1 || site.parts.contains_key(&txn) || site.running.get(&txn).is_some_and(has_begun)
    }

    fn answer(node: &mut Node, cx: &mut Cx<'_, Self>, txn: TxnId, reply: Reply) {
        node.answer(cx, txn, reply);
    }

    fn coordinated(node: &Node) -> Vec<(TxnId, bool)> {
        node.leading.keys().map(|txn| (*txn, true)).collect()
    }
}

impl Node {
    /// The same operation may have been prepared here under an earlier name: then that one counts, whatever becomes of
    /// it, and this one is not begun. One that has not been prepared never will be. Returns whether the node that
    /// executes it was told of an earlier one.
    fn tell_of_earlier(&mut self, cx: &mut Cx<'_, PaxosCommit>, home: ProcessId, txn: TxnId) -> bool {
        let is_earlier =
            |other: TxnId| other.client == txn.client && other.serial == txn.serial && other.attempt < txn.attempt;
        if txn.attempt < 2 {
            return false;
        }
        let working = self.site.parts.iter().filter(|(_, joined)| !joined.is_in_doubt()).map(|(other, _)| *other);
        for other in working.filter(|other| is_earlier(*other)).collect::<Vec<_>>() {
            abort_work(self, cx, other);
        }
        let prepared = self.site.log.iter().filter_map(|(record, _)| record.prepared());
        let earlier = prepared.filter(|head| is_earlier(head.txn)).last().cloned();
        let Some(head) = earlier else { return false };
        let outcome = self.known(head.txn);
        let facts = [fact(txn), ("earlier", head.txn.fact()), ("home", Fact::Process(home))];
        cx.note("paxos-commit.tells_earlier", &facts);
        if home == cx.me() {
            self.on_earlier(cx, home, txn, &head, outcome);
        } else {
            cx.send(home, Message::Earlier { txn, head, outcome });
        }
        true
    }

    /// An RM was prepared for an earlier execution of the same operation: that one counts.
    pub(super) fn on_earlier(
        &mut self,
        cx: &mut Cx<'_, PaxosCommit>,
        from: ProcessId,
        txn: TxnId,
        head: &Rc<Head>,
        outcome: Option<Outcome>,
    ) {
        if !self.site.running.contains_key(&txn) {
            return;
        }
        let facts = [fact(txn), ("earlier", head.txn.fact()), ("participant", Fact::Process(from))];
        cx.note("paxos-commit.hears_earlier", &facts);
        withdraw(self, cx, txn);
        self.renamed.insert(head.txn, txn);
        match outcome.or_else(|| self.known(head.txn)) {
            Some(outcome) => self.answer(cx, head.txn, head.reply(outcome)),
            None => self.take_over(cx, head),
        }
    }
}
