//! A frame allocates nothing: what paints it, inside a browser and with an allocator that counts.
#![cfg(target_family = "wasm")]

use consistory_kernel::{MessageId, ProcessId, StepId, Time};
use consistory_scene::{
    Card, Emphasis, Fate, Flight, Health, Scene, Shape, Sign, Status, Text, TimerArc, Tone, layout::Point,
};
use stage::geometry::Plan;
use stage::painter::{Emphasised, Painter};
use stage::palette::Palette;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{HtmlCanvasElement, HtmlElement};

wasm_bindgen_test_configure!(run_in_browser);

/// The page is a program and no library, so what paints is compiled here once more.
#[path = "../src/stage"]
#[expect(dead_code, reason = "the page uses more of these files than a frame does")]
mod stage {
    pub(crate) mod canvas;
    pub(crate) mod figures;
    pub(crate) mod geometry;
    pub(crate) mod painter;
    pub(crate) mod palette;
    pub(crate) mod route;
}

const NODES: u16 = 5;
/// How long messages travel, in virtual microseconds.
const TRAVEL: Time = 100_000;
const FRAMES: Time = 100;

fn card(number: u16) -> Card {
    let timer = TimerArc { name: Text::plain("election"), armed_at: 0, fires_at: 2 * TRAVEL };
    Card {
        id: ProcessId(number),
        name: format!("n{}", number + 1),
        status: Status::Up,
        role: Text::plain("Follower"),
        emphasis: Emphasis::Plain,
        tone: Tone::epoch(1),
        badge: Text::plain("term 1"),
        timer: Some(timer),
        dots: None,
        strip: None,
        fields: Vec::new(),
        health: Health::default(),
    }
}

fn flight(number: u16) -> Flight {
    let shapes = [Shape::Circle, Shape::Square, Shape::Diamond, Shape::Triangle, Shape::Hexagon];
    let kind = usize::from(number) % shapes.len();
    let from = number % NODES;
    let arrives_at = TRAVEL - Time::from(number % 7);
    Flight {
        id: MessageId(u32::from(number)),
        from: ProcessId(from),
        to: ProcessId((from + 1 + number % (NODES - 1)) % NODES),
        cause: StepId(0),
        sent_at: 0,
        arrives_at,
        fate: match number % 10 {
            0 => Fate::Doomed { at: arrives_at / 2 },
            1 => Fate::Held { since: arrives_at / 3 },
            _ => Fate::Travelling,
        },
        letter: char::from(b"AVRSI"[kind]),
        shape: shapes[kind],
        filled: number.is_multiple_of(2),
        sign: [Sign::None, Sign::Plus, Sign::Minus][usize::from(number) % 3],
        tone: Tone::epoch(u64::from(number % 4)),
        name: Text::plain("AppendEntries"),
    }
}

fn scene(flights: u16) -> Scene {
    Scene { cards: (0..NODES).map(card).collect(), flights: (0..flights).map(flight).collect(), ..Scene::default() }
}

fn painter() -> Painter {
    let window = web_sys::window().expect("a window");
    let document = window.document().expect("a document");
    let canvas: HtmlCanvasElement =
        document.create_element("canvas").expect("an element").dyn_into().expect("a canvas");
    document.body().expect("a body").append_child(&canvas).expect("room in the document");
    let probe: HtmlElement = canvas.clone().into();
    let palette = Palette::read(&window, &probe);
    let mut painter = Painter::new(canvas).expect("a canvas that can be painted");
    painter.recolour(palette);
    painter
}

/// Paints the life of all messages twice; the second time everything is known.
fn check(flights: u16, reduced_motion: bool) {
    let scene = scene(flights);
    let plan = Plan::new(&scene, 832.0, 697.0);
    let mut painter = painter();
    let dragged = Some((ProcessId(1), Point { x: 5.0, y: 5.0 }));
    let emphasised = Emphasised { message: Some(MessageId(2)), dragged, reduced_motion, cone: None };
    let mut paint_all = || {
        for frame in 0..=FRAMES {
            painter.paint(&scene, &plan, frame * TRAVEL / FRAMES, emphasised, 1.5);
        }
    };
    paint_all();
    let counted = allocation_counter::measure(paint_all);
    assert_eq!(counted.count_total, 0, "{flights} messages, less motion: {reduced_motion}: {counted:?}");
}

#[wasm_bindgen_test]
fn a_frame_of_a_few_messages_allocates_nothing() {
    check(60, false);
    check(60, true);
}

#[wasm_bindgen_test]
fn a_frame_of_a_crowd_allocates_nothing() {
    check(1_000, false);
    check(1_000, true);
}

/// What the tests above rely on.
#[wasm_bindgen_test]
fn the_allocator_counts() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8])));
    assert_eq!(counted.count_total, 1);
}
