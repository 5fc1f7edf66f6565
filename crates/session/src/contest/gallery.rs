//! Contests that are there already, and addresses of contests: `#/vs/partition?seed=7&t=2s` names one of the gallery,
//! `#/v/…` carries one.

use super::Contest;
use super::run::{ContestRun, Origin};
use crate::error::Problem;
use crate::link;
use consistory_kernel::Time;
use consistory_protocols::IDS;
use consistory_protocols::script::parse_duration;
use consistory_scene::{Arg, Text};

/// A contest of the gallery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContestItem {
    /// Its id, for example `partition`.
    pub id: &'static str,
    /// The word key of its title.
    pub title: &'static str,
    /// The word key of a sentence about it.
    pub summary: &'static str,
    /// The ids of the protocols that take part.
    pub protocols: &'static [&'static str],
}

/// The build script's list, in the order of the files' names. The texts stand apart: a list needs none.
const ITEMS: &[ContestItem] = include!(concat!(env!("OUT_DIR"), "/contests.rs"));
const TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/contest-texts.rs"));

/// Every contest whose protocols there are, in the order of teaching.
pub fn contests() -> impl Iterator<Item = &'static ContestItem> {
    ITEMS.iter().filter(|item| item.protocols.iter().all(|protocol| IDS.contains(protocol)))
}

/// The contest of that id, with its text.
pub fn find(id: &str) -> Option<(&'static ContestItem, &'static str)> {
    let item = contests().find(|item| item.id == id)?;
    TEXTS.iter().find(|(known, _)| *known == id).map(|(_, text)| (item, *text))
}

/// What is left of an address behind its sign.
fn path(fragment: &str) -> &str {
    fragment.trim().trim_start_matches('#').trim_matches('/')
}

/// Whether a URL fragment, or the value of `?s=`, is the address of a contest.
pub fn is_address(fragment: &str) -> bool {
    // Of a link that was cut right behind its beginning no slash is left.
    matches!(path(fragment).split('/').next(), Some("v" | "vs"))
}

/// Opens what such an address names.
pub fn open(fragment: &str) -> Result<ContestRun, Problem> {
    match path(fragment).split_once('/') {
        Some(("vs", rest)) => {
            let (id, query) = rest.split_once('?').unwrap_or((rest, ""));
            open_item(id, query)
        }
        Some(("v", payload)) => {
            let contest = Contest::parse(&link::decode_contest(payload)?.text);
            ContestRun::of_contest(&contest.map_err(|problem| Problem::new(problem.text))?, None)
        }
        Some(_) | None => Err(Problem::new(Text::key("problem.link.damaged"))),
    }
}

fn open_item(id: &str, query: &str) -> Result<ContestRun, Problem> {
    let no_such = || Problem::new(Text::key("problem.scenario").with("name", Arg::Plain(id.to_owned())));
    let (item, text) = find(id).ok_or_else(no_such)?;
    let mut contest = Contest::parse(text)?;
    let mut settings = Vec::new();
    let mut asked: Option<Time> = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name == "t" {
            asked = parse_duration(value);
        } else {
            settings.push((name.to_owned(), value.replace("%25", "%")));
        }
    }
    for (name, value) in &settings {
        contest.settings.retain(|(known, _)| known != name);
        contest.settings.push((name.clone(), value.clone()));
    }
    let cursor = contest.cursor.unwrap_or(0);
    contest.cursor = asked.or(contest.cursor);
    let ContestItem { id, title, summary, .. } = *item;
    ContestRun::of_contest(&contest, Some(Origin { id, title, summary, settings, cursor, is_changed: false }))
}

/// Opens a text that is a contest; `None` where it is a run's.
pub fn open_text(text: &str) -> Option<Result<ContestRun, Problem>> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_contest = lines.next().is_some_and(|line| line.split_whitespace().next() == Some("versus"));
    is_contest.then(|| ContestRun::of_text(text))
}
