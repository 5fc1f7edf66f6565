//! Why a node, an entry or an operation stands as it does: the rule, the numbers, and what is missing.
//!
//! The answers look at the whole world, as no node can. That one reaches another means that both directions of the link
//! work and that the other runs; chance and latency are left out. Here are the answers about nodes; [`entry`] and
//! [`operation`] have the others, [`seen`] what they all look at.

mod entry;
mod operation;
mod seen;

use super::PrimaryBackup;
use super::log::Epoch;
use super::mutants::Mutant;
use super::node::{Durable, Node, Role};
use crate::spec::process_name;
use crate::why::{about, answer, is_paused, listed, names, nodes, number, obstacle, obstacles};
use consistory_kernel::{ProcessId, World};
use consistory_scene::{Arg, Subject, Text, Why};
use seen::{
    ALSBERG_DAY, APPROACH, LEASES, VIEWSTAMPS, backups_needed, fenced_at, fences, fences_needed, has_lease, higher,
    in_epoch, is_bound, is_off, lease, log_ends, office, open_mark, refusal, sized, suspects, suspicion, takes, tally,
};

/// The answers to a question about the world as it stands; none where there is no such thing.
pub(super) fn why(world: &World<PrimaryBackup>, subject: Subject) -> Vec<Why> {
    match subject {
        Subject::Node(id) => of_node(world, id),
        Subject::Entry(id, index) => {
            u32::try_from(index).map(|index| entry::answers(world, id, index)).unwrap_or_default()
        }
        Subject::Operation(client) => operation::answers(world, client),
    }
}

fn of_node(world: &World<PrimaryBackup>, id: ProcessId) -> Vec<Why> {
    let Some(disk) = world.disk(id) else { return Vec::new() };
    let Some(node) = world.node(id) else { return vec![down(world, id, disk)] };
    let mut answers = Vec::new();
    if is_paused(world, id) {
        let claim = about("why.is_paused", id);
        answers.push(answer(claim, Text::key("primary-backup.why.rule.paused"), "", office(world)));
    }
    match node.role {
        Role::Backup => answers.extend([backup(world, id, node), outlook(world, id, node)]),
        Role::Candidate { .. } => answers.push(candidate(world, id, node)),
        Role::Primary { .. } => {
            answers.extend([primary(world, id, node), acknowledges(world, id, node), reads(world, id, node)]);
        }
    }
    answers
}

fn down(world: &World<PrimaryBackup>, id: ProcessId, disk: &Durable) -> Why {
    let mut facts = vec![log_ends(id, disk.log.last())];
    facts.extend(office(world));
    let claim = in_epoch("primary-backup.why.is_down", id, disk.epoch);
    answer(claim, Text::key("primary-backup.why.rule.down"), "", facts)
}

/// Why a node is a backup, fenced or not, and when it will suspect its primary.
fn backup(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Why {
    let (claim, rule) = if node.durable.in_office {
        ("primary-backup.why.backup", "primary-backup.why.rule.backup")
    } else {
        ("primary-backup.why.fenced", "primary-backup.why.rule.fenced")
    };
    let mut facts = followed(world, id, node);
    facts.extend(suspects(world, id));
    // Whatever it has heard from a primary or a candidate has armed the timer.
    let since = suspicion(world, id).map(|armed| armed.cause);
    let source = if node.durable.in_office { APPROACH } else { VIEWSTAMPS };
    Why { since, ..answer(in_epoch(claim, id, node.epoch()), Text::key(rule), source, facts) }
}

/// What became of the primary that a backup follows, or of the candidate that has fenced it.
fn followed(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Vec<Text> {
    let other = node.primary.unwrap_or(node.epoch().node);
    let acts = world.node(other).and_then(|peer| match peer.role {
        Role::Primary { .. } => Some(in_epoch("primary-backup.why.primary", other, peer.epoch())),
        Role::Candidate { .. } => Some(fences(world, other, peer)),
        Role::Backup => None,
    });
    let gone = || about("primary-backup.why.gone", id).with("other", Arg::Process(other));
    let mut facts = vec![acts.unwrap_or_else(gone)];
    facts.extend(obstacles(world, id, &[other]));
    facts
}

/// Whether a backup could take office if it stood now.
fn outlook(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Why {
    let owner = if is_off(world, Mutant::ReuseEpoch) { ProcessId(0) } else { id };
    let epoch = Epoch { round: node.epoch().round.saturating_add(1), node: owner };
    let claim = |wins: bool| {
        let key = if wins { "primary-backup.why.could_win" } else { "primary-backup.why.could_not_win" };
        in_epoch(key, id, epoch)
    };
    if !world.config().fencing {
        // It may be paused itself.
        let facts = obstacles(world, id, &[id]);
        let rule = Text::key("primary-backup.why.rule.unfenced");
        return answer(claim(facts.is_empty()), rule, APPROACH, facts);
    }
    let (willing, reasons) = poll(world, id, epoch, &[]);
    let acts = !is_paused(world, id) && !is_bound(world, id, node);
    let wins = acts && willing >= usize::from(fences_needed(world));
    let mut facts = vec![tally(world, "primary-backup.why.fenceable", willing)];
    facts.extend(reasons);
    answer(claim(wins), sized(world, "primary-backup.why.rule.fence"), VIEWSTAMPS, facts)
}

/// Why a candidate has not taken office, and whether it could now.
fn candidate(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Why {
    let own = node.durable.log.last();
    let answered: Vec<ProcessId> =
        nodes(world).filter(|peer| *peer != id && fenced_at(node, *peer).is_some()).collect();
    let is_ahead = |peer: &ProcessId| fenced_at(node, *peer).is_some_and(|last| last > own);
    let ahead: Vec<ProcessId> = answered.iter().copied().filter(is_ahead).collect();
    let mut facts = vec![fences(world, id, node)];
    if !ahead.is_empty() {
        facts.push(about("primary-backup.why.longer", id).with("nodes", names(world, &ahead)));
    }
    let (willing, reasons) = poll(world, id, node.epoch(), &answered);
    facts.extend(reasons);
    facts.push(tally(world, "primary-backup.why.fenceable", willing));
    let claim = in_epoch("primary-backup.why.candidate", id, node.epoch());
    answer(claim, sized(world, "primary-backup.why.rule.fence"), VIEWSTAMPS, facts)
}

/// How many nodes are fenced for an epoch or would let themselves be fenced now, the candidate included, and what keeps
/// the others. The candidate itself waits, too, until its own promise has ended.
fn poll(world: &World<PrimaryBackup>, id: ProcessId, epoch: Epoch, answered: &[ProcessId]) -> (usize, Vec<Text>) {
    let open: Vec<ProcessId> = nodes(world).filter(|peer| !answered.contains(peer)).collect();
    let reached: Vec<ProcessId> = open.iter().copied().filter(|peer| obstacle(world, id, *peer).is_none()).collect();
    let mut reasons: Vec<Text> = reached.iter().filter_map(|peer| reluctance(world, epoch, *peer)).collect();
    let willing = answered.len() + reached.len() - reasons.len();
    reasons.extend(obstacles(world, id, &open));
    (willing, reasons)
}

/// Why a node that hears a candidate of that epoch is not fenced, by the rules of `Node::on_fence` in their order.
fn reluctance(world: &World<PrimaryBackup>, epoch: Epoch, peer: ProcessId) -> Option<Text> {
    let node = world.node(peer)?;
    if node.epoch() > epoch {
        return Some(in_epoch("primary-backup.why.in_higher", peer, node.epoch()));
    }
    let waits = !node.is_primary() && is_bound(world, peer, node);
    waits.then(|| about("primary-backup.why.bound", peer).with("time", Arg::Time(node.promised_until)))
}

/// Why a node holds itself for the primary, and whether it is the last to do so.
fn primary(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Why {
    let epoch = node.epoch();
    let members = nodes(world).filter(|peer| world.disk(*peer).is_some_and(|disk| disk.epoch == epoch));
    let members: Vec<ProcessId> = members.collect();
    let belong = tally(world, "primary-backup.why.in_epoch", members.len()).with("nodes", names(world, &members));
    let belong = belong.with("epoch", number(epoch.round));
    if let Some((other, text)) = higher(world, epoch) {
        let mut facts = vec![text];
        facts.extend(obstacles(world, id, &[other]));
        facts.push(belong);
        let claim = in_epoch("primary-backup.why.deposed", id, epoch);
        return answer(claim, Text::key("primary-backup.why.rule.steps_down"), VIEWSTAMPS, facts);
    }
    let rule = match (epoch == Epoch::BOOT, world.config().fencing) {
        (true, _) => in_epoch("primary-backup.why.rule.boot", id, epoch),
        (false, true) => sized(world, "primary-backup.why.rule.fence"),
        (false, false) => Text::key("primary-backup.why.rule.unfenced"),
    };
    answer(in_epoch("primary-backup.why.primary", id, epoch), rule, APPROACH, vec![belong])
}

/// Whether a primary can acknowledge what it appends: how many backups would store it, and who has stored what.
fn acknowledges(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Why {
    let epoch = node.epoch();
    let peers: Vec<ProcessId> = nodes(world).filter(|peer| *peer != id).collect();
    let stores = |peer: &&ProcessId| {
        obstacle(world, id, **peer).is_none() && world.node(**peer).is_some_and(|other| takes(world, epoch, other))
    };
    let storing = peers.iter().filter(stores).count();
    // Who waits for nobody must be sure of the office.
    let is_sure = world.config().acks_needed(world.node_count()) > 0 || has_lease(world, id, node);
    let able = is_sure && storing >= usize::from(backups_needed(world)) && !is_paused(world, id);
    let mut facts = vec![tally(world, "primary-backup.why.stores", storing).with("node", Arg::Process(id))];
    facts.extend(progress(world, id, node));
    if !is_sure {
        facts.extend(lease(world, id, node));
    }
    // The primary itself may be paused.
    facts.extend(obstacles(world, id, &nodes(world).collect::<Vec<_>>()));
    facts.extend(peers.iter().filter_map(|peer| refusal(world, id, epoch, *peer)));
    let key = if able { "primary-backup.why.can_acknowledge" } else { "primary-backup.why.cannot_acknowledge" };
    answer(about(key, id), sized(world, "primary-backup.why.rule.acknowledge"), ALSBERG_DAY, facts)
}

/// How far each backup has stored the log, as its primary knows.
fn progress(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Option<Text> {
    let Role::Primary { peers, .. } = &node.role else { return None };
    let others = nodes(world).zip(peers).filter(|(peer, _)| *peer != id);
    let known = others.map(|(peer, known)| format!("{} {}", process_name(world.node_count(), peer), known.stored));
    let text = about("primary-backup.why.progress", id).with("index", number(node.durable.log.last_index()));
    Some(text.with("nodes", listed(known)))
}

/// Whether a primary answers reads: its mark is acknowledged, and it holds a lease.
fn reads(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> Why {
    let config = world.config();
    let mut facts = Vec::new();
    if !config.reads_anywhere {
        facts.extend(open_mark(node).map(|index| mark(id, index)));
        facts.extend(lease(world, id, node));
    }
    // The primary itself may be paused.
    facts.extend(obstacles(world, id, &[id]));
    let able = may_read(world, id, node) && !is_paused(world, id);
    let key = if able { "primary-backup.why.reads" } else { "primary-backup.why.no_reads" };
    let is_guarded = !config.reads_anywhere && config.lease_length() > 0;
    let rule = if is_guarded { "primary-backup.why.rule.reads" } else { "primary-backup.why.rule.unguarded" };
    answer(about(key, id), Text::key(rule), LEASES, facts)
}

/// Whether a primary that hears a read answers it, as `Node::on_read` has it.
fn may_read(world: &World<PrimaryBackup>, id: ProcessId, node: &Node) -> bool {
    world.config().reads_anywhere || open_mark(node).is_none() && has_lease(world, id, node)
}

/// That the mark of an office is not acknowledged yet.
fn mark(id: ProcessId, index: u32) -> Text {
    about("primary-backup.why.mark", id).with("index", number(index))
}
