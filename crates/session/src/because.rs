//! Why an operation came out as it did: what its client saw, beside what the others had seen by then.

use crate::api::{Answered, Session};
use crate::history::{ClientHistory, SeenOperation, Stage, Turn};
use crate::verdicts::{PLACES, contradiction, words};
use consistory_checks::{Budget, Call, Case, Model, Object, Operation, Value, Verdict, judge};
use consistory_kernel::StepId;
use consistory_scene::{Arg, OperationState, Text, Why};

/// Why something is so, of an event: the properties that it broke, and the operation that it began or ended.
pub fn why_step(session: &dyn Session, step: StepId) -> Vec<Why> {
    let mut answers = session.why_broken(step);
    answers.extend(why_operation(session, step));
    answers
}

/// Why an operation that a step ended came out as it did. Of one that has not ended there is nothing to say.
fn why_operation(session: &dyn Session, step: StepId) -> Option<Why> {
    let turns = session.turns();
    let turn = turns.iter().find(|turn| turn.step == step && turn.stage != Stage::Invoked)?;
    // How it ended is said apart from what was asked.
    let asked = |other: &&Turn| other.client == turn.client && other.step < step && other.stage == Stage::Invoked;
    let label = turns.iter().rev().find(asked).map_or(&turn.label, |asked| &asked.label);
    let of = |key| Text::key(key).with("client", Arg::Process(turn.client)).with("operation", boxed(label));
    let simple =
        |claim, rule| Why { claim: of(claim), rule: Text::key(rule), facts: Vec::new(), source: "", since: None };
    match turn.stage {
        Stage::Invoked => None,
        Stage::Failed => Some(simple("because.failed", "because.failed.rule")),
        Stage::Unknown => Some(simple("because.unknown", "because.unknown.rule")),
        Stage::Ok(_) => {
            let known = known_by(&turns, turn, session.object());
            let seen = ClientHistory::of(known, session.object(), &[]);
            let operation = seen.operations.iter().position(|operation| operation.last_step == Some(step))?;
            Some(judged(&seen, operation, session.answered(step)))
        }
    }
}

fn boxed(text: &Text) -> Arg {
    Arg::Text(Box::new(text.clone()))
}

/// What had happened to the same object when an operation ended. All keys of transactions are one object.
fn known_by(turns: &[Turn], last: &Turn, object: Object) -> Vec<Turn> {
    let is_same = |turn: &&Turn| object == Object::Transactions || turn.key == last.key;
    turns.iter().filter(|turn| turn.step <= last.step).filter(is_same).cloned().collect()
}

/// Whether it fits what everybody had seen by then, by the strongest model.
fn judged(seen: &ClientHistory, position: usize, answered: Option<Answered>) -> Why {
    let (model, source) = if seen.object == Object::Transactions {
        (Model::StrictSerializable, "Papadimitriou 1979")
    } else {
        (Model::Linearizable, "Herlihy, Wing 1990")
    };
    let case = Case { history: &seen.history, object: seen.object, initial: &seen.object.initial() };
    let verdict = judge(case, model, &mut Budget::of(PLACES));
    let operation = &seen.operations[position];
    let (conflict, told) = contradiction(seen, &verdict);
    let claim = match &verdict {
        Verdict::Undecided => "because.undecided",
        Verdict::Valid { .. } => "because.fits",
        // Of several stale reads the contradiction names the first; each is stale.
        Verdict::Invalid { .. } if is_stale(seen, operation) => "because.stale",
        Verdict::Invalid { .. } if !conflict.contains(&position) => "because.spoilt",
        Verdict::Invalid { .. } => "because.misfits",
    };
    let mut facts: Vec<Text> = told.into_iter().chain(before(seen, position, &verdict)).collect();
    let since = answered.as_ref().map(|answered| answered.step);
    facts.extend(answered.into_iter().flat_map(|answered| answered.facts));
    Why {
        claim: Text::key(claim)
            .with("client", Arg::Process(operation.client))
            .with("operation", boxed(&operation.label)),
        rule: Text::key(words(model).1),
        facts,
        source,
        since,
    }
}

/// After which operation it takes effect, in an order that explains everything.
fn before(seen: &ClientHistory, position: usize, verdict: &Verdict) -> Option<Text> {
    let Verdict::Valid { witness } = verdict else { return None };
    let place = seen.operations[position].place?;
    let order = &witness.first()?.order;
    let at = order.iter().position(|known| *known == place)?;
    let Some(previous) = at.checked_sub(1).and_then(|at| seen.position(order[at])) else {
        return Some(Text::key("because.first"));
    };
    let previous = &seen.operations[previous];
    let text = Text::key("because.follows").with("operation", boxed(&previous.label));
    let text = text.with("client", Arg::Process(previous.client)).with("from", Arg::Time(previous.invoked_at));
    Some(text)
}

/// Whether a read returned what had been replaced before it began: another write had ended by then, and whatever wrote
/// the value had ended before that one began.
fn is_stale(seen: &ClientHistory, operation: &SeenOperation) -> bool {
    let operations = seen.history.operations();
    let Some(read) = operation.place.and_then(|place| operations.get(place)) else { return false };
    let Some(value) = read.returned().filter(|_| read.call == Call::Read) else { return false };
    let has_written = |write: &&Operation| written(write) == Some(value);
    let is_initial = *value == seen.object.initial();
    let replaced = |by: &Operation| {
        let mut sources = operations.iter().filter(has_written);
        written(by).is_some_and(|other| other != value)
            && by.ended < read.invoked
            && sources.all(|source| source.ended < by.invoked)
            && (is_initial || operations.iter().any(|write| has_written(&write)))
    };
    operation.state == OperationState::Ok && operations.iter().any(replaced)
}

/// What an operation sets a register to.
fn written(operation: &Operation) -> Option<&Value> {
    if let Call::Write(value) = &operation.call {
        return Some(value);
    }
    if let Call::CompareAndSet(_, value) = &operation.call {
        return Some(value).filter(|_| operation.returned() == Some(&Value::Bool(true)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::is_stale;
    use crate::history::{ClientHistory, Stage, Turn};
    use consistory_checks::{Call, Object, Value};
    use consistory_kernel::{ProcessId, StepId};
    use consistory_scene::Text;

    /// A history of a register from invocations and ends in order: who, and what; none ends what that client began,
    /// a read with that value. Whether the operation that ends last is stale.
    fn last_is_stale(turns: &[(u16, Option<Call>, i64)]) -> bool {
        let turn = |(step, (client, call, value)): (u32, &(u16, Option<Call>, i64))| Turn {
            step: StepId(step),
            time: u64::from(step),
            client: ProcessId(*client),
            process: u64::from(*client),
            key: Value::Nil,
            call: call.clone().unwrap_or(Call::Read),
            label: Text::plain(""),
            delays: 0,
            stage: match (call, value) {
                (Some(_), _) => Stage::Invoked,
                (None, 0) => Stage::Ok(Value::Nil),
                (None, value) => Stage::Ok(Value::Number(*value)),
            },
        };
        let turns: Vec<Turn> = (0..).zip(turns).map(turn).collect();
        let seen = ClientHistory::of(turns, Object::Register, &[]);
        let last = seen.operations.iter().max_by_key(|operation| operation.last_step).expect("an operation");
        is_stale(&seen, last)
    }

    fn write(value: i64) -> Call {
        Call::Write(Value::Number(value))
    }

    #[test]
    fn a_value_is_stale_once_another_has_replaced_it() {
        let read = || Some(Call::Read);
        let write = |value| Some(write(value));
        let replaced = [(1, write(1), 0), (1, None, 0), (1, write(2), 0), (1, None, 0), (2, read(), 0), (2, None, 1)];
        assert!(last_is_stale(&replaced));
        let fresh = [(1, write(1), 0), (1, None, 0), (1, write(2), 0), (1, None, 0), (2, read(), 0), (2, None, 2)];
        assert!(!last_is_stale(&fresh));
        let initial = [(1, write(1), 0), (1, None, 0), (2, read(), 0), (2, None, 0)];
        assert!(last_is_stale(&initial), "what was there before any write");
        // The write that replaces it has not ended when the read begins.
        let beside = [(1, write(1), 0), (1, None, 0), (1, write(2), 0), (2, read(), 0), (1, None, 0), (2, None, 1)];
        assert!(!last_is_stale(&beside));
        // Of two writes at one time either may be the last.
        let rivals = [(1, write(1), 0), (3, write(2), 0), (1, None, 0), (3, None, 0), (2, read(), 0), (2, None, 1)];
        assert!(!last_is_stale(&rivals));
        // What nobody wrote is not stale, but wrong.
        let unheard = [(1, write(1), 0), (1, None, 0), (2, read(), 0), (2, None, 7)];
        assert!(!last_is_stale(&unheard));
        // A write is not stale.
        assert!(!last_is_stale(&[(1, write(1), 0), (1, None, 0), (2, write(2), 0), (2, None, 0)]));
    }
}
