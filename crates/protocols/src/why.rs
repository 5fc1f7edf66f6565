//! What answers to "why" have in common, whatever the protocol: who can reach whom, what is under way, how it is put.

use crate::spec::{ClientOp, Spec, names_of};
use consistory_kernel::{Body, ClientState, Fate, Flight, ProcessId, ProcessStatus, Protocol, StepId, World};
use consistory_scene::{Arg, Text, Why};
use core::iter::once;

/// What keeps a process from an answer of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is down.
    Down,
    /// It is paused.
    Paused,
    /// No question and answer pass between them.
    CutOff,
}

/// What keeps a process from an answer of a node now; `None` if nothing does.
pub fn obstacle<P: Protocol>(world: &World<P>, from: ProcessId, to: ProcessId) -> Option<Obstacle> {
    match world.process(to)?.status {
        ProcessStatus::Crashed => Some(Obstacle::Down),
        ProcessStatus::Paused => Some(Obstacle::Paused),
        ProcessStatus::Up => {
            let network = world.network();
            let open = from == to || network.passes(from, to) && network.passes(to, from);
            (!open).then_some(Obstacle::CutOff)
        }
    }
}

/// One sentence for each kind of obstacle between a process and some nodes.
pub fn obstacles<P: Spec>(world: &World<P>, from: ProcessId, among: &[ProcessId]) -> Vec<Text> {
    let kinds = [("why.down", Obstacle::Down), ("why.paused", Obstacle::Paused), ("why.cut_off", Obstacle::CutOff)];
    let sentence = |(key, kind): (&'static str, Obstacle)| {
        let stopped = among.iter().copied().filter(|to| obstacle(world, from, *to) == Some(kind));
        let stopped: Vec<ProcessId> = stopped.collect();
        (!stopped.is_empty()).then(|| about(key, from).with("nodes", names(world, &stopped)))
    };
    kinds.into_iter().filter_map(sentence).collect()
}

/// The last message about an operation that is under way, answers before requests, and the step that sent it.
fn under_way<P: Protocol>(world: &World<P>, client: ProcessId, serial: u32) -> Option<(Text, StepId)> {
    let is_meant = |flight: &&Flight<P>| match &flight.body {
        Body::Peer(_) => false,
        Body::Request(request) => request.client == client && request.serial == serial,
        Body::Response { serial: answered, .. } => flight.to == client && *answered == serial,
    };
    let flight = world.flights().filter(is_meant).max_by_key(|flight| (flight.to == client, flight.id))?;
    let text = match flight.fate {
        Fate::Travelling => Text::key("why.travels").with("time", Arg::Time(flight.arrives_at)),
        Fate::Doomed { at, .. } => Text::key("why.lost").with("time", Arg::Time(at)),
        Fate::Held { since } => Text::key("why.held").with("time", Arg::Time(since)),
    };
    let name = if flight.to == client { "message.response" } else { "message.request" };
    let text = text.with("message", Arg::Word(name)).with("from", Arg::Process(flight.from));
    Some((text.with("to", Arg::Process(flight.to)), flight.cause))
}

/// A client that has no answer yet, and what can be said of that whatever the protocol.
#[derive(Debug)]
pub struct Waiting<'w, P: Protocol> {
    /// The client.
    pub client: ProcessId,
    /// What it keeps.
    pub state: &'w ClientState<P>,
    /// What it has asked for.
    pub op: &'w P::Op,
    /// That it has no answer.
    pub claim: Text,
    /// Whom it has asked, since when and how often, and what is under way.
    pub facts: Vec<Text>,
    /// The step that sent what is under way.
    pub since: Option<StepId>,
}

impl<P: Protocol> Waiting<'_, P> {
    /// How long it waits before it asks somebody else or gives up, in a protocol's words.
    pub fn patience(&self, key: &'static str) -> Text {
        let text = of_client(key, self.client).with("retry", Arg::Time(self.state.policy.retry_after));
        text.with("give_up", Arg::Time(self.state.policy.give_up_after))
    }
}

/// What a client waits for; none if it waits for nothing.
pub fn waiting<P: Spec>(world: &World<P>, client: ProcessId) -> Option<Waiting<'_, P>> {
    let state = world.client(client)?;
    let pending = state.pending.as_ref()?;
    let asked = of_client("why.asked", client).with("target", Arg::Process(state.target));
    let asked = asked.with("time", Arg::Time(pending.invoked_at)).with("attempts", number(pending.attempts));
    let (text, since) = under_way(world, client, state.serial).unzip();
    let claim = of_client("why.no_answer", client).with("operation", Arg::Text(Box::new(pending.op.label())));
    let facts = once(asked).chain(text).collect();
    Some(Waiting { client, state, op: &pending.op, claim, facts, since })
}

fn of_client(key: &'static str, client: ProcessId) -> Text {
    Text::key(key).with("client", Arg::Process(client))
}

/// Every node.
pub fn nodes<P: Protocol>(world: &World<P>) -> impl Iterator<Item = ProcessId> + use<P> {
    (0..world.node_count()).map(ProcessId)
}

/// The nodes that are not down, a paused one included.
pub fn alive<P: Protocol>(world: &World<P>) -> impl Iterator<Item = (ProcessId, &P::Node)> {
    nodes(world).filter_map(move |id| Some((id, world.node(id)?)))
}

/// Whether a node is paused.
pub fn is_paused<P: Protocol>(world: &World<P>, id: ProcessId) -> bool {
    world.process(id).is_some_and(|process| process.status == ProcessStatus::Paused)
}

/// An answer that no single step explains.
pub fn answer(claim: Text, rule: Text, source: &'static str, facts: Vec<Text>) -> Why {
    Why { claim, rule, facts, source, since: None }
}

/// A text about a node.
pub fn about(key: &'static str, id: ProcessId) -> Text {
    Text::key(key).with("node", Arg::Process(id))
}

/// Names of nodes in a row.
pub fn names<P: Spec>(world: &World<P>, ids: &[ProcessId]) -> Arg {
    let names = names_of(world);
    listed(ids.iter().map(|id| names.name(*id)))
}

/// Texts in a row; a dash where there are none.
pub fn listed(texts: impl Iterator<Item = String>) -> Arg {
    let texts: Vec<String> = texts.collect();
    Arg::Plain(if texts.is_empty() { "–".to_owned() } else { texts.join(", ") })
}

/// A number, whatever its type.
pub fn number(value: impl TryInto<i64>) -> Arg {
    Arg::Number(value.try_into().unwrap_or(i64::MAX))
}
