//! Two-phase commit: node 0 coordinates, the others vote and obey; votes and decisions are forced to disk.

use consistory_kernel::{
    Answer, ClientPolicy, Cx, Event, Fact, Limits, MS, MarkKind, Network, Observation, OpKind, ProcessId, Protocol,
    Setting, Setup, Time, Verdict,
};
use std::collections::{BTreeMap, BTreeSet};

/// The protocol.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Commit;

/// The transaction is the client's operation, so that a retry is the same transaction.
pub(crate) type Tx = (ProcessId, u32);

const COORDINATOR: ProcessId = ProcessId(0);

/// `Always`: no node commits what another one aborted.
pub(crate) const ATOMICITY: u8 = 0;
/// `Sometimes`: a transaction is committed.
pub(crate) const COMMITTED: u8 = 1;
/// `Sometimes`: a transaction is aborted.
pub(crate) const ABORTED: u8 = 2;

/// What a node has on disk about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    /// A participant voted yes and may not change its mind.
    Prepared,
    Committed,
    Aborted,
}

#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Message {
    Prepare(Tx),
    Vote(Tx, bool),
    Decide(Tx, bool),
    Done(Tx),
    Ask(Tx),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Timer {
    /// The coordinator has waited long enough for votes.
    Votes(Tx),
    /// The coordinator tells its decision again.
    Repeat(Tx),
    /// A participant in doubt asks.
    InDoubt(Tx),
}

/// The state of a node: its log, and what the coordinator waits for.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(crate) struct Node {
    pub(crate) log: BTreeMap<Tx, Entry>,
    votes: BTreeMap<Tx, BTreeSet<ProcessId>>,
    unaware: BTreeMap<Tx, BTreeSet<ProcessId>>,
}

#[derive(Clone, Debug, Hash)]
pub(crate) struct Config {
    pub(crate) patience: Time,
    /// A participant votes no once in so many times; 0 for never.
    pub(crate) refuses: u32,
}

#[derive(Clone, Copy, Hash)]
pub(crate) enum Mutant {
    /// A participant forgets its yes in a crash.
    VoteNotForced,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}

fn record(cx: &mut Cx<'_, Commit>, node: &mut Node, tx: Tx, entry: Entry) {
    node.log.insert(tx, entry);
    if entry != Entry::Prepared || !cx.is_off(Mutant::VoteNotForced) {
        cx.persist((tx, entry));
    }
}

fn decide(cx: &mut Cx<'_, Commit>, node: &mut Node, tx: Tx, commit: bool) {
    node.votes.remove(&tx);
    cx.cancel_timer(Timer::Votes(tx));
    record(cx, node, tx, if commit { Entry::Committed } else { Entry::Aborted });
    cx.mark(MarkKind::Milestone, "sketch.decided", &[("serial", Fact::Number(i64::from(tx.1)))]);
    node.unaware.insert(tx, cx.peers().collect());
    announce(cx, node, tx, commit);
    answer(cx, tx, commit);
}

fn answer(cx: &mut Cx<'_, Commit>, (client, serial): Tx, commit: bool) {
    cx.reply(client, serial, if commit { Answer::Done(()) } else { Answer::Failed });
}

fn announce(cx: &mut Cx<'_, Commit>, node: &Node, tx: Tx, commit: bool) {
    let Some(unaware) = node.unaware.get(&tx).filter(|unaware| !unaware.is_empty()) else { return };
    for peer in unaware {
        cx.send(*peer, Message::Decide(tx, commit));
    }
    let patience = cx.config().patience;
    cx.set_timer(Timer::Repeat(tx), patience..=patience);
}

fn on_prepare(cx: &mut Cx<'_, Commit>, node: &mut Node, tx: Tx) {
    let refuses = cx.config().refuses;
    let yes = match node.log.get(&tx) {
        Some(Entry::Prepared | Entry::Committed) => true,
        Some(Entry::Aborted) => false,
        None => refuses == 0 || cx.choose("vote", refuses) + 1 < refuses,
    };
    if !node.log.contains_key(&tx) {
        record(cx, node, tx, if yes { Entry::Prepared } else { Entry::Aborted });
    }
    if yes {
        let patience = cx.config().patience;
        cx.set_timer(Timer::InDoubt(tx), 2 * patience..=3 * patience);
    }
    cx.send(COORDINATOR, Message::Vote(tx, yes));
}

fn on_decide(cx: &mut Cx<'_, Commit>, node: &mut Node, tx: Tx, commit: bool) {
    let entry = if commit { Entry::Committed } else { Entry::Aborted };
    if matches!(node.log.get(&tx), None | Some(Entry::Prepared)) {
        record(cx, node, tx, entry);
    }
    cx.cancel_timer(Timer::InDoubt(tx));
    cx.send(COORDINATOR, Message::Done(tx));
}

fn on_vote(cx: &mut Cx<'_, Commit>, node: &mut Node, from: ProcessId, tx: Tx, yes: bool) {
    let Some(votes) = node.votes.get_mut(&tx) else { return };
    votes.insert(from);
    if !yes {
        decide(cx, node, tx, false);
    } else if votes.len() + 1 == usize::from(cx.nodes()) {
        decide(cx, node, tx, true);
    }
}

fn on_ask(cx: &mut Cx<'_, Commit>, node: &mut Node, from: ProcessId, tx: Tx) {
    match node.log.get(&tx) {
        Some(entry) => cx.send(from, Message::Decide(tx, *entry == Entry::Committed)),
        // Nobody can have committed what a restarted coordinator has no record of.
        None if !node.votes.contains_key(&tx) => decide(cx, node, tx, false),
        None => {}
    }
}

fn on_client(cx: &mut Cx<'_, Commit>, node: &mut Node, tx: Tx) {
    if cx.me() != COORDINATOR {
        cx.reply(tx.0, tx.1, Answer::Redirect(Some(COORDINATOR)));
        return;
    }
    if let Some(entry) = node.log.get(&tx) {
        answer(cx, tx, *entry == Entry::Committed);
        return;
    }
    node.votes.entry(tx).or_default();
    let patience = cx.config().patience;
    cx.set_timer(Timer::Votes(tx), patience..=2 * patience);
    for peer in cx.peers() {
        cx.send(peer, Message::Prepare(tx));
    }
}

impl Protocol for Commit {
    type Config = Config;
    type Node = Node;
    type Durable = BTreeMap<Tx, Entry>;
    type Write = (Tx, Entry);
    type Message = Message;
    type Timer = Timer;
    type Op = ();
    type Reply = ();
    type Mutant = Mutant;
    type Monitor = ();
    type Directive = (Tx, Entry);
    const DECIDED: Option<u8> = Some(COMMITTED);

    fn write(durable: &mut BTreeMap<Tx, Entry>, (tx, entry): &(Tx, Entry)) {
        durable.insert(*tx, *entry);
    }

    fn prepare(durable: &mut BTreeMap<Tx, Entry>, (tx, entry): &(Tx, Entry)) {
        durable.insert(*tx, *entry);
    }

    fn start(cx: &mut Cx<'_, Self>, durable: &BTreeMap<Tx, Entry>) -> Node {
        let mut node = Node { log: durable.clone(), votes: BTreeMap::new(), unaware: BTreeMap::new() };
        for (tx, entry) in durable {
            if *entry == Entry::Prepared {
                cx.set_timer(Timer::InDoubt(*tx), 0..=cx.config().patience);
            } else if cx.me() == COORDINATOR {
                node.unaware.insert(*tx, cx.peers().collect());
                announce(cx, &node, *tx, *entry == Entry::Committed);
            }
        }
        node
    }

    fn step(cx: &mut Cx<'_, Self>, node: &mut Node, event: Event<Self>) {
        match event {
            Event::Message { message: Message::Prepare(tx), .. } => on_prepare(cx, node, tx),
            Event::Message { from, message: Message::Vote(tx, yes) } => on_vote(cx, node, from, tx, yes),
            Event::Message { message: Message::Decide(tx, commit), .. } => on_decide(cx, node, tx, commit),
            Event::Message { from, message: Message::Done(tx) } => {
                if let Some(unaware) = node.unaware.get_mut(&tx) {
                    unaware.remove(&from);
                }
            }
            Event::Message { from, message: Message::Ask(tx) } => on_ask(cx, node, from, tx),
            Event::Timer(Timer::Votes(tx)) => decide(cx, node, tx, false),
            Event::Timer(Timer::Repeat(tx)) => {
                let commit = node.log.get(&tx) == Some(&Entry::Committed);
                announce(cx, node, tx, commit);
            }
            Event::Timer(Timer::InDoubt(tx)) => {
                let patience = cx.config().patience;
                cx.send(COORDINATOR, Message::Ask(tx));
                cx.set_timer(Timer::InDoubt(tx), patience..=2 * patience);
            }
            Event::Client(request) => on_client(cx, node, (request.client, request.serial)),
        }
    }

    fn kind(message: &Message) -> u8 {
        match message {
            Message::Prepare(_) => 0,
            Message::Vote(..) => 1,
            Message::Decide(..) => 2,
            Message::Done(_) => 3,
            Message::Ask(_) => 4,
        }
    }

    fn size(_message: &Message) -> u32 {
        32
    }

    fn times_out(timer: Timer) -> bool {
        matches!(timer, Timer::Votes(_) | Timer::InDoubt(_))
    }

    fn operation(_kind: OpKind, _key: u32, _value: i64) -> Option<()> {
        None
    }

    fn tune(config: &mut Config, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Duration(patience)) => config.patience = *patience,
            (1, Setting::Number(refuses)) => config.refuses = *refuses,
            (_, Setting::Number(_) | Setting::Duration(_) | Setting::Range(..) | Setting::Ratio(_)) => return false,
        }
        true
    }

    fn observe((): &mut (), seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        let Some(changed) = seen.node() else { return };
        for (tx, entry) in changed.log.iter().filter(|(_, entry)| **entry != Entry::Prepared) {
            verdict.reach(if *entry == Entry::Committed { COMMITTED } else { ABORTED });
            for (other, node) in seen.up() {
                let decided = node.log.get(tx).filter(|other| **other != Entry::Prepared);
                if decided.is_some_and(|decided| decided != entry) {
                    verdict.violate(ATOMICITY, &[seen.changed, other]);
                }
            }
        }
    }
}

/// A cluster with one client, patience of 100 ms and the default network.
pub(crate) fn setup(nodes: u16, seed: u64) -> Setup<Commit> {
    Setup {
        nodes,
        clients: 1,
        config: Config { patience: 100 * MS, refuses: 4 },
        network: Network::default(),
        mutants: 0,
        seed,
        directives: Vec::new(),
        policy: ClientPolicy::default(),
        limits: Limits::default(),
    }
}
