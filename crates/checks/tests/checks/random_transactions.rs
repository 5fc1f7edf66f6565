//! Random small histories of transactions: the judges agree with one that tries every order.

use crate::brute;
use crate::notation::verdict;
use crate::random::relaxed;
use consistory_checks::Object::Transactions;
use consistory_checks::{Action, Call, Case, History, Model, Recorder, Value, Verdict};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What the keys hold.
type Store = BTreeMap<Value, Value>;

/// One action, before its key and its value are known.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Read,
    Write,
    Add(i64),
}

/// What one process does next. Transactions see what is there, unless they are isolated badly.
#[derive(Clone, Debug)]
enum Move {
    Begin(Vec<(Deed, u8)>),
    /// It takes effect at its end.
    End,
    /// The same, but it saw what was there when it began.
    EndOnSnapshot,
    /// The same, but it saw anything.
    EndOnNoise(u8),
    /// Its client does not learn whether it took effect.
    Lose(bool),
    /// It did not take effect, unless an abort leaves something behind.
    Abort(bool),
}

fn moves() -> impl Strategy<Value = Vec<(u8, Move)>> {
    let deed = prop_oneof![
        4 => Just(Deed::Read),
        3 => Just(Deed::Write),
        1 => (-1..3_i64).prop_map(Deed::Add),
    ];
    let one = prop_oneof![
        8 => proptest::collection::vec((deed, 0..3_u8), 1..4).prop_map(Move::Begin),
        5 => Just(Move::End),
        2 => Just(Move::EndOnSnapshot),
        1 => (0..9_u8).prop_map(Move::EndOnNoise),
        1 => any::<bool>().prop_map(Move::Lose),
        1 => any::<bool>().prop_map(Move::Abort),
    ];
    proptest::collection::vec((0..3_u8, one), 1..18)
}

/// Performs actions on what is there; what their reads see.
fn run(actions: &[Action], store: &mut Store) -> Vec<Value> {
    let mut seen = Vec::new();
    for action in actions {
        let held = store.get(action.key()).cloned().unwrap_or_default();
        let new = match action {
            Action::Read(_) => {
                seen.push(held);
                continue;
            }
            Action::Write(_, value) => value.clone(),
            Action::Add(_, by) => match held {
                Value::Number(number) => Value::Number(number + by),
                _ => Value::Number(*by),
            },
        };
        store.insert(action.key().clone(), new);
    }
    seen
}

/// A transaction's actions; `values` are so many different ones that are written.
fn actions(deeds: &[(Deed, u8)], keys: u8, values: i64, written: &mut i64) -> Vec<Action> {
    let action = |(deed, key): &(Deed, u8)| {
        let key = Value::Number(i64::from(key % keys));
        match deed {
            Deed::Read => Action::Read(key),
            Deed::Write => {
                *written += 1;
                Action::Write(key, Value::Number(*written % values))
            }
            Deed::Add(by) => Action::Add(key, *by),
        }
    };
    deeds.iter().map(action).collect()
}

/// The history of six transactions at most.
fn history(moves: &[(u8, Move)], keys: u8, values: i64) -> History {
    let mut recorder = Recorder::default();
    let mut store = Store::new();
    let mut open: BTreeMap<u64, (Vec<Action>, Store)> = BTreeMap::new();
    let (mut begun, mut written) = (0, 0);
    for (process, one) in moves {
        let id = u64::from(*process);
        let told = match (one, open.remove(&id)) {
            (Move::Begin(deeds), None) if begun < 6 => {
                begun += 1;
                let actions = actions(deeds, keys, values, &mut written);
                open.insert(id, (actions.clone(), store.clone()));
                recorder.invoke(id, Value::Nil, Call::Transaction(actions.into()), 0)
            }
            (Move::Begin(_), Some(waiting)) => {
                open.insert(id, waiting);
                Ok(())
            }
            (_, None) => Ok(()),
            (Move::End, Some((actions, _))) => recorder.succeed(id, Value::list(run(&actions, &mut store)), 0),
            (Move::EndOnSnapshot, Some((actions, mut snapshot))) => {
                run(&actions, &mut store);
                recorder.succeed(id, Value::list(run(&actions, &mut snapshot)), 0)
            }
            (Move::EndOnNoise(noise), Some((actions, _))) => {
                let seen = run(&actions, &mut store);
                let noise = if *noise == 0 { Value::Nil } else { Value::Number(i64::from(*noise) % values) };
                recorder.succeed(id, Value::list(seen.iter().map(|_| noise.clone())), 0)
            }
            (Move::Lose(happens), Some((actions, _))) => {
                if *happens {
                    run(&actions, &mut store);
                }
                recorder.lose(id, 0)
            }
            (Move::Abort(leaks), Some((actions, _))) => {
                if *leaks {
                    run(&actions, &mut store);
                }
                recorder.fail(id)
            }
        };
        told.expect("a process does one thing at a time");
    }
    recorder.history()
}

/// Nothing is there at first; to transactions nil is an empty list.
fn case(history: &History) -> Case<'_> {
    Case { history, object: Transactions, initial: &Value::Nil }
}

/// How many different values there are: each write has its own, or few.
fn values() -> impl Strategy<Value = i64> {
    prop_oneof![Just(100_i64), Just(3_i64)]
}

fn by_brute_force(history: &History, model: Model) -> bool {
    match model {
        Model::StrictSerializable => brute::strict_serializable(case(history)),
        Model::Serializable => brute::serializable(case(history)),
        other => panic!("{} is not tried here", other.id()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn judges_agree_with_every_order(moves in moves(), keys in 1..4_u8, values in values()) {
        let history = history(&moves, keys, values);
        for model in Model::OF_TRANSACTIONS {
            let found = verdict(&history, Transactions, model);
            let expected = by_brute_force(&history, model);
            prop_assert_eq!(found.is_valid(), Some(expected), "{} of {:#?}", model.id(), &history);
            let Verdict::Valid { witness } = found else { continue };
            prop_assert_eq!(witness.len(), 1);
            let order = &witness[0].order;
            prop_assert!(brute::is_explained_by(case(&history), order), "{:?} of {:#?}", order, &history);
            if model == Model::StrictSerializable {
                prop_assert!(brute::keeps_real_time(case(&history), order), "{:?} of {:#?}", order, &history);
            }
        }
    }

    #[test]
    fn no_transaction_of_a_contradiction_can_be_left_out(moves in moves(), keys in 1..4_u8, values in values()) {
        let history = history(&moves, keys, values);
        for model in Model::OF_TRANSACTIONS {
            let Verdict::Invalid { conflict } = verdict(&history, Transactions, model) else { continue };
            let holds = |strict: &[usize]| by_brute_force(&relaxed(&history, strict), model);
            prop_assert!(!holds(&conflict), "{:?} of {:#?}", &conflict, &history);
            for left_out in &conflict {
                let rest: Vec<usize> = conflict.iter().copied().filter(|place| place != left_out).collect();
                prop_assert!(holds(&rest), "{:?} of {:#?}", &rest, &history);
            }
        }
    }
}
