//! Why an event came out as it did: the property that it broke, the operation that it ended.

use crate::verdicts::{TWO_LEADERS, history, run};
use consistory_scene::{Arg, OperationState, Text, Why};
use consistory_session::because::why_step;
use consistory_session::{Command, Direction, Session};

/// The claim, and the keys of the facts.
fn told(answer: &Why) -> (&'static str, Vec<&'static str>) {
    (answer.claim.key, answer.facts.iter().map(|fact| fact.key).collect())
}

/// What is said of the event that ended each operation, in the order of invocation.
fn of_operations(session: &dyn Session) -> Vec<Why> {
    let ends = history(session).operations.iter().filter_map(|operation| operation.last_step).collect::<Vec<_>>();
    ends.into_iter().flat_map(|step| why_step(session, step)).collect()
}

fn process(text: &Text, name: &str) -> Option<String> {
    let arg = text.args.iter().find(|(known, _)| *known == name);
    arg.and_then(|(_, arg)| if let Arg::Process(id) = arg { Some(id.0.to_string()) } else { None })
}

#[test]
fn a_stale_read_is_told_with_who_answered_and_whom_it_could_not_reach() {
    let session = run(TWO_LEADERS);
    let answers = of_operations(&*session);
    let claims: Vec<&str> = answers.iter().map(|answer| answer.claim.key).collect();
    assert_eq!(claims, ["because.fits", "because.fits", "because.fits", "because.stale"]);
    let (_, facts) = told(&answers[3]);
    // The contradiction, who answered, what it was, the other leader, and what lay between.
    assert_eq!(
        facts,
        ["verdict.although", "because.answered", "because.stands-in", "because.stands-in", "why.cut_off"]
    );
    assert_eq!(process(&answers[3].facts[1], "node").as_deref(), Some("0"), "n1 answered");
    assert_eq!(process(&answers[3].facts[3], "node").as_deref(), Some("2"), "n3 leads as well");
    assert!(answers[3].since.is_some(), "the step that sent the answer");
    // What fits is told with what it follows.
    assert_eq!(told(&answers[0]).1[0], "because.first");
    assert_eq!(told(&answers[2]).1[0], "because.follows");
}

#[test]
fn a_read_beside_the_write_is_not_stale() {
    let text = "protocol primary-backup
set seed=5 reads=anywhere latency=const:10ms
latency n1 -> n2 120ms
at 60ms client c1 write x 1
run 5ms
client c2 via n2 read x
run 100ms
client c2 via n2 read x
run 100ms
";
    let claims =
        |session: &dyn Session| of_operations(session).iter().map(|answer| answer.claim.key).collect::<Vec<_>>();
    assert_eq!(claims(&*run(text)), ["because.fits", "because.fits", "because.stale"], "only the one that began later");
    // Once somebody has read what is stale, whatever comes later is not to blame.
    let later = format!("{text}client c2 via n1 read x\nrun 100ms\n");
    assert_eq!(claims(&*run(&later))[3], "because.spoilt");
    // But whoever reads it again is as stale.
    let again = format!(
        "{text}latency n1 -> n2 400ms\nclient c1 via n1 write x 2\nrun 100ms\nclient c2 via n2 read x\nrun 100ms\n"
    );
    assert_eq!(claims(&*run(&again))[3..], ["because.spoilt", "because.stale"]);
    // The model is of one object: another key is judged by itself.
    let other = format!("{text}client c2 via n1 read y\nrun 100ms\n");
    assert_eq!(claims(&*run(&other))[3], "because.fits");
}

#[test]
fn operations_that_end_without_an_answer_are_told_as_that() {
    let text = "protocol raft
set clients=1 client_give_up=300ms
client c1 write x 1
crash n1
crash n2
crash n3
run 400ms
";
    let answers = of_operations(&*run(text));
    assert_eq!(told(&answers[0]), ("because.unknown", vec![]));
}

#[test]
fn a_broken_property_is_told_with_the_rule_and_what_led_there() {
    let session = run("protocol raft
set nodes=4 seed=3
mutant small-quorum
partition {n1 n2} {n3 n4}
timeout n1
timeout n3
run 100ms
");
    let findings = session.findings();
    let finding = findings.iter().find(|finding| finding.property == "election-safety").expect("two leaders");
    let answers = why_step(&*session, finding.step);
    let answer = answers.first().expect("it is explained");
    assert_eq!((answer.rule.key, answer.source), ("raft.election_safety.says", "§5.2"));
    let (claim, facts) = told(answer);
    assert_eq!(claim, "because.broken");
    assert_eq!(facts[0], "because.rule-off", "the rule that is off is the cause");
    for id in &finding.nodes {
        let of_node = |key: &str| {
            let wanted = Some(id.0.to_string());
            answer.facts.iter().any(|fact| fact.key == key && process(fact, "node") == wanted)
        };
        assert!(of_node("because.stands-in") && of_node("because.last"), "{id:?}: {facts:?}");
    }
    // An event that breaks nothing and ends no operation has nothing to tell.
    assert_eq!(why_step(&*session, consistory_kernel::StepId(finding.step.0 - 1)).len(), 0);
}

#[test]
fn a_jump_past_the_last_event_of_note_stays_where_it_is() {
    let mut session = run("protocol primary-backup\nrun 500ms\n");
    let (now, until) = (session.now(), session.timeline().until);
    let told = session.apply(Command::Jump(Direction::Forward)).expect_err("nothing but heartbeats");
    assert_eq!(told.text.key, "problem.nothing_ahead");
    assert_eq!((session.now(), session.timeline().until), (now, until));
    // Where there is something, the jump leads there although it is not known yet.
    let mut session = run("protocol raft\nrun 10ms\n");
    session.apply(Command::Jump(Direction::Forward)).expect("an election");
    assert!(session.now() > 100_000, "{}", session.now());
}

#[test]
fn an_aborted_transaction_is_shown_as_failed() {
    let session = run("protocol two-phase-commit\nvote rm2 no\nclient c1 via tm txn write x 1, write y 1\nrun 500ms\n");
    let scene = session.scene();
    let operation = scene.clients[0].operations.last().expect("it was asked");
    assert_eq!((operation.state, operation.label.key), (OperationState::Failed, "transaction.aborted"));
    let told = &of_operations(&*session)[0].claim;
    let asked = told.args.iter().find(|(name, _)| *name == "operation").map(|(_, asked)| asked);
    let Some(Arg::Text(asked)) = asked else { panic!("{told:?}") };
    assert_ne!((told.key, asked.key), ("because.failed", "transaction.aborted"), "what was asked, not how it ended");
    assert_eq!(told.key, "because.failed");
}
