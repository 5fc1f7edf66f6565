//! Buttons for what can be done to a node, a client or a message.

use crate::store::{Dialog, Store, ViewChange, use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_kernel::{MS, MessageId, ProcessId, Time};
use consistory_scene::{Arg, Fate, Status, Text};
use consistory_session::{Disk, EditCommand, Topics};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// How much later "Delay" makes a message arrive.
const DELAY: Time = 10 * MS;

/// A button that edits the run.
#[derive(Properties, PartialEq)]
struct EditButtonProps {
    title: &'static str,
    edit: EditCommand,
}

#[component]
fn EditButton(props: &EditButtonProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let edit = props.edit.clone();
    let onclick = Callback::from(move |_| store.edit(edit.clone()));
    html! { <button type="button" class="button" {onclick}>{ word(language, props.title) }</button> }
}

fn edits(list: Vec<(&'static str, EditCommand)>) -> Html {
    html! {
        for (title, edit) in list {
            <EditButton key={title} {title} {edit} />
        }
    }
}

/// Which node or client the buttons act on.
#[derive(Properties, PartialEq)]
pub(crate) struct ProcessActionsProps {
    /// The node or client.
    pub(crate) id: ProcessId,
}

fn status_of(store: &Store, id: ProcessId) -> Option<Status> {
    store.read(|session| session.scene().card(id).map(|card| card.status))
}

/// What can be done to a node, as its state permits; a client can be asked to send a request.
#[component]
pub(crate) fn ProcessActions(props: &ProcessActionsProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let id = props.id;
    let list = match status_of(&store, id) {
        Some(Status::Up) => vec![
            ("action.crash", EditCommand::Crash(id, Disk::Kept)),
            ("action.crash-lose-disk", EditCommand::Crash(id, Disk::Lost)),
            ("action.pause", EditCommand::Pause(id)),
            ("action.time-out", EditCommand::TimeOut(id)),
        ],
        Some(Status::Paused) => vec![
            ("action.resume", EditCommand::Resume(id)),
            ("action.crash", EditCommand::Crash(id, Disk::Kept)),
            ("action.crash-lose-disk", EditCommand::Crash(id, Disk::Lost)),
        ],
        Some(Status::Crashed) => vec![("action.restart", EditCommand::Restart(id))],
        None => {
            let onclick = Callback::from(move |_| store.change(ViewChange::Open(Dialog::Request)));
            return html! { <button type="button" class="button" {onclick}>{ word(language, "action.request") }</button> };
        }
    };
    edits(list)
}

/// Which message the buttons act on.
#[derive(Properties, PartialEq)]
pub(crate) struct MessageActionsProps {
    /// The message.
    pub(crate) id: MessageId,
}

/// What can be done to a message on its way; nothing once it has arrived.
#[component]
pub(crate) fn MessageActions(props: &MessageActionsProps) -> Html {
    let store = use_store();
    use_topics(&store, Topics::SCENE);
    let id = props.id;
    let fate = store.read(|session| session.scene().flight(id).map(|flight| flight.fate));
    let hold = match fate {
        None => return Html::default(),
        Some(Fate::Held { .. }) => ("action.release", EditCommand::Release(id)),
        Some(Fate::Travelling | Fate::Doomed { .. }) => ("action.hold", EditCommand::Hold(id)),
    };
    edits(vec![
        ("action.drop", EditCommand::Drop(id)),
        hold,
        ("action.delay", EditCommand::Delay(id, DELAY)),
        ("action.deliver", EditCommand::Deliver(id)),
        ("action.duplicate", EditCommand::Duplicate(id)),
    ])
}

/// Clock rates that can be chosen, in parts per million of difference from real time.
const RATES_PPM: [i32; 7] = [-200_000, -100_000, -20_000, 0, 20_000, 100_000, 200_000];

fn rate_text(ppm: i32) -> Text {
    let percent = Arg::Plain((f64::from(ppm.abs()) / 10_000.0).to_string());
    match ppm.signum() {
        0 => Text::key("faults.clock-exact"),
        1 => Text::key("faults.clock-fast").with("percent", percent),
        _ => Text::key("faults.clock-slow").with("percent", percent),
    }
}

/// What [`ClockRate`] needs.
#[derive(Properties, PartialEq)]
pub(crate) struct ClockRateProps {
    /// The node.
    pub(crate) id: ProcessId,
    /// Distinguishes the ids of this list from those of another.
    pub(crate) list: &'static str,
}

/// Chooses how fast a node's clock runs; nothing for a client, whose clock is never read.
#[component]
pub(crate) fn ClockRate(props: &ClockRateProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let id = props.id;
    let Some(present) = store.read(|session| session.scene().card(id).map(|card| card.skew_ppm)) else {
        return Html::default();
    };
    let mut rates = RATES_PPM.to_vec();
    if !rates.contains(&present) {
        rates.push(present);
        rates.sort_unstable();
    }
    let onchange = Callback::from(move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(ppm) = select.and_then(|select| select.value().parse().ok()) {
            store.edit(EditCommand::Skew(id, ppm));
        }
    });
    let field = format!("{}-clock-{}", props.list, id.0);
    let label = text(language, &Text::key("faults.clock-of").with("node", Arg::Process(id)));
    html! {
        <span class="clock-rate">
            <label for={field.clone()} title={label.clone()}>{ word(language, "faults.clock") }</label>
            <select id={field} class="select" aria-label={label} {onchange}>
                for ppm in rates {
                    <option key={ppm} value={ppm.to_string()} selected={ppm == present}>{ text(language, &rate_text(ppm)) }</option>
                }
            </select>
        </span>
    }
}
