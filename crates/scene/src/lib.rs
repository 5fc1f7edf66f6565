//! What the page draws, as plain data: cards, flights, walls, bands, lines of text as word keys.
//!
//! A scene is built once per step from a world. It knows no protocol type, no colour, no pixel and no
//! visible word: tones are meanings, texts are keys with arguments. [`painter`] prints a scene as text.

#![forbid(unsafe_code)]

mod card;
mod flight;
pub mod layout;
pub mod painter;
mod text;
mod views;

pub use card::{
    Card, Cell, Client, ClientOperation, Dots, Emphasis, Field, Health, OperationState, Status, Strip, TimerArc,
};
pub use flight::{Fate, Flight, Shape, Sign};
pub use text::{Arg, Text, Tone};
pub use views::{
    Band, BranchLine, Check, CheckState, Expectation, FeedLine, Inspection, LogKind, MarkKind, Matrix, MatrixRow,
    Subject, TimelineMark, TimelineView, Why,
};

use consistory_kernel::{ProcessId, Time};

/// Everything on the stage between two steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Virtual time of the step after which the scene was built, in microseconds.
    pub built_at: Time,
    /// Node cards in the order of [`Scene::places`].
    pub cards: Vec<Card>,
    /// How many nodes stand in each row, from the top; a single row is a ring.
    pub rows: Vec<u16>,
    /// Clients, drawn outside the ring.
    pub clients: Vec<Client>,
    /// Messages on their way, oldest first.
    pub flights: Vec<Flight>,
    /// Links that come and go, whether they are cut now or not, as (from, to).
    pub flapping: Vec<(ProcessId, ProcessId)>,
    /// Links that have a latency of their own, with it in the notation of scenarios.
    pub late: Vec<(ProcessId, ProcessId, String)>,
    /// Links that are cut one way: `(from, to)`. A link cut both ways appears twice.
    pub cuts: Vec<(ProcessId, ProcessId)>,
    /// The groups of the partition in force; empty when there is none. A process of no group reaches nobody.
    pub groups: Vec<Vec<ProcessId>>,
}

impl Scene {
    /// Whether the nodes stand in a ring: they all have one role.
    pub fn is_ring(&self) -> bool {
        self.rows.len() <= 1
    }

    /// Where the cards stand: on a ring, the first at 12 o'clock and then clockwise; or in rows, from the left.
    pub fn places(&self) -> Vec<layout::Point> {
        if self.is_ring() {
            let count = self.cards.len();
            return (0..count).map(|index| layout::ring(index, count)).collect();
        }
        layout::rows(&self.rows)
    }

    /// The card of a node.
    pub fn card(&self, id: ProcessId) -> Option<&Card> {
        self.cards.iter().find(|card| card.id == id)
    }

    /// The message with that number, if it is still under way.
    pub fn flight(&self, id: consistory_kernel::MessageId) -> Option<&Flight> {
        self.flights.iter().find(|flight| flight.id == id)
    }
}
