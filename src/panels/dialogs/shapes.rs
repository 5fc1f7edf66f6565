//! Partitions with a name: shapes of partial connectivity that are known for what they do to protocols.

use super::orders::{Field, OrderForm, named};
use crate::part::{Page, Part, Reads};
use consistory_session::Topics;
use yew::prelude::*;

/// The shapes. Star, hub and chain are those of Ng, Haridi and Carbone, "Omni-Paxos: Breaking the Barriers of Partial
/// Connectivity" (2023): quorum loss, constrained election, chained.
const SHAPES: [(&str, &str); 5] = [
    ("halves", "shape.halves"),
    ("alone", "shape.alone"),
    ("bridge", "shape.bridge"),
    ("star", "shape.star"),
    ("chain", "shape.chain"),
];

/// The groups of a shape, around the node at that place.
fn groups(shape: &str, nodes: &[&str], hub: usize) -> Vec<Vec<String>> {
    let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    // The named node comes first.
    let mut around = nodes.to_vec();
    let by = hub.min(around.len());
    around.rotate_left(by);
    let middle = around.len() / 2;
    match shape {
        "halves" => {
            vec![owned(&around[..=middle.min(around.len() - 1)]), owned(&around[(middle + 1).min(around.len())..])]
        }
        "alone" => vec![owned(&around[..1]), owned(&around[1..])],
        "bridge" => {
            let (left, right) = around[1..].split_at(around.len() / 2);
            vec![owned(&[&around[..1], left].concat()), owned(&[&around[..1], right].concat())]
        }
        "star" => around[1..].iter().map(|other| owned(&[around[0], other])).collect(),
        _ => around.windows(2).map(owned).collect(),
    }
}

fn divide(values: &[String]) -> Vec<String> {
    let [shape, choice] = values else { return Vec::new() };
    // The choice names the node, and all nodes after it.
    let Some((hub, all)) = choice.split_once(':') else { return Vec::new() };
    let nodes: Vec<&str> = all.split(',').collect();
    let place = nodes.iter().position(|node| *node == hub).unwrap_or(0);
    let groups = groups(shape, &nodes, place).into_iter().filter(|group| !group.is_empty());
    let groups: Vec<String> = groups.map(|group| format!("{{{}}}", group.join(" "))).collect();
    vec![format!("partition {}", groups.join(" "))]
}

/// The form that divides the network in a known way.
pub(super) struct Shapes(OrderForm);

/// What the list of nodes offers: each name, with all of them.
fn list(page: &Page) -> Vec<(String, String)> {
    let scene = page.read(|session| session.scene());
    let all = scene.cards.iter().map(|card| card.name.clone()).collect::<Vec<_>>().join(",");
    scene.cards.iter().map(|card| (format!("{}:{all}", card.name), card.name.clone())).collect()
}

impl Shapes {
    /// The form proposes to divide in halves, around the first node.
    pub(super) fn new(page: &Page) -> Self {
        let first = list(page).first().map(|(value, _)| value.clone()).unwrap_or_default();
        Self(OrderForm::new(page, &[SHAPES[0].0, &first]))
    }
}

impl Part for Shapes {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::DIALS)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let nodes = list(page);
        if nodes.len() < 2 {
            return Html::default();
        }
        let fields = vec![
            Field::list("shape-kind", "shape.kind", named(page, &SHAPES)),
            Field::list("shape-node", "shape.node", nodes),
        ];
        self.0.draw(page, "shape.title", fields, &[("faults.divide", divide)])
    }
}

#[cfg(test)]
mod tests {
    use super::divide;

    #[test]
    fn shapes_are_partitions() {
        let shape = |shape: &str| divide(&[shape.to_owned(), "n3:n1,n2,n3,n4,n5".to_owned()]).join("; ");
        assert_eq!(shape("halves"), "partition {n3 n4 n5} {n1 n2}");
        assert_eq!(shape("alone"), "partition {n3} {n4 n5 n1 n2}");
        assert_eq!(shape("bridge"), "partition {n3 n4 n5} {n3 n1 n2}");
        assert_eq!(shape("star"), "partition {n3 n4} {n3 n5} {n3 n1} {n3 n2}");
        assert_eq!(shape("chain"), "partition {n3 n4} {n4 n5} {n5 n1} {n1 n2}");
    }

    #[test]
    fn two_nodes_have_shapes() {
        let shape = |shape: &str| divide(&[shape.to_owned(), "n1:n1,n2".to_owned()]).join("; ");
        assert_eq!(shape("alone"), "partition {n1} {n2}");
        assert_eq!(shape("halves"), "partition {n1 n2}");
        assert_eq!(shape("chain"), "partition {n1 n2}");
    }
}
