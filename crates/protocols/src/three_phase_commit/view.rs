//! The picture: a node's card, the messages' glyphs, the inspector's fields, the logs.

use super::message::{Message, State};
use super::node::{Lead, Node, Part, Stage};
use super::record::{Durable, Record};
use super::{MANAGER, ThreePhaseCommit, Timer, why};
use crate::picture::{field, process_text, sign, text_field, word_field};
use crate::spec::{Glyph, Picture, names_of};
use crate::transaction::costs::{Costs, Formula, Term, bit, nodes_of};
use crate::transaction::site::Logged;
use crate::transaction::view::{self, Look, NEXT, Role, Shown, outcome_tone};
use crate::transaction::{Outcome, Vote};
use crate::why::listed;
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Card, Dots, Emphasis, Field, Matrix, Shape, Sign, Strip, Subject, Text, Tone, Why};

impl Picture for ThreePhaseCommit {
    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        view::card(world, id, node, role(id, node), dots(id, node))
    }

    fn stored(disk: &Durable) -> Option<Strip> {
        Some(view::stored::<Self>(disk))
    }

    fn glyph(message: &Message) -> Glyph {
        let neutral = Tone::Neutral;
        let (letter, shape, filled, sign, tone) = match message {
            Message::Work { .. } => ('W', Shape::Circle, true, Sign::None, Tone::Muted),
            Message::Worked { reads, .. } => ('W', Shape::Circle, false, sign(reads.is_some()), Tone::Muted),
            Message::VoteReq { .. } => ('V', Shape::Square, true, Sign::None, neutral),
            Message::Vote { vote, .. } => ('V', Shape::Square, false, sign(*vote != Vote::No), neutral),
            Message::PreCommit { .. } => ('P', Shape::Square, true, Sign::None, Tone::Good),
            Message::Ack { .. } => ('P', Shape::Square, false, Sign::Plus, Tone::Good),
            Message::Decision { outcome, .. } => {
                let is_commit = *outcome == Outcome::Commit;
                ('D', Shape::Diamond, true, sign(is_commit), outcome_tone(*outcome))
            }
            Message::Elected { .. } => ('E', Shape::Triangle, true, Sign::None, Tone::Warning),
            Message::StateReq { .. } => ('S', Shape::Triangle, true, Sign::None, Tone::Warning),
            Message::State { state, .. } => ('S', Shape::Triangle, false, state_sign(*state), Tone::Warning),
            Message::DecisionReq { .. } => ('?', Shape::Triangle, true, Sign::None, Tone::Muted),
            Message::Recovering { .. } => ('?', Shape::Triangle, false, Sign::None, Tone::Muted),
        };
        Glyph { letter, shape, filled, sign, tone }
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        let mut fields = vec![view::txn_field(message.txn())];
        match message {
            Message::Work { actions, .. } => fields.push(view::work_field(actions)),
            Message::Worked { life, reads, .. } => fields.extend(view::worked_fields(*life, reads.as_deref())),
            Message::VoteReq { members, .. } => {
                fields.push(field("transaction.field.participants", members.len()));
            }
            Message::Vote { vote, .. } => fields.push(word_field("transaction.field.vote", vote.word())),
            Message::Decision { outcome, .. } => fields.push(view::decision_field(*outcome)),
            Message::State { state, .. } => fields.push(word_field("three-phase-commit.field.state", state.word())),
            Message::Recovering { report, .. } => {
                fields.push(word_field("three-phase-commit.field.state", stage_key(report.stage)));
                let coordinator = process_text(report.coordinator);
                fields.push(text_field("three-phase-commit.field.coordinator", coordinator));
                fields.push(field("three-phase-commit.field.up", report.up.count_ones()));
            }
            Message::PreCommit { .. }
            | Message::Ack { .. }
            | Message::Elected { .. }
            | Message::StateReq { .. }
            | Message::DecisionReq { .. } => {}
        }
        fields
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        let mut fields = view::running_fields(world, node);
        for (txn, part) in &node.site.parts {
            fields.push(view::of_txn(*txn, part_text(world, part)));
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
        Text::key("three-phase-commit.title")
    }
}

impl Shown for ThreePhaseCommit {
    fn disk(disk: &Durable) -> &Durable {
        disk
    }

    fn look(record: &Record) -> Look {
        let (label, tone, title, rule) = match record {
            Record::Start { .. } => {
                ("S", Tone::Neutral, "three-phase-commit.record.start", "three-phase-commit.why.rule.start")
            }
            Record::Yes { .. } => {
                ("Y", Tone::Warning, "three-phase-commit.record.yes", "three-phase-commit.why.rule.yes")
            }
            Record::PreCommit { .. } => {
                ("P", Tone::Neutral, "three-phase-commit.record.pre_commit", "three-phase-commit.why.rule.pre_commit")
            }
            Record::View { .. } => {
                ("V", Tone::Muted, "three-phase-commit.record.view", "three-phase-commit.why.rule.view")
            }
            Record::Decided { outcome, .. } => {
                let (label, title) = match outcome {
                    Outcome::Commit => ("C", "three-phase-commit.record.commit"),
                    Outcome::Abort => ("A", "three-phase-commit.record.abort"),
                };
                (label, outcome_tone(*outcome), title, "three-phase-commit.why.rule.decided")
            }
        };
        let title = Text::key(title).with("txn", record.txn().arg());
        Look { label, tone, title, rule, source: why::THREE_PHASE }
    }

    fn timer_key(timer: Timer) -> &'static str {
        match timer {
            Timer::Work(_) => "transaction.timer.work",
            Timer::Request(_) => "transaction.timer.request",
            Timer::Lock(_) => "transaction.timer.lock",
            Timer::Round(_) => "three-phase-commit.timer.round",
            Timer::Doubt(_) => "three-phase-commit.timer.doubt",
            Timer::Ask(_) => "three-phase-commit.timer.ask",
            Timer::Next(_) => NEXT,
        }
    }

    /// What a committed transaction costs where nothing fails: five rounds of N messages; start, PRE-COMMIT and
    /// decision at the manager, yes, PRE-COMMIT and decision at each participant.
    fn formula(_: &World<Self>, spent: &Costs) -> Option<Formula> {
        let count = spent.count();
        (spent.outcome != Some(Outcome::Abort)).then(|| Formula {
            messages: Term::linear(5, 0, count),
            forced: Term::linear(3, 3, count),
            delays: Term::constant(5),
        })
    }
}

/// What a node is doing, the gravest first.
fn role(id: ProcessId, node: &Node) -> Role {
    if node.has(|part| part.has_failed) {
        return ("three-phase-commit.role.recovering", Emphasis::Tentative, Tone::Warning);
    }
    if node.has(|part| matches!(part.lead, Some(Lead::States { .. }))) {
        return ("three-phase-commit.role.new_coordinator", Emphasis::Strong, Tone::Warning);
    }
    if node.has(|part| matches!(part.lead, Some(Lead::Acks { .. }))) {
        return ("three-phase-commit.role.pre_commits", Emphasis::Strong, Tone::Neutral);
    }
    if node.has(|part| matches!(part.lead, Some(Lead::Votes(_)))) {
        return ("transaction.role.collecting", Emphasis::Strong, Tone::Neutral);
    }
    if node.has(|part| part.stage == Stage::Uncertain) {
        return ("three-phase-commit.role.uncertain", Emphasis::Tentative, Tone::Warning);
    }
    if node.has(|part| part.stage == Stage::Committable) {
        return ("three-phase-commit.role.committable", Emphasis::Tentative, Tone::Neutral);
    }
    if node.has(|part| part.stage == Stage::Working) {
        return ("transaction.role.working", Emphasis::Plain, Tone::Neutral);
    }
    if !node.site.running.is_empty() {
        return ("transaction.role.executing", Emphasis::Strong, Tone::Neutral);
    }
    let tone = view::tone_at_rest::<ThreePhaseCommit>(node);
    if id == MANAGER {
        ("transaction.role.coordinator", Emphasis::Strong, tone)
    } else {
        ("transaction.role.participant", Emphasis::Plain, tone)
    }
}

/// What a coordinator has of what it waits for: votes, states or acknowledgements.
fn dots(id: ProcessId, node: &Node) -> Option<Dots> {
    let (part, lead) = node.site.parts.values().find_map(|part| Some((part, part.lead.as_ref()?)))?;
    let participants = part.group() & !bit(MANAGER);
    let (have, total) = match lead {
        Lead::Votes(yes) => (*yes, participants),
        Lead::Acks { waiting } => (participants & part.up & !waiting & !bit(id), participants & part.up & !bit(id)),
        Lead::States { waiting, .. } => (part.up & !waiting, part.up),
    };
    let count = |bits: u32| u16::try_from(bits.count_ones()).unwrap_or(u16::MAX);
    Some(Dots { have: count(have), quorum: count(total), total: count(total) })
}

fn state_sign(state: State) -> Sign {
    match state {
        State::Committable | State::Committed => Sign::Plus,
        State::Aborted => Sign::Minus,
        State::Uncertain | State::Failed => Sign::None,
    }
}

/// The word key of how far a process is.
pub(super) fn stage_key(stage: Stage) -> &'static str {
    match stage {
        Stage::Working => "three-phase-commit.stage.working",
        Stage::Uncertain => State::Uncertain.word(),
        Stage::Committable => State::Committable.word(),
    }
}

/// How far a process is, whom it obeys, and whom it takes to be up.
fn part_text(world: &World<ThreePhaseCommit>, part: &Part) -> Text {
    let key = if part.has_failed { "three-phase-commit.part.failed" } else { "three-phase-commit.part" };
    let up: Vec<String> = nodes_of(part.up).into_iter().map(|id| names_of(world).name(id)).collect();
    let text = Text::key(key).with("stage", Arg::Word(stage_key(part.stage)));
    text.with("coordinator", Arg::Process(part.coordinator)).with("up", listed(up.into_iter()))
}
