//! A partition by picking a group for each process.

use super::faults::Heal;
use crate::store::{Store, use_settings, use_store, use_topics};
use crate::words::{text, word};
use consistory_kernel::ProcessId;
use consistory_scene::{Arg, Scene, Text};
use consistory_session::{EditCommand, Topics};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// How many groups can be picked.
const GROUPS_MAX: usize = 4;
/// Stands for a client that reaches everyone.
const EVERYONE: usize = 0;

/// The group of each process, counted from 1, as the partition in force has it.
fn present(scene: &Scene) -> Vec<(ProcessId, usize)> {
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

/// What [`GroupPick`] needs.
#[derive(Properties, PartialEq)]
struct GroupPickProps {
    id: ProcessId,
    group: usize,
    groups: usize,
    is_client: bool,
    on_pick: Callback<(ProcessId, usize)>,
}

/// The group of one process.
#[component]
fn GroupPick(props: &GroupPickProps) -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    let (id, on_pick) = (props.id, props.on_pick.clone());
    let onchange = Callback::from(move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(group) = select.and_then(|select| select.value().parse().ok()) {
            on_pick.emit((id, group));
        }
    });
    let process = Arg::Process(id);
    let label = text(language, &Text::key("faults.group-of").with("process", process));
    let number = |group: usize| Arg::Number(i64::try_from(group).unwrap_or(i64::MAX));
    html! {
        <select class="select" aria-label={label} {onchange}>
            if props.is_client {
                <option key={EVERYONE} value={EVERYONE.to_string()} selected={props.group == EVERYONE}>{ word(language, "faults.everyone") }</option>
            }
            for group in 1..=props.groups {
                <option key={group} value={group.to_string()} selected={props.group == group}>
                    { text(language, &Text::key("faults.group").with("number", number(group))) }
                </option>
            }
        </select>
    }
}

fn divide(store: &Store, picks: &[(ProcessId, usize)]) -> Callback<MouseEvent> {
    let (store, groups) = (store.clone(), picked(picks));
    Callback::from(move |_| store.edit(EditCommand::Partition(groups.clone())))
}

/// The partition form.
#[component]
pub(crate) fn Partition() -> Html {
    let store = use_store();
    let language = use_settings(&store).language;
    use_topics(&store, Topics::SCENE);
    let scene = store.read(|session| session.scene());
    let picks = use_state_eq(|| present(&scene));
    {
        // A partition that came about elsewhere replaces what was picked here.
        let (picks, fresh) = (picks.clone(), present(&scene));
        use_effect_with(scene.groups.clone(), move |_| picks.set(fresh));
    }
    let on_pick = {
        let picks = picks.clone();
        Callback::from(move |(id, group): (ProcessId, usize)| {
            let changed = picks.iter().map(|(known, old)| (*known, if *known == id { group } else { *old }));
            picks.set(changed.collect());
        })
    };
    if scene.cards.len() < 2 {
        return html! { <p class="empty">{ word(language, "faults.only-one") }</p> };
    }
    let is_client = |id: ProcessId| scene.card(id).is_none();
    let node_groups = picked(&picks.iter().copied().filter(|(id, _)| !is_client(*id)).collect::<Vec<_>>());
    let highest = picks.iter().map(|(_, group)| *group).max().unwrap_or(1);
    let groups = scene.cards.len().min(GROUPS_MAX).max(highest);
    let divides = node_groups.len() > 1;
    html! {
        <>
            <p class="note">{ word(language, "faults.partition-why") }</p>
            <ul class="group-picks">
                for (id, group) in picks.iter().copied() {
                    <li key={id.0} class="group-pick">
                        <strong class="fault-name">{ text(language, &Text::key("faults.process").with("process", Arg::Process(id))) }</strong>
                        <GroupPick {id} {group} {groups} is_client={is_client(id)} on_pick={on_pick.clone()} />
                    </li>
                }
            </ul>
            <div class="actions">
                <button type="button" class="button button-primary" disabled={!divides} aria-describedby="divide-needs" onclick={divide(&store, &picks)}>
                    { word(language, "faults.divide") }
                </button>
                <Heal />
            </div>
            if !divides {
                <p id="divide-needs" class="note">{ word(language, "faults.divide-needs") }</p>
            }
        </>
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
