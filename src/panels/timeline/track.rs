//! The track: term bands, axis, marks and the playhead over them.

use super::layout::{cluster, percent, place, share, span, ticks};
use super::marks::marks;
use super::scrubber::{Drag, scrubber};
use crate::clock;
use crate::listeners::Subscription;
use crate::measure::Measure;
use crate::panels::tone_class;
use crate::part::{Kept, Page, Part, Reads, Seen, State, class};
use crate::words::number;
use consistory_kernel::{MS, Time};
use consistory_scene::TimelineView;
use consistory_session::Topics;
use consistory_session::words::Language;
use std::cell::Cell;
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Room that a character of a band's label needs, in pixels.
const CHARACTER_PX: u32 = 8;
/// A band narrower than this is not drawn: it could not be seen.
const BAND_MIN_PX: u32 = 1;

/// The track.
pub(crate) struct Track {
    inner: NodeRef,
    size: State<(i32, i32)>,
    drag: Rc<Drag>,
    playhead: Playhead,
    /// The span for which the playhead was placed last.
    shown: Seen<Time>,
    /// How often the timeline changed. The cursor moves far more often: ten times a second, and at every frame of a drag.
    news: Rc<Cell<u32>>,
    timeline: Kept<u32, TimelineView>,
    scenery: Kept<(u32, Time, u32, Language, Option<Selection>), Scenery>,
    _told: Subscription,
    /// What lasts from the first drawing to the end.
    mounted: Option<(Option<Measure>, Subscription)>,
}

impl Track {
    /// A track that was not drawn yet.
    pub(crate) fn new(page: &Page) -> Self {
        let news = Rc::new(Cell::new(0_u32));
        let told = {
            let news = news.clone();
            page.on_topics(Rc::new(move |changed| {
                if changed.has(Topics::TIMELINE) {
                    news.set(news.get().wrapping_add(1));
                }
            }))
        };
        Self {
            inner: NodeRef::default(),
            size: page.state((0, 0)),
            drag: Rc::new(Drag::new(page)),
            playhead: Playhead::default(),
            shown: Seen::default(),
            news,
            timeline: Kept::default(),
            scenery: Kept::default(),
            _told: told,
            mounted: None,
        }
    }

    fn mount(&self, page: &Page) -> (Option<Measure>, Subscription) {
        let (drag, playhead) = (self.drag.clone(), self.playhead.clone());
        let on_frame = move |now| {
            drag.seek();
            playhead.show(now);
        };
        (Measure::of(&self.inner, &self.size), clock::subscribe(page, Rc::new(on_frame)))
    }
}

impl Part for Track {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::TIMELINE).and_clock().and_view()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let news = self.news.get();
        let timeline = self.timeline.get(news, |_| page.read(|session| session.timeline()));
        let span = self.drag.span().unwrap_or_else(|| span(timeline.until));
        self.playhead.span.set(span);
        let width = u32::try_from(self.size.get().0).unwrap_or(0);
        let of = Sights { page, timeline: &timeline, span, width };
        let lit = page.look(|view| view.pointed.or(view.selection));
        let scenery = self.scenery.get((news, span, width, page.language(), lit), |_| of.draw());
        html! {
            <div class="track">
                <div class="track-inner" ref={&self.inner}>
                    { scenery.below.clone() }
                    <div ref={&self.playhead.node} class="playhead" aria-hidden="true"><span class="playhead-knob"></span></div>
                    { scenery.labels.clone() }
                    { scrubber(page, &self.drag, span, &timeline) }
                </div>
            </div>
        }
    }

    fn drawn(&mut self, page: &Page) {
        if self.mounted.is_none() {
            self.mounted = Some(self.mount(page));
        }
        if self.shown.is_new(self.playhead.span.get()) {
            self.playhead.show(page.read(|session| session.now()));
        }
    }
}

/// The line at the cursor. It moves by a style that is set once a frame, outside Yew. Clones are the same line.
#[derive(Clone, Default)]
struct Playhead {
    node: NodeRef,
    /// The time that the whole track stands for.
    span: Rc<Cell<Time>>,
}

impl Playhead {
    fn show(&self, now: Time) {
        if let Some(element) = self.node.cast::<HtmlElement>() {
            let place = format!("translateX({})", percent(share(now, self.span.get())));
            // The property is valid, and so is the value.
            let _ = element.style().set_property("transform", &place);
        }
    }
}

/// What is below the playhead, and what is above it. Neither changes while only the cursor moves.
struct Scenery {
    below: Html,
    labels: Html,
}

/// What a [`Scenery`] is drawn from.
struct Sights<'a> {
    page: &'a Page,
    timeline: &'a TimelineView,
    span: Time,
    width: u32,
}

/// A band as it is drawn, from `left` to `right` in thousandths of a percent.
struct Stretch {
    tone: &'static str,
    left: u32,
    right: u32,
    label: String,
    /// Whether there is room for the label.
    is_labelled: bool,
}

impl Sights<'_> {
    fn draw(&self) -> Scenery {
        let clusters = cluster(&self.timeline.marks, self.span, self.width, |mark| self.page.text(&mark.label));
        let stretches = self.stretches();
        let bands = html! {
            for (position, stretch) in &stretches {
                <g key={*position} class={class(&["band", stretch.tone])}>
                    <title>{ stretch.label.clone() }</title>
                    <rect x={percent(stretch.left)} y="0" width={percent(stretch.right - stretch.left)} height="100%" />
                </g>
            }
        };
        let labels = html! {
            for (position, stretch) in stretches.iter().filter(|(_, stretch)| stretch.is_labelled) {
                <text key={*position} class={stretch.tone} x={percent(stretch.left.midpoint(stretch.right))} y="50%">
                    { stretch.label.clone() }
                </text>
            }
        };
        let below = html! {
            <>
                { marks(self.page, &clusters, self.span) }
                { drawing("bands", bands) }
                { drawing("axis", self.ticks()) }
            </>
        };
        Scenery { below, labels: drawing("band-labels", labels) }
    }

    /// The bands that are wide enough to be seen, each with its position.
    fn stretches(&self) -> Vec<(usize, Stretch)> {
        let TimelineView { bands, until, .. } = self.timeline;
        let place = |time| place(time, self.span, self.width);
        let mut stretches = Vec::new();
        for (position, band) in bands.iter().enumerate() {
            // It ends where the next begins, or where the branch is no longer known.
            let end = bands.get(position + 1).map_or(*until, |next| next.from);
            let pixels = place(end).saturating_sub(place(band.from));
            if pixels < BAND_MIN_PX {
                continue;
            }
            let label = self.page.text(&band.label);
            let length = label.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum::<u32>();
            let stretch = Stretch {
                tone: tone_class(band.tone),
                left: share(band.from, self.span),
                right: share(end, self.span),
                label,
                is_labelled: pixels > length * CHARACTER_PX + CHARACTER_PX,
            };
            stretches.push((position, stretch));
        }
        stretches
    }

    fn ticks(&self) -> Html {
        html! {
            for time in ticks(self.span, self.width) {
                { tick(self.page, time, self.span) }
            }
        }
    }
}

fn tick(page: &Page, time: Time, span: Time) -> Html {
    let x = percent(share(time, span));
    let class = match time {
        0 => "tick-first",
        _ if time == span => "tick-last",
        _ => "tick-text",
    };
    html! {
        <g key={time} class="tick">
            <line x1={x.clone()} x2={x.clone()} y1="0" y2="4" />
            <text {class} {x} y="14">
                { number(page.language(), i64::try_from(time / MS).unwrap_or(i64::MAX)) }
                if time == 0 {
                    { " " }{ page.word("timeline.unit") }
                }
            </text>
        </g>
    }
}

/// A drawing over the whole width of the track, which says nothing to assistive technology.
fn drawing(class: &'static str, content: Html) -> Html {
    html! { <svg {class} aria-hidden="true" focusable="false">{ content }</svg> }
}
