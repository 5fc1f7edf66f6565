//! Contests: their text, what opens, what moves together, what is done to all, and links.

use crate::decoders::check_words;
use consistory_kernel::{MS, MessageId, ProcessId, Time};
use consistory_scene::Status;
use consistory_session::contest::{Contest, ContestRun, contests, find};
use consistory_session::figures::{Figures, ROWS};
use consistory_session::words::{Language, template};
use consistory_session::{
    Command, Direction, EditCommand, Session, ViewState, codec, link_of_bytes, needs_more, open, open_scenario,
    open_text,
};

const PARTITION: &str = "# A partition.
versus primary-backup acks=0, primary-backup, raft
set nodes=5 clients=2 seed=4
at 100ms workload c1 read=1 write=2 every=80ms
at 600ms partition {n1 c1} {n2 n3 n4 n5 c2}
at 2s heal
run 1s
";

fn opened(text: &str) -> ContestRun {
    ContestRun::of_text(text).unwrap_or_else(|problem| panic!("{problem:?} in\n{text}"))
}

fn say(run: &mut ContestRun, statement: &str) {
    let command = Command::Edit(EditCommand::Statement(statement.to_owned()));
    run.apply(command).unwrap_or_else(|problem| panic!("{statement}: {problem:?}"));
}

fn go(run: &mut ContestRun, command: Command) -> Time {
    run.apply(command).expect("a move");
    let times: Vec<Time> = run.entries().iter().map(|entry| entry.session.borrow().now()).collect();
    assert!(times.iter().all(|time| *time == times[0]), "one clock: {times:?}");
    run.now()
}

#[test]
fn a_text_is_printed_as_it_was_written() {
    assert_eq!(Contest::parse(PARTITION).expect("a contest").print(), PARTITION);
    let loose = "\n#  One.\n#\nversus raft   batch=2 , raft,\n\nset  nodes=3 # three\nset seed=7\ncursor 20ms\n\
        run 50ms\ncrash n1\nat 60ms   partition { n1 n2 }{n3}\nset loss=1%\nrun 40ms\n";
    let tidy = "# One.\n#\nversus raft batch=2, raft\nset nodes=3 seed=7\nat 50ms crash n1\n\
        at 60ms partition {n1 n2} {n3}\nat 60ms set loss=1%\ncursor 20ms\nrun 40ms\n";
    let contest = Contest::parse(loose).expect("a contest");
    assert_eq!(contest.print(), tidy);
    assert_eq!(Contest::parse(tidy).expect("our own text"), contest);
}

#[test]
fn what_is_added_stands_at_its_time() {
    let mut contest = Contest::parse(PARTITION).expect("a contest");
    contest.add(600 * MS, "crash   n2").expect("an act");
    contest.add(5_000 * MS, "heal all").expect("an act");
    let text = contest.print();
    assert!(text.contains("c2}\nat 600ms crash n2\nat 2s heal\nat 5s heal all\n"), "{text}");
    assert!(!text.contains("run"), "the last act is the end: {text}");
    for bad in ["", "run 5s", "at 5ms heal", "await leader within 1s", "dance", "heal\nrun 3s"] {
        check_words(&contest.add(0, bad).expect_err(bad));
    }
    assert_eq!(contest.print(), text);
}

#[test]
fn mistakes_are_placed() {
    for (text, line, column, key) in [
        ("", 1, 1, "problem.contest.no_contestants"),
        ("# only a comment", 1, 1, "problem.contest.no_contestants"),
        ("set nodes=3", 1, 1, "problem.scenario.unexpected"),
        ("versus", 1, 1, "problem.contest.count"),
        ("versus raft", 1, 1, "problem.contest.count"),
        ("versus raft, raft, raft, raft, raft", 1, 1, "problem.contest.count"),
        ("versus , raft, raft", 1, 8, "problem.scenario.unexpected"),
        ("versus raft, chord", 1, 14, "problem.protocol"),
        ("versus raft,chord, raft", 1, 8, "problem.protocol"),
        ("versus raft 3, raft", 1, 13, "problem.scenario.unexpected"),
        ("versus raft acks=1, raft", 1, 18, "problem.parameter.unknown"),
        ("versus raft, raft\nset acks=1", 2, 5, "problem.contest.parameter"),
        ("versus raft, raft\nset nodes=99", 2, 11, "problem.parameter.range"),
        ("versus raft, raft\nset loss=2", 2, 10, "problem.parameter.value"),
        ("versus raft, raft\nmutant vote-twice", 2, 1, "problem.scenario.unexpected"),
        ("versus raft, raft\nawait leader within 1s", 2, 1, "problem.scenario.unexpected"),
        ("versus raft, raft\nexpect leader", 2, 1, "problem.scenario.unexpected"),
        ("versus raft, raft\nsay raft.start.say.boot", 2, 1, "problem.scenario.unexpected"),
        ("versus raft, raft\nversus raft, raft", 2, 1, "problem.scenario.unexpected"),
        ("versus raft, raft\nat 5ms dance n1", 2, 8, "problem.scenario.unexpected"),
        ("versus raft, raft\nat 5ms/2 heal", 2, 10, "problem.contest.ties"),
        ("versus raft, raft\ncursor 5ms/2", 2, 1, "problem.contest.ties"),
        ("versus raft, raft\nat 50ms heal\nat 20ms heal", 3, 9, "problem.scenario.past"),
        ("versus raft, raft\nheal now", 2, 6, "problem.scenario.surplus"),
        ("versus raft, raft\nrun 1ms\nset nodes=3", 3, 11, "problem.parameter.fixed"),
        // What nobody can do.
        ("versus raft, raft\ncrash n9", 2, 7, "problem.scenario.unexpected"),
        ("versus raft, raft\nclient c1 sing", 2, 11, "problem.operation"),
        ("versus raft, raft\nat 5ms restart n1", 2, 8, "problem.edit.is_up"),
    ] {
        let problem = ContestRun::of_text(text).err().unwrap_or_else(|| panic!("{text:?} is accepted"));
        assert_eq!((problem.line, problem.column, problem.text.key), (Some(line), Some(column), key), "{text:?}");
        check_words(&problem);
    }
    let long = format!("versus raft, raft\n{}", "heal\n".repeat(20_000));
    assert_eq!(Contest::parse(&long).expect_err("too long").text.key, "problem.contest.too_long");
}

#[test]
fn who_cannot_do_something_leaves_it_out() {
    let text = "versus raft nodes=5, raft nodes=3, abd
set seed=1
at 10ms crash n5
at 20ms client c1 append x 3
at 30ms pause n1
";
    let run = opened(text);
    let left_out: Vec<usize> = run.entries().iter().map(|entry| entry.left_out).collect();
    assert_eq!(left_out, [0, 1, 1], "no n5; no append");
    assert_eq!(run.entries()[0].contestant.print(), "raft nodes=5");
    assert!(run.scenario_of(1).is_some_and(|text| !text.contains("crash") && text.contains("pause n1")));
    assert!(run.scenario_of(3).is_none());
}

#[test]
fn each_contestant_is_a_run_of_its_own() {
    let mut run = opened(PARTITION);
    go(&mut run, Command::Seek { to: 1_500 * MS });
    for (place, entry) in run.entries().iter().enumerate() {
        let session = entry.session.borrow();
        let alone = open(&session.link(ViewState::default(), codec())).expect("a link of its own");
        assert_eq!((alone.session.digest(), alone.session.now()), (session.digest(), session.now()));
        assert_eq!(alone.notice, None);
        let text = run.scenario_of(place).expect("a contestant");
        assert!(text.starts_with(&format!("protocol {}\nset ", entry.contestant.protocol)), "{text}");
        assert_eq!(open_scenario(&text).expect("our own text").session.digest(), session.digest());
        assert_eq!(session.seed(), 4);
    }
    let [one, other] = [0, 1].map(|place: usize| run.entries()[place].session.borrow().digest());
    assert_ne!(one, other, "acks=0 is another run than the default");
}

#[test]
fn all_runs_move_together() {
    let mut run = opened(PARTITION);
    assert_eq!(run.now(), 0);
    let first = go(&mut run, Command::Step(Direction::Forward));
    let second = go(&mut run, Command::Step(Direction::Forward));
    assert!(0 < first && first < second);
    let digest = run.digest();
    assert_eq!(go(&mut run, Command::Step(Direction::Back)), first);
    assert_eq!(go(&mut run, Command::Step(Direction::Back)), 0);
    assert_eq!(go(&mut run, Command::Step(Direction::Back)), 0);
    assert_eq!(go(&mut run, Command::Seek { to: second }), second);
    assert_eq!(run.digest(), digest);
    assert_eq!(go(&mut run, Command::Advance { to: 599 * MS }), 599 * MS);
    assert_eq!(run.next_event().map(|next| next > 599 * MS), Some(true));
    assert_eq!(go(&mut run, Command::Seek { to: 1_000 * MS }), 1_000 * MS);
    let marks = run.timeline().marks;
    let before = marks.iter().map(|mark| mark.time).filter(|time| *time < 1_000 * MS).max().expect("marks");
    assert_eq!(go(&mut run, Command::Jump(Direction::Back)), before);
    let there = go(&mut run, Command::Jump(Direction::Forward));
    assert!(there > before);
    let partition = marks.iter().find(|mark| mark.time == 600 * MS).expect("it is marked, once for all");
    assert_eq!(marks.iter().filter(|mark| mark.time == 600 * MS && mark.kind == partition.kind).count(), 1);
    assert_eq!(go(&mut run, Command::SeekStep { step: partition.step }), 600 * MS);
    assert!(marks.is_sorted_by_key(|mark| mark.time));
    let feed = run.feed(20, false);
    assert!(!feed.is_empty() && feed.len() <= 20);
    assert!(feed.is_sorted_by_key(|line| core::cmp::Reverse(line.time)));
}

#[test]
fn what_is_done_is_done_to_all_and_the_script_goes_on() {
    let mut run = opened(PARTITION);
    go(&mut run, Command::Seek { to: 300 * MS });
    let before = run.link(ViewState::default(), codec());
    say(&mut run, "crash n2");
    assert_eq!(go(&mut run, Command::Advance { to: 300 * MS }), 300 * MS);
    for entry in run.entries() {
        let scene = entry.session.borrow().scene();
        assert_eq!(scene.card(ProcessId(1)).map(|card| card.status), Some(Status::Crashed));
    }
    let text = run.scenario_text();
    assert!(text.contains("at 300ms crash n2\nat 600ms partition"), "{text}");
    // By hand on one stage, in the names of that run.
    let said = run.statements(2, &EditCommand::Pause(ProcessId(3))).expect("a node has a name");
    assert_eq!(said, ["pause n4"]);
    say(&mut run, &said[0]);
    let link = run.link(ViewState::default(), codec());
    assert!(link.starts_with("#/v/1") && link != before, "{link}");
    let again = open(&link).expect("our own link").session;
    assert_eq!((again.digest(), again.now()), (run.digest(), 300 * MS));
    assert_eq!(again.scenario_text(), run.scenario_text());
    assert_eq!(again.link(ViewState::default(), codec()), link);
    go(&mut run, Command::Advance { to: 700 * MS });
    for entry in run.entries() {
        assert!(!entry.session.borrow().scene().groups.is_empty(), "the partition comes all the same");
    }
}

#[test]
fn what_cannot_be_done_to_all_changes_nothing() {
    let mut run = opened(PARTITION);
    go(&mut run, Command::Seek { to: 300 * MS });
    let (digest, text) = (run.digest(), run.scenario_text());
    let drop = run.statements(2, &EditCommand::Drop(MessageId(0)));
    assert_eq!(drop.expect_err("a message is of one run").text.key, "problem.contest.message");
    for (statement, key) in [
        ("restart n1", "problem.edit.is_up"),
        ("crash n6", "problem.scenario.unexpected"),
        ("run 5s", "problem.scenario.unexpected"),
        ("", "problem.scenario.missing"),
    ] {
        let command = Command::Edit(EditCommand::Statement(statement.to_owned()));
        let problem = run.apply(command).expect_err(statement);
        assert_eq!(problem.text.key, key, "{statement}");
        check_words(&problem);
    }
    assert_eq!((run.digest(), run.scenario_text(), run.now()), (digest, text, 300 * MS));
}

#[test]
fn figures_tell_the_runs_apart() {
    let mut run = opened(PARTITION);
    let until = run.contest().until;
    go(&mut run, Command::Seek { to: until });
    let figures: Vec<Figures> = run.entries().iter().map(|entry| Figures::of(&**entry.session.borrow())).collect();
    for of in &figures {
        assert!(of.messages > 0 && of.bytes > of.messages && of.operations.ok > 0, "{of:?}");
        let (median, most) = of.delays.expect("operations took effect");
        assert!(median <= most && of.latency.is_some() && of.unavailable.is_some());
        assert!(of.violated.is_empty(), "{of:?}");
    }
    // To a primary that waits for nobody it is one way there and one back.
    let mut calm =
        opened("versus primary-backup acks=0, raft\nset latency=const:10ms\nat 600ms client c1 write x 1\nrun 400ms\n");
    go(&mut calm, Command::Seek { to: 1_000 * MS });
    let of = Figures::of(&**calm.entries()[0].session.borrow());
    assert_eq!((of.latency, of.operations.ok), (Some(20 * MS), 1));
    // It waits for nobody, and so misses nobody who is cut off.
    assert_eq!(figures[0].delays.map(|(median, _)| median), Some(0));
    assert!(figures[2].delays.is_some_and(|(median, _)| median >= 2), "there and back: {:?}", figures[2]);
    assert!(ROWS.iter().all(|row| figures.iter().all(|of| (row.value)(of).is_some())));
    let none = opened("versus raft, abd\n");
    let none = Figures::of(&**none.entries()[0].session.borrow());
    assert_eq!((none.delays, none.latency, none.unavailable), (None, None, None));
}

#[test]
fn the_gallery_opens() {
    let mut seen = 0;
    for item in contests() {
        let (_, text) = find(item.id).expect("it is listed");
        let contest = Contest::parse(text).unwrap_or_else(|problem| panic!("{}: {problem:?}", item.id));
        assert_eq!(contest.print(), text, "{} is written as it is printed", item.id);
        let protocols: Vec<&str> = contest.contestants.iter().map(|side| side.protocol.as_str()).collect();
        assert_eq!(protocols, item.protocols);
        for language in [Language::English, Language::Chinese] {
            assert!(template(language, item.title).is_some() && template(language, item.summary).is_some());
        }
        let address = format!("#/vs/{}", item.id);
        assert!(needs_more(&address));
        let mut session = open(&address).unwrap_or_else(|problem| panic!("{address}: {problem:?}")).session;
        assert_eq!(session.link(ViewState::default(), codec()), address);
        let run = session.as_contest().expect("a contest");
        for entry in run.entries() {
            assert!(entry.left_out < contest.script.len(), "{}: somebody does nothing", item.id);
        }
        session.apply(Command::Seek { to: contest.until }).expect("its end");
        let run = session.as_contest().expect("a contest");
        for entry in run.entries() {
            let of = Figures::of(&**entry.session.borrow()).operations;
            assert!(of.ok + of.failed + of.unknown + of.pending > 0, "{}: nobody asks {:?}", item.id, entry.name);
        }
        seen += 1;
    }
    assert!(seen > 0, "the gallery has contests");
}

#[test]
fn an_address_of_the_gallery_stays_short_until_somebody_acts() {
    let mut session = open("#/vs/partition?seed=7&t=250ms").expect("an address").session;
    assert_eq!((session.seed(), session.now()), (7, 250 * MS));
    assert_eq!(session.scenario(), Some("partition"));
    assert_eq!(session.link(ViewState::default(), codec()), "#/vs/partition?seed=7&t=250ms");
    session.apply(Command::Seek { to: 0 }).expect("the start");
    assert_eq!(session.link(ViewState::default(), codec()), "#/vs/partition?seed=7");
    session.apply(Command::Edit(EditCommand::SpreadTimers)).expect("timers");
    assert!(session.link(ViewState::default(), codec()).starts_with("#/v/1"));
    assert!(session.scenario_text().contains("seed=7") && session.scenario_text().contains("at 0ms spread\n"));
    for (address, key) in [
        ("#/vs/no-such", "problem.scenario"),
        ("#/vs/", "problem.link.damaged"),
        ("#/vs/partition?colour=red", "problem.contest.parameter"),
        ("#/vs/partition?nodes=99", "problem.parameter.range"),
        ("#/v", "problem.link.damaged"),
        ("#/v/", "problem.link.damaged"),
        ("#/v/1", "problem.link.damaged"),
        ("#/v/1AAAA", "problem.link.damaged"),
        ("#/v/9AAAA", "problem.link.newer"),
    ] {
        let problem = open(address).err().expect(address);
        assert_eq!((problem.text.key, problem.line), (key, None), "{address}");
        check_words(&problem);
    }
}

#[test]
fn a_text_that_begins_with_versus_is_a_contest() {
    assert!(open_text(PARTITION).expect("a contest").session.as_contest().is_some());
    assert!(open_text("# versus\nprotocol raft\n").expect("a run").session.as_contest().is_none());
    assert!(open_scenario(PARTITION).is_err());
}

#[test]
fn every_released_link_opens() {
    let lines = include_str!("golden-contests.txt").lines().filter(|line| !line.starts_with('%'));
    let texts: Vec<String> = lines
        .map(|link| {
            let session = open(link).unwrap_or_else(|problem| panic!("{link}: {problem:?}")).session;
            session.scenario_text()
        })
        .collect();
    let expected = [
        "versus raft, primary-backup\nset seed=7\nrun 300ms\n",
        "# Golden.\nversus raft, primary-backup acks=1\nset nodes=3 seed=7\nat 20ms client c1 write x 1\n\
            at 200ms crash n1\nat 250ms partition {n1 n2} {n3}\ncursor 260ms\nrun 300ms\n",
    ];
    assert_eq!(texts, expected);
}

#[test]
fn damaged_links_say_so() {
    let link = opened(PARTITION).link(ViewState::default(), codec());
    for length in "#/v/".len()..link.len() {
        if let Err(problem) = open(&link[..length]) {
            check_words(&problem);
        }
    }
    assert_eq!(open(&link[..link.len() - 3]).err().map(|problem| problem.text.key), Some("problem.link.damaged"));
    // A checksum that is right around what is not a contest.
    let hostile: [(&[u8], u8); 6] =
        [(b"", 0), (b"\x05hello", 0), (b"\x02hi!", 0), (b"\xff\xff\xff\xff\x0f", 0), (b"zz", 1), (b"", 2)];
    for (bytes, flag) in hostile {
        let link = link_of_bytes(bytes, flag).replace("#/s/", "#/v/");
        let problem = open(&link).err().unwrap_or_else(|| panic!("{bytes:?} {flag} is accepted"));
        check_words(&problem);
    }
    let long = format!("#/v/1{}", "A".repeat(20_000));
    assert_eq!(open(&long).err().map(|problem| problem.text.key), Some("problem.link.too_long"));
}
