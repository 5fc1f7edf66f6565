//! Shares the run as a link or as a text, and opens one that somebody else shared.

use super::address::{Pasted, base, for_chats, pasted};
use super::clipboard::CopyField;
use crate::panels::notices::problem_sentence;
use crate::store::{ViewChange, use_settings, use_store};
use crate::words::{text, word};
use consistory_scene::{Arg, Text};
use consistory_session::Problem;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// The fragment that the value of `?s=` stands for; a broken code in it is left for the session to judge.
fn fragment_of(value: &str) -> String {
    let value = js_sys::decode_uri_component(value).map_or_else(|_| value.to_owned(), String::from);
    if value.contains('/') { format!("#/{value}") } else { format!("#/s/{value}") }
}

/// Opens a pasted link or scenario; what is wrong with it is said below, and the text stays.
#[component]
fn OpenForm() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let node = use_node_ref();
    let problem = use_state_eq(|| None::<Problem>);
    let open = {
        let (store, node, problem) = (store.clone(), node.clone(), problem.clone());
        Callback::from(move |_: MouseEvent| {
            let text = node.cast::<HtmlTextAreaElement>().map(|field| field.value()).unwrap_or_default();
            if text.trim().is_empty() {
                problem.set(Some(Problem::new(Text::key("share.open-empty"))));
                return;
            }
            let opened = match pasted(&text) {
                Pasted::Fragment(fragment) => store.try_open(fragment),
                Pasted::Query(value) => store.try_open(&fragment_of(value)),
                Pasted::Scenario(scenario) => store.try_scenario(scenario),
            };
            match opened {
                Ok(()) => store.change(ViewChange::CloseDialog),
                Err(found) => problem.set(Some(found)),
            }
        })
    };
    let said = (*problem).as_ref().map(|problem| problem_sentence(language, problem));
    html! {
        <section class="dialog-section" aria-labelledby="open-title">
            <h3 id="open-title" class="panel-subtitle">{ word(language, "share.open-title") }</h3>
            <label class="copy-label" for="open-text">{ word(language, "share.open-label") }</label>
            <div class="copy-block">
                <textarea
                    ref={node}
                    id="open-text"
                    class="input copy-field"
                    rows="4"
                    spellcheck="false"
                    autocapitalize="off"
                    aria-invalid={said.is_some().then_some("true")}
                    aria-describedby="open-problem"
                />
                <button type="button" class="button" onclick={open}>{ word(language, "share.open") }</button>
            </div>
            <p id="open-problem" class="field-problem" role="alert">{ said }</p>
        </section>
    }
}

/// The dialog's content.
#[component]
pub(crate) fn Share() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    // The moment at which the dialog was opened is what is shared, even while the run plays on.
    let run = use_memo((), |()| (store.link(), store.read(|session| session.scenario_text())));
    let (fragment, scenario) = &*run;
    let base = base();
    let link = format!("{base}{fragment}");
    let chat = for_chats(&base, fragment);
    let length = |link: &str| {
        let count = i64::try_from(link.chars().count()).unwrap_or(i64::MAX);
        text(language, &Text::key("share.length").with("count", Arg::Number(count)))
    };
    let chat_note = format!("{} {}", word(language, "share.short-why"), length(&chat));
    html! {
        <>
            <p>{ word(language, "share.intro") }</p>
            <CopyField id="share-link" label="share.link" note={length(&link)} button="share.copy-link" rows={1} primary={true} value={link} />
            <CopyField id="share-chat" label="share.short" note={chat_note} button="share.copy-short" rows={1} value={chat} />
            <CopyField id="share-scenario" label="share.scenario" note={word(language, "share.scenario-why")} button="share.copy-scenario" rows={5} value={scenario.clone()} />
            <OpenForm />
        </>
    }
}
