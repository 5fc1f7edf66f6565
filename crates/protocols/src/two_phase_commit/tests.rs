//! Two-phase commit on the kernel; random faults and mutants are tested in `crates/lab`.

use super::formula::formula;
use super::node::Node;
use super::{Begin, COORDINATOR, Config, Directive, Presume, TwoPhaseCommit};
use crate::spec::{Names, Picture, Spec};
use crate::stage::scene;
use crate::transaction::rehearsal::{Run, writes};
use consistory_kernel::{Edit, MS, PPM, ProcessId};

const BEGINS: [Begin; 3] = [Begin::Coordinator, Begin::Participant, Begin::Together];
const PRESUMPTIONS: [Presume; 3] = [Presume::Nothing, Presume::Abort, Presume::Commit];

/// So many participants, 10 ms apart from each other.
fn run_of(config: Config, participants: u16) -> Run<TwoPhaseCommit> {
    Run::of(if config.begin == Begin::Together { participants } else { participants + 1 }, config)
}

#[test]
fn costs_are_those_of_the_formulas() {
    for participants in 2..=5 {
        let count = u32::from(participants);
        for begin in BEGINS {
            for presume in PRESUMPTIONS {
                let mut run = run_of(Config { begin, presume, ..Config::textbook() }, participants);
                run.invoke(&writes(participants));
                run.until(300 * MS);
                let is_collecting = u32::from(presume == Presume::Commit);
                let messages = match begin {
                    Begin::Coordinator => 3 * count,
                    Begin::Participant if presume == Presume::Commit => 3 * count + 1,
                    Begin::Participant => 3 * count - 1,
                    Begin::Together => 3 * count - 3,
                };
                let learned = if begin == Begin::Coordinator && presume != Presume::Commit { count } else { 0 };
                let forced = count + 1 + is_collecting + learned;
                let delays = if begin == Begin::Participant { 4 } else { 3 };
                let costs = run.costs();
                let told = (costs.messages, costs.forced, costs.delays);
                assert_eq!(told, (messages, forced, delays), "{participants} {begin:?} {presume:?}");
                let expected = formula(run.world.config(), run.world.node_count(), &costs).expect("it is committed");
                let expected = (expected.messages.value, expected.forced.value, expected.delays.value);
                assert_eq!(expected, (messages, forced, u32::from(delays)), "{participants} {begin:?} {presume:?}");
                assert!(run.world.findings().is_empty());
            }
        }
    }
}

#[test]
fn read_only_participants_cost_what_the_formulas_say() {
    let ops = ["txn read x, write y 1, read z", "txn write x 1, read y, read z", "txn read x, read y, read z"];
    for op in ops {
        for begin in BEGINS {
            for presume in PRESUMPTIONS {
                let mut run = run_of(Config { begin, presume, read_only: true, ..Config::textbook() }, 3);
                run.invoke(op);
                run.until(300 * MS);
                let costs = run.costs();
                let expected = formula(run.world.config(), run.world.node_count(), &costs).expect("it is committed");
                let told = (costs.messages, costs.forced, u32::from(costs.delays));
                let expected = (expected.messages.value, expected.forced.value, expected.delays.value);
                assert_eq!(told, expected, "{op} {begin:?} {presume:?}");
                assert!(run.is_so("quiet") && run.world.findings().is_empty());
            }
        }
    }
}

/// One node crashes at any time and comes back: the transaction takes effect everywhere or nowhere, and ends.
#[test]
fn a_crash_at_any_time_leaves_all_or_nothing() {
    let configs = BEGINS.iter().flat_map(|begin| PRESUMPTIONS.iter().map(move |presume| (*begin, *presume)));
    for (place, (begin, presume)) in configs.enumerate() {
        let config = Config {
            begin,
            presume,
            read_only: place % 2 == 0,
            cooperative: place % 3 == 0,
            stagger: 3 * MS,
            ..Config::textbook()
        };
        for crashed in (0..3).map(ProcessId) {
            for time in (10..130).step_by(3) {
                let mut run = run_of(config.clone(), if begin == Begin::Together { 3 } else { 2 });
                run.invoke("txn write x 1, write y 1, read w");
                run.until(time * MS);
                run.crash(crashed);
                run.until((time + 70) * MS);
                run.apply(&Edit::Restart(crashed));
                run.until(4_000 * MS);
                let about = format!("{begin:?} {presume:?} {crashed} at {time}");
                run.assert_settled(&about);
            }
        }
    }
}

#[test]
fn a_request_that_arrives_twice_is_executed_once() {
    for begin in BEGINS {
        let mut setup = TwoPhaseCommit::defaults();
        setup.config.begin = begin;
        setup.network.duplicate = PPM;
        let mut run = Run::new(&setup);
        run.invoke("txn add x 1, add y 1");
        run.until(1_500 * MS);
        assert_eq!((run.value("x"), run.value("y")), (Some(1), Some(1)), "{begin:?}");
        assert!(run.is_so("quiet") && run.world.findings().is_empty());
    }
}

#[test]
fn a_participant_that_must_votes_no() {
    let mut setup = TwoPhaseCommit::defaults();
    setup.directives.push((ProcessId(2), Directive::VoteNo));
    let mut run = Run::new(&setup);
    run.invoke("txn write x 1, write y 1");
    run.until(300 * MS);
    assert!(run.is_so("aborted 1") && !run.is_so("committed 1"));
    run.invoke("txn write x 2, write y 2");
    run.until(600 * MS);
    assert_eq!((run.value("x"), run.value("y")), (Some(2), Some(2)));
}

/// In doubt at rm1, which has lost nothing by its crash: what another transaction wants there waits.
#[test]
fn what_is_in_doubt_is_locked_after_a_restart() {
    let mut run = run_of(Config { lock_timeout: 2_000 * MS, ..Config::textbook() }, 2);
    run.invoke("txn write x 1, write y 1");
    run.until(42 * MS);
    let rm1 = ProcessId(1);
    assert!(run.is_so("in-doubt 2"));
    run.apply(&Edit::Partition(vec![vec![rm1], vec![COORDINATOR, ProcessId(2)]]));
    run.crash(rm1);
    run.apply(&Edit::Restart(rm1));
    assert!(run.is_so("in-doubt rm1") && run.is_so("value x 1"));
    let node: &Node = run.world.node(rm1).expect("it is up");
    assert_eq!(node.site.store.entries().filter(|(_, _, lock)| lock.is_some()).count(), 1);
    run.apply(&Edit::Heal);
    run.until(1_000 * MS);
    assert!(run.is_so("quiet") && run.is_so("value x 1") && run.is_so("value y 1"));
    assert!(run.world.findings().is_empty());
}

#[test]
fn a_single_node_is_everything() {
    let mut run = run_of(Config { begin: Begin::Participant, ..Config::textbook() }, 0);
    run.invoke("txn write x 1, write y 1, read x");
    run.until(200 * MS);
    assert_eq!((run.value("x"), run.value("y")), (Some(1), Some(1)));
    assert!(run.is_so("cost messages 0") && run.is_so("cost delays 0") && run.is_so("quiet"));
}

#[test]
fn cards_show_logs_and_locks() {
    let mut run = run_of(Config::textbook(), 2);
    run.invoke("txn write x 1, read y");
    run.until(42 * MS);
    let scene = scene(&run.world);
    let card = |id: u16| scene.card(ProcessId(id)).expect("a card of every node");
    let labels = |id: u16| {
        let strip = card(id).strip.as_ref().expect("a log of every node");
        strip.cells.iter().map(|cell| (cell.label.clone(), cell.committed)).collect::<Vec<_>>()
    };
    assert_eq!(labels(0), [("S".to_owned(), false)]);
    assert_eq!(labels(1), [("Y".to_owned(), true)]);
    assert_eq!(card(1).fields.len(), 1);
    assert_eq!(card(0).dots.map(|dots| (dots.have, dots.quorum)), Some((0, 2)));
    assert_eq!(TwoPhaseCommit::matrix(&run.world).expect("logs").rows.len(), 3);
}

#[test]
fn names_and_directives() {
    let mut config = Config::textbook();
    let names = |config: &Config| TwoPhaseCommit::names(4, config);
    assert_eq!(names(&config).name(COORDINATOR), "tm");
    config.begin = Begin::Together;
    assert_eq!(names(&config).name(COORDINATOR), "rm1");
    assert_eq!(TwoPhaseCommit::names(1, &Config::textbook()).nodes(), 1);
    assert_eq!(TwoPhaseCommit::parse_directive("vote", &["no"], Names::plain(4)), Some(Directive::VoteNo));
    assert_eq!(TwoPhaseCommit::parse_directive("vote", &["yes"], Names::plain(4)), None);
    assert_eq!(TwoPhaseCommit::directive_text(&Directive::VoteNo), ("vote", "no".to_owned()));
}
