//! Two instants and two branches side by side: what differs is named, and nothing else is.

use consistory_kernel::{MS, Moment, ProcessId, Time};
use consistory_scene::{Arg, Status, Text};
use consistory_session::compare::{Change, Comparison, Instant, NodeDiff, Operations, diff};
use consistory_session::{Command, Direction, Disk, EditCommand, Session, open_scenario};

/// A leader, and a write that has its answer.
const START: &str = "protocol raft
set nodes=3 clients=1 seed=3
at 0ms timeout n1
await leader within 1s
client c1 via n1 write x 1
run 200ms
";

const LEADER: ProcessId = ProcessId(0);
const FOLLOWER: ProcessId = ProcessId(1);

fn apply(session: &mut dyn Session, command: Command) {
    session.apply(command).expect("the command is valid");
}

fn write(session: &mut dyn Session) {
    let client = ProcessId(3);
    apply(session, Command::Edit(EditCommand::Invoke { client, operation: "write x 2".into(), target: Some(LEADER) }));
}

fn crash(session: &mut dyn Session) {
    apply(session, Command::Edit(EditCommand::Crash(LEADER, Disk::Kept)));
}

/// The run at its end, after its first write.
fn start() -> Box<dyn Session> {
    let mut session = open_scenario(START).expect("it parses").session;
    let to = session.timeline().until;
    apply(&mut *session, Command::Seek { to });
    session
}

/// On the first branch a second write is answered; on the other the leader crashes a little before it is asked. Returns
/// when it crashes.
fn two_branches() -> (Box<dyn Session>, Time) {
    let mut session = start();
    let asked = session.now();
    write(&mut *session);
    apply(&mut *session, Command::Advance { to: asked + 300 * MS });
    let crashed = asked - MS;
    apply(&mut *session, Command::Seek { to: crashed });
    crash(&mut *session);
    write(&mut *session);
    apply(&mut *session, Command::Advance { to: asked + 200 * MS });
    (session, crashed)
}

fn compared(session: &dyn Session) -> Comparison {
    session.compare(0, 1).expect("there are two branches")
}

fn differences(session: &dyn Session, one: Instant, other: Instant) -> Vec<NodeDiff> {
    let states = |at: Instant| session.states(at).expect("it is known");
    diff(&states(one), &states(other))
}

fn of_node(nodes: &[NodeDiff], id: ProcessId) -> &NodeDiff {
    nodes.iter().find(|node| node.id == id).expect("the node differs")
}

#[test]
fn branches_part_where_somebody_did_something_else() {
    let (session, crashed) = two_branches();
    let comparison = compared(&*session);
    assert_eq!(comparison.parts_at, Some(crashed));
    let parting = comparison.other.parting.as_ref().expect("the branch begins with an edit");
    assert_eq!((&parting.text, parting.time), (&Text::key("edit.crash").with("node", Arg::Process(LEADER)), crashed));
    let original = comparison.one.parting.as_ref().expect("the first branch goes on");
    assert_eq!(original.step, parting.step, "so many steps are the same");
    assert!(original.time > crashed);
    assert_ne!(original.text, parting.text);
}

#[test]
fn what_came_of_branches_is_counted_up_to_the_same_time() {
    let (session, crashed) = two_branches();
    let Comparison { one, other, .. } = compared(&*session);
    let end = crashed + 201 * MS;
    assert_eq!((one.end.moment.time, other.end.moment.time), (end, end), "the first branch is known longer");
    assert_eq!((one.end.branch, other.end.branch), (0, 1));
    assert_eq!(one.operations(), Operations { ok: 2, ..Operations::default() });
    assert_eq!(other.operations(), Operations { ok: 1, pending: 1, ..Operations::default() });
    assert!(one.counters.messages > other.counters.messages, "who is down sends nothing");
    assert!(one.counters.bytes > other.counters.bytes);
    let [answered, waiting] = [&one, &other].map(|future| future.unavailable().expect("there are operations"));
    assert!(waiting > answered, "{waiting} µs against {answered} µs");
    assert!(one.turns.iter().chain(&other.turns).all(|turn| turn.time <= end));
    assert!(one.findings.is_empty() && other.findings.is_empty());
}

#[test]
fn what_differs_at_the_common_end_is_named_node_by_node() {
    let (session, _) = two_branches();
    let Comparison { one, other, .. } = compared(&*session);
    let nodes = differences(&*session, one.end, other.end);
    let leader = of_node(&nodes, LEADER);
    assert_eq!(leader.status, Some(Change { one: Some(Status::Up), other: Some(Status::Crashed) }));
    assert_eq!(leader.role, Some(Change { one: Some(Text::key("raft.role.leader")), other: None }));
    assert!(leader.fields.iter().all(|(_, change)| change.other.is_none()), "who is down knows nothing");
    let follower = of_node(&nodes, FOLLOWER);
    assert_eq!(follower.status, None);
    let cell = follower.log.first().expect("the second write reached it on the first branch only");
    assert_eq!(cell.one.as_ref().map(|cell| cell.index), Some(3));
    assert_ne!(cell.one, cell.other);
}

#[test]
fn nothing_differs_between_an_instant_and_itself() {
    let (session, crashed) = two_branches();
    for at in [session.here(), Instant { branch: 0, moment: Moment::after(crashed) }] {
        assert_eq!(differences(&*session, at, at), Vec::new());
    }
    let before = |branch| Instant { branch, moment: Moment::after(crashed - MS) };
    assert_eq!(differences(&*session, before(0), before(1)), Vec::new(), "it is the same past");
    let same = session.compare(1, 1).expect("there is such a branch");
    assert_eq!(same.parts_at, None);
    assert_eq!(same.one, same.other);
}

#[test]
fn an_instant_between_an_event_and_an_edit_of_its_time_can_be_told_from_both() {
    let mut session = start();
    apply(&mut *session, Command::Step(Direction::Forward));
    let before = session.here();
    let known = session.states(before);
    crash(&mut *session);
    let after = session.here();
    assert_eq!((before.moment.time, before.moment.ties + 1), (after.moment.time, after.moment.ties));
    assert_eq!(session.states(before), known);
    let nodes = differences(&*session, before, after);
    assert!(of_node(&nodes, LEADER).status.is_some());
}

#[test]
fn what_does_not_exist_cannot_be_compared() {
    let (session, _) = two_branches();
    assert_eq!(session.compare(0, 2), None);
    assert_eq!(session.compare(u32::MAX, 0), None);
    let until = session.timeline().until;
    for (branch, moment) in [(2, Moment::after(0)), (1, Moment::after(until + 1)), (u32::MAX, Moment::after(Time::MAX))]
    {
        assert_eq!(session.states(Instant { branch, moment }), None, "{branch} {moment:?}");
    }
}

#[test]
fn comparing_leaves_the_run_and_its_cursor_alone() {
    let (session, crashed) = two_branches();
    let facts = || (session.here(), session.digest(), session.timeline());
    let before = facts();
    compared(&*session);
    session.states(Instant { branch: 0, moment: Moment::after(crashed / 2) }).expect("it is known");
    assert_eq!(facts(), before);
}
