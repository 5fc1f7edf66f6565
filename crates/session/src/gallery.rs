//! The gallery: the scenarios of every protocol.

use consistory_protocols::scenarios::{self, ScenarioFile};
use consistory_protocols::{IDS, Spec, Visitor, visit};
use consistory_scene::Text;
use std::sync::OnceLock;

/// One scenario of the gallery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GalleryItem {
    /// For example `raft/split-vote`.
    pub id: &'static str,
    /// The protocol's id.
    pub protocol: &'static str,
    /// The protocol's name.
    pub protocol_title: Text,
    /// The scenario's title.
    pub title: Text,
    /// What it is about, in a sentence.
    pub summary: Text,
    /// What to try.
    pub hint: Text,
    /// The file's name.
    name: &'static str,
}

impl GalleryItem {
    /// Its text, without the transcript that its file ends with.
    pub fn text(&self) -> &'static str {
        visit(self.protocol, TextOf(self)).unwrap_or_default()
    }
}

/// The text of a scenario, where its protocol is known.
pub(crate) struct TextOf<'a>(pub(crate) &'a GalleryItem);

impl Visitor for TextOf<'_> {
    type Output = &'static str;

    fn visit<P: Spec>(self) -> &'static str {
        scenarios::text_of::<P>(self.0.name).unwrap_or_default()
    }
}

/// Every scenario of every protocol, in the order of teaching.
pub fn gallery() -> &'static [GalleryItem] {
    static GALLERY: OnceLock<Vec<GalleryItem>> = OnceLock::new();
    GALLERY.get_or_init(|| IDS.iter().filter_map(|id| visit(id, Items)).flatten().collect())
}

/// The scenario of that id; a protocol's id alone names its first one.
pub fn find(id: &str) -> Option<&'static GalleryItem> {
    gallery().iter().find(|item| item.id == id || item.protocol == id)
}

struct Items;

impl Visitor for Items {
    type Output = Vec<GalleryItem>;

    fn visit<P: Spec>(self) -> Vec<GalleryItem> {
        scenarios::of(P::ID).map(|file| item(*file, P::TITLE)).collect()
    }
}

fn item(file: ScenarioFile, protocol_title: &'static str) -> GalleryItem {
    let ScenarioFile { protocol, name } = file;
    GalleryItem {
        id: forever(format!("{protocol}/{name}")),
        protocol,
        protocol_title: Text::key(protocol_title),
        title: Text::key(forever(format!("{protocol}.{name}.title"))),
        summary: Text::key(forever(format!("{protocol}.{name}.summary"))),
        hint: Text::key(forever(format!("{protocol}.{name}.hint"))),
        name,
    }
}

/// The gallery is built once and lives as long as the program, and so do the names in it.
fn forever(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// A narration key as the protocol's scenarios spell it: a text from outside cannot name any other.
pub(crate) fn narration<P: Spec>(key: &str) -> Option<&'static str> {
    let lines = P::SCENARIOS.iter().flat_map(|text| text.lines());
    let keys = lines.filter_map(|line| line.split_once("say ").map(|(_, key)| key.trim()));
    keys.into_iter().find(|known| *known == key)
}
