//! Buttons for what can be done to a node, a client or a message. Who shows them reads the scene.

use super::form::{choices, entered};
use super::pieces::{button, row};
use crate::part::Page;
use crate::store::{Dialog, ViewChange};
use consistory_kernel::{MS, MessageId, Ppm, ProcessId, Time};
use consistory_scene::{Arg, Fate, Status, Text};
use consistory_session::{Disk, EditCommand};
use yew::prelude::*;

/// How much later "Delay" makes a message arrive.
const DELAY: Time = 10 * MS;

fn edit_button(page: &Page, title: &'static str, edit: EditCommand) -> Html {
    button(page, "button", title, page.does(edit))
}

/// What can be done to a node, as its state permits; a client can be asked to send a request.
pub(crate) fn process_actions(page: &Page, id: ProcessId) -> Html {
    let edit = |title, edit| edit_button(page, title, edit);
    let crash = || edit("action.crash", EditCommand::Crash(id, Disk::Kept));
    let crash_lose_disk = || edit("action.crash-lose-disk", EditCommand::Crash(id, Disk::Lost));
    let status = page.read(|session| session.scene().card(id).map(|card| card.status));
    let buttons = match status {
        Some(Status::Up) => vec![
            crash(),
            crash_lose_disk(),
            edit("action.pause", EditCommand::Pause(id)),
            edit("action.time-out", EditCommand::TimeOut(id)),
        ],
        Some(Status::Paused) => vec![edit("action.resume", EditCommand::Resume(id)), crash(), crash_lose_disk()],
        Some(Status::Crashed) => vec![edit("action.restart", EditCommand::Restart(id))],
        None => vec![button(page, "button", "action.request", page.does(ViewChange::Open(Dialog::Request)))],
    };
    row(buttons)
}

/// What can be done to a message on its way; nothing once it has arrived.
pub(crate) fn message_actions(page: &Page, id: MessageId) -> Html {
    let edit = |title, edit| edit_button(page, title, edit);
    let fate = page.read(|session| session.scene().flight(id).map(|flight| flight.fate));
    let hold = match fate {
        None => return Html::default(),
        Some(Fate::Held { .. }) => edit("action.release", EditCommand::Release(id)),
        Some(Fate::Travelling | Fate::Doomed { .. }) => edit("action.hold", EditCommand::Hold(id)),
    };
    let buttons = vec![
        edit("action.drop", EditCommand::Drop(id)),
        hold,
        edit("action.delay", EditCommand::Delay(id, DELAY)),
        edit("action.deliver", EditCommand::Deliver(id)),
        edit("action.duplicate", EditCommand::Duplicate(id)),
    ];
    row(buttons)
}

/// Clock rates that can be chosen, in parts per million of difference from real time.
const RATES_PPM: [i32; 7] = [-200_000, -100_000, -20_000, 0, 20_000, 100_000, 200_000];

/// One percent.
const PERCENT: Ppm = 10_000;

/// Percents with no more digits than they need.
fn percent(ppm: Ppm) -> String {
    let (whole, rest) = (ppm / PERCENT, ppm % PERCENT);
    if rest == 0 {
        return whole.to_string();
    }
    // Only links and scenarios say anything but whole percents.
    format!("{whole}.{rest:04}").trim_end_matches('0').to_owned()
}

fn rate_text(ppm: i32) -> Text {
    let key = match ppm.signum() {
        0 => return Text::key("faults.clock-exact"),
        1 => "faults.clock-fast",
        _ => "faults.clock-slow",
    };
    Text::key(key).with("percent", Arg::Plain(percent(ppm.unsigned_abs())))
}

/// Chooses how fast a node's clock runs; nothing for a client, whose clock is never read. `list` distinguishes the ids
/// of this choice from those of another.
pub(crate) fn clock_rate(page: &Page, id: ProcessId, list: &'static str) -> Html {
    let Some(present) = page.read(|session| session.scene().card(id).map(|card| card.health.skew_ppm)) else {
        return Html::default();
    };
    let mut rates = RATES_PPM.to_vec();
    if !rates.contains(&present) {
        let place = rates.iter().take_while(|rate| **rate < present).count();
        rates.insert(place, present);
    }
    let store = page.store().clone();
    let onchange = Callback::from(move |event: Event| {
        if let Ok(ppm) = entered(&event).parse() {
            store.edit(EditCommand::Skew(id, ppm));
        }
    });
    let field = format!("{list}-clock-{}", id.0);
    let label = page.text(&Text::key("faults.clock-of").with("node", Arg::Process(id)));
    let list = rates.into_iter().map(|ppm| (ppm.to_string(), page.text(&rate_text(ppm)))).collect();
    html! {
        <span class="clock-rate">
            <label for={field.clone()} title={label.clone()}>{ page.word("faults.clock") }</label>
            { choices(Some(field), Some(label), list, &present.to_string(), onchange) }
        </span>
    }
}
