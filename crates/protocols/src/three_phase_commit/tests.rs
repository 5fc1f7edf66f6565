//! Three-phase commit on the kernel; random crashes and mutants are tested in `crates/lab`.

use super::node::{Part, Report, Stage};
use super::recovery::verdict_of_recovered;
use super::{Config, Directive, MANAGER, ThreePhaseCommit};
use crate::spec::{Names, Picture, Spec};
use crate::stage::scene;
use crate::transaction::Outcome;
use crate::transaction::rehearsal::{Run, writes};
use crate::transaction::view::Shown;
use consistory_kernel::{Edit, Latency, MS, ProcessId};

const RM1: ProcessId = ProcessId(1);
const RM2: ProcessId = ProcessId(2);

/// So many participants, 10 ms apart from each other.
fn run_of(participants: u16) -> Run<ThreePhaseCommit> {
    Run::of(participants + 1, Config::textbook())
}

#[test]
fn five_rounds_cost_what_they_must() {
    for participants in 2..=5 {
        let mut run = run_of(participants);
        run.invoke(&writes(participants));
        run.until(500 * MS);
        let costs = run.costs();
        let count = u32::from(participants);
        assert_eq!((costs.messages, costs.forced, costs.delays), (5 * count, 3 * count + 3, 5));
        let expected = ThreePhaseCommit::formula(&run.world, &costs).expect("it is committed");
        assert_eq!((expected.messages.value, expected.forced.value), (costs.messages, costs.forced));
        assert!(run.world.findings().is_empty());
    }
}

/// The coordinator crashes at any time and stays down: the participants decide without it.
#[test]
fn nobody_waits_for_a_coordinator_that_is_down() {
    let mut outcomes = [0, 0];
    for time in 10..160 {
        let mut run = run_of(2);
        run.invoke("txn write x 1, write y 1");
        run.until(time * MS);
        run.crash(MANAGER);
        run.wait(2_500 * MS);
        let about = format!("tm at {time}");
        run.assert_settled(&about);
        outcomes[usize::from(run.value("x").is_some())] += 1;
        run.apply(&Edit::Restart(MANAGER));
        run.wait(1_000 * MS);
        run.assert_settled(&about);
    }
    assert!(outcomes[0] > 10 && outcomes[1] > 10, "{outcomes:?}");
}

#[test]
fn a_process_may_crash_and_come_back_at_any_time() {
    for crashed in [MANAGER, RM1, RM2] {
        for time in 10..160 {
            for down in [0, 25, 300] {
                let mut run = run_of(2);
                run.invoke("txn write x 1, write y 1");
                run.until(time * MS);
                run.crash(crashed);
                run.wait(down * MS);
                run.apply(&Edit::Restart(crashed));
                run.wait(3_000 * MS);
                run.assert_settled(&format!("{crashed} at {time} for {down}"));
            }
        }
    }
}

/// The orders in which three processes can do something.
const ORDERS: [[ProcessId; 3]; 6] = [
    [MANAGER, RM1, RM2],
    [MANAGER, RM2, RM1],
    [RM1, MANAGER, RM2],
    [RM1, RM2, MANAGER],
    [RM2, MANAGER, RM1],
    [RM2, RM1, MANAGER],
];

/// All crash, in any order, and come back in any order: whatever some have decided, the others find out.
#[test]
fn a_total_failure_ends_when_the_last_to_fail_is_back() {
    for failing in ORDERS {
        for returning in ORDERS {
            for time in (52..140).step_by(4) {
                for gap in [0, 6, 450] {
                    let mut run = run_of(2);
                    run.invoke("txn write x 1, write y 1");
                    run.until(time * MS);
                    for id in failing {
                        run.crash(id);
                        run.wait(gap * MS);
                    }
                    for id in returning {
                        run.apply(&Edit::Restart(id));
                        run.wait(430 * MS);
                    }
                    run.wait(3_000 * MS);
                    run.assert_settled(&format!("{failing:?} {returning:?} at {time}, {gap} apart"));
                }
            }
        }
    }
}

/// Two of three crash and the third goes on; they come back while it is up, or when it has failed itself.
#[test]
fn who_is_left_decides_for_those_who_have_failed() {
    for [first, second, third] in ORDERS {
        for time in (52..140).step_by(4) {
            for gap in [0, 6, 450] {
                let mut run = run_of(2);
                run.invoke("txn write x 1, write y 1");
                run.until(time * MS);
                run.crash(first);
                run.wait(gap * MS);
                run.crash(second);
                run.wait(1_500 * MS);
                let about = format!("{first} and {second} at {time}, {gap} apart");
                assert!(run.is_so("quiet"), "{about}: {third} waits");
                run.crash(third);
                run.apply(&Edit::Restart(first));
                run.apply(&Edit::Restart(second));
                run.wait(700 * MS);
                run.apply(&Edit::Restart(third));
                run.wait(3_000 * MS);
                run.assert_settled(&about);
            }
        }
    }
}

/// A process that has failed, with what others have told it.
fn recovered(own: Report, others: &[(ProcessId, Report)]) -> Part {
    Part {
        stage: own.stage,
        coordinator: own.coordinator,
        up: own.up,
        has_failed: true,
        reports: others.iter().copied().collect(),
        ..Part::working()
    }
}

#[test]
fn the_latest_of_those_who_have_recovered_count() {
    use Stage::{Committable, Uncertain};
    let report = |stage, coordinator, up| Report { stage, coordinator, up };
    let of_tm = report(Committable, MANAGER, 0b111);
    let decides = |own, others: &[(ProcessId, Report)]| verdict_of_recovered(RM1, &recovered(own, others));
    // rm1 took rm2 to be up: it may have gone on.
    assert_eq!(decides(of_tm, &[(MANAGER, of_tm)]), None);
    assert_eq!(decides(of_tm, &[(MANAGER, of_tm), (RM2, of_tm)]), Some(Outcome::Commit));
    // rm2 has obeyed a later coordinator than the others, who had failed before.
    let later = report(Uncertain, RM1, 0b110);
    assert_eq!(decides(of_tm, &[(RM2, later)]), Some(Outcome::Abort));
    // Who has failed last can decide alone.
    assert_eq!(decides(report(Uncertain, RM1, 0b010), &[]), Some(Outcome::Abort));
    assert_eq!(decides(report(Committable, RM1, 0b010), &[]), Some(Outcome::Commit));
}

#[test]
fn time_outs_must_be_longer_than_what_they_wait_for() {
    let mut setup = ThreePhaseCommit::defaults();
    setup.network.latency = Latency::Constant(10 * MS);
    assert!(ThreePhaseCommit::promises(&setup));
    let config = Config::textbook();
    assert!(config.suits(8, &Latency::Uniform(10 * MS, 20 * MS)));
    assert!(!config.suits(8, &Latency::Uniform(10 * MS, 60 * MS)));
    assert!(!config.suits(4, &Latency::Exponential(MS)));
    assert!(!Config { decision_timeout: 200 * MS, ..config }.suits(4, &Latency::Constant(10 * MS)));
}

#[test]
fn a_single_node_commits_alone() {
    let mut run = run_of(0);
    run.invoke("txn write x 1, read x, write y 1");
    run.until(200 * MS);
    run.assert_settled("alone");
    assert_eq!(run.value("x"), Some(1));
    run.crash(MANAGER);
    run.apply(&Edit::Restart(MANAGER));
    run.wait(100 * MS);
    assert_eq!(run.value("x"), Some(1));
}

#[test]
fn cards_show_how_far_they_are() {
    let mut run = run_of(2);
    run.invoke("txn write x 1, read y");
    run.until(68 * MS);
    let scene = scene(&run.world);
    let card = |id: u16| scene.card(ProcessId(id)).expect("a card of every node");
    let labels = |id: u16| {
        let strip = card(id).strip.as_ref().expect("a log of every node");
        strip.cells.iter().map(|cell| cell.label.clone()).collect::<Vec<_>>().concat()
    };
    assert_eq!((labels(0), labels(1)), ("SP".to_owned(), "Y".to_owned()));
    assert_eq!(card(1).role.key, "three-phase-commit.role.uncertain");
    assert_eq!(card(0).dots.map(|dots| (dots.have, dots.quorum)), Some((0, 2)));
    assert_eq!(ThreePhaseCommit::matrix(&run.world).expect("logs").rows.len(), 3);
}

#[test]
fn directives_round_trip() {
    assert_eq!(ThreePhaseCommit::parse_directive("vote", &["no"], Names::plain(4)), Some(Directive::VoteNo));
    assert_eq!(ThreePhaseCommit::parse_directive("vote", &[], Names::plain(4)), None);
    assert_eq!(ThreePhaseCommit::directive_text(&Directive::VoteNo), ("vote", "no".to_owned()));
}
