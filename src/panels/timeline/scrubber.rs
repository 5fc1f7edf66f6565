//! Moves the cursor along the track by pointer, touch and keyboard.

use super::layout::time_at;
use crate::clock;
use crate::store::{Store, ViewChange, use_clock, use_settings, use_store};
use crate::words::{milliseconds, text, word};
use consistory_kernel::{MS, Time};
use consistory_scene::{Arg, Band, Text};
use consistory_session::words::Language;
use consistory_session::{Command, Direction};
use std::cell::Cell;
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// Page Up and Page Down move by this part of the track.
const PAGES: Time = 10;

/// A drag of the playhead.
#[derive(Default)]
struct Drag {
    /// The time that the whole track stood for when the drag began; none while nothing is dragged.
    span: Cell<Option<Time>>,
    /// Whether the run played before, and goes on afterwards.
    resume: Cell<bool>,
    /// Where the pointer last was; the next frame goes there, so that a frame seeks once at most.
    wanted: Cell<Option<Time>>,
}

impl Drag {
    fn seek(&self, store: &Store) {
        if let Some(to) = self.wanted.take() {
            store.apply(Command::Seek { to });
        }
    }

    fn want(&self, store: &Store, event: &PointerEvent) {
        let (Some(span), Some(element)) = (self.span.get(), event.target_dyn_into::<Element>()) else { return };
        let area = element.get_bounding_client_rect();
        let fraction = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        self.wanted.set(Some(time_at(fraction, span)));
        store.clock().moved(store);
    }
}

/// What [`Scrubber`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct ScrubberProps {
    /// The time that the whole track stands for.
    pub(crate) span: Time,
    /// How far the branch is known.
    pub(crate) until: Time,
    /// The terms, for the words of the slider.
    pub(crate) bands: Vec<Band>,
    /// Told the span that the track must keep while the reader drags.
    pub(crate) on_hold: Callback<Option<Time>>,
}

fn value_text(language: Language, now: Time, bands: &[Band]) -> String {
    let time = Arg::Plain(milliseconds(language, now));
    let band = bands.iter().rev().find(|band| band.from <= now);
    let sentence = match band {
        Some(band) => Text::key("timeline.position-band").with("band", Arg::Plain(text(language, &band.label))),
        None => Text::key("timeline.position-text"),
    };
    text(language, &sentence.with("time", time))
}

/// The command of a key on the slider.
fn key_command(event: &KeyboardEvent, now: Time, span: Time, until: Time) -> Option<Command> {
    let travel = |direction| if event.shift_key() { Command::Jump(direction) } else { Command::Step(direction) };
    match event.key().as_str() {
        "ArrowRight" | "ArrowUp" => Some(travel(Direction::Forward)),
        "ArrowLeft" | "ArrowDown" => Some(travel(Direction::Back)),
        "Home" => Some(Command::Seek { to: 0 }),
        "End" => Some(Command::Seek { to: until }),
        "PageUp" => Some(Command::Seek { to: (now + span / PAGES).min(span) }),
        "PageDown" => Some(Command::Seek { to: now.saturating_sub(span / PAGES) }),
        _ => None,
    }
}

fn press(store: &Store, drag: &Rc<Drag>, span: Time, on_hold: &Callback<Option<Time>>) -> Callback<PointerEvent> {
    let (store, drag, on_hold) = (store.clone(), drag.clone(), on_hold.clone());
    Callback::from(move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(element) = event.target_dyn_into::<Element>() {
            // Without capture the drag ends at the edge of the track, which is still usable.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        drag.span.set(Some(span));
        drag.resume.set(store.look(|view| view.playing));
        store.change(ViewChange::Play(false));
        on_hold.emit(Some(span));
        drag.want(&store, &event);
    })
}

fn release(store: &Store, drag: &Rc<Drag>, on_hold: &Callback<Option<Time>>) -> Callback<PointerEvent> {
    let (store, drag, on_hold) = (store.clone(), drag.clone(), on_hold.clone());
    Callback::from(move |_: PointerEvent| {
        if drag.span.take().is_none() {
            return;
        }
        drag.seek(&store);
        on_hold.emit(None);
        if drag.resume.take() {
            store.change(ViewChange::Play(true));
        }
    })
}

/// A slider over the whole track.
#[component]
pub(crate) fn Scrubber(props: &ScrubberProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let now = use_clock(&store);
    let drag = use_memo((), |()| Drag::default());
    {
        let drag = drag.clone();
        use_effect_with(store.clone(), move |store| {
            let seeking = store.clone();
            let subscription = clock::subscribe(store, Rc::new(move |_| drag.seek(&seeking)));
            move || drop(subscription)
        });
    }
    let onpointermove = {
        let (store, drag) = (store.clone(), drag.clone());
        Callback::from(move |event: PointerEvent| drag.want(&store, &event))
    };
    let onkeydown = {
        let (store, span, until) = (store.clone(), props.span, props.until);
        Callback::from(move |event: KeyboardEvent| {
            let now = store.read(|session| session.now());
            let Some(command) = key_command(&event, now, span, until) else { return };
            event.prevent_default();
            event.stop_propagation();
            store.change(ViewChange::Play(false));
            store.apply(command);
        })
    };
    let release = release(&store, &drag, &props.on_hold);
    html! {
        <div
            class="scrubber"
            role="slider"
            tabindex="0"
            aria-label={word(language, "timeline.position")}
            aria-valuemin="0"
            aria-valuemax={(props.span / MS).to_string()}
            aria-valuenow={(now / MS).to_string()}
            aria-valuetext={value_text(language, now, &props.bands)}
            onpointerdown={press(&store, &drag, props.span, &props.on_hold)}
            {onpointermove}
            onpointerup={release.clone()}
            onpointercancel={release}
            {onkeydown}
        ></div>
    }
}
