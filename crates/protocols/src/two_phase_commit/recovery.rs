//! Restarts: what the log says is taken up where it was left (§7.4).
//!
//! A participant makes committed changes again, forgets what it had not voted yes on, and takes the locks of what is in
//! doubt before anybody else can have them. The coordinator aborts what it had not decided, and repeats what nobody has
//! acknowledged; of what its log does not know, it will say what is presumed.

use super::message::Message;
use super::node::{Coordination, Ended, Joined, Node, Phase, fact, number};
use super::record::{Durable, Record, Write};
use super::{Begin, COORDINATOR, TwoPhaseCommit};
use crate::kv::Key;
use crate::transaction::execution::{Past, Sessions};
use crate::transaction::log::Log;
use crate::transaction::op::Reply;
use crate::transaction::outbox::Outbox;
use crate::transaction::store::Store;
use crate::transaction::{Member, Outcome, TxnId};
use consistory_kernel::{Cx, MarkKind, ProcessId};
use std::collections::BTreeMap;

/// What a participant had promised, as its log has it.
type Promises = BTreeMap<TxnId, (Joined, Vec<(Key, i64)>)>;

impl Node {
    /// Boots from stable storage.
    pub(super) fn start(cx: &mut Cx<'_, TwoPhaseCommit>, durable: &Durable) -> Self {
        cx.persist(Write::Boot);
        let life = durable.life + 1;
        let mut node = Self {
            life,
            log: Log::recover(&durable.log),
            store: Store::default(),
            running: BTreeMap::new(),
            sessions: Sessions::default(),
            coordinated: BTreeMap::new(),
            begun: Past::default(),
            joined: BTreeMap::new(),
            past: Past::default(),
            coordinator_life: 1,
            outbox: Outbox::default(),
            unacknowledged: Vec::new(),
            is_unwilling: durable.is_unwilling && life == 1,
            is_helped: false,
            happened: Vec::new(),
        };
        if cx.me() == COORDINATOR {
            let key = if life == 1 { "two-phase-commit.boots" } else { "two-phase-commit.recovers" };
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
        if self.life > 1 && cx.config().begin(cx.nodes()) == Begin::Participant {
            for peer in cx.peers() {
                cx.send(peer, Message::Hello { life: self.life });
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
                    self.past.begin(txn);
                    if reply.is_some() {
                        self.sessions.begin(txn);
                    }
                    promises.insert(txn, (joined, changes.clone()));
                }
                Record::Learned { outcome, .. } => {
                    self.past.end(txn, Ended::Decided(*outcome));
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
            let reply = match outcome {
                Outcome::Commit => Reply::Committed(reads.to_vec()),
                Outcome::Abort => Reply::Aborted,
            };
            self.sessions.end(txn, reply);
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
        let reply = match outcome {
            Outcome::Commit => {
                self.store.redo(&changes);
                joined.reply.map(Reply::Committed)
            }
            Outcome::Abort => joined.reply.map(|_| Reply::Aborted),
        };
        if let Some(reply) = reply {
            self.sessions.end(txn, reply);
        }
    }

    /// What is in doubt is locked again, and the question what is decided goes out at once.
    fn take_up_promises(&mut self, cx: &mut Cx<'_, TwoPhaseCommit>, promises: Promises) {
        for (txn, (joined, changes)) in promises {
            cx.note("two-phase-commit.relocks", &[fact(txn), number("changes", changes.len())]);
            self.store.restore(txn, &changes);
            self.joined.insert(txn, joined);
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
        let own: Vec<TxnId> = if cx.me() == COORDINATOR { self.joined.keys().copied().collect() } else { Vec::new() };
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
