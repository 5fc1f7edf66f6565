//! What the registry knows of Paxos Commit: parameters, properties, mutants, parsers, metrics.

use super::ballot::Ballot;
use super::message::Message;
use super::mutants::Mutant;
use super::node::{Joined, Node};
use super::roles::Layout;
use super::{Begin, Config, FAULTS_MAX, PaxosCommit, properties};
use crate::scenarios::scenarios;
use crate::spec::{Choice, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, calm_setup, names_of};
use crate::transaction::Directive;
use crate::transaction::spec::{self, TIMEOUT, some};
use crate::why::alive;
use consistory_kernel::{Setting, Setup, World};

const PAXOS: &str = "Gray, Lamport 2006, §4.1";
const PAXOS_COMMIT: &str = "Gray, Lamport 2006, §4.2";

/// In the order of the numbers in [`crate::transaction::judge`] and [`properties`].
const PROPERTIES: &[Property] = &[
    spec::ATOMICITY,
    spec::VALIDITY,
    spec::STABLE_DECISION,
    spec::STRICTNESS,
    spec::COMMITTED,
    spec::ABORTED,
    spec::waits_for_in_doubt(PAXOS_COMMIT),
    Property::always(
        "instance-agreement",
        "paxos-commit.property.instance_agreement",
        "paxos-commit.property.instance_agreement.says",
        PAXOS,
    ),
    Property::always(
        "promise-kept",
        "paxos-commit.property.promise_kept",
        "paxos-commit.property.promise_kept.says",
        PAXOS,
    ),
    Property::sometimes(
        "ballot-raised",
        "paxos-commit.property.ballot_raised",
        "paxos-commit.property.ballot_raised.says",
        PAXOS_COMMIT,
    ),
    Property::sometimes(
        "resolved-without-tm",
        "paxos-commit.property.resolved_without_tm",
        "paxos-commit.property.resolved_without_tm.says",
        PAXOS_COMMIT,
    ),
    Property::sometimes("blocked", "paxos-commit.property.blocked", "paxos-commit.property.blocked.says", PAXOS_COMMIT),
    spec::TERMINATION,
];

const _: () = assert!(PROPERTIES.len() == properties::TERMINATION as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("no-prepared-record", "paxos-commit.mutant.no_prepared_record", "atomicity"),
    MutantInfo::new("silence-is-yes", "paxos-commit.mutant.silence_is_yes", "validity"),
    MutantInfo::new("unlock-at-vote", "paxos-commit.mutant.unlock_at_vote", "strictness"),
    MutantInfo::new("forget-accepted", "paxos-commit.mutant.forget_accepted", "stable-decision"),
    MutantInfo::new("forget-promise", "paxos-commit.mutant.forget_promise", "promise-kept"),
    MutantInfo::new("ignore-accepted", "paxos-commit.mutant.ignore_accepted", "instance-agreement"),
    MutantInfo::new("decide-on-minority", "paxos-commit.mutant.decide_on_minority", "atomicity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::DecideOnMinority as usize + 1, "one description for each mutant");

/// Who begins to commit.
const BEGIN: &[Choice] = &[
    Choice { name: "coordinator", label: "paxos-commit.begin.coordinator" },
    Choice { name: "participant", label: "paxos-commit.begin.participant" },
];

/// Which roles share a node.
const LAYOUT: &[Choice] = &[
    Choice { name: "apart", label: "paxos-commit.layout.apart" },
    Choice { name: "leader", label: "paxos-commit.layout.leader" },
    Choice { name: "together", label: "paxos-commit.layout.together" },
];

const PARAMETERS: &[Parameter] = &[
    Parameter::fixed("begin", "transaction.parameter.begin", ParameterKind::Choice(BEGIN)),
    Parameter::fixed("layout", "paxos-commit.parameter.layout", ParameterKind::Choice(LAYOUT)),
    Parameter::fixed("faults", "paxos-commit.parameter.faults", ParameterKind::Number(0, FAULTS_MAX)),
    Parameter::fixed("fast", "paxos-commit.parameter.fast", ParameterKind::SWITCH),
    Parameter::live("vote_timeout", "paxos-commit.parameter.vote_timeout", TIMEOUT),
    Parameter::live("ballot_timeout", "paxos-commit.parameter.ballot_timeout", TIMEOUT),
    Parameter::live("work_timeout", "paxos-commit.parameter.work_timeout", TIMEOUT),
    Parameter::live("decision_timeout", "transaction.parameter.decision_timeout", TIMEOUT),
    spec::LOCK_TIMEOUT,
    spec::STAGGER,
];

impl Spec for PaxosCommit {
    const ID: &'static str = "paxos-commit";
    const TITLE: &'static str = "paxos-commit.title";
    const SUMMARY: &'static str = "paxos-commit.summary";
    const PARAMETERS: &'static [Parameter] = PARAMETERS;
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = Message::KINDS;
    const DIRECTIVES: &'static [&'static str] = &["vote"];
    /// A manager, six RMs and the five acceptors of two faults.
    const NODES_MAX: u16 = 12;
    const SCENARIOS: &'static [&'static str] = scenarios!("paxos_commit");
    const METRICS: &'static [Metric] = spec::METRICS;

    /// A manager, three RMs and three acceptors.
    fn defaults() -> Setup<Self> {
        calm_setup(7, Config::usual())
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        match parameter {
            0 => Setting::Number(match config.begin {
                Begin::Coordinator => 0,
                Begin::Participant => 1,
            }),
            1 => Setting::Number(match config.layout {
                Layout::Apart => 0,
                Layout::Leader => 1,
                Layout::Together => 2,
            }),
            2 => Setting::Number(config.faults),
            3 => Setting::Number(u32::from(config.fast)),
            4 => Setting::Duration(config.vote_timeout),
            5 => Setting::Duration(config.ballot_timeout),
            6 => Setting::Duration(config.work_timeout),
            7 => Setting::Duration(config.decision_timeout),
            8 => Setting::Duration(config.lock_timeout),
            _ => Setting::Duration(config.stagger),
        }
    }

    /// The manager stands above the RMs, the acceptors below.
    fn names(nodes: u16, config: &Config) -> Names {
        config.roles(nodes).names()
    }

    /// `collecting` (somebody leads in ballot 0), `leads a1` (in a ballot of its own), `leader rm1 a1` (rm1 takes a1 for
    /// the leader), `blocked rm1`, `accepted a1` (it has accepted in every instance of a transaction), `accepted 2`,
    /// `promised a1 1` (a round): of the nodes that are up.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        match words {
            ["collecting"] => Some(alive(world).any(|(_, node)| leads(node, |ballot| ballot == Ballot::ZERO))),
            ["leads", whom] => some(world, whom, |node| leads(node, |ballot| ballot > Ballot::ZERO)),
            ["leader", whom, leader] => {
                let leader = names_of(world).parse(0, leader)?;
                some(world, whom, |node| node.leader == leader)
            }
            ["blocked", whom] => {
                let candidates = world.config().roles(world.node_count()).candidate_count();
                let is_blocked = |joined: &Joined| joined.is_blocked(candidates);
                some(world, whom, |node| node.site.parts.values().any(is_blocked))
            }
            ["accepted", whom] => some(world, whom, has_accepted),
            ["promised", whom, round] => {
                let round: u32 = round.parse().ok()?;
                some(world, whom, |node| node.ballots.values().any(|known| known.promised.round >= round))
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

/// Whether a node leads in such a ballot.
fn leads(node: &Node, is_so: impl Fn(Ballot) -> bool) -> bool {
    node.leading.values().any(|lead| is_so(lead.ballot))
}

/// Whether an acceptor has accepted something in every instance of a transaction, in ballot 0 or in all in one ballot.
fn has_accepted(node: &Node) -> bool {
    node.ballots.values().any(|known| known.head.ids().all(|id| known.accepted.contains_key(&id)))
}
