//! What the judges say of the clients' history, in words.

use crate::history::{ClientHistory, SeenOperation};
use consistory_checks::{Budget, Case, Model, Verdict, judge_all};
use consistory_kernel::ProcessId;
use consistory_scene::{Arg, Text};

/// Places of a search that a verdict may cost while somebody watches: some ten milliseconds.
pub(crate) const PLACES: u64 = 20_000;

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
    /// Why not, in a sentence; none where nothing contradicts.
    pub told: Option<Text>,
    /// The orders that explain what was seen: one of all operations, or one as each client saw them.
    pub witnesses: Vec<WitnessOrder>,
    /// The operations that contradict each other, by their position among those of the history.
    pub conflict: Vec<usize>,
}

/// An order of operations that explains what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessOrder {
    /// Whose view it is; none if it is everybody's.
    pub client: Option<ProcessId>,
    /// The operations by their position among those of the history, in the order in which they take effect.
    pub order: Vec<usize>,
}

/// The verdicts of all models of what the clients share, the strongest first.
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
        models: verdicts.iter().map(|(model, _)| of_model(seen, *model, &verdicts)).collect(),
    }
}

/// The operations that contradict each other, by their position among those of the history, and that in a sentence.
pub(crate) fn contradiction(seen: &ClientHistory, verdict: &Verdict) -> (Vec<usize>, Option<Text>) {
    let places = match verdict {
        Verdict::Invalid { conflict } => conflict.as_slice(),
        Verdict::Valid { .. } | Verdict::Undecided => &[],
    };
    let conflict: Vec<usize> = places.iter().filter_map(|place| seen.position(*place)).collect();
    let told = tell(&conflict.iter().filter_map(|position| seen.operations.get(*position)).collect::<Vec<_>>());
    (conflict, told)
}

fn of_model(seen: &ClientHistory, model: Model, verdicts: &[(Model, Verdict)]) -> ModelVerdict {
    let of = |wanted: Model| verdicts.iter().find(|(known, _)| *known == wanted).map(|(_, verdict)| verdict);
    let Some(verdict) = of(model) else { return undecided(model) };
    let (conflict, told) = contradiction(seen, verdict);
    let (name, says) = words(model);
    // What holds because a stronger model does is explained by that one's order.
    let stronger = verdicts.iter().filter(|(other, _)| other.is_at_least(model));
    let mut witness = stronger.filter_map(|(_, verdict)| match verdict {
        Verdict::Valid { witness } if !witness.is_empty() => Some(witness),
        Verdict::Valid { .. } | Verdict::Invalid { .. } | Verdict::Undecided => None,
    });
    let witness = if verdict.is_valid() == Some(true) { witness.next_back() } else { None };
    let witnesses = witness.into_iter().flatten().map(|witness| WitnessOrder {
        client: witness.process.and_then(|process| client_of(seen, process)),
        order: witness.order.iter().filter_map(|place| seen.position(*place)).collect(),
    });
    ModelVerdict {
        id: model.id(),
        name: Text::key(name),
        says: Text::key(says),
        depth: depth(model),
        holds: verdict.is_valid(),
        told,
        witnesses: witnesses.collect(),
        conflict,
    }
}

fn undecided(model: Model) -> ModelVerdict {
    let (name, says) = words(model);
    ModelVerdict {
        id: model.id(),
        name: Text::key(name),
        says: Text::key(says),
        depth: depth(model),
        holds: None,
        told: None,
        witnesses: Vec::new(),
        conflict: Vec::new(),
    }
}

/// The client that a process of a history is.
fn client_of(seen: &ClientHistory, process: u64) -> Option<ProcessId> {
    let place = seen.history.operations().iter().position(|operation| operation.process == process)?;
    seen.operations.iter().find(|operation| operation.place == Some(place)).map(|operation| operation.client)
}

/// The row of a model among those of its kind of object.
fn depth(model: Model) -> u8 {
    match model {
        Model::Linearizable | Model::StrictSerializable => 0,
        Model::Sequential | Model::Eventual | Model::Serializable => 1,
        Model::Causal => 2,
        Model::Pram | Model::WritesFollowReads => 3,
        Model::ReadYourWrites | Model::MonotonicReads | Model::MonotonicWrites => 4,
    }
}

/// The contradiction as a sentence: the operation that was invoked last, although there were the others.
fn tell(operations: &[&SeenOperation]) -> Option<Text> {
    let mut by_time = operations.to_vec();
    by_time.sort_by_key(|operation| operation.invoked_at);
    let (newest, others) = by_time.split_last()?;
    let about = |key: &'static str, operation: &SeenOperation| {
        let text = Text::key(key)
            .with("client", Arg::Process(operation.client))
            .with("operation", Arg::Text(Box::new(operation.label.clone())))
            .with("from", Arg::Time(operation.invoked_at));
        match operation.ended_at {
            Some(until) => text.with("until", Arg::Time(until)),
            None => text.with("until", Arg::Word("verdict.open")),
        }
    };
    let other = |operation: &&SeenOperation| {
        let is_over = operation.ended_at.is_some_and(|ended| ended <= newest.invoked_at);
        about(if is_over { "verdict.had" } else { "verdict.meanwhile" }, operation)
    };
    let list = others.iter().map(other).reduce(|list, next| {
        Text::key("verdict.list").with("one", Arg::Text(Box::new(list))).with("other", Arg::Text(Box::new(next)))
    });
    Some(match list {
        Some(list) => about("verdict.although", newest).with("others", Arg::Text(Box::new(list))),
        None => about("verdict.alone", newest),
    })
}

/// The word keys of a model's name and of what it asks.
pub(crate) fn words(model: Model) -> (&'static str, &'static str) {
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
        Model::StrictSerializable => ("model.strict-serializable", "model.strict-serializable.says"),
        Model::Serializable => ("model.serializable", "model.serializable.says"),
    }
}
