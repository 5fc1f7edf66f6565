//! What the registry knows of Multi-Paxos: parameters, properties, mutants, parsers, metrics.

use super::ballot::Ballot;
use super::mutants::Mutant;
use super::node::Node;
use super::{Config, Directive, Given, MultiPaxos, Span, properties, view};
use crate::replicated_log::{self, ReplicatedLog, leader};
use crate::scenarios::scenarios;
use crate::spec::{
    Metric, MutantInfo, Names, Parameter, ParameterKind, Part, Property, Spec, calm_setup, names_of, process_name,
};
use consistory_kernel::{MS, ProcessId, Setting, Setup, World};

/// Paxos Made Simple, §3, and its parts on a single decision.
const STATE_MACHINES: &str = "Lamport 2001, §3";
const SAFETY: &str = "Lamport 2001, §2.1";
const CHOOSING: &str = "Lamport 2001, §2.2";
const PROGRESSING: &str = "Lamport 2001, §2.4";
/// Paxos Made Live: leases, catching up.
const LEASES: &str = "Chandra et al. 2007, §5.2";
const CATCHING_UP: &str = "Chandra et al. 2007";
/// Paxos Made Moderately Complex: pre-emption.
const PRE_EMPTION: &str = "van Renesse, Altinbuken 2015, §2";

/// In the order of the numbers in [`properties`].
const PROPERTIES: &[Property] = &[
    Property::always("agreement", "multi-paxos.agreement", "multi-paxos.agreement.says", SAFETY).of(Part::Agreement),
    Property::always("chosen-is-stable", "multi-paxos.chosen_is_stable", "multi-paxos.chosen_is_stable.says", CHOOSING),
    Property::always("promise-kept", "multi-paxos.promise_kept", "multi-paxos.promise_kept.says", CHOOSING),
    Property::always(
        "state-machine-safety",
        "multi-paxos.state_machine_safety",
        "multi-paxos.state_machine_safety.says",
        STATE_MACHINES,
    ),
    Property::always("validity", "multi-paxos.validity", "multi-paxos.validity.says", SAFETY).of(Part::Validity),
    Property::always("fresh-reads", "multi-paxos.fresh_reads", "multi-paxos.fresh_reads.says", LEASES),
    Property::sometimes(
        "leader-elected",
        "multi-paxos.leader_elected",
        "multi-paxos.leader_elected.says",
        STATE_MACHINES,
    ),
    Property::sometimes("chosen", "multi-paxos.is_chosen", "multi-paxos.is_chosen.says", CHOOSING),
    Property::sometimes("value-adopted", "multi-paxos.value_adopted", "multi-paxos.value_adopted.says", STATE_MACHINES),
    Property::sometimes("gap-filled", "multi-paxos.gap_filled", "multi-paxos.gap_filled.says", STATE_MACHINES),
    Property::sometimes("pipelined", "multi-paxos.pipelined", "multi-paxos.pipelined.says", STATE_MACHINES),
    Property::sometimes("caught-up", "multi-paxos.caught_up", "multi-paxos.caught_up.says", CATCHING_UP),
    Property::sometimes(
        "ballot-pre-empted",
        "multi-paxos.ballot_pre_empted",
        "multi-paxos.ballot_pre_empted.says",
        PRE_EMPTION,
    ),
    Property::sometimes("local-read", "multi-paxos.local_read", "multi-paxos.local_read.says", LEASES),
    Property::sometimes("stale-read", "multi-paxos.stale_read", "multi-paxos.stale_read.says", LEASES),
    Property::eventually("progress", "multi-paxos.progress", "multi-paxos.progress.says", PROGRESSING)
        .of(Part::Termination),
    Property::always("integrity", "multi-paxos.integrity", "multi-paxos.integrity.says", STATE_MACHINES)
        .of(Part::Integrity),
];

const _: () = assert!(PROPERTIES.len() == properties::INTEGRITY as usize + 1, "one description for each property");

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    MutantInfo::new("forget-promise", "multi-paxos.mutant.forget_promise", "promise-kept"),
    MutantInfo::new("accept-lower-ballot", "multi-paxos.mutant.accept_lower_ballot", "promise-kept"),
    MutantInfo::new("ignore-accepted", "multi-paxos.mutant.ignore_accepted", "chosen-is-stable"),
    MutantInfo::new("forget-accepted", "multi-paxos.mutant.forget_accepted", "chosen-is-stable"),
    MutantInfo::new("small-quorum", "multi-paxos.mutant.small_quorum", "agreement"),
    MutantInfo::new("learn-any-ballot", "multi-paxos.mutant.learn_any_ballot", "agreement"),
    MutantInfo::new("skip-gap", "multi-paxos.mutant.skip_gap", "state-machine-safety"),
    MutantInfo::new("renumber-adopted", "multi-paxos.mutant.renumber_adopted", "validity"),
    MutantInfo::new("ignore-lease-expiry", "multi-paxos.mutant.ignore_lease_expiry", "fresh-reads"),
    MutantInfo::new("apply-accepted", "multi-paxos.mutant.apply_accepted", "integrity"),
];

const _: () = assert!(MUTANTS.len() == Mutant::ApplyAccepted as usize + 1, "one description for each mutant");

/// No timer is longer than a minute, in microseconds.
const MINUTE: u64 = 60_000 * MS;

impl Spec for MultiPaxos {
    const ID: &'static str = "multi-paxos";
    const TITLE: &'static str = "multi-paxos.title";
    const SUMMARY: &'static str = "multi-paxos.summary";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::live("election_timeout", "multi-paxos.parameter.election_timeout", ParameterKind::Range(MS, MINUTE)),
        Parameter::live("heartbeat", "multi-paxos.parameter.heartbeat", ParameterKind::Duration(MS, MINUTE)),
        Parameter::live("batch", "multi-paxos.parameter.batch", ParameterKind::Number(1, 1_000)),
        Parameter::live("window", "multi-paxos.parameter.window", ParameterKind::Number(1, 1_000)),
        Parameter::fixed("lease", "multi-paxos.parameter.lease", ParameterKind::Duration(0, MINUTE)),
    ];
    const PROPERTIES: &'static [Property] = PROPERTIES;
    const MUTANTS: &'static [MutantInfo] = MUTANTS;
    const KINDS: &'static [&'static str] =
        &["Prepare", "Promise", "Accept", "Accepted", "Nack", "Heartbeat", "HeartbeatReply", "CatchUp", "Chosen"];
    const DIRECTIVES: &'static [&'static str] = &["log", "promised"];
    const NODES_MAX: u16 = 9;
    const SCENARIOS: &'static [&'static str] = scenarios!("multi_paxos");
    const METRICS: &'static [Metric] = &[
        Metric { name: "time_to_leader_ms" },
        Metric { name: "elections" },
        Metric { name: "split_votes" },
        Metric { name: "commit_latency_ms" },
    ];

    fn defaults() -> Setup<Self> {
        calm_setup(5, Config::usual())
    }

    fn setting(config: &Config, parameter: usize) -> Setting {
        match parameter {
            0 => Setting::Range(config.election_timeout.0, config.election_timeout.1),
            1 => Setting::Duration(config.heartbeat),
            2 => Setting::Number(config.batch),
            3 => Setting::Number(config.window),
            _ => Setting::Duration(config.lease),
        }
    }

    /// Those of Raft, where a term is a round and committed means that everything up to the slot is chosen; and `leased n1`.
    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        let ["leased", name] = words else { return replicated_log::condition(world, words) };
        let id = names_of(world).parse(0, name)?;
        let clock = world.process(id).map_or(0, |process| process.local(world.time()));
        Some(world.node(id).is_some_and(|node| node.holds_lease(view::quorum(world), clock)))
    }

    fn parse_directive(keyword: &str, arguments: &[&str], names: Names) -> Option<Directive> {
        match (keyword, arguments) {
            ("log", spans) => {
                let spans: Vec<Span> = spans.iter().map(|span| parse_span(span)).collect::<Option<_>>()?;
                let rises = spans.windows(2).all(|pair| pair[0].last < pair[1].first);
                rises.then_some(Directive::Log(spans))
            }
            ("promised", [round, node]) => {
                let round = round.parse::<u32>().ok().filter(|round| (1..=ROUND_MAX).contains(round))?;
                Some(Directive::Promised(Ballot { round, node: names.parse(0, node)? }))
            }
            _ => None,
        }
    }

    fn directive_text(directive: &Directive) -> (&'static str, String) {
        match directive {
            Directive::Log(spans) => ("log", spans.iter().map(span_text).collect::<Vec<_>>().join(" ")),
            Directive::Promised(Ballot { round, node }) => {
                ("promised", format!("{round} {}", process_name(Self::NODES_MAX, *node)))
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

/// An initial log has at most so many slots, and rounds up to that.
const SLOT_MAX: u32 = 999;
const ROUND_MAX: u32 = 1_000;

/// `5:2` (slot 5 accepted in round 2), `1-134:1*` (these slots, known to be chosen), `136:-` (a hole).
fn parse_span(text: &str) -> Option<Span> {
    let (slots, what) = text.split_once(':')?;
    let number = |text: &str| text.parse::<u32>().ok();
    let (first, last) = match slots.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(slots)?, number(slots)?),
    };
    let given = match what.strip_suffix('*') {
        _ if what == "-" => None,
        Some(round) => Some(Given { round: number(round)?, chosen: true }),
        None => Some(Given { round: number(what)?, chosen: false }),
    };
    let fits = (1..=SLOT_MAX).contains(&first) && (first..=SLOT_MAX).contains(&last);
    let is_round = given.is_none_or(|given| (1..=ROUND_MAX).contains(&given.round));
    (fits && is_round).then_some(Span { first, last, given })
}

fn span_text(span: &Span) -> String {
    let Span { first, last, given } = span;
    let slots = if first == last { first.to_string() } else { format!("{first}-{last}") };
    match given {
        None => format!("{slots}:-"),
        Some(Given { round, chosen }) => format!("{slots}:{round}{}", if *chosen { "*" } else { "" }),
    }
}

impl ReplicatedLog for MultiPaxos {
    fn is_leader(node: &Node) -> bool {
        node.is_leader()
    }

    fn epoch(node: &Node) -> (u32, ProcessId) {
        (node.promised.round, node.promised.node)
    }

    fn committed(node: &Node) -> u32 {
        node.log.prefix()
    }

    fn digest(node: &Node) -> (u32, u64) {
        (node.applied, node.chain(node.applied))
    }
}

/// One leader, known to a majority, that has chosen everything that it has proposed or has to propose.
fn makes_progress(world: &World<MultiPaxos>) -> bool {
    let Some((id, node)) = leader(world) else { return false };
    let seen = world.observation(ProcessId(0));
    let followers = seen.up().filter(|(_, other)| other.leader == Some(id) && other.promised == node.promised);
    let waits = node.leading().is_some_and(|leading| !leading.queue.is_empty());
    followers.count() > usize::from(world.node_count() / 2) && node.log.prefix() == node.log.last() && !waits
}
