//! What the registry knows of Raft: parameters, properties, mutants, parsers, metrics.

use super::mutants::Mutant;
use super::node::{Durable, Node};
use super::{Config, Directive, Message, Raft, properties, view, why};
use crate::scenarios::scenarios;
use crate::spec::{
    Glyph, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, parse_process, process_name,
};
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

const PROPERTIES: &[Property] = &[
    property("election-safety", "raft.election_safety", "raft.election_safety.says", "§5.2", Expectation::Always),
    property(
        "leader-append-only",
        "raft.leader_append_only",
        "raft.leader_append_only.says",
        "§5.3",
        Expectation::Always,
    ),
    property("log-matching", "raft.log_matching", "raft.log_matching.says", "§5.3", Expectation::Always),
    property(
        "leader-completeness",
        "raft.leader_completeness",
        "raft.leader_completeness.says",
        "§5.4",
        Expectation::Always,
    ),
    property(
        "state-machine-safety",
        "raft.state_machine_safety",
        "raft.state_machine_safety.says",
        "§5.4.3",
        Expectation::Always,
    ),
    property("leader-elected", "raft.leader_elected", "raft.leader_elected.says", "§5.2", Expectation::Sometimes),
    property("entry-committed", "raft.entry_committed", "raft.entry_committed.says", "§5.3", Expectation::Sometimes),
    property("vote-split", "raft.vote_split", "raft.vote_split.says", "§5.2", Expectation::Sometimes),
    property(
        "entry-overwritten",
        "raft.entry_overwritten",
        "raft.entry_overwritten.says",
        "§5.3",
        Expectation::Sometimes,
    ),
    property("progress", "raft.progress", "raft.progress.says", "§5.6", Expectation::Eventually),
];

const fn mutant(id: &'static str, says: &'static str, breaks: &'static str) -> MutantInfo {
    MutantInfo { id, says, breaks }
}

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    mutant("vote-twice", "raft.mutant.vote_twice", "election-safety"),
    mutant("forget-vote", "raft.mutant.forget_vote", "election-safety"),
    mutant("skip-log-check", "raft.mutant.skip_log_check", "leader-completeness"),
    mutant("count-old-terms", "raft.mutant.count_old_terms", "leader-completeness"),
    mutant("small-quorum", "raft.mutant.small_quorum", "election-safety"),
    mutant("truncate-always", "raft.mutant.truncate_always", "leader-completeness"),
    mutant("acknowledge-before-persisting", "raft.mutant.acknowledge_before_persisting", "leader-completeness"),
    mutant("skip-consistency-check", "raft.mutant.skip_consistency_check", "log-matching"),
    mutant("leader-drops-uncommitted", "raft.mutant.leader_drops_uncommitted", "leader-append-only"),
    mutant("apply-uncommitted", "raft.mutant.apply_uncommitted", "state-machine-safety"),
];

const _: () = assert!(MUTANTS.len() == Mutant::ApplyUncommitted as usize + 1, "one description for each mutant");

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
        Setup {
            nodes: 5,
            clients: 2,
            config: Config::paper(),
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
            0 => Setting::Range(config.election_timeout.0, config.election_timeout.1),
            1 => Setting::Duration(config.heartbeat),
            _ => Setting::Number(config.batch),
        }
    }

    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        condition(world, words)
    }

    fn parse_directive(keyword: &str, arguments: &[&str], names: Names) -> Option<Directive> {
        match (keyword, arguments) {
            ("log", terms) => {
                let terms: Vec<u32> = terms.iter().map(|term| term.parse().ok()).collect::<Option<_>>()?;
                let rising = terms.is_sorted() && terms.first().is_none_or(|term| *term > 0);
                (rising && terms.len() <= 1_000).then_some(Directive::Log(terms))
            }
            ("term", [term]) => Some(Directive::Term(term.parse().ok()?, None)),
            ("term", [term, "vote", node]) => Some(Directive::Term(term.parse().ok()?, Some(names.parse(0, node)?))),
            _ => None,
        }
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        match directive {
            Directive::Log(terms) => ("log", terms.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")),
            Directive::Term(term, None) => ("term", term.to_string()),
            Directive::Term(term, Some(vote)) => {
                ("term", format!("{term} vote {}", process_name(Self::NODES_MAX, *vote)))
            }
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

    fn epoch_label(epoch: u64) -> Text {
        Text::key("raft.term").with("term", Arg::Number(i64::try_from(epoch).unwrap_or(i64::MAX)))
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        property == usize::from(properties::PROGRESS) && makes_progress(world)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        let monitor = world.monitor();
        match metric {
            0 => {
                let leaders = world.observation(ProcessId(0));
                let won = leaders.up().filter(|(_, node)| node.is_leader());
                won.max_by_key(|(_, node)| node.term())
                    .and_then(|(id, _)| monitor.won_at.get(&id))
                    .map(|time| vec![*time])
                    .unwrap_or_default()
            }
            1 => vec![monitor.elections],
            2 => vec![monitor.split_votes],
            _ => monitor.commit_latencies.iter().copied().collect(),
        }
    }
}

/// `leader`, `leader n1`, `not-leader n1`, `term 3`, `committed 4`, `committed 4 everywhere`, `logs equal`: of the nodes that are up.
fn condition(world: &World<Raft>, words: &[&str]) -> Option<bool> {
    let seen = world.observation(ProcessId(0));
    let number = |word: &str| word.parse::<u32>().ok();
    let so = match words {
        ["leader"] => seen.up().any(|(_, node)| node.is_leader()),
        ["leader", name] => {
            let id = parse_process(world.node_count(), 0, name)?;
            world.node(id).is_some_and(Node::is_leader)
        }
        ["not-leader", name] => {
            let id = parse_process(world.node_count(), 0, name)?;
            !world.node(id).is_some_and(Node::is_leader)
        }
        ["term", term] => {
            let term = number(term)?;
            seen.up().any(|(_, node)| node.term() >= term)
        }
        ["committed", index] => {
            let index = number(index)?;
            seen.up().any(|(_, node)| node.commit >= index)
        }
        ["committed", index, "everywhere"] => {
            let index = number(index)?;
            seen.up().all(|(_, node)| node.commit >= index)
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

/// One leader, known to a majority, whose commit index has reached the end of its log.
fn makes_progress(world: &World<Raft>) -> bool {
    let seen = world.observation(ProcessId(0));
    let leader = seen.up().filter(|(_, node)| node.is_leader()).max_by_key(|(_, node)| node.term());
    let Some((leader, node)) = leader else { return false };
    let followers = seen.up().filter(|(_, other)| other.leader == Some(leader) && other.term() == node.term());
    followers.count() > usize::from(world.node_count() / 2) && node.commit == node.durable.log.last_index()
}
