//! What the judges say of the clients' history, in words.

use crate::history::{ClientHistory, SeenOperation};
use consistory_checks::{Budget, Case, Model, Verdict, judge_all};
use consistory_scene::{Arg, Text};

/// Places of a search that a verdict may cost while somebody watches: some ten milliseconds.
const PLACES: u64 = 20_000;

/// A model with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelVerdict {
    /// Its id on the command line.
    pub id: &'static str,
    /// Its name.
    pub name: Text,
    /// What it asks.
    pub says: Text,
    /// How many models lie between it and the strongest: its row in the picture of all.
    pub depth: u8,
    /// Whether the history satisfies it; none if that is undecided.
    pub holds: Option<bool>,
    /// Why not.
    pub why: Vec<Text>,
    /// The operations that contradict each other, by their position among those of the history.
    pub conflict: Vec<usize>,
}

/// The verdicts of all models, the strongest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    /// Each model.
    pub models: Vec<ModelVerdict>,
    /// The strongest models that hold.
    pub strongest: Vec<Text>,
    /// The weakest models that fail.
    pub weakest: Vec<Text>,
}

/// Judges a history.
pub fn judge_clients(seen: &ClientHistory) -> Verdicts {
    let case = Case { history: &seen.history, object: seen.object, initial: &seen.object.initial() };
    let verdicts = judge_all(case, Budget::of(PLACES));
    let holds = |wanted: bool| verdicts.iter().filter(move |(_, verdict)| verdict.is_valid() == Some(wanted));
    let strongest =
        holds(true).filter(|(model, _)| !holds(true).any(|(other, _)| other != model && other.is_at_least(*model)));
    let weakest =
        holds(false).filter(|(model, _)| !holds(false).any(|(other, _)| other != model && model.is_at_least(*other)));
    Verdicts {
        strongest: strongest.map(|(model, _)| Text::key(words(*model).0)).collect(),
        weakest: weakest.map(|(model, _)| Text::key(words(*model).0)).collect(),
        models: verdicts.iter().map(|(model, verdict)| of_model(seen, *model, verdict)).collect(),
    }
}

fn of_model(seen: &ClientHistory, model: Model, verdict: &Verdict) -> ModelVerdict {
    let places = match verdict {
        Verdict::Invalid { conflict } => conflict.as_slice(),
        Verdict::Valid { .. } | Verdict::Undecided => &[],
    };
    let position = |place: &usize| seen.operations.iter().position(|operation| operation.place == Some(*place));
    let conflict: Vec<usize> = places.iter().filter_map(position).collect();
    let (name, says) = words(model);
    let why = explain(&conflict.iter().filter_map(|position| seen.operations.get(*position)).collect::<Vec<_>>());
    let (name, says) = (Text::key(name), Text::key(says));
    ModelVerdict { id: model.id(), name, says, depth: depth(model), holds: verdict.is_valid(), why, conflict }
}

/// The row of a model among all.
fn depth(model: Model) -> u8 {
    match model {
        Model::Linearizable => 0,
        Model::Sequential | Model::Eventual => 1,
        Model::Causal => 2,
        Model::Pram | Model::WritesFollowReads => 3,
        Model::ReadYourWrites | Model::MonotonicReads | Model::MonotonicWrites => 4,
    }
}

/// The operations that contradict each other, one after the other.
fn explain(operations: &[&SeenOperation]) -> Vec<Text> {
    let line = |(place, operation): (usize, &&SeenOperation)| {
        let before = place.checked_sub(1).and_then(|before| operations.get(before));
        let key = match before {
            Some(before) if before.ended_at.is_some_and(|ended| ended <= operation.invoked_at) => "verdict.then",
            Some(_) => "verdict.meanwhile",
            None => "verdict.first",
        };
        let text = Text::key(key)
            .with("client", Arg::Process(operation.client))
            .with("operation", Arg::Text(Box::new(operation.label.clone())))
            .with("from", Arg::Time(operation.invoked_at));
        match operation.ended_at {
            Some(until) => text.with("until", Arg::Time(until)),
            None => text.with("until", Arg::Word("verdict.open")),
        }
    };
    operations.iter().enumerate().map(line).collect()
}

/// The word keys of a model's name and of what it asks.
fn words(model: Model) -> (&'static str, &'static str) {
    match model {
        Model::Linearizable => ("verdict.linearizable", "verdict.linearizable.says"),
        Model::Sequential => ("verdict.sequential", "verdict.sequential.says"),
        Model::Causal => ("verdict.causal", "verdict.causal.says"),
        Model::Pram => ("verdict.pram", "verdict.pram.says"),
        Model::ReadYourWrites => ("verdict.read-your-writes", "verdict.read-your-writes.says"),
        Model::MonotonicReads => ("verdict.monotonic-reads", "verdict.monotonic-reads.says"),
        Model::MonotonicWrites => ("verdict.monotonic-writes", "verdict.monotonic-writes.says"),
        Model::WritesFollowReads => ("verdict.writes-follow-reads", "verdict.writes-follow-reads.says"),
        Model::Eventual => ("verdict.eventual", "verdict.eventual.says"),
    }
}
