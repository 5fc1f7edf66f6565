//! What the registry knows of primary-backup replication: parameters, properties, mutants, parsers, metrics.

use super::mutants::Mutant;
use super::node::{Durable, Node};
use super::{Config, Directive, Message, PrimaryBackup, properties, view, why};
use crate::scenarios::scenarios;
use crate::spec::{Choice, Glyph, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, parse_process};
use consistory_kernel::{ClientPolicy, Limits, MS, Network, ProcessId, Setting, Setup, World};
use consistory_scene::{Arg, Card, Expectation, Field, Matrix, Strip, Subject, Text, Why};

const fn property(
    id: &'static str,
    name: &'static str,
    says: &'static str,
    source: &'static str,
    expectation: Expectation,
) -> Property {
    Property { id, name, says, source, expectation, beyond: None }
}

const ALSBERG_DAY: &str = "Alsberg, Day 1976";
const APPROACH: &str = "Budhiraja et al. 1993";
const LEASES: &str = "Gray, Cheriton 1989";

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] = &[
    property(
        "one-primary-per-epoch",
        "primary-backup.one_primary",
        "primary-backup.one_primary.says",
        APPROACH,
        Expectation::Always,
    ),
    property(
        "acknowledged-writes-survive",
        "primary-backup.survive",
        "primary-backup.survive.says",
        ALSBERG_DAY,
        Expectation::Always,
    ),
    property("prefix", "primary-backup.prefix", "primary-backup.prefix.says", ALSBERG_DAY, Expectation::Always),
    property(
        "fresh-reads",
        "primary-backup.fresh_reads",
        "primary-backup.fresh_reads.says",
        LEASES,
        Expectation::Always,
    ),
    property("failover", "primary-backup.failover", "primary-backup.failover.says", APPROACH, Expectation::Sometimes),
    property(
        "write-acknowledged",
        "primary-backup.write_acknowledged",
        "primary-backup.write_acknowledged.says",
        ALSBERG_DAY,
        Expectation::Sometimes,
    ),
    property(
        "rolled-back",
        "primary-backup.roll_back",
        "primary-backup.roll_back.says",
        APPROACH,
        Expectation::Sometimes,
    ),
    property(
        "stale-read",
        "primary-backup.stale_read",
        "primary-backup.stale_read.says",
        LEASES,
        Expectation::Sometimes,
    ),
    property(
        "write-lost",
        "primary-backup.write_lost",
        "primary-backup.write_lost.says",
        APPROACH,
        Expectation::Sometimes,
    ),
    property(
        "two-primaries",
        "primary-backup.two_primaries",
        "primary-backup.two_primaries.says",
        APPROACH,
        Expectation::Sometimes,
    ),
    property("progress", "primary-backup.progress", "primary-backup.progress.says", APPROACH, Expectation::Eventually),
];

const _: () = assert!(PROPERTIES.len() == properties::PROGRESS as usize + 1, "one description for each property");

const fn mutant(id: &'static str, says: &'static str, breaks: &'static str) -> MutantInfo {
    MutantInfo { id, says, breaks }
}

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    mutant("acknowledge-early", "primary-backup.mutant.acknowledge_early", "acknowledged-writes-survive"),
    mutant("skip-fence-quorum", "primary-backup.mutant.skip_fence_quorum", "acknowledged-writes-survive"),
    mutant("ignore-longer-log", "primary-backup.mutant.ignore_longer_log", "acknowledged-writes-survive"),
    mutant("accept-old-epoch", "primary-backup.mutant.accept_old_epoch", "acknowledged-writes-survive"),
    mutant("reuse-epoch", "primary-backup.mutant.reuse_epoch", "one-primary-per-epoch"),
    mutant("no-consistency-check", "primary-backup.mutant.no_consistency_check", "prefix"),
    mutant("ignore-lease", "primary-backup.mutant.ignore_lease", "fresh-reads"),
];

const _: () = assert!(MUTANTS.len() == Mutant::IgnoreLease as usize + 1, "one description for each mutant");

/// Who answers reads.
const READS: &[Choice] = &[
    Choice { name: "primary", label: "primary-backup.reads.primary" },
    Choice { name: "anywhere", label: "primary-backup.reads.anywhere" },
];

/// Who makes a backup the primary.
const FAILOVER: &[Choice] = &[
    Choice { name: "manual", label: "primary-backup.failover.manual" },
    Choice { name: "automatic", label: "primary-backup.failover.automatic" },
];

impl Spec for PrimaryBackup {
    const ID: &'static str = "primary-backup";
    const TITLE: &'static str = "primary-backup.title";
    const SUMMARY: &'static str = "primary-backup.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::live("acks", "primary-backup.parameter.acks", ParameterKind::Number(0, 6)),
        Parameter::live("reads", "primary-backup.parameter.reads", ParameterKind::Choice(READS)),
        Parameter::live("fencing", "primary-backup.parameter.fencing", ParameterKind::SWITCH),
        Parameter::live("failover", "primary-backup.parameter.failover", ParameterKind::Choice(FAILOVER)),
        Parameter::live("heartbeat", "primary-backup.parameter.heartbeat", ParameterKind::Duration(MS, 60_000 * MS)),
        Parameter::live(
            "suspect_after",
            "primary-backup.parameter.suspect_after",
            ParameterKind::Range(MS, 60_000 * MS),
        ),
        Parameter::live("lease", "primary-backup.parameter.lease", ParameterKind::Duration(0, 60_000 * MS)),
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = &["Replicate", "Stored", "Fence", "Fenced"];
    const DIRECTIVES: &'static [&'static str] = &["log"];
    const NODES_MAX: u16 = 7;
    const SCENARIOS: &'static [&'static str] = scenarios!("primary_backup");
    const METRICS: &'static [Metric] =
        &[Metric { name: "failovers" }, Metric { name: "rollbacks" }, Metric { name: "stale_reads" }];

    fn defaults() -> Setup<Self> {
        Setup {
            nodes: 3,
            clients: 2,
            config: Config::semi_synchronous(),
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
            0 => Setting::Number(config.acks),
            1 => Setting::Number(u32::from(config.reads_anywhere)),
            2 => Setting::Number(u32::from(config.fencing)),
            3 => Setting::Number(u32::from(config.automatic)),
            4 => Setting::Duration(config.heartbeat),
            5 => Setting::Range(config.suspect_after.0, config.suspect_after.1),
            _ => Setting::Duration(config.lease),
        }
    }

    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        condition(world, words)
    }

    fn parse_directive(keyword: &str, arguments: &[&str], _: Names) -> Option<Directive> {
        if keyword != "log" {
            return None;
        }
        let rounds: Vec<u32> = arguments.iter().map(|round| round.parse().ok()).collect::<Option<_>>()?;
        let is_rising = rounds.is_sorted() && rounds.first().is_none_or(|round| *round > 0);
        (is_rising && rounds.len() <= 1_000).then_some(Directive::Log(rounds))
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        let Directive::Log(rounds) = directive;
        ("log", rounds.iter().map(u32::to_string).collect::<Vec<_>>().join(" "))
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

    fn epoch_label(epoch: u64) -> Text {
        Text::key("primary-backup.epoch").with("epoch", Arg::Number(i64::try_from(epoch).unwrap_or(i64::MAX)))
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        property == usize::from(properties::PROGRESS) && makes_progress(world)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        let monitor = world.monitor();
        match metric {
            0 => vec![monitor.failovers],
            1 => vec![monitor.rollbacks],
            _ => vec![monitor.stale_reads],
        }
    }
}

/// `primary`, `primary n2`, `backup n1`, `epoch 2`, `acknowledged 4`, `applied 3 n2`, `logs equal`: of the nodes that are up.
fn condition(world: &World<PrimaryBackup>, words: &[&str]) -> Option<bool> {
    let seen = world.observation(ProcessId(0));
    let named = |name: &str| parse_process(world.node_count(), 0, name);
    let number = |word: &str| word.parse::<u32>().ok();
    let so = match words {
        ["primary"] => seen.up().any(|(_, node)| node.is_primary()),
        ["primary", name] => world.node(named(name)?).is_some_and(Node::is_primary),
        ["backup", name] => world.node(named(name)?).is_some_and(Node::is_backup),
        ["epoch", round] => {
            let round = number(round)?;
            seen.up().any(|(_, node)| node.epoch().round >= round)
        }
        ["acknowledged", index] => {
            let index = number(index)?;
            seen.up().any(|(_, node)| node.acknowledged >= index)
        }
        ["applied", index, name] => {
            let index = number(index)?;
            world.node(named(name)?).is_some_and(|node| node.applied >= index)
        }
        ["logs", "equal"] => {
            let mut chains = seen.up().map(|(_, node)| node.durable.log.chain(node.durable.log.last_index()));
            let first = chains.next();
            chains.all(|chain| Some(chain) == first)
        }
        _ => return None,
    };
    Some(so)
}

/// One primary, and every node is up, in its epoch and with its log, all of which is acknowledged.
fn makes_progress(world: &World<PrimaryBackup>) -> bool {
    let seen = world.observation(ProcessId(0));
    let mut primaries = seen.up().filter(|(_, node)| node.is_primary());
    let (Some((_, primary)), None) = (primaries.next(), primaries.next()) else { return false };
    let last = primary.durable.log.last_index();
    let same = seen.up().filter(|(_, node)| {
        let log = &node.durable.log;
        node.epoch() == primary.epoch()
            && log.last_index() == last
            && log.chain(last) == primary.durable.log.chain(last)
    });
    same.count() == usize::from(world.node_count()) && primary.acknowledged == last
}
