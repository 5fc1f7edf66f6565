//! What the pictures of protocols have in common: a card to begin with, timers, dots, and fields for the inspector.

use crate::kv::Store;
use crate::spec::{Spec, names_of};
use consistory_kernel::{ArmedTimer, ProcessId, Protocol, Time, World};
use consistory_scene::{Arg, Card, Cell, Dots, Emphasis, Field, Health, Sign, Status, Strip, Text, TimerArc, Tone};
use core::fmt::Display;

/// Entries of a message that the inspector lists.
pub const LISTED: usize = 6;

/// A card with nothing on it but what the node is.
pub fn plain_card<P: Spec>(world: &World<P>, id: ProcessId, role: &'static str, emphasis: Emphasis) -> Card {
    Card {
        id,
        name: names_of(world).name(id),
        status: Status::Up,
        role: Text::key(role),
        emphasis,
        tone: Tone::Neutral,
        badge: Text::plain(""),
        timer: None,
        dots: None,
        strip: None,
        fields: Vec::new(),
        health: Health::default(),
    }
}

/// A timer as an arc, by the word key of what happens when it fires.
pub fn arc<T>(name: &'static str, armed: &ArmedTimer<T>) -> TimerArc {
    TimerArc { name: Text::key(name), armed_at: armed.armed_at, fires_at: armed.fires_at }
}

/// Dots that fill toward a majority of the nodes.
pub fn majority_dots<P: Protocol>(world: &World<P>, have: impl TryInto<u16>) -> Dots {
    let total = world.node_count();
    Dots { have: have.try_into().unwrap_or(0), quorum: total / 2 + 1, total }
}

/// What a node keeps that keeps one number at most: its tone and its title; solid once it is final.
pub fn value_strip(kept: Option<(i64, Tone, Text)>, is_final: bool) -> Strip {
    let cell = |(value, tone, title): (i64, Tone, Text)| Cell {
        index: 1,
        label: value.to_string(),
        tone,
        committed: is_final,
        applied: is_final,
        title,
    };
    Strip { hidden: 0, cells: kept.map(cell).into_iter().collect() }
}

/// The outcome of a reply.
pub fn sign(is_good: bool) -> Sign {
    if is_good { Sign::Plus } else { Sign::Minus }
}

/// A field whose value is data.
pub fn field(name: &'static str, value: impl Display) -> Field {
    text_field(name, Text::plain(value.to_string()))
}

/// A field whose value is a word.
pub fn word_field(name: &'static str, value: &'static str) -> Field {
    text_field(name, Text::key(value))
}

/// A field whose value is a time, put in the words of that key.
pub fn time_field(name: &'static str, words: &'static str, time: Time) -> Field {
    text_field(name, Text::key(words).with("time", Arg::Time(time)))
}

/// A field whose value is a text.
pub fn text_field(name: &'static str, value: Text) -> Field {
    Field { name: Text::key(name), value }
}

/// A field whose name is data as well.
pub fn data_field(name: impl Display, value: impl Display) -> Field {
    Field { name: Text::plain(name.to_string()), value: Text::plain(value.to_string()) }
}

/// When the timers of a node fire, put in the words of that key; `name` is the word key of each.
pub fn timer_fields<P: Protocol>(
    world: &World<P>,
    id: ProcessId,
    words: &'static str,
    name: fn(P::Timer) -> &'static str,
) -> impl Iterator<Item = Field> {
    world.timers(id).iter().map(move |armed| time_field(name(armed.timer), words, armed.fires_at))
}

/// Keys and values, one field each.
pub fn store_fields(store: &Store) -> Vec<Field> {
    store.values().map(|(key, value)| data_field(key, value)).collect()
}

/// A process by its name.
pub fn process_text(id: ProcessId) -> Text {
    Text { key: "plain", args: vec![("text", Arg::Process(id))] }
}

/// A value that there may not be; a dash where there is none.
pub fn or_dash(value: Option<impl Display>) -> String {
    value.map_or("–".to_owned(), |value| value.to_string())
}

/// The first entries of a message in a row; a dash where there are none.
pub fn first_entries(entries: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = entries.collect();
    match entries.len() {
        0 => "–".to_owned(),
        1..=LISTED => entries.join(" · "),
        _ => format!("{} …", entries[..LISTED].join(" · ")),
    }
}
