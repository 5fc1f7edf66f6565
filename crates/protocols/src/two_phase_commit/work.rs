//! What the execution of transactions needs to know of two-phase commit.

use super::message::Message;
use super::node::{Ended, Joined, Node};
use super::properties::Monitor;
use super::record::Record;
use super::{Begin, COORDINATOR, Config, Timer, TwoPhaseCommit};
use crate::transaction::judge::Judge;
use crate::transaction::site::{Commit, Errand, Site, Terms, Wait};
use crate::transaction::{Member, Outcome, TxnId};
use consistory_kernel::Cx;

impl Commit for TwoPhaseCommit {
    type Record = Record;
    type Part = Joined;
    type Ended = Ended;

    fn site(node: &Node) -> &Site<Record, Joined, Ended> {
        &node.site
    }

    fn site_mut(node: &mut Node) -> &mut Site<Record, Joined, Ended> {
        &mut node.site
    }

    fn judge(monitor: &Monitor) -> &Judge {
        &monitor.judge
    }

    fn terms(config: &Config, nodes: u16) -> Terms {
        Terms {
            placement: config.placement(nodes),
            is_executed_by_holder: config.begin(nodes) == Begin::Participant,
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
        if cx.me() == COORDINATOR {
            node.coordinate(cx, txn, members, reads, None);
        } else {
            node.ask_to_commit(cx, txn, members, reads);
        }
    }

    fn coordinated(node: &Node) -> Vec<(TxnId, bool)> {
        node.coordinated.iter().map(|(txn, known)| (*txn, known.decided.is_none())).collect()
    }
}
