//! Two instants or two branches side by side: what the nodes know in each, and what came of each.
//!
//! What needs a protocol's types is little, because every protocol has it once more. The rest works on plain values.

use crate::history::{self, Stage, Turn};
use crate::metrics;
use consistory_checks::Object;
use consistory_kernel::{BranchId, Counters, Moment, ProcessId, Segment, StepId, Time, Timeline, World};
use consistory_protocols::{ClientOp, Spec, feed, stage};
use consistory_scene::{Card, Cell, FeedLine, Field, Status, Strip, Text};
use std::collections::{BTreeMap, BTreeSet};

/// An instant of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// The branch's number.
    pub branch: u32,
    /// Between which of its events.
    pub moment: Moment,
}

/// What a node knows at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeState {
    /// Which node.
    pub id: ProcessId,
    /// Whether it runs.
    pub status: Status,
    /// Its role, unless it is down.
    pub role: Option<Text>,
    /// Its badge, for example "term 2", unless it is down.
    pub badge: Option<Text>,
    /// Its log, as far as its card shows it.
    pub log: Strip,
    /// What the inspector tells of it, and the facts of its card.
    pub fields: Vec<Field>,
}

impl NodeState {
    fn of(card: Card, known: Vec<Field>) -> Self {
        let Card { id, status, role, badge, strip, fields, .. } = card;
        // A card says of a node that is down only that it is down.
        let unless_down = |text: Text| (status != Status::Crashed).then_some(text);
        let (role, badge) = (unless_down(role), unless_down(badge));
        Self {
            id,
            status,
            role,
            badge,
            log: strip.unwrap_or_default(),
            fields: known.into_iter().chain(fields).collect(),
        }
    }
}

/// A value on either side; none where that side has no such thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<T> {
    /// On the one side.
    pub one: Option<T>,
    /// On the other.
    pub other: Option<T>,
}

impl<T: Clone + PartialEq> Change<T> {
    /// Both values, if they differ.
    fn between(one: Option<&T>, other: Option<&T>) -> Option<Self> {
        (one != other).then(|| Self { one: one.cloned(), other: other.cloned() })
    }
}

/// What differs in one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeDiff {
    /// Which node.
    pub id: ProcessId,
    /// Whether it runs, if that differs.
    pub status: Option<Change<Status>>,
    /// Its role, if that differs.
    pub role: Option<Change<Text>>,
    /// Its badge, if that differs.
    pub badge: Option<Change<Text>>,
    /// The log cells that differ, by index. Cells that one side no longer lists are left out.
    pub log: Vec<Change<Cell>>,
    /// The fields that differ, by name.
    pub fields: Vec<(Text, Change<Text>)>,
}

impl NodeDiff {
    fn between(one: &NodeState, other: &NodeState) -> Option<Self> {
        let diff = Self {
            id: one.id,
            status: Change::between(Some(&one.status), Some(&other.status)),
            role: Change::between(one.role.as_ref(), other.role.as_ref()),
            badge: Change::between(one.badge.as_ref(), other.badge.as_ref()),
            log: changed_cells(&one.log, &other.log),
            fields: changed_fields(&one.fields, &other.fields),
        };
        let is_same = diff.status.is_none()
            && diff.role.is_none()
            && diff.badge.is_none()
            && diff.log.is_empty()
            && diff.fields.is_empty();
        (!is_same).then_some(diff)
    }
}

/// What differs between the nodes of two instants; nodes in which nothing does are left out.
pub fn diff(one: &[NodeState], other: &[NodeState]) -> Vec<NodeDiff> {
    let with_partner = |state: &NodeState| {
        let partner = other.iter().find(|partner| partner.id == state.id)?;
        NodeDiff::between(state, partner)
    };
    one.iter().filter_map(with_partner).collect()
}

fn changed_cells(one: &Strip, other: &Strip) -> Vec<Change<Cell>> {
    // What a strip hides is unknown, and not gone.
    let hidden = one.hidden.max(other.hidden);
    let listed = one.cells.iter().chain(&other.cells).map(|cell| cell.index);
    let indexes: BTreeSet<u32> = listed.filter(|index| *index > hidden).collect();
    let at = |strip: &Strip, index: u32| strip.cells.iter().find(|cell| cell.index == index).cloned();
    let change = |index: u32| Change::between(at(one, index).as_ref(), at(other, index).as_ref());
    indexes.into_iter().filter_map(change).collect()
}

/// The fields whose values differ. Several may have one name: the first belongs to the first, and so on.
fn changed_fields(one: &[Field], other: &[Field]) -> Vec<(Text, Change<Text>)> {
    let mut left: Vec<&Field> = other.iter().collect();
    let mut changes = Vec::new();
    for field in one {
        let place = left.iter().position(|candidate| candidate.name == field.name);
        let partner = place.map(|place| left.remove(place));
        let change = Change::between(Some(&field.value), partner.map(|partner| &partner.value));
        changes.extend(change.map(|change| (field.name.clone(), change)));
    }
    let added = |field: &Field| (field.name.clone(), Change { one: None, other: Some(field.value.clone()) });
    changes.extend(left.into_iter().map(added));
    changes
}

/// Two branches, both up to the end of the one that is known less far: what is counted in them is comparable.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// When they part; none where they do not, as far as both are known.
    pub parts_at: Option<Time>,
    /// What the clients share.
    pub object: Object,
    /// The one.
    pub one: Future,
    /// The other.
    pub other: Future,
}

/// What came of a branch up to an instant that is its end in a [`Comparison`].
#[derive(Clone, Debug, PartialEq)]
pub struct Future {
    /// Its end.
    pub end: Instant,
    /// The event at which it parts from the other: the first that is told differently there.
    pub parting: Option<FeedLine>,
    /// What the clients did and saw; [`ClientHistory::of`] makes a history of it.
    ///
    /// [`ClientHistory::of`]: crate::history::ClientHistory::of
    pub turns: Vec<Turn>,
    /// What was counted since the start of the run.
    pub counters: Counters,
    /// The names of the properties that were violated.
    pub findings: Vec<Text>,
}

/// How many operations there were, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// They took effect.
    pub ok: u64,
    /// They never took effect.
    pub failed: u64,
    /// Nobody knows.
    pub unknown: u64,
    /// They wait for an answer.
    pub pending: u64,
}

impl Operations {
    /// The operations of these turns.
    pub fn of(turns: &[Turn]) -> Self {
        let mut invoked: u64 = 0;
        let mut operations = Self::default();
        for turn in turns {
            match &turn.stage {
                Stage::Invoked => invoked += 1,
                Stage::Ok(_) => operations.ok += 1,
                Stage::Failed => operations.failed += 1,
                Stage::Unknown => operations.unknown += 1,
            }
        }
        let ended = operations.ok + operations.failed + operations.unknown;
        Self { pending: invoked.saturating_sub(ended), ..operations }
    }
}

impl Future {
    /// The clients' operations.
    pub fn operations(&self) -> Operations {
        Operations::of(&self.turns)
    }

    /// How long some operation had been waiting beyond a client's patience, in microseconds, as the metric
    /// `unavailable_ms` counts it; none without operations.
    pub fn unavailable(&self) -> Option<Time> {
        unavailable(&self.turns, self.end.moment.time)
    }
}

/// How long some operation of these turns had been waiting beyond a client's patience by then; none without operations.
pub(crate) fn unavailable(turns: &[Turn], until: Time) -> Option<Time> {
    let mut waits: Vec<(Time, Option<Time>)> = Vec::new();
    // A client does one thing at a time.
    let mut open: BTreeMap<ProcessId, usize> = BTreeMap::new();
    for turn in turns {
        if turn.stage == Stage::Invoked {
            open.insert(turn.client, waits.len());
            waits.push((turn.time, None));
        } else if let Some(wait) = open.remove(&turn.client).and_then(|place| waits.get_mut(place)) {
            wait.1 = Some(turn.time);
        }
    }
    (!waits.is_empty()).then(|| metrics::unavailable(waits.into_iter(), until))
}

/// Where the cursor stands.
pub(crate) fn here<P: Spec>(timeline: &Timeline<P>) -> Instant {
    let world = timeline.world();
    // Not the world's own moment: that does not tell an event from an edit that was made right after it.
    let moment = Moment { time: world.time(), ties: world.ties_at(world.time()) };
    Instant { branch: timeline.current().0, moment }
}

/// What the nodes know at an instant; `None` where there is no such branch, or it is not known so far.
pub(crate) fn states<P: Spec>(timeline: &Timeline<P>, at: Instant) -> Option<Vec<NodeState>> {
    if at == here(timeline) {
        return Some(states_of(timeline.world()));
    }
    timeline.world_at(BranchId(at.branch), at.moment).map(|world| states_of(&world))
}

fn states_of<P: Spec>(world: &World<P>) -> Vec<NodeState> {
    let state = |card: Card| {
        let known = world.node(card.id).map(|node| P::node_fields(world, card.id, node));
        NodeState::of(card, known.unwrap_or_default())
    };
    stage::scene(world).cards.into_iter().map(state).collect()
}

/// Two branches side by side; `None` where one does not exist.
pub(crate) fn compare<P: Spec>(timeline: &Timeline<P>, one: BranchId, other: BranchId) -> Option<Comparison> {
    let moment = Moment::after(timeline.tip_of(one)?.time().min(timeline.tip_of(other)?.time()));
    let parted = first_difference(timeline, one, other);
    let follow = |branch: BranchId| {
        let world = timeline.world_at(branch, moment)?;
        let violated = world.findings().iter().filter_map(|finding| P::PROPERTIES.get(usize::from(finding.property)));
        Some(Future {
            end: Instant { branch: branch.0, moment },
            parting: parted.and_then(|step| gist(feed::of_step_on(timeline, branch, step))),
            turns: history::turns_on(timeline, branch, world.steps()),
            counters: world.counters(),
            findings: violated.map(|property| Text::key(property.name)).collect(),
        })
    };
    let (one, other) = (follow(one)?, follow(other)?);
    let parts_at = one.parting.iter().chain(&other.parting).map(|line| line.time).min();
    Some(Comparison { parts_at, object: P::Op::OBJECT, one, other })
}

/// The first step that the two branches tell differently, as far as both are known. It may come after the step where
/// they were divided: somebody may have done the same thing twice.
fn first_difference<P: Spec>(timeline: &Timeline<P>, one: BranchId, other: BranchId) -> Option<StepId> {
    let paths = [timeline.path_of(one), timeline.path_of(other)];
    let known = paths.iter().filter_map(|path| path.last()).map(|segment| segment.until.0).min()?;
    let tell = |branch: BranchId, step: StepId| feed::of_step_on(timeline, branch, step);
    (divided_at(&paths).0..known).map(StepId).find(|step| tell(one, *step) != tell(other, *step))
}

/// The first step that two paths do not have in common.
fn divided_at<P: Spec>([one, other]: &[Vec<Segment<'_, P>>; 2]) -> StepId {
    let common = one.iter().zip(other).take_while(|(one, other)| std::ptr::eq(one.journal, other.journal));
    common.last().map_or(StepId(0), |(one, other)| one.until.min(other.until))
}

/// The line that tells most of a step: a notable one, or else the last.
fn gist(lines: Vec<FeedLine>) -> Option<FeedLine> {
    let place = lines.iter().position(|line| line.notable).or(lines.len().checked_sub(1))?;
    lines.into_iter().nth(place)
}
