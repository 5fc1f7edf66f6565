//! What lies under the messages: the ring, cut links, walls, and the line that somebody draws.

use super::Division;
use super::figures::Tenths;
use super::geometry::Plan;
use super::route::Route;
use consistory_kernel::ProcessId;
use consistory_scene::Scene;
use consistory_scene::layout::Point;
use yew::prelude::*;

/// The lowest layer of the stage: links that are cut one way or both, walls, and the line that is being drawn.
pub(crate) fn edges(plan: &Plan, scene: &Scene, division: &Division, line: Option<(Point, Point)>) -> Html {
    let (ring, cuts) = (plan.ring, &scene.cuts);
    let number = |value: f64| Tenths(value).to_string();
    html! {
        <svg class="edges" viewBox={format!("0 0 {} {}", Tenths(plan.width), Tenths(plan.height))} aria-hidden="true" focusable="false">
            if plan.cards.len() > 2 && plan.is_ring {
                <ellipse key="ring" class="ring" cx={number(ring.centre.x)} cy={number(ring.centre.y)}
                    rx={number(ring.width / 2.0)} ry={number(ring.height / 2.0)} />
            }
            for (from, to) in scene.flapping.iter().copied().filter(|link| !cuts.contains(link)) {
                if let Some(route) = plan.route(from, to) {
                    <path key={format!("flap-{}-{}", from.0, to.0)} class="flap-line" d={path(route)} />
                }
            }
            for (from, to, latency) in &scene.late {
                if let Some(route) = plan.route(*from, *to) {
                    { late(route, *from, *to, latency) }
                }
            }
            for (from, to) in cuts.iter().copied() {
                if let Some(route) = plan.route(from, to) {
                    { cut(route, from, to, !cuts.contains(&(to, from))) }
                }
            }
            for (index, wall) in division.walls.iter().enumerate() {
                <g key={format!("wall-{index}")} class={if division.preview { "wall wall-preview" } else { "wall" }}>
                    <path class="wall-band" d={wall.path()} />
                    <path class="wall-line" d={wall.path()} />
                </g>
            }
            if let Some((start, end)) = line {
                <line key="line" class="drawn-line" x1={number(start.x)} y1={number(start.y)} x2={number(end.x)} y2={number(end.y)} />
            }
        </svg>
    }
}

/// A link with a latency of its own, which stands beside it, nearer to the receiver: the other direction has its own.
fn late(route: &Route, from: ProcessId, to: ProcessId, latency: &str) -> Html {
    let place = route.at(0.62);
    html! {
        <g key={format!("late-{}-{}", from.0, to.0)}>
            <path class="late-line" d={path(route)} />
            <text class="late-label" x={Tenths(place.x).to_string()} y={Tenths(place.y).to_string()}>{ latency.to_owned() }</text>
        </g>
    }
}

/// A cut link: greyed, crossed in the middle, and with an arrow where the other direction still works.
fn cut(route: &Route, from: ProcessId, to: ProcessId, one_way: bool) -> Html {
    let (middle, end) = (route.at(0.5), route.at(1.0));
    html! {
        <g key={format!("cut-{}-{}", from.0, to.0)} class="cut">
            <path class="cut-line" d={path(route)} />
            <path class="cut-cross" d={cross(middle)} />
            if one_way {
                <path class="cut-arrow" d={arrow(route.at(0.9), end)} />
            }
        </g>
    }
}

/// The whole way of a link.
fn path(route: &Route) -> String {
    format!("M{}Q{} {}", at(route.at(0.0)), at(route.control_between(0.0, 1.0)), at(route.at(1.0)))
}

fn cross(at: Point) -> String {
    const HALF: f64 = 5.0;
    let (left, right, top, bottom) = (at.x - HALF, at.x + HALF, at.y - HALF, at.y + HALF);
    let corner = |x: f64, y: f64| self::at(Point { x, y });
    format!("M{}L{}M{}L{}", corner(left, top), corner(right, bottom), corner(right, top), corner(left, bottom))
}

fn arrow(before: Point, tip: Point) -> String {
    const LENGTH: f64 = 9.0;
    const HALF: f64 = 4.5;
    let (x, y) = (tip.x - before.x, tip.y - before.y);
    let length = x.hypot(y).max(0.1);
    let (x, y) = (x / length, y / length);
    let back = Point { x: tip.x - x * LENGTH, y: tip.y - y * LENGTH };
    let left = Point { x: back.x - y * HALF, y: back.y + x * HALF };
    let right = Point { x: back.x + y * HALF, y: back.y - x * HALF };
    format!("M{}L{}L{}", at(left), at(tip), at(right))
}

/// A point of a path.
fn at(point: Point) -> String {
    format!("{} {}", Tenths(point.x), Tenths(point.y))
}
