//! Help: the keys, what can be grabbed, and the switch for single-letter keys.

use crate::settings::SettingChange;
use crate::store::{use_settings, use_store};
use crate::words::word;
use consistory_session::words::Language;
use web_sys::HtmlInputElement;
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

fn cap(language: Language, cap: Cap) -> Html {
    match cap {
        Cap::Sign(sign) => html! { <kbd>{ sign }</kbd> },
        Cap::Word(key) => html! { <kbd>{ word(language, key) }</kbd> },
    }
}

/// What [`Switch`] needs.
#[derive(Properties, PartialEq)]
struct SwitchProps {
    id: &'static str,
    title: &'static str,
    why: &'static str,
    on: bool,
    on_change: Callback<bool>,
}

/// A setting that is on or off.
#[component]
fn Switch(props: &SwitchProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let onchange = props
        .on_change
        .reform(|event: Event| event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()));
    html! {
        <div class="switch-row">
            <label class="switch">
                <input type="checkbox" role="switch" checked={props.on} aria-describedby={props.id} {onchange} />
                <span>{ word(language, props.title) }</span>
            </label>
            <p id={props.id} class="note">{ word(language, props.why) }</p>
        </div>
    }
}

/// The dialog's content.
#[component]
pub(crate) fn Help() -> Html {
    let store = use_store();
    let settings = use_settings(&store);
    let language = settings.language;
    let set = |change: fn(bool) -> SettingChange| {
        let store = store.clone();
        Callback::from(move |on: bool| store.set(change(on)))
    };
    html! {
        <>
            <p>{ word(language, "help.intro") }</p>
            <h3 class="panel-subtitle">{ word(language, "help.keys") }</h3>
            <table class="keys">
                <thead class="sr-only">
                    <tr><th scope="col">{ word(language, "help.key") }</th><th scope="col">{ word(language, "help.does") }</th></tr>
                </thead>
                <tbody>
                    for (caps, does) in KEYS {
                        <tr key={does}>
                            <td class="key-caps">for one in caps { { cap(language, *one) }{ " " } }</td>
                            <td>{ word(language, does) }</td>
                        </tr>
                    }
                </tbody>
            </table>
            <Switch id="single-keys-why" title="help.single-keys" why="help.single-keys-why" on={settings.single_keys} on_change={set(SettingChange::SingleKeys)} />
            <Switch id="motion-why" title="help.motion" why="help.motion-why" on={settings.reduced_motion} on_change={set(SettingChange::ReducedMotion)} />
            <h3 class="panel-subtitle">{ word(language, "help.grab") }</h3>
            <ul class="plain-list">
                for key in GRABS {
                    <li {key}>{ word(language, key) }</li>
                }
            </ul>
        </>
    }
}
