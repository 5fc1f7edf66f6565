//! What the reader looks at: selection, playback, open panels, dialogs and notices. No part of the run.

use consistory_session::compare::Instant;
use consistory_session::{Problem, Selection};

/// Playback speeds as virtual time over real time, slowest first.
pub(crate) const SPEEDS: [(u32, u32); 9] =
    [(1, 1000), (1, 500), (1, 200), (1, 100), (1, 50), (1, 20), (1, 10), (1, 1), (10, 1)];

/// The index of 1/100 in [`SPEEDS`].
pub(crate) const SPEED_DEFAULT: usize = 3;

/// The view at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    /// What the inspector shows and the stage rings.
    pub(crate) selection: Option<Selection>,
    /// The instant that the present one is compared with.
    pub(crate) pinned: Option<Instant>,
    /// What the pointer rests on; its causes and effects are lit instead of the selection's.
    pub(crate) pointed: Option<Selection>,
    /// Whether virtual time runs.
    pub(crate) playing: bool,
    /// An index into [`SPEEDS`].
    pub(crate) speed: usize,
    /// The panel in front, beside the stage or in the phone's sheet.
    pub(crate) panel: Panel,
    /// The drawer that is open, where panels are drawers.
    pub(crate) drawer: Option<Drawer>,
    /// The dialog that is open.
    pub(crate) dialog: Option<Dialog>,
    /// Notices, oldest first.
    pub(crate) notices: Vec<Notice>,
    /// How the window is divided.
    pub(crate) layout: Layout,
}

/// A panel that can be brought to the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    /// Narration and what to try.
    Story,
    /// The event feed.
    Feed,
    /// The selection, explained.
    Inspector,
    /// The log matrix.
    Log,
    /// The space-time diagram.
    Diagram,
    /// Messages in flight.
    Messages,
    /// Operations of the clients.
    History,
    /// What differs between instants, or between branches.
    Compare,
    /// The named properties.
    Safety,
    /// The parameters.
    Dials,
}

impl Panel {
    /// Every panel; the position is the number that travels in a link.
    pub(crate) const ALL: [Self; 10] = [
        Self::Log,
        Self::Messages,
        Self::History,
        Self::Safety,
        Self::Inspector,
        Self::Dials,
        Self::Story,
        Self::Feed,
        Self::Diagram,
        Self::Compare,
    ];

    /// The panel with that number in a link; the first where a later page has more.
    pub(crate) fn from_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Log)
    }

    /// The number that travels in a link.
    pub(crate) fn number(self) -> u8 {
        let position = Self::ALL.iter().position(|panel| *panel == self);
        position.and_then(|position| u8::try_from(position).ok()).unwrap_or(0)
    }
}

/// A container that slides over the stage where there is no room beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawer {
    /// Story and feed, from the left.
    Story,
    /// Inspector, views and checks, from the right.
    Side,
    /// The phone's sheet, pulled up.
    Sheet,
}

/// A dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    /// Link, scenario text, opening a link or a text.
    Share,
    /// Snippets for other pages.
    Embed,
    /// Keys and what can be grabbed.
    Help,
    /// Everything that can be broken.
    Faults,
    /// A client's request.
    Request,
    /// The space-time diagram, large.
    Diagram,
}

/// How the window is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Panels on both sides of the stage.
    #[default]
    Wide,
    /// The panels are drawers.
    Medium,
    /// Stage, timeline and a bottom sheet.
    Phone,
}

/// Something to tell the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Its number, to dismiss it by.
    pub(crate) id: u32,
    /// How it is meant.
    pub(crate) kind: NoticeKind,
    /// The sentence, with its place in a text if it has one.
    pub(crate) problem: Problem,
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    /// Something was done or is worth knowing.
    Info,
    /// Something could not be done.
    Problem,
}

/// A change of the [`View`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ViewChange {
    /// Selects, or deselects.
    Select(Option<Selection>),
    /// Pins an instant to compare others with, or lets it go.
    Pin(Option<Instant>),
    /// Points at something, or at nothing any more.
    Point(Option<Selection>),
    /// Plays, or pauses.
    Play(bool),
    /// Changes the speed to that index of [`SPEEDS`].
    Speed(usize),
    /// Brings a panel to the front.
    Panel(Panel),
    /// Opens one drawer and closes the others, or closes all.
    Drawer(Option<Drawer>),
    /// Opens a dialog.
    Open(Dialog),
    /// Closes the dialog.
    CloseDialog,
    /// Tells the reader something.
    Notice(NoticeKind, Problem),
    /// Takes a notice away.
    DismissNotice(u32),
    /// The window is divided in another way.
    Layout(Layout),
}

/// How many notices are kept; older ones make room.
const NOTICES_MAX: usize = 3;

impl View {
    /// The view of a page that has just opened.
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            selection: None,
            pinned: None,
            pointed: None,
            playing: false,
            speed: SPEED_DEFAULT,
            panel: Panel::Log,
            drawer: None,
            dialog: None,
            notices: Vec::new(),
            layout,
        }
    }

    /// The view after a change.
    pub(crate) fn changed(&self, change: ViewChange) -> Self {
        let mut view = self.clone();
        match change {
            ViewChange::Select(selection) => (view.selection, view.pointed) = (selection, None),
            ViewChange::Point(pointed) => view.pointed = pointed,
            ViewChange::Pin(pinned) => view.pinned = pinned,
            ViewChange::Play(playing) => view.playing = playing,
            ViewChange::Speed(speed) => view.speed = speed.min(SPEEDS.len() - 1),
            ViewChange::Panel(panel) => view.panel = panel,
            ViewChange::Drawer(drawer) => view.drawer = drawer,
            ViewChange::Open(dialog) => view.dialog = Some(dialog),
            ViewChange::CloseDialog => view.dialog = None,
            ViewChange::Notice(kind, problem) => view.tell(kind, problem),
            ViewChange::DismissNotice(id) => view.notices.retain(|notice| notice.id != id),
            ViewChange::Layout(layout) => {
                view.layout = layout;
                view.drawer = None;
            }
        }
        view
    }

    fn tell(&mut self, kind: NoticeKind, problem: Problem) {
        self.notices.retain(|notice| notice.problem != problem || notice.kind != kind);
        if self.notices.len() >= NOTICES_MAX {
            self.notices.remove(0);
        }
        let id = self.notices.last().map_or(0, |last| last.id + 1);
        self.notices.push(Notice { id, kind, problem });
    }
}
