//! What the registry knows of two-phase commit: parameters, properties, mutants, parsers, metrics.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Joined, Node};
use super::record::Durable;
use super::{Begin, COORDINATOR, Config, Directive, Presume, TwoPhaseCommit, properties, view, why};
use crate::kv::Key;
use crate::scenarios::scenarios;
use crate::spec::{
    Choice, Glyph, Group, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, names_of,
};
use crate::transaction::Outcome;
use consistory_kernel::{ClientPolicy, Limits, MS, Network, ProcessId, Setting, Setup, World};
use consistory_scene::{Card, Expectation, Field, Matrix, Strip, Subject, Text, Why};

const fn property(
    id: &'static str,
    name: &'static str,
    says: &'static str,
    source: &'static str,
    expectation: Expectation,
) -> Property {
    Property { id, name, says, source, expectation, beyond: None }
}

const BHG: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.3";
const BHG_2PC: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.4";
const BHG_STRICT: &str = "Bernstein, Hadzilacos, Goodman 1987, §2.4";

/// In the order of the numbers in [`crate::transaction::judge`] and [`properties`].
const PROPERTIES: &[Property] = &[
    property("atomicity", "transaction.atomicity", "transaction.atomicity.says", BHG, Expectation::Always),
    property("validity", "transaction.validity", "transaction.validity.says", BHG, Expectation::Always),
    property(
        "stable-decision",
        "transaction.stable_decision",
        "transaction.stable_decision.says",
        BHG,
        Expectation::Always,
    ),
    property("strictness", "transaction.strictness", "transaction.strictness.says", BHG_STRICT, Expectation::Always),
    property("committed", "transaction.committed", "transaction.committed.says", BHG, Expectation::Sometimes),
    property("aborted", "transaction.aborted_once", "transaction.aborted_once.says", BHG, Expectation::Sometimes),
    property(
        "waits-for-in-doubt",
        "transaction.waits_for_in_doubt",
        "transaction.waits_for_in_doubt.says",
        BHG_2PC,
        Expectation::Sometimes,
    ),
    property(
        "blocked",
        "two-phase-commit.property.blocked",
        "two-phase-commit.property.blocked.says",
        BHG_2PC,
        Expectation::Sometimes,
    ),
    property(
        "resolved-by-peer",
        "two-phase-commit.property.resolved_by_peer",
        "two-phase-commit.property.resolved_by_peer.says",
        BHG_2PC,
        Expectation::Sometimes,
    ),
    property("termination", "transaction.termination", "transaction.termination.says", BHG, Expectation::Eventually),
];

const _: () = assert!(PROPERTIES.len() == properties::TERMINATION as usize + 1, "one description for each property");

const fn mutant(id: &'static str, says: &'static str, breaks: &'static str) -> MutantInfo {
    MutantInfo { id, says, breaks }
}

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    mutant("no-prepared-record", "two-phase-commit.mutant.no_prepared_record", "atomicity"),
    mutant("forget-decision", "two-phase-commit.mutant.forget_decision", "stable-decision"),
    mutant("abort-in-doubt", "two-phase-commit.mutant.abort_in_doubt", "atomicity"),
    mutant("unlock-at-vote", "two-phase-commit.mutant.unlock_at_vote", "strictness"),
    mutant("silence-is-yes", "two-phase-commit.mutant.silence_is_yes", "validity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::SilenceIsYes as usize + 1, "one description for each mutant");

/// Who begins to commit.
const BEGIN: &[Choice] = &[
    Choice { name: "coordinator", label: "two-phase-commit.begin.coordinator" },
    Choice { name: "participant", label: "two-phase-commit.begin.participant" },
    Choice { name: "together", label: "two-phase-commit.begin.together" },
];

/// What is presumed of a transaction that the coordinator does not know.
const PRESUME: &[Choice] = &[
    Choice { name: "nothing", label: "two-phase-commit.presume.nothing" },
    Choice { name: "abort", label: "two-phase-commit.presume.abort" },
    Choice { name: "commit", label: "two-phase-commit.presume.commit" },
];

const TIMEOUT: ParameterKind = ParameterKind::Duration(MS, 60_000 * MS);

const PARAMETERS: &[Parameter] = &[
    Parameter::fixed("begin", "two-phase-commit.parameter.begin", ParameterKind::Choice(BEGIN)),
    Parameter::fixed("presume", "two-phase-commit.parameter.presume", ParameterKind::Choice(PRESUME)),
    Parameter::fixed("read_only", "two-phase-commit.parameter.read_only", ParameterKind::SWITCH),
    Parameter::fixed("cooperative", "two-phase-commit.parameter.cooperative", ParameterKind::SWITCH),
    Parameter::live("vote_timeout", "two-phase-commit.parameter.vote_timeout", TIMEOUT),
    Parameter::live("work_timeout", "two-phase-commit.parameter.work_timeout", TIMEOUT),
    Parameter::live("decision_timeout", "two-phase-commit.parameter.decision_timeout", TIMEOUT),
    Parameter::live("lock_timeout", "two-phase-commit.parameter.lock_timeout", TIMEOUT),
    Parameter::live("stagger", "two-phase-commit.parameter.stagger", ParameterKind::Duration(0, 1_000 * MS)),
];

impl Spec for TwoPhaseCommit {
    const ID: &'static str = "two-phase-commit";
    const TITLE: &'static str = "two-phase-commit.title";
    const SUMMARY: &'static str = "two-phase-commit.summary";
    const PARAMETERS: &'static [Parameter] = PARAMETERS;
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = Message::KINDS;
    const DIRECTIVES: &'static [&'static str] = &["vote"];
    const NODES_MAX: u16 = 8;
    const SCENARIOS: &'static [&'static str] = scenarios!("two_phase_commit");
    const METRICS: &'static [Metric] = &[
        Metric { name: "message_delays" },
        Metric { name: "commit_messages" },
        Metric { name: "commit_forced_writes" },
        Metric { name: "blocked_ms" },
    ];

    fn defaults() -> Setup<Self> {
        Setup {
            nodes: 4,
            clients: 2,
            config: Config::textbook(),
            network: Network::default(),
            mutants: 0,
            seed: 1,
            directives: Vec::new(),
            policy: ClientPolicy::default(),
            limits: Limits::default(),
        }
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        match parameter {
            0 => Setting::Number(match config.begin {
                Begin::Coordinator => 0,
                Begin::Participant => 1,
                Begin::Together => 2,
            }),
            1 => Setting::Number(match config.presume {
                Presume::Nothing => 0,
                Presume::Abort => 1,
                Presume::Commit => 2,
            }),
            2 => Setting::Number(u32::from(config.read_only)),
            3 => Setting::Number(u32::from(config.cooperative)),
            4 => Setting::Duration(config.vote_timeout),
            5 => Setting::Duration(config.work_timeout),
            6 => Setting::Duration(config.decision_timeout),
            7 => Setting::Duration(config.lock_timeout),
            _ => Setting::Duration(config.stagger),
        }
    }

    /// The coordinator stands above the participants; where it is on the first one's node, that node is rm1.
    fn names(nodes: u16, config: &Config) -> Names {
        match config.begin(nodes) {
            Begin::Coordinator | Begin::Participant => {
                Names::of(&[Group::single("tm"), Group::numbered("rm", nodes - 1)])
            }
            Begin::Together => Names::of(&[Group::numbered("rm", nodes)]),
        }
    }

    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        condition(world, words)
    }

    /// `vote rm2 no`: the first vote of rm2 is no.
    fn parse_directive(keyword: &str, arguments: &[&str], _: Names) -> Option<Directive> {
        match (keyword, arguments) {
            ("vote", ["no"]) => Some(Directive::VoteNo),
            _ => None,
        }
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        match directive {
            Directive::VoteNo => ("vote", "no".to_owned()),
        }
    }

    fn card(world: &World<Self>, id: ProcessId, node: &Node) -> Card {
        view::card(world, id, node)
    }

    fn stored(disk: &Durable) -> Option<Strip> {
        Some(view::stored(disk))
    }

    fn glyph(message: &Message) -> Glyph {
        view::glyph(message)
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        view::message_fields(message)
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        view::node_fields(world, id, node)
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn matrix(world: &World<Self>) -> Option<Matrix> {
        Some(view::matrix(world))
    }

    /// There are no epochs, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("two-phase-commit.title")
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        property == usize::from(properties::TERMINATION) && is_quiet(world)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        let judge = &world.monitor().judge;
        let committed = judge.ledger.committed();
        match metric {
            0 => committed.map(|costs| u64::from(costs.delays)).collect(),
            1 => committed.map(|costs| u64::from(costs.messages)).collect(),
            2 => committed.map(|costs| u64::from(costs.forced)).collect(),
            _ => vec![judge.blocked(world.time())],
        }
    }
}

/// `collecting`, `waiting rm1`, `working rm1`, `in-doubt rm1`, `in-doubt 2`, `blocked rm1`, `quiet`, `committed 1`,
/// `aborted 1`, `voted 2`, `value x 5`: of the nodes that are up; `cost messages 9`, `cost forced 7`, `cost delays 3`:
/// of the last transaction whose participants all know the outcome.
fn condition(world: &World<TwoPhaseCommit>, words: &[&str]) -> Option<bool> {
    let seen = world.observation(COORDINATOR);
    let judge = &world.monitor().judge;
    let named = |name: &str| names_of(world).parse(0, name);
    let node = |name: &str| Some(world.node(named(name)?));
    let so = match words {
        ["collecting"] => seen.up().any(|(_, node)| node.is_collecting()),
        ["waiting", name] => node(name)?.is_some_and(|node| node.store.waits().next().is_some()),
        ["working", name] => node(name)?.is_some_and(|node| node.joined.values().any(|joined| !joined.is_in_doubt())),
        ["blocked", name] => node(name)?.is_some_and(|node| node.joined.values().any(Joined::is_blocked)),
        ["in-doubt", name] if named(name).is_some() => {
            node(name)?.is_some_and(|node| node.joined.values().any(Joined::is_in_doubt))
        }
        ["in-doubt", count] => {
            let count: usize = count.parse().ok()?;
            seen.up().filter(|(_, node)| node.joined.values().any(Joined::is_in_doubt)).count() >= count
        }
        ["voted", count] => {
            let count: usize = count.parse().ok()?;
            seen.up().any(|(_, node)| node.coordinated.values().any(|known| known.votes.len() >= count))
        }
        ["committed", count] => judge.count(Outcome::Commit) >= count.parse::<u32>().ok()?,
        ["aborted", count] => judge.count(Outcome::Abort) >= count.parse::<u32>().ok()?,
        ["value", key, value] => {
            let (key, value) = (Key::parse(key)?, value.parse::<i64>().ok()?);
            let holder = world.config().placement(world.node_count()).holder(key);
            world.node(holder).is_some_and(|node| node.store.value(key) == Some(value))
        }
        ["cost", what, count] => {
            let count: u32 = count.parse().ok()?;
            let costs = judge.ledger.last().map(|(_, costs)| costs).unwrap_or_default();
            let spent = match *what {
                "messages" => costs.messages,
                "forced" => costs.forced,
                "delays" => u32::from(costs.delays),
                _ => return None,
            };
            spent == count
        }
        ["quiet"] => is_quiet(world),
        _ => return None,
    };
    Some(so)
}

/// No node that is up has an undecided transaction.
fn is_quiet(world: &World<TwoPhaseCommit>) -> bool {
    world.observation(COORDINATOR).up().all(|(_, node)| node.is_quiet())
}
