//! Judges a history against a model.

use crate::search::Budget;
use crate::{History, Model, Object, Value, Verdict};
use crate::{causal, convergence, sessions, total};

/// Places of a search that decide what a history of a few hundred operations asks, within seconds.
const PLACES: u64 = 3_000_000;

/// Places that a search among transactions may have: each holds the values of all keys, so that these take some hundred
/// megabytes.
const PLACES_OF_TRANSACTIONS: u64 = 500_000;

impl Default for Budget {
    fn default() -> Self {
        Self::of(PLACES)
    }
}

/// A history with the kind of object that it is about.
#[derive(Clone, Copy, Debug)]
pub struct Case<'h> {
    /// What clients did and saw.
    pub history: &'h History,
    /// The kind of object.
    pub object: Object,
    /// What each object holds before anything is done.
    pub initial: &'h Value,
}

/// Judges one model; one that is not of this kind of object stays undecided: see [`Model::of`].
pub fn judge(case: Case<'_>, model: Model, budget: &mut Budget) -> Verdict {
    if !Model::of(case.object).contains(&model) {
        return Verdict::Undecided;
    }
    let is_of_transactions = case.object == Object::Transactions;
    let spared = if is_of_transactions { budget.left.saturating_sub(PLACES_OF_TRANSACTIONS) } else { 0 };
    budget.left -= spared;
    let verdict = verdict(case, model, budget);
    budget.left += spared;
    verdict
}

fn verdict(case: Case<'_>, model: Model, budget: &mut Budget) -> Verdict {
    match model {
        // All keys of transactions are one object, and a transaction is one operation on it.
        Model::Linearizable | Model::StrictSerializable => total::linearizable(case, budget),
        Model::Serializable => total::serializable(case, budget),
        Model::Sequential => total::sequential(case, budget),
        Model::Causal => causal::causal(case, budget),
        Model::Pram => causal::pram(case, budget),
        Model::ReadYourWrites => sessions::read_your_writes(case, budget),
        Model::MonotonicReads => sessions::monotonic_reads(case, budget),
        Model::MonotonicWrites => sessions::monotonic_writes(case, budget),
        Model::WritesFollowReads => sessions::writes_follow_reads(case, budget),
        Model::Eventual => convergence::eventual(case, budget),
    }
}

/// Judges every model of the object, each with a budget of its own. What a stronger model implies is not judged again.
pub fn judge_all(case: Case<'_>, budget: Budget) -> Vec<(Model, Verdict)> {
    let mut verdicts: Vec<(Model, Verdict)> = Vec::new();
    for model in Model::of(case.object).iter().copied() {
        let implied =
            verdicts.iter().any(|(stronger, verdict)| stronger.is_at_least(model) && verdict.is_valid() == Some(true));
        let verdict =
            if implied { Verdict::Valid { witness: Vec::new() } } else { judge(case, model, &mut budget.clone()) };
        verdicts.push((model, verdict));
    }
    verdicts
}
