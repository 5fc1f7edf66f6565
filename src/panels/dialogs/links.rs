//! The table of links: a box per direction, ticked where it is cut.

use super::faults::Heal;
use crate::store::{use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_kernel::ProcessId;
use consistory_scene::{Arg, Text};
use consistory_session::{EditCommand, Topics};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What [`LinkBox`] needs.
#[derive(Properties, PartialEq)]
struct LinkBoxProps {
    from: ProcessId,
    to: ProcessId,
    cut: bool,
}

/// One direction of one link.
#[component]
fn LinkBox(props: &LinkBoxProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let (from, to) = (props.from, props.to);
    let onchange = Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            store.edit(if input.checked() { EditCommand::Cut(from, to) } else { EditCommand::Mend(from, to) });
        }
    });
    let label = Text::key("faults.cut").with("from", Arg::Process(from)).with("to", Arg::Process(to));
    let label = text(language, &label);
    html! {
        <label class="link-box" title={label.clone()}>
            <input type="checkbox" checked={props.cut} aria-label={label} {onchange} />
        </label>
    }
}

/// The table of links.
#[component]
pub(crate) fn Links() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let scene = store.read(|session| session.scene());
    let nodes = scene.cards.iter().map(|card| (card.id, card.name.clone()));
    let clients = scene.clients.iter().map(|client| (client.id, client.name.clone()));
    let processes: Vec<(ProcessId, String)> = nodes.chain(clients).collect();
    if processes.len() < 2 {
        return html! { <p class="empty">{ word(language, "faults.only-one") }</p> };
    }
    let is_cut = |from, to| scene.cuts.contains(&(from, to));
    html! {
        <>
            <p class="note">{ word(language, "faults.links-why") }</p>
            <div class="scroll-x" tabindex="0" role="region" aria-label={word(language, "faults.links")}>
                <table class="link-table">
                    <thead>
                        <tr>
                            <th scope="col">{ word(language, "faults.from") }</th>
                            for (to, name) in &processes {
                                <th key={to.0} scope="col">{ "→ " }{ name.clone() }</th>
                            }
                        </tr>
                    </thead>
                    <tbody>
                        for (from, name) in &processes {
                            <tr key={from.0}>
                                <th scope="row">{ name.clone() }</th>
                                for (to, _) in &processes {
                                    <td key={to.0}>
                                        if from != to {
                                            <LinkBox from={*from} to={*to} cut={is_cut(*from, *to)} />
                                        }
                                    </td>
                                }
                            </tr>
                        }
                    </tbody>
                </table>
            </div>
            <Heal />
        </>
    }
}
