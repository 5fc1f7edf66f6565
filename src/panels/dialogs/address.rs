//! Addresses of a run: the full link, the one for chats, and what a reader may have pasted.

/// The page's own address without its query and fragment.
pub(crate) fn base() -> String {
    let href = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// The link for applications that cut an address at `#`: the fragment as a query.
pub(crate) fn for_chats(base: &str, fragment: &str) -> String {
    let payload = fragment.strip_prefix("#/s/").or_else(|| fragment.strip_prefix("#/")).unwrap_or(fragment);
    // A gallery link has a query of its own, whose signs would end this one.
    let signs = [("%", "%25"), ("?", "%3F"), ("&", "%26"), ("=", "%3D"), ("#", "%23"), ("+", "%2B")];
    let payload = signs.iter().fold(payload.to_owned(), |text, (sign, code)| text.replace(sign, code));
    format!("{base}?s={payload}")
}

/// What a pasted text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pasted<'text> {
    /// A link with a fragment; this is the fragment.
    Fragment(&'text str),
    /// A link with `?s=`; this is its value, as it stands in the address.
    Query(&'text str),
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
        return Pasted::Fragment(&line[start..]);
    }
    for mark in ["?s=", "&s="] {
        if let Some(start) = line.find(mark) {
            let value = &line[start + mark.len()..];
            return Pasted::Query(value.split(['&', '#']).next().unwrap_or(value));
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
        assert_eq!(pasted(" https://x.example/c/#/s/1abc "), Pasted::Fragment("#/s/1abc"));
        assert_eq!(pasted("https://x.example/?lang=zh&s=1abc&embed=1"), Pasted::Query("1abc"));
        assert_eq!(pasted("#/p/raft/split-vote?seed=7"), Pasted::Fragment("#/p/raft/split-vote?seed=7"));
        assert_eq!(pasted("protocol raft\n# see #/s/1abc"), Pasted::Scenario("protocol raft\n# see #/s/1abc"));
        assert_eq!(pasted("protocol raft"), Pasted::Scenario("protocol raft"));
    }

    #[test]
    fn a_chat_link_has_no_fragment() {
        assert_eq!(for_chats("https://x.example/c/", "#/s/1abc"), "https://x.example/c/?s=1abc");
        let seeded = for_chats("https://x.example/", "#/p/raft/split-vote?seed=7");
        assert_eq!(seeded, "https://x.example/?s=p/raft/split-vote%3Fseed%3D7");
    }

    #[test]
    fn an_attribute_cannot_end_early() {
        assert_eq!(attribute("a\"b<c&d"), "a&quot;b&lt;c&amp;d");
    }
}
