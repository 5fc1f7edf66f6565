//! A run is a value: its tape, its link and its text give the same run again, event for event.

use crate::visit::{Check, every_protocol};
use consistory_kernel::Chooser;
use consistory_lab::{Disks, Run, Storm, link_of};
use consistory_protocols::Spec;
use consistory_session::{Command, Session, ViewState, codec, open, open_scenario};

/// The run of a seed's storm, with some rules off and some disks lost: whatever can be in a run.
fn stormy<P: Spec>(seed: u64) -> Run<P> {
    let mutant = u32::try_from(seed % (P::MUTANTS.len() as u64 + 1)).expect("few mutants");
    let mutants = (1_u32 << mutant) >> 1;
    let mut storm = Storm::new(seed, mutants, Disks::SometimesLost);
    storm.rage(&|_| false);
    storm.calm();
    storm.run_until(300_000, |_| false);
    storm.into_run()
}

/// The first line in which two transcripts differ.
fn difference(one: &str, other: &str) -> String {
    let differs = one.lines().zip(other.lines()).find(|(one, other)| one != other);
    differs.map_or_else(|| "one is longer".to_owned(), |(one, other)| format!("{one}\nor {other}"))
}

fn transcript_of(run: &Run<impl Spec>) -> String {
    open_scenario(&run.text()).expect("our own text").session.transcript()
}

struct Tapes;

impl Check for Tapes {
    fn check<P: Spec>(&self) {
        for seed in 1..=60 {
            let run = stormy::<P>(seed);
            let (recorded, performed) = run.perform_with(Chooser::recording(seed), |_| false);
            assert_eq!(performed.edits.len(), run.edits.len(), "seed {seed}: an edit was left out");
            let digest = recorded.digest();
            let tape = recorded.into_chooser().into_tape().expect("it was recording");
            // Another seed, so that nothing but the tape can decide.
            let (replayed, _) = run.perform_with(Chooser::tape(seed + 1_000, tape), |_| false);
            assert_eq!(replayed.digest(), digest, "{}, seed {seed}: the tape gives another run", P::ID);
            assert!(!replayed.into_chooser().diverged());
            let (again, _) = run.perform(|_| false);
            assert_eq!(again.digest(), digest, "{}, seed {seed}: the seed gives another run", P::ID);
        }
    }
}

#[test]
fn a_tape_gives_the_same_run() {
    every_protocol(&Tapes);
}

struct Texts;

impl Check for Texts {
    fn check<P: Spec>(&self) {
        for seed in 1..=60 {
            let run = stormy::<P>(seed);
            let (world, _) = run.perform(|_| false);
            let mut opened = open_scenario(&run.text()).expect("our own text").session;
            if opened.digest() != world.digest() {
                let recorded = consistory_session::scenario::transcript(&run.setup, &run.timeline());
                let read = transcript_of(&run);
                panic!("{}, seed {seed}: the text gives another run:\n{}", P::ID, difference(&recorded, &read));
            }
            for to in cursors(&*opened) {
                opened.apply(Command::Seek { to }).expect("a time of the run");
                let again = open_scenario(&opened.scenario_text()).expect("our own text").session;
                assert_eq!((again.digest(), again.now()), (opened.digest(), to), "{}, seed {seed}", P::ID);
            }
        }
    }
}

#[test]
fn a_text_gives_the_same_run_at_the_cursor() {
    every_protocol(&Texts);
}

struct Links;

impl Check for Links {
    fn check<P: Spec>(&self) {
        for seed in 1..=60 {
            let run = stormy::<P>(seed);
            let (world, _) = run.perform(|_| false);
            let opened = open(&link_of(&run.text()).expect("our own text")).expect("our own link");
            assert_eq!(opened.notice, None, "{}, seed {seed}", P::ID);
            assert_eq!(opened.session.digest(), world.digest(), "{}, seed {seed}: the link gives another run", P::ID);
            let mut session = opened.session;
            for to in cursors(&*session) {
                session.apply(Command::Seek { to }).expect("a time of the run");
                let again = open(&session.link(ViewState::default(), codec())).expect("our own link");
                assert_eq!(again.notice, None, "{}, seed {seed}", P::ID);
                assert_eq!((again.session.digest(), again.session.now()), (session.digest(), to));
            }
        }
    }
}

#[test]
fn a_link_gives_the_same_run_at_the_cursor() {
    every_protocol(&Links);
}

/// Places on the way through a run.
fn cursors(session: &dyn Session) -> [u64; 3] {
    let until = session.timeline().until;
    [until / 3, until / 2, until * 4 / 5]
}
