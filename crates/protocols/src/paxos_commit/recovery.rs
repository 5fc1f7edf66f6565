//! Restarts: what the log says is taken up where it was left.
//!
//! An RM makes committed changes again, forgets what it was not prepared for, and takes the locks of what is in doubt
//! before anybody else can have them; then it asks. An acceptor keeps what it has promised and accepted. A leader has
//! lost what it was leading, and is asked for it by those in doubt.

use super::message::Head;
use super::node::{Joined, Node, Phase};
use super::record::{Durable, Record, Write};
use super::{MANAGER, PaxosCommit};
use crate::kv::Key;
use crate::transaction::execution::Past;
use crate::transaction::outbox::Outbox;
use crate::transaction::site::{Logged, Site};
use crate::transaction::{Outcome, TxnId, fact, number};
use consistory_kernel::{Cx, MarkKind};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What an RM was prepared for, as its log has it: the transaction, and what it has changed.
type Promises = BTreeMap<TxnId, (Rc<Head>, Vec<(Key, i64)>)>;

impl Node {
    /// Boots from stable storage.
    pub(super) fn start(cx: &mut Cx<'_, PaxosCommit>, durable: &Durable) -> Self {
        cx.persist(Write::Boot);
        let mut node = Self {
            site: Site::boot(durable),
            stable: u32::try_from(durable.log.len()).unwrap_or(u32::MAX),
            renamed: BTreeMap::new(),
            leading: BTreeMap::new(),
            led: Past::default(),
            ballots: BTreeMap::new(),
            leader: MANAGER,
            outbox: Outbox::default(),
            has_raised: false,
            deeds: Vec::new(),
        };
        let life = node.site.life;
        if cx.me() == MANAGER {
            let key = if life == 1 { "paxos-commit.boots" } else { "paxos-commit.recovers" };
            cx.mark(MarkKind::Leader, key, &[]);
        }
        let promises = node.replay(cx, durable);
        if life > 1 && !node.ballots.is_empty() {
            cx.note("paxos-commit.remembers", &[number("count", node.ballots.len())]);
        }
        node.take_up_promises(cx, promises);
        node
    }

    /// Reads the log from its beginning: redoes what is committed, and collects what is not ended.
    fn replay(&mut self, cx: &Cx<'_, PaxosCommit>, durable: &Durable) -> Promises {
        let mut promises = Promises::new();
        for record in durable.log.iter() {
            let txn = record.txn();
            match record {
                Record::Prepared { head, changes } => {
                    self.site.past.begin(txn);
                    if head.home == cx.me() {
                        self.site.sessions.begin(txn);
                    }
                    promises.insert(txn, (Rc::clone(head), changes.clone()));
                }
                Record::Learned { outcome, .. } => {
                    self.site.past.end(txn, *outcome);
                    self.replay_learned(cx, &mut promises, txn, *outcome);
                }
                Record::Accepted { head, .. } | Record::Promised { head, .. } => self.acceptance(head).redo(record),
                Record::Decided { outcome, .. } => self.led.end(txn, *outcome),
            }
        }
        promises
    }

    /// The RM here knew the decision: what it had changed is made again, or not.
    fn replay_learned(&mut self, cx: &Cx<'_, PaxosCommit>, promises: &mut Promises, txn: TxnId, outcome: Outcome) {
        let Some((head, changes)) = promises.remove(&txn) else { return };
        if outcome == Outcome::Commit {
            self.site.store.redo(&changes);
        }
        if head.home == cx.me() {
            self.site.sessions.end(txn, head.reply(outcome));
        }
    }

    /// What is in doubt is locked again, and the question what is decided goes out at once.
    fn take_up_promises(&mut self, cx: &mut Cx<'_, PaxosCommit>, promises: Promises) {
        for (txn, (head, changes)) in promises {
            cx.note("paxos-commit.relocks", &[fact(txn), number("changes", changes.len())]);
            self.site.store.restore(txn, &changes);
            let (home, phase) = (head.home, Phase::Prepared { asked: 0 });
            self.site.parts.insert(txn, Joined { home, head: Some(head), phase, told: BTreeMap::new() });
            self.ask(cx, txn);
        }
    }
}
