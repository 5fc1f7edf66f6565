//! Two branches side by side: where they part, what came of each, and what their nodes know at the same time.

use super::branch_name;
use super::differences::differences;
use crate::panels::form::{Choice, choices, entered};
use crate::panels::pieces::{empty, line_button, subtitle};
use crate::part::{Page, Part, Reads, State, when};
use crate::store::ViewChange;
use crate::words::{milliseconds, number};
use consistory_scene::{Arg, BranchLine, FeedLine, Text};
use consistory_session::compare::{Comparison, Future, Operations, diff};
use consistory_session::history::ClientHistory;
use consistory_session::verdicts::{Verdicts, judge_clients};
use consistory_session::{Command, Selection, Topics};
use gloo::timers::callback::Timeout;
use std::cell::Cell;
use std::rc::Rc;
use yew::prelude::*;

/// Histories whose verdicts are kept: those of the two branches, and those before the last change.
const KEPT: usize = 4;

/// What is compared, in the order of the rows.
const FIGURES: [&str; 11] = [
    "compare.ok",
    "compare.failed",
    "compare.unknown",
    "compare.pending",
    "compare.strongest",
    "compare.weakest",
    "compare.violated",
    "compare.messages",
    "compare.bytes",
    "compare.forced-writes",
    "compare.unavailable",
];

/// What a branch has in the rows of [`FIGURES`].
type Column = [String; FIGURES.len()];

/// A history with what was said of it.
#[derive(Clone, PartialEq)]
struct Judged {
    seen: Rc<ClientHistory>,
    verdicts: Rc<Verdicts>,
}

/// Two branches that the reader chooses.
pub(super) struct Branches {
    /// The branches, and the run that they belong to.
    chosen: State<(u32, [u32; 2])>,
    judged: State<Vec<Judged>>,
    /// The histories that were drawn last.
    seen: Vec<Rc<ClientHistory>>,
    /// Whether a judge is at work.
    asked: Rc<Cell<bool>>,
}

/// The first branch, and the present one; where the cursor is on the first, the youngest.
fn proposal(branches: &[BranchLine]) -> [u32; 2] {
    let present = branches.iter().find(|branch| branch.current && branch.id > 0);
    [0, present.or(branches.last()).map_or(0, |branch| branch.id)]
}

/// Names in a row, as the language joins them.
fn joined(page: &Page, names: &[Text]) -> String {
    if names.is_empty() {
        return page.word("compare.none");
    }
    let names: Vec<String> = names.iter().map(|name| page.text(name)).collect();
    names.join(&page.word("verdict.and"))
}

fn column(page: &Page, future: &Future, seen: &ClientHistory, verdicts: Option<&Verdicts>) -> Column {
    let figure = |value: u64| number(page.language(), i64::try_from(value).unwrap_or(i64::MAX));
    let models = |names: Option<&[Text]>| match names {
        Some(names) => joined(page, names),
        None if seen.operations.is_empty() => page.word("compare.none"),
        None => page.word("compare.judging"),
    };
    let Operations { ok, failed, unknown, pending } = future.operations();
    let unavailable = future.unavailable();
    [
        figure(ok),
        figure(failed),
        figure(unknown),
        figure(pending),
        models(verdicts.map(|verdicts| verdicts.strongest.as_slice())),
        models(verdicts.map(|verdicts| verdicts.weakest.as_slice())),
        joined(page, &future.findings),
        figure(future.counters.messages),
        figure(future.counters.bytes),
        figure(future.counters.forced_writes),
        unavailable.map_or_else(|| page.word("compare.none"), |time| milliseconds(page.language(), time)),
    ]
}

fn figures(page: &Page, headings: [String; 2], [one, other]: &[Column; 2]) -> Html {
    html! {
        <div class="scroll-x" tabindex="0" role="region" aria-label={page.word("compare.figures")}>
            <table class="compare-table">
                <thead>
                    <tr>
                        <th scope="col">{ page.word("compare.figure") }</th>
                        for (side, heading) in headings.into_iter().enumerate() {
                            <th key={side} scope="col">{ heading }</th>
                        }
                    </tr>
                </thead>
                <tbody>
                    for ((name, one), other) in FIGURES.into_iter().zip(one).zip(other) {
                        <tr key={name} class={when(one != other, "compare-differs")}>
                            <th scope="row">{ page.word(name) }</th>
                            <td>{ one.clone() }</td>
                            <td>{ other.clone() }</td>
                        </tr>
                    }
                </tbody>
            </table>
        </div>
    }
}

/// An event of a branch, and the way there.
fn event(page: &Page, branch: u32, line: &FeedLine) -> Html {
    let (store, step) = (page.store().clone(), line.step);
    let go = Callback::from(move |_: MouseEvent| {
        store.travel(Command::SwitchBranch { branch });
        store.apply(Command::SeekStep { step });
        store.change(ViewChange::Select(Some(Selection::Step(step))));
    });
    let words = html! {
        <>
            <span class="event-time">{ milliseconds(page.language(), line.time) }</span>
            <span class="event-text">{ branch_name(page, branch) }{ ": " }{ page.text(&line.text) }</span>
        </>
    };
    line_button("line-button event-button", Some(page.word("feed.go")), None, words, go)
}

fn parting(page: &Page, comparison: &Comparison) -> Html {
    let Some(time) = comparison.parts_at else { return empty(page, "compare.same") };
    html! {
        <>
            <p class="note">{ page.text(&Text::key("compare.parts").with("time", Arg::Time(time))) }</p>
            <ul class="events compare-parting">
                for future in [&comparison.one, &comparison.other] {
                    if let Some(line) = &future.parting {
                        <li key={future.end.branch} class="event event-notable">
                            { event(page, future.end.branch, line) }
                        </li>
                    }
                }
            </ul>
        </>
    }
}

impl Branches {
    /// Proposes two branches, and has judged nothing yet.
    pub(super) fn new(page: &Page) -> Self {
        let branches = page.read(|session| session.timeline().branches);
        let chosen = page.state((page.runs(), proposal(&branches)));
        Self { chosen, judged: page.state(Vec::new()), seen: Vec::new(), asked: Rc::default() }
    }

    /// The branches that are compared; what was chosen for another run does not count.
    fn sides(&self, page: &Page, branches: &[BranchLine]) -> [u32; 2] {
        let (run, sides) = self.chosen.get();
        if run == page.runs() { sides } else { proposal(branches) }
    }

    /// A list of all branches, to choose one side from.
    fn chooser(
        &self,
        page: &Page,
        branches: &[BranchLine],
        sides: [u32; 2],
        (place, title): (usize, &'static str),
    ) -> Html {
        let (chosen, run) = (self.chosen.clone(), page.runs());
        let onchange = Callback::from(move |event: Event| {
            let mut changed = sides;
            if let (Some(side), Ok(branch)) = (changed.get_mut(place), entered(&event).parse::<u32>()) {
                *side = branch;
            }
            chosen.set((run, changed));
        });
        let choice = |branch: &BranchLine| -> Choice {
            let shown = format!("{}. {}", i64::from(branch.id) + 1, page.text(&branch.label));
            (branch.id.to_string(), shown)
        };
        let value = sides.get(place).map(u32::to_string).unwrap_or_default();
        choices(None, Some(page.word(title)), branches.iter().map(choice).collect(), &value, onchange)
    }

    /// What is known of this history.
    fn verdicts_of(&self, seen: &ClientHistory) -> Option<Rc<Verdicts>> {
        let judged = self.judged.get().into_iter().find(|judged| judged.seen.history == seen.history);
        judged.map(|judged| judged.verdicts)
    }

    fn column(&self, page: &Page, future: &Future, seen: &ClientHistory) -> Column {
        column(page, future, seen, self.verdicts_of(seen).as_deref())
    }
}

impl Part for Branches {
    /// Not the scene: while the run plays on, the numbers follow at a slower pace.
    fn reads(&self) -> Reads {
        Reads::topics(Topics::TIMELINE)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let branches = page.read(|session| session.timeline().branches);
        let sides = self.sides(page, &branches);
        let found = page.read(|session| {
            let comparison = session.compare(sides[0], sides[1])?;
            let nodes = diff(&session.states(comparison.one.end)?, &session.states(comparison.other.end)?);
            Some((comparison, nodes))
        });
        let Some((comparison, nodes)) = found else {
            self.seen.clear();
            return empty(page, "compare.one-branch");
        };
        let Comparison { object, one, other, .. } = &comparison;
        // Verdicts need no faults.
        let [seen_one, seen_other] =
            [one, other].map(|future| Rc::new(ClientHistory::of(future.turns.clone(), *object, &[])));
        let columns = [self.column(page, one, &seen_one), self.column(page, other, &seen_other)];
        self.seen = vec![seen_one, seen_other];
        let headings = || sides.map(|branch| branch_name(page, branch));
        let until = Text::key("compare.until").with("time", Arg::Time(one.end.moment.time));
        html! {
            <>
                <div class="compare-sides">
                    { self.chooser(page, &branches, sides, (0, "compare.one")) }
                    { self.chooser(page, &branches, sides, (1, "compare.other")) }
                </div>
                { subtitle(page, "compare.parting") }
                { parting(page, &comparison) }
                { subtitle(page, "compare.figures") }
                <p class="note">{ page.text(&until) }</p>
                { figures(page, headings(), &columns) }
                { subtitle(page, "compare.states") }
                { differences(page, &nodes, headings()) }
            </>
        }
    }

    /// Judges one history after the other, each in a task of its own, so that no frame waits for it.
    fn drawn(&mut self, _: &Page) {
        let is_open = |seen: &&Rc<ClientHistory>| !seen.operations.is_empty() && self.verdicts_of(seen).is_none();
        let Some(seen) = self.seen.iter().find(is_open).cloned() else { return };
        if self.asked.replace(true) {
            return;
        }
        let (judged, asked) = (self.judged.clone(), self.asked.clone());
        let judge = move || {
            let verdicts = Rc::new(judge_clients(&seen));
            asked.set(false);
            let mut known = judged.get();
            if known.len() >= KEPT {
                known.remove(0);
            }
            known.push(Judged { seen, verdicts });
            judged.set(known);
        };
        Timeout::new(0, judge).forget();
    }
}
