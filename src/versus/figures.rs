//! The figures of all runs, a column for each. The best of a row is marked by a star and said; verdicts come when they
//! are found, so that no frame waits for them.

use crate::panels::subtitle;
use crate::part::{Page, Part, Reads, State, class, when};
use crate::words::{milliseconds, number};
use consistory_scene::Text;
use consistory_session::Topics;
use consistory_session::contest::Entry;
use consistory_session::figures::{Figures, ROWS, Row, Unit, best};
use consistory_session::history::ClientHistory;
use consistory_session::verdicts::{Verdicts, judge_clients};
use gloo::timers::callback::Timeout;
use std::cell::Cell;
use std::rc::Rc;
use yew::prelude::*;

/// The names of [`ROWS`].
const NAMES: [&str; ROWS.len()] = [
    "compare.ok",
    "compare.failed",
    "compare.unknown",
    "compare.pending",
    "compare.unavailable",
    "versus.latency",
    "versus.delays-median",
    "versus.delays-most",
    "compare.messages",
    "compare.bytes",
    "compare.forced-writes",
];

/// How long a judge waits while time runs, in milliseconds: what the clients saw changes all the while.
const PAUSE_MS: u32 = 400;

/// A history with what was said of it.
#[derive(Clone, PartialEq)]
struct Judged {
    seen: Rc<ClientHistory>,
    verdicts: Rc<Verdicts>,
}

/// What is known of the runs that were opened together, by their places.
type Court = (u32, Vec<Option<Judged>>);

/// The table.
pub(super) struct FigureTable {
    judged: State<Court>,
    /// The histories that were drawn last.
    seen: Vec<Rc<ClientHistory>>,
    /// Whether a judge is at work.
    asked: Rc<Cell<bool>>,
}

/// A column of the table.
struct Column {
    name: Text,
    figures: Figures,
    seen: Rc<ClientHistory>,
}

fn columns(page: &Page) -> Vec<Column> {
    page.read(|session| {
        let Some(contest) = session.as_contest() else { return Vec::new() };
        let column = |entry: &Entry| {
            let run = entry.session.borrow();
            // Verdicts need no faults.
            let seen = ClientHistory::of(run.turns(), run.object(), &[]);
            Column { name: entry.name.clone(), figures: Figures::of(&**run), seen: Rc::new(seen) }
        };
        contest.entries().iter().map(column).collect()
    })
}

fn figure(page: &Page, row: &Row, figures: &Figures) -> String {
    let language = page.language();
    match ((row.value)(figures), row.unit) {
        (None, _) => page.word("compare.none"),
        (Some(value), Unit::Count) => number(language, i64::try_from(value).unwrap_or(i64::MAX)),
        (Some(value), Unit::Time) => milliseconds(language, value),
    }
}

/// Names in a row, as the language joins them.
fn joined(page: &Page, names: &[Text]) -> String {
    if names.is_empty() {
        return page.word("compare.none");
    }
    let names: Vec<String> = names.iter().map(|name| page.text(name)).collect();
    names.join(&page.word("verdict.and"))
}

fn row(page: &Page, name: &'static str, cells: Vec<Html>) -> Html {
    html! {
        <tr key={name}>
            <th scope="row">{ page.word(name) }</th>
            { for cells }
        </tr>
    }
}

fn numbers(page: &Page, (row_of, name): (&Row, &'static str), figures: &[Figures]) -> Html {
    let cell = |(place, (of, is_best)): (usize, (&Figures, bool))| {
        html! {
            <td key={place} class={class(&["versus-number", when(is_best, "versus-best")])}>
                { figure(page, row_of, of) }
                if is_best {
                    <span class="versus-star" aria-hidden="true">{ "★" }</span>
                    <span class="sr-only">{ ", " }{ page.word("versus.best") }</span>
                }
            </td>
        }
    };
    row(page, name, figures.iter().zip(best(row_of, figures)).enumerate().map(cell).collect())
}

fn words(page: &Page, name: &'static str, said: Vec<String>) -> Html {
    let cell = |(place, said): (usize, String)| html! { <td key={place}>{ said }</td> };
    row(page, name, said.into_iter().enumerate().map(cell).collect())
}

impl FigureTable {
    /// A table that has judged nothing yet.
    pub(super) fn new(page: &Page) -> Self {
        Self { judged: page.state((page.runs(), Vec::new())), seen: Vec::new(), asked: Rc::default() }
    }

    /// What was said last of the run at a place; it may have gone on since.
    fn verdicts(&self, page: &Page, place: usize) -> Option<Judged> {
        let (run, judged) = self.judged.get();
        judged.into_iter().nth(place).flatten().filter(|_| run == page.runs())
    }

    fn strongest(&self, page: &Page, place: usize, seen: &ClientHistory) -> String {
        match self.verdicts(page, place) {
            _ if seen.operations.is_empty() => page.word("compare.none"),
            Some(judged) => joined(page, &judged.verdicts.strongest),
            None => page.word("compare.judging"),
        }
    }
}

impl Part for FigureTable {
    fn reads(&self) -> Reads {
        // Told whenever some run has moved, at most ten times a second.
        Reads::topics(Topics::FEED)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let columns = columns(page);
        let figures: Vec<Figures> = columns.iter().map(|column| column.figures.clone()).collect();
        self.seen = columns.iter().map(|column| Rc::clone(&column.seen)).collect();
        let strongest = columns.iter().enumerate().map(|(place, of)| self.strongest(page, place, &of.seen)).collect();
        let violated = figures.iter().map(|of| joined(page, &of.violated)).collect();
        let given_up = figures.iter().map(|of| joined(page, &of.given_up)).collect();
        html! {
            <section class="versus-figures">
                { subtitle(page, "versus.figures") }
                <div class="scroll-x" tabindex="0" role="region" aria-label={page.word("versus.figures")}>
                    <table class="compare-table versus-table">
                        <thead>
                            <tr>
                                <th scope="col">{ page.word("compare.figure") }</th>
                                for (place, column) in columns.iter().enumerate() {
                                    <th key={place} scope="col">{ page.text(&column.name) }</th>
                                }
                            </tr>
                        </thead>
                        <tbody>
                            for pair in ROWS.iter().zip(NAMES) {
                                { numbers(page, pair, &figures) }
                            }
                            { words(page, "compare.strongest", strongest) }
                            { words(page, "compare.violated", violated) }
                            { words(page, "versus.given-up", given_up) }
                        </tbody>
                    </table>
                </div>
                <p class="note">{ page.word("versus.star") }</p>
            </section>
        }
    }

    /// Judges one history after the other, each in a task of its own.
    fn drawn(&mut self, page: &Page) {
        let is_open = |(place, seen): &(usize, &Rc<ClientHistory>)| {
            let known = self.verdicts(page, *place);
            !seen.operations.is_empty() && known.is_none_or(|known| known.seen.history != seen.history)
        };
        let open = self.seen.iter().enumerate().find(is_open).map(|(place, seen)| (place, Rc::clone(seen)));
        let Some((place, seen)) = open else { return };
        if self.asked.replace(true) {
            return;
        }
        let (judged, asked, store) = (self.judged.clone(), self.asked.clone(), page.store().clone());
        let (run, sides) = (page.runs(), self.seen.len());
        let judge = move || {
            asked.set(false);
            // Another contest may have been opened meanwhile.
            if store.runs() != run {
                return;
            }
            let verdicts = Rc::new(judge_clients(&seen));
            let (of, mut known) = judged.get();
            if of != run {
                known.clear();
            }
            known.resize(sides, None);
            if let Some(known) = known.get_mut(place) {
                *known = Some(Judged { seen, verdicts });
            }
            judged.set((run, known));
        };
        let pause = if page.look(|view| view.playing) { PAUSE_MS } else { 0 };
        Timeout::new(pause, judge).forget();
    }
}
