//! Situations of elections, logs and clients, and why they are as they are.

use super::why::why;
use super::{Directive, Raft};
use crate::kv::Op;
use crate::spec::{ClientOp, Spec};
use crate::words;
use consistory_kernel::{
    DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, StepId, StepKind, StepRecord, Time, World,
};
use consistory_scene::{Arg, Subject, Text, Why};

const N1: ProcessId = ProcessId(0);
const N2: ProcessId = ProcessId(1);
const N3: ProcessId = ProcessId(2);
const N4: ProcessId = ProcessId(3);
const N5: ProcessId = ProcessId(4);
const C1: ProcessId = ProcessId(5);

struct Run {
    world: World<Raft>,
    journal: Journal<Raft>,
}

impl Run {
    /// Five servers, 10 ms apart. For 400 ms nobody stands by itself, and a message has room for one entry.
    fn new(directives: Vec<(ProcessId, Directive)>) -> Self {
        let mut setup = Raft::defaults();
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config.election_timeout = (400 * MS, 800 * MS);
        setup.config.batch = 1;
        setup.directives = directives;
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(&setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    fn with_logs(logs: [&[u32]; 5]) -> Self {
        let directive = |(number, log): (u16, &[u32])| (ProcessId(number), Directive::Log(log.to_vec()));
        Self::new((0..).zip(logs).map(directive).collect())
    }

    fn edit(&mut self, edit: &Edit<Raft>) {
        self.world.apply(edit, &mut self.journal).expect("an edit that can be made");
    }

    fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    /// The answers to a question that has so many.
    fn ask<const COUNT: usize>(&self, subject: Subject) -> [Why; COUNT] {
        why(&self.world, subject).try_into().expect("so many answers")
    }

    fn step(&self, why: &Why) -> &StepRecord {
        why.since.and_then(|step| self.journal.step(step)).expect("a step of the run")
    }
}

/// n1 stands at once, leads term 1 from 20 ms on, and everybody has its no-op.
fn elected() -> Run {
    let mut run = Run::new(Vec::new());
    run.edit(&Edit::Rearm(N1, 0));
    run.until(100 * MS);
    run
}

/// As [`elected`]; then n1 is left with n2 and c1, whose write has become entry 2 on both.
fn divided() -> Run {
    let mut run = elected();
    run.edit(&Edit::Partition(vec![vec![N1, N2, C1], vec![N3, N4, N5]]));
    invoke(&mut run, N1);
    run.until(135 * MS);
    run
}

/// As [`divided`]; then n3 leads term 2 on the other side and has committed its own entry 2.
fn deposed() -> Run {
    let mut run = divided();
    run.edit(&Edit::Rearm(N3, 0));
    run.until(180 * MS);
    run
}

/// Figure 8 (c): entry 2 of term 2 is on n1, n2 and n3, and n1 leads term 3; n5 is down with another entry 2.
fn figure_8() -> Run {
    let mut run = Run::with_logs([&[1, 2], &[1, 2], &[1], &[1], &[1, 3]]);
    run.edit(&Edit::Crash(N5, DiskFate::Kept));
    run.edit(&Edit::Rearm(N1, 0));
    run.until(20 * MS);
    run.edit(&Edit::Cut(N1, N4));
    run.until(60 * MS);
    run.edit(&Edit::Cut(N1, N3));
    run.until(65 * MS);
    run
}

fn invoke(run: &mut Run, target: ProcessId) {
    let op = Op::parse("write x 9").expect("an operation");
    run.edit(&Edit::Invoke { client: C1, op, target: Some(target) });
}

fn keys(why: &Why) -> Vec<&'static str> {
    why.facts.iter().map(|fact| fact.key).collect()
}

/// What the first fact with that key has for a hole.
fn said(why: &Why, key: &str, hole: &str) -> Arg {
    let fact = why.facts.iter().find(|fact| fact.key == key).expect("a fact with that key");
    let arg = fact.args.iter().find(|(name, _)| *name == hole).expect("an argument of that name");
    arg.1.clone()
}

fn number(value: i64) -> Arg {
    Arg::Number(value)
}

fn names(names: &str) -> Arg {
    Arg::Plain(names.to_owned())
}

#[test]
fn a_follower_hears_its_leader_and_could_win() {
    let run = elected();
    let [role, election, term] = run.ask(Subject::Node(N3));
    assert_eq!(role.claim.key, "raft.why.not_leader.follower");
    assert_eq!(keys(&role), ["raft.why.heard", "raft.why.timeout"]);
    assert_eq!(said(&role, "raft.why.heard", "leader"), Arg::Process(N1));
    assert_eq!(said(&role, "raft.why.timeout", "since"), Arg::Time(80 * MS));
    let heartbeat = run.step(&role);
    assert_eq!((heartbeat.kind, heartbeat.time, heartbeat.peer), (StepKind::Deliver, 80 * MS, N1));
    assert_eq!((election.claim.key, keys(&election)), ("raft.why.could_win", vec!["raft.why.votes_possible"]));
    assert_eq!(said(&election, "raft.why.votes_possible", "count"), number(5));
    assert_eq!(keys(&term), ["raft.why.voted"]);
}

#[test]
fn a_follower_that_lacks_entries_could_not_win() {
    let run = Run::with_logs([&[1], &[1, 1], &[1, 1], &[2], &[1]]);
    let [role, election, _] = run.ask(Subject::Node(N1));
    assert_eq!(keys(&role), ["raft.why.heard.nobody", "raft.why.timeout"]);
    assert_eq!((election.claim.key, election.source), ("raft.why.could_not_win", "§5.4.1"));
    let refused = "raft.why.refuses.log";
    // In term 2, which n4 has reached already, without a vote in it.
    assert_eq!(keys(&election), ["raft.why.votes_possible", refused, refused, refused]);
    assert_eq!(said(&election, "raft.why.votes_possible", "count"), number(2));
    assert_eq!((said(&election, refused, "my_index"), said(&election, refused, "index")), (number(2), number(1)));
}

#[test]
fn a_candidate_cannot_win_without_a_majority() {
    let mut run = Run::new(Vec::new());
    run.edit(&Edit::Partition(vec![vec![N1, N2], vec![N3, N4, N5]]));
    run.edit(&Edit::Rearm(N1, 0));
    run.until(5 * MS);
    let [early, _] = run.ask(Subject::Node(N1));
    let expected = ["raft.why.votes", "why.cut_off", "raft.why.votes_due", "raft.why.will_not_win"];
    assert_eq!(keys(&early)[..4], expected);
    assert_eq!(said(&early, "raft.why.votes_due", "nodes"), names("n2"));
    run.until(30 * MS);
    let [role, term] = run.ask(Subject::Node(N1));
    assert_eq!(role.claim.key, "raft.why.not_leader.candidate");
    let expected = ["raft.why.votes", "why.cut_off", "raft.why.will_not_win", "raft.why.stands_again"];
    assert_eq!(keys(&role), expected);
    assert_eq!(said(&role, "raft.why.votes", "count"), number(2));
    assert_eq!(said(&role, "why.cut_off", "nodes"), names("n3, n4, n5"));
    assert_eq!(said(&role, "raft.why.will_not_win", "quorum"), number(3));
    let stood = run.step(&role);
    assert_eq!((stood.kind, stood.actor, stood.time), (StepKind::Timer, N1, 0));
    assert_eq!((keys(&term), term.since), (vec!["raft.why.voted.itself"], role.since));
}

#[test]
fn a_vote_is_given_once_in_a_term() {
    let voted = |voter| (voter, Directive::Term(1, Some(N2)));
    let mut run = Run::new(vec![voted(N3), voted(N4), voted(N5)]);
    run.edit(&Edit::Rearm(N1, 0));
    run.until(30 * MS);
    let [role, _] = run.ask(Subject::Node(N1));
    let refused = "raft.why.refuses.voted";
    let rest = ["raft.why.will_not_win", "raft.why.stands_again"];
    assert_eq!(keys(&role), [&["raft.why.votes", refused, refused, refused][..], &rest[..]].concat());
    assert_eq!(said(&role, refused, "vote"), Arg::Process(N2));
    assert_eq!(said(&role, "raft.why.will_not_win", "count"), number(2));
}

#[test]
fn a_leader_in_a_majority_can_commit() {
    let run = elected();
    let [leads, commits, term] = run.ask(Subject::Node(N1));
    assert_eq!((leads.claim.key, keys(&leads)), ("raft.why.leads", vec!["raft.why.voters", "raft.why.led_since"]));
    assert_eq!(said(&leads, "raft.why.voters", "nodes"), names("n1, n2, n3, n4, n5"));
    assert_eq!(said(&leads, "raft.why.led_since", "time"), Arg::Time(20 * MS));
    assert_eq!((commits.claim.key, keys(&commits)), ("raft.why.can_commit", vec!["raft.why.reaches"]));
    assert_eq!(keys(&term), ["raft.why.voted.itself"]);
}

#[test]
fn a_stale_leader_cannot_commit() {
    let run = deposed();
    let [leads, commits, _] = run.ask(Subject::Node(N1));
    assert_eq!(keys(&leads), ["raft.why.voters", "raft.why.votes_gone", "raft.why.led_since"]);
    assert_eq!(said(&leads, "raft.why.voters", "nodes"), names("n1, n2"));
    assert_eq!(commits.claim.key, "raft.why.cannot_commit");
    assert_eq!(keys(&commits), ["raft.why.reaches", "why.cut_off", "raft.why.leads_higher"]);
    assert_eq!(said(&commits, "raft.why.reaches", "count"), number(2));
    assert_eq!(said(&commits, "raft.why.leads_higher", "other"), Arg::Process(N3));
    assert_eq!(said(&commits, "raft.why.leads_higher", "term"), number(2));
}

#[test]
fn an_entry_on_two_of_five_is_not_committed() {
    let run = divided();
    let [entry, applied] = run.ask(Subject::Entry(N2, 2));
    assert_eq!((entry.claim.key, entry.source), ("raft.why.uncommitted", "§5.3"));
    assert_eq!(keys(&entry), ["raft.why.copies", "why.cut_off"]);
    assert_eq!(said(&entry, "raft.why.copies", "count"), number(2));
    assert_eq!(said(&entry, "raft.why.copies", "quorum"), number(3));
    assert_eq!(said(&entry, "why.cut_off", "nodes"), names("n3, n4, n5"));
    assert_eq!(applied.claim.key, "raft.why.not_applied");
    assert_eq!(said(&applied, "raft.why.indices", "commit"), number(1));
}

#[test]
fn an_entry_of_an_old_term_is_not_committed_by_its_copies() {
    let run = figure_8();
    let [entry, _] = run.ask(Subject::Entry(N1, 2));
    assert_eq!((entry.claim.key, entry.source), ("raft.why.uncommitted", "§5.4.2"));
    let expected = ["raft.why.copies", "raft.why.old_term", "raft.why.own_entry", "why.down", "why.cut_off"];
    assert_eq!(keys(&entry), expected);
    assert_eq!(said(&entry, "raft.why.copies", "nodes"), names("n1, n2, n3"));
    let old = |hole| said(&entry, "raft.why.old_term", hole);
    assert_eq!((old("term"), old("current")), (number(2), number(3)));
    let own = |hole| said(&entry, "raft.why.own_entry", hole);
    assert_eq!((own("index"), own("count")), (number(3), number(2)));
    assert_eq!(said(&entry, "why.cut_off", "nodes"), names("n3, n4"));
}

#[test]
fn an_entry_that_conflicts_with_the_leader_gives_way() {
    let run = deposed();
    let [entry, _] = run.ask(Subject::Entry(N2, 2));
    assert_eq!(entry.claim.key, "raft.why.gives_way");
    assert_eq!(keys(&entry), ["raft.why.copies", "raft.why.conflict", "why.cut_off"]);
    assert_eq!(said(&entry, "raft.why.conflict", "leader"), Arg::Process(N3));
    assert_eq!(said(&entry, "raft.why.conflict", "other_term"), number(2));
    // Of a server that is down nobody knows what it has applied.
    let [entry] = figure_8().ask(Subject::Entry(N5, 2));
    assert_eq!(keys(&entry), ["raft.why.copies", "raft.why.conflict", "why.down"]);
}

#[test]
fn an_entry_is_committed_before_its_follower_knows() {
    let run = deposed();
    let [entry, _] = run.ask(Subject::Entry(N3, 2));
    assert_eq!((entry.claim.key, keys(&entry)[0]), ("raft.why.committed", "raft.why.copies"));
    let [entry, _] = run.ask(Subject::Entry(N5, 2));
    assert_eq!(entry.claim.key, "raft.why.commit_unheard");
    assert_eq!(keys(&entry), ["raft.why.commit_index", "raft.why.commit_index"]);
    assert_eq!(said(&entry, "raft.why.commit_index", "node"), Arg::Process(N3));
}

#[test]
fn nothing_is_committed_without_a_leader() {
    let run = Run::with_logs([&[1]; 5]);
    let [entry, _] = run.ask(Subject::Entry(N1, 1));
    assert_eq!(keys(&entry), ["raft.why.copies", "raft.why.no_leader", "raft.why.next_timeout"]);
    assert_eq!(said(&entry, "raft.why.copies", "count"), number(5));
}

#[test]
fn a_client_waits_for_a_leader_that_cannot_commit() {
    let expected = ["why.asked", "raft.why.holds", "raft.why.patience"];
    let [operation, entry] = divided().ask(Subject::Operation(C1));
    assert_eq!((operation.claim.key, keys(&operation)), ("why.no_answer", expected.to_vec()));
    assert_eq!(said(&operation, "why.asked", "attempts"), number(1));
    assert_eq!(said(&operation, "raft.why.holds", "index"), number(2));
    assert_eq!((entry.claim.key, keys(&entry)), ("raft.why.uncommitted", vec!["raft.why.copies", "why.cut_off"]));
    let [operation, entry] = deposed().ask(Subject::Operation(C1));
    assert_eq!((entry.claim.key, keys(&operation)), ("raft.why.gives_way", expected.to_vec()));
}

#[test]
fn a_client_asks_a_follower_or_nobody() {
    let mut run = elected();
    invoke(&mut run, N2);
    run.until(105 * MS);
    let [operation] = run.ask(Subject::Operation(C1));
    let expected = ["why.asked", "why.travels", "raft.why.redirects", "raft.why.patience"];
    assert_eq!(keys(&operation), expected);
    assert_eq!(said(&operation, "why.travels", "time"), Arg::Time(110 * MS));
    assert_eq!(said(&operation, "raft.why.redirects", "leader"), Arg::Process(N1));
    assert_eq!(run.step(&operation).kind, StepKind::Edit);
    run.edit(&Edit::Crash(N2, DiskFate::Kept));
    run.until(115 * MS);
    let [operation] = run.ask(Subject::Operation(C1));
    assert_eq!(keys(&operation), ["why.asked", "why.down", "raft.why.patience"]);
}

#[test]
fn a_server_does_nothing_while_it_is_down_or_paused() {
    let mut run = elected();
    run.edit(&Edit::Crash(N4, DiskFate::Kept));
    run.edit(&Edit::Pause(N5));
    let [down] = run.ask(Subject::Node(N4));
    assert_eq!((down.claim.key, keys(&down)), ("raft.why.is_down", vec!["raft.why.disk", "raft.why.running"]));
    assert_eq!(
        (said(&down, "raft.why.disk", "index"), said(&down, "raft.why.running", "count")),
        (number(1), number(3))
    );
    let [paused, _, election, _] = run.ask(Subject::Node(N5));
    assert_eq!((paused.claim.key, election.claim.key), ("why.is_paused", "raft.why.could_not_win"));
    assert_eq!(keys(&election), ["raft.why.votes_possible", "why.down", "why.paused"]);
    let [_, commits, _] = run.ask(Subject::Node(N1));
    assert_eq!(keys(&commits), ["raft.why.reaches", "why.down", "why.paused"]);
    assert_eq!(commits.claim.key, "raft.why.can_commit");
}

#[test]
fn what_does_not_exist_has_no_reason() {
    let run = elected();
    for subject in [
        Subject::Node(C1),
        Subject::Entry(N1, 0),
        Subject::Entry(N1, u64::MAX),
        Subject::Entry(ProcessId(9), 1),
        Subject::Operation(N1),
        Subject::Operation(C1),
    ] {
        assert!(why(&run.world, subject).is_empty(), "{subject:?}");
    }
    let [absent] = run.ask(Subject::Entry(N2, 5));
    assert_eq!((absent.claim.key, keys(&absent)), ("raft.why.absent", vec!["raft.why.log_ends"; 2]));
}

#[test]
fn every_answer_has_its_words() {
    for run in [elected(), divided(), deposed(), figure_8(), Run::with_logs([&[1], &[1, 1], &[1, 1], &[2], &[1]])] {
        for id in run.world.process_ids() {
            let entries = (1..5).map(|index| Subject::Entry(id, index));
            for subject in entries.chain([Subject::Node(id), Subject::Operation(id)]) {
                for Why { claim, rule, facts, .. } in why(&run.world, subject) {
                    facts.iter().chain([&claim, &rule]).for_each(check_words);
                }
            }
        }
    }
}

/// Both languages have the sentence, and every hole of it is filled.
fn check_words(text: &Text) {
    for language in ["en", "zh"] {
        let template = words::template(language, text.key).unwrap_or_else(|| panic!("{}: {language}", text.key));
        let holes = template.split("%{").skip(1).filter_map(|rest| rest.split_once('}'));
        for (hole, _) in holes {
            assert!(text.args.iter().any(|(name, _)| *name == hole), "{}: {hole}", text.key);
        }
    }
}
