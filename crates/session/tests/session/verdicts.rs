//! What the clients of a run saw, and what the judges say of it.

use consistory_scene::{Arg, OperationState, Text};
use consistory_session::history::{ClientHistory, FaultKind, Stage};
use consistory_session::verdicts::{Verdicts, judge_clients};
use consistory_session::{Command, Session, open_scenario};

/// The run of a text, at its end.
pub(crate) fn run(text: &str) -> Box<dyn Session> {
    let mut session = open_scenario(text).expect("it parses").session;
    let to = session.timeline().until;
    session.apply(Command::Seek { to }).expect("a time of the run");
    session
}

pub(crate) fn history(session: &dyn Session) -> ClientHistory {
    ClientHistory::of(session.turns(), session.object(), &session.fault_turns())
}

fn failing(verdicts: &Verdicts) -> Vec<&'static str> {
    verdicts.models.iter().filter(|model| model.holds == Some(false)).map(|model| model.id).collect()
}

pub(crate) const TWO_LEADERS: &str = "protocol raft
set nodes=4 clients=3 seed=3
mutant small-quorum
at 0ms timeout n1
await leader within 1s
client c1 via n1 write x 1
run 60ms
partition {n1 n2 c1} {n3 n4 c2 c3}
client c1 write x 2
run 10ms
timeout n3
await leader n3 within 1s
run 50ms
client c3 via n3 write x 3
run 120ms
client c1 read x
run 100ms
heal
run 50ms
";

#[test]
fn what_two_leaders_answer_is_not_linearizable() {
    let session = run(TWO_LEADERS);
    let seen = history(&*session);
    let verdicts = judge_clients(&seen);
    assert_eq!(failing(&verdicts), ["linearizable"]);
    let linearizable = &verdicts.models[0];
    assert_eq!(linearizable.conflict, [1, 2, 3], "its write, the other side's, and the read that misses that");
    let told = linearizable.told.as_ref().expect("a contradiction is told");
    let others = told.args.iter().find(|(name, _)| *name == "others").map(|(_, others)| others);
    let Some(Arg::Text(others)) = others else { panic!("{told:?}") };
    assert_eq!((told.key, others.key), ("verdict.although", "verdict.list"), "the read, and two writes before it");
    let sequential = &verdicts.models[1];
    let [order] = sequential.witnesses.as_slice() else { panic!("{:?}", sequential.witnesses) };
    assert_eq!(order.client, None);
    let mut places = order.order.clone();
    places.sort_unstable();
    assert_eq!(places, (0..seen.history.operations().len()).collect::<Vec<_>>(), "every operation once");
    assert_eq!(verdicts.models[2].witnesses, sequential.witnesses, "what holds because a stronger model does");
    let key = |texts: &[Text]| texts.iter().map(|text| text.key).collect::<Vec<_>>();
    assert_eq!(key(&verdicts.strongest), ["verdict.sequential", "verdict.eventual"]);
    assert_eq!(key(&verdicts.weakest), ["verdict.linearizable"]);
}

#[test]
fn the_rule_that_was_switched_off_makes_the_difference() {
    let session = run(&TWO_LEADERS.replace("mutant small-quorum\n", "").replace("await leader n3 within 1s\n", ""));
    assert_eq!(failing(&judge_clients(&history(&*session))), Vec::<&str>::new());
}

#[test]
fn a_history_ends_at_the_cursor() {
    let mut session = run(TWO_LEADERS);
    let whole = history(&*session);
    assert_eq!(whole.operations.len(), 4);
    assert_eq!(whole.faults.len(), 1);
    assert_eq!((whole.faults[0].kind, whole.faults[0].until.is_some()), (FaultKind::Partition, true));
    let third = whole.operations[2].clone();
    session.apply(Command::Seek { to: third.invoked_at }).expect("a time of the run");
    let part = history(&*session);
    assert_eq!(part.operations.len(), 3);
    assert_eq!(part.operations[2].state, OperationState::Pending);
    assert_eq!((part.operations[2].step, part.operations[2].ended_at), (third.step, None));
    assert_eq!(part.faults[0].until, None, "the network is still divided");
}

#[test]
fn who_does_not_know_how_it_ended_goes_on_as_another_process() {
    let text = "protocol raft
set clients=1 client_give_up=300ms
client c1 write x 1
crash n1
crash n2
crash n3
run 400ms
client c1 read x
run 100ms
";
    let session = run(text);
    let turns = session.turns();
    let told: Vec<(u64, bool)> = turns.iter().map(|turn| (turn.process, turn.stage == Stage::Unknown)).collect();
    assert_eq!(told, [(1, false), (1, true), (2, false)]);
    let seen = history(&*session);
    let states: Vec<OperationState> = seen.operations.iter().map(|operation| operation.state).collect();
    assert_eq!(states, [OperationState::Unknown, OperationState::Pending]);
    assert_eq!(seen.faults.iter().filter(|fault| fault.kind == FaultKind::Crash && fault.until.is_none()).count(), 3);
}
