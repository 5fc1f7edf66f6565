//! A node that does what its client orders and writes down what happens to it, with its own clock's time.

use consistory_kernel::{
    Answer, ClientPolicy, Cx, Event, Latency, Limits, MS, Network, Observation, OpKind, ProcessId, Protocol, Setting,
    Setup, Time, Verdict,
};

/// The protocol.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) struct Probe;

/// What a client can order; unless the order is about the answer, it is answered at once.
#[derive(Clone, Debug, Hash, PartialEq)]
pub(crate) enum Order {
    Send { to: u16, tag: u8, bytes: u32 },
    Arm { timer: u8, low: Time, high: Time },
    Disarm(u8),
    Persist(u32),
    Choose(&'static str, u32),
    Several(Vec<Order>),
    Answer(u16),
    Redirect(Option<u16>),
    Refuse,
    Ignore,
}

/// What happened to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Heard {
    Booted(usize),
    Message { from: u16, tag: u8 },
    Timer(u8),
    Order { client: u16, serial: u32 },
    Chosen(u32),
}

/// A letter on the wire.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Letter {
    pub(crate) tag: u8,
    pub(crate) bytes: u32,
}

/// What a node knows: each happening with the time on its own clock.
#[derive(Clone, Debug, PartialEq, Hash)]
pub(crate) struct Notebook {
    pub(crate) heard: Vec<(Time, Heard)>,
}

/// Counts the steps that were observed.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Observed {
    pub(crate) steps: u32,
}

#[derive(Clone, Copy, Hash)]
pub(crate) enum Mutant {
    Deaf,
}

impl From<Mutant> for u8 {
    fn from(mutant: Mutant) -> Self {
        mutant as Self
    }
}

fn obey(cx: &mut Cx<'_, Probe>, node: &mut Notebook, order: &Order) -> Option<Answer<u32>> {
    match order {
        Order::Send { to, tag, bytes } => cx.send(ProcessId(*to), Letter { tag: *tag, bytes: *bytes }),
        Order::Arm { timer, low, high } => cx.set_timer(*timer, *low..=*high),
        Order::Disarm(timer) => cx.cancel_timer(*timer),
        Order::Persist(value) => cx.persist(*value),
        Order::Choose(key, options) => {
            let chosen = cx.choose(key, *options);
            node.heard.push((cx.now(), Heard::Chosen(chosen)));
            return Some(Answer::Done(chosen));
        }
        Order::Several(orders) => {
            let mut last = Some(Answer::Done(0));
            for order in orders {
                last = obey(cx, node, order);
            }
            return last;
        }
        Order::Redirect(to) if to.is_none_or(|to| ProcessId(to) != cx.me()) => {
            return Some(Answer::Redirect(to.map(ProcessId)));
        }
        Order::Redirect(_) => {}
        Order::Answer(client) => cx.reply(ProcessId(*client), 1, Answer::Done(0)),
        Order::Refuse => return Some(Answer::Failed),
        Order::Ignore => return None,
    }
    Some(Answer::Done(u32::from(cx.me().0)))
}

impl Protocol for Probe {
    /// Whether nodes talk by themselves: each sends a letter to its neighbour at each beat of a timer, if not 0.
    type Config = Time;
    type Node = Notebook;
    type Durable = Vec<u32>;
    type Write = u32;
    type Message = Letter;
    type Timer = u8;
    type Op = Order;
    type Reply = u32;
    type Mutant = Mutant;
    type Monitor = Observed;
    type Directive = u32;

    fn write(durable: &mut Vec<u32>, write: &u32) {
        durable.push(*write);
    }

    fn prepare(durable: &mut Vec<u32>, directive: &u32) {
        durable.push(*directive);
    }

    fn start(cx: &mut Cx<'_, Self>, durable: &Vec<u32>) -> Notebook {
        if *cx.config() > 0 {
            cx.set_timer(BEAT, *cx.config()..=2 * *cx.config());
        }
        Notebook { heard: vec![(cx.now(), Heard::Booted(durable.len()))] }
    }

    fn step(cx: &mut Cx<'_, Self>, node: &mut Notebook, event: Event<Self>) {
        let now = cx.now();
        match event {
            Event::Message { from, message } => {
                if !cx.is_off(Mutant::Deaf) {
                    node.heard.push((now, Heard::Message { from: from.0, tag: message.tag }));
                }
            }
            Event::Timer(timer) => {
                node.heard.push((now, Heard::Timer(timer)));
                if timer == BEAT {
                    let to = ProcessId((cx.me().0 + 1) % cx.nodes());
                    cx.send(to, Letter { tag: BEAT, bytes: 10 });
                    cx.set_timer(BEAT, *cx.config()..=2 * *cx.config());
                }
            }
            Event::Client(request) => {
                node.heard.push((now, Heard::Order { client: request.client.0, serial: request.serial }));
                if let Some(answer) = obey(cx, node, &request.op) {
                    cx.reply(request.client, request.serial, answer);
                }
            }
        }
    }

    fn kind(message: &Letter) -> u8 {
        message.tag
    }

    fn size(message: &Letter) -> u32 {
        message.bytes
    }

    fn times_out(timer: u8) -> bool {
        timer == 1
    }

    fn operation(kind: OpKind, key: u32, value: i64) -> Option<Order> {
        match kind {
            // An order that changes nothing, and tells which object was meant.
            OpKind::Read => Some(Order::Disarm(u8::try_from(key).ok()?)),
            OpKind::Write => Some(Order::Persist(u32::try_from(value).ok()?)),
            OpKind::CompareAndSet | OpKind::Append | OpKind::ReadList => None,
        }
    }

    fn tune(config: &mut Time, parameter: u8, setting: &Setting) -> bool {
        match (parameter, setting) {
            (0, Setting::Duration(beat)) => {
                *config = *beat;
                true
            }
            (_, Setting::Number(_) | Setting::Duration(_) | Setting::Range(..) | Setting::Ratio(_)) => false,
        }
    }

    fn observe(monitor: &mut Observed, _seen: &Observation<'_, Self>, _verdict: &mut Verdict) {
        monitor.steps += 1;
    }
}

/// The timer of nodes that talk by themselves.
pub(crate) const BEAT: u8 = 200;

/// Letters take 10 ms, and clients talk to nodes without delay, so that an order is obeyed when it is given.
pub(crate) fn setup(nodes: u16, clients: u16) -> Setup<Probe> {
    let mut network = Network::default();
    network.latency = Latency::Constant(10 * MS);
    for client in (nodes..nodes + clients).map(ProcessId) {
        for node in (0..nodes).map(ProcessId) {
            network.link_latency.insert((client, node), Latency::Constant(0));
            network.link_latency.insert((node, client), Latency::Constant(0));
        }
    }
    Setup {
        nodes,
        clients,
        config: 0,
        network,
        mutants: 0,
        seed: 1,
        directives: Vec::new(),
        policy: ClientPolicy::default(),
        limits: Limits::default(),
    }
}
