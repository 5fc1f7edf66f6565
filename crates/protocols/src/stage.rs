//! Builds the scene of any protocol's world: what is the same for all of them.

use crate::picture::plain_card;
use crate::script::latency_shown;
use crate::spec::{Spec, names_of};
use consistory_kernel::{Body, Fate, Flight, ProcessId, ProcessStatus, World};
use consistory_scene as scene;
use consistory_scene::{Card, Emphasis, Health, Scene, Shape, Sign, Status, Text, Tone};

/// The scene of a world. The clients' operations are left to the caller, who has the journal.
pub fn scene<P: Spec>(world: &World<P>) -> Scene {
    let nodes = world.node_count();
    let mut flights: Vec<scene::Flight> = world.flights().map(|flight| draw_flight::<P>(flight)).collect();
    flights.sort_by_key(|flight| flight.id);
    Scene {
        built_at: world.time(),
        cards: (0..nodes).map(|number| draw_card(world, ProcessId(number))).collect(),
        rows: names_of(world).rows(),
        clients: world.process_ids().skip(usize::from(nodes)).map(|id| draw_client(world, id)).collect(),
        flights,
        flapping: world.network().flapping().collect(),
        late: late(world),
        cuts: world.network().cuts().collect(),
        groups: world.network().groups().to_vec(),
    }
}

/// The links that differ from the others in how long a message takes.
fn late<P: Spec>(world: &World<P>) -> Vec<(ProcessId, ProcessId, String)> {
    let network = world.network();
    let own = network.link_latency.iter().filter(|(_, latency)| **latency != network.latency);
    own.map(|((from, to), latency)| (*from, *to, latency_shown(latency))).collect()
}

fn draw_card<P: Spec>(world: &World<P>, id: ProcessId) -> Card {
    let mut card = match world.node(id) {
        Some(node) => P::card(world, id, node),
        None => Card {
            status: Status::Crashed,
            tone: Tone::Muted,
            strip: world.disk(id).and_then(P::stored),
            ..plain_card(world, id, "kernel.status.crashed", Emphasis::Plain)
        },
    };
    if let Some(process) = world.process(id) {
        card.health = Health {
            skew_ppm: process.skew_ppm,
            jumped: process.jumped,
            slow: process.slow,
            slow_disk: process.disk_delay,
        };
        card.status = match process.status {
            ProcessStatus::Up => Status::Up,
            ProcessStatus::Crashed => Status::Crashed,
            ProcessStatus::Paused => Status::Paused,
        };
    }
    card
}

fn draw_client<P: Spec>(world: &World<P>, id: ProcessId) -> scene::Client {
    let target = world.client(id).map_or(ProcessId(0), |client| client.target);
    scene::Client { id, name: names_of(world).name(id), target, operations: Vec::new() }
}

fn draw_flight<P: Spec>(flight: &Flight<P>) -> scene::Flight {
    let (letter, shape, filled, sign, tone, name) = match &flight.body {
        Body::Peer(message) => {
            let glyph = P::glyph(message);
            let name = Text::plain(P::KINDS.get(usize::from(P::kind(message))).copied().unwrap_or_default());
            (glyph.letter, glyph.shape, glyph.filled, glyph.sign, glyph.tone, name)
        }
        Body::Request(_) => ('C', Shape::Hexagon, true, Sign::None, Tone::Client, Text::key("message.request")),
        Body::Response { .. } => ('C', Shape::Hexagon, false, Sign::None, Tone::Client, Text::key("message.response")),
    };
    scene::Flight {
        id: flight.id,
        from: flight.from,
        to: flight.to,
        cause: flight.cause,
        sent_at: flight.departed_at,
        arrives_at: flight.arrives_at,
        fate: match flight.fate {
            Fate::Travelling => scene::Fate::Travelling,
            Fate::Doomed { at, .. } => scene::Fate::Doomed { at },
            Fate::Held { since } => scene::Fate::Held { since },
        },
        letter,
        shape,
        filled,
        sign,
        tone,
        name,
    }
}
