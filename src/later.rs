//! What is loaded after the page has opened: files of their own, which the build splits off at the functions in `borders`.
//!
//! Whatever can be reached from elsewhere too stays in the page, so nothing else may name what is loaded here.

use crate::embed::Host;
use crate::part::{Make, Page, Part, Reads, State, part};
use crate::store::{Store, ViewChange};
use crate::words;
use consistory_scene::Text;
use consistory_session::words::Language;
use consistory_session::{Codec, Opened, Problem, open_first};
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How long after the start the rest is fetched, in milliseconds: nobody should wait for it, and it should not make
/// anybody wait.
const AFTER_MS: u32 = 1_500;

/// A part that the first screen does not need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Every dialog.
    Dialogs,
    /// The parameters.
    Dials,
    /// The list of messages in flight.
    Flights,
    /// The operations of the clients.
    History,
    /// The space-time diagram.
    Diagram,
    /// Answers to "why" about the selection.
    Why,
    /// What differs between instants and between branches.
    Compare,
    /// The runs of a contest.
    Versus,
}

/// The functions at which the build cuts: they, and what only they can reach, are in the files that are loaded later.
#[expect(clippy::unnecessary_wraps, reason = "that a file cannot be had is an error that the macro adds")]
mod borders {
    use super::{Library, Piece};
    use crate::embed::{self, Host};
    use crate::panels::{Answers, Compare, Diagram, Dialogs, Dials, History};
    use crate::part::Make;
    use crate::stage::FlightList;
    use crate::store::Store;
    use crate::versus::Versus;
    use crate::words::{self, Tables};
    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    #[wasm_split(tools, fallible)]
    pub(super) fn make_of(piece: Piece) -> Result<Make, SplitLoaderError> {
        Ok(match piece {
            Piece::Dialogs => |_| Box::new(Dialogs),
            Piece::Dials => |page| Box::new(Dials::new(page)),
            Piece::Flights => |_| Box::new(FlightList),
            Piece::History => |page| Box::new(History::new(page)),
            Piece::Why => |_| Box::new(Answers::default()),
            Piece::Diagram => |page| Box::new(Diagram::new(page)),
            Piece::Compare => |page| Box::new(Compare::new(page)),
            Piece::Versus => |page| Box::new(Versus::new(page)),
        })
    }

    #[wasm_split(tools, fallible)]
    pub(super) fn library() -> Result<(Library, words::Later), SplitLoaderError> {
        Ok((Library { codec: consistory_session::codec(), open: consistory_session::open }, words::english_later()))
    }

    #[wasm_split(tools, fallible)]
    pub(super) fn embedding(store: Store) -> Result<Option<Host>, SplitLoaderError> {
        Ok(embed::listen(&store))
    }

    #[wasm_split(chinese, fallible)]
    pub(super) fn chinese() -> Result<Tables, SplitLoaderError> {
        Ok(words::chinese())
    }
}

/// The place of a part that is loaded when it is first needed, or shortly after the start.
pub(crate) fn later(store: &Store, piece: Piece) -> Html {
    match piece {
        Piece::Dialogs => part(store, "later-dialogs", |page| Box::new(Later::new(page, Piece::Dialogs))),
        Piece::Dials => part(store, "later-dials", |page| Box::new(Later::new(page, Piece::Dials))),
        Piece::Flights => part(store, "later-flights", |page| Box::new(Later::new(page, Piece::Flights))),
        Piece::Why => part(store, "later-why", |page| Box::new(Later::new(page, Piece::Why))),
        Piece::Diagram => part(store, "later-diagram", |page| Box::new(Later::new(page, Piece::Diagram))),
        Piece::History => part(store, "later-history", |page| Box::new(Later::new(page, Piece::History))),
        Piece::Compare => part(store, "later-compare", |page| Box::new(Later::new(page, Piece::Compare))),
        Piece::Versus => part(store, "later-versus", |page| Box::new(Later::new(page, Piece::Versus))),
    }
}

/// Fetches what is not there yet, after a while.
pub(crate) fn fetch_soon(store: &Store) {
    let store = store.clone();
    let fetch = move || {
        spawn_local(async move {
            // Where it fails now, it is tried again when somebody needs it.
            store.learn_library().await;
        });
    };
    Timeout::new(AFTER_MS, fetch).forget();
}

/// What opens every run, and writes and reads links.
#[derive(Clone, Copy)]
pub(crate) struct Library {
    /// Writes and reads links.
    pub(crate) codec: Codec,
    /// Opens what a fragment names.
    open: fn(&str) -> Result<Opened, Problem>,
}

/// The library, with the words of all that is loaded with it; `None` where it cannot be had.
pub(crate) async fn library() -> Option<Library> {
    let (library, words) = borders::library().await.ok()?;
    words::learn_english_later(words);
    Some(library)
}

/// Opens what a fragment names; without the library only what the page has at first.
pub(crate) fn open_by(fragment: &str, library: Option<Library>) -> Result<Opened, Problem> {
    match library {
        Some(library) => (library.open)(fragment),
        None => open_first(fragment),
    }
}

/// Connects the page with the one around it; `None` where there is none, or no connection to load it.
pub(crate) async fn embedding(store: &Store) -> Option<Host> {
    // The page around may ask for the link.
    store.learn_library().await;
    borders::embedding(store.clone()).await.ok().flatten()
}

/// Learns the words of a language; false where they cannot be had.
pub(crate) async fn learn(language: Language) -> bool {
    if words::knows(language) {
        return true;
    }
    let tables = borders::chinese().await;
    if let Ok(tables) = tables {
        words::learn_chinese(tables);
    }
    tables.is_ok()
}

/// What is said where a file cannot be had.
pub(crate) fn missing() -> Problem {
    Problem::new(Text::key("app.not-loaded"))
}

struct Later {
    piece: Piece,
    made: State<Option<Loaded>>,
    asked: State<bool>,
}

/// How a part is made, once that is known. Two of them are never compared, because a part is loaded once.
#[derive(Clone, Copy)]
struct Loaded(Make);

impl PartialEq for Loaded {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Later {
    fn new(page: &Page, piece: Piece) -> Self {
        Self { piece, made: page.state(None), asked: page.state(false) }
    }

    fn is_needed(&self, page: &Page) -> bool {
        self.piece != Piece::Dialogs || page.look(|view| view.dialog.is_some())
    }

    fn load(&self, page: &Page) {
        self.asked.set(true);
        let (piece, store, made, asked) = (self.piece, page.store().clone(), self.made.clone(), self.asked.clone());
        spawn_local(async move {
            // What is in these parts may rely on it.
            let has_library = store.learn_library().await;
            match borders::make_of(piece).await {
                Ok(how) if has_library => made.set(Some(Loaded(how))),
                Ok(_) | Err(_) => {
                    store.change(ViewChange::CloseDialog);
                    store.tell_problem(missing());
                    asked.set(false);
                }
            }
        });
    }
}

impl Part for Later {
    fn reads(&self) -> Reads {
        if self.piece == Piece::Dialogs { Reads::VIEW } else { Reads::NOTHING }
    }

    fn draw(&mut self, page: &Page) -> Html {
        match self.made.get() {
            Some(Loaded(make)) => part(page, "loaded", make),
            None if self.piece == Piece::Dialogs => Html::default(),
            None => html! { <p class="empty">{ page.word("app.loading") }</p> },
        }
    }

    fn drawn(&mut self, page: &Page) {
        if self.made.get().is_none() && !self.asked.get() && self.is_needed(page) {
            self.load(page);
        }
    }
}
