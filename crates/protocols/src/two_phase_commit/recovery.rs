//! Restarts: what the log says is taken up where it was left (§7.4).
//!
//! A participant makes committed changes again, forgets what it had not voted yes on, and takes the locks of what is in
//! doubt before anybody else can have them. The coordinator aborts what it had not decided, and repeats what nobody has
//! acknowledged; of what its log does not know, it will say what is presumed.

use super::message::Message;
use super::node::{Coordination, Ended, Joined, Node, Phase};
use super::record::{Durable, Record, Write};
use super::{Begin, COORDINATOR, TwoPhaseCommit};
use crate::kv::Key;
use crate::transaction::execution::Past;
use crate::transaction::op::Reply;
use crate::transaction::outbox::Outbox;
use crate::transaction::site::{Logged, Site};
use crate::transaction::{Member, Outcome, TxnId, fact, number};
use consistory_kernel::{Cx, MarkKind, ProcessId};
use std::collections::BTreeMap;

/// What a participant had promised, as its log has it.
type Promises = BTreeMap<TxnId, (Joined, Vec<(Key, i64)>)>;

impl Node {
    /// Boots from stable storage.
    pub(super) fn start(cx: &mut Cx<'_, TwoPhaseCommit>, durable: &Durable) -> Self {
        cx.persist(Write::Boot);
        let mut node = Self {
            site: Site::boot(durable),
            coordinated: BTreeMap::new(),
            begun: Past::default(),
            coordinator_life: 1,
            outbox: Outbox::default(),
            unacknowledged: Vec::new(),
            is_helped: false,
        };
        if cx.me() == COORDINATOR {
            let key = if node.site.life == 1 { "transaction.boots" } else { "transaction.recovers" };
            cx.mark(MarkKind::Leader, key, &[]);
            node.tell_life(cx);
        }
        let promises = node.replay(cx, durable);
        node.take_up_promises(cx, promises);
        node.take_up_coordination(cx);
        node
    }

    /// Participants that begin to commit need to know which life of the coordinator they ask; of the first they know.
    fn tell_life(&self, cx: &mut Cx<'_, TwoPhaseCommit>) {
        if self.site.life > 1 && cx.config().begin(cx.nodes()) == Begin::Participant {
            for peer in cx.peers() {
                cx.send(peer, Message::Hello { life: self.site.life });
            }
        }
    }

    /// Reads the log from its beginning: redoes what is committed, and collects what is not ended.
    fn replay(&mut self, cx: &Cx<'_, TwoPhaseCommit>, durable: &Durable) -> Promises {
        let mut promises = Promises::new();
        for record in durable.log.iter() {
            let txn = record.txn();
            match record {
                Record::Start { members, .. } => {
                    self.coordinated.insert(txn, Coordination::of(members.clone()));
                }
                Record::Decided { outcome, targets, reads, .. } => {
                    self.replay_decision(cx, txn, *outcome, targets, reads);
                    self.replay_learned(&mut promises, txn, *outcome);
                }
                Record::End { .. } => {
                    self.coordinated.remove(&txn);
                }
                Record::Yes { members, changes, reply, .. } => {
                    let phase = Phase::Prepared { asked: 0, helpless: Vec::new() };
                    let joined = Joined { home: COORDINATOR, members: members.clone(), reply: reply.clone(), phase };
                    self.site.past.begin(txn);
                    if reply.is_some() {
                        self.site.sessions.begin(txn);
                    }
                    promises.insert(txn, (joined, changes.clone()));
                }
                Record::Learned { outcome, .. } => {
                    self.site.past.end(txn, Ended::Decided(*outcome));
                    self.replay_learned(&mut promises, txn, *outcome);
                }
            }
        }
        promises
    }

    /// The coordinator had decided.
    fn replay_decision(
        &mut self,
        cx: &Cx<'_, TwoPhaseCommit>,
        txn: TxnId,
        outcome: Outcome,
        targets: &[ProcessId],
        reads: &[Option<i64>],
    ) {
        if cx.config().begin(cx.nodes()) != Begin::Participant {
            self.site.sessions.end(txn, Reply::of(outcome, reads.to_vec()));
        }
        let waiting = if cx.config().is_acknowledged(outcome) { targets.to_vec() } else { Vec::new() };
        if waiting.is_empty() {
            self.coordinated.remove(&txn);
        } else {
            let coordination = self.coordinated.entry(txn).or_insert_with(|| Coordination::of(Vec::new()));
            coordination.decided = Some((outcome, waiting));
        }
    }

    /// The participant here knew the decision: what it had changed is made again, or not.
    fn replay_learned(&mut self, promises: &mut Promises, txn: TxnId, outcome: Outcome) {
        let Some((joined, changes)) = promises.remove(&txn) else { return };
        if outcome == Outcome::Commit {
            self.site.store.redo(&changes);
        }
        if let Some(reads) = joined.reply {
            self.site.sessions.end(txn, Reply::of(outcome, reads));
        }
    }

    /// What is in doubt is locked again, and the question what is decided goes out at once.
    fn take_up_promises(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, promises: Promises) {
        for (txn, (joined, changes)) in promises {
            cx.note("two-phase-commit.relocks", &[fact(txn), number("changes", changes.len())]);
            self.site.store.restore(txn, &changes);
            self.site.parts.insert(txn, joined);
            if cx.me() != COORDINATOR {
                self.ask(cx, txn);
            }
        }
    }

    /// The coordinator aborts what it had not decided, which the participants on its own node hear, too, and repeats
    /// the decisions that are not acknowledged.
    fn take_up_coordination(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>) {
        let found: Vec<(TxnId, bool)> =
            self.coordinated.iter().map(|(txn, known)| (*txn, known.decided.is_some())).collect();
        for (txn, is_decided) in found {
            if is_decided {
                self.resend(cx, txn);
            } else {
                cx.mark(MarkKind::Milestone, "two-phase-commit.decides.recovery", &[fact(txn)]);
                self.decide(cx, txn, Outcome::Abort);
            }
        }
        // A participant on the coordinator's node has nobody to ask: what the coordinator does not know is presumed.
        let own: Vec<TxnId> =
            if cx.me() == COORDINATOR { self.site.parts.keys().copied().collect() } else { Vec::new() };
        for txn in own {
            let outcome = cx.config().presumed();
            self.learn(cx, txn, outcome);
        }
    }
}

impl Coordination {
    /// A transaction that the log has as begun.
    fn of(members: Vec<Member>) -> Self {
        Self { members, reads: Vec::new(), votes: BTreeMap::new(), decided: None }
    }
}
