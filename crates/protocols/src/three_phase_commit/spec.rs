//! What the registry knows of three-phase commit: parameters, properties, mutants, parsers, metrics.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Node, Stage};
use super::record::Durable;
use super::{Config, Directive, MANAGER, ThreePhaseCommit, placement, properties, view, why};
use crate::kv::Key;
use crate::scenarios::scenarios;
use crate::spec::{Bears, Glyph, Group, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, names_of};
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
const BHG_3PC: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.5";
const BHG_STRICT: &str = "Bernstein, Hadzilacos, Goodman 1987, §2.4";

/// In the order of the numbers in [`crate::transaction::judge`] and [`properties`].
const PROPERTIES: &[Property] = &[
    Property {
        beyond: Some("three-phase-commit.beyond"),
        ..property("atomicity", "transaction.atomicity", "transaction.atomicity.says", BHG, Expectation::Always)
    },
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
        BHG_3PC,
        Expectation::Sometimes,
    ),
    property(
        "new-coordinator",
        "three-phase-commit.property.new_coordinator",
        "three-phase-commit.property.new_coordinator.says",
        BHG_3PC,
        Expectation::Sometimes,
    ),
    property(
        "total-failure",
        "three-phase-commit.property.total_failure",
        "three-phase-commit.property.total_failure.says",
        BHG_3PC,
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
    mutant("skip-pre-commit", "three-phase-commit.mutant.skip_pre_commit", "atomicity"),
    mutant("commit-when-uncertain", "three-phase-commit.mutant.commit_when_uncertain", "validity"),
    mutant("abort-when-committable", "three-phase-commit.mutant.abort_when_committable", "atomicity"),
    mutant("forget-decision", "three-phase-commit.mutant.forget_decision", "stable-decision"),
    mutant("unlock-at-vote", "three-phase-commit.mutant.unlock_at_vote", "strictness"),
    mutant("silence-is-yes", "three-phase-commit.mutant.silence_is_yes", "validity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::SilenceIsYes as usize + 1, "one description for each mutant");

const TIMEOUT: ParameterKind = ParameterKind::Duration(MS, 60_000 * MS);

impl Spec for ThreePhaseCommit {
    const ID: &'static str = "three-phase-commit";
    const TITLE: &'static str = "three-phase-commit.title";
    const SUMMARY: &'static str = "three-phase-commit.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::live("round_timeout", "three-phase-commit.parameter.round_timeout", TIMEOUT),
        Parameter::live("work_timeout", "three-phase-commit.parameter.work_timeout", TIMEOUT),
        Parameter::live("decision_timeout", "three-phase-commit.parameter.decision_timeout", TIMEOUT),
        Parameter::live("lock_timeout", "three-phase-commit.parameter.lock_timeout", TIMEOUT),
        Parameter::live("stagger", "three-phase-commit.parameter.stagger", ParameterKind::Duration(0, 1_000 * MS)),
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = Message::KINDS;
    const DIRECTIVES: &'static [&'static str] = &["vote"];
    const NODES_MAX: u16 = 8;
    const BEARS: Bears = Bears::Crashes;
    const SCENARIOS: &'static [&'static str] = scenarios!("three_phase_commit");
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

    /// Atomicity needs time-outs that tell failures from slowness, and a network that loses nothing.
    fn promises(setup: &Setup<Self>) -> bool {
        setup.network.loss == 0 && setup.config.suits(setup.nodes, &setup.network.latency)
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        Setting::Duration(match parameter {
            0 => config.round_timeout,
            1 => config.work_timeout,
            2 => config.decision_timeout,
            3 => config.lock_timeout,
            _ => config.stagger,
        })
    }

    fn names(nodes: u16, _: &Config) -> Names {
        Names::of(&[Group::single("tm"), Group::numbered("rm", nodes.saturating_sub(1))])
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
        Text::key("three-phase-commit.title")
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

/// `working rm1`, `waiting rm1`, `uncertain rm1`, `uncertain 2`, `committable rm1`, `committable 2`, `failed rm1`,
/// `coordinator rm1`, `quiet`, `committed 1`, `aborted 1`, `value x 5`: of the nodes that are up; `cost messages 10`,
/// `cost forced 9`, `cost delays 5`: of the last transaction whose participants all know the outcome.
fn condition(world: &World<ThreePhaseCommit>, words: &[&str]) -> Option<bool> {
    let seen = world.observation(MANAGER);
    let judge = &world.monitor().judge;
    let named = |name: &str| names_of(world).parse(0, name);
    let node = |name: &str| Some(world.node(named(name)?));
    let in_stage = |name: &str, stage: Stage| {
        let has = |node: &Node| node.parts.values().any(|part| part.stage == stage);
        if let Some(id) = named(name) {
            return Some(world.node(id).is_some_and(has));
        }
        let count: usize = name.parse().ok()?;
        let others = seen.up().filter(|(id, _)| *id != MANAGER);
        Some(others.map(|(_, node)| has(node)).filter(|is_so| *is_so).count() >= count)
    };
    let so = match words {
        ["waiting", name] => node(name)?.is_some_and(|node| node.store.waits().next().is_some()),
        ["failed", name] => node(name)?.is_some_and(|node| node.parts.values().any(|part| part.has_failed)),
        ["coordinator", name] => node(name)?.is_some_and(|node| node.parts.values().any(|part| part.lead.is_some())),
        ["working", whom] => in_stage(whom, Stage::Working)?,
        ["uncertain", whom] => in_stage(whom, Stage::Uncertain)?,
        ["committable", whom] => in_stage(whom, Stage::Committable)?,
        ["committed", count] => judge.count(Outcome::Commit) >= count.parse::<u32>().ok()?,
        ["aborted", count] => judge.count(Outcome::Abort) >= count.parse::<u32>().ok()?,
        ["value", key, value] => {
            let (key, value) = (Key::parse(key)?, value.parse::<i64>().ok()?);
            let holder = placement(world.node_count()).holder(key);
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

/// No node that is up has an undecided transaction. Nodes that are down are left out: nobody who is up waits for them.
fn is_quiet(world: &World<ThreePhaseCommit>) -> bool {
    world.observation(MANAGER).up().all(|(_, node)| node.is_quiet())
}
