//! What dragging means: a card onto another, across a wall or out of the ring, and a line over the empty stage.

use super::geometry::Plan;
use consistory_kernel::ProcessId;
use consistory_scene::Scene;
use consistory_scene::layout::Point;

/// Groups of processes.
pub(crate) type Groups = Vec<Vec<ProcessId>>;

/// How far a pointer moves before it drags, in CSS pixels.
const THRESHOLD: f64 = 7.0;
/// The shortest line that draws a wall, in CSS pixels.
const LINE_MIN: f64 = 60.0;
/// How far from its place a card is dropped to leave its group, in CSS pixels.
const LEAVE_MIN: f64 = 40.0;

/// What a pointer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Gesture {
    /// Nothing.
    #[default]
    None,
    /// A card.
    Card {
        /// Whose.
        id: ProcessId,
        /// Where the pointer went down.
        start: Point,
        /// Where it is.
        now: Point,
    },
    /// A line over the empty stage.
    Line {
        /// Where the pointer went down.
        start: Point,
        /// Where it is.
        now: Point,
    },
}

/// What letting go does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Nothing: it goes back.
    Nothing,
    /// The pointer did not move: the card is selected.
    Click(ProcessId),
    /// The pointer did not move over the empty stage.
    ClickNowhere,
    /// One card was dropped on another: what shall become of their link?
    Link(ProcessId, ProcessId),
    /// The network divides into these groups; one group means that it heals.
    Divide(Groups),
}

impl Gesture {
    /// The same gesture with the pointer elsewhere.
    #[must_use]
    pub(crate) fn moved(self, to: Point) -> Self {
        match self {
            Self::None => Self::None,
            Self::Card { id, start, .. } => Self::Card { id, start, now: to },
            Self::Line { start, .. } => Self::Line { start, now: to },
        }
    }

    /// Whether the pointer moved far enough to mean it.
    pub(crate) fn is_drag(self) -> bool {
        match self {
            Self::None => false,
            Self::Card { start, now, .. } | Self::Line { start, now } => between(start, now) >= THRESHOLD,
        }
    }

    /// The card that is being dragged, and how far.
    pub(crate) fn dragged(self) -> Option<(ProcessId, Point)> {
        match self {
            Self::Card { id, start, now } if self.is_drag() => {
                Some((id, Point { x: now.x - start.x, y: now.y - start.y }))
            }
            Self::None | Self::Card { .. } | Self::Line { .. } => None,
        }
    }

    /// What letting go would do now.
    pub(crate) fn outcome(self, plan: &Plan, scene: &Scene) -> Outcome {
        match self {
            Self::None => Outcome::Nothing,
            Self::Card { id, .. } if !self.is_drag() => Outcome::Click(id),
            Self::Line { .. } if !self.is_drag() => Outcome::ClickNowhere,
            Self::Card { id, now, .. } => drop_card(plan, scene, id, now),
            Self::Line { start, now } => draw_line(plan, start, now),
        }
    }
}

fn between(a: Point, b: Point) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn drop_card(plan: &Plan, scene: &Scene, id: ProcessId, now: Point) -> Outcome {
    if let Some(other) = plan.cards.iter().find(|(other, rect)| *other != id && rect.contains(now)) {
        return Outcome::Link(id, other.0);
    }
    let Some(home) = plan.rect(id) else {
        return Outcome::Nothing;
    };
    if home.grown(LEAVE_MIN / 2.0).contains(now) && between(home.centre, now) < home.width / 2.0 {
        return Outcome::Nothing;
    }
    if scene.groups.is_empty() {
        return if is_outside(plan, now) { isolate(plan, id) } else { Outcome::Nothing };
    }
    let groups = all_groups(plan, scene);
    let nearest = |group: &&Vec<ProcessId>| {
        let others = group.iter().filter(|other| **other != id);
        let away = others.filter_map(|other| plan.rect(*other)).map(|rect| rect.distance(now));
        away.fold(f64::INFINITY, f64::min)
    };
    let Some(target) = groups.iter().min_by(|a, b| nearest(a).total_cmp(&nearest(b))).cloned() else {
        return Outcome::Nothing;
    };
    if target.contains(&id) {
        return Outcome::Nothing;
    }
    let mut divided: Groups = groups
        .iter()
        .map(|group| {
            let mut members: Vec<_> = group.iter().copied().filter(|other| *other != id).collect();
            if *group == target {
                members.push(id);
                members.sort_unstable();
            }
            members
        })
        .collect();
    divided.retain(|group| group.iter().any(|id| plan.cards.iter().any(|(card, _)| card == id)));
    Outcome::Divide(divided)
}

fn is_outside(plan: &Plan, point: Point) -> bool {
    let x = (point.x - plan.ring.centre.x) / (plan.ring.width / 2.0).max(1.0);
    let y = (point.y - plan.ring.centre.y) / (plan.ring.height / 2.0).max(1.0);
    if plan.is_ring { x.hypot(y) > 1.04 } else { x.abs().max(y.abs()) > 1.1 }
}

fn isolate(plan: &Plan, id: ProcessId) -> Outcome {
    let others: Vec<_> = plan.cards.iter().map(|(other, _)| *other).filter(|other| *other != id).collect();
    if others.is_empty() {
        return Outcome::Nothing;
    }
    Outcome::Divide(vec![vec![id], others])
}

fn all_groups(plan: &Plan, scene: &Scene) -> Groups {
    let mut groups = scene.groups.clone();
    for (id, _) in &plan.cards {
        if !groups.iter().any(|group| group.contains(id)) {
            groups.push(vec![*id]);
        }
    }
    groups
}

fn draw_line(plan: &Plan, start: Point, end: Point) -> Outcome {
    if between(start, end) < LINE_MIN {
        return Outcome::Nothing;
    }
    let side = |point: Point| (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x);
    let ids = |is_left: bool| {
        let cards = plan.cards.iter().filter(move |(_, rect)| (side(rect.centre) < 0.0) == is_left);
        cards.map(|(id, _)| *id).collect::<Vec<_>>()
    };
    let groups = vec![ids(true), ids(false)];
    if groups.iter().any(Vec::is_empty) {
        return Outcome::Nothing;
    }
    Outcome::Divide(groups)
}
