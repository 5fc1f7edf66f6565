//! How messages travel: latency, loss, duplication, bandwidth, cut links, partitions.

use crate::bench::{Bench, id, letter};
use crate::sketch::probe::{self, Order};
use consistory_kernel::{Edit, Fate, Latency, MS, StepKind};

fn bench(nodes: u16) -> Bench {
    Bench::new(&probe::setup(nodes, 1))
}

/// Sends that many letters at once.
fn flood(count: usize) -> Order {
    Order::Several(vec![letter(1, 1); count])
}

#[test]
fn a_constant_latency_is_exact() {
    let mut bench = bench(2);
    bench.run_to(3 * MS);
    bench.order(0, letter(1, 1));
    let flight = bench.flight(1);
    assert_eq!((flight.sent_at, flight.departed_at, flight.arrives_at), (3 * MS, 3 * MS, 13 * MS));
    assert_eq!((flight.from, flight.to, flight.fate), (id(0), id(1), Fate::Travelling));
    bench.run_to(13 * MS - 1);
    assert_eq!(bench.letters(1), []);
    bench.run_to(13 * MS);
    assert_eq!(bench.letters(1), [(13 * MS, 1)]);
}

#[test]
fn a_link_can_have_a_latency_of_its_own_in_one_direction() {
    let mut bench = bench(2);
    bench.apply(&Edit::LinkLatency(id(0), id(1), Latency::Constant(MS)));
    bench.order(0, letter(1, 1));
    bench.order(1, letter(0, 2));
    bench.run_to(50 * MS);
    assert_eq!(bench.letters(1), [(MS, 1)]);
    assert_eq!(bench.letters(0), [(10 * MS, 2)]);
    bench.apply(&Edit::Latency(Latency::Constant(2 * MS)));
    bench.order(0, letter(1, 3));
    bench.order(1, letter(0, 4));
    bench.run_to(100 * MS);
    assert_eq!(bench.letters(1)[1..], [(51 * MS, 3)]);
    assert_eq!(bench.letters(0)[1..], [(52 * MS, 4)]);
}

#[test]
fn loss_has_its_rate_and_is_recorded_half_way() {
    let mut bench = bench(2);
    bench.invoke(0, flood(10_000));
    bench.apply(&Edit::Loss(200_000));
    bench.run_to(0);
    let answers = bench.world.counters();
    bench.run_to(5 * MS);
    let lost = bench.world.counters().dropped - answers.dropped;
    assert!((1_850..2_150).contains(&lost), "{lost} of 10000 at 20 %");
    bench.run_to(MS * 100);
    assert_eq!(bench.letters(1).len() as u64, 10_000 - lost);
    let recorded = bench.journal.steps().iter().filter(|step| step.kind == StepKind::Lose);
    assert_eq!(recorded.clone().count() as u64, bench.world.counters().dropped);
    assert!(recorded.filter(|step| step.peer == id(0)).all(|step| step.time == 5 * MS));
}

#[test]
fn a_duplicate_is_a_message_of_its_own_that_arrives() {
    let mut bench = bench(2);
    bench.apply(&Edit::Latency(Latency::Uniform(10 * MS, 30 * MS)));
    bench.invoke(0, flood(5_000));
    bench.apply(&Edit::Duplication(300_000));
    bench.run_to(0);
    let peers = || bench.world.flights().filter(|flight| flight.to == id(1));
    let copies: Vec<_> = peers().filter(|flight| flight.copy_of.is_some()).collect();
    assert!((1_350..1_650).contains(&copies.len()), "{} of 5000 at 30 %", copies.len());
    let original = |copy: u32| peers().find(|flight| flight.id.0 == copy).expect("the original is in flight");
    for copy in &copies {
        let of = original(copy.copy_of.expect("it is a copy").0);
        assert!(of.copy_of.is_none() && of.id < copy.id);
    }
    assert!(copies.iter().any(|copy| copy.arrives_at < original(copy.copy_of.expect("it is a copy").0).arrives_at));
    let expected = 5_000 + copies.len();
    assert_eq!(bench.world.counters().messages, 5_000, "copies are not counted as sent");
    bench.run_to(100 * MS);
    assert_eq!(bench.letters(1).len(), expected);
}

#[test]
fn a_cut_stops_one_direction_until_it_is_mended() {
    let mut bench = bench(2);
    bench.apply(&Edit::Cut(id(0), id(1)));
    bench.order(0, letter(1, 1));
    bench.order(1, letter(0, 2));
    assert_eq!(bench.flight(1).fate, Fate::Doomed { at: 5 * MS, wall: true });
    bench.run_to(20 * MS);
    assert_eq!((bench.letters(1), bench.letters(0)), (vec![], vec![(10 * MS, 2)]));
    assert_eq!(bench.world.network().cuts().collect::<Vec<_>>(), [(id(0), id(1))]);
    bench.apply(&Edit::Mend(id(0), id(1)));
    bench.order(0, letter(1, 3));
    bench.run_to(40 * MS);
    assert_eq!(bench.letters(1), [(30 * MS, 3)]);
}

#[test]
fn a_partition_stops_what_is_sent_and_what_is_in_flight() {
    let mut bench = bench(3);
    bench.order(0, letter(1, 1));
    bench.order(0, letter(2, 2));
    bench.run_to(4 * MS);
    bench.apply(&Edit::Partition(vec![vec![id(0), id(1)], vec![id(2)]]));
    bench.order(0, letter(1, 3));
    bench.order(0, letter(2, 4));
    bench.order(2, letter(0, 5));
    bench.run_to(30 * MS);
    assert_eq!(bench.letters(1), [(10 * MS, 1), (14 * MS, 3)], "within a group everything passes");
    assert_eq!(bench.letters(2), [], "the one in flight met the wall, the later one too");
    assert_eq!(bench.letters(0), []);
    let lost: Vec<_> = bench.journal.steps().iter().filter(|step| step.kind == StepKind::Lose).collect();
    assert_eq!(lost.iter().map(|step| step.time).collect::<Vec<_>>(), [9 * MS, 9 * MS, 10 * MS]);
    assert_eq!(bench.world.network().groups().len(), 2);
    bench.apply(&Edit::Heal);
    bench.order(2, letter(0, 6));
    bench.run_to(60 * MS);
    assert_eq!(bench.letters(0), [(40 * MS, 6)]);
}

#[test]
fn a_wall_that_comes_and_goes_while_a_message_travels_does_not_stop_it() {
    let mut bench = bench(2);
    bench.order(0, letter(1, 1));
    bench.run_to(2 * MS);
    bench.apply(&Edit::Partition(vec![vec![id(0)], vec![id(1)]]));
    bench.order(0, letter(1, 2));
    bench.run_to(4 * MS);
    bench.apply(&Edit::Heal);
    bench.run_to(50 * MS);
    assert_eq!(bench.letters(1), [(10 * MS, 1)], "what was sent into the wall is lost all the same");
}

#[test]
fn healing_mends_cuts_too() {
    let mut bench = bench(2);
    bench.apply(&Edit::Cut(id(0), id(1)));
    bench.apply(&Edit::Heal);
    bench.order(0, letter(1, 1));
    bench.run_to(10 * MS);
    assert_eq!(bench.letters(1).len(), 1);
}

#[test]
fn bandwidth_makes_messages_wait_for_each_other_at_their_sender() {
    let mut setup = probe::setup(3, 1);
    setup.network.bandwidth = 1_000_000;
    let mut bench = Bench::new(&setup);
    let big = |to, tag| Order::Send { to, tag, bytes: 2_000 };
    bench.order(0, Order::Several(vec![big(1, 1), big(2, 2), big(1, 3)]));
    bench.order(1, big(0, 4));
    bench.run_to(100 * MS);
    // 2,000 bytes at a megabyte a second take 2 ms, and the 64 of a request or response 64 µs.
    let frame = 64;
    assert_eq!(bench.letters(1), [(frame + 12 * MS, 1), (frame + 16 * MS, 3)]);
    assert_eq!(bench.letters(2), [(frame + 14 * MS, 2)]);
    // The answer to the client left last; only then the client gave its second order.
    assert_eq!(bench.letters(0), [(frame + 6 * MS + frame + frame + 12 * MS, 4)]);
    bench.run_to(200 * MS);
    bench.order(0, big(1, 5));
    bench.run_to(300 * MS);
    assert_eq!(bench.letters(1)[2].0, 200 * MS + frame + 12 * MS, "an idle sender does not wait");
}
