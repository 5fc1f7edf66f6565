//! Playback: play and pause, steps, jumps, speed, and the time of the cursor.

use crate::panels::form::{choices, entered};
use crate::panels::pieces::symbol_button;
use crate::panels::{Icon, icon, icon_button};
use crate::part::{Act, Page, Part, Reads};
use crate::store::{SPEEDS, ViewChange};
use crate::words::milliseconds;
use consistory_scene::{Arg, Text};
use consistory_session::{Command, Direction};
use yew::prelude::*;

/// The five buttons of playback, and its speed.
pub(crate) struct Playback;

impl Part for Playback {
    fn reads(&self) -> Reads {
        Reads::VIEW
    }

    fn draw(&mut self, page: &Page) -> Html {
        let (playing, speed) = page.look(|view| (view.playing, view.speed));
        let (shown, title) = if playing { (Icon::Pause, "timeline.pause") } else { (Icon::Play, "timeline.play") };
        let toggle = page.does(ViewChange::Play(!playing));
        let travel = |shown, title, command| icon_button(page, shown, title, page.does(Act::Travel(command)));
        html! {
            <>
                <div class="playback">
                    { travel(Icon::JumpBack, "timeline.jump-back", Command::Jump(Direction::Back)) }
                    { travel(Icon::StepBack, "timeline.step-back", Command::Step(Direction::Back)) }
                    { symbol_button(page, "button button-icon button-primary play", title, None, icon(shown), toggle) }
                    { travel(Icon::StepForward, "timeline.step-forward", Command::Step(Direction::Forward)) }
                    { travel(Icon::JumpForward, "timeline.jump-forward", Command::Jump(Direction::Forward)) }
                </div>
                { speed_chooser(page, speed) }
            </>
        }
    }
}

fn speed_text((numerator, denominator): (u32, u32)) -> Text {
    if denominator == 1 {
        Text::key("timeline.speed-times").with("times", Arg::Number(i64::from(numerator)))
    } else {
        Text::key("timeline.speed-part").with("part", Arg::Number(i64::from(denominator)))
    }
}

/// Chooses how fast virtual time runs against real time.
fn speed_chooser(page: &Page, speed: usize) -> Html {
    let store = page.store().clone();
    let onchange = Callback::from(move |event: Event| {
        if let Ok(speed) = entered(&event).parse() {
            store.change(ViewChange::Speed(speed));
        }
    });
    let paces = SPEEDS.iter().enumerate();
    let list = paces.map(|(position, pace)| (position.to_string(), page.text(&speed_text(*pace)))).collect();
    choices(None, Some(page.word("timeline.speed")), list, &speed.to_string(), onchange)
}

/// The time of the cursor.
pub(crate) struct Readout;

impl Part for Readout {
    fn reads(&self) -> Reads {
        Reads::NOTHING.and_clock()
    }

    fn draw(&mut self, page: &Page) -> Html {
        let title = page.word("timeline.time");
        let now = page.read(|session| session.now());
        html! {
            <span class="readout" title={title.clone()}>
                <span class="sr-only">{ title }{ ": " }</span>
                { milliseconds(page.language(), now) }
            </span>
        }
    }
}
