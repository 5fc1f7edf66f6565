//! The timeline by example: where the cursor stands, when a branch begins, and what stays as it was.

use crate::bench::{id, letter};
use crate::sketch::probe::{self, Order, Probe};
use consistory_kernel::{
    BranchId, DiskFate, Edit, EditError, Journal, Latency, MS, MessageAct, Moment, Setup, StepId, Timeline, World,
};

fn crash(node: u16) -> Edit<Probe> {
    Edit::Crash(id(node), DiskFate::Kept)
}

fn invoke(op: Order) -> Edit<Probe> {
    Edit::Invoke { client: id(3), op, target: Some(id(0)) }
}

/// Five letters reach node 1 at 10 ms exactly; then nothing happens any more.
fn ties() -> Timeline<Probe> {
    let mut timeline = Timeline::new(&probe::setup(3, 1)).expect("a setup that can run");
    timeline.edit(invoke(Order::Several((1..=5).map(|tag| letter(1, tag)).collect()))).expect("it is possible");
    timeline.advance(40 * MS);
    timeline
}

fn read(timeline: &Timeline<Probe>) -> usize {
    timeline.world().node(id(1)).expect("it is up").heard.len() - 1
}

#[test]
fn a_moment_counts_the_events_of_its_time() {
    let mut timeline = ties();
    for ties in [3, 0, 5, 4, 1, 2, Moment::ALL, 0] {
        timeline.seek(Moment { time: 10 * MS, ties });
        assert_eq!(read(&timeline), 5.min(ties as usize), "{ties}");
        assert_eq!(timeline.world().time(), 10 * MS);
    }
    timeline.seek(Moment::after(10 * MS - 1));
    assert_eq!((read(&timeline), timeline.next_time()), (0, Some(10 * MS)));
}

#[test]
fn a_moment_at_the_tip_can_be_taken_back() {
    let mut timeline = Timeline::new(&probe::setup(3, 1)).expect("a setup that can run");
    timeline.edit(invoke(Order::Several((1..=5).map(|tag| letter(1, tag)).collect()))).expect("it is possible");
    timeline.advance(10 * MS);
    assert_eq!(read(&timeline), 5);
    timeline.seek(Moment { time: 10 * MS, ties: 2 });
    assert_eq!(read(&timeline), 2);
}

#[test]
fn a_moment_between_ties_that_are_not_simulated_yet_can_be_reached() {
    let mut timeline = Timeline::new(&probe::setup(3, 1)).expect("a setup that can run");
    timeline.edit(invoke(Order::Several((1..=5).map(|tag| letter(1, tag)).collect()))).expect("it is possible");
    timeline.seek(Moment { time: 10 * MS, ties: 2 });
    assert_eq!((read(&timeline), timeline.world().moment()), (2, Moment { time: 10 * MS, ties: 2 }));
    timeline.edit(crash(1)).expect("it is up");
    timeline.advance(20 * MS);
    assert_eq!(timeline.branches().count(), 1);
    assert_eq!(timeline.world().counters().delivered, 4, "request, response, and two letters");
}

#[test]
fn an_edit_between_ties_replays_between_them() {
    let mut timeline = ties();
    timeline.seek(Moment { time: 10 * MS, ties: 2 });
    timeline.edit(crash(1)).expect("it is up");
    timeline.edit(Edit::Restart(id(1))).expect("it is down");
    timeline.advance(50 * MS);
    assert_eq!(read(&timeline), 3);
    let edits: Vec<_> = timeline.edits().map(|(_, moment, edit)| (moment, edit.clone())).collect();
    assert_eq!(edits[1].0, Moment { time: 10 * MS, ties: 2 });
    assert_eq!(edits[2].0, Moment { time: 10 * MS, ties: 3 });
    let mut journal = Journal::off();
    let mut fresh = World::new(&probe::setup(3, 1), &mut journal).expect("a setup that can run");
    for (moment, edit) in edits {
        fresh.run_to(moment, &mut journal);
        fresh.apply(&edit, &mut journal).expect("it is possible");
    }
    fresh.run_to(Moment::after(50 * MS), &mut journal);
    assert_eq!(fresh.digest(), timeline.world().digest());
}

#[test]
fn the_clock_can_stand_anywhere_between_events_and_after_the_last() {
    let mut timeline = ties();
    let steps = timeline.world().steps();
    for time in [30, 5, 20, 39, 40, 11, 1, 25] {
        timeline.seek(Moment::after(time * MS));
        assert_eq!(timeline.world().time(), time * MS);
    }
    assert_eq!(timeline.world().steps(), steps);
    assert_eq!(timeline.tip().time(), 40 * MS, "looking back forgets nothing");
    timeline.edit(crash(2)).expect("it is up");
    assert_eq!((timeline.branches().count(), timeline.world().time()), (1, 25 * MS), "nothing happened after it");
}

#[test]
fn the_start_of_the_run_can_be_reached() {
    let mut timeline = ties();
    for seek in [Moment { time: 0, ties: 0 }, Moment { time: 0, ties: 2 }] {
        timeline.seek(seek);
        assert_eq!((timeline.world().steps(), timeline.world().time()), (StepId(3), 0), "boots are not taken apart");
    }
    timeline.advance(20 * MS);
    timeline.seek_step(StepId(0));
    assert_eq!((timeline.world().steps(), timeline.world().time()), (StepId(3), 0));
    assert!(!timeline.step_back());
}

#[test]
fn stepping_shows_the_time_of_each_step() {
    let mut timeline = ties();
    let last = StepId(timeline.tip().steps().0 - 1);
    timeline.seek_step(last);
    assert_eq!(timeline.world().time(), 10 * MS, "not the time up to which the run is known");
    assert_eq!(timeline.world().steps(), timeline.tip().steps());
    assert!(!timeline.step_forward() || timeline.world().time() > 40 * MS, "the next events are the client's patience");
    timeline.seek_step(last);
    let mut seen = Vec::new();
    while timeline.step_back() {
        seen.push(timeline.world().time());
    }
    assert_eq!(seen, [10, 10, 10, 10, 0, 0, 0, 0].map(|at| at * MS));
    for _ in 0..=last.0 - 3 {
        assert!(timeline.step_forward());
    }
    assert_eq!(timeline.world().time(), 10 * MS);
    timeline.seek_step(StepId(10_000));
    assert_eq!(timeline.world().time(), timeline.tip().time());
}

#[test]
fn acting_in_the_past_grows_a_branch_and_leaves_the_old_one_as_it_was() {
    let setup = Setup { config: 10 * MS, ..probe::setup(3, 1) };
    let mut timeline = Timeline::new(&setup).expect("a setup that can run");
    timeline.advance(300 * MS);
    let old = (timeline.world().digest(), timeline.world().steps());
    timeline.seek(Moment::after(100 * MS));
    let forked = timeline.world().steps();
    timeline.edit(crash(1)).expect("it is up");
    timeline.advance(200 * MS);
    let new = timeline.world().digest();
    let branches: Vec<_> = timeline.branches().collect();
    assert_eq!((branches.len(), timeline.current()), (2, BranchId(1)));
    assert_eq!((branches[1].parent, branches[1].forked_at, branches[1].first), (Some(BranchId(0)), 100 * MS, forked));
    assert_eq!((branches[0].until, branches[1].until), (300 * MS, 200 * MS));
    assert!(timeline.switch(BranchId(0)));
    assert_eq!(timeline.world().time(), 200 * MS);
    assert!(timeline.world().node(id(1)).is_some());
    timeline.seek(Moment::after(300 * MS));
    assert_eq!((timeline.world().digest(), timeline.world().steps()), old);
    assert!(timeline.switch(BranchId(1)));
    assert_eq!((timeline.world().time(), timeline.world().digest()), (200 * MS, new));
    assert!(!timeline.switch(BranchId(2)));
    assert_eq!(timeline.current(), BranchId(1));
}

#[test]
fn a_branch_can_leave_before_the_branch_that_the_cursor_is_on_began() {
    let setup = Setup { config: 10 * MS, ..probe::setup(3, 1) };
    let mut timeline = Timeline::new(&setup).expect("a setup that can run");
    timeline.advance(300 * MS);
    timeline.seek(Moment::after(200 * MS));
    timeline.edit(crash(1)).expect("it is up");
    timeline.advance(300 * MS);
    timeline.seek(Moment::after(100 * MS));
    timeline.edit(crash(2)).expect("it is up");
    timeline.advance(300 * MS);
    let branches: Vec<_> = timeline.branches().collect();
    assert_eq!(branches[2].parent, Some(BranchId(0)), "the step before it belongs to the first branch");
    for time in [250, 150, 50, 299, 0, 300] {
        timeline.seek(Moment::after(time * MS));
        assert_eq!(timeline.world().node(id(2)).is_none(), time >= 100, "{time}");
        assert!(timeline.world().node(id(1)).is_some());
    }
    assert_eq!(timeline.path().len(), 2);
    assert_eq!(timeline.edits().count(), 1);
}

#[test]
fn seeking_before_a_branch_shows_the_clock_of_the_past() {
    let mut timeline = ties();
    timeline.advance(100 * MS);
    timeline.edit(invoke(letter(1, 9))).expect("it is possible");
    timeline.advance(200 * MS);
    timeline.seek(Moment::after(60 * MS));
    timeline.edit(crash(2)).expect("it is up");
    // The branch's first keyframe stands at 60 ms; 30 ms has as many steps before it.
    timeline.seek(Moment::after(30 * MS));
    assert_eq!(timeline.world().time(), 30 * MS);
    assert!(timeline.world().node(id(2)).is_some());
    assert_eq!(timeline.next_time(), Some(60 * MS), "the next thing that happens is the edit");
}

#[test]
fn the_next_time_sees_an_edit_that_was_made_before() {
    let mut timeline = ties();
    timeline.advance(60 * MS);
    timeline.edit(crash(2)).expect("it is up");
    timeline.advance(90 * MS);
    timeline.seek(Moment::after(50 * MS));
    assert_eq!(timeline.next_time(), Some(60 * MS));
    assert!(timeline.step_forward());
    assert!(timeline.world().node(id(2)).is_none());
    timeline.seek(Moment::after(50 * MS));
    timeline.advance(70 * MS);
    assert!(timeline.world().node(id(2)).is_none(), "playing on repeats the edit");
    assert_eq!(timeline.branches().count(), 1);
}

#[test]
fn an_edit_at_the_time_of_an_event_that_it_makes_happen() {
    let mut timeline = Timeline::new(&probe::setup(3, 1)).expect("a setup that can run");
    timeline.edit(invoke(letter(1, 1))).expect("it is possible");
    timeline.advance(5 * MS);
    let act = |act| Edit::NextMessage { from: id(0), to: id(1), kind: None, act };
    timeline.edit(act(MessageAct::Deliver)).expect("it is possible");
    timeline.edit(Edit::Latency(Latency::Constant(0))).expect("it is possible");
    timeline.edit(invoke(letter(1, 2))).expect("it is possible");
    let ties: Vec<_> = timeline.edits().map(|(_, moment, _)| moment.ties).collect();
    assert_eq!(ties, [Moment::ALL, Moment::ALL, 1, 2]);
    timeline.advance(20 * MS);
    let expected = timeline.world().digest();
    assert_eq!(read(&timeline), 2);
    for ties in 0..8 {
        timeline.seek(Moment { time: 5 * MS, ties });
        timeline.advance(20 * MS);
        assert_eq!(timeline.world().digest(), expected, "{ties}");
    }
}

#[test]
fn a_cut_budget_changes_no_seek() {
    let setup = Setup { config: 2 * MS, ..probe::setup(3, 1) };
    let digests = |mut timeline: Timeline<Probe>| {
        timeline.advance(1_000 * MS);
        let times = (0..50_u64).map(|number| number * 7_919 % 1_000);
        let digest = |time| {
            timeline.seek(Moment::after(time * MS));
            (timeline.world().steps(), timeline.world().digest())
        };
        times.map(digest).collect::<Vec<_>>()
    };
    let expected = digests(Timeline::new(&setup).expect("a setup that can run"));
    assert!(expected.iter().max().expect("there are some").0.0 > 1_500);
    for (interval, budget) in [(1, 0), (1, 20_000), (3, 100_000), (0, usize::MAX), (u32::MAX, 0)] {
        assert_eq!(
            digests(Timeline::with_budget(&setup, interval, budget).expect("a setup that can run")),
            expected,
            "{interval} {budget}"
        );
    }
}

#[test]
fn an_operation_refused_at_the_tip_leaves_the_cursor_alone() {
    let mut timeline = ties();
    assert_eq!(timeline.edit(Edit::Restart(id(0))), Err(EditError::IsUp(id(0))));
    assert_eq!(timeline.world().time(), 40 * MS);
    assert_eq!(timeline.edits().count(), 1);
}
