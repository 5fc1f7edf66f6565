//! Random small histories: the judges agree with one that tries every order, and with each other.

use crate::brute;
use crate::notation::verdict;
use consistory_checks::{Budget, Call, Case, History, Model, Object, Recorder, Value, Verdict, judge, judge_all};
use proptest::prelude::*;

/// What one process does next: nothing, or an operation on a key; a read says how many of the values it may have seen to skip.
#[derive(Clone, Copy, Debug)]
enum Move {
    Read { key: u8, pick: u8 },
    Write { key: u8 },
    End,
    Lose,
}

fn moves() -> impl Strategy<Value = Vec<(u8, Move)>> {
    let one = prop_oneof![
        4 => (0..2_u8, 0..4_u8).prop_map(|(key, pick)| Move::Read { key, pick }),
        3 => (0..2_u8).prop_map(|key| Move::Write { key }),
        7 => Just(Move::End),
        1 => Just(Move::Lose),
    ];
    proptest::collection::vec((0..3_u8, one), 1..18)
}

/// A history in which every value is written once, and reads see values that are written sometime, or nothing.
fn history(moves: &[(u8, Move)], keys: u8) -> History {
    let mut recorder = Recorder::default();
    let mut written = 0;
    let writes = moves.iter().filter(|(_, one)| matches!(one, Move::Write { .. })).count() as u64;
    let mut picks = [0_u8; 3];
    let mut operations = 0;
    for (process, one) in moves {
        let id = u64::from(*process);
        let waiting = recorder.pending(id).map(|operation| operation.call.clone());
        let key = |key: &u8| Value::Number(i64::from(key % keys));
        let told = match (one, waiting) {
            (Move::Read { key: of, pick }, None) if operations < 7 => {
                operations += 1;
                picks[usize::from(*process)] = *pick;
                recorder.invoke(id, key(of), Call::Read, 0)
            }
            (Move::Write { key: of }, None) if operations < 7 => {
                operations += 1;
                written += 1;
                recorder.invoke(id, key(of), Call::Write(Value::Number(written)), 0)
            }
            (Move::End, Some(Call::Read)) => {
                let seen = u64::from(picks[usize::from(*process)]) % (writes + 1);
                let seen = i64::try_from(seen).ok().filter(|seen| *seen > 0);
                recorder.succeed(id, seen.map(Value::Number).unwrap_or_default(), 0)
            }
            (Move::End, Some(_)) => recorder.succeed(id, Value::Nil, 0),
            (Move::Lose, Some(_)) => recorder.lose(id, 0),
            _ => Ok(()),
        };
        told.expect("a process does one thing at a time");
    }
    recorder.history()
}

/// The history with only these operations as they were: other writes happen at any time or never, other reads are gone.
pub(crate) fn relaxed(history: &History, strict: &[usize]) -> History {
    let mut recorder = Recorder::default();
    let operations = history.operations();
    for (place, operation) in operations.iter().enumerate() {
        if !strict.contains(&place) && !operation.only_observes() {
            let told = recorder.invoke(100 + place as u64, operation.key.clone(), operation.call.clone(), 0);
            told.expect("a process of its own");
        }
    }
    let mut turns: Vec<(u32, usize)> = Vec::new();
    for place in strict {
        turns.push((operations[*place].invoked, *place));
        turns.extend(operations[*place].returned().map(|_| (operations[*place].ended, *place)));
    }
    turns.sort_unstable();
    for (position, place) in turns {
        let operation = &operations[place];
        let process = 100 + place as u64;
        let told = if position == operation.invoked {
            recorder.invoke(process, operation.key.clone(), operation.call.clone(), 0)
        } else {
            recorder.succeed(process, operation.returned().cloned().unwrap_or_default(), 0)
        };
        told.expect("a process of its own");
    }
    recorder.history()
}

fn agree(history: &History, model: Model, expected: bool) -> Result<(), TestCaseError> {
    let found = verdict(history, Object::KeyValue, model);
    prop_assert_eq!(found.is_valid(), Some(expected), "{} of {:#?}", model.id(), history);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn judges_agree_with_every_order(moves in moves(), keys in 1..3_u8) {
        let history = history(&moves, keys);
        let case = Case { history: &history, object: Object::KeyValue, initial: &Value::Nil };
        agree(&history, Model::Linearizable, brute::linearizable(case))?;
        agree(&history, Model::Sequential, brute::sequential(case))?;
        agree(&history, Model::Pram, brute::pram(case))?;
        agree(&history, Model::Causal, brute::causal(case))?;
    }

    #[test]
    fn what_satisfies_a_model_satisfies_those_below(moves in moves(), keys in 1..3_u8) {
        let history = history(&moves, keys);
        let verdicts = Model::ALL.map(|model| (model, verdict(&history, Object::KeyValue, model).is_valid()));
        for (strong, holds) in verdicts {
            for (weak, also) in verdicts {
                if strong.is_at_least(weak) && holds == Some(true) {
                    prop_assert_ne!(also, Some(false), "{} but not {} of {:#?}", strong.id(), weak.id(), history);
                }
            }
        }
    }

    #[test]
    fn no_operation_of_a_contradiction_can_be_left_out(moves in moves(), keys in 1..3_u8) {
        let history = history(&moves, keys);
        let Verdict::Invalid { conflict } = verdict(&history, Object::KeyValue, Model::Linearizable) else { return Ok(()) };
        let is_linearizable = |strict: &[usize]| {
            verdict(&relaxed(&history, strict), Object::KeyValue, Model::Linearizable).is_valid()
        };
        prop_assert_eq!(is_linearizable(&conflict), Some(false), "{:?} of {:#?}", &conflict, &history);
        for left_out in &conflict {
            let rest: Vec<usize> = conflict.iter().copied().filter(|place| place != left_out).collect();
            prop_assert_eq!(is_linearizable(&rest), Some(true), "{:?} of {:#?}", &rest, &history);
        }
    }

    #[test]
    fn all_verdicts_are_those_of_each(moves in moves(), keys in 1..3_u8) {
        let history = history(&moves, keys);
        let case = Case { history: &history, object: Object::KeyValue, initial: &Value::Nil };
        for (model, found) in judge_all(case, Budget::default()) {
            let alone = judge(case, model, &mut Budget::default());
            // Convergence alone cannot tell where a write may be late; linearizable says that it need not.
            if alone.is_valid().is_some() {
                prop_assert_eq!(found.is_valid(), alone.is_valid(), "{}", model.id());
            }
        }
    }
}
