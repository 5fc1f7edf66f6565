//! What the registry knows of Paxos: parameters, properties, mutants, conditions, metrics.

use super::mutants::Mutant;
use super::proposer::Phase;
use super::roles::{Quorums, Roles};
use super::{Backoff, Config, Learning, Paxos, Placement, properties};
use crate::consensus;
use crate::scenarios::scenarios;
use crate::spec::{Choice, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, calm_setup, names_of};
use consistory_kernel::{ClientPolicy, MS, ProcessId, Setting, Setup, World};
use core::convert::Infallible;

/// Quorums that do not intersect choose two values, by design of the parameters.
const QUORUMS: Option<&str> = Some("paxos.beyond.quorums");

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] = &[
    consensus::agreement(QUORUMS),
    consensus::validity(None),
    consensus::integrity(QUORUMS),
    Property::always("promise-kept", "paxos.promise_kept", "paxos.promise_kept.says", "Lamport 2001, P1a"),
    Property {
        beyond: QUORUMS,
        ..Property::always("chosen-is-kept", "paxos.chosen_is_kept", "paxos.chosen_is_kept.says", "Lamport 2001, P2b")
    },
    Property::always("unique-ballots", "paxos.unique_ballots", "paxos.unique_ballots.says", "Lamport 2001, §2.2"),
    Property::always(
        "learned-was-chosen",
        "paxos.learned_was_chosen",
        "paxos.learned_was_chosen.says",
        "Lamport 2001, §2.3",
    ),
    Property::sometimes("chosen", "paxos.chosen", "paxos.chosen.says", "Lamport 2001, §2.2"),
    Property::sometimes("duel", "paxos.duel", "paxos.duel.says", "Lamport 2001, §2.4"),
    Property::sometimes("value-adopted", "paxos.value_adopted", "paxos.value_adopted.says", "Lamport 2001, P2c"),
    Property::sometimes("nack", "paxos.nack", "paxos.nack.says", "Lamport 2001, §2.2"),
    consensus::termination(None),
];

const _: () = assert!(PROPERTIES.len() == properties::TERMINATION as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("forget-promise", "paxos.mutant.forget_promise", "promise-kept"),
    MutantInfo::new("ignore-accepted", "paxos.mutant.ignore_accepted", "chosen-is-kept"),
    MutantInfo::new("promise-below", "paxos.mutant.promise_below", "promise-kept"),
    MutantInfo::new("non-intersecting-quorums", "paxos.mutant.non_intersecting_quorums", "agreement"),
    MutantInfo::new("count-across-ballots", "paxos.mutant.count_across_ballots", "learned-was-chosen"),
    MutantInfo::new("shared-ballots", "paxos.mutant.shared_ballots", "unique-ballots"),
    MutantInfo::new("invent-value", "paxos.mutant.invent_value", "validity"),
    MutantInfo::new("follow-the-last", "paxos.mutant.follow_the_last", "integrity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::FollowTheLast as usize + 1, "one description for each mutant");

const PLACEMENT: &[Choice] = &[
    Choice { name: "together", label: "paxos.placement.together" },
    Choice { name: "apart", label: "paxos.placement.apart" },
];

const LEARNING: &[Choice] = &[
    Choice { name: "all", label: "paxos.learning.all" },
    Choice { name: "distinguished", label: "paxos.learning.distinguished" },
];

const BACKOFF: &[Choice] =
    &[Choice { name: "fixed", label: "paxos.backoff.fixed" }, Choice { name: "random", label: "paxos.backoff.random" }];

impl Spec for Paxos {
    const ID: &'static str = "paxos";
    const TITLE: &'static str = "paxos.title";
    const SUMMARY: &'static str = "paxos.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::fixed("placement", "paxos.parameter.placement", ParameterKind::Choice(PLACEMENT)),
        Parameter::fixed("proposers", "paxos.parameter.proposers", ParameterKind::Number(1, 4)),
        Parameter::fixed("learners", "paxos.parameter.learners", ParameterKind::Number(1, 4)),
        Parameter::fixed("phase1_quorum", "paxos.parameter.phase1_quorum", ParameterKind::Number(0, 9)),
        Parameter::fixed("phase2_quorum", "paxos.parameter.phase2_quorum", ParameterKind::Number(0, 9)),
        Parameter::fixed("learning", "paxos.parameter.learning", ParameterKind::Choice(LEARNING)),
        Parameter::live("retry", "paxos.parameter.retry", ParameterKind::Range(MS, 60_000 * MS)),
        Parameter::live("backoff", "paxos.parameter.backoff", ParameterKind::Choice(BACKOFF)),
        Parameter::live("nacks", "paxos.parameter.nacks", ParameterKind::SWITCH),
        Parameter::fixed("distinguished", "paxos.parameter.distinguished", ParameterKind::SWITCH),
        Parameter::live("heartbeat", "paxos.parameter.heartbeat", ParameterKind::Duration(MS, 60_000 * MS)),
        Parameter::live("suspect_after", "paxos.parameter.suspect_after", ParameterKind::Duration(MS, 60_000 * MS)),
        Parameter::live("repeat", "paxos.parameter.repeat", ParameterKind::Duration(MS, 60_000 * MS)),
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] =
        &["Prepare", "Promise", "Accept", "Accepted", "Nack", "Ask", "Nothing", "Urge", "Chosen", "Forward", "Alive"];
    const NODES_MAX: u16 = 9;
    const SCENARIOS: &'static [&'static str] = scenarios!("paxos");
    const METRICS: &'static [Metric] =
        &[Metric { name: "time_to_chosen_ms" }, Metric { name: "ballots" }, Metric { name: "message_delays" }];

    fn defaults() -> Setup<Self> {
        Setup {
            // A client that asks a second proposer proposes the same there, which does no harm.
            policy: ClientPolicy { retry_after: 1_000 * MS, give_up_after: 4_000 * MS },
            ..calm_setup(5, Config::usual())
        }
    }

    /// Quorums must intersect.
    fn promises(setup: &Setup<Self>) -> bool {
        let roles = Roles::new(setup.nodes, &setup.config);
        Quorums::new(roles, &setup.config).intersect(roles)
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        match parameter {
            0 => Setting::Number(u32::from(config.placement == Placement::Apart)),
            1 => Setting::Number(config.proposers),
            2 => Setting::Number(config.learners),
            3 => Setting::Number(config.phase1_quorum),
            4 => Setting::Number(config.phase2_quorum),
            5 => Setting::Number(u32::from(config.learning == Learning::Distinguished)),
            6 => Setting::Range(config.retry.0, config.retry.1),
            7 => Setting::Number(u32::from(config.backoff == Backoff::Random)),
            8 => Setting::Number(u32::from(config.nacks)),
            9 => Setting::Number(u32::from(config.distinguished)),
            10 => Setting::Duration(config.heartbeat),
            11 => Setting::Duration(config.suspect_after),
            _ => Setting::Duration(config.repeat),
        }
    }

    fn names(nodes: u16, config: &Config) -> Names {
        Roles::new(nodes, config).names()
    }

    /// `chosen`, `chosen 7`, `decided any`, `decided n1`, `decided all`, `preparing n1`, `accepting n1`, `preempted n1`,
    /// `promised n1 2` (a round), `accepted n1 7`, `round 3`: of the nodes that are up, but for `chosen`.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        let seen = world.observation(ProcessId(0));
        let names = names_of(world);
        let node = |name: &str| names.parse(0, name).map(|id| world.node(id));
        let phase = |name: &str, is_meant: fn(Phase) -> bool| {
            let attempt = node(name)?.and_then(|node| node.proposer.attempt);
            Some(attempt.is_some_and(|attempt| is_meant(attempt.phase)))
        };
        let mut informed = seen.up().filter(|(id, node)| node.roles.is_informed(*id)).map(|(_, node)| node);
        let so = match words {
            ["chosen"] => world.monitor().chosen.is_some(),
            ["chosen", value] => {
                let value = value.parse::<i64>().ok()?;
                world.monitor().chosen.is_some_and(|chosen| chosen.value.value == value)
            }
            ["decided", "any"] => informed.any(|node| node.learner.decided.is_some()),
            ["decided", "all"] => informed.all(|node| node.learner.decided.is_some()),
            ["decided", name] => node(name)?.is_some_and(|node| node.learner.decided.is_some()),
            ["preparing", name] => phase(name, |phase| matches!(phase, Phase::Prepare { .. }))?,
            ["accepting", name] => phase(name, |phase| matches!(phase, Phase::Accept { .. }))?,
            ["preempted", name] => phase(name, |phase| matches!(phase, Phase::Preempted { .. }))?,
            ["promised", name, round] => {
                let round = round.parse::<u32>().ok()?;
                node(name)?.is_some_and(|node| node.durable.promised.round >= round)
            }
            ["accepted", name, value] => {
                let value = value.parse::<i64>().ok()?;
                node(name)?.is_some_and(|node| node.durable.accepted.is_some_and(|vote| vote.value.value == value))
            }
            ["round", round] => {
                let round = round.parse::<u32>().ok()?;
                seen.up().any(|(_, node)| node.durable.round >= round)
            }
            _ => return None,
        };
        Some(so)
    }

    fn directive_text(directive: &Infallible) -> (&'static str, String) {
        match *directive {}
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        let seen = world.observation(ProcessId(0));
        let informed = seen.up().filter(|(id, node)| node.roles.is_informed(*id));
        let standing = informed.map(|(_, node)| {
            let proposes = node.proposer.own.is_some() || node.proposer.attempt.is_some();
            (node.learner.decided.is_some(), proposes)
        });
        property == usize::from(properties::TERMINATION) && world.monitor().consensus.has_ended(standing)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        let monitor = world.monitor();
        match metric {
            0 => {
                let (begun, chosen) = (monitor.consensus.first_proposed_at(), monitor.chosen);
                begun.zip(chosen).map(|(begun, chosen)| chosen.at.saturating_sub(begun)).into_iter().collect()
            }
            1 => vec![monitor.ballots],
            _ => monitor.delays.iter().copied().collect(),
        }
    }
}
