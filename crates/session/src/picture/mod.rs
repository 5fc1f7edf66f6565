//! Pictures as SVG documents: the stage at an instant, and the space-time diagram.
//!
//! A picture is a pure function of what it shows, of words and of colours: the page saves it, the command line prints it.
//! It has no script and refers to nothing outside itself, so that it stays what it is wherever it is opened.

mod card;
mod diagram;
mod plan;
mod stage;
mod svg;

pub use diagram::diagram;
pub use stage::stage;

use crate::export::Wording;
use consistory_scene::{Text, Tone};
use svg::{Rect, Svg};

/// The tones as the style sheet names them, in the order of [`Colours`].
const TONES: [&str; 12] = [
    "epoch-0", "epoch-1", "epoch-2", "epoch-3", "epoch-4", "epoch-5", "neutral", "muted", "good", "bad", "warning",
    "client",
];

/// On what a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Ink on paper.
    Light,
    /// Chalk on slate.
    Dark,
}

/// What a picture is painted with: colours of the page's style sheet, under the names that they have there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colours {
    paper: String,
    panel: String,
    card: String,
    ink: String,
    ink_soft: String,
    ink_faint: String,
    line: String,
    line_strong: String,
    tones: [Shade; 12],
}

/// The colours of a tone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shade {
    /// Of lines and areas.
    fill: String,
    /// Of text upon such an area.
    upon: String,
}

impl Colours {
    /// Asks `colour` for each of them by name, such as `paper` or `tone-epoch-1-upon`; `None` where one is not known.
    /// An answer is a colour as SVG 1.1 takes it, in hexadecimal digits or as `rgb(…)`.
    pub fn read(colour: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let shade = |name: &&str| {
            Some(Shade { fill: colour(&format!("tone-{name}"))?, upon: colour(&format!("tone-{name}-upon"))? })
        };
        let tones: Option<Vec<Shade>> = TONES.iter().map(shade).collect();
        Some(Self {
            paper: colour("paper")?,
            panel: colour("panel")?,
            card: colour("card")?,
            ink: colour("ink")?,
            ink_soft: colour("ink-soft")?,
            ink_faint: colour("ink-faint")?,
            line: colour("line")?,
            line_strong: colour("line-strong")?,
            tones: tones?.try_into().ok()?,
        })
    }

    /// The colours of a theme in the text of `styles/tokens.css`, which declares both with `light-dark()`; `None` where
    /// one is missing.
    pub fn of_style_sheet(sheet: &str, theme: Theme) -> Option<Self> {
        Self::read(&|name| {
            // What is declared first; later come the colours that a reader's system forces.
            let (_, declared) = sheet.split_once(&format!("--{name}: light-dark("))?;
            let (light, declared) = declared.split_once(',')?;
            let (dark, _) = declared.split_once(')')?;
            let colour = match theme {
                Theme::Light => light,
                Theme::Dark => dark,
            };
            Some(colour.trim().to_owned())
        })
    }

    fn tone(&self, tone: Tone) -> &Shade {
        let place = match tone {
            Tone::Epoch(epoch) => usize::from(epoch % 6),
            Tone::Neutral => 6,
            Tone::Muted => 7,
            Tone::Good => 8,
            Tone::Bad => 9,
            Tone::Warning => 10,
            Tone::Client => 11,
        };
        &self.tones[place]
    }
}

/// A picture that is being drawn, with the words and the colours for it.
struct Drawing<'a> {
    svg: Svg,
    wording: &'a Wording<'a>,
    colours: &'a Colours,
}

impl<'a> Drawing<'a> {
    /// A picture of that width and height, and what somebody is told who does not see it.
    fn new(size: (f64, f64), title: &str, description: &str, wording: &'a Wording<'a>, colours: &'a Colours) -> Self {
        let mut svg = Svg::new(size.0, size.1, title, description);
        svg.rect(Rect::of(0.0, 0.0, size.0, size.1), 0.0, &[("fill", &colours.paper)]);
        Self { svg, wording, colours }
    }

    fn say(&self, text: &Text) -> String {
        (self.wording.sentence)(text)
    }

    fn word(&self, key: &'static str) -> String {
        self.say(&Text::key(key))
    }
}
