//! What a command tells the panels that it has changed.

use consistory_kernel::{MS, ProcessId};
use consistory_session::{Command, EditCommand, Session, Topics, open_scenario};

/// A story whose lines fall between events: the first is an election time-out, after 150 ms at the earliest.
fn story() -> Box<dyn Session> {
    let text = "protocol raft\nat 10ms say one\nat 30ms say two\nat 30ms say three\nat 200ms say four\nrun 300ms";
    open_scenario(text).expect("a scenario").session
}

/// Where the cursor goes, and whether a panel that shows the narration is told.
fn check(session: &mut dyn Session, command: &Command, expect: bool) {
    let (before, steps) = (session.now(), session.step());
    let topics = session.apply(command.clone()).expect("a valid command");
    assert_eq!(session.step(), steps, "no event may hide what the narration tells");
    assert_eq!(topics.has(Topics::FEED), expect, "{command:?} at {before}");
    assert!(!topics.has(Topics::SCENE), "{command:?} at {before}: no card has changed");
}

#[test]
fn narration_between_two_events_is_told() {
    let mut session = story();
    for (to, expect) in
        [(9_999, false), (10_000, true), (10_001, false), (29_999, false), (31_000, true), (90_000, false)]
    {
        check(&mut *session, &Command::Advance { to }, expect);
    }
    for (to, expect) in [(30_000, false), (29_999, true), (40_000, true), (40_000, false), (0, true), (9_000, false)] {
        check(&mut *session, &Command::Seek { to }, expect);
    }
}

/// The rest of the story is that of another run.
#[test]
fn a_branch_tells_no_narration_after_its_beginning() {
    let mut session = story();
    session.apply(Command::Seek { to: 20 * MS }).expect("a time of the run");
    session.apply(Command::Edit(EditCommand::Pause(ProcessId(0)))).expect("it is up");
    assert_eq!(session.story().lines.len(), 1);
    check(&mut *session, &Command::Advance { to: 40 * MS }, false);
    check(&mut *session, &Command::Seek { to: 20 * MS }, false);
    let topics = session.apply(Command::SwitchBranch { branch: 0 }).expect("the first branch");
    assert!(topics.has(Topics::FEED));
    assert_eq!(session.story().lines.len(), 4);
}

/// Other branches may have left earlier or later.
#[test]
fn a_branch_has_the_narration_up_to_where_its_run_parted_from_the_first() {
    let mut session = story();
    let mut lines_after_an_edit = |branch: u32, at| {
        session.apply(Command::SwitchBranch { branch }).expect("a branch");
        session.apply(Command::Seek { to: 300 * MS }).expect("a time of the run");
        session.apply(Command::Seek { to: at }).expect("a time of the run");
        session.apply(Command::Edit(EditCommand::Pause(ProcessId(0)))).expect("it is up");
        session.story().lines.len()
    };
    assert_eq!(lines_after_an_edit(0, 20 * MS), 1);
    assert_eq!(lines_after_an_edit(0, 250 * MS), 4);
    assert_eq!(lines_after_an_edit(0, 100 * MS), 3);
    // A branch of the first branch.
    assert_eq!(lines_after_an_edit(1, 100 * MS), 1);
}
