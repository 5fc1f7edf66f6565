//! Statements: every kind of fault and client work can be said, is in the text and the link of the run, and says what is wrong.

use consistory_kernel::MS;
use consistory_session::words::{self, Language};
use consistory_session::{Command, EditCommand, Problem, Session, ViewState, codec, open, open_scenario};

fn say(session: &mut dyn Session, text: &str) -> Result<(), Problem> {
    session.apply(Command::Edit(EditCommand::Statement(text.to_owned()))).map(|_| ())
}

fn run(session: &mut dyn Session, by: u64) {
    let to = session.now() + by;
    session.apply(Command::Advance { to }).expect("time passes");
}

const STATEMENTS: &[&str] = &[
    "slow n2 20ms",
    "slow-disk n3 30ms",
    "jump n1 +200ms",
    "jump n1 -50ms",
    "flap n1 -> n2 up 200ms down 100ms",
    "workload c1 read=6 write=3 cas=1 append=2 keys=2 think=20ms..60ms",
    "workload c2 write=1 every=exp:50ms ask=any count=9",
    "patience c1 retry=100ms give_up=2s",
    "patience c2 retry=never give_up=500ms",
    "crash n4 tear-disk 3",
    "storm faults=4 every=20ms..60ms lasting=40ms..200ms spare=majority",
    "latency n1 -> n3 const:40ms",
    "workload c1 off",
    "storm off",
    "slow n2 0ms",
    "heal all",
];

#[test]
fn what_is_said_is_in_the_text_and_in_the_link() {
    let mut session = open("#/p/raft/start?seed=5").expect("a gallery address").session;
    for statement in STATEMENTS {
        say(&mut *session, statement).expect(statement);
        run(&mut *session, 150 * MS);
    }
    let text = session.scenario_text();
    for statement in STATEMENTS {
        let said = text.lines().filter(|line| line.split_once(' ').is_some_and(|(_, rest)| rest.ends_with(statement)));
        assert_eq!(said.count(), 1, "{statement} in\n{text}");
    }
    let performed = open_scenario(&text).expect("our own text");
    assert_eq!(performed.session.digest(), session.digest());
    let link = session.link(ViewState::default(), codec());
    let opened = open(&link).expect("our own link");
    assert_eq!((opened.session.digest(), opened.notice), (session.digest(), None));
    assert_eq!(opened.session.transcript(), session.transcript());
}

#[test]
fn a_workload_keeps_clients_busy_and_a_storm_is_seen() {
    let mut session = open("#/p/raft/start?seed=5").expect("a gallery address").session;
    run(&mut *session, 1_000 * MS);
    say(&mut *session, "workload c1 write=1 think=10ms").expect("a workload");
    say(&mut *session, "storm faults=10 every=20ms..60ms lasting=40ms..200ms").expect("a storm");
    run(&mut *session, 3_000 * MS);
    assert!(session.turns().len() > 50, "{}", session.turns().len());
    let faults = session.fault_turns();
    let begun = faults.iter().filter(|turn| turn.begins).count();
    assert!(begun >= 3, "the bands tell of a storm's faults: {faults:?}");
}

#[test]
fn both_ways_are_two_edits() {
    let mut session = open("#/p/raft/start?seed=5").expect("a gallery address").session;
    say(&mut *session, "flap n1 -- n2 up 50ms down 50ms").expect("a link");
    assert_eq!((session.scene().cuts.len(), session.scene().flapping.len()), (2, 2));
    run(&mut *session, 60 * MS);
    assert_eq!((session.scene().cuts.len(), session.scene().flapping.len()), (0, 2), "open, and still unreliable");
}

#[test]
fn mistakes_are_placed() {
    let mut session = open("#/p/raft/start?seed=5").expect("a gallery address").session;
    for (text, column, expected) in [
        ("slow n9 20ms", 6, "n1"),
        ("slow n1 much", 9, "duration"),
        ("jump n1 200ms", 9, "sign"),
        ("flap n1 -> n2 up 20ms", 0, "down"),
        ("crash n1 tear-disk 17", 20, "from 1 to 16"),
        ("storm faults=many", 7, "faults=20"),
        ("workload c1 reads=1", 13, "read=6"),
        ("workload c1 read=101", 13, "up to 100"),
        ("patience c1 retry=0ms", 13, "retry=250ms"),
        ("await leader within 1s", 1, "statement"),
    ] {
        let problem = say(&mut *session, text).expect_err(text);
        let sentence = words::sentence(Language::English, &problem.text, &|id| id.to_string());
        assert!(sentence.contains(expected), "{text}: {sentence}");
        if column > 0 {
            assert_eq!(problem.column, Some(column), "{text}: {sentence}");
        }
    }
    let refused = say(&mut *session, "workload c1 keys=2").expect_err("nothing to draw from");
    assert_eq!(refused.text.key, "problem.edit.out_of_range");
}
