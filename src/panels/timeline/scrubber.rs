//! Moves the cursor along the track by pointer, touch and keyboard.

use super::layout::time_at;
use crate::part::{Page, State};
use crate::store::{Store, ViewChange};
use consistory_kernel::{MS, Time};
use consistory_scene::{Arg, Band, Text, TimelineView};
use consistory_session::{Command, Direction};
use std::cell::Cell;
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// Page Up and Page Down move by this part of the track.
const PAGES: Time = 10;

/// A drag of the playhead.
pub(crate) struct Drag {
    store: Store,
    /// The time that the whole track stood for when the drag began; none while nothing is dragged. The track keeps it:
    /// it must not shrink under the pointer.
    span: State<Option<Time>>,
    /// Whether the run played before, and goes on afterwards.
    resume: Cell<bool>,
    /// Where the pointer last was; the next frame goes there, so that a frame seeks once at most.
    wanted: Cell<Option<Time>>,
}

impl Drag {
    /// Nothing is dragged.
    pub(crate) fn new(page: &Page) -> Self {
        Self { store: page.store().clone(), span: page.state(None), resume: Cell::default(), wanted: Cell::default() }
    }

    /// The span that the track must keep.
    pub(crate) fn span(&self) -> Option<Time> {
        self.span.get()
    }

    /// Goes where the pointer last was.
    pub(crate) fn seek(&self) {
        if let Some(to) = self.wanted.take() {
            self.store.apply(Command::Seek { to });
        }
    }

    fn want(&self, event: &PointerEvent) {
        let (Some(span), Some(element)) = (self.span.get(), event.target_dyn_into::<Element>()) else { return };
        let area = element.get_bounding_client_rect();
        let fraction = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        self.wanted.set(Some(time_at(fraction, span)));
        self.store.clock().moved(&self.store);
    }

    fn press(&self, event: &PointerEvent, span: Time) {
        if event.button() != 0 {
            return;
        }
        if let Some(element) = event.target_dyn_into::<Element>() {
            // Without capture the drag ends at the edge of the track, which is still usable.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        self.span.set(Some(span));
        self.resume.set(self.store.look(|view| view.playing));
        self.store.change(ViewChange::Play(false));
        self.want(event);
    }

    fn release(&self) {
        if self.span.get().is_none() {
            return;
        }
        self.span.set(None);
        self.seek();
        if self.resume.take() {
            self.store.change(ViewChange::Play(true));
        }
    }
}

/// What the slider says of where it stands: the time, and the term.
fn value_text(page: &Page, now: Time, bands: &[Band]) -> String {
    let sentence = match bands.iter().rev().find(|band| band.from <= now) {
        Some(band) => Text::key("timeline.position-band").with("band", Arg::Plain(page.text(&band.label))),
        None => Text::key("timeline.position-text"),
    };
    page.text(&sentence.with("time", Arg::Time(now)))
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

/// A slider over the whole track, which stands for `span`.
pub(crate) fn scrubber(page: &Page, drag: &Rc<Drag>, span: Time, timeline: &TimelineView) -> Html {
    let now = page.read(|session| session.now());
    let pressed = drag.clone();
    let moved = drag.clone();
    let released = drag.clone();
    let release = Callback::from(move |_: PointerEvent| released.release());
    let (store, until) = (page.store().clone(), timeline.until);
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let now = store.read(|session| session.now());
        let Some(command) = key_command(&event, now, span, until) else { return };
        event.prevent_default();
        event.stop_propagation();
        store.travel(command);
    });
    html! {
        <div
            class="scrubber"
            role="slider"
            tabindex="0"
            aria-label={page.word("timeline.position")}
            aria-valuemin="0"
            aria-valuemax={(span / MS).to_string()}
            aria-valuenow={(now / MS).to_string()}
            aria-valuetext={value_text(page, now, &timeline.bands)}
            onpointerdown={Callback::from(move |event: PointerEvent| pressed.press(&event, span))}
            onpointermove={Callback::from(move |event: PointerEvent| moved.want(&event))}
            onpointerup={release.clone()}
            onpointercancel={release}
            {onkeydown}
        ></div>
    }
}
