//! What the execution of transactions needs to know of three-phase commit: the manager executes them all.

use super::message::Message;
use super::node::{Node, Part};
use super::properties::Monitor;
use super::record::Record;
use super::{Config, ThreePhaseCommit, Timer, placement};
use crate::transaction::judge::Judge;
use crate::transaction::site::{Commit, Errand, Site, Terms, Wait};
use crate::transaction::{Member, Outcome, TxnId};
use consistory_kernel::Cx;

impl Commit for ThreePhaseCommit {
    type Record = Record;
    type Part = Part;
    type Ended = Outcome;

    fn site(node: &Node) -> &Site<Record, Part> {
        &node.site
    }

    fn site_mut(node: &mut Node) -> &mut Site<Record, Part> {
        &mut node.site
    }

    fn judge(monitor: &Monitor) -> &Judge {
        &monitor.judge
    }

    fn terms(config: &Config, nodes: u16) -> Terms {
        Terms {
            placement: placement(nodes),
            is_executed_by_holder: false,
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
        if node.site.parts.contains_key(&txn) {
            node.commit_alone(cx, txn, reads);
        } else {
            node.coordinate(cx, txn, &members, reads);
        }
    }
}
