//! The page's only owner of an animation frame: it moves virtual time while playing, and has the stage painted.
//!
//! A frame is asked for while time runs and once after each change; at rest, paused or in a hidden tab there is none.

use crate::listeners::{Listeners, Subscription};
use crate::store::{SPEEDS, Store, WeakStore};
use consistory_kernel::Time;
use consistory_session::Topics;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Window;

/// Longest real time that one frame makes up for, in milliseconds: a tab that was hidden does not race.
const FRAME_MAX_MS: f64 = 100.0;
/// What the simulation may take of a frame, in milliseconds; virtual time lags rather than the page.
const BUDGET_MS: f64 = 4.0;
/// Least real time between two renderings of the stage's cards, in milliseconds.
const SCENE_MS: f64 = 30.0;
/// Least real time between two renderings of panels and readouts, in milliseconds.
const PANELS_MS: f64 = 100.0;

/// What the browser calls with a frame's real time in milliseconds.
type FrameCallback = Closure<dyn FnMut(f64)>;

/// Virtual time, driven by the browser's frames.
#[derive(Default)]
pub(crate) struct Clock {
    /// Made at the first frame and used for all: a closure of its own for each would be garbage.
    callback: RefCell<Option<FrameCallback>>,
    /// The number of the frame that was asked for.
    asked: Cell<Option<i32>>,
    /// When the previous frame of the present stretch of playing came.
    last: Cell<Option<f64>>,
    /// The part of a microsecond that the last frame left.
    carry: Cell<f64>,
    /// Topics that changed and were not told yet.
    pending: Cell<Topics>,
    scene_told: Cell<f64>,
    panels_told: Cell<f64>,
    frames: Listeners<Time>,
    readings: Listeners<Time>,
    /// The store whose clock moves this one as well: it asks for the frames of both.
    leader: RefCell<Option<WeakStore>>,
}

impl Clock {
    /// Lets another store's clock ask for frames from now on. Whoever shows both passes on what it tells.
    pub(crate) fn follow(&self, leader: &Store) {
        self.leader.replace(Some(leader.downgrade()));
    }

    /// Tells of a frame of the leader.
    pub(crate) fn tell_frame(&self, now: Time) {
        self.frames.tell(now);
    }

    /// Tells of a reading of the leader.
    pub(crate) fn tell_reading(&self, now: Time) {
        self.readings.tell(now);
    }

    /// Calls back at every frame with the cursor's time.
    pub(crate) fn on_frame(&self, listener: Rc<dyn Fn(Time)>) -> Subscription {
        self.frames.listen(listener)
    }

    /// Calls back with the cursor's time at most ten times a second while playing, and after each change when paused.
    pub(crate) fn on_reading(&self, listener: Rc<dyn Fn(Time)>) -> Subscription {
        self.readings.listen(listener)
    }

    /// Something changed: one frame, and more of them if time runs.
    pub(crate) fn moved(&self, store: &Store) {
        let leader = self.leader.borrow().as_ref().and_then(WeakStore::upgrade);
        if let Some(leader) = leader {
            return leader.clock().moved(&leader);
        }
        if self.asked.get().is_some() {
            return;
        }
        let Some(window) = web_sys::window() else {
            return;
        };
        let mut callback = self.callback.borrow_mut();
        let callback = callback.get_or_insert_with(|| {
            let store = store.downgrade();
            Closure::new(move |at: f64| {
                if let Some(store) = store.upgrade() {
                    store.clock().frame(&store, at);
                }
            })
        });
        let asked = window.request_animation_frame(callback.as_ref().unchecked_ref());
        self.asked.set(asked.ok());
    }

    fn frame(&self, store: &Store, at: f64) {
        self.asked.set(None);
        let (playing, speed) = store.look(|view| (view.playing, view.speed));
        if playing {
            self.play(store, at, speed);
        } else {
            self.last.set(None);
        }
        self.tell(store, at, playing);
        let is_at_rest = store.read(|session| session.next_event().is_none());
        if playing && is_at_rest {
            self.last.set(None);
        }
        if (playing && !is_at_rest) || self.pending.get() != Topics::NONE {
            self.moved(store);
        }
    }

    fn play(&self, store: &Store, at: f64, speed: usize) {
        let Some(last) = self.last.replace(Some(at)) else {
            return;
        };
        let real = (at - last).clamp(0.0, FRAME_MAX_MS);
        let (numerator, denominator) = SPEEDS[speed.min(SPEEDS.len() - 1)];
        let exact = real * 1000.0 * f64::from(numerator) / f64::from(denominator) + self.carry.get();
        self.carry.set(exact.fract());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and FRAME_MAX_MS times the highest speed"
        )]
        let gone = exact.floor() as Time;
        let target = store.read(|session| session.now()) + gone;
        let Some(window) = web_sys::window() else {
            return;
        };
        let result = advance(store, target, &window, self.pending.get());
        match result {
            Ok(topics) => self.pending.set(topics),
            Err(problem) => {
                store.change(crate::store::ViewChange::Play(false));
                store.tell_problem(problem);
            }
        }
    }

    fn tell(&self, store: &Store, at: f64, playing: bool) {
        let pending = self.pending.get();
        let panels_due = !playing || at - self.panels_told.get() >= PANELS_MS;
        let scene_due = !playing || at - self.scene_told.get() >= SCENE_MS;
        let mut due = Topics::NONE;
        if panels_due {
            due = pending;
            self.panels_told.set(at);
        } else if scene_due && pending.has(Topics::SCENE) {
            due = Topics::SCENE;
        }
        if due.has(Topics::SCENE) {
            self.scene_told.set(at);
        }
        self.pending.set(Topics(pending.0 & !due.0));
        store.tell_topics(due);
        let now = store.read(|session| session.now());
        self.frames.tell(now);
        if panels_due {
            self.readings.tell(now);
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let (Some(asked), Some(window)) = (self.asked.get(), web_sys::window()) {
            // A frame that is gone already needs no cancelling.
            let _ = window.cancel_animation_frame(asked);
        }
    }
}

/// Calls back at every frame with the cursor's time, until the subscription is dropped.
pub(crate) fn subscribe(store: &Store, listener: Rc<dyn Fn(Time)>) -> Subscription {
    store.clock().on_frame(listener)
}

/// Advances event by event, as far as the budget allows, and gathers what changed.
fn advance(
    store: &Store,
    target: Time,
    window: &Window,
    mut topics: Topics,
) -> Result<Topics, consistory_session::Problem> {
    let clock = window.performance();
    let started = clock.as_ref().map_or(0.0, web_sys::Performance::now);
    loop {
        let (now, next) = store.read(|session| (session.now(), session.next_event()));
        if now >= target {
            return Ok(topics);
        }
        let to = next.map_or(target, |next| next.clamp(now + 1, target));
        topics = topics.and(store.advance(to)?);
        let spent = clock.as_ref().map_or(0.0, |clock| clock.now() - started);
        if spent > BUDGET_MS {
            return Ok(topics);
        }
    }
}
