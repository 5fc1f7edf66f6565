//! Scrubbing and acting in the past: nothing is lost, and everything comes back.

use consistory_kernel::{MS, ProcessId};
use consistory_session::{Command, Direction, Disk, EditCommand, Session, Topics, open};

fn start() -> Box<dyn Session> {
    open("#/p/raft/stale-leader").expect("it is in the gallery").session
}

fn apply(session: &mut dyn Session, command: Command) -> Topics {
    session.apply(command).expect("the command is valid")
}

#[test]
fn scrubbing_back_and_forth_is_exact() {
    let mut session = start();
    let mut digests = Vec::new();
    let times: Vec<u64> = (0..40).map(|place| place * 17 * MS).collect();
    for to in times.iter().copied() {
        apply(&mut *session, Command::Seek { to });
        digests.push((session.digest(), session.step()));
    }
    for (to, known) in times.into_iter().zip(digests).rev() {
        apply(&mut *session, Command::Seek { to });
        assert_eq!((session.digest(), session.step()), known, "at {to} µs");
        assert_eq!(session.now(), to);
    }
}

#[test]
fn stepping_back_undoes_a_step() {
    let mut session = start();
    apply(&mut *session, Command::Seek { to: 60 * MS });
    let before = session.digest();
    apply(&mut *session, Command::Step(Direction::Forward));
    assert_ne!(session.digest(), before);
    apply(&mut *session, Command::Step(Direction::Back));
    assert_eq!(session.digest(), before);
}

#[test]
fn acting_in_the_past_grows_a_branch_and_keeps_the_old_one() {
    let mut session = start();
    let until = session.timeline().until;
    apply(&mut *session, Command::Seek { to: until });
    let original = session.digest();
    apply(&mut *session, Command::Seek { to: 200 * MS });
    let topics = apply(&mut *session, Command::Edit(EditCommand::Crash(ProcessId(2), Disk::Kept)));
    assert!(topics.has(Topics::TIMELINE) && topics.has(Topics::SCENE));
    assert_eq!(session.timeline().branches.len(), 2);
    apply(&mut *session, Command::Advance { to: until });
    let changed = session.digest();
    assert_ne!(changed, original);
    apply(&mut *session, Command::SwitchBranch { branch: 0 });
    apply(&mut *session, Command::Seek { to: until });
    assert_eq!(session.digest(), original);
    apply(&mut *session, Command::SwitchBranch { branch: 1 });
    apply(&mut *session, Command::Seek { to: until });
    assert_eq!(session.digest(), changed);
    assert_eq!(session.timeline().branches.iter().filter(|branch| branch.current).count(), 1);
}

#[test]
fn a_refused_command_changes_nothing() {
    let mut session = start();
    apply(&mut *session, Command::Seek { to: 200 * MS });
    let before = (session.digest(), session.timeline().branches.len());
    for edit in [
        EditCommand::Restart(ProcessId(1)),
        EditCommand::Crash(ProcessId(6), Disk::Kept),
        EditCommand::Invoke { client: ProcessId(1), operation: "write x 1".into(), target: None },
        EditCommand::Invoke { client: ProcessId(5), operation: "shout x".into(), target: None },
        EditCommand::Set { name: "loss".into(), value: "200%".into() },
        EditCommand::Set { name: "nodes".into(), value: "3".into() },
    ] {
        assert!(session.apply(Command::Edit(edit.clone())).is_err(), "{edit:?}");
        assert_eq!((session.digest(), session.timeline().branches.len()), before, "{edit:?}");
    }
}

#[test]
fn playing_changes_no_picture_between_events() {
    let mut session = start();
    apply(&mut *session, Command::Seek { to: 50 * MS });
    let next = session.next_event().expect("the run goes on");
    let scene = session.scene();
    let topics = apply(&mut *session, Command::Advance { to: next - 1 });
    assert!(!topics.has(Topics::SCENE));
    assert!(std::rc::Rc::ptr_eq(&scene, &session.scene()));
    let topics = apply(&mut *session, Command::Advance { to: next });
    assert!(topics.has(Topics::SCENE));
}

#[test]
fn notable_events_can_be_visited_in_both_directions() {
    let mut session = start();
    apply(&mut *session, Command::Seek { to: 0 });
    let mut forward = Vec::new();
    for _ in 0..6 {
        apply(&mut *session, Command::Jump(Direction::Forward));
        forward.push(session.step());
    }
    assert!(forward.is_sorted_by(|earlier, later| earlier < later));
    for step in forward.iter().rev().skip(1) {
        apply(&mut *session, Command::Jump(Direction::Back));
        assert_eq!(session.step(), *step);
    }
}
