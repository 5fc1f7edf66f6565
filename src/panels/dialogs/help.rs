//! Help: the keys, what can be grabbed, and the switch for single-letter keys.

use crate::panels::form::is_ticked;
use crate::part::{Page, Part, Reads};
use crate::settings::SettingChange;
use yew::prelude::*;

/// What a key cap shows: a letter or sign as it is, or a word.
#[derive(Clone, Copy)]
enum Cap {
    Sign(&'static str),
    Word(&'static str),
}

/// The keys of a command, and what it does.
const KEYS: [(&[Cap], &str); 10] = [
    (&[Cap::Word("help.space")], "help.play"),
    (&[Cap::Sign("←"), Cap::Sign("→")], "help.step"),
    (&[Cap::Word("help.shift"), Cap::Sign("←"), Cap::Sign("→")], "help.jump"),
    (&[Cap::Sign("["), Cap::Sign("]")], "help.speed"),
    (&[Cap::Sign("C")], "help.request"),
    (&[Cap::Sign("R")], "help.restart"),
    (&[Cap::Sign("T")], "help.spread"),
    (&[Cap::Sign("A")], "help.align"),
    (&[Cap::Sign("?")], "help.help"),
    (&[Cap::Word("help.cards")], "help.cards-does"),
];

/// What can be grabbed with pointer or finger.
const GRABS: [&str; 6] =
    ["help.grab-card", "help.grab-link", "help.grab-wall", "help.grab-message", "help.grab-timeline", "help.grab-twin"];

fn cap(page: &Page, cap: Cap) -> Html {
    let shown = match cap {
        Cap::Sign(sign) => sign.to_owned(),
        Cap::Word(key) => page.word(key),
    };
    html! { <kbd>{ shown }</kbd> }
}

/// A setting that is on or off, and the id of the sentence that says what for.
fn switch(
    page: &Page,
    id: &'static str,
    (title, why): (&'static str, &'static str),
    on: bool,
    change: fn(bool) -> SettingChange,
) -> Html {
    let store = page.store().clone();
    let onchange = Callback::from(move |event: Event| store.set(change(is_ticked(&event))));
    html! {
        <div class="switch-row">
            <label class="switch">
                <input type="checkbox" role="switch" checked={on} aria-describedby={id} {onchange} />
                <span>{ page.word(title) }</span>
            </label>
            <p {id} class="note">{ page.word(why) }</p>
        </div>
    }
}

/// The dialog's content.
pub(crate) struct Help;

impl Part for Help {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let settings = page.settings();
        let single_keys = ("help.single-keys", "help.single-keys-why");
        let motion = ("help.motion", "help.motion-why");
        html! {
            <>
                <p>{ page.word("help.intro") }</p>
                <h3 class="panel-subtitle">{ page.word("help.keys") }</h3>
                <table class="keys">
                    <thead class="sr-only">
                        <tr><th scope="col">{ page.word("help.key") }</th><th scope="col">{ page.word("help.does") }</th></tr>
                    </thead>
                    <tbody>
                        for (caps, does) in KEYS {
                            <tr key={does}>
                                <td class="key-caps">for one in caps { { cap(page, *one) }{ " " } }</td>
                                <td>{ page.word(does) }</td>
                            </tr>
                        }
                    </tbody>
                </table>
                { switch(page, "single-keys-why", single_keys, settings.single_keys, SettingChange::SingleKeys) }
                { switch(page, "motion-why", motion, settings.reduced_motion, SettingChange::ReducedMotion) }
                <h3 class="panel-subtitle">{ page.word("help.grab") }</h3>
                <ul class="plain-list">
                    for key in GRABS {
                        <li {key}>{ page.word(key) }</li>
                    }
                </ul>
            </>
        }
    }
}
