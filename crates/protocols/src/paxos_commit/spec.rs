//! What the registry knows of Paxos Commit: parameters, properties, mutants, parsers, metrics.

use super::ballot::Ballot;
use super::message::Message;
use super::mutants::Mutant;
use super::node::{Joined, Node};
use super::record::Durable;
use super::roles::Layout;
use super::{Begin, Config, Directive, FAULTS_MAX, MANAGER, PaxosCommit, inspector, properties, view, why};
use crate::kv::Key;
use crate::scenarios::scenarios;
use crate::spec::{Choice, Glyph, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, names_of};
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
const BHG_STRICT: &str = "Bernstein, Hadzilacos, Goodman 1987, §2.4";
const PAXOS: &str = "Gray, Lamport 2006, §4.1";
const PAXOS_COMMIT: &str = "Gray, Lamport 2006, §4.2";

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
        PAXOS_COMMIT,
        Expectation::Sometimes,
    ),
    property(
        "instance-agreement",
        "paxos-commit.property.instance_agreement",
        "paxos-commit.property.instance_agreement.says",
        PAXOS,
        Expectation::Always,
    ),
    property(
        "promise-kept",
        "paxos-commit.property.promise_kept",
        "paxos-commit.property.promise_kept.says",
        PAXOS,
        Expectation::Always,
    ),
    property(
        "ballot-raised",
        "paxos-commit.property.ballot_raised",
        "paxos-commit.property.ballot_raised.says",
        PAXOS_COMMIT,
        Expectation::Sometimes,
    ),
    property(
        "resolved-without-tm",
        "paxos-commit.property.resolved_without_tm",
        "paxos-commit.property.resolved_without_tm.says",
        PAXOS_COMMIT,
        Expectation::Sometimes,
    ),
    property(
        "blocked",
        "paxos-commit.property.blocked",
        "paxos-commit.property.blocked.says",
        PAXOS_COMMIT,
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
    mutant("no-prepared-record", "paxos-commit.mutant.no_prepared_record", "atomicity"),
    mutant("silence-is-yes", "paxos-commit.mutant.silence_is_yes", "validity"),
    mutant("unlock-at-vote", "paxos-commit.mutant.unlock_at_vote", "strictness"),
    mutant("forget-accepted", "paxos-commit.mutant.forget_accepted", "stable-decision"),
    mutant("forget-promise", "paxos-commit.mutant.forget_promise", "promise-kept"),
    mutant("ignore-accepted", "paxos-commit.mutant.ignore_accepted", "instance-agreement"),
    mutant("decide-on-minority", "paxos-commit.mutant.decide_on_minority", "atomicity"),
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

const TIMEOUT: ParameterKind = ParameterKind::Duration(MS, 60_000 * MS);

const PARAMETERS: &[Parameter] = &[
    Parameter::fixed("begin", "paxos-commit.parameter.begin", ParameterKind::Choice(BEGIN)),
    Parameter::fixed("layout", "paxos-commit.parameter.layout", ParameterKind::Choice(LAYOUT)),
    Parameter::fixed("faults", "paxos-commit.parameter.faults", ParameterKind::Number(0, FAULTS_MAX)),
    Parameter::fixed("fast", "paxos-commit.parameter.fast", ParameterKind::SWITCH),
    Parameter::live("vote_timeout", "paxos-commit.parameter.vote_timeout", TIMEOUT),
    Parameter::live("ballot_timeout", "paxos-commit.parameter.ballot_timeout", TIMEOUT),
    Parameter::live("work_timeout", "paxos-commit.parameter.work_timeout", TIMEOUT),
    Parameter::live("decision_timeout", "paxos-commit.parameter.decision_timeout", TIMEOUT),
    Parameter::live("lock_timeout", "paxos-commit.parameter.lock_timeout", TIMEOUT),
    Parameter::live("stagger", "paxos-commit.parameter.stagger", ParameterKind::Duration(0, 1_000 * MS)),
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
    const METRICS: &'static [Metric] = &[
        Metric { name: "message_delays" },
        Metric { name: "commit_messages" },
        Metric { name: "commit_forced_writes" },
        Metric { name: "blocked_ms" },
    ];

    /// A manager, three RMs and three acceptors.
    fn defaults() -> Setup<Self> {
        Setup {
            nodes: 7,
            clients: 2,
            config: Config::usual(),
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

    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        condition(world, words)
    }

    /// `vote rm2 no`: rm2 aborts the first transaction that it is to prepare.
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
        inspector::glyph(message)
    }

    fn message_fields(message: &Message) -> Vec<Field> {
        inspector::message_fields(message)
    }

    fn node_fields(world: &World<Self>, id: ProcessId, node: &Node) -> Vec<Field> {
        inspector::node_fields(world, id, node)
    }

    fn why(world: &World<Self>, subject: Subject) -> Vec<Why> {
        why::why(world, subject)
    }

    fn matrix(world: &World<Self>) -> Option<Matrix> {
        Some(view::matrix(world))
    }

    /// Ballots are those of single transactions, and so the timeline has one band.
    fn epoch_label(_: u64) -> Text {
        Text::key("paxos-commit.title")
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

/// `collecting` (somebody leads in ballot 0), `leads a1` (in a ballot of its own), `leader rm1 a1` (rm1 takes a1 for
/// the leader), `waiting rm1`, `working rm1`, `in-doubt rm1`, `in-doubt 2`, `blocked rm1`, `accepted a1` (it has
/// accepted in every instance of a transaction), `accepted 2`, `promised a1 1` (a round), `quiet`, `committed 1`,
/// `aborted 1`, `value x 5`: of the nodes that are up; `cost messages 14`, `cost forced 5`, `cost delays 4`: of the
/// last transaction whose RMs all know the outcome.
fn condition(world: &World<PaxosCommit>, words: &[&str]) -> Option<bool> {
    let seen = world.observation(MANAGER);
    let roles = world.config().roles(world.node_count());
    let judge = &world.monitor().judge;
    let named = |name: &str| names_of(world).parse(0, name);
    let node = |name: &str| Some(world.node(named(name)?));
    let count_of = |is_so: fn(&Node) -> bool, count: &str| {
        let count: usize = count.parse().ok()?;
        Some(seen.up().filter(|(_, node)| is_so(node)).count() >= count)
    };
    let so = match words {
        ["collecting"] => seen.up().any(|(_, node)| node.leading.values().any(|lead| lead.ballot == Ballot::ZERO)),
        ["leads", name] => node(name)?.is_some_and(|node| node.leading.values().any(|lead| lead.ballot > Ballot::ZERO)),
        ["leader", name, leader] => {
            let leader = named(leader)?;
            node(name)?.is_some_and(|node| node.leader == leader)
        }
        ["waiting", name] => node(name)?.is_some_and(|node| node.store.waits().next().is_some()),
        ["working", name] => node(name)?.is_some_and(|node| node.joined.values().any(|joined| !joined.is_in_doubt())),
        ["blocked", name] => {
            let is_blocked = |joined: &Joined| joined.is_blocked(roles.candidate_count());
            node(name)?.is_some_and(|node| node.joined.values().any(is_blocked))
        }
        ["in-doubt", name] if named(name).is_some() => node(name)?.is_some_and(is_in_doubt),
        ["in-doubt", count] => count_of(is_in_doubt, count)?,
        ["accepted", name] if named(name).is_some() => node(name)?.is_some_and(has_accepted),
        ["accepted", count] => count_of(has_accepted, count)?,
        ["promised", name, round] => {
            let round: u32 = round.parse().ok()?;
            let has_promised = |node: &Node| node.ballots.values().any(|known| known.promised.round >= round);
            node(name)?.is_some_and(has_promised)
        }
        ["committed", count] => judge.count(Outcome::Commit) >= count.parse::<u32>().ok()?,
        ["aborted", count] => judge.count(Outcome::Abort) >= count.parse::<u32>().ok()?,
        ["value", key, value] => {
            let (key, value) = (Key::parse(key)?, value.parse::<i64>().ok()?);
            world.node(roles.placement().holder(key)).is_some_and(|node| node.store.value(key) == Some(value))
        }
        ["cost", what, count] => cost(world, what)? == count.parse::<u32>().ok()?,
        ["quiet"] => is_quiet(world),
        _ => return None,
    };
    Some(so)
}

/// What the last transaction has cost whose RMs all know the outcome.
fn cost(world: &World<PaxosCommit>, what: &str) -> Option<u32> {
    let costs = world.monitor().judge.ledger.last().map(|(_, costs)| costs).unwrap_or_default();
    match what {
        "messages" => Some(costs.messages),
        "forced" => Some(costs.forced),
        "delays" => Some(u32::from(costs.delays)),
        _ => None,
    }
}

fn is_in_doubt(node: &Node) -> bool {
    node.joined.values().any(Joined::is_in_doubt)
}

/// Whether an acceptor has accepted something in every instance of a transaction, in ballot 0 or in all in one ballot.
fn has_accepted(node: &Node) -> bool {
    node.ballots.values().any(|known| known.head.ids().all(|id| known.accepted.contains_key(&id)))
}

/// No node that is up has an undecided transaction.
fn is_quiet(world: &World<PaxosCommit>) -> bool {
    world.observation(MANAGER).up().all(|(_, node)| node.is_quiet())
}
