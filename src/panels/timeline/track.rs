//! The track: term bands, axis, marks and the playhead over them.

use super::layout::{cluster, percent, place, span, ticks};
use super::marks::Marks;
use super::scrubber::Scrubber;
use super::width::use_width;
use crate::clock;
use crate::panels::tone_class;
use crate::store::{use_settings, use_store, use_topics};
use crate::words::{number, text, word};
use consistory_kernel::{MS, Time};
use consistory_scene::{Band, TimelineView};
use consistory_session::Topics;
use consistory_session::words::Language;
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Room that a character of a band's label needs, in pixels.
const CHARACTER_PX: u32 = 8;
/// A band narrower than this is not drawn: it could not be seen.
const BAND_MIN_PX: u32 = 1;

/// Where a band ends: where the next begins, or where the branch is no longer known.
fn band_end(timeline: &TimelineView, position: usize) -> Time {
    timeline.bands.get(position + 1).map_or(timeline.until, |next| next.from)
}

fn band(language: Language, key: usize, band: &Band, until: Time, (span, width): (Time, u32)) -> Html {
    let (left, right) = (percent(band.from, span), percent(until, span));
    let pixels = place(until, span, width).saturating_sub(place(band.from, span, width));
    if pixels < BAND_MIN_PX {
        return Html::default();
    }
    let label = text(language, &band.label);
    let length = label.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum::<u32>();
    html! {
        <g {key} class={classes!("band", tone_class(band.tone))}>
            <title>{ label.clone() }</title>
            <rect x={format!("{left:.3}%")} y="0" width={format!("{:.3}%", right - left)} height="100%" />
            if pixels > length * CHARACTER_PX + CHARACTER_PX {
                <text x={format!("{:.3}%", f64::midpoint(left, right))} y="50%">{ label }</text>
            }
        </g>
    }
}

fn axis(language: Language, span: Time, width: u32) -> Html {
    html! {
        <svg class="axis" aria-hidden="true" focusable="false">
            for time in ticks(span, width) {
                <g key={time} class="tick">
                    <line x1={format!("{:.3}%", percent(time, span))} x2={format!("{:.3}%", percent(time, span))} y1="0" y2="4" />
                    <text
                        class={if time == 0 { "tick-first" } else if time == span { "tick-last" } else { "tick-text" }}
                        x={format!("{:.3}%", percent(time, span))}
                        y="14"
                    >
                        { number(language, i64::try_from(time / MS).unwrap_or(i64::MAX)) }
                        if time == 0 {
                            { " " }{ word(language, "timeline.unit") }
                        }
                    </text>
                </g>
            }
        </svg>
    }
}

/// What [`Playhead`] needs.
#[derive(Properties, PartialEq)]
struct PlayheadProps {
    span: Time,
}

/// The line at the cursor. It moves by a style that is set once a frame, outside Yew.
#[component]
fn Playhead(props: &PlayheadProps) -> Html {
    let store = use_store();
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((store, props.span), move |(store, span)| {
            let span = *span;
            let show = move |now: Time| {
                if let Some(element) = node.cast::<HtmlElement>() {
                    // The property is valid, and so is the value.
                    let _ =
                        element.style().set_property("transform", &format!("translateX({:.3}%)", percent(now, span)));
                }
            };
            show(store.read(|session| session.now()));
            let subscription = clock::subscribe(store, Rc::new(show));
            move || drop(subscription)
        });
    }
    html! { <div ref={node} class="playhead" aria-hidden="true"><span class="playhead-knob"></span></div> }
}

/// The track.
#[component]
pub(crate) fn Track() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::TIMELINE);
    let node = use_node_ref();
    let width = use_width(&node);
    // While the reader drags, the track keeps its span: it must not shrink under the pointer.
    let held = use_state_eq(|| None::<Time>);
    let on_hold = {
        let held = held.clone();
        Callback::from(move |span: Option<Time>| held.set(span))
    };
    let timeline = store.read(|session| session.timeline());
    let span = (*held).unwrap_or_else(|| span(timeline.until));
    let clusters = cluster(&timeline.marks, span, width, |mark| text(language, &mark.label));
    html! {
        <div class="track">
            <div class="track-inner" ref={node}>
                <Marks {clusters} {span} />
                <svg class="bands" aria-hidden="true" focusable="false">
                    for (position, one) in timeline.bands.iter().enumerate() {
                        { band(language, position, one, band_end(&timeline, position), (span, width)) }
                    }
                </svg>
                { axis(language, span, width) }
                <Playhead {span} />
                <Scrubber {span} until={timeline.until} bands={timeline.bands.clone()} {on_hold} />
            </div>
        </div>
    }
}
