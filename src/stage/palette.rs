//! The colours of the canvas, read from the style sheet once per theme.

use consistory_scene::Tone;
use wasm_bindgen::JsValue;
use web_sys::{HtmlElement, Window};

/// How many tones there are.
pub(crate) const TONES: usize = 12;

/// Colours as the canvas takes them.
#[derive(Default)]
pub(crate) struct Palette {
    /// Fill of each tone.
    pub(crate) fill: Vec<JsValue>,
    /// Text upon that fill.
    pub(crate) upon: Vec<JsValue>,
    /// The stage behind everything.
    pub(crate) paper: JsValue,
    /// Faint lines.
    pub(crate) line: JsValue,
    /// The ring of the selection.
    pub(crate) focus: JsValue,
    /// The font of letters, without a size.
    pub(crate) font: String,
}

/// The position of a tone in the lists of a [`Palette`].
pub(crate) fn number(tone: Tone) -> usize {
    match tone {
        Tone::Epoch(epoch) => usize::from(epoch % 6),
        Tone::Neutral => 6,
        Tone::Muted => 7,
        Tone::Good => 8,
        Tone::Bad => 9,
        Tone::Warning => 10,
        Tone::Client => 11,
    }
}

const NAMES: [&str; TONES] = [
    "epoch-0", "epoch-1", "epoch-2", "epoch-3", "epoch-4", "epoch-5", "neutral", "muted", "good", "bad", "warning",
    "client",
];

impl Palette {
    /// Reads the colours as they are for an element: `light-dark()` is resolved only in a property that takes a colour.
    pub(crate) fn read(window: &Window, probe: &HtmlElement) -> Self {
        let resolve = |name: &str| {
            // A custom property that is missing leaves the inherited colour, which is visible too.
            let _ = probe.style().set_property("color", &format!("var(--{name})"));
            let style = window.get_computed_style(probe).ok().flatten();
            let colour = style.and_then(|style| style.get_property_value("color").ok());
            JsValue::from_str(&colour.unwrap_or_default())
        };
        let all = |suffix: &str| NAMES.iter().map(|name| resolve(&format!("tone-{name}{suffix}"))).collect();
        let style = window.get_computed_style(probe).ok().flatten();
        let font = style.and_then(|style| style.get_property_value("font-family").ok());
        Self {
            fill: all(""),
            upon: all("-upon"),
            paper: resolve("paper"),
            line: resolve("line-strong"),
            focus: resolve("focus"),
            font: font.unwrap_or_default(),
        }
    }
}
