//! The wall of a partition: smooth curves that keep the same distance from the cards of the groups they divide.

use super::figures::Tenths;
use super::geometry::{Plan, Rect};
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The distance between the points at which the stage is measured, in CSS pixels.
const GRID: f64 = 12.0;
/// Every so many points of a contour are kept before it is smoothed.
const KEEP: usize = 4;

/// One stretch of wall.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wall {
    /// Points along it.
    pub(crate) points: Vec<Point>,
}

impl Wall {
    /// The path's description for SVG.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for (index, point) in self.points.iter().enumerate() {
            let verb = if index == 0 { 'M' } else { 'L' };
            // Writing to a text never fails.
            let _ = write!(path, "{verb}{} {}", Tenths(point.x), Tenths(point.y));
        }
        path
    }
}

/// The walls between groups of cards. Nodes of no group stand alone.
pub(crate) fn walls(plan: &Plan, groups: &[Vec<ProcessId>]) -> Vec<Wall> {
    let groups = boxes(plan, groups);
    let mut walls = Vec::new();
    for first in 0..groups.len() {
        for second in first + 1..groups.len() {
            walls.extend(between(plan, &groups, first, second));
        }
    }
    walls
}

/// Where a label of that size stands best: on a wall, clear of cards, away from where messages fly.
pub(crate) fn label_place(plan: &Plan, walls: &[Wall], width: f64, height: f64) -> Option<Point> {
    let inside = |point: Point| Point {
        x: point.x.clamp(width / 2.0 + 4.0, (plan.width - width / 2.0 - 4.0).max(width / 2.0 + 4.0)),
        y: point.y.clamp(height / 2.0 + 4.0, (plan.height - height / 2.0 - 4.0).max(height / 2.0 + 4.0)),
    };
    let cost = |point: Point| {
        let label = Rect { centre: point, width, height };
        let boxes = plan.cards.iter().chain(&plan.clients);
        let covered = boxes.filter(|(_, rect)| label.gap(*rect) < 4.0).count();
        covered * 1000 + crossings(plan, label)
    };
    let candidates = walls.iter().flat_map(|wall| wall.points.iter()).step_by(3).map(|point| inside(*point));
    candidates.min_by_key(|point| cost(*point))
}

/// How many ways of messages run through a box.
fn crossings(plan: &Plan, label: Rect) -> usize {
    let ids = || plan.cards.iter().map(|(id, _)| *id);
    let pairs = ids().flat_map(|from| ids().filter(move |to| *to != from).map(move |to| (from, to)));
    pairs
        .filter_map(|(from, to)| plan.route(from, to))
        .filter(|route| (0..=12_u32).any(|part| label.contains(route.at(f64::from(part) / 12.0))))
        .count()
}

fn boxes(plan: &Plan, groups: &[Vec<ProcessId>]) -> Vec<Vec<Rect>> {
    let mut boxes: Vec<Vec<Rect>> = Vec::new();
    for group in groups {
        boxes.push(group.iter().filter_map(|id| plan.rect(*id)).collect());
    }
    for (id, rect) in &plan.cards {
        if !groups.iter().any(|group| group.contains(id)) {
            boxes.push(vec![*rect]);
        }
    }
    boxes.retain(|group| !group.is_empty());
    boxes
}

fn distance(group: &[Rect], point: Point) -> f64 {
    group.iter().map(|rect| rect.distance(point)).fold(f64::INFINITY, f64::min)
}

/// Marching squares over "how much nearer is the first group than the second", where no third one is nearer.
fn between(plan: &Plan, groups: &[Vec<Rect>], first: usize, second: usize) -> Vec<Wall> {
    let field = Field::new(plan, &groups[first], &groups[second]);
    let is_theirs = |point: Point| {
        let nearest = distance(&groups[first], point);
        groups
            .iter()
            .enumerate()
            .all(|(index, group)| index == first || index == second || distance(group, point) >= nearest)
    };
    let mut crossings: BTreeMap<Edge, (Point, Vec<Edge>)> = BTreeMap::new();
    for row in 0..field.rows - 1 {
        for column in 0..field.columns - 1 {
            let cut: Vec<(Edge, Point)> = field.cut_edges(column, row);
            for pair in cut.chunks_exact(2) {
                if pair.iter().all(|(_, point)| is_theirs(*point)) {
                    let [(a, at_a), (b, at_b)] = [pair[0], pair[1]];
                    crossings.entry(a).or_insert((at_a, Vec::new())).1.push(b);
                    crossings.entry(b).or_insert((at_b, Vec::new())).1.push(a);
                }
            }
        }
    }
    chains(&mut crossings).into_iter().map(|points| Wall { points: smooth(&points) }).collect()
}

/// An edge of the grid: column and row of its left or upper end, and whether it runs down.
type Edge = (usize, usize, bool);

struct Field {
    columns: usize,
    rows: usize,
    step_x: f64,
    step_y: f64,
    values: Vec<f64>,
}

impl Field {
    fn new(plan: &Plan, first: &[Rect], second: &[Rect]) -> Self {
        let cells = |length: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a stage has few grid lines")]
            let cells = (length / GRID).ceil().clamp(1.0, 1000.0) as usize;
            cells
        };
        let (columns, rows) = (cells(plan.width) + 1, cells(plan.height) + 1);
        let mut field = Self {
            columns,
            rows,
            step_x: plan.width / as_float(columns - 1),
            step_y: plan.height / as_float(rows - 1),
            values: Vec::with_capacity(columns * rows),
        };
        for row in 0..rows {
            for column in 0..columns {
                let point = field.point(column, row);
                field.values.push(distance(second, point) - distance(first, point));
            }
        }
        field
    }

    fn point(&self, column: usize, row: usize) -> Point {
        Point { x: as_float(column) * self.step_x, y: as_float(row) * self.step_y }
    }

    fn value(&self, column: usize, row: usize) -> f64 {
        self.values.get(row * self.columns + column).copied().unwrap_or(0.0)
    }

    /// The edges of a cell on which the field changes its sign, with the places where it does.
    fn cut_edges(&self, column: usize, row: usize) -> Vec<(Edge, Point)> {
        let edges = [(column, row, false), (column, row, true), (column, row + 1, false), (column + 1, row, true)];
        edges.into_iter().filter_map(|edge| Some((edge, self.cut(edge)?))).collect()
    }

    fn cut(&self, (column, row, down): Edge) -> Option<Point> {
        let (other_column, other_row) = if down { (column, row + 1) } else { (column + 1, row) };
        let (here, there) = (self.value(column, row), self.value(other_column, other_row));
        if (here > 0.0) == (there > 0.0) {
            return None;
        }
        let part = here / (here - there);
        Some(self.point(column, row).toward(self.point(other_column, other_row), part))
    }
}

fn as_float(number: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "grid lines are far fewer than 2^52")]
    let float = number as f64;
    float
}

/// Follows the crossings from edge to edge; open lines first, from their ends, then closed ones.
fn chains(crossings: &mut BTreeMap<Edge, (Point, Vec<Edge>)>) -> Vec<Vec<Point>> {
    let mut chains = Vec::new();
    loop {
        let end = crossings.iter().find(|(_, (_, next))| next.len() == 1).map(|(edge, _)| *edge);
        let Some(mut edge) = end.or_else(|| crossings.keys().next().copied()) else {
            return chains;
        };
        let is_closed = end.is_none();
        let mut chain = Vec::new();
        while let Some((point, next)) = crossings.remove(&edge) {
            chain.push(point);
            let Some(following) = next.into_iter().find(|edge| crossings.contains_key(edge)) else {
                break;
            };
            edge = following;
        }
        if is_closed && let Some(first) = chain.first().copied() {
            chain.push(first);
        }
        if chain.len() > KEEP {
            chains.push(chain);
        }
    }
}

/// Thins a contour out and rounds its corners (Chaikin, three times).
fn smooth(points: &[Point]) -> Vec<Point> {
    let last = points.len().saturating_sub(1);
    let is_kept = |(index, _): &(usize, &Point)| index % KEEP == 0 || *index == last;
    let mut line: Vec<Point> = points.iter().enumerate().filter(is_kept).map(|(_, point)| *point).collect();
    for _ in 0..3 {
        let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else {
            return line;
        };
        let mut rounded = vec![first];
        for pair in line.windows(2) {
            rounded.push(pair[0].toward(pair[1], 0.25));
            rounded.push(pair[0].toward(pair[1], 0.75));
        }
        rounded.push(last);
        line = rounded;
    }
    line
}
