//! Shares the run as a link or as a text, and opens one that somebody else shared.

use super::address::{Pasted, base, for_chats, pasted};
use super::clipboard::{Copyable, Outcome, copy_field};
use super::download::downloads;
use crate::panels::form::{button, label};
use crate::panels::notices::problem_sentence;
use crate::part::{Page, Part, Reads, State};
use crate::store::{Store, ViewChange};
use consistory_scene::{Arg, Text};
use consistory_session::Problem;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// The fragment that the value of `?s=` stands for; a broken code in it is left for the session to judge.
fn fragment_of(value: &str) -> String {
    let value = js_sys::decode_uri_component(value).map_or_else(|_| value.to_owned(), String::from);
    if value.contains('/') { format!("#/{value}") } else { format!("#/s/{value}") }
}

/// Opens a pasted link or scenario.
fn open(store: &Store, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(Text::key("share.open-empty")));
    }
    match pasted(text) {
        Pasted::Fragment(fragment) => store.try_open(fragment),
        Pasted::Query(value) => store.try_open(&fragment_of(value)),
        Pasted::Scenario(scenario) => store.try_scenario(scenario),
    }
}

/// How long a link is, in words.
fn length(page: &Page, link: &str) -> String {
    let count = i64::try_from(link.chars().count()).unwrap_or(i64::MAX);
    page.text(&Text::key("share.length").with("count", Arg::Number(count)))
}

/// The dialog's content: the moment at which the dialog was opened is what is shared, even while the run plays on.
pub(crate) struct Share {
    fragment: String,
    scenario: String,
    link: State<Outcome>,
    chat: State<Outcome>,
    text: State<Outcome>,
    pasted: NodeRef,
    problem: State<Option<Problem>>,
}

impl Share {
    /// Shares the run as it is now.
    pub(crate) fn new(page: &Page) -> Self {
        Self {
            fragment: page.link().unwrap_or_default(),
            scenario: page.read(|session| session.scenario_text()),
            link: page.state(Outcome::None),
            chat: page.state(Outcome::None),
            text: page.state(Outcome::None),
            pasted: NodeRef::default(),
            problem: page.state(None),
        }
    }

    /// A field for what somebody else shared; what is wrong with it is said below, and the text stays.
    fn open_form(&self, page: &Page) -> Html {
        let onclick = {
            let (store, pasted, problem) = (page.store().clone(), self.pasted.clone(), self.problem.clone());
            Callback::from(move |_| {
                let text = pasted.cast::<HtmlTextAreaElement>().map(|field| field.value()).unwrap_or_default();
                match open(&store, &text) {
                    Ok(()) => store.change(ViewChange::CloseDialog),
                    Err(found) => problem.set(Some(found)),
                }
            })
        };
        let said = self.problem.get().map(|problem| problem_sentence(page, &problem));
        html! {
            <section class="dialog-section" aria-labelledby="open-title">
                <h3 id="open-title" class="panel-subtitle">{ page.word("share.open-title") }</h3>
                { label(page, "copy-label", "open-text", "share.open-label") }
                <div class="copy-block">
                    <textarea
                        ref={self.pasted.clone()}
                        id="open-text"
                        class="input copy-field"
                        rows="4"
                        spellcheck="false"
                        autocapitalize="off"
                        aria-invalid={said.is_some().then_some("true")}
                        aria-describedby="open-problem"
                    />
                    { button(page, "button", "share.open", onclick) }
                </div>
                <p id="open-problem" class="field-problem" role="alert">{ said }</p>
            </section>
        }
    }
}

impl Part for Share {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let base = base();
        let link = format!("{base}{}", self.fragment);
        let chat = for_chats(&base, &self.fragment);
        let link = Copyable {
            id: "share-link",
            label: "share.link",
            note: length(page, &link),
            button: "share.copy-link",
            rows: 1,
            primary: true,
            value: link,
        };
        let chat = Copyable {
            id: "share-chat",
            label: "share.short",
            note: format!("{} {}", page.word("share.short-why"), length(page, &chat)),
            button: "share.copy-short",
            rows: 1,
            primary: false,
            value: chat,
        };
        let text = Copyable {
            id: "share-scenario",
            label: "share.scenario",
            note: page.word("share.scenario-why"),
            button: "share.copy-scenario",
            rows: 5,
            primary: false,
            value: self.scenario.clone(),
        };
        html! {
            <>
                <p>{ page.word("share.intro") }</p>
                { copy_field(page, &self.link, link) }
                { copy_field(page, &self.chat, chat) }
                { copy_field(page, &self.text, text) }
                if page.read(|session| session.as_contest().is_none()) {
                    { downloads(page) }
                }
                { self.open_form(page) }
            </>
        }
    }
}
