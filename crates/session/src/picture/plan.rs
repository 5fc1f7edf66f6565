//! Where nodes and clients stand on a picture of the stage, and the ways of messages between them.

use super::card::{CARD, CLIENT, Scale};
use super::svg::{At, Rect, count, length};
use consistory_kernel::ProcessId;
use consistory_scene::Scene;
use consistory_scene::layout::Point;
use std::collections::{BTreeMap, BTreeSet};

/// Width and height of the picture.
pub(super) const SIZE: (f64, f64) = (960.0, 720.0);
/// Room at the left and right edge.
pub(super) const MARGIN: f64 = 18.0;
/// Where the room of nodes and clients begins and ends: above it stands the partition in words, below it the legend.
const TOP: f64 = 44.0;
pub(super) const BOTTOM: f64 = 664.0;
/// The least room between two cards that leaves messages visible.
const CARD_GAP: f64 = 40.0;
/// Room between two clients.
const CLIENT_GAP: f64 = 12.0;
/// A ring much wider than high no longer reads as one.
const STRETCH_MAX: f64 = 1.6;

/// Half the distance between the two lanes of a link: traffic keeps to one side.
const LANE: f64 = 8.0;
/// Room that a way keeps from boxes that it passes.
const CLEARANCE: f64 = 5.0;
/// How far a way may bend sideways, nearest first.
const BENDS: [f64; 17] = [
    0.0, 20.0, -20.0, 40.0, -40.0, 65.0, -65.0, 95.0, -95.0, 130.0, -130.0, 180.0, -180.0, 250.0, -250.0, 340.0, -340.0,
];
/// Points at which a way is tried against the boxes.
const SAMPLES: u32 = 24;

/// Where everything that does not move stands.
pub(super) struct Plan {
    /// The box around the ring on which the cards' centres are.
    pub(super) ring: Rect,
    /// How much smaller cards are than their full size.
    pub(super) cards: Scale,
    /// The same of clients.
    pub(super) clients: Scale,
    /// The box of each node, then of each client.
    boxes: Vec<(ProcessId, Rect)>,
}

impl Plan {
    /// Everything as large as it fits.
    pub(super) fn new(scene: &Scene) -> Self {
        let high = count(scene.clients.len()) * (CLIENT.1 + CLIENT_GAP);
        let clients = Scale::largest(|scale| high * scale.factor() <= BOTTOM - TOP);
        let cards = Scale::largest(|scale| {
            let plan = Self::with(scene, scale, clients);
            let cards = &plan.boxes[..scene.cards.len()];
            let least = CARD_GAP * scale.factor();
            cards
                .iter()
                .enumerate()
                .all(|(place, (_, card))| cards[place + 1..].iter().all(|(_, other)| gap(*card, *other) >= least))
        });
        Self::with(scene, cards, clients)
    }

    fn with(scene: &Scene, cards: Scale, clients: Scale) -> Self {
        let (card_width, card_height) = (CARD.0 * cards.factor(), CARD.1 * cards.factor());
        let (client_width, client_height) = (CLIENT.0 * clients.factor(), CLIENT.1 * clients.factor());
        // Clients stand in a column at the right.
        let taken = if scene.clients.is_empty() { MARGIN } else { client_width + 3.0 * MARGIN };
        let right = SIZE.0 - taken;
        let radius_x = ((right - MARGIN - card_width) / 2.0).max(0.0);
        let radius_y = ((BOTTOM - TOP - card_height) / 2.0).max(0.0);
        let (radius_x, radius_y) = (radius_x.min(radius_y * STRETCH_MAX), radius_y.min(radius_x * STRETCH_MAX));
        let centre = Point { x: f64::midpoint(MARGIN, right), y: f64::midpoint(TOP, BOTTOM) };
        let around = Rect { centre, width: 2.0 * radius_x, height: 2.0 * radius_y };
        let nodes = scene.cards.iter().zip(scene.places()).map(|(card, place)| {
            let centre = on_ring(around, place, 1.0);
            (card.id, Rect { centre, width: card_width, height: card_height })
        });
        let step = client_height + CLIENT_GAP * clients.factor();
        let first = centre.y - step * (count(scene.clients.len()) - 1.0) / 2.0;
        let beside = scene.clients.iter().enumerate().map(|(place, client)| {
            let centre = Point { x: SIZE.0 - MARGIN - client_width / 2.0, y: first + count(place) * step };
            (client.id, Rect { centre, width: client_width, height: client_height })
        });
        Self { ring: around, cards, clients, boxes: nodes.chain(beside).collect() }
    }

    pub(super) fn rect(&self, id: ProcessId) -> Option<Rect> {
        self.boxes.iter().find(|(other, _)| *other == id).map(|(_, rect)| *rect)
    }

    /// The radius of a message's glyph.
    pub(super) fn glyph(&self) -> f64 {
        11.0 * self.cards.factor().max(0.7)
    }
}

/// A point of the unit ring on the ring of the picture, or outside it by a factor.
pub(super) fn on_ring(around: Rect, point: Point, reach: f64) -> Point {
    let Rect { centre, width, height } = around;
    Point { x: centre.x + point.x * reach * width / 2.0, y: centre.y + point.y * reach * height / 2.0 }
}

/// The room between two rectangles: the larger of the horizontal and the vertical one.
fn gap(one: Rect, other: Rect) -> f64 {
    let x = (one.centre.x - other.centre.x).abs() - f64::midpoint(one.width, other.width);
    let y = (one.centre.y - other.centre.y).abs() - f64::midpoint(one.height, other.height);
    x.max(y)
}

/// The way of messages between two processes: a quadratic curve, cut off at the edges of their boxes.
pub(super) struct Way {
    start: Point,
    control: Point,
    end: Point,
    first: f64,
    last: f64,
}

impl Way {
    /// The place of a message that has that part of its way behind it, from 0 to 1.
    pub(super) fn at(&self, progress: f64) -> Point {
        self.on_curve(self.first + (self.last - self.first) * progress)
    }

    /// The whole curve: the boxes hide its ends.
    pub(super) fn path(&self) -> String {
        format!("M{}Q{} {}", At(self.start), At(self.control), At(self.end))
    }

    fn on_curve(&self, part: f64) -> Point {
        let near = self.start.toward(self.control, part);
        let far = self.control.toward(self.end, part);
        near.toward(far, part)
    }
}

/// The ways of all messages and cut links.
pub(super) fn ways(scene: &Scene, plan: &Plan) -> BTreeMap<(ProcessId, ProcessId), Way> {
    let flights = scene.flights.iter().map(|flight| (flight.from, flight.to));
    let links: BTreeSet<_> = flights.chain(scene.cuts.iter().copied()).collect();
    links.into_iter().filter_map(|link| Some((link, way(plan, link)?))).collect()
}

/// The straightest of the ways that other boxes hide least.
fn way(plan: &Plan, (from, to): (ProcessId, ProcessId)) -> Option<Way> {
    let (sender, receiver) = (plan.rect(from)?, plan.rect(to)?);
    let glyph = plan.glyph();
    if from == to {
        return Some(arch(sender, glyph));
    }
    let inside = Rect::of(0.0, TOP - 14.0, SIZE.0, BOTTOM - TOP + 28.0).grown(-glyph);
    let hidden = |way: &Way| {
        let is_hidden = |sample: &u32| {
            let point = way.at(f64::from(*sample) / f64::from(SAMPLES));
            let is_over =
                |(id, rect): &(ProcessId, Rect)| *id != from && *id != to && rect.distance(point) <= glyph + CLEARANCE;
            inside.distance(point) > 0.0 || plan.boxes.iter().any(is_over)
        };
        (0..=SAMPLES).filter(is_hidden).count()
    };
    BENDS.into_iter().map(|bend| curve(sender, receiver, bend, glyph)).min_by_key(hidden)
}

fn curve(sender: Rect, receiver: Rect, bend: f64, glyph: f64) -> Way {
    let (start, end) = (sender.centre, receiver.centre);
    let (x, y) = (end.x - start.x, end.y - start.y);
    let whole = length(x, y).max(1.0);
    let side = Point { x: -y / whole, y: x / whole };
    let shifted = |point: Point, by: f64| Point { x: point.x + side.x * by, y: point.y + side.y * by };
    let control = shifted(start.toward(end, 0.5), bend + LANE);
    let mut way = Way { start: shifted(start, LANE), control, end: shifted(end, LANE), first: 0.0, last: 1.0 };
    way.first = edge(&way, sender.grown(glyph), 0.0, 1.0);
    way.last = edge(&way, receiver.grown(glyph), 1.0, 0.0);
    if way.first >= way.last {
        // The boxes touch; the message shows in the middle between them.
        (way.first, way.last) = (0.5, 0.5);
    }
    way
}

/// The part of the curve at which it leaves a box, seen from the end that lies inside.
fn edge(way: &Way, rect: Rect, inside: f64, outside: f64) -> f64 {
    let (mut inside, mut outside) = (inside, outside);
    for _ in 0..16 {
        let middle = f64::midpoint(inside, outside);
        if rect.distance(way.on_curve(middle)) <= 0.0 {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

/// A process that sends to itself: a small arch over its box.
fn arch(rect: Rect, glyph: f64) -> Way {
    let (top, reach) = (rect.corner().y - glyph, rect.width / 4.0);
    Way {
        start: Point { x: rect.centre.x - reach, y: top },
        control: Point { x: rect.centre.x, y: top - reach },
        end: Point { x: rect.centre.x + reach, y: top },
        first: 0.0,
        last: 1.0,
    }
}
