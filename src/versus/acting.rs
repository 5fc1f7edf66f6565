//! The form that does something to all runs: what, and to whom by name. It says a statement of the scenario language.

use crate::panels::{choices, entered, label, main_button, subtitle};
use crate::part::{Page, Part, Reads, State};
use consistory_session::{Command, EditCommand, Problem, Topics};
use yew::prelude::*;

/// What can be done, with the keys of its visible names.
const ACTS: [(&str, &str); 12] = [
    ("crash", "versus.crash"),
    ("restart", "versus.restart"),
    ("pause", "versus.pause"),
    ("resume", "versus.resume"),
    ("cut", "versus.cut"),
    ("halves", "versus.halves"),
    ("heal", "versus.heal"),
    ("storm", "versus.storm"),
    ("storm off", "versus.storm-off"),
    ("adversary on", "versus.adversary"),
    ("adversary off", "versus.adversary-off"),
    ("heal all", "versus.calm"),
];

/// A storm that a protocol should survive.
const STORM: &str = "storm faults=20 every=200ms..600ms lasting=200ms..900ms spare=majority";

/// What the form holds.
#[derive(Clone, PartialEq)]
struct Filled {
    act: &'static str,
    node: String,
    other: String,
}

/// The nodes of all runs.
struct Nodes {
    /// Every name that there is.
    all: Vec<String>,
    /// The names that each run has.
    common: Vec<String>,
}

impl Nodes {
    fn of(page: &Page) -> Self {
        let runs: Vec<Vec<String>> = page.read(|session| {
            let Some(contest) = session.as_contest() else { return Vec::new() };
            let names = contest.entries().iter().map(|entry| {
                let scene = entry.session.borrow().scene();
                scene.cards.iter().map(|card| card.name.clone()).collect()
            });
            names.collect()
        });
        let mut all: Vec<String> = Vec::new();
        for name in runs.iter().flatten() {
            if !all.contains(name) {
                all.push(name.clone());
            }
        }
        let is_common = |name: &&String| runs.iter().all(|run| run.contains(*name));
        let common = all.iter().filter(is_common).cloned().collect();
        Self { all, common }
    }
}

/// How many nodes an act names.
fn named(act: &str) -> usize {
    match act {
        "crash" | "restart" | "pause" | "resume" | "halves" => 1,
        "cut" => 2,
        _ => 0,
    }
}

/// A majority of the nodes from that one on, and the rest.
fn halves(node: &str, nodes: &[String]) -> String {
    let mut around: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let place = around.iter().position(|name| *name == node).unwrap_or(0);
    around.rotate_left(place);
    let majority = around.len() / 2 + 1;
    let (one, other) = around.split_at(majority.min(around.len()));
    let groups = [one, other].into_iter().filter(|group| !group.is_empty());
    let groups: Vec<String> = groups.map(|group| format!("{{{}}}", group.join(" "))).collect();
    format!("partition {}", groups.join(" "))
}

/// The statement that a filled form says.
fn statement(filled: &Filled, common: &[String]) -> String {
    let Filled { act, node, other } = filled;
    match *act {
        "halves" => halves(node, common),
        "storm" => STORM.to_owned(),
        "cut" => format!("cut {node} -- {other}"),
        _ if named(act) == 1 => format!("{act} {node}"),
        _ => (*act).to_owned(),
    }
}

/// The form.
pub(super) struct Acting {
    filled: State<Filled>,
    refused: State<Option<Problem>>,
}

impl Acting {
    /// A form that proposes to crash the first node.
    pub(super) fn new(page: &Page) -> Self {
        let filled = Filled { act: ACTS[0].0, node: String::new(), other: String::new() };
        Self { filled: page.state(filled), refused: page.state(None) }
    }

    /// What is filled in; where a run has come that has no such node, the first that there is.
    fn filled(&self, nodes: &Nodes) -> Filled {
        let filled = self.filled.get();
        let list = if filled.act == "halves" { &nodes.common } else { &nodes.all };
        let or = |name: String, place: usize| {
            if list.contains(&name) { name } else { list.get(place).or(list.first()).cloned().unwrap_or_default() }
        };
        Filled { act: filled.act, node: or(filled.node, 0), other: or(filled.other, 1) }
    }

    fn field(
        &self,
        page: &Page,
        (id, title): (&'static str, &'static str),
        list: Vec<(String, String)>,
        chosen: &str,
        fill: fn(&mut Filled, String),
    ) -> Html {
        let filled = self.filled.clone();
        let onchange = Callback::from(move |event: Event| {
            let mut changed = filled.get();
            fill(&mut changed, entered(&event));
            filled.set(changed);
        });
        html! {
            <div key={id} class="order-field">
                { label(page, "", id, title) }
                { choices(Some(id.to_owned()), None, list, chosen, onchange) }
            </div>
        }
    }

    fn fields(&self, page: &Page, filled: &Filled, nodes: &Nodes) -> Vec<Html> {
        let same = |name: &String| (name.clone(), name.clone());
        let whom = if filled.act == "halves" { &nodes.common } else { &nodes.all };
        let whom = || whom.iter().map(same).collect::<Vec<_>>();
        let acts = ACTS.iter().map(|(act, key)| ((*act).to_owned(), page.word(key))).collect();
        let mut fields = vec![self.field(page, ("versus-act", "versus.what"), acts, filled.act, |filled, value| {
            filled.act = ACTS.iter().map(|(act, _)| *act).find(|act| *act == value).unwrap_or(ACTS[0].0);
        })];
        if named(filled.act) > 0 {
            let fill = |filled: &mut Filled, name| filled.node = name;
            fields.push(self.field(page, ("versus-node", "versus.node"), whom(), &filled.node, fill));
        }
        if named(filled.act) > 1 {
            let fill = |filled: &mut Filled, name| filled.other = name;
            fields.push(self.field(page, ("versus-other", "versus.other"), whom(), &filled.other, fill));
        }
        fields
    }
}

impl Part for Acting {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::DIALS)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let nodes = Nodes::of(page);
        let filled = self.filled(&nodes);
        let act = {
            let (store, refused) = (page.store().clone(), self.refused.clone());
            let said = statement(&filled, &nodes.common);
            Callback::from(move |_: MouseEvent| {
                let edit = EditCommand::Statement(said.clone());
                refused.set(store.try_apply(Command::Edit(edit)).err());
            })
        };
        let problem = self.refused.get().map(|problem| page.text(&problem.text));
        let is_possible = filled.act != "cut" || filled.node != filled.other;
        html! {
            <div role="group" aria-label={page.word("versus.act")}>
                { subtitle(page, "versus.act") }
                <div class="order-fields">{ for self.fields(page, &filled, &nodes) }</div>
                <p class="field-problem" aria-live="polite">{ problem }</p>
                <div class="actions">{ main_button(page, "versus.do", is_possible, None, act) }</div>
            </div>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filled, statement};

    fn say(act: &'static str, node: &str, other: &str) -> String {
        let nodes = ["n1", "n2", "n3", "n4", "n5"].map(str::to_owned);
        statement(&Filled { act, node: node.to_owned(), other: other.to_owned() }, &nodes)
    }

    #[test]
    fn the_form_says_statements() {
        assert_eq!(say("crash", "n2", "n1"), "crash n2");
        assert_eq!(say("cut", "n2", "n1"), "cut n2 -- n1");
        assert_eq!(say("halves", "n4", ""), "partition {n4 n5 n1} {n2 n3}");
        assert_eq!(say("heal all", "n4", ""), "heal all");
        assert_eq!(say("adversary on", "n4", ""), "adversary on");
        assert!(say("storm", "", "").starts_with("storm faults=20 "));
    }

    #[test]
    fn a_single_node_stands_alone() {
        let filled = Filled { act: "halves", node: "n1".to_owned(), other: String::new() };
        assert_eq!(statement(&filled, &["n1".to_owned()]), "partition {n1}");
    }
}
