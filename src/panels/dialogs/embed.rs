//! Snippets that put the run into another page.

use super::address::{attribute, base};
use super::clipboard::{Copyable, Outcome, copy_field};
use crate::part::{Page, Part, Reads, State};
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

/// The dialog's content: the run as it was when the dialog was opened.
pub(crate) struct Embed {
    fragment: String,
    title: Option<Text>,
    frame: State<Outcome>,
    element: State<Outcome>,
}

impl Embed {
    /// Embeds the run as it is now.
    pub(crate) fn new(page: &Page) -> Self {
        Self {
            fragment: page.link().unwrap_or_default(),
            title: page.read(|session| session.story().title),
            frame: page.state(Outcome::None),
            element: page.state(Outcome::None),
        }
    }
}

impl Part for Embed {
    fn reads(&self) -> Reads {
        Reads::NOTHING
    }

    fn draw(&mut self, page: &Page) -> Html {
        let fragment = &self.fragment;
        let title = self.title.as_ref().map_or_else(|| page.word("header.own-run"), |title| page.text(title));
        let title = page.text(&Text::key("embed.frame-title").with("title", Arg::Plain(title)));
        let base = base();
        let tag = page.language().tag();
        let frame = Copyable {
            id: "embed-iframe",
            label: "embed.iframe",
            note: page.word("embed.iframe-why"),
            button: "embed.copy-iframe",
            rows: 4,
            primary: true,
            value: iframe(&format!("{base}?embed=1&lang={tag}{fragment}"), &title),
        };
        let element = Copyable {
            id: "embed-element",
            label: "embed.element",
            note: page.word("embed.element-why"),
            button: "embed.copy-element",
            rows: 4,
            primary: false,
            value: element(&base, fragment, tag, &title),
        };
        html! {
            <>
                <p>{ page.word("embed.intro") }</p>
                { copy_field(page, &self.frame, frame) }
                { copy_field(page, &self.element, element) }
            </>
        }
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
