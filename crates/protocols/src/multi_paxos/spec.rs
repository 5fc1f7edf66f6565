//! What the registry knows of Multi-Paxos: parameters, properties, mutants, parsers, metrics.

use super::ballot::Ballot;
use super::mutants::Mutant;
use super::node::{Durable, Node};
use super::{Config, Directive, Given, Message, MultiPaxos, Span, properties, view, why};
use crate::scenarios::scenarios;
use crate::spec::{Glyph, Metric, MutantInfo, Names, Parameter, ParameterKind, Property, Spec, names_of, process_name};
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
    property("agreement", "multi-paxos.agreement", "multi-paxos.agreement.says", SAFETY, Expectation::Always),
    property(
        "chosen-is-stable",
        "multi-paxos.chosen_is_stable",
        "multi-paxos.chosen_is_stable.says",
        CHOOSING,
        Expectation::Always,
    ),
    property(
        "promise-kept",
        "multi-paxos.promise_kept",
        "multi-paxos.promise_kept.says",
        CHOOSING,
        Expectation::Always,
    ),
    property(
        "state-machine-safety",
        "multi-paxos.state_machine_safety",
        "multi-paxos.state_machine_safety.says",
        STATE_MACHINES,
        Expectation::Always,
    ),
    property("validity", "multi-paxos.validity", "multi-paxos.validity.says", SAFETY, Expectation::Always),
    property("fresh-reads", "multi-paxos.fresh_reads", "multi-paxos.fresh_reads.says", LEASES, Expectation::Always),
    property(
        "leader-elected",
        "multi-paxos.leader_elected",
        "multi-paxos.leader_elected.says",
        STATE_MACHINES,
        Expectation::Sometimes,
    ),
    property("chosen", "multi-paxos.is_chosen", "multi-paxos.is_chosen.says", CHOOSING, Expectation::Sometimes),
    property(
        "value-adopted",
        "multi-paxos.value_adopted",
        "multi-paxos.value_adopted.says",
        STATE_MACHINES,
        Expectation::Sometimes,
    ),
    property(
        "gap-filled",
        "multi-paxos.gap_filled",
        "multi-paxos.gap_filled.says",
        STATE_MACHINES,
        Expectation::Sometimes,
    ),
    property(
        "pipelined",
        "multi-paxos.pipelined",
        "multi-paxos.pipelined.says",
        STATE_MACHINES,
        Expectation::Sometimes,
    ),
    property("caught-up", "multi-paxos.caught_up", "multi-paxos.caught_up.says", CATCHING_UP, Expectation::Sometimes),
    property(
        "ballot-pre-empted",
        "multi-paxos.ballot_pre_empted",
        "multi-paxos.ballot_pre_empted.says",
        PRE_EMPTION,
        Expectation::Sometimes,
    ),
    property("local-read", "multi-paxos.local_read", "multi-paxos.local_read.says", LEASES, Expectation::Sometimes),
    property("stale-read", "multi-paxos.stale_read", "multi-paxos.stale_read.says", LEASES, Expectation::Sometimes),
    property("progress", "multi-paxos.progress", "multi-paxos.progress.says", PROGRESSING, Expectation::Eventually),
];

const _: () = assert!(PROPERTIES.len() == properties::PROGRESS as usize + 1, "one description for each property");

const fn mutant(id: &'static str, says: &'static str, breaks: &'static str) -> MutantInfo {
    MutantInfo { id, says, breaks }
}

/// In the order of [`Mutant`].
const MUTANTS: &[MutantInfo] = &[
    mutant("forget-promise", "multi-paxos.mutant.forget_promise", "promise-kept"),
    mutant("accept-lower-ballot", "multi-paxos.mutant.accept_lower_ballot", "promise-kept"),
    mutant("ignore-accepted", "multi-paxos.mutant.ignore_accepted", "chosen-is-stable"),
    mutant("forget-accepted", "multi-paxos.mutant.forget_accepted", "chosen-is-stable"),
    mutant("small-quorum", "multi-paxos.mutant.small_quorum", "agreement"),
    mutant("learn-any-ballot", "multi-paxos.mutant.learn_any_ballot", "agreement"),
    mutant("skip-gap", "multi-paxos.mutant.skip_gap", "state-machine-safety"),
    mutant("renumber-adopted", "multi-paxos.mutant.renumber_adopted", "validity"),
    mutant("ignore-lease-expiry", "multi-paxos.mutant.ignore_lease_expiry", "fresh-reads"),
];

const _: () = assert!(MUTANTS.len() == Mutant::IgnoreLeaseExpiry as usize + 1, "one description for each mutant");

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
        Setup {
            nodes: 5,
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
            0 => Setting::Range(config.election_timeout.0, config.election_timeout.1),
            1 => Setting::Duration(config.heartbeat),
            2 => Setting::Number(config.batch),
            3 => Setting::Number(config.window),
            _ => Setting::Duration(config.lease),
        }
    }

    fn condition(world: &World<Self>, words: &[&str]) -> Option<bool> {
        condition(world, words)
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
        Text::key("multi-paxos.round").with("round", Arg::Number(i64::try_from(epoch).unwrap_or(i64::MAX)))
    }

    fn eventually(world: &World<Self>, property: usize) -> bool {
        property == usize::from(properties::PROGRESS) && makes_progress(world)
    }

    fn metric(world: &World<Self>, metric: usize) -> Vec<u64> {
        let monitor = world.monitor();
        match metric {
            0 => {
                let won = leader(world).and_then(|(id, _)| monitor.won_at.get(&id));
                won.map(|time| vec![*time]).unwrap_or_default()
            }
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

/// The leader of the highest ballot; one of a lower ballot is a leader that does not know.
fn leader(world: &World<MultiPaxos>) -> Option<(ProcessId, &Node)> {
    let alive = (0..world.node_count()).map(ProcessId).filter_map(|id| Some((id, world.node(id)?)));
    alive.filter(|(_, node)| node.is_leader()).max_by_key(|(_, node)| node.promised)
}

/// `leader`, `leader n1`, `not-leader n1`, `term 3` (a round), `committed 4` (everything chosen up to that slot),
/// `committed 4 everywhere`, `logs equal`, `leased n1`: of the nodes that are up. But for the last, they are Raft's.
fn condition(world: &World<MultiPaxos>, words: &[&str]) -> Option<bool> {
    let seen = world.observation(ProcessId(0));
    let named = |name: &str| names_of(world).parse(0, name);
    let number = |word: &str| word.parse::<u32>().ok();
    let so = match words {
        ["leader"] => seen.up().any(|(_, node)| node.is_leader()),
        ["leader", name] => world.node(named(name)?).is_some_and(Node::is_leader),
        ["not-leader", name] => !world.node(named(name)?).is_some_and(Node::is_leader),
        ["term", round] => {
            let round = number(round)?;
            seen.up().any(|(_, node)| node.promised.round >= round)
        }
        ["committed", slot] => {
            let slot = number(slot)?;
            seen.up().any(|(_, node)| node.log.prefix() >= slot)
        }
        ["committed", slot, "everywhere"] => {
            let slot = number(slot)?;
            seen.up().all(|(_, node)| node.log.prefix() >= slot)
        }
        ["logs", "equal"] => {
            let mut applied = seen.up().map(|(_, node)| (node.applied, node.chain(node.applied)));
            let first = applied.next();
            applied.all(|other| Some(other) == first)
        }
        ["leased", name] => {
            let id = named(name)?;
            let clock = world.process(id).map_or(0, |process| process.local(world.time()));
            world.node(id).is_some_and(|node| node.holds_lease(view::quorum(world), clock))
        }
        _ => return None,
    };
    Some(so)
}

/// One leader, known to a majority, that has chosen everything that it has proposed or has to propose.
fn makes_progress(world: &World<MultiPaxos>) -> bool {
    let Some((id, node)) = leader(world) else { return false };
    let seen = world.observation(ProcessId(0));
    let followers = seen.up().filter(|(_, other)| other.leader == Some(id) && other.promised == node.promised);
    let waits = node.leading().is_some_and(|leading| !leading.queue.is_empty());
    followers.count() > usize::from(world.node_count() / 2) && node.log.prefix() == node.log.last() && !waits
}
