//! Push gossip: in every round, a node that knows the rumour tells it to one peer that somebody else chooses.

use consistory_kernel::{
    Answer, ClientPolicy, Cx, Event, Limits, MS, Network, Observation, OpKind, ProcessId, Protocol, Setting, Setup,
    Time, Verdict,
};
use core::convert::Infallible;

/// The protocol.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Gossip;

/// `Sometimes`: every node that is up knows the rumour.
pub(crate) const EVERYBODY_KNOWS: u8 = 0;

/// The only timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Round;

/// Which nodes know, as far as was observed.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Informed {
    known: Vec<bool>,
    pub(crate) count: u16,
}

#[derive(Clone, Copy, Hash)]
pub(crate) enum NoMutant {}

impl From<NoMutant> for u8 {
    fn from(mutant: NoMutant) -> Self {
        match mutant {}
    }
}

fn tell(cx: &mut Cx<'_, Gossip>, rumour: u32) {
    let choice = cx.choose("gossip.peer", u32::from(cx.nodes()) - 1);
    let peer = u16::try_from(choice).expect("fewer peers than nodes");
    let peer = ProcessId(if peer < cx.me().0 { peer } else { peer + 1 });
    cx.send(peer, rumour);
}

fn learn(cx: &mut Cx<'_, Gossip>, node: &mut u32, rumour: u32) {
    if *node < rumour {
        *node = rumour;
        cx.set_timer(Round, 0..=*cx.config());
    }
}

impl Protocol for Gossip {
    /// A round.
    type Config = Time;
    /// The newest rumour; 0 for none.
    type Node = u32;
    type Durable = ();
    type Write = Infallible;
    type Message = u32;
    type Timer = Round;
    type Op = u32;
    type Reply = u32;
    type Mutant = NoMutant;
    type Monitor = Informed;
    type Directive = Infallible;

    fn write(_durable: &mut (), write: &Infallible) {
        match *write {}
    }

    fn prepare(_durable: &mut (), directive: &Infallible) {
        match *directive {}
    }

    fn start(_cx: &mut Cx<'_, Self>, _durable: &()) -> u32 {
        0
    }

    fn step(cx: &mut Cx<'_, Self>, node: &mut u32, event: Event<Self>) {
        match event {
            Event::Message { message, .. } => learn(cx, node, message),
            Event::Timer(Round) => {
                tell(cx, *node);
                cx.set_timer(Round, *cx.config()..=*cx.config());
            }
            Event::Client(request) => {
                learn(cx, node, request.op);
                cx.reply(request.client, request.serial, Answer::Done(*node));
            }
        }
    }

    fn kind(_message: &u32) -> u8 {
        0
    }

    fn size(_message: &u32) -> u32 {
        40
    }

    fn times_out(_timer: Round) -> bool {
        false
    }

    fn operation(_kind: OpKind, _key: u32, _value: i64) -> Option<u32> {
        None
    }

    fn tune(config: &mut Time, parameter: u8, setting: &Setting) -> bool {
        let Setting::Duration(round) = setting else { return false };
        *config = *round;
        parameter == 0
    }

    fn observe(monitor: &mut Informed, seen: &Observation<'_, Self>, verdict: &mut Verdict) {
        monitor.known.resize(seen.nodes.len(), false);
        let knows = seen.node().is_some_and(|rumour| *rumour > 0);
        let before = &mut monitor.known[seen.changed.index()];
        match (*before, knows) {
            (false, true) => monitor.count += 1,
            (true, false) => monitor.count -= 1,
            (true, true) | (false, false) => {}
        }
        *before = knows;
        if usize::from(monitor.count) == seen.nodes.len() {
            verdict.reach(EVERYBODY_KNOWS);
        }
    }
}

/// Rounds of 100 ms on the network as it is by default.
pub(crate) fn setup(nodes: u16, seed: u64) -> Setup<Gossip> {
    Setup {
        nodes,
        clients: 1,
        config: 100 * MS,
        network: Network::default(),
        mutants: 0,
        seed,
        directives: Vec::new(),
        policy: ClientPolicy::default(),
        limits: Limits::default(),
    }
}
