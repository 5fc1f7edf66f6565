//! Tests of what the stage decides below Yew: places, ways, walls, and what dragging means.

use super::geometry::{Plan, Rect};
use super::grab::{Gesture, Outcome};
use super::wall::walls;
use consistory_kernel::ProcessId;
use consistory_scene::layout::Point;
use consistory_scene::{Card, Client, Emphasis, Health, Scene, Status, Text, Tone};

/// The sizes that the stage has in the layouts that are promised.
const SIZES: [(f64, f64); 5] = [(832.0, 740.0), (528.0, 608.0), (390.0, 562.0), (640.0, 293.0), (900.0, 540.0)];

fn card(number: u16) -> Card {
    Card {
        id: ProcessId(number),
        name: format!("n{}", number + 1),
        status: Status::Up,
        role: Text::plain("Follower"),
        emphasis: Emphasis::Plain,
        tone: Tone::epoch(1),
        badge: Text::plain("term 1"),
        timer: None,
        dots: None,
        strip: None,
        fields: Vec::new(),
        health: Health::default(),
    }
}

fn scene(nodes: u16, clients: u16) -> Scene {
    let client = |number: u16| Client {
        id: ProcessId(nodes + number),
        name: format!("c{}", number + 1),
        target: ProcessId(0),
        operations: Vec::new(),
    };
    Scene { cards: (0..nodes).map(card).collect(), clients: (0..clients).map(client).collect(), ..Scene::default() }
}

fn ids(numbers: &[u16]) -> Vec<ProcessId> {
    numbers.iter().copied().map(ProcessId).collect()
}

fn centre(plan: &Plan, number: u16) -> Point {
    plan.rect(ProcessId(number)).map_or(Point::default(), |rect| rect.centre)
}

#[test]
fn cards_and_clients_neither_overlap_nor_leave_the_stage() {
    for (width, height) in SIZES {
        for nodes in 1..=9 {
            for clients in 0..=2 {
                let plan = Plan::new(&scene(nodes, clients), width, height);
                let boxes: Vec<Rect> = plan.cards.iter().chain(&plan.clients).map(|(_, rect)| *rect).collect();
                for (index, rect) in boxes.iter().enumerate() {
                    let (right, bottom) = (rect.left() + rect.width, rect.top() + rect.height);
                    let is_inside = rect.left() >= 0.0 && rect.top() >= 0.0 && right <= width && bottom <= height;
                    assert!(
                        is_inside,
                        "{nodes} nodes, {clients} clients on {width} × {height}: {rect:?} leaves the stage"
                    );
                    for other in &boxes[index + 1..] {
                        assert!(
                            rect.gap(*other) > 0.0,
                            "{nodes} nodes, {clients} clients on {width} × {height}: {rect:?} and {other:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn opposite_ways_keep_apart_and_run_from_edge_to_edge() {
    let plan = Plan::new(&scene(5, 0), 832.0, 740.0);
    let there = plan.route(ProcessId(2), ProcessId(3)).copied().unwrap_or_default();
    let back = plan.route(ProcessId(3), ProcessId(2)).copied().unwrap_or_default();
    let (a, b) = (there.at(0.5), back.at(0.5));
    assert!((a.x - b.x).hypot(a.y - b.y) > 10.0);
    for (_, rect) in &plan.cards {
        assert!(rect.distance(there.at(0.0)) > 5.0 && rect.distance(there.at(1.0)) > 5.0);
    }
}

#[test]
fn messages_meet_no_card_on_the_widest_stage() {
    for nodes in 2..=5 {
        let plan = Plan::new(&scene(nodes, 2), 832.0, 740.0);
        let everyone: Vec<ProcessId> = (0..nodes + 2).map(ProcessId).collect();
        for from in &everyone {
            for to in everyone.iter().filter(|to| *to != from) {
                let route = plan.route(*from, *to).copied().unwrap_or_default();
                for part in 0..=40_u32 {
                    let place = route.at(f64::from(part) / 40.0);
                    let is_free = plan.cards.iter().all(|(_, rect)| rect.distance(place) > 0.0);
                    assert!(is_free, "{nodes} nodes: the way {from} → {to} runs over a card");
                }
            }
        }
    }
}

#[test]
fn walls_run_between_the_groups_and_avoid_the_cards() {
    let plan = Plan::new(&scene(5, 0), 832.0, 740.0);
    let walls = walls(&plan, &[ids(&[0, 4]), ids(&[1, 2, 3])]);
    assert!(!walls.is_empty());
    for point in walls.iter().flat_map(|wall| &wall.points) {
        assert!(plan.cards.iter().all(|(_, rect)| rect.distance(*point) > 10.0));
    }
}

#[test]
fn a_line_divides_the_cards_by_its_sides() {
    let plan = Plan::new(&scene(5, 0), 832.0, 740.0);
    let middle = centre(&plan, 0).x;
    let (start, now) = (Point { x: middle + 90.0, y: 10.0 }, Point { x: middle + 90.0, y: 700.0 });
    let outcome = Gesture::Line { start, now }.outcome(&plan, &scene(5, 0));
    let Outcome::Divide(mut groups) = outcome else {
        panic!("a line between cards divides them, not {outcome:?}");
    };
    groups.sort();
    assert_eq!(groups, [ids(&[0, 3, 4]), ids(&[1, 2])]);
}

#[test]
fn a_card_dragged_across_the_wall_changes_sides() {
    let mut scene = scene(5, 0);
    scene.groups = vec![ids(&[0, 4]), ids(&[1, 2, 3])];
    let plan = Plan::new(&scene, 832.0, 740.0);
    let (start, below) = (centre(&plan, 4), centre(&plan, 3));
    let now = Point { x: below.x - 30.0, y: below.y - 60.0 };
    let gesture = Gesture::Card { id: ProcessId(4), start, now };
    assert_eq!(gesture.outcome(&plan, &scene), Outcome::Divide(vec![ids(&[0]), ids(&[1, 2, 3, 4])]));
}

#[test]
fn the_last_card_of_a_group_that_leaves_it_heals_the_network() {
    let mut scene = scene(3, 0);
    scene.groups = vec![ids(&[0]), ids(&[1, 2])];
    let plan = Plan::new(&scene, 832.0, 740.0);
    let between = centre(&plan, 1).toward(centre(&plan, 2), 0.5);
    let gesture = Gesture::Card { id: ProcessId(0), start: centre(&plan, 0), now: between };
    assert_eq!(gesture.outcome(&plan, &scene), Outcome::Divide(vec![ids(&[0, 1, 2])]));
}

#[test]
fn a_card_dropped_on_another_asks_about_their_link() {
    let scene = scene(5, 0);
    let plan = Plan::new(&scene, 832.0, 740.0);
    let gesture = Gesture::Card { id: ProcessId(0), start: centre(&plan, 0), now: centre(&plan, 2) };
    assert_eq!(gesture.outcome(&plan, &scene), Outcome::Link(ProcessId(0), ProcessId(2)));
}

#[test]
fn a_pointer_that_does_not_move_clicks() {
    let scene = scene(5, 0);
    let plan = Plan::new(&scene, 832.0, 740.0);
    let at = centre(&plan, 1);
    let gesture = Gesture::Card { id: ProcessId(1), start: at, now: Point { x: at.x + 3.0, ..at } };
    assert_eq!(gesture.outcome(&plan, &scene), Outcome::Click(ProcessId(1)));
}
