//! A partition by picking a group for each process.

use super::faults::heal;
use crate::panels::form::{Choice, choices, entered, main_button};
use crate::part::{Page, Part, Reads, Seen, State};
use consistory_kernel::ProcessId;
use consistory_scene::{Arg, Scene, Text};
use consistory_session::{EditCommand, Topics};
use yew::prelude::*;

/// How many groups can be picked.
const GROUPS_MAX: usize = 4;
/// Stands for a client that reaches everyone.
const EVERYONE: usize = 0;

/// The group of each process, counted from 1.
type Picks = Vec<(ProcessId, usize)>;

/// The groups as the partition in force has them.
fn present(scene: &Scene) -> Picks {
    let group = |id: ProcessId| scene.groups.iter().position(|group| group.contains(&id)).map(|group| group + 1);
    // Nodes that no group names form one more.
    let rest = if scene.groups.is_empty() { 1 } else { scene.groups.len() + 1 };
    let nodes = scene.cards.iter().map(|card| (card.id, group(card.id).unwrap_or(rest)));
    let clients = scene.clients.iter().map(|client| (client.id, group(client.id).unwrap_or(EVERYONE)));
    nodes.chain(clients).collect()
}

/// The picked groups that are not empty.
fn picked(picks: &[(ProcessId, usize)]) -> Vec<Vec<ProcessId>> {
    let last = picks.iter().map(|(_, group)| *group).max().unwrap_or(EVERYONE);
    let members = |wanted: usize| picks.iter().filter(|(_, group)| *group == wanted).map(|(id, _)| *id).collect();
    let groups: Vec<Vec<ProcessId>> = (1..=last).map(members).collect();
    groups.into_iter().filter(|group| !group.is_empty()).collect()
}

/// The partition form.
pub(crate) struct Partition {
    picks: State<Picks>,
    in_force: Seen<Vec<Vec<ProcessId>>>,
}

impl Partition {
    /// The form begins with the partition in force.
    pub(crate) fn new(page: &Page) -> Self {
        let picks = present(&page.read(|session| session.scene()));
        Self { picks: page.state(picks), in_force: Seen::default() }
    }

    /// The list of groups that a process can be in.
    fn pick(&self, page: &Page, (id, group): (ProcessId, usize), groups: usize, is_client: bool) -> Html {
        let picks = self.picks.clone();
        let onchange = Callback::from(move |event: Event| {
            let Ok(group) = entered(&event).parse() else { return };
            let mut changed = picks.get();
            for (_, old) in changed.iter_mut().filter(|(known, _)| *known == id) {
                *old = group;
            }
            picks.set(changed);
        });
        let everyone = is_client.then(|| (EVERYONE.to_string(), page.word("faults.everyone")));
        let numbered = (1..=groups).map(|group| {
            let number = Arg::Number(i64::try_from(group).unwrap_or(i64::MAX));
            (group.to_string(), page.text(&Text::key("faults.group").with("number", number)))
        });
        let list: Vec<Choice> = everyone.into_iter().chain(numbered).collect();
        let name = page.text(&Text::key("faults.group-of").with("process", Arg::Process(id)));
        choices(None, Some(name), list, &group.to_string(), onchange)
    }
}

impl Part for Partition {
    fn reads(&self) -> Reads {
        Reads::topics(Topics::SCENE)
    }

    fn draw(&mut self, page: &Page) -> Html {
        let scene = page.read(|session| session.scene());
        if scene.cards.len() < 2 {
            return html! { <p class="empty">{ page.word("faults.only-one") }</p> };
        }
        let picks = self.picks.get();
        let is_client = |id: ProcessId| scene.card(id).is_none();
        let of_nodes: Picks = picks.iter().copied().filter(|(id, _)| !is_client(*id)).collect();
        let highest = picks.iter().map(|(_, group)| *group).max().unwrap_or(1);
        let groups = scene.cards.len().min(GROUPS_MAX).max(highest);
        let divides = picked(&of_nodes).len() > 1;
        let divide = page.does(EditCommand::Partition(picked(&picks)));
        let name = |id: ProcessId| page.text(&Text::key("faults.process").with("process", Arg::Process(id)));
        html! {
            <>
                <p class="note">{ page.word("faults.partition-why") }</p>
                <ul class="group-picks">
                    for (id, group) in picks {
                        <li key={id.0} class="group-pick">
                            <strong class="fault-name">{ name(id) }</strong>
                            { self.pick(page, (id, group), groups, is_client(id)) }
                        </li>
                    }
                </ul>
                <div class="actions">
                    { main_button(page, "faults.divide", divides, Some("divide-needs"), divide) }
                    { heal(page) }
                </div>
                if !divides {
                    <p id="divide-needs" class="note">{ page.word("faults.divide-needs") }</p>
                }
            </>
        }
    }

    fn drawn(&mut self, page: &Page) {
        let scene = page.read(|session| session.scene());
        // A partition that came about elsewhere replaces what was picked here.
        if self.in_force.is_new(scene.groups.clone()) {
            self.picks.set(present(&scene));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{picked, present};
    use consistory_kernel::ProcessId;
    use consistory_scene::{Client, Scene};

    #[test]
    fn picked_groups_leave_out_the_empty_and_those_that_reach_everyone() {
        let picks = [(ProcessId(0), 1), (ProcessId(1), 3), (ProcessId(2), 1), (ProcessId(3), 0)];
        assert_eq!(picked(&picks), vec![vec![ProcessId(0), ProcessId(2)], vec![ProcessId(1)]]);
    }

    #[test]
    fn an_unnamed_client_reaches_everyone() {
        let client = Client { id: ProcessId(4), name: "c1".to_owned(), target: ProcessId(0), operations: Vec::new() };
        let scene = Scene { clients: vec![client], ..Scene::default() };
        assert_eq!(present(&scene), vec![(ProcessId(4), 0)]);
    }
}
