//! Multi-Paxos on the kernel; random faults and mutants are tested in `crates/lab`.

use super::log::Command;
use super::node::Node;
use super::{Directive, MultiPaxos};
use crate::kv::Op;
use crate::spec::{ClientOp, Names, Picture, Spec};
use crate::stage::scene;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, Setup, StepId, Time, World};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
const N4: ProcessId = ProcessId(3);
const N5: ProcessId = ProcessId(4);
/// The first clients, after five nodes.
const C1: ProcessId = ProcessId(5);
const C2: ProcessId = ProcessId(6);

/// A run of five nodes that are 10 ms apart, with its journal.
struct Run {
    world: World<MultiPaxos>,
    journal: Journal<MultiPaxos>,
}

impl Run {
    fn new(change: impl Fn(&mut Setup<MultiPaxos>)) -> Self {
        let mut setup = MultiPaxos::defaults();
        setup.network.latency = Latency::Constant(10 * MS);
        change(&mut setup);
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    /// n1 stands at once, and leads from 20 ms on.
    fn led(change: impl Fn(&mut Setup<MultiPaxos>)) -> Self {
        let mut run = Self::new(change);
        run.apply(&Edit::Rearm(N1, 0));
        run.until(100 * MS);
        assert!(run.node(N1).is_leader());
        run
    }

    fn apply(&mut self, edit: &Edit<MultiPaxos>) {
        self.world.apply(edit, &mut self.journal).expect("it can be done now");
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    fn invoke(&mut self, client: ProcessId, at: ProcessId, op: &str) {
        let op = Op::parse(op).expect("an operation");
        self.apply(&Edit::Invoke { client, op, target: Some(at) });
    }

    fn node(&self, id: ProcessId) -> &Node {
        self.world.node(id).expect("it is up")
    }

    fn is_so(&self, condition: &str) -> bool {
        let words: Vec<&str> = condition.split(' ').collect();
        MultiPaxos::condition(&self.world, &words).expect("a condition")
    }

    fn ok(&self) -> u64 {
        self.world.counters().operations_ok
    }
}

/// A log in the scenario language.
fn log(spans: &str) -> Directive {
    let words: Vec<&str> = spans.split(' ').collect();
    MultiPaxos::parse_directive("log", &words, Names::plain(5)).expect("a log")
}

#[test]
fn a_command_is_one_forced_write_at_each_node() {
    let mut run = Run::led(|_| {});
    let before = run.world.counters().forced_writes;
    run.invoke(C1, N1, "write x 1");
    run.until(250 * MS);
    assert_eq!(run.world.counters().forced_writes - before, 5);
    assert_eq!(run.ok(), 1);
    for id in [N1, N2, N3, N4, N5] {
        let values: Vec<String> = run.node(id).store.values().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(values, ["x=1"]);
    }
    assert!(run.is_so("committed 1 everywhere") && run.is_so("logs equal"));
    assert!(MultiPaxos::eventually(&run.world, 15));
    assert_eq!((MultiPaxos::metric(&run.world, 1), MultiPaxos::metric(&run.world, 2)), (vec![1], vec![0]));
    assert_eq!(MultiPaxos::metric(&run.world, 3), [20 * MS], "one round trip from the proposal to the choice");
    assert!(run.world.findings().is_empty());
}

#[test]
fn what_is_chosen_goes_to_disk_with_the_next_forced_write() {
    let mut run = Run::led(|_| {});
    run.invoke(C1, N1, "write x 1");
    run.until(250 * MS);
    run.invoke(C1, N1, "write x 2");
    run.until(350 * MS);
    let on_disk = |run: &Run| run.world.disk(N2).map(|disk| (disk.log.prefix(), disk.log.last()));
    assert_eq!((run.node(N2).applied, on_disk(&run)), (2, Some((1, 2))));
    run.apply(&Edit::Crash(N2, DiskFate::Kept));
    run.apply(&Edit::Restart(N2));
    assert_eq!(run.node(N2).applied, 1);
    let messages = run.world.counters().messages;
    run.until(385 * MS);
    assert_eq!(run.node(N2).applied, 2, "it has accepted the leader's own proposal there");
    // One heartbeat to each of four, and as many replies: nobody had to ask.
    assert_eq!(run.world.counters().messages - messages, 8);
}

/// The paper's example (Paxos Made Simple, §3), with its numbers.
#[test]
fn a_new_leader_adopts_what_is_reported_and_fills_the_gap() {
    let mut run = Run::new(|setup| {
        setup.config.lease = 0;
        for (id, spans) in [
            (N1, "1-134:1* 135-140:1"),
            (N2, "1-134:1* 138-139:1*"),
            (N3, "1-134:1* 135:1 138-139:1"),
            (N4, "1-134:1* 138-140:1"),
            (N5, "1-134:1*"),
        ] {
            setup.directives.push((id, log(spans)));
        }
    });
    run.apply(&Edit::Crash(N1, DiskFate::Kept));
    run.apply(&Edit::Rearm(N2, 0));
    run.until(25 * MS);
    let leading = run.node(N2).leading().expect("n2 leads");
    assert_eq!(leading.flight.keys().copied().collect::<Vec<_>>(), [135, 136, 137, 140]);
    assert_eq!((leading.next, run.node(N2).applied), (141, 134));
    run.until(45 * MS);
    let node = run.node(N2);
    assert_eq!((node.log.prefix(), node.applied), (140, 140));
    let commands: Vec<Command> =
        (135..=140).filter_map(|slot| node.log.proposal(slot)).map(|held| held.command).collect();
    let given = |slot| Command::given(slot, 1);
    assert_eq!(commands, [given(135), Command::NoOp, Command::NoOp, given(138), given(139), given(140)]);
    run.apply(&Edit::Restart(N1));
    run.until(300 * MS);
    assert!(run.is_so("committed 140 everywhere") && run.is_so("logs equal"));
    assert!(run.world.findings().is_empty());
}

/// An old leader's proposal that nobody else has gives way; its ballot does not tell what is chosen.
#[test]
fn a_proposal_of_an_older_ballot_is_not_taken_for_the_chosen_one() {
    let mut run = Run::led(|setup| setup.config.lease = 0);
    run.apply(&Edit::Partition(vec![vec![N1, C1], vec![N2, N3, N4, N5, C2]]));
    run.invoke(C1, N1, "write x 1");
    run.apply(&Edit::Rearm(N2, 0));
    run.until(150 * MS);
    run.invoke(C2, N2, "write x 2");
    run.until(200 * MS);
    assert!(run.is_so("leader n1") && run.is_so("leader n2") && run.ok() == 1);
    let command = |run: &Run, id| run.node(id).log.proposal(1).map(|held| held.command);
    assert_ne!(command(&run, N1), command(&run, N2));
    run.apply(&Edit::Partition(vec![vec![N1, N2, N3, N4, N5], vec![C1]]));
    run.until(300 * MS);
    assert!(run.is_so("not-leader n1") && run.is_so("logs equal"));
    assert_eq!(command(&run, N1), command(&run, N2));
    assert!(run.world.findings().is_empty());
}

#[test]
fn the_window_bounds_what_is_in_flight() {
    let mut run = Run::led(|setup| {
        setup.config.window = 1;
        setup.clients = 3;
    });
    for client in [C1, C2, ProcessId(7)] {
        run.invoke(client, N1, "write x 1");
    }
    run.until(115 * MS);
    let leading = run.node(N1).leading().expect("n1 leads");
    assert_eq!((leading.flight.len(), leading.queue.len()), (1, 2));
    run.until(200 * MS);
    assert_eq!((run.ok(), run.node(N1).log.prefix()), (3, 3));
}

/// A node that has granted a lease does not stand: its own promise would be one of the majority.
#[test]
fn a_grant_postpones_a_candidacy() {
    let mut run = Run::led(|_| {});
    run.apply(&Edit::Crash(N1, DiskFate::Kept));
    run.apply(&Edit::Rearm(N3, 0));
    // The last heartbeat was sent at 70 ms and heard at 80 ms.
    run.until(199 * MS);
    assert!(run.node(N3).eager && run.node(N3).stands().is_none());
    run.until(205 * MS);
    assert!(run.node(N3).stands().is_some());
    run.until(230 * MS);
    assert!(run.node(N3).is_leader());
    run.apply(&Edit::Restart(N1));
    assert!(run.node(N1).bound, "it may have granted a lease before");
}

/// The lease of [`Run::led`] runs until 178 ms: a heartbeat was sent at 70 ms and answered, the next ones are not.
fn cut_off() -> Run {
    let mut run = Run::led(|_| {});
    run.apply(&Edit::Partition(vec![vec![N1, C1], vec![N2, N3, N4, N5]]));
    assert!(run.is_so("leased n1"));
    run
}

/// The timer does not notice that the clock is set.
#[test]
fn a_lease_ends_although_the_clock_is_set_back() {
    let mut run = cut_off();
    run.until(110 * MS);
    run.apply(&Edit::Jump(N1, -50_000));
    run.until(140 * MS);
    run.invoke(C1, N1, "read x");
    run.until(165 * MS);
    assert_eq!(run.ok(), 1, "it still runs");
    run.until(190 * MS);
    assert!(run.node(N1).clock < 178 * MS && !run.is_so("leased n1"));
    run.invoke(C1, N1, "read x");
    run.until(240 * MS);
    assert_eq!(run.ok(), 1, "the read takes its place in the log");
    assert_eq!(run.node(N1).log.last(), 1);
}

/// After a pause the read comes before the timer that ends the lease, and the clock tells.
#[test]
fn a_lease_ends_although_its_timer_is_late() {
    let mut run = cut_off();
    run.apply(&Edit::Pause(N1));
    run.until(140 * MS);
    run.invoke(C1, N1, "read x");
    run.until(210 * MS);
    run.apply(&Edit::Resume(N1));
    run.until(240 * MS);
    assert_eq!(run.ok(), 0, "the read takes its place in the log");
    assert_eq!(run.node(N1).log.last(), 1);
}

#[test]
fn directives_are_read_as_they_are_written() {
    for (keyword, text) in [("log", "1-134:1* 135:2 136-137:- 999:1000"), ("log", "3:-"), ("promised", "7 n5")] {
        let words: Vec<&str> = text.split(' ').collect();
        let directive = MultiPaxos::parse_directive(keyword, &words, Names::plain(5)).expect(text);
        assert_eq!(MultiPaxos::directive_text(&directive), (keyword, text.to_owned()));
    }
    for (keyword, text) in [
        ("log", "0:1"),
        ("log", "1000:1"),
        ("log", "2-1:1"),
        ("log", "1:0"),
        ("log", "1:1 1:2"),
        ("log", "2:1 1:1"),
        ("log", "1"),
        ("log", "1:x"),
        ("log", "1:-*"),
        ("promised", "0 n1"),
        ("promised", "1 n6"),
        ("promised", "1"),
        ("term", "1"),
    ] {
        let words: Vec<&str> = text.split(' ').collect();
        assert_eq!(MultiPaxos::parse_directive(keyword, &words, Names::plain(5)), None, "{keyword} {text}");
    }
}

#[test]
fn a_node_that_is_down_shows_what_its_disk_has() {
    let mut run = Run::new(|setup| {
        setup.directives.push((N2, log("1:1* 3:2")));
        setup.directives.push((N3, log("1:1*")));
    });
    run.apply(&Edit::Crash(N2, DiskFate::Kept));
    run.apply(&Edit::Crash(N3, DiskFate::Lost));
    let scene = scene(&run.world);
    let shown = |id| {
        let strip = scene.card(id).and_then(|card| card.strip.as_ref()).expect("a log of every node");
        strip.cells.iter().map(|cell| (cell.label.as_str(), cell.committed)).collect::<Vec<_>>()
    };
    assert_eq!(shown(N2), [("1", true), ("·", false), ("2", false)]);
    assert_eq!(shown(N3), []);
    let matrix = MultiPaxos::matrix(&run.world).expect("a node has a log");
    assert_eq!((matrix.first, matrix.columns, matrix.rows[1].cells.len()), (1, 3, 3));
    assert_eq!(matrix.rows[1].extra, ["2 n1", "1"]);
}
