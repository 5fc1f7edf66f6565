//! The way of a message: a curve from the edge of one card to the edge of another, around all others.

use super::geometry::Rect;
use consistory_scene::layout::Point;

/// Half the distance between the two lanes of a link, in CSS pixels: traffic keeps to one side.
const LANE: f64 = 8.0;
/// Room that a way keeps from cards that it passes.
const CLEARANCE: f64 = 5.0;
/// How far a way may bend sideways, in CSS pixels, nearest first.
const BENDS: [f64; 23] = [
    0.0, 20.0, -20.0, 40.0, -40.0, 60.0, -60.0, 80.0, -80.0, 105.0, -105.0, 130.0, -130.0, 160.0, -160.0, 190.0,
    -190.0, 260.0, -260.0, 340.0, -340.0, 430.0, -430.0,
];
/// Points at which a way is tried against the cards.
const SAMPLES: u32 = 32;

/// A quadratic curve, cut off at the cards' edges.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Route {
    start: Point,
    control: Point,
    end: Point,
    first: f64,
    last: f64,
}

impl Route {
    /// The place of a message that has that part of its way behind it, from 0 to 1.
    pub(crate) fn at(&self, progress: f64) -> Point {
        self.on_curve(self.first + (self.last - self.first) * progress)
    }

    /// A curve's middle control point for the part between two progresses; with both ends it draws that part.
    pub(crate) fn control_between(&self, from: f64, to: f64) -> Point {
        let span = self.last - self.first;
        let (from, to) = (self.first + span * from, self.first + span * to);
        let near = self.start.toward(self.control, from);
        let far = self.control.toward(self.end, from);
        near.toward(far, to)
    }

    fn on_curve(&self, part: f64) -> Point {
        let near = self.start.toward(self.control, part);
        let far = self.control.toward(self.end, part);
        near.toward(far, part)
    }
}

/// The way from one of the boxes to another, inside the stage.
pub(crate) fn route(stage: Rect, rects: &[Rect], from: usize, to: usize, glyph: f64) -> Route {
    let (Some(sender), Some(receiver)) = (rects.get(from), rects.get(to)) else {
        return Route::default();
    };
    if from == to {
        return loop_above(*sender, glyph);
    }
    let others = || rects.iter().enumerate().filter(|(index, _)| *index != from && *index != to);
    let hidden = |route: &Route| {
        let is_over = |sample: &u32| {
            let point = route.at(f64::from(*sample) / f64::from(SAMPLES));
            let is_in_view = stage.grown(-glyph).contains(point);
            !is_in_view || others().any(|(_, rect)| rect.distance(point) <= glyph + CLEARANCE)
        };
        (0..=SAMPLES).filter(is_over).count()
    };
    // The first of the least hidden ways, which is the straightest: on a crowded stage there may be no free one.
    let curves = BENDS.iter().map(|bend| curve(*sender, *receiver, *bend, glyph));
    curves.min_by_key(hidden).unwrap_or_default()
}

fn curve(sender: Rect, receiver: Rect, bend: f64, glyph: f64) -> Route {
    let (start, end) = (sender.centre, receiver.centre);
    let (x, y) = (end.x - start.x, end.y - start.y);
    let length = x.hypot(y).max(1.0);
    let side = Point { x: -y / length, y: x / length };
    let shift = |point: Point, by: f64| Point { x: point.x + side.x * by, y: point.y + side.y * by };
    let control = shift(start.toward(end, 0.5), bend + LANE);
    let mut route = Route { start: shift(start, LANE), control, end: shift(end, LANE), first: 0.0, last: 1.0 };
    route.first = edge(&route, sender.grown(glyph), 0.0, 1.0);
    route.last = edge(&route, receiver.grown(glyph), 1.0, 0.0);
    if route.first >= route.last {
        // The cards touch; the message shows in the middle between them.
        (route.first, route.last) = (0.5, 0.5);
    }
    route
}

/// The part of the curve at which it leaves a box, seen from the end that lies inside.
fn edge(route: &Route, rect: Rect, inside: f64, outside: f64) -> f64 {
    let (mut inside, mut outside) = (inside, outside);
    for _ in 0..20 {
        let middle = f64::midpoint(inside, outside);
        if rect.contains(route.on_curve(middle)) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    outside
}

/// A process that sends to itself: a small arch over its card.
fn loop_above(rect: Rect, glyph: f64) -> Route {
    let top = rect.top() - glyph;
    let reach = rect.width / 4.0;
    Route {
        start: Point { x: rect.centre.x - reach, y: top },
        control: Point { x: rect.centre.x, y: top - 2.0 * reach },
        end: Point { x: rect.centre.x + reach, y: top },
        first: 0.0,
        last: 1.0,
    }
}
