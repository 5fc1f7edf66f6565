//! What the registry knows of Raft: parameters, properties, mutants, parsers, metrics.

use super::mutants::Mutant;
use super::node::Node;
use super::{Config, Directive, Raft, properties};
use crate::replicated_log::{self, ReplicatedLog, leader, log_text, parse_log};
use crate::scenarios::scenarios;
use crate::spec::{
    Metric, MutantInfo, Names, Parameter, ParameterKind, Part, Property, Spec, calm_setup, process_name,
};
use consistory_kernel::{MS, ProcessId, Setting, Setup, World};

const PROPERTIES: &[Property] = &[
    Property::always("election-safety", "raft.election_safety", "raft.election_safety.says", "§5.2"),
    Property::always("leader-append-only", "raft.leader_append_only", "raft.leader_append_only.says", "§5.3"),
    Property::always("log-matching", "raft.log_matching", "raft.log_matching.says", "§5.3"),
    Property::always("leader-completeness", "raft.leader_completeness", "raft.leader_completeness.says", "§5.4"),
    Property::always("state-machine-safety", "raft.state_machine_safety", "raft.state_machine_safety.says", "§5.4.3")
        .of(Part::Agreement),
    Property::sometimes("leader-elected", "raft.leader_elected", "raft.leader_elected.says", "§5.2"),
    Property::sometimes("entry-committed", "raft.entry_committed", "raft.entry_committed.says", "§5.3"),
    Property::sometimes("vote-split", "raft.vote_split", "raft.vote_split.says", "§5.2"),
    Property::sometimes("entry-overwritten", "raft.entry_overwritten", "raft.entry_overwritten.says", "§5.3"),
    Property::eventually("progress", "raft.progress", "raft.progress.says", "§5.6").of(Part::Termination),
    Property::always("validity", "raft.validity", "raft.validity.says", "Cachin, Guerraoui, Rodrigues 2011, UC2")
        .of(Part::Validity),
    Property::always("integrity", "raft.integrity", "raft.integrity.says", "Cachin, Guerraoui, Rodrigues 2011, UC3")
        .of(Part::Integrity),
];

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("vote-twice", "raft.mutant.vote_twice", "election-safety"),
    MutantInfo::new("forget-vote", "raft.mutant.forget_vote", "election-safety"),
    MutantInfo::new("skip-log-check", "raft.mutant.skip_log_check", "leader-completeness"),
    MutantInfo::new("count-old-terms", "raft.mutant.count_old_terms", "leader-completeness"),
    MutantInfo::new("small-quorum", "raft.mutant.small_quorum", "election-safety"),
    MutantInfo::new("truncate-always", "raft.mutant.truncate_always", "leader-completeness"),
    MutantInfo::new(
        "acknowledge-before-persisting",
        "raft.mutant.acknowledge_before_persisting",
        "leader-completeness",
    ),
    MutantInfo::new("skip-consistency-check", "raft.mutant.skip_consistency_check", "log-matching"),
    MutantInfo::new("leader-drops-uncommitted", "raft.mutant.leader_drops_uncommitted", "leader-append-only"),
    MutantInfo::new("apply-uncommitted", "raft.mutant.apply_uncommitted", "state-machine-safety"),
    MutantInfo::new("renumber-adopted", "raft.mutant.renumber_adopted", "validity"),
    MutantInfo::new("trust-log-on-restart", "raft.mutant.trust_log_on_restart", "integrity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::TrustLogOnRestart as usize + 1, "one description for each mutant");

impl Spec for Raft {
    const ID: &'static str = "raft";
    const TITLE: &'static str = "raft.title";
    const SUMMARY: &'static str = "raft.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::live("election_timeout", "raft.parameter.election_timeout", ParameterKind::Range(MS, 60_000 * MS)),
        Parameter::live("heartbeat", "raft.parameter.heartbeat", ParameterKind::Duration(MS, 60_000 * MS)),
        Parameter::live("batch", "raft.parameter.batch", ParameterKind::Number(1, 1_000)),
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] = &["RequestVote", "RequestVoteReply", "AppendEntries", "AppendEntriesReply"];
    const DIRECTIVES: &'static [&'static str] = &["log", "term"];
    const NODES_MAX: u16 = 9;
    const SCENARIOS: &'static [&'static str] = scenarios!("raft");
    const METRICS: &'static [Metric] = &[
        Metric { name: "time_to_leader_ms" },
        Metric { name: "elections" },
        Metric { name: "split_votes" },
        Metric { name: "commit_latency_ms" },
    ];

    fn defaults() -> Setup<Self> {
        calm_setup(5, Config::paper())
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        match parameter {
            0 => Setting::Range(config.election_timeout.0, config.election_timeout.1),
            1 => Setting::Duration(config.heartbeat),
            _ => Setting::Number(config.batch),
        }
    }

    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        replicated_log::condition(world, words)
    }

    fn parse_directive(keyword: &str, arguments: &[&str], names: Names) -> Option<Directive> {
        match (keyword, arguments) {
            ("log", terms) => parse_log(terms).map(Directive::Log),
            ("term", [term]) => Some(Directive::Term(term.parse().ok()?, None)),
            ("term", [term, "vote", node]) => Some(Directive::Term(term.parse().ok()?, Some(names.parse(0, node)?))),
            _ => None,
        }
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        match directive {
            Directive::Log(terms) => ("log", log_text(terms)),
            Directive::Term(term, None) => ("term", term.to_string()),
            Directive::Term(term, Some(vote)) => {
                ("term", format!("{term} vote {}", process_name(Self::NODES_MAX, *vote)))
            }
        }
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        property == usize::from(properties::PROGRESS) && makes_progress(world)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        let monitor = world.monitor();
        match metric {
            0 => leader(world).and_then(|(id, _)| monitor.won_at.get(&id)).copied().into_iter().collect(),
            1 => vec![monitor.elections],
            2 => vec![monitor.split_votes],
            _ => monitor.commit_latencies.iter().copied().collect(),
        }
    }
}

impl ReplicatedLog for Raft {
    fn is_leader(node: &Node) -> bool {
        node.is_leader()
    }

    fn epoch(node: &Node) -> (u32, ProcessId) {
        // Nobody owns a term.
        (node.term(), ProcessId(0))
    }

    fn committed(node: &Node) -> u32 {
        node.commit
    }

    fn digest(node: &Node) -> (u32, u64) {
        let log = &node.durable.log;
        (log.last_index(), log.chain(log.last_index()))
    }
}

/// One leader, known to a majority, whose commit index has reached the end of its log.
fn makes_progress(world: &World<Raft>) -> bool {
    let Some((leader, node)) = leader(world) else { return false };
    let seen = world.observation(ProcessId(0));
    let followers = seen.up().filter(|(_, other)| other.leader == Some(leader) && other.term() == node.term());
    followers.count() > usize::from(world.node_count() / 2) && node.commit == node.durable.log.last_index()
}
