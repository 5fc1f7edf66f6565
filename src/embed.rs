//! The embedding interface: messages from and to the page that shows a run in an iframe.
//!
//! In: `{context: "consistory", version: 1, method, value, listener}`. Out: `{context, version, event, value, listener}`;
//! the answer to a method has its name as `event` and goes to the asker's origin only.

use crate::listeners::Subscription;
use crate::store::{Store, ViewChange};
use consistory_kernel::{MS, Time};
use consistory_scene::CheckState;
use consistory_session::{Command, Direction, Problem, Topics};
use gloo::events::EventListener;
use js_sys::{Function, Object, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Window};

const CONTEXT: &str = "consistory";
const VERSION: u32 = 1;
/// Longest text that is even looked at; links are limited to 16 KiB by themselves.
const TEXT_MAX: usize = 20_000;

/// What listens while the page is embedded.
pub(crate) struct Host {
    _listeners: [EventListener; 2],
    _subscriptions: [Subscription; 2],
}

/// Starts to listen and announces that the run is ready; `None` where no page is around this one.
pub(crate) fn listen(store: &Store) -> Option<Host> {
    let window = web_sys::window()?;
    let parent = window.parent().ok().flatten()?;
    if !store.settings().embedded || Object::is(&parent, &window) {
        return None;
    }
    let asked = {
        let store = store.clone();
        EventListener::new(&window, "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                hear(&store, event);
            }
        })
    };
    let resized = {
        let (parent, measured) = (parent.clone(), window.clone());
        EventListener::new(&window, "resize", move |_| tell_size(&parent, &measured))
    };
    let readings = {
        let (store, parent) = (store.clone(), parent.clone());
        let clock = store.clone();
        clock.clock().on_reading(Rc::new(move |_| say(&parent, "state", &state(&store))))
    };
    let judged = {
        let (of, parent, known) = (store.clone(), parent.clone(), RefCell::new(Known::default()));
        store.on_topics(Rc::new(move |topics: Topics| {
            if topics.has(Topics::FEED) {
                tell_news(&of, &parent, &known);
            }
        }))
    };
    say(&parent, "ready", &state(store));
    tell_size(&parent, &window);
    Some(Host { _listeners: [asked, resized], _subscriptions: [readings, judged] })
}

fn hear(store: &Store, event: &MessageEvent) {
    let data = event.data();
    let is_ours = field(&data, "context").as_string().as_deref() == Some(CONTEXT)
        && field(&data, "version").as_f64() == Some(f64::from(VERSION));
    if !is_ours {
        return;
    }
    let Some(method) = field(&data, "method").as_string() else {
        return;
    };
    let answer = match obey(store, &method, &field(&data, "value")) {
        Ok(answer) => answer,
        Err(Refusal::Unknown) => object(&[("problem", JsValue::from_str("unknown method or value"))]),
        Err(Refusal::Problem(problem)) => object(&[("problem", JsValue::from_str(&store.text(&problem.text)))]),
    };
    reply(event, &method, &answer, &field(&data, "listener"));
}

/// Why a message was not obeyed.
enum Refusal {
    /// It is not of this interface.
    Unknown,
    /// The run refuses it.
    Problem(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

fn obey(store: &Store, method: &str, value: &JsValue) -> Result<JsValue, Refusal> {
    match method {
        "play" => store.change(ViewChange::Play(true)),
        "pause" => store.change(ViewChange::Play(false)),
        "step" => {
            let back = value.as_string().as_deref() == Some("back");
            store.change(ViewChange::Play(false));
            store.try_apply(Command::Step(if back { Direction::Back } else { Direction::Forward }))?;
        }
        "seek" => {
            let to = time(value).ok_or(Refusal::Unknown)?;
            store.try_apply(Command::Seek { to })?;
        }
        "load" => {
            let fragment = value.as_string().filter(|text| text.len() <= TEXT_MAX);
            store.try_open(&fragment.ok_or(Refusal::Unknown)?)?;
        }
        "get" => return get(store, value),
        _ => return Err(Refusal::Unknown),
    }
    Ok(state(store))
}

fn get(store: &Store, value: &JsValue) -> Result<JsValue, Refusal> {
    match value.as_string().as_deref() {
        Some("state") | None => Ok(state(store)),
        Some("link") => Ok(JsValue::from_str(&store.link().unwrap_or_default())),
        Some("scenario") => Ok(JsValue::from_str(&store.read(|session| session.scenario_text()))),
        Some(_) => Err(Refusal::Unknown),
    }
}

/// A time in milliseconds, as numbers of the interface are, in microseconds.
fn time(value: &JsValue) -> Option<Time> {
    /// A day: beyond it no run goes, and every number is exact.
    const MAX_MS: f64 = 86_400_000.0;
    let value = value.as_f64().filter(|value| (0.0..=MAX_MS).contains(value))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie between 0 and a day")]
    let whole = (value * 1000.0).round() as Time;
    Some(whole)
}

fn state(store: &Store) -> JsValue {
    let playing = store.look(|view| view.playing);
    store.read(|session| {
        let scenario = session.scenario().map_or(JsValue::NULL, JsValue::from_str);
        object(&[
            ("time", milliseconds(session.now())),
            ("step", JsValue::from(session.step().0)),
            ("digest", JsValue::from_str(&format!("{:016x}", session.digest()))),
            ("playing", JsValue::from(playing)),
            ("protocol", JsValue::from_str(session.protocol())),
            ("scenario", scenario),
        ])
    })
}

fn milliseconds(time: Time) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "times stay far below 2^52 microseconds")]
    let value = time as f64 / MS as f64;
    JsValue::from_f64(value)
}

/// What the host was told of already.
#[derive(Default)]
struct Known {
    run: u32,
    ids: Vec<&'static str>,
}

/// Tells of properties that were violated (`finding`) or reached (`checkpoint`) since the last time.
fn tell_news(store: &Store, parent: &Window, known: &RefCell<Known>) {
    let checks = store.read(|session| session.checks());
    let mut known = known.borrow_mut();
    if known.run != store.runs() {
        *known = Known { run: store.runs(), ids: Vec::new() };
    }
    for check in checks {
        let id = ("id", JsValue::from_str(check.id));
        let (event, value) = match &check.state {
            CheckState::Violated { time, .. } => ("finding", object(&[id, ("time", milliseconds(*time))])),
            CheckState::Reached => ("checkpoint", object(&[id])),
            CheckState::Holds | CheckState::NotYet => continue,
        };
        if !known.ids.contains(&check.id) {
            known.ids.push(check.id);
            say(parent, event, &value);
        }
    }
}

/// The height that suits the width; it depends on nothing else, so host and run cannot chase each other.
fn tell_size(parent: &Window, window: &Window) {
    const LEAST: f64 = 400.0;
    const GREATEST: f64 = 720.0;
    const NARROW: f64 = 600.0;
    const TALL: f64 = 1.4;
    const FLAT: f64 = 0.625;
    let width = window.inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(LEAST);
    let ratio = if width < NARROW { TALL } else { FLAT };
    let height = (width * ratio).clamp(LEAST, GREATEST).round();
    say(parent, "resize", &object(&[("height", JsValue::from_f64(height))]));
}

/// An event for whoever embeds this page; it says nothing that the link of the iframe does not.
fn say(parent: &Window, event: &str, value: &JsValue) {
    // A parent that is gone has nobody to tell.
    let _ = parent.post_message(&message(event, value, &JsValue::UNDEFINED), "*");
}

fn reply(to: &MessageEvent, event: &str, value: &JsValue, listener: &JsValue) {
    let Some(source) = to.source() else { return };
    // A sandboxed page has no origin that could be named.
    let origin = if to.origin() == "null" { "*".to_owned() } else { to.origin() };
    let post = Reflect::get(&source, &JsValue::from_str("postMessage"));
    if let Some(post) = post.ok().and_then(|post| post.dyn_into::<Function>().ok()) {
        // An asker that is gone needs no answer.
        let _ = post.call2(&source, &message(event, value, listener), &JsValue::from_str(&origin));
    }
}

fn message(event: &str, value: &JsValue, listener: &JsValue) -> JsValue {
    object(&[
        ("context", JsValue::from_str(CONTEXT)),
        ("version", JsValue::from(VERSION)),
        ("event", JsValue::from_str(event)),
        ("value", value.clone()),
        ("listener", listener.clone()),
    ])
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn field(object: &JsValue, name: &str) -> JsValue {
    // Whatever is no object has no field.
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}
