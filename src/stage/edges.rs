//! What lies under the messages: the ring, cut links, walls, and the line that somebody draws.

use super::geometry::Plan;
use super::route::Route;
use super::wall::Wall;
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use std::rc::Rc;
use yew::prelude::*;

/// What [`Edges`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct EdgesProps {
    /// Where everything stands.
    pub(crate) plan: Rc<Plan>,
    /// Links that are cut one way.
    pub(crate) cuts: Vec<(ProcessId, ProcessId)>,
    /// The walls in force, or those that letting go would build.
    pub(crate) walls: Rc<Vec<Wall>>,
    /// Whether the walls are only a preview.
    pub(crate) preview: bool,
    /// The line that is being drawn.
    pub(crate) line: Option<(Point, Point)>,
}

/// The lowest layer of the stage.
#[component]
pub(crate) fn Edges(props: &EdgesProps) -> Html {
    let plan = &props.plan;
    let ring = plan.ring;
    let number = |value: f64| format!("{value:.1}");
    html! {
        <svg class="edges" viewBox={format!("0 0 {:.1} {:.1}", plan.width, plan.height)} aria-hidden="true" focusable="false">
            if plan.cards.len() > 2 {
                <ellipse key="ring" class="ring" cx={number(ring.centre.x)} cy={number(ring.centre.y)}
                    rx={number(ring.width / 2.0)} ry={number(ring.height / 2.0)} />
            }
            for (from, to) in props.cuts.iter().copied() {
                if let Some(route) = plan.route(from, to) {
                    { cut(route, from, to, !props.cuts.contains(&(to, from))) }
                }
            }
            for (index, wall) in props.walls.iter().enumerate() {
                <g key={format!("wall-{index}")} class={if props.preview { "wall wall-preview" } else { "wall" }}>
                    <path class="wall-band" d={wall.path()} />
                    <path class="wall-line" d={wall.path()} />
                </g>
            }
            if let Some((start, end)) = props.line {
                <line key="line" class="drawn-line" x1={number(start.x)} y1={number(start.y)} x2={number(end.x)} y2={number(end.y)} />
            }
        </svg>
    }
}

/// A cut link: greyed, crossed in the middle, and with an arrow where the other direction still works.
fn cut(route: &Route, from: ProcessId, to: ProcessId, one_way: bool) -> Html {
    let (start, middle, end) = (route.at(0.0), route.at(0.5), route.at(1.0));
    let control = route.control_between(0.0, 1.0);
    let path = format!("M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}", start.x, start.y, control.x, control.y, end.x, end.y);
    html! {
        <g key={format!("cut-{}-{}", from.0, to.0)} class="cut">
            <path class="cut-line" d={path} />
            <path class="cut-cross" d={cross(middle)} />
            if one_way {
                <path class="cut-arrow" d={arrow(route.at(0.9), end)} />
            }
        </g>
    }
}

fn cross(at: Point) -> String {
    const HALF: f64 = 5.0;
    let (left, right, top, bottom) = (at.x - HALF, at.x + HALF, at.y - HALF, at.y + HALF);
    format!("M{left:.1} {top:.1}L{right:.1} {bottom:.1}M{right:.1} {top:.1}L{left:.1} {bottom:.1}")
}

fn arrow(before: Point, tip: Point) -> String {
    const LENGTH: f64 = 9.0;
    const HALF: f64 = 4.5;
    let (x, y) = (tip.x - before.x, tip.y - before.y);
    let length = x.hypot(y).max(0.1);
    let (x, y) = (x / length, y / length);
    let back = Point { x: tip.x - x * LENGTH, y: tip.y - y * LENGTH };
    let (left_x, left_y) = (back.x - y * HALF, back.y + x * HALF);
    let (right_x, right_y) = (back.x + y * HALF, back.y - x * HALF);
    format!("M{left_x:.1} {left_y:.1}L{:.1} {:.1}L{right_x:.1} {right_y:.1}", tip.x, tip.y)
}
