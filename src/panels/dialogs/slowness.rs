//! What is wrong with one node, or with one link, short of a crash or a cut: slowness, disks, clocks, travel times, flapping.

use super::orders::{Field, OrderForm, named};
use crate::panels::form::Choice;
use crate::part::{Page, Part, Reads};
use consistory_session::Topics;
use yew::prelude::*;

/// What can be done to a node, as the beginning of a statement, with an amount.
const EFFECTS: [(&str, &str); 5] = [
    ("slow", "effect.slow"),
    ("slow-disk", "effect.slow-disk"),
    ("jump +", "effect.forward"),
    ("jump -", "effect.back"),
    ("tear-disk", "effect.tear-disk"),
];

/// The statement that an effect on a node is.
fn node_order(values: &[String]) -> Vec<String> {
    let [node, effect, amount] = values else { return Vec::new() };
    let amount = amount.trim();
    vec![match effect.split_once(' ') {
        Some((jump, sign)) => format!("{jump} {node} {sign}{amount}ms"),
        None if effect == "tear-disk" => format!("crash {node} tear-disk {amount}"),
        None => format!("{effect} {node} {amount}ms"),
    }]
}

/// The nodes by name, and the clients where they count.
fn processes(page: &Page, with_clients: bool) -> Vec<Choice> {
    let scene = page.read(|session| session.scene());
    let nodes = scene.cards.iter().map(|card| card.name.clone());
    let clients = scene.clients.iter().filter(|_| with_clients).map(|client| client.name.clone());
    nodes.chain(clients).map(|name| (name.clone(), name)).collect()
}

/// The form of an effect on a node.
pub(super) struct NodeForm(OrderForm);

impl NodeForm {
    /// The form proposes to slow the first node down.
    pub(super) fn new(page: &Page) -> Self {
        Self(OrderForm::new(page, &["n1", EFFECTS[0].0, "20"]))
    }
}

impl Part for NodeForm {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::DIALS)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let amount = if self.0.value(1) == "tear-disk" { "effect.writes" } else { "effect.amount" };
        let fields = vec![
            Field::list("effect-node", "effect.node", processes(page, false)),
            Field::list("effect-kind", "effect.kind", named(page, &EFFECTS)),
            Field::number("effect-amount", amount),
        ];
        self.0.draw(page, "effect.title", fields, &[("effect.apply", node_order)])
    }
}

const WAYS: [(&str, &str); 2] = [("--", "link.both"), ("->", "link.one")];

fn latency_order(values: &[String]) -> Vec<String> {
    let [from, to, way, time, _] = values else { return Vec::new() };
    let time = time.trim();
    let there = format!("latency {from} -> {to} {time}ms");
    if way == "--" { vec![there, format!("latency {to} -> {from} {time}ms")] } else { vec![there] }
}

fn flap_order(values: &[String]) -> Vec<String> {
    let [from, to, way, up, down] = values else { return Vec::new() };
    vec![format!("flap {from} {way} {to} up {}ms down {}ms", up.trim(), down.trim())]
}

/// The form of an effect on a link: how long messages take, or that it comes and goes.
pub(super) struct LinkForm {
    form: OrderForm,
    flaps: OrderForm,
}

impl LinkForm {
    /// The form proposes the link between the first two nodes.
    pub(super) fn new(page: &Page) -> Self {
        Self {
            form: OrderForm::new(page, &["n1", "n2", WAYS[0].0, "100", ""]),
            flaps: OrderForm::new(page, &["n1", "n2", WAYS[0].0, "200", "200"]),
        }
    }
}

impl Part for LinkForm {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::DIALS)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let ends = |ids: [&'static str; 3]| {
            vec![
                Field::list(ids[0], "link.from", processes(page, true)),
                Field::list(ids[1], "link.to", processes(page, true)),
                Field::list(ids[2], "link.way", named(page, &WAYS)),
            ]
        };
        let mut latency = ends(["latency-from", "latency-to", "latency-way"]);
        latency.push(Field::number("latency-time", "link.time"));
        let mut flap = ends(["flap-from", "flap-to", "flap-way"]);
        flap.extend([Field::number("flap-up", "link.up"), Field::number("flap-down", "link.down")]);
        html! {
            <>
                { self.form.draw(page, "link.latency", latency, &[("effect.apply", latency_order)]) }
                { self.flaps.draw(page, "link.flap", flap, &[("link.flaps", flap_order)]) }
            </>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EFFECTS, flap_order, latency_order, node_order};

    fn values(list: &[&str]) -> Vec<String> {
        list.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn forms_say_statements() {
        let node = |effect: usize| node_order(&values(&["n2", EFFECTS[effect].0, " 20 "])).join("; ");
        assert_eq!(node(0), "slow n2 20ms");
        assert_eq!(node(1), "slow-disk n2 20ms");
        assert_eq!(node(2), "jump n2 +20ms");
        assert_eq!(node(3), "jump n2 -20ms");
        assert_eq!(node(4), "crash n2 tear-disk 20");
        let link = values(&["n1", "n2", "--", "200", "100"]);
        assert_eq!(latency_order(&link), ["latency n1 -> n2 200ms", "latency n2 -> n1 200ms"]);
        assert_eq!(flap_order(&link), ["flap n1 -- n2 up 200ms down 100ms"]);
    }
}
