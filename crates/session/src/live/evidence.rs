//! What stands behind an event: the rule that it broke and how that came about, and where an answer came from.

use crate::api::Answered;
use consistory_kernel::{Finding, MarkKind, NoteRecord, ProcessId, StepId, StepKind, Time, Timeline};
use consistory_protocols::{Spec, feed, stage, why};
use consistory_scene::{Arg, Card, Emphasis, Status, Text, Why};

/// The properties that a step was the first to break, each with what the nodes were then and what had led there.
pub(super) fn broken<P: Spec>(timeline: &Timeline<P>, step: StepId) -> Vec<Why> {
    let found: Vec<&Finding> = timeline.tip().findings().iter().filter(|finding| finding.step == step).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let cards = timeline.world_after(step).map(|world| stage::scene(&world).cards).unwrap_or_default();
    found.into_iter().filter_map(|finding| why_broken(timeline, finding, &cards)).collect()
}

fn why_broken<P: Spec>(timeline: &Timeline<P>, finding: &Finding, cards: &[Card]) -> Option<Why> {
    let property = P::PROPERTIES.get(usize::from(finding.property))?;
    let named = Text::key("because.broken").with("property", Arg::Word(property.name));
    let mut facts = Vec::new();
    for id in &finding.nodes {
        facts.extend(cards.iter().find(|card| card.id == *id).map(stands));
        facts.extend(last_of(timeline, *id, finding.step).map(|(time, told)| {
            let text = Text::key("because.last").with("node", Arg::Process(*id)).with("time", Arg::Time(time));
            text.with("event", Arg::Text(Box::new(told)))
        }));
    }
    // A rule that is switched off comes first: nothing else needs to be looked for.
    let rules = P::MUTANTS.iter().zip(0..).filter(|(_, number)| timeline.world().is_off(*number));
    let off = rules.map(|(mutant, _)| Text::key("because.rule-off").with("rule", Arg::Word(mutant.says)));
    let beyond = property.beyond.map(Text::key);
    Some(Why {
        claim: named.with("time", Arg::Time(finding.time)),
        rule: Text::key(property.says),
        facts: off.chain(beyond).chain(facts).collect(),
        source: property.source,
        since: None,
    })
}

/// What a node is, as its card says it.
fn stands(card: &Card) -> Text {
    let node = Arg::Process(card.id);
    if card.status == Status::Crashed {
        return Text::key("because.is-down").with("node", node);
    }
    let has_badge = card.badge != Text::plain("");
    let text = Text::key(if has_badge { "because.stands-in" } else { "because.stands" }).with("node", node);
    let text = text.with("role", Arg::Text(Box::new(card.role.clone())));
    if has_badge { text.with("badge", Arg::Text(Box::new(card.badge.clone()))) } else { text }
}

/// The last turning point at a node before a step.
fn last_of<P: Spec>(timeline: &Timeline<P>, id: ProcessId, before: StepId) -> Option<(Time, Text)> {
    (0..before.0).rev().map(StepId).find_map(|step| {
        let record = timeline.record(step).filter(|record| record.actor == id)?;
        let journal = timeline.journal_of(step);
        let is_turn = |note: &&NoteRecord| note.mark.is_some_and(|mark| mark != MarkKind::Finding);
        let note = journal.notes_of(step).iter().find(is_turn)?;
        Some((record.time, feed::note_text::<P>(journal, note)))
    })
}

/// Where the answer came from that a step brought to a client.
pub(super) fn answered<P: Spec>(timeline: &Timeline<P>, step: StepId) -> Option<Answered> {
    let record = timeline.record(step)?;
    let is_answer = record.kind == StepKind::Deliver && timeline.world().client(record.actor).is_some();
    let sent = timeline.record(record.cause).filter(|_| is_answer)?;
    let (node, cause) = (record.peer, record.cause);
    let world = timeline.world_after(cause)?;
    let cards = stage::scene(&world).cards;
    let mut facts =
        vec![Text::key("because.answered").with("node", Arg::Process(node)).with("time", Arg::Time(sent.time))];
    facts.extend(cards.iter().find(|card| card.id == node).map(stands));
    facts.extend(cards.iter().filter(|card| card.id != node && card.emphasis == Emphasis::Strong).map(stands));
    let others: Vec<ProcessId> = why::nodes(&world).filter(|other| *other != node).collect();
    facts.extend(why::obstacles(&world, node, &others));
    Some(Answered { step: cause, facts })
}
