//! What the registry is told of all commit protocols alike: properties, parameters, conditions, metrics.

use super::Outcome;
use super::site::Commit;
use crate::kv::Key;
use crate::spec::{Metric, Parameter, ParameterKind, Property, names_of};
use crate::why::alive;
use consistory_kernel::{MS, World};

const BHG: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.3";
const BHG_STRICT: &str = "Bernstein, Hadzilacos, Goodman 1987, §2.4";

/// [`super::judge::ATOMICITY`].
pub const ATOMICITY: Property =
    Property::always("atomicity", "transaction.atomicity", "transaction.atomicity.says", BHG);

/// [`super::judge::VALIDITY`].
pub const VALIDITY: Property = Property::always("validity", "transaction.validity", "transaction.validity.says", BHG);

/// [`super::judge::STABLE_DECISION`].
pub const STABLE_DECISION: Property =
    Property::always("stable-decision", "transaction.stable_decision", "transaction.stable_decision.says", BHG);

/// [`super::judge::STRICTNESS`].
pub const STRICTNESS: Property =
    Property::always("strictness", "transaction.strictness", "transaction.strictness.says", BHG_STRICT);

/// [`super::judge::COMMITTED`].
pub const COMMITTED: Property =
    Property::sometimes("committed", "transaction.committed", "transaction.committed.says", BHG);

/// [`super::judge::ABORTED`].
pub const ABORTED: Property =
    Property::sometimes("aborted", "transaction.aborted_once", "transaction.aborted_once.says", BHG);

/// [`super::judge::WAITS_FOR_IN_DOUBT`]; the source is where a protocol says who is in doubt.
pub const fn waits_for_in_doubt(source: &'static str) -> Property {
    Property::sometimes(
        "waits-for-in-doubt",
        "transaction.waits_for_in_doubt",
        "transaction.waits_for_in_doubt.says",
        source,
    )
}

/// No node that is up has an undecided transaction: see [`is_quiet`].
pub const TERMINATION: Property =
    Property::eventually("termination", "transaction.termination", "transaction.termination.says", BHG);

/// What a time-out can be.
pub const TIMEOUT: ParameterKind = ParameterKind::Duration(MS, 60_000 * MS);

/// How long a transaction waits for a lock.
pub const LOCK_TIMEOUT: Parameter = Parameter::live("lock_timeout", "transaction.parameter.lock_timeout", TIMEOUT);

/// How long a node takes from one message of a round to the next.
pub const STAGGER: Parameter =
    Parameter::live("stagger", "transaction.parameter.stagger", ParameterKind::Duration(0, 1_000 * MS));

/// What is measured beyond what is of every protocol; [`metric`] has the values.
pub const METRICS: &[Metric] = &[
    Metric { name: "message_delays" },
    Metric { name: "commit_messages" },
    Metric { name: "commit_forced_writes" },
    Metric { name: "blocked_ms" },
];

/// The value of a metric of [`METRICS`].
pub fn metric<P: Commit>(world: &World<P>, metric: usize) -> Vec<u64> {
    let judge = P::judge(world.monitor());
    let committed = judge.ledger.committed();
    match metric {
        0 => committed.map(|costs| u64::from(costs.delays)).collect(),
        1 => committed.map(|costs| u64::from(costs.messages)).collect(),
        2 => committed.map(|costs| u64::from(costs.forced)).collect(),
        _ => vec![judge.blocked(world.time())],
    }
}

/// `waiting rm1`, `working rm1`, `in-doubt rm1`, `in-doubt 2`, `quiet`, `committed 1`, `aborted 1`, `value x 5`: of the
/// nodes that are up; `cost messages 9`, `cost forced 7`, `cost delays 3`: of the last transaction whose participants
/// all know the outcome.
pub fn condition<P: Commit>(world: &World<P>, words: &[&str]) -> Option<bool> {
    let judge = P::judge(world.monitor());
    let so = match words {
        ["waiting", whom] => some(world, whom, |node| P::site(node).store.waits().next().is_some())?,
        ["working", whom] => some(world, whom, |node| P::site(node).has_work())?,
        ["in-doubt", whom] => some(world, whom, |node| P::site(node).has_doubt())?,
        ["committed", count] => judge.count(Outcome::Commit) >= count.parse::<u32>().ok()?,
        ["aborted", count] => judge.count(Outcome::Abort) >= count.parse::<u32>().ok()?,
        ["value", key, value] => {
            let (key, value) = (Key::parse(key)?, value.parse::<i64>().ok()?);
            let holder = P::terms(world.config(), world.node_count()).placement.holder(key);
            world.node(holder).is_some_and(|node| P::site(node).store.value(key) == Some(value))
        }
        ["cost", what, count] => {
            let costs = judge.ledger.last().map(|(_, costs)| costs).unwrap_or_default();
            let spent = match *what {
                "messages" => costs.messages,
                "forced" => costs.forced,
                "delays" => u32::from(costs.delays),
                _ => return None,
            };
            spent == count.parse::<u32>().ok()?
        }
        ["quiet"] => is_quiet(world),
        _ => return None,
    };
    Some(so)
}

/// Whether the node of that name is up and like that, or at least so many nodes are.
pub fn some<P: Commit>(world: &World<P>, whom: &str, is_so: impl Fn(&P::Node) -> bool) -> Option<bool> {
    if let Some(id) = names_of(world).parse(0, whom) {
        return Some(world.node(id).is_some_and(is_so));
    }
    let count: usize = whom.parse().ok()?;
    Some(alive(world).filter(|(_, node)| is_so(node)).count() >= count)
}

/// No node that is up has an undecided transaction. Nodes that are down are left out: they take up again what they have
/// promised when they are back.
pub fn is_quiet<P: Commit>(world: &World<P>) -> bool {
    alive(world).all(|(_, node)| {
        let (site, coordinated) = (P::site(node), P::coordinated(node));
        let is_collecting = coordinated.iter().any(|(_, is_undecided)| *is_undecided);
        site.running.is_empty() && site.parts.is_empty() && !is_collecting
    })
}
