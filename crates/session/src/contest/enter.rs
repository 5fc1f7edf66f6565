//! Runs from a [`Draft`]: each contestant does what it can of the script.

use super::merge::named;
use super::read::{Draft, DraftAct, Side};
use super::run::Entry;
use super::{Contestant, assignments};
use crate::Problem;
use crate::live::LiveRun;
use crate::scenario::parse::{Setting, Statement};
use crate::scenario::{edits_of, placed};
use crate::{Session, edits, parameters};
use consistory_kernel::{Edit, EditError, Moment, Setup, Timeline};
use consistory_protocols::{IDS, Names, Spec, Visitor, visit};
use consistory_scene::{Arg, Text};
use std::cell::RefCell;
use std::rc::Rc;

/// A contestant whose script has been performed.
struct Started {
    title: &'static str,
    session: Box<dyn Session>,
    /// By the draft's acts, why it could not do them.
    refused: Vec<Option<Problem>>,
}

/// Performs the script on every contestant, and puts them where it is opened.
pub(super) fn enter(draft: &Draft<'_>) -> Result<Vec<Entry>, Problem> {
    for (name, _) in &draft.settings {
        let mut sides = draft.sides.iter();
        // A protocol that there is not is told of below.
        if !sides.any(|side| visit(side.protocol.text, Knows(name.text)).unwrap_or(true)) {
            let unknown = Arg::Plain(name.text.to_owned());
            return Err(name.problem(Text::key("problem.contest.parameter").with("name", unknown)));
        }
    }
    let started = draft.sides.iter().map(|side| start(draft, side)).collect::<Result<Vec<_>, _>>()?;
    for place in 0..draft.acts.len() {
        let mut reasons = started.iter().map(|one| one.refused[place].as_ref());
        // Where nobody can, what stops the first says what to do.
        if let Some(Some(reason)) = reasons.next()
            && reasons.all(|other| other.is_some())
        {
            return Err(reason.clone());
        }
    }
    Ok(draft.sides.iter().zip(started).map(|(side, started)| entry(side, started)).collect())
}

fn entry(side: &Side<'_>, started: Started) -> Entry {
    let owned = |(name, value): &Setting<'_>| (name.text.to_owned(), value.text.to_owned());
    let settings: Vec<(String, String)> = side.settings.iter().map(owned).collect();
    let title = Text::key(started.title);
    let name = if settings.is_empty() {
        title
    } else {
        let own = Arg::Plain(assignments(&settings));
        Text::key("contest.name").with("protocol", Arg::Text(Box::new(title))).with("settings", own)
    };
    Entry {
        name,
        contestant: Contestant { protocol: side.protocol.text.to_owned(), settings },
        session: Rc::new(RefCell::new(started.session)),
        left_out: started.refused.iter().flatten().count(),
    }
}

fn start(draft: &Draft<'_>, side: &Side<'_>) -> Result<Started, Problem> {
    visit(side.protocol.text, Start { draft, side }).unwrap_or_else(|| {
        let text = Text::key("problem.protocol").with("name", Arg::Plain(side.protocol.text.to_owned()));
        Err(side.protocol.problem(text.with("known", Arg::Plain(IDS.join(", ")))))
    })
}

/// Whether a protocol has a parameter of that name.
struct Knows<'a>(&'a str);

impl Visitor for Knows<'_> {
    type Output = bool;

    fn visit<P: Spec>(self) -> bool {
        parameters::knows::<P>(self.0)
    }
}

/// Starts a contestant, and performs the script.
struct Start<'a, 't> {
    draft: &'a Draft<'t>,
    side: &'a Side<'t>,
}

impl Visitor for Start<'_, '_> {
    type Output = Result<Started, Problem>;

    fn visit<P: Spec>(self) -> Self::Output {
        let Self { draft, side } = self;
        let mut setup = P::defaults();
        let shared = draft.settings.iter().filter(|(name, _)| parameters::knows::<P>(name.text));
        // Its own come last, so that they count.
        for (name, value) in shared.chain(&side.settings) {
            parameters::set(&mut setup, name.text, value.text).map_err(|problem| placed(problem, *value))?;
        }
        let mut timeline = Timeline::new(&setup).map_err(|error| placed(edits::unfit(error), side.protocol))?;
        let names = P::names(setup.nodes, &setup.config);
        let mut refused = Vec::with_capacity(draft.acts.len());
        for act in &draft.acts {
            timeline.seek(Moment::after(act.at));
            refused.push(perform(&setup, act, &mut timeline).err().map(|problem| in_words(&problem, names)));
        }
        timeline.advance(draft.until);
        timeline.seek(Moment::after(draft.cursor.unwrap_or(0)));
        let session = Box::new(LiveRun::of_timeline(setup, timeline));
        Ok(Started { title: P::TITLE, session, refused })
    }
}

/// Does one thing whole, or not at all.
fn perform<P: Spec>(setup: &Setup<P>, act: &DraftAct<'_>, timeline: &mut Timeline<P>) -> Result<(), Problem> {
    let turn = |(name, value): &Setting<'_>| {
        parameters::turn(name.text, value.text).map_err(|problem| placed(problem, *value))
    };
    let wanted: Vec<Edit<P>> = match &act.statement {
        Statement::Set(settings) => settings.iter().map(turn).collect::<Result<_, _>>()?,
        Statement::Act(action) => edits_of(setup, action, timeline.world())?,
        Statement::Mutant(_)
        | Statement::Run(_)
        | Statement::Await(..)
        | Statement::Expect(_)
        | Statement::Say(_)
        | Statement::Cursor(_)
        | Statement::Directive(..) => Vec::new(),
    };
    let refusal = |error: EditError| placed(edits::refusal(error), act.token);
    wanted.iter().try_for_each(|edit| timeline.world().check(edit)).map_err(refusal)?;
    wanted.into_iter().try_for_each(|edit| timeline.edit(edit)).map_err(refusal)
}

/// The same problem with names in the place of processes: whoever reads it may know those of another contestant.
fn in_words(problem: &Problem, names: Names) -> Problem {
    Problem { text: named(&problem.text, &|id| names.name(id)), ..problem.clone() }
}
