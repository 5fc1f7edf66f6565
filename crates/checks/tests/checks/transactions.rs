//! Transactions of the literature, and what both of their models say of them.

use crate::notation::{check, history, verdict};
use consistory_checks::Object::{self, KeyValue, Transactions};
use consistory_checks::{Action, Budget, Call, Case, History, Model, Recorder, Value, Verdict, judge, judge_all};
use std::collections::BTreeMap;

/// Whether a history is strictly serializable, and whether it is serializable.
#[track_caller]
fn check_both(text: &str, strict: &str, plain: &str) {
    check(Transactions, text, &format!("strict-serializable:{strict} serializable:{plain}"));
}

/// The transactions that contradict each other.
#[track_caller]
fn check_conflict(model: Model, text: &str, expected: &[usize]) {
    match verdict(&history(text, Transactions), Transactions, model) {
        Verdict::Invalid { conflict } => assert_eq!(conflict, expected, "of:\n{text}"),
        other => panic!("{other:?} of:\n{text}"),
    }
}

#[test]
fn models_belong_to_objects() {
    for model in Model::ALL.into_iter().chain(Model::OF_TRANSACTIONS) {
        assert_eq!(Model::of_id(model.id()), Some(model));
    }
    assert_eq!(Model::of(Transactions), Model::OF_TRANSACTIONS);
    assert_eq!(Model::of(KeyValue), Model::ALL);
    assert!(Model::StrictSerializable.is_at_least(Model::Serializable));
    assert!(!Model::Serializable.is_at_least(Model::StrictSerializable));
    let undecided = |object: Object, model: Model| {
        let found = verdict(&History::default(), object, model);
        assert_eq!(found, Verdict::Undecided, "{} of {}", model.id(), object.id());
    };
    undecided(Transactions, Model::Linearizable);
    undecided(KeyValue, Model::Serializable);
}

#[test]
fn a_read_sees_what_its_own_transaction_did() {
    let text = |seen| format!("c1 0..1 txn r:x w:x:1 r:x add:x:2 r:x r:y -> {seen}");
    check_both(&text("[nil,1,3,nil]"), "yes", "yes");
    for seen in ["[nil,nil,3,nil]", "[nil,1,1,nil]", "[1,1,3,nil]", "[nil,1,3]", "[nil,1,3,nil,nil]"] {
        check_both(&text(seen), "no", "no");
    }
}

#[test]
fn numbers_are_added_to_and_nothing_counts_as_0() {
    let text = |seen| format!("c1 0..1 txn add:x:5\nc2 2..3 txn add:x:-2 w:y:1 add:y:1\nc3 4..5 txn r:x r:y -> {seen}");
    check_both(&text("[3,2]"), "yes", "yes");
    check_both(&text("[5,nil]"), "no", "yes");
    check_both(&text("[-2,2]"), "no", "yes");
    check_both(&text("[3,1]"), "no", "no");
    check_both(&text("[5,2]"), "no", "no");
    // What was read after something was added tells what was there before.
    check_both("c1 0..1 txn w:x:7\nc2 2..3 txn add:x:3 r:x -> [10]", "yes", "yes");
    check_both("c1 0..1 txn w:x:7\nc2 2..3 txn add:x:3 r:x -> [3]", "no", "yes");
    check_both("c1 0..1 txn w:x:7\nc2 2..3 txn add:x:3 r:x -> [4]", "no", "no");
    // What is no number cannot be added to.
    check_both("c1 0..1 txn w:x:true\nc2 2..3 txn add:x:1", "no", "yes");
    check_both("c1 0..1 txn w:x:true add:x:1", "no", "no");
    check_both("c1 0..1 txn w:x:true\nc2 2..3 txn w:x:nil\nc3 4..5 txn add:x:1 r:x -> [1]", "yes", "yes");
}

/// Two transactions read the same and both write what follows from it: one of the updates is lost.
#[test]
fn a_lost_update() {
    let text = "
        c1 0..1 txn w:x:10
        c2 2..9 txn r:x w:x:11 -> [10]
        c3 2..9 txn r:x w:x:12 -> [10]";
    check_both(text, "no", "no");
    check_both(&text.replace("12 -> [10]", "12 -> [11]"), "yes", "yes");
    check_conflict(Model::Serializable, text, &[1, 2]);
    check_conflict(Model::StrictSerializable, text, &[1, 2]);
}

/// Snapshot isolation permits it (Berenson et al. 1995): both see the other's key as it was.
#[test]
fn a_write_skew() {
    let text = "
        c1 0..1 txn w:x:1 w:y:1
        c2 2..9 txn r:x r:y w:x:0 -> [1,1]
        c3 2..9 txn r:x r:y w:y:0 -> [1,1]";
    check_both(text, "no", "no");
    check_both(&text.replace("w:y:0 -> [1,1]", "w:y:0 -> [0,1]"), "yes", "yes");
    check_conflict(Model::Serializable, text, &[1, 2]);
}

#[test]
fn a_dirty_read_of_what_was_aborted() {
    let text = |end| format!("c1 0..3 txn w:x:1 -> {end}\nc2 1..2 txn r:x -> [1]");
    check_both(&text("[]"), "yes", "yes");
    check_both(&text("aborted"), "no", "no");
    check_conflict(Model::Serializable, &text("aborted"), &[0]);
}

/// What the writer overwrote itself was never committed (Adya's intermediate read, G1b).
#[test]
fn an_intermediate_read() {
    check_both("c1 0..3 txn w:x:1 w:x:2\nc2 1..2 txn r:x -> [1]", "no", "no");
    check_both("c1 0..3 txn w:x:1 w:x:2\nc2 1..2 txn r:x -> [2]", "yes", "yes");
}

/// Half of a transaction is seen.
#[test]
fn a_fractured_read() {
    let text = |seen| format!("c1 0..9 txn w:x:1 w:y:1\nc2 1..2 txn r:x r:y -> {seen}");
    check_both(&text("[1,1]"), "yes", "yes");
    check_both(&text("[nil,nil]"), "yes", "yes");
    check_both(&text("[1,nil]"), "no", "no");
    // Whenever the other took effect.
    check_conflict(Model::Serializable, &text("[1,nil]"), &[1]);
}

/// Two readers disagree on which of two writers came first.
#[test]
fn a_long_fork() {
    let text = "
        c1 0..9 txn w:x:1
        c2 0..9 txn w:y:1
        c3 1..2 txn r:x r:y -> [1,nil]
        c4 1..2 txn r:x r:y -> [nil,1]";
    check_both(text, "no", "no");
    check_both(&text.replace("[nil,1]", "[1,1]"), "yes", "yes");
    check_conflict(Model::Serializable, text, &[2, 3]);
}

#[test]
fn a_stale_read_is_serializable_and_not_strictly() {
    let text = "
        c1 0..1 txn w:x:1
        c2 2..3 txn r:x -> [nil]";
    check_both(text, "no", "yes");
    // Not even a process's own order is asked for.
    check_both(&text.replace("c2", "c1"), "no", "yes");
    check_both(&text.replace("0..1", "0..3"), "yes", "yes");
    check_conflict(Model::StrictSerializable, text, &[0, 1]);
}

/// One sees the later of two writes, and not the one that had ended before that began.
#[test]
fn what_was_committed_later_is_not_seen_alone() {
    let text = "
        c1 0..1 txn w:x:1
        c2 2..3 txn w:y:1
        c3 0..9 txn r:x r:y -> [nil,1]";
    check_both(text, "no", "yes");
    check_both(&text.replace("2..3", "0..3"), "yes", "yes");
    check_conflict(Model::StrictSerializable, text, &[0, 1, 2]);
}

#[test]
fn an_unknown_transaction_happens_late_or_never_but_whole() {
    let text = |first, second| {
        format!("c1 0..? txn w:x:1 w:y:1\nc2 5..6 txn r:x r:y -> {first}\nc2 7..8 txn r:x r:y -> {second}")
    };
    check_both(&text("[nil,nil]", "[nil,nil]"), "yes", "yes");
    check_both(&text("[nil,nil]", "[1,1]"), "yes", "yes");
    check_both(&text("[1,1]", "[nil,nil]"), "no", "yes");
    check_both(&text("[nil,nil]", "[1,nil]"), "no", "no");
    check_conflict(Model::StrictSerializable, &text("[1,1]", "[nil,nil]"), &[1, 2]);
    // It was invoked too late.
    check_both("c2 0..1 txn r:x -> [1]\nc1 2..? txn w:x:1", "no", "yes");
    // What its reads saw is not known, and it may have happened once at most.
    check_both("c1 0..? txn r:x add:x:1\nc2 2..3 txn r:x -> [1]", "yes", "yes");
    check_both("c1 0..? txn r:x add:x:1\nc2 2..3 txn r:x -> [2]", "no", "no");
}

#[test]
fn the_first_values_may_be_given() {
    let history = history("c1 0..1 txn r:x r:y add:x:-5 -> [10,nil]\nc2 2..3 txn r:x -> [5]", Transactions);
    let initial = Value::list([Value::list([Value::text("x"), Value::Number(10)])]);
    let case = Case { history: &history, object: Transactions, initial: &initial };
    for model in Model::OF_TRANSACTIONS {
        assert_eq!(judge(case, model, &mut Budget::default()).is_valid(), Some(true), "{}", model.id());
        assert_eq!(verdict(&history, Transactions, model).is_valid(), Some(false), "{}", model.id());
    }
}

#[test]
fn an_order_explains_what_holds() {
    let text = "
        c1 0..9 txn w:x:1
        c2 1..2 txn r:x -> [nil]
        c3 3..4 txn r:x w:y:1 -> [1]
        c4 5..6 txn r:y -> [1]";
    let history = history(text, Transactions);
    let Verdict::Valid { witness } = verdict(&history, Transactions, Model::StrictSerializable) else {
        panic!("it is strictly serializable");
    };
    assert_eq!(witness.len(), 1);
    assert_eq!((witness[0].process, witness[0].order.as_slice()), (None, [1, 0, 2, 3].as_slice()));
    let initial = Transactions.initial();
    let all = judge_all(Case { history: &history, object: Transactions, initial: &initial }, Budget::default());
    let ids: Vec<&str> = all.iter().map(|(model, _)| model.id()).collect();
    assert_eq!(ids, ["strict-serializable", "serializable"]);
    assert!(all.iter().all(|(_, verdict)| verdict.is_valid() == Some(true)));
}

/// Draws numbers, always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A transaction that is still to be recorded.
struct Planned {
    client: u64,
    span: (u64, u64),
    /// When it takes effect.
    effect: u64,
    actions: Vec<Action>,
    /// What its reads see, unless that is what is there.
    seen: Option<Value>,
}

/// A hundred transactions of ten clients that overlap, each of which takes effect at one instant, in the order of these.
fn planned(seed: u64) -> Vec<Planned> {
    let mut dice = Dice(seed);
    let mut written = 0;
    let mut planned = Vec::new();
    for client in 0..10 {
        let mut free = 0;
        for _ in 0..10 {
            let invoked = free + 1 + dice.below(5);
            let ended = invoked + 10 + dice.below(40);
            let effect = invoked + dice.below(ended - invoked);
            let mut actions = Vec::new();
            for _ in 0..3 {
                let key = Value::Number(i64::try_from(dice.below(8)).expect("it is small"));
                if dice.below(3) == 0 {
                    written += 1;
                    actions.push(Action::Write(key, Value::Number(written)));
                } else {
                    actions.push(Action::Read(key));
                }
            }
            planned.push(Planned { client, span: (invoked, ended), effect, actions, seen: None });
            free = ended;
        }
    }
    planned.sort_by_key(|one| (one.effect, one.client));
    planned
}

/// The history of transactions that take effect in this order.
fn record(planned: &[Planned]) -> History {
    let mut store: BTreeMap<Value, Value> = BTreeMap::new();
    let mut turns: Vec<(u64, u64, Result<Call, Value>)> = Vec::new();
    for Planned { client, span, actions, seen, .. } in planned {
        let mut found = Vec::new();
        for action in actions {
            match action {
                Action::Read(key) => found.push(store.get(key).cloned().unwrap_or_default()),
                Action::Write(key, value) => {
                    store.insert(key.clone(), value.clone());
                }
                Action::Add(..) => panic!("nobody adds here"),
            }
        }
        turns.push((span.0, *client, Ok(Call::Transaction(actions.as_slice().into()))));
        turns.push((span.1, *client, Err(seen.clone().unwrap_or_else(|| Value::list(found)))));
    }
    turns.sort_by_key(|(time, client, _)| (*time, *client));
    let mut recorder = Recorder::default();
    for (time, client, turn) in turns {
        let told = match turn {
            Ok(call) => recorder.invoke(client, Value::Nil, call, time),
            Err(returned) => recorder.succeed(client, returned, time),
        };
        told.expect("a client does one thing at a time");
    }
    recorder.history()
}

/// The verdicts of both models, with so few places of the search that hardly anything can be tried in vain.
fn judge_quickly(history: &History) -> [Verdict; 2] {
    let initial = Transactions.initial();
    let case = Case { history, object: Transactions, initial: &initial };
    Model::OF_TRANSACTIONS.map(|model| judge(case, model, &mut Budget::of(5_000)))
}

#[test]
fn a_hundred_transactions_of_ten_clients_are_decided_at_once() {
    for seed in 0..8 {
        let [strict, plain] = judge_quickly(&record(&planned(seed)));
        assert_eq!((strict.is_valid(), plain.is_valid()), (Some(true), Some(true)), "seed {seed}");
    }
}

#[test]
fn a_stale_read_among_a_hundred_is_found() {
    for seed in 0..8 {
        let mut planned = planned(seed);
        let written = planned.iter().flat_map(|one| &one.actions).find(|action| matches!(action, Action::Write(..)));
        let actions = vec![Action::Read(written.expect("somebody writes").key().clone())];
        // Long after the others.
        let (span, effect) = ((1_000, 1_001), 1_000);
        planned.push(Planned { client: 20, span, effect, actions, seen: Some(Value::list([Value::Nil])) });
        let [strict, plain] = judge_quickly(&record(&planned));
        let Verdict::Invalid { conflict } = strict else { panic!("{strict:?}, seed {seed}") };
        assert_eq!((conflict.len(), conflict.last()), (2, Some(&100)), "a writer, and who missed it; seed {seed}");
        assert_eq!(plain.is_valid(), Some(true), "seed {seed}");
    }
}

#[test]
fn a_write_skew_among_a_hundred_is_found() {
    let (one, other) = (Value::text("one"), Value::text("other"));
    let skewed = |client: u64, written: &Value| {
        let reads = [Action::Read(one.clone()), Action::Read(other.clone())];
        let actions = reads.into_iter().chain([Action::Write(written.clone(), Value::Number(1))]).collect();
        let seen = Some(Value::list([Value::Nil, Value::Nil]));
        Planned { client, span: (50, 60), effect: 55, actions, seen }
    };
    for seed in 0..8 {
        let mut planned = planned(seed);
        planned.extend([skewed(20, &one), skewed(21, &other)]);
        let history = record(&planned);
        for verdict in judge_quickly(&history) {
            let Verdict::Invalid { conflict } = verdict else { panic!("{verdict:?}, seed {seed}") };
            let processes: Vec<u64> = conflict.iter().map(|place| history.operations()[*place].process).collect();
            assert_eq!(processes, [20, 21], "seed {seed}");
        }
    }
}
