//! The messages' glyphs, and what the inspector shows of messages and nodes, with what transactions have cost.

use super::PaxosCommit;
use super::ballot::{Accepted, Ballot, Value, Votes};
use super::formula::{formula, two_phase};
use super::leader::{Lead, Stage};
use super::message::{Head, Message};
use super::node::{Joined, Node, Phase};
use super::view::{ballot_text, instances, open, outcome_tone, timer_key};
use crate::spec::{Glyph, names_of};
use crate::transaction::costs::Term;
use crate::transaction::op::values_text;
use crate::transaction::view::{costs, waits};
use crate::transaction::{Outcome, TxnId};
use crate::why::{names, number};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Field, Shape, Sign, Text, Tone};

pub(super) fn glyph(message: &Message) -> Glyph {
    let neutral = message.ballot().map_or(Tone::Neutral, |ballot| Tone::epoch(u64::from(ballot.round)));
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

fn sign(good: bool) -> Sign {
    if good { Sign::Plus } else { Sign::Minus }
}

fn are_prepared(votes: &Votes) -> bool {
    votes.values().all(|value| *value == Value::Prepared)
}

pub(super) fn message_fields(message: &Message) -> Vec<Field> {
    let mut fields = vec![txn_field(message.txn())];
    fields.extend(message.ballot().map(ballot_field));
    match message {
        Message::Work { actions, .. } => {
            let actions: Vec<String> = actions.iter().map(ToString::to_string).collect();
            fields.push(field("paxos-commit.field.actions", &actions.join(", ")));
        }
        Message::Worked { life, reads, .. } => {
            let reads = reads.as_ref().map_or("✗".to_owned(), |reads| values_text(reads));
            fields.push(field("paxos-commit.field.reads", &reads));
            fields.push(field("paxos-commit.field.life", &life.to_string()));
        }
        Message::Earlier { head, outcome, .. } => {
            fields.push(field("paxos-commit.field.earlier", &head.txn.name()));
            fields.extend(outcome.map(|outcome| word_field("paxos-commit.field.decision", outcome.word())));
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
            fields.push(Field { name: Text::key("paxos-commit.field.promised"), value: ballot_text(*promised) });
        }
        Message::Decision { outcome, .. } => {
            fields.push(word_field("paxos-commit.field.decision", outcome.word()));
        }
    }
    fields
}

/// How many RMs a transaction has, and who executed it and leads it.
fn head_fields(head: &Head) -> [Field; 3] {
    let process = |name, id| Field { name: Text::key(name), value: process_text(id) };
    [
        field("paxos-commit.field.participants", &head.members.len().to_string()),
        process("paxos-commit.field.home", head.home),
        process("paxos-commit.field.leader", head.leader),
    ]
}

/// A process by its name.
fn process_text(id: ProcessId) -> Text {
    Text { key: "plain", args: vec![("text", Arg::Process(id))] }
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
    Field { name: Text::key("paxos-commit.field.ballot"), value: ballot_text(ballot) }
}

fn txn_field(txn: TxnId) -> Field {
    field("paxos-commit.field.txn", &txn.name())
}

pub(super) fn node_fields(world: &World<PaxosCommit>, id: ProcessId, node: &Node) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |txn: &TxnId, value: Text| fields.push(Field { name: Text::plain(txn.name()), value });
    for (txn, execution) in &node.running {
        let missing: Vec<ProcessId> = execution.missing().collect();
        add(txn, Text::key("paxos-commit.state.executing").with("missing", names(world, &missing)));
    }
    for (txn, lead) in &node.leading {
        add(txn, lead_text(world, lead));
    }
    for (txn, joined) in &node.joined {
        add(txn, joined_text(joined));
    }
    for (txn, known) in &node.ballots {
        let text = Text::key("paxos-commit.state.acceptor").with("votes", Arg::Plain(instances(world, known)));
        add(txn, text.with("ballot", Arg::Text(Box::new(ballot_text(known.promised)))));
    }
    fields.extend(waits(&node.store));
    let leader = names_of(world).name(node.leader);
    fields.push(field("paxos-commit.field.leader", &leader));
    fields.push(field("paxos-commit.field.life", &node.life.to_string()));
    for armed in world.timers(id) {
        let value = Text::key("paxos-commit.at_time").with("time", Arg::Time(armed.fires_at));
        fields.push(Field { name: Text::key(timer_key(armed.timer)), value });
    }
    fields.extend(cost_fields(world, node));
    fields
}

/// What the transactions have cost that are open at a node; where there is none, the last one of the run; beside it
/// what two-phase commit would cost.
fn cost_fields(world: &World<PaxosCommit>, node: &Node) -> Vec<Field> {
    let ledger = &world.monitor().judge.ledger;
    let of_open: Vec<_> = open(node).into_iter().filter_map(|txn| Some((txn, ledger.costs(txn)?))).collect();
    let shown = if of_open.is_empty() { ledger.last().into_iter().collect() } else { of_open };
    let (config, nodes) = (world.config(), world.node_count());
    let fields = shown.into_iter().flat_map(|(txn, spent)| {
        let expected = formula(config, nodes, &spent).filter(|_| spent.is_complete());
        let mut fields = costs(txn, &spent, expected.as_ref());
        let other = two_phase(config, nodes, spent.count());
        let term = |term: &Term| Arg::Plain(format!("{} = {}", term.text, term.value));
        let text = Text::key("paxos-commit.two_phase").with("messages", term(&other.messages));
        let text = text.with("forced", term(&other.forced));
        let text = text.with("delays", Arg::Plain(other.delays.text));
        fields.push(Field { name: Text::key("paxos-commit.field.two_phase"), value: text });
        fields
    });
    fields.collect()
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

fn word_field(name: &'static str, value: &'static str) -> Field {
    Field { name: Text::key(name), value: Text::key(value) }
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name: Text::key(name), value: Text::plain(value) }
}
