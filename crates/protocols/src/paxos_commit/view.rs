//! The picture: a node's card, its log, the logs of all. The inspector's part is in [`super::inspector`].

use super::acceptor::Acceptance;
use super::ballot::{Ballot, Value};
use super::formula::formula;
use super::leader::Lead;
use super::message::Message;
use super::node::{Joined, Node};
use super::record::{Durable, Record};
use super::roles::{Layout, Roles};
use super::{MANAGER, PaxosCommit, Timer, inspector, why};
use crate::spec::{Glyph, Picture, names_of};
use crate::transaction::Outcome;
use crate::transaction::costs::{Costs, Formula};
use crate::transaction::site::Logged;
use crate::transaction::view::{self, Look, NEXT, Role, Shown, outcome_tone};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Card, Dots, Emphasis, Field, Matrix, Strip, Subject, Text, Tone, Why};
use std::collections::BTreeMap;

impl Picture for PaxosCommit {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        let roles = world.config().roles(world.node_count());
        let mut card = view::card(world, id, node, role(roles, id, node), dots(roles, node));
        card.fields.extend(newest(node).into_iter().map(|known| acceptance_field(world, known)));
        card
    }

    fn stored(disk: &Durable) -> Option<Strip> {
        Some(view::stored::<Self>(disk))
    }

    fn glyph(message: &Message) -> Glyph {
        inspector::glyph(message)
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        inspector::message_fields(message)
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        inspector::node_fields(world, id, node)
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn matrix(world: &World<Self>) -> Option<Matrix> {
        Some(view::matrix(world))
    }

    /// Ballots are those of single transactions, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("paxos-commit.title")
    }
}

impl Shown for PaxosCommit {
    fn disk(disk: &Durable) -> &Durable {
        disk
    }

    fn look(record: &Record) -> Look {
        let (label, tone, key, (rule, source)) = match record {
            Record::Prepared { .. } => ("P", Tone::Warning, "paxos-commit.record.prepared", why::PREPARED),
            Record::Learned { outcome, .. } => {
                let (label, title) = view::learned(*outcome);
                (label, outcome_tone(*outcome), title, why::LEARNED)
            }
            Record::Accepted { ballot, .. } => ("V", ballot.tone(), "paxos-commit.record.accepted", why::ACCEPTED),
            Record::Promised { ballot, .. } => ("B", ballot.tone(), "paxos-commit.record.promised", why::PROMISED),
            Record::Decided { outcome, .. } => {
                let (label, title) = match outcome {
                    Outcome::Commit => ("C", "paxos-commit.record.decided_commit"),
                    Outcome::Abort => ("A", "paxos-commit.record.decided_abort"),
                };
                (label, outcome_tone(*outcome), title, why::DECIDED)
            }
        };
        let title = Text::key(key).with("txn", record.txn().arg());
        let title = match record {
            Record::Accepted { ballot, .. } | Record::Promised { ballot, .. } => {
                title.with("ballot", Arg::Text(Box::new(ballot_text(*ballot))))
            }
            Record::Prepared { .. } | Record::Learned { .. } | Record::Decided { .. } => title,
        };
        Look { label, tone, title, rule, source }
    }

    fn timer_key(timer: Timer) -> &'static str {
        match timer {
            Timer::Work(_) => "paxos-commit.timer.work",
            Timer::Request(_) => "paxos-commit.timer.request",
            Timer::Lock(_) => "transaction.timer.lock",
            Timer::Ballot(_) => "paxos-commit.timer.ballot",
            Timer::Doubt(_) => "transaction.timer.doubt",
            Timer::Outbox => NEXT,
        }
    }

    fn formula(world: &World<Self>, spent: &Costs) -> Option<Formula> {
        formula(world.config(), world.node_count(), spent)
    }
}

/// What a node is doing, the gravest first: a doubt, a ballot of its own, votes that are missing, work.
fn role(roles: Roles, id: ProcessId, node: &Node) -> Role {
    let is_blocked = |joined: &Joined| joined.is_blocked(roles.candidate_count());
    if node.site.parts.values().any(is_blocked) {
        return ("transaction.role.blocked", Emphasis::Tentative, Tone::Warning);
    }
    if let Some(lead) = node.leading.values().max_by_key(|lead| lead.ballot) {
        let tone = lead.ballot.tone();
        let is_own = lead.ballot > Ballot::ZERO;
        let key = if is_own { "paxos-commit.role.new_leader" } else { "paxos-commit.role.collecting" };
        return (key, Emphasis::Strong, tone);
    }
    if node.site.has_doubt() {
        return ("paxos-commit.role.in_doubt", Emphasis::Tentative, Tone::Warning);
    }
    if !node.site.parts.is_empty() {
        return ("transaction.role.working", Emphasis::Plain, Tone::Neutral);
    }
    if !node.site.running.is_empty() {
        return ("transaction.role.executing", Emphasis::Strong, Tone::Neutral);
    }
    let tone = view::tone_at_rest::<PaxosCommit>(node);
    (role_at_rest(roles, id), if id == MANAGER { Emphasis::Strong } else { Emphasis::Plain }, tone)
}

/// What a node is that has nothing to do.
fn role_at_rest(roles: Roles, id: ProcessId) -> &'static str {
    match (roles.layout(), id == MANAGER, roles.is_acceptor(id)) {
        (Layout::Apart, true, _) => "paxos-commit.role.manager",
        (Layout::Leader, true, _) => "paxos-commit.role.manager_acceptor",
        (Layout::Together, true, _) => "paxos-commit.role.everything",
        (Layout::Apart | Layout::Leader, false, true) => "paxos-commit.role.acceptor",
        (Layout::Together, false, true) => "paxos-commit.role.rm_acceptor",
        (_, false, false) => "paxos-commit.role.rm",
    }
}

/// Of each client the last transaction that an acceptor knows of.
fn newest(node: &Node) -> Vec<&Acceptance> {
    let mut newest: BTreeMap<ProcessId, &Acceptance> = BTreeMap::new();
    for (txn, known) in &node.ballots {
        newest.insert(txn.client, known);
    }
    newest.into_values().collect()
}

/// `rm1 ✓ rm2 (✓) rm3 ·`: accepted, heard of, nothing known; with the highest ballot that is promised.
fn acceptance_field(world: &World<PaxosCommit>, known: &Acceptance) -> Field {
    let name = Text::plain(known.head.txn.name());
    let votes = instances(world, known);
    let value = if known.promised == Ballot::ZERO {
        Text::plain(votes)
    } else {
        let text = Text::key("paxos-commit.instances").with("votes", Arg::Plain(votes));
        text.with("ballot", Arg::Text(Box::new(ballot_text(known.promised))))
    };
    Field { name, value }
}

/// The instances of a transaction at an acceptor, each with a sign.
pub(super) fn instances(world: &World<PaxosCommit>, known: &Acceptance) -> String {
    let names = names_of(world);
    let instance = |id: ProcessId| {
        let (accepted, pending) = (known.accepted.get(&id), known.pending.get(&id));
        let state = match (accepted, pending) {
            (Some((_, value)), _) => value_sign(*value).to_owned(),
            (None, Some(value)) => format!("({})", value_sign(*value)),
            (None, None) => "·".to_owned(),
        };
        format!("{} {state}", names.name(id))
    };
    known.head.ids().map(instance).collect::<Vec<_>>().join(", ")
}

fn value_sign(value: Value) -> &'static str {
    match value {
        Value::Prepared => "✓",
        Value::Aborted => "✗",
    }
}

/// A ballot by its name.
pub(super) fn ballot_text(ballot: Ballot) -> Text {
    if ballot == Ballot::ZERO {
        return Text::key("paxos-commit.ballot_zero");
    }
    let text = Text::key("paxos-commit.ballot").with("round", Arg::Number(i64::from(ballot.round)));
    text.with("leader", Arg::Process(ballot.leader))
}

/// At a leader the acceptors that have answered, of which it needs a majority; at an acceptor the RMs that it has heard
/// from, of which it needs all.
fn dots(roles: Roles, node: &Node) -> Option<Dots> {
    let count = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    if let Some(answered) = node.leading.values().max_by_key(|lead| lead.ballot).map(Lead::answered) {
        let (quorum, total) = (roles.quorum(), roles.acceptor_count());
        return Some(Dots { have: count(answered.len()), quorum, total });
    }
    let waiting = node.ballots.values().find(|known| !known.pending.is_empty())?;
    let total = waiting.head.members.len();
    Some(Dots { have: count(total - waiting.missing()), quorum: count(total), total: count(total) })
}
