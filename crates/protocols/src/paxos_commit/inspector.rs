//! The messages' glyphs, and what the inspector shows of messages and nodes, with what transactions have cost.

use super::PaxosCommit;
use super::ballot::{Accepted, Ballot, Value, Votes};
use super::formula::two_phase;
use super::leader::{Lead, Stage};
use super::message::{Head, Message};
use super::node::{Joined, Node, Phase};
use super::view::{ballot_text, instances};
use crate::picture::{field, process_text, sign, text_field, word_field};
use crate::spec::{Glyph, names_of};
use crate::transaction::costs::{Costs, Term};
use crate::transaction::view::{self, outcome_tone};
use crate::transaction::{Outcome, TxnId};
use crate::why::{names, number};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Field, Shape, Sign, Text, Tone};

pub(super) fn glyph(message: &Message) -> Glyph {
    let neutral = message.ballot().map_or(Tone::Neutral, Ballot::tone);
    let (letter, shape, filled, sign, tone) = match message {
        Message::Work { .. } => ('W', Shape::Circle, true, Sign::None, Tone::Muted),
        Message::Worked { reads, .. } => ('W', Shape::Circle, false, sign(reads.is_some()), Tone::Muted),
        Message::Earlier { .. } => ('E', Shape::Circle, false, Sign::Minus, Tone::Warning),
        Message::BeginCommit { .. } => ('B', Shape::Square, true, Sign::None, neutral),
        Message::Prepare { .. } => ('P', Shape::Square, true, Sign::None, neutral),
        Message::Phase1a { .. } => ('1', Shape::Square, true, Sign::None, neutral),
        Message::Phase1b { .. } => ('1', Shape::Square, false, Sign::None, neutral),
        Message::Phase2a { votes, .. } => ('2', Shape::Circle, true, sign(are_prepared(votes)), neutral),
        Message::Phase2b { votes, .. } => ('2', Shape::Circle, false, sign(are_prepared(votes)), neutral),
        Message::Nack { .. } => ('N', Shape::Diamond, false, Sign::Minus, neutral),
        Message::Decision { outcome, .. } => {
            let is_commit = *outcome == Outcome::Commit;
            ('D', Shape::Diamond, true, sign(is_commit), outcome_tone(*outcome))
        }
        Message::DecisionReq { .. } => ('?', Shape::Triangle, true, Sign::None, Tone::Warning),
    };
    Glyph { letter, shape, filled, sign, tone }
}

fn are_prepared(votes: &Votes) -> bool {
    votes.values().all(|value| *value == Value::Prepared)
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let mut fields = vec![view::txn_field(message.txn())];
    fields.extend(message.ballot().map(ballot_field));
    match message {
        Message::Work { actions, .. } => fields.push(view::work_field(actions)),
        Message::Worked { life, reads, .. } => fields.extend(view::worked_fields(*life, reads.as_deref())),
        Message::Earlier { head, outcome, .. } => {
            fields.push(field("paxos-commit.field.earlier", head.txn.name()));
            fields.extend(outcome.map(view::decision_field));
        }
        Message::BeginCommit { head, vote } => {
            fields.extend(head_fields(head));
            fields.extend(vote.map(|vote| word_field("paxos-commit.field.vote", vote.word())));
        }
        Message::Prepare { head } | Message::DecisionReq { head } | Message::Phase1a { head, .. } => {
            fields.extend(head_fields(head));
        }
        Message::Phase1b { accepted, .. } => fields.extend(accepted_fields(accepted)),
        Message::Phase2a { votes, .. } | Message::Phase2b { votes, .. } => fields.extend(vote_fields(votes)),
        Message::Nack { promised, .. } => {
            fields.push(text_field("paxos-commit.field.promised", ballot_text(*promised)));
        }
        Message::Decision { outcome, .. } => fields.push(view::decision_field(*outcome)),
    }
    fields
}

/// How many RMs a transaction has, and who executed it and leads it.
fn head_fields(head: &Head) -> [Field; 3] {
    let process = |name, id| text_field(name, process_text(id));
    [
        field("paxos-commit.field.participants", head.members.len()),
        process("paxos-commit.field.home", head.home),
        process("paxos-commit.field.leader", head.leader),
    ]
}

/// By instance what is proposed or accepted.
fn vote_fields(votes: &Votes) -> Vec<Field> {
    let of_instance = |(rm, value): (&ProcessId, &Value)| {
        let name = process_text(*rm);
        Field { name, value: Text::key(value.word()) }
    };
    votes.iter().map(of_instance).collect()
}

/// By instance what was accepted, and in which ballot.
fn accepted_fields(accepted: &Accepted) -> Vec<Field> {
    let of_instance = |(rm, (ballot, value)): (&ProcessId, &(Ballot, Value))| {
        let text = Text::key("paxos-commit.accepted_in").with("value", Arg::Word(value.word()));
        Field { name: process_text(*rm), value: text.with("ballot", Arg::Text(Box::new(ballot_text(*ballot)))) }
    };
    accepted.iter().map(of_instance).collect()
}

fn ballot_field(ballot: Ballot) -> Field {
    text_field("paxos-commit.field.ballot", ballot_text(ballot))
}

pub(super) fn node_fields(world: &World<PaxosCommit>, id: ProcessId, node: &Node) -> Vec<Field> {
    let mut fields = view::running_fields(world, node);
    let mut add = |txn: &TxnId, value: Text| fields.push(view::of_txn(*txn, value));
    for (txn, lead) in &node.leading {
        add(txn, lead_text(world, lead));
    }
    for (txn, joined) in &node.site.parts {
        add(txn, joined_text(joined));
    }
    for (txn, known) in &node.ballots {
        let text = Text::key("paxos-commit.state.acceptor").with("votes", Arg::Plain(instances(world, known)));
        add(txn, text.with("ballot", Arg::Text(Box::new(ballot_text(known.promised)))));
    }
    fields.extend(view::waits(&node.site.store));
    let leader = names_of(world).name(node.leader);
    fields.push(field("paxos-commit.field.leader", leader));
    fields.extend(view::life_fields(world, id, node));
    for (txn, spent) in view::spent(world, node) {
        fields.extend(view::costs(world, txn, &spent));
        fields.push(two_phase_field(world, &spent));
    }
    fields
}

/// What two-phase commit would cost in the place of what a transaction has cost.
fn two_phase_field(world: &World<PaxosCommit>, spent: &Costs) -> Field {
    let other = two_phase(world.config(), world.node_count(), spent.count());
    let term = |term: &Term| Arg::Plain(format!("{} = {}", term.text, term.value));
    let text = Text::key("paxos-commit.two_phase").with("messages", term(&other.messages));
    let text = text.with("forced", term(&other.forced));
    let text = text.with("delays", Arg::Plain(other.delays.text));
    text_field("paxos-commit.field.two_phase", text)
}

/// What a leader waits for.
fn lead_text(world: &World<PaxosCommit>, lead: &Lead) -> Text {
    let key = match &lead.stage {
        Stage::Promises { .. } => "paxos-commit.state.promises",
        Stage::Acceptances { .. } => "paxos-commit.state.acceptances",
    };
    let text = Text::key(key).with("ballot", Arg::Text(Box::new(ballot_text(lead.ballot))));
    text.with("answered", names(world, &lead.answered()))
}

fn joined_text(joined: &Joined) -> Text {
    match joined.phase {
        Phase::Working => Text::key("paxos-commit.state.working").with("home", Arg::Process(joined.home)),
        Phase::Prepared { asked } => Text::key("paxos-commit.state.in_doubt").with("asked", number(asked)),
    }
}
