//! What the registry knows of primary-backup replication: parameters, properties, mutants, parsers, metrics.

use super::mutants::Mutant;
use super::node::Node;
use super::{Config, Directive, PrimaryBackup, properties};
use crate::replicated_log::{self, ReplicatedLog, log_text, parse_log};
use crate::scenarios::scenarios;
use crate::spec::{
    Choice, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, calm_setup, parse_process,
};
use consistory_kernel::{MS, ProcessId, Setting, Setup, World};

const ALSBERG_DAY: &str = "Alsberg, Day 1976";
const APPROACH: &str = "Budhiraja et al. 1993";
const LEASES: &str = "Gray, Cheriton 1989";

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] = &[
    Property::always(
        "one-primary-per-epoch",
        "primary-backup.one_primary",
        "primary-backup.one_primary.says",
        APPROACH,
    ),
    Property::always(
        "acknowledged-writes-survive",
        "primary-backup.survive",
        "primary-backup.survive.says",
        ALSBERG_DAY,
    ),
    Property::always("prefix", "primary-backup.prefix", "primary-backup.prefix.says", ALSBERG_DAY),
    Property::always("fresh-reads", "primary-backup.fresh_reads", "primary-backup.fresh_reads.says", LEASES),
    Property::sometimes("failover", "primary-backup.failover", "primary-backup.failover.says", APPROACH),
    Property::sometimes(
        "write-acknowledged",
        "primary-backup.write_acknowledged",
        "primary-backup.write_acknowledged.says",
        ALSBERG_DAY,
    ),
    Property::sometimes("rolled-back", "primary-backup.roll_back", "primary-backup.roll_back.says", APPROACH),
    Property::sometimes("stale-read", "primary-backup.stale_read", "primary-backup.stale_read.says", LEASES),
    Property::sometimes("write-lost", "primary-backup.write_lost", "primary-backup.write_lost.says", APPROACH),
    Property::sometimes("two-primaries", "primary-backup.two_primaries", "primary-backup.two_primaries.says", APPROACH),
    Property::eventually("progress", "primary-backup.progress", "primary-backup.progress.says", APPROACH),
];

const _: () = assert!(PROPERTIES.len() == properties::PROGRESS as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("acknowledge-early", "primary-backup.mutant.acknowledge_early", "acknowledged-writes-survive"),
    MutantInfo::new("skip-fence-quorum", "primary-backup.mutant.skip_fence_quorum", "acknowledged-writes-survive"),
    MutantInfo::new("ignore-longer-log", "primary-backup.mutant.ignore_longer_log", "acknowledged-writes-survive"),
    MutantInfo::new("accept-old-epoch", "primary-backup.mutant.accept_old_epoch", "acknowledged-writes-survive"),
    MutantInfo::new("reuse-epoch", "primary-backup.mutant.reuse_epoch", "one-primary-per-epoch"),
    MutantInfo::new("no-consistency-check", "primary-backup.mutant.no_consistency_check", "prefix"),
    MutantInfo::new("ignore-lease", "primary-backup.mutant.ignore_lease", "fresh-reads"),
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
        calm_setup(3, Config::semi_synchronous())
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

    /// `primary`, `primary n2`, `backup n1`, `epoch 2`, `acknowledged 4`, `applied 3 n2`, `logs equal`: of the nodes that are up.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        let node = |name: &str| parse_process(world.node_count(), 0, name).map(|id| world.node(id));
        match words {
            ["backup", name] => Some(node(name)?.is_some_and(Node::is_backup)),
            ["applied", index, name] => {
                let index = index.parse::<u32>().ok()?;
                Some(node(name)?.is_some_and(|node| node.applied >= index))
            }
            [Self::LEADER, ..] | [Self::EPOCH | Self::COMMITTED, _] | ["logs", "equal"] => {
                replicated_log::condition(world, words)
            }
            _ => None,
        }
    }

    fn parse_directive(keyword: &str, arguments: &[&str], _: Names) -> Option<Directive> {
        if keyword == "log" { parse_log(arguments).map(Directive::Log) } else { None }
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        let Directive::Log(rounds) = directive;
        ("log", log_text(rounds))
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

impl ReplicatedLog for PrimaryBackup {
    const LEADER: &'static str = "primary";
    const EPOCH: &'static str = "epoch";
    const COMMITTED: &'static str = "acknowledged";

    fn is_leader(node: &Node) -> bool {
        node.is_primary()
    }

    fn epoch(node: &Node) -> (u32, ProcessId) {
        (node.epoch().round, node.epoch().node)
    }

    fn committed(node: &Node) -> u32 {
        node.acknowledged
    }

    fn digest(node: &Node) -> (u32, u64) {
        let log = &node.durable.log;
        (log.last_index(), log.chain(log.last_index()))
    }
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
