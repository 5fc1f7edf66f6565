//! What the registry knows of two-phase commit: parameters, properties, mutants, parsers, metrics.

use super::message::Message;
use super::mutants::Mutant;
use super::node::{Joined, Node};
use super::{Begin, Config, Presume, TwoPhaseCommit, properties};
use crate::scenarios::scenarios;
use crate::spec::{Choice, Group, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, calm_setup};
use crate::transaction::Directive;
use crate::transaction::spec::{self, TIMEOUT, some};
use crate::why::alive;
use consistory_kernel::{Setting, Setup, World};

const BHG_2PC: &str = "Bernstein, Hadzilacos, Goodman 1987, §7.4";

/// In the order of the numbers in [`crate::transaction::judge`] and [`properties`].
const PROPERTIES: &[Property] = &[
    spec::ATOMICITY,
    spec::VALIDITY,
    spec::STABLE_DECISION,
    spec::STRICTNESS,
    spec::COMMITTED,
    spec::ABORTED,
    spec::waits_for_in_doubt(BHG_2PC),
    Property::sometimes(
        "blocked",
        "two-phase-commit.property.blocked",
        "two-phase-commit.property.blocked.says",
        BHG_2PC,
    ),
    Property::sometimes(
        "resolved-by-peer",
        "two-phase-commit.property.resolved_by_peer",
        "two-phase-commit.property.resolved_by_peer.says",
        BHG_2PC,
    ),
    spec::TERMINATION,
];

const _: () = assert!(PROPERTIES.len() == properties::TERMINATION as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("no-prepared-record", "two-phase-commit.mutant.no_prepared_record", "atomicity"),
    MutantInfo::new("forget-decision", "two-phase-commit.mutant.forget_decision", "stable-decision"),
    MutantInfo::new("abort-in-doubt", "two-phase-commit.mutant.abort_in_doubt", "atomicity"),
    MutantInfo::new("unlock-at-vote", "transaction.mutant.unlock_at_vote", "strictness"),
    MutantInfo::new("silence-is-yes", "transaction.mutant.silence_is_yes", "validity"),
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

const PARAMETERS: &[Parameter] = &[
    Parameter::fixed("begin", "transaction.parameter.begin", ParameterKind::Choice(BEGIN)),
    Parameter::fixed("presume", "two-phase-commit.parameter.presume", ParameterKind::Choice(PRESUME)),
    Parameter::fixed("read_only", "two-phase-commit.parameter.read_only", ParameterKind::SWITCH),
    Parameter::fixed("cooperative", "two-phase-commit.parameter.cooperative", ParameterKind::SWITCH),
    Parameter::live("vote_timeout", "two-phase-commit.parameter.vote_timeout", TIMEOUT),
    Parameter::live("work_timeout", "transaction.parameter.work_timeout", TIMEOUT),
    Parameter::live("decision_timeout", "transaction.parameter.decision_timeout", TIMEOUT),
    spec::LOCK_TIMEOUT,
    spec::STAGGER,
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
    const METRICS: &'static [Metric] = spec::METRICS;

    fn defaults() -> Setup<Self> {
        calm_setup(4, Config::textbook())
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

    /// `collecting`, `blocked rm1`, `voted 2`: of the nodes that are up.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        match words {
            ["collecting"] => Some(alive(world).any(|(_, node)| node.is_collecting())),
            ["blocked", whom] => {
                let is_blocked = |node: &Node| node.site.parts.values().any(Joined::is_blocked);
                some(world, whom, is_blocked)
            }
            ["voted", count] => {
                let count: usize = count.parse().ok()?;
                let has_votes = |node: &Node| node.coordinated.values().any(|known| known.votes.len() >= count);
                Some(alive(world).any(|(_, node)| has_votes(node)))
            }
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
