//! What the registry knows of the majority vote: parameters, properties, mutants, metrics.

use super::mutants::Mutant;
use super::{Config, MajorityVote, properties};
use crate::consensus;
use crate::scenarios::scenarios;
use crate::spec::{Metric, MutantInfo, Parameter, ParameterKind, Property, Spec, calm_setup, parse_process};
use consistory_kernel::{ClientPolicy, MS, ProcessId, Setting, Setup, World};
use core::convert::Infallible;

const FLP: &str = "Fischer, Lynch, Paterson 1985";

/// Votes that are not durable are cast twice, by design of the parameter.
const FORGETS: Option<&str> = Some("majority-vote.beyond.durable");

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] = &[
    consensus::agreement(FORGETS),
    consensus::validity(None),
    consensus::integrity(FORGETS),
    Property {
        beyond: FORGETS,
        ..Property::always("one-vote", "majority-vote.one_vote", "majority-vote.one_vote.says", "Gifford 1979")
    },
    Property::sometimes("decided", "majority-vote.decided", "majority-vote.decided.says", FLP),
    Property::sometimes("split", "majority-vote.split", "majority-vote.split.says", FLP),
    Property::sometimes("in-doubt", "majority-vote.in_doubt", "majority-vote.in_doubt.says", FLP),
    consensus::termination(Some("majority-vote.beyond.termination")),
];

const _: () = assert!(PROPERTIES.len() == properties::TERMINATION as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("vote-twice", "majority-vote.mutant.vote_twice", "one-vote"),
    MutantInfo::new("decide-on-plurality", "majority-vote.mutant.decide_on_plurality", "agreement"),
    MutantInfo::new("add-up", "majority-vote.mutant.add_up", "validity"),
    MutantInfo::new("decide-early", "majority-vote.mutant.decide_early", "integrity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::DecideEarly as usize + 1, "one description for each mutant");

impl Spec for MajorityVote {
    const ID: &'static str = "majority-vote";
    const TITLE: &'static str = "majority-vote.title";
    const SUMMARY: &'static str = "majority-vote.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::fixed("durable", "majority-vote.parameter.durable", ParameterKind::SWITCH),
        Parameter::live("repeat", "majority-vote.parameter.repeat", ParameterKind::Duration(MS, 60_000 * MS)),
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = &["Vote", "Reminder"];
    const NODES_MAX: u16 = 9;
    const SCENARIOS: &'static [&'static str] = scenarios!("majority_vote");
    const METRICS: &'static [Metric] = &[Metric { name: "time_to_decision_ms" }, Metric { name: "message_delays" }];

    fn defaults() -> Setup<Self> {
        Setup {
            // A client that asks a second process proposes the same there, which does no harm.
            policy: ClientPolicy { retry_after: 1_000 * MS, give_up_after: 4_000 * MS },
            ..calm_setup(5, Config { durable: true, repeat: 200 * MS })
        }
    }

    fn promises(setup: &Setup<Self>) -> bool {
        setup.config.durable
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        match parameter {
            0 => Setting::Number(u32::from(config.durable)),
            _ => Setting::Duration(config.repeat),
        }
    }

    /// `voted n1`, `voted n1 7`, `voted all`, `decided any`, `decided n1`, `decided all`: of the processes that are up.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        let seen = world.observation(ProcessId(0));
        let process = |name: &str| parse_process(world.node_count(), 0, name);
        let so = match words {
            ["voted", "all"] => seen.up().all(|(_, node)| node.vote.is_some()),
            ["voted", name] => world.node(process(name)?).is_some_and(|node| node.vote.is_some()),
            ["voted", name, value] => {
                let value = value.parse::<i64>().ok()?;
                world.node(process(name)?).is_some_and(|node| node.vote.is_some_and(|vote| vote.value == value))
            }
            ["decided", "any"] => seen.up().any(|(_, node)| node.decision.is_some()),
            ["decided", "all"] => seen.up().all(|(_, node)| node.decision.is_some()),
            ["decided", name] => world.node(process(name)?).is_some_and(|node| node.decision.is_some()),
            _ => return None,
        };
        Some(so)
    }

    fn directive_text(directive: &Infallible) -> (&'static str, String) {
        match *directive {}
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        let seen = world.observation(ProcessId(0));
        let standing = seen.up().map(|(_, node)| (node.decision.is_some(), !node.waiting.is_empty()));
        property == usize::from(properties::TERMINATION) && world.monitor().consensus.has_ended(standing)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        let monitor = world.monitor();
        match metric {
            0 => {
                let (begun, decided) = (monitor.consensus.first_proposed_at(), monitor.decided_at);
                begun.zip(decided).map(|(begun, decided)| decided.saturating_sub(begun)).into_iter().collect()
            }
            _ => monitor.delays.iter().copied().collect(),
        }
    }
}
