//! What the registry knows of three-phase commit: parameters, properties, mutants, parsers, metrics.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Node, Stage};
use super::{Config, MANAGER, ThreePhaseCommit, properties};
use crate::scenarios::scenarios;
use crate::spec::{Bears, Group, Metric, MutantInfo, Names, Parameter, Property, Spec, calm_setup, names_of};
use crate::transaction::Directive;
use crate::transaction::spec::{self, TIMEOUT, some};
use crate::why::alive;
use consistory_kernel::{Setting, Setup, World};

const BHG_3PC: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.5";

/// In the order of the numbers in [`crate::transaction::judge`] and [`properties`].
const PROPERTIES: &[Property] = &[
    Property { beyond: Some("three-phase-commit.beyond"), ..spec::ATOMICITY },
    spec::VALIDITY,
    spec::STABLE_DECISION,
    spec::STRICTNESS,
    spec::COMMITTED,
    spec::ABORTED,
    spec::waits_for_in_doubt(BHG_3PC),
    Property::sometimes(
        "new-coordinator",
        "three-phase-commit.property.new_coordinator",
        "three-phase-commit.property.new_coordinator.says",
        BHG_3PC,
    ),
    Property::sometimes(
        "total-failure",
        "three-phase-commit.property.total_failure",
        "three-phase-commit.property.total_failure.says",
        BHG_3PC,
    ),
    spec::TERMINATION,
];

const _: () = assert!(PROPERTIES.len() == properties::TERMINATION as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("skip-pre-commit", "three-phase-commit.mutant.skip_pre_commit", "atomicity"),
    MutantInfo::new("commit-when-uncertain", "three-phase-commit.mutant.commit_when_uncertain", "validity"),
    MutantInfo::new("abort-when-committable", "three-phase-commit.mutant.abort_when_committable", "atomicity"),
    MutantInfo::new("forget-decision", "three-phase-commit.mutant.forget_decision", "stable-decision"),
    MutantInfo::new("unlock-at-vote", "transaction.mutant.unlock_at_vote", "strictness"),
    MutantInfo::new("silence-is-yes", "transaction.mutant.silence_is_yes", "validity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::SilenceIsYes as usize + 1, "one description for each mutant");

impl Spec for ThreePhaseCommit {
    const ID: &'static str = "three-phase-commit";
    const TITLE: &'static str = "three-phase-commit.title";
    const SUMMARY: &'static str = "three-phase-commit.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::live("round_timeout", "three-phase-commit.parameter.round_timeout", TIMEOUT),
        Parameter::live("work_timeout", "transaction.parameter.work_timeout", TIMEOUT),
        Parameter::live("decision_timeout", "three-phase-commit.parameter.decision_timeout", TIMEOUT),
        spec::LOCK_TIMEOUT,
        spec::STAGGER,
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = Message::KINDS;
    const DIRECTIVES: &'static [&'static str] = &["vote"];
    const NODES_MAX: u16 = 8;
    const BEARS: Bears = Bears::Crashes;
    const SCENARIOS: &'static [&'static str] = scenarios!("three_phase_commit");
    const METRICS: &'static [Metric] = spec::METRICS;

    fn defaults() -> Setup<Self> {
        calm_setup(4, Config::textbook())
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

    /// `working rm1`, `working 2`, `uncertain rm1`, `committable 2`, `failed rm1`, `coordinator rm1`: of the nodes that
    /// are up; a number in the place of a name asks for at least so many.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        match words {
            ["failed", whom] => some(world, whom, |node| node.has(|part| part.has_failed)),
            ["coordinator", whom] => some(world, whom, |node| node.has(|part| part.lead.is_some())),
            ["working", whom] => in_stage(world, whom, Stage::Working),
            ["uncertain", whom] => in_stage(world, whom, Stage::Uncertain),
            ["committable", whom] => in_stage(world, whom, Stage::Committable),
            _ => spec::condition(world, words),
        }
    }

    fn parse_directive(keyword: &str, arguments: &[&str], _: Names) -> Option<Directive> {
        Directive::parse(keyword, arguments)
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        directive.text()
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        property == usize::from(properties::TERMINATION) && spec::is_quiet(world)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        spec::metric(world, metric)
    }
}

/// Whether a node of that name has a transaction in that stage, or so many participants have.
fn in_stage(world: &World<ThreePhaseCommit>, whom: &str, stage: Stage) -> Option<bool> {
    let is_there = |node: &Node| node.has(|part| part.stage == stage);
    if names_of(world).parse(0, whom).is_some() {
        return some(world, whom, is_there);
    }
    let count: usize = whom.parse().ok()?;
    Some(alive(world).filter(|(id, node)| *id != MANAGER && is_there(node)).count() >= count)
}
