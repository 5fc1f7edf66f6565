//! Runs of a commit protocol in tests.

use super::costs::Costs;
use super::op::Transaction;
use super::site::Commit;
use crate::kv::Key;
use crate::spec::ClientOp;
use crate::words;
use consistory_kernel::{DiskFate, Edit, Journal, Latency, MS, Moment, ProcessId, Setup, StepId, Time, World};
use consistory_scene::{Subject, Text, Why};

/// A run, with its journal.
pub(crate) struct Run<P: Commit> {
    pub(crate) world: World<P>,
    journal: Journal<P>,
}

impl<P: Commit> Run<P> {
    pub(crate) fn new(setup: &Setup<P>) -> Self {
        let mut journal = Journal::from_step(StepId(0));
        let world = World::new(setup, &mut journal).expect("a setup that can run");
        Self { world, journal }
    }

    /// So many nodes, 10 ms apart from each other.
    pub(crate) fn of(nodes: u16, config: P::Config) -> Self {
        let mut setup = P::defaults();
        setup.nodes = nodes;
        setup.network.latency = Latency::Constant(10 * MS);
        setup.config = config;
        Self::new(&setup)
    }

    pub(crate) fn apply(&mut self, edit: &Edit<P>) {
        self.world.apply(edit, &mut self.journal).expect("it can be done now");
    }

    pub(crate) fn until(&mut self, time: Time) {
        self.world.run_to(Moment::after(time), &mut self.journal);
    }

    pub(crate) fn wait(&mut self, time: Time) {
        self.until(self.world.time() + time);
    }

    pub(crate) fn crash(&mut self, id: ProcessId) {
        self.apply(&Edit::Crash(id, DiskFate::Kept));
    }

    /// The first client invokes a transaction at the node that executes it.
    pub(crate) fn invoke(&mut self, op: &str) {
        self.invoke_as(ProcessId(self.world.node_count()), op);
    }

    /// Some client does.
    pub(crate) fn invoke_as(&mut self, client: ProcessId, op: &str) {
        let op = Transaction::parse(op).expect(op);
        let home = P::terms(self.world.config(), self.world.node_count()).home(&op);
        self.apply(&Edit::Invoke { client, op, target: Some(home) });
    }

    pub(crate) fn is_so(&self, condition: &str) -> bool {
        let words: Vec<&str> = condition.split(' ').collect();
        P::condition(&self.world, &words).expect("a condition")
    }

    /// What a key holds, if it holds anything; the node that holds it is up.
    pub(crate) fn value(&self, key: &str) -> Option<i64> {
        let key = Key::parse(key).expect("a key");
        let holder = P::terms(self.world.config(), self.world.node_count()).placement.holder(key);
        P::site(self.world.node(holder).expect("it is up")).store.value(key)
    }

    pub(crate) fn costs(&self) -> Costs {
        let last = P::judge(self.world.monitor()).ledger.last();
        last.expect("a transaction that everybody knows the outcome of").1
    }

    /// Nothing is undecided, the first two participants agree, and nothing is broken.
    pub(crate) fn assert_settled(&self, about: &str) {
        assert!(self.is_so("quiet"), "{about}");
        assert_eq!(self.value("x"), self.value("y"), "{about}");
        assert!(self.world.findings().is_empty(), "{about}: {:?}", self.world.findings());
    }

    /// The answers to a question, all of which can be read in both languages.
    pub(crate) fn ask(&self, subject: Subject) -> Vec<Why> {
        let answers = P::why(&self.world, subject);
        for answer in &answers {
            for text in answer.facts.iter().chain([&answer.claim, &answer.rule]) {
                let is_known = text
                    .key
                    .split_once("why.")
                    .is_some_and(|(of, _)| of == format!("{}.", P::ID) || of == "transaction." || of.is_empty());
                assert!(is_known, "{} is no word of {}", text.key, P::ID);
                is_filled(text);
            }
        }
        answers
    }

    /// What they claim.
    pub(crate) fn claims(&self, subject: Subject) -> Vec<&'static str> {
        claims(&self.ask(subject))
    }
}

/// What answers claim, by the ends of their keys.
pub(crate) fn claims(answers: &[Why]) -> Vec<&'static str> {
    answers.iter().map(|answer| short(answer.claim.key)).collect()
}

/// A transaction that changes so many keys, each at another participant.
pub(crate) fn writes(participants: u16) -> String {
    let keys = ["x", "y", "z", "u", "v"].iter().take(usize::from(participants));
    let actions: Vec<String> = keys.map(|key| format!("write {key} 1")).collect();
    format!("txn {}", actions.join(", "))
}

/// The facts of an answer, by the ends of their keys.
pub(crate) fn facts(why: &Why) -> Vec<&'static str> {
    why.facts.iter().map(|fact| short(fact.key)).collect()
}

fn short(key: &'static str) -> &'static str {
    key.split_once("why.").expect("a key of answers").1
}

/// Every hole of a text has an argument.
fn is_filled(text: &Text) {
    for language in ["en", "zh"] {
        let template = words::template(language, text.key).unwrap_or_else(|| panic!("no word {}", text.key));
        for hole in template.split("%{").skip(1).filter_map(|rest| rest.split_once('}')) {
            let is_there = text.args.iter().any(|(name, _)| *name == hole.0);
            assert!(is_there, "{} lacks {}", text.key, hole.0);
        }
    }
}
