//! Snippets that put the run into another page.

use super::address::{attribute, base};
use super::clipboard::CopyField;
use crate::store::{use_settings, use_store};
use crate::words::{text, word};
use consistory_scene::{Arg, Text};
use yew::prelude::*;

/// The height that the snippets give, in pixels: room for nine cards, the timeline and the controls.
const HEIGHT: u32 = 480;

fn iframe(source: &str, title: &str) -> String {
    format!(
        "<iframe src=\"{}\" title=\"{}\" width=\"100%\" height=\"{HEIGHT}\" loading=\"lazy\" allow=\"fullscreen; clipboard-write\"></iframe>",
        attribute(source),
        attribute(title)
    )
}

fn element(base: &str, fragment: &str, tag: &str, title: &str) -> String {
    format!(
        "<script type=\"module\" src=\"{}embed.js\"></script>\n<consistory-run run=\"{}\" lang=\"{tag}\" title=\"{}\"></consistory-run>",
        attribute(folder(base)),
        attribute(fragment),
        attribute(title)
    )
}

/// The folder that a page's address stands in.
fn folder(base: &str) -> &str {
    base.rfind('/').map_or(base, |end| &base[..=end])
}

/// The dialog's content.
#[component]
pub(crate) fn Embed() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let run = use_memo((), |()| (store.link(), store.read(|session| session.story().title)));
    let (fragment, title) = &*run;
    let title = title.as_ref().map_or_else(|| word(language, "header.own-run"), |title| text(language, title));
    let title = text(language, &Text::key("embed.frame-title").with("title", Arg::Plain(title)));
    let base = base();
    let source = format!("{base}?embed=1&lang={}{fragment}", language.tag());
    html! {
        <>
            <p>{ word(language, "embed.intro") }</p>
            <CopyField id="embed-iframe" label="embed.iframe" note={word(language, "embed.iframe-why")} button="embed.copy-iframe" rows={4} primary={true} value={iframe(&source, &title)} />
            <CopyField id="embed-element" label="embed.element" note={word(language, "embed.element-why")} button="embed.copy-element" rows={4} value={element(&base, fragment, language.tag(), &title)} />
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::{element, folder, iframe};

    #[test]
    fn snippets_escape_what_they_quote() {
        let snippet = iframe("https://x.example/?embed=1&lang=en#/s/1a", "A \"run\"");
        assert!(snippet.contains("?embed=1&amp;lang=en#/s/1a"));
        assert!(snippet.contains("A &quot;run&quot;"));
        assert!(
            element("https://x.example/c/index.html", "#/s/1a", "en", "t")
                .starts_with("<script type=\"module\" src=\"https://x.example/c/embed.js\">")
        );
        assert_eq!(folder("https://x.example/c/"), "https://x.example/c/");
    }
}
