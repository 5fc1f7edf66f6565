//! The picture: a node's card, the messages' glyphs, the inspector's fields, the logs.

use super::formula::formula;
use super::message::Message;
use super::node::{Coordination, Joined, Node, Phase};
use super::record::{Durable, Record};
use super::{COORDINATOR, Timer, TwoPhaseCommit, why};
use crate::picture::{field, sign, word_field};
use crate::spec::{Glyph, Picture};
use crate::transaction::costs::{Costs, Formula};
use crate::transaction::site::Logged;
use crate::transaction::view::{self, Look, NEXT, Role, Shown, outcome_tone};
use crate::transaction::{Member, Outcome, Vote};
use crate::why::{names, number};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Card, Dots, Emphasis, Field, Matrix, Shape, Sign, Strip, Subject, Text, Tone, Why};

impl Picture for TwoPhaseCommit {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        view::card(world, id, node, role(world, id, node), dots(node))
    }

    fn stored(disk: &Durable) -> Option<Strip> {
        Some(view::stored::<Self>(disk))
    }

    fn glyph(message: &Message) -> Glyph {
        let neutral = Tone::Neutral;
        let (letter, shape, filled, sign, tone) = match message {
            Message::Work { .. } => ('W', Shape::Circle, true, Sign::None, Tone::Muted),
            Message::Worked { reads, .. } => ('W', Shape::Circle, false, sign(reads.is_some()), Tone::Muted),
            Message::BeginCommit { .. } => ('B', Shape::Square, true, Sign::None, neutral),
            Message::Hello { .. } => ('L', Shape::Circle, false, Sign::None, Tone::Muted),
            Message::VoteReq { .. } => ('V', Shape::Square, true, Sign::None, neutral),
            Message::Vote { vote, .. } => ('V', Shape::Square, false, sign(*vote != Vote::No), neutral),
            Message::Decision { outcome, .. } => {
                let is_commit = *outcome == Outcome::Commit;
                ('D', Shape::Diamond, true, sign(is_commit), outcome_tone(*outcome))
            }
            Message::Ack { .. } => ('K', Shape::Diamond, false, Sign::None, Tone::Muted),
            Message::DecisionReq { .. } => ('?', Shape::Triangle, true, Sign::None, Tone::Warning),
            Message::Uncertain { .. } => ('?', Shape::Triangle, false, Sign::Minus, Tone::Warning),
        };
        Glyph { letter, shape, filled, sign, tone }
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        let mut fields: Vec<Field> = message.txn().map(view::txn_field).into_iter().collect();
        match message {
            Message::Work { actions, .. } => fields.push(view::work_field(actions)),
            Message::Worked { life, reads, .. } => fields.extend(view::worked_fields(*life, reads.as_deref())),
            Message::BeginCommit { members, vote, life, .. } => {
                fields.push(members_field(members));
                fields.extend(vote.map(|vote| word_field("transaction.field.vote", vote.word())));
                fields.push(view::life_field(*life));
            }
            Message::VoteReq { members, .. } => fields.push(members_field(members)),
            Message::Vote { vote, .. } => fields.push(word_field("transaction.field.vote", vote.word())),
            Message::Decision { outcome, .. } => fields.push(view::decision_field(*outcome)),
            Message::Hello { life } | Message::DecisionReq { life, .. } => fields.push(view::life_field(*life)),
            Message::Ack { .. } | Message::Uncertain { .. } => {}
        }
        fields
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let mut fields = view::running_fields(world, node);
        for (txn, known) in &node.coordinated {
            fields.push(view::of_txn(*txn, coordination_text(world, known)));
        }
        for (txn, joined) in &node.site.parts {
            fields.push(view::of_txn(*txn, joined_text(joined)));
        }
        fields.extend(view::waits(&node.site.store));
        fields.extend(view::life_fields(world, id, node));
        fields.extend(view::spent(world, node).iter().flat_map(|(txn, spent)| view::costs(world, *txn, spent)));
        fields
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn matrix(world: &World<Self>) -> Option<Matrix> {
        Some(view::matrix(world))
    }

    /// There are no epochs, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("two-phase-commit.title")
    }
}

impl Shown for TwoPhaseCommit {
    fn disk(disk: &Durable) -> &Durable {
        disk
    }

    fn look(record: &Record) -> Look {
        let (label, tone, title, rule) = match record {
            Record::Start { .. } => {
                ("S", Tone::Neutral, "two-phase-commit.record.start", "two-phase-commit.why.rule.start")
            }
            Record::Decided { outcome, .. } => {
                let (label, title) = match outcome {
                    Outcome::Commit => ("C", "two-phase-commit.record.decided_commit"),
                    Outcome::Abort => ("A", "two-phase-commit.record.decided_abort"),
                };
                (label, outcome_tone(*outcome), title, "two-phase-commit.why.rule.decided")
            }
            Record::End { .. } => ("E", Tone::Muted, "two-phase-commit.record.end", "two-phase-commit.why.rule.end"),
            Record::Yes { .. } => ("Y", Tone::Warning, "two-phase-commit.record.yes", "two-phase-commit.why.rule.yes"),
            Record::Learned { outcome, .. } => {
                let (label, title) = view::learned(*outcome);
                (label, outcome_tone(*outcome), title, "two-phase-commit.why.rule.learned")
            }
        };
        let title = Text::key(title).with("txn", record.txn().arg());
        Look { label, tone, title, rule, source: why::PRESUMPTIONS }
    }

    fn timer_key(timer: Timer) -> &'static str {
        match timer {
            Timer::Work(_) => "transaction.timer.work",
            Timer::Request(_) => "transaction.timer.request",
            Timer::Lock(_) => "transaction.timer.lock",
            Timer::Votes(_) => "two-phase-commit.timer.votes",
            Timer::Doubt(_) => "transaction.timer.doubt",
            Timer::Resend(_) => "two-phase-commit.timer.resend",
            Timer::Outbox => NEXT,
        }
    }

    fn formula(world: &World<Self>, spent: &Costs) -> Option<Formula> {
        formula(world.config(), world.node_count(), spent)
    }
}

/// What a node is doing, the gravest first: a doubt, votes that are missing, work, a decision that is not acknowledged.
fn role(world: &World<TwoPhaseCommit>, id: ProcessId, node: &Node) -> Role {
    let is_coordinator = id == COORDINATOR;
    if node.site.parts.values().any(Joined::is_blocked) {
        return ("transaction.role.blocked", Emphasis::Tentative, Tone::Warning);
    }
    if node.site.has_doubt() {
        return ("two-phase-commit.role.in_doubt", Emphasis::Tentative, Tone::Warning);
    }
    if node.is_collecting() {
        return ("transaction.role.collecting", Emphasis::Strong, Tone::Neutral);
    }
    if !node.site.parts.is_empty() {
        return ("transaction.role.working", Emphasis::Plain, Tone::Neutral);
    }
    if !node.site.running.is_empty() {
        return ("transaction.role.executing", Emphasis::Strong, Tone::Neutral);
    }
    if let Some((outcome, _)) = node.coordinated.values().find_map(|known| known.decided.as_ref()) {
        return ("two-phase-commit.role.telling", Emphasis::Strong, outcome_tone(*outcome));
    }
    let tone = view::tone_at_rest::<TwoPhaseCommit>(node);
    match (is_coordinator, world.config().placement(world.node_count()).has(id)) {
        (true, true) => ("two-phase-commit.role.both", Emphasis::Strong, tone),
        (true, false) => ("transaction.role.coordinator", Emphasis::Strong, tone),
        (false, _) => ("transaction.role.participant", Emphasis::Plain, tone),
    }
}

/// The votes that a coordinator has, all of which it needs.
fn dots(node: &Node) -> Option<Dots> {
    let open = node.coordinated.values().find(|known| known.decided.is_none())?;
    let total = u16::try_from(open.members.len()).unwrap_or(u16::MAX);
    let have = open.votes.values().filter(|vote| **vote != Vote::No).count();
    Some(Dots { have: u16::try_from(have).unwrap_or(u16::MAX), quorum: total, total })
}

/// How many participants there are.
fn members_field(members: &[Member]) -> Field {
    field("transaction.field.participants", members.len())
}

fn coordination_text(world: &World<TwoPhaseCommit>, known: &Coordination) -> Text {
    match &known.decided {
        None => {
            let voted = |id: &ProcessId| known.votes.contains_key(id);
            let missing: Vec<ProcessId> =
                known.members.iter().map(|member| member.id).filter(|id| !voted(id)).collect();
            Text::key("two-phase-commit.state.collecting").with("missing", names(world, &missing))
        }
        Some((outcome, waiting)) => {
            let text = Text::key("two-phase-commit.state.telling").with("outcome", Arg::Word(outcome.word()));
            text.with("waiting", names(world, waiting))
        }
    }
}

fn joined_text(joined: &Joined) -> Text {
    match &joined.phase {
        Phase::Working => Text::key("two-phase-commit.state.working").with("home", Arg::Process(joined.home)),
        Phase::Prepared { asked, .. } => Text::key("two-phase-commit.state.in_doubt").with("asked", number(*asked)),
    }
}
