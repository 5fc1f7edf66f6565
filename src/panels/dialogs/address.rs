//! Addresses of a run: the full link, the one for chats, and what a reader may have pasted.

/// The page's own address without its query and fragment.
pub(crate) fn base() -> String {
    let href = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// The link for applications that cut an address at `#`: the fragment's payload as a query.
pub(crate) fn for_chats(base: &str, fragment: &str) -> String {
    let payload = fragment.strip_prefix("#/s/").unwrap_or(fragment);
    format!("{base}?s={payload}")
}

/// What a pasted text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pasted<'text> {
    /// A link; this is the fragment, or the value of `?s=`.
    Link(&'text str),
    /// A text in the scenario language.
    Scenario(&'text str),
}

/// Tells a link from a scenario: a link is one line with a fragment or with `?s=`.
pub(crate) fn pasted(text: &str) -> Pasted<'_> {
    let line = text.trim();
    if line.contains('\n') {
        return Pasted::Scenario(text);
    }
    if let Some(start) = line.find("#/") {
        return Pasted::Link(&line[start..]);
    }
    for mark in ["?s=", "&s="] {
        if let Some(start) = line.find(mark) {
            let value = &line[start + mark.len()..];
            return Pasted::Link(value.split(['&', '#']).next().unwrap_or(value));
        }
    }
    Pasted::Scenario(text)
}

/// A text as it may stand between the quotes of an HTML attribute.
pub(crate) fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::{Pasted, attribute, for_chats, pasted};

    #[test]
    fn links_are_told_from_scenarios() {
        assert_eq!(pasted(" https://x.example/c/#/s/1abc "), Pasted::Link("#/s/1abc"));
        assert_eq!(pasted("https://x.example/?lang=zh&s=1abc&embed=1"), Pasted::Link("1abc"));
        assert_eq!(pasted("#/p/raft/split-vote?seed=7"), Pasted::Link("#/p/raft/split-vote?seed=7"));
        assert_eq!(pasted("protocol raft\n# see #/s/1abc"), Pasted::Scenario("protocol raft\n# see #/s/1abc"));
        assert_eq!(pasted("protocol raft"), Pasted::Scenario("protocol raft"));
    }

    #[test]
    fn a_chat_link_has_no_fragment() {
        assert_eq!(for_chats("https://x.example/c/", "#/s/1abc"), "https://x.example/c/?s=1abc");
    }

    #[test]
    fn an_attribute_cannot_end_early() {
        assert_eq!(attribute("a\"b<c&d"), "a&quot;b&lt;c&amp;d");
    }
}
