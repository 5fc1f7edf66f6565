//! Paxos Commit on the kernel; random faults and mutants are tested in `crates/lab`.

use super::formula::{formula, two_phase};
use super::roles::{Layout, Roles};
use super::{Begin, Config, Directive, MANAGER, PaxosCommit};
use crate::spec::{Names, Picture, Spec};
use crate::stage::scene;
use crate::transaction::rehearsal::{Run, writes};
use consistory_kernel::{ClientPolicy, Edit, Latency, MS, PPM, ProcessId};

const BEGINS: [Begin; 2] = [Begin::Coordinator, Begin::Participant];
const LAYOUTS: [Layout; 3] = [Layout::Apart, Layout::Leader, Layout::Together];

/// So many RMs, and as many acceptors as F needs, 10 ms apart from each other.
fn run_of(config: Config, rms: u16) -> Run<PaxosCommit> {
    let acceptors = u16::try_from(2 * config.faults + 1).expect("a small number");
    let nodes = match config.layout {
        Layout::Apart => 1 + rms + acceptors,
        Layout::Leader => rms + acceptors,
        Layout::Together => rms,
    };
    Run::of(nodes, config)
}

fn roles(run: &Run<PaxosCommit>) -> Roles {
    run.world.config().roles(run.world.node_count())
}

/// What the paper's figure says, for N RMs and F faults: messages and delays.
fn figure(config: &Config, rms: u32) -> (u32, u32) {
    let faults = config.faults;
    let (usual, faster) = ((rms + 1) * (faults + 3), rms * (2 * faults + 3));
    let orders = match (config.layout, config.begin) {
        (Layout::Together, _) | (Layout::Apart | Layout::Leader, Begin::Coordinator) => 1,
        // One that is alone need not be ordered to prepare.
        (Layout::Apart | Layout::Leader, Begin::Participant) => 2 * u32::from(rms > 1),
    };
    let is_two_phase = faults == 0 && config.layout != Layout::Apart;
    let delays = orders + if config.fast || is_two_phase { 2 } else { 3 };
    match (config.fast, config.layout, config.begin) {
        (_, Layout::Together, _) if rms == 1 => (0, 0),
        (false, Layout::Apart, _) => (usual - 2, delays),
        (false, Layout::Leader, Begin::Participant) => (usual - 4, delays),
        (false, Layout::Leader, Begin::Coordinator) => (usual - 3, delays),
        (false, Layout::Together, _) => (rms * (faults + 3) - 3, delays),
        (true, Layout::Apart, Begin::Participant) => (faster, delays),
        (true, Layout::Apart, Begin::Coordinator) => (faster + faults + 1, delays),
        (true, Layout::Leader, Begin::Participant) => (faster - 1, delays),
        (true, Layout::Leader, Begin::Coordinator) => (faster + faults, delays),
        (true, Layout::Together, _) => ((rms - 1) * (2 * faults + 3), delays),
    }
}

/// Every way to begin, every layout, both variants.
fn configs() -> Vec<Config> {
    let mut configs = Vec::new();
    for begin in BEGINS {
        for layout in LAYOUTS {
            for fast in [false, true] {
                configs.push(Config { begin, layout, fast, ..Config::usual() });
            }
        }
    }
    configs
}

#[test]
fn costs_are_those_of_the_figure() {
    for faults in 0..=2 {
        for config in configs().into_iter().map(|config| Config { faults, ..config }) {
            for rms in 1..=5 {
                if config.layout == Layout::Together && u32::from(rms) < 2 * faults + 1 {
                    continue;
                }
                let mut run = run_of(config.clone(), rms);
                run.invoke(&writes(rms));
                run.until(500 * MS);
                let costs = run.costs();
                let told = (costs.messages, u32::from(costs.delays), costs.forced);
                let (messages, delays) = figure(&config, u32::from(rms));
                let about = format!("{rms} RMs, {config:?}");
                assert_eq!(told, (messages, delays, u32::from(rms) + faults + 1), "{about}");
                let expected = formula(&config, run.world.node_count(), &costs).expect("it is committed");
                let expected = (expected.messages.value, expected.delays.value, expected.forced.value);
                assert_eq!(told, expected, "{about}");
                assert!(run.is_so("quiet") && run.world.findings().is_empty(), "{about}");
            }
        }
    }
}

/// The paper's example (§5): five RMs and one fault cost 17 messages, 20 in the faster variant, 12 in two-phase commit.
#[test]
fn five_resource_managers_cost_what_the_paper_says() {
    for (fast, messages) in [(false, 17), (true, 20)] {
        let mut run = run_of(Config { layout: Layout::Together, fast, ..Config::usual() }, 5);
        run.invoke(&writes(5));
        run.until(500 * MS);
        assert_eq!(run.costs().messages, messages);
        assert_eq!(two_phase(run.world.config(), run.world.node_count(), 5).messages.value, 12);
    }
}

/// Without faults to tolerate, the acceptor on the manager's node is the coordinator of two-phase commit.
#[test]
fn no_faults_is_two_phase_commit() {
    for begin in BEGINS {
        let config = Config { begin, layout: Layout::Leader, faults: 0, ..Config::usual() };
        let mut run = run_of(config.clone(), 4);
        run.invoke(&writes(4));
        run.until(500 * MS);
        let (costs, expected) = (run.costs(), two_phase(&config, run.world.node_count(), 4));
        let told = (costs.messages, costs.forced, u32::from(costs.delays));
        assert_eq!(told, (expected.messages.value, expected.forced.value, expected.delays.value), "{begin:?}");
    }
}

/// One node crashes at any time and comes back: the transaction takes effect everywhere or nowhere, and ends.
#[test]
fn a_crash_at_any_time_leaves_all_or_nothing() {
    for config in configs().into_iter().map(|config| Config { stagger: 3 * MS, ..config }) {
        let rms = if config.layout == Layout::Together { 3 } else { 2 };
        let nodes = run_of(config.clone(), rms).world.node_count();
        for crashed in (0..nodes).map(ProcessId) {
            for time in (10..150).step_by(5) {
                let mut run = run_of(config.clone(), rms);
                run.invoke("txn write x 1, write y 1");
                run.until(time * MS);
                run.crash(crashed);
                run.until((time + 70) * MS);
                run.apply(&Edit::Restart(crashed));
                run.until(4_000 * MS);
                run.assert_settled(&format!("{config:?} {crashed} at {time}"));
            }
        }
    }
}

/// The manager, or any acceptor, crashes at any time and stays down: nobody waits for it.
#[test]
fn nobody_waits_for_one_that_is_down() {
    let mut outcomes = [0, 0];
    for config in configs().into_iter().filter(|config| config.layout != Layout::Together) {
        for crashed in roles(&run_of(config.clone(), 2)).candidates() {
            for time in (10..150).step_by(5) {
                let mut run = run_of(config.clone(), 2);
                run.invoke("txn write x 1, write y 1");
                run.until(time * MS);
                run.crash(crashed);
                run.until(4_000 * MS);
                run.assert_settled(&format!("{config:?} {crashed} at {time}"));
                outcomes[usize::from(run.value("x").is_some())] += 1;
            }
        }
    }
    assert!(outcomes[0] > 20 && outcomes[1] > 200, "{outcomes:?}");
}

/// F acceptors and the manager, at any time, for good.
#[test]
fn nobody_waits_for_two_acceptors_and_the_manager() {
    for time in (35..120).step_by(5) {
        let mut run = run_of(Config { faults: 2, ..Config::usual() }, 2);
        run.invoke("txn write x 1, write y 1");
        run.until(time * MS);
        let acceptors: Vec<ProcessId> = roles(&run).acceptors().take(2).collect();
        for id in acceptors.into_iter().chain([MANAGER]) {
            run.crash(id);
        }
        run.until(5_000 * MS);
        run.assert_settled(&format!("at {time}"));
    }
}

/// With F + 1 acceptors down nobody can tell, until one of them is back.
#[test]
fn a_majority_of_acceptors_is_needed() {
    let mut run = run_of(Config::usual(), 2);
    run.invoke("txn write x 1, write y 1");
    run.until(45 * MS);
    let acceptors: Vec<ProcessId> = roles(&run).acceptors().skip(1).collect();
    for id in &acceptors {
        run.crash(*id);
    }
    run.until(3_000 * MS);
    assert!(run.is_so("blocked rm1") && run.is_so("blocked rm2") && !run.is_so("quiet"));
    run.apply(&Edit::Restart(acceptors[0]));
    run.until(4_500 * MS);
    run.assert_settled("one is back");
    assert_eq!(run.value("x"), Some(1), "the first acceptor had accepted it");
}

/// A manager that restarts executes a repeated request again, unless the first execution can still be committed.
#[test]
fn a_repeated_request_takes_effect_once() {
    for config in configs() {
        for time in (10..130).step_by(3) {
            let mut run = run_of(config.clone(), 3);
            let client = ProcessId(run.world.node_count());
            let policy = ClientPolicy { retry_after: 60 * MS, give_up_after: 3_000 * MS };
            run.apply(&Edit::Patience(client, policy));
            run.invoke("txn add x 1, add y 1");
            run.until(time * MS);
            run.crash(MANAGER);
            run.apply(&Edit::Restart(MANAGER));
            run.until(5_000 * MS);
            let about = format!("{config:?} at {time}");
            run.assert_settled(&about);
            assert!(run.value("x").is_none_or(|value| value == 1), "{about}: {:?}", run.value("x"));
            assert_eq!(run.world.counters().operations_ok, 1, "{about}");
        }
    }
}

#[test]
fn a_request_that_arrives_twice_is_executed_once() {
    for config in configs() {
        let mut setup = PaxosCommit::defaults();
        setup.config = config;
        setup.network.duplicate = PPM;
        let mut run = Run::new(&setup);
        run.invoke("txn add x 1, add y 1");
        run.until(1_500 * MS);
        assert_eq!((run.value("x"), run.value("y")), (Some(1), Some(1)), "{:?}", setup.config);
        assert!(run.is_so("quiet") && run.world.findings().is_empty());
    }
}

#[test]
fn a_resource_manager_that_must_aborts() {
    let mut setup = PaxosCommit::defaults();
    setup.directives.push((ProcessId(2), Directive::VoteNo));
    let mut run = Run::new(&setup);
    run.invoke("txn write x 1, write y 1");
    run.until(300 * MS);
    assert!(run.is_so("aborted 1") && !run.is_so("committed 1"));
    run.invoke("txn write x 2, write y 2");
    run.until(600 * MS);
    assert_eq!((run.value("x"), run.value("y")), (Some(2), Some(2)));
}

/// After the manager is gone, an acceptor leads, and transactions begin with it at once.
#[test]
fn the_next_transaction_begins_with_the_new_leader() {
    let mut run = run_of(Config { begin: Begin::Participant, ..Config::usual() }, 2);
    run.invoke("txn write x 1, write y 1");
    run.until(65 * MS);
    run.crash(MANAGER);
    run.until(1_500 * MS);
    assert!(run.is_so("leader rm1 a1") && run.is_so("value x 1"));
    run.invoke("txn write x 2, write y 2");
    run.until(1_620 * MS);
    assert_eq!((run.value("x"), run.value("y")), (Some(2), Some(2)));
    assert!(run.is_so("quiet") && run.world.findings().is_empty());
}

#[test]
fn every_node_has_a_role_however_few_there_are() {
    for nodes in 1..=PaxosCommit::NODES_MAX {
        for layout in LAYOUTS {
            for faults in 0..=2 {
                let roles = Roles::new(nodes, layout, faults);
                let about = format!("{nodes} {layout:?} {faults}");
                assert!(roles.rm_count() >= 1, "{about}");
                assert_eq!(roles.names().nodes(), nodes, "{about}");
                let mut acceptors: Vec<ProcessId> = roles.acceptors().collect();
                acceptors.dedup();
                assert_eq!(acceptors.len(), usize::from(2 * roles.faults() + 1), "{about}");
                assert!(acceptors.iter().all(|id| id.0 < nodes), "{about}");
                assert_eq!(roles.candidates().len(), roles.candidate_count(), "{about}");
                let is_all =
                    |id: ProcessId| roles.is_acceptor(id) || roles.placement().has(id) || roles.is_candidate(id);
                assert!((0..nodes).map(ProcessId).all(is_all), "{about}");
            }
        }
    }
    let roles = Roles::new(12, Layout::Apart, 2);
    assert_eq!((roles.rm_count(), roles.faults()), (6, 2));
}

#[test]
fn cards_show_instances() {
    let mut run = run_of(Config::usual(), 2);
    run.apply(&Edit::LinkLatency(ProcessId(2), ProcessId(3), Latency::Constant(50 * MS)));
    run.invoke("txn write x 1, read y");
    run.until(52 * MS);
    let scene = scene(&run.world);
    let card = |id: u16| scene.card(ProcessId(id)).expect("a card of every node");
    let labels = |id: u16| {
        let strip = card(id).strip.as_ref().expect("a log of every node");
        strip.cells.iter().map(|cell| (cell.label.clone(), cell.committed)).collect::<Vec<_>>()
    };
    assert_eq!(labels(1), [("P".to_owned(), true)]);
    assert_eq!((labels(3), labels(4)), (Vec::new(), vec![("V".to_owned(), true)]));
    assert_eq!(card(3).dots.map(|dots| (dots.have, dots.quorum)), Some((1, 2)));
    assert_eq!(card(0).dots.map(|dots| (dots.have, dots.quorum)), Some((0, 2)));
    assert_eq!(card(4).fields.len(), 1);
    assert_eq!(PaxosCommit::matrix(&run.world).expect("logs").rows.len(), 6);
}

#[test]
fn names_and_directives() {
    let mut config = Config::usual();
    let name = |config: &Config, id: u16| PaxosCommit::names(7, config).name(ProcessId(id));
    assert_eq!([0, 1, 4].map(|id| name(&config, id)), ["tm", "rm1", "a1"]);
    config.layout = Layout::Leader;
    assert_eq!([0, 1, 5].map(|id| name(&config, id)), ["tm", "rm1", "a1"]);
    config.layout = Layout::Together;
    assert_eq!([0, 6].map(|id| name(&config, id)), ["rm1", "rm7"]);
    assert_eq!(PaxosCommit::parse_directive("vote", &["no"], Names::plain(4)), Some(Directive::VoteNo));
    assert_eq!(PaxosCommit::parse_directive("vote", &["yes"], Names::plain(4)), None);
    assert_eq!(PaxosCommit::directive_text(&Directive::VoteNo), ("vote", "no".to_owned()));
}
