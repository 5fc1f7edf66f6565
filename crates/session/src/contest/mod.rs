//! One script, many protocols: two to four runs side by side on one clock, under the same seed, workload and faults.
//!
//! A [`Contest`] is a small value with a text form, as a run is one:
//!
//! ```text
//! # One partition, three ways to replicate.
//! versus primary-backup acks=0, primary-backup acks=1, raft
//! set seed=4 nodes=5 clients=2
//! at 0ms workload c1 write=2 read=1 every=50ms
//! at 600ms partition {n1 c1} {n2 n3 n4 n5 c2}
//! at 2s heal
//! run 4s
//! ```
//!
//! The first line that is no comment names the contestants, the same protocol also more than once. A parameter goes to
//! each of them that knows it, and what is done is done to each that can do it: one without such a node, or whose
//! clients know no such operation, leaves it out, and says how often it did. `read` turns a text into words in their
//! places, `enter` makes the runs, [`ContestRun`] is all of them as one [`Session`](crate::Session): whatever shows or
//! moves a run shows and moves a contest. Acting on it inserts a line into its text and performs the text anew, so that
//! what is seen is what is shared.

mod enter;
mod gallery;
mod merge;
mod moves;
mod read;
mod run;
mod statement;

pub use gallery::{ContestItem, contests, find, is_address, open, open_text};
pub use run::{ContestRun, Entry, Shared};

use crate::Problem;
use crate::scenario::parse::{Statement, Tokens, line};
use consistory_kernel::Time;
use consistory_protocols::script::duration_text;
use read::{Draft, canonical, read};

/// What is compared, and what happens in it: everything else follows from that and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    /// Comment lines at the top: what it is about.
    pub about: Vec<String>,
    /// The protocols that are compared, from 2 to 4.
    pub contestants: Vec<Contestant>,
    /// Parameters for each contestant that knows them, by name, in the scenario language.
    pub settings: Vec<(String, String)>,
    /// What is done to all of them, in the order of time.
    pub script: Vec<Act>,
    /// How far the script goes, in microseconds; not before its last act.
    pub until: Time,
    /// Where it is opened, in microseconds; at the start if there is none.
    pub cursor: Option<Time>,
}

/// A protocol that takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contestant {
    /// Its id.
    pub protocol: String,
    /// Parameters of its own; they go before those of all.
    pub settings: Vec<(String, String)>,
}

/// Something that is done to all contestants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When, in microseconds: after everything that happens at that time by itself.
    pub at: Time,
    /// What, as a statement of the scenario language without a time.
    pub statement: String,
}

impl Contest {
    /// Reads a contest. Whether its protocols exist and can do what it says is judged when it is opened.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Ok(Self::of(&read(text)?))
    }

    fn of(draft: &Draft<'_>) -> Self {
        let owned = |settings: &[crate::scenario::parse::Setting<'_>]| {
            settings.iter().map(|(name, value)| (name.text.to_owned(), value.text.to_owned())).collect()
        };
        let contestants = draft
            .sides
            .iter()
            .map(|side| Contestant { protocol: side.protocol.text.to_owned(), settings: owned(&side.settings) });
        Self {
            about: draft.about.iter().map(|line| (*line).to_owned()).collect(),
            contestants: contestants.collect(),
            settings: owned(&draft.settings),
            script: draft.acts.iter().map(|act| Act { at: act.at, statement: act.text.clone() }).collect(),
            until: draft.until,
            cursor: draft.cursor,
        }
    }

    /// The contest as text; reading it gives the same contest.
    pub fn print(&self) -> String {
        let mut lines: Vec<String> = self.about.iter().map(|line| format!("# {line}").trim_end().to_owned()).collect();
        let contestants: Vec<String> = self.contestants.iter().map(Contestant::print).collect();
        lines.push(format!("versus {}", contestants.join(", ")));
        if !self.settings.is_empty() {
            lines.push(format!("set {}", assignments(&self.settings)));
        }
        lines.extend(self.script.iter().map(|act| format!("at {} {}", duration_text(act.at), act.statement)));
        lines.extend(self.cursor.map(|cursor| format!("cursor {}", duration_text(cursor))));
        let last = self.script.last().map_or(0, |act| act.at);
        if self.until > last {
            lines.push(format!("run {}", duration_text(self.until - last)));
        }
        lines.join("\n") + "\n"
    }

    /// Adds what somebody did to all contestants, at its time: after what the script does at that time already.
    pub fn add(&mut self, at: Time, statement: &str) -> Result<(), Problem> {
        let mut tokens = Tokens::of(statement, 1);
        let read = line(&mut tokens)?;
        tokens.finish()?;
        if read.at.is_some() || !matches!(read.statement, Statement::Set(_) | Statement::Act(_)) {
            return Err(read.token.unexpected("contest.expected.act"));
        }
        let place = self.script.partition_point(|act| act.at <= at);
        self.script.insert(place, Act { at, statement: canonical(&Tokens::of(statement, 1).rest()) });
        self.until = self.until.max(at);
        Ok(())
    }
}

impl Contestant {
    /// As it stands after `versus`.
    pub fn print(&self) -> String {
        let parts = [self.protocol.clone(), assignments(&self.settings)];
        parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// `nodes=5 loss=2%`.
pub(crate) fn assignments(settings: &[(String, String)]) -> String {
    settings.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}
