//! What judges a replicated log as one consensus object for each of its places: what clients have asked, and what each
//! node has applied.

use consistory_kernel::{Chunks, Digest, ProcessId};
use core::hash::{Hash, Hasher};
use std::collections::BTreeMap;

/// What a node tells the properties of its last step. It is no part of the node's state: hashing leaves it out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aside<T>(pub T);

impl<T> Hash for Aside<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A client's operation, as a node hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Heard<Op> {
    /// Who asked.
    pub client: ProcessId,
    /// The number of the operation at its client, from 1.
    pub serial: u32,
    /// The operation.
    pub op: Op,
}

/// What clients have asked, as far as any node has heard of it.
#[derive(Clone, Debug, Default, Hash)]
pub struct Asked {
    /// By client, then by serial number: the digest of the operation; 0 where no node has heard of it.
    of: Vec<Chunks<u64>>,
}

impl Asked {
    /// A node hears a client.
    pub fn hear<Op: Hash>(&mut self, heard: &Heard<Op>) {
        let (place, serial) = (heard.client.index(), heard.serial as usize);
        if self.of.len() <= place {
            self.of.resize(place + 1, Chunks::default());
        }
        let asked = &mut self.of[place];
        while asked.len() < serial {
            asked.push(0);
        }
        if let Some(known) = serial.checked_sub(1).and_then(|place| asked.get_mut(place)) {
            *known = digest_of(&heard.op);
        }
    }

    /// Whether a client has asked exactly that.
    pub fn has<Op: Hash>(&self, heard: &Heard<Op>) -> bool {
        let asked = self.of.get(heard.client.index());
        let known = asked.zip(heard.serial.checked_sub(1)).and_then(|(asked, place)| asked.get(place as usize));
        known == Some(&digest_of(&heard.op))
    }
}

fn digest_of<Op: Hash>(op: &Op) -> u64 {
    let mut digest = Digest::default();
    op.hash(&mut digest);
    digest.value()
}

/// What was applied at each place of the log, as the digest of everything up to there.
#[derive(Clone, Debug, Default, Hash)]
pub struct Applied {
    /// By place: what was applied there first.
    first: Chunks<u64>,
    /// Who applied something else there, and what that was.
    others: BTreeMap<(ProcessId, u32), u64>,
    /// By node: the last place at which it ever applied something, in whatever life.
    reached: Vec<u32>,
}

/// How what a node applies differs from what was applied before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What the first that came there had applied, if that is something else.
    pub from_first: Option<u64>,
    /// Whether the node itself had once applied something else there.
    pub from_itself: bool,
}

impl Applied {
    /// A node applies at a place, from 1, something that makes the whole up to there `chain`.
    pub fn apply(&mut self, id: ProcessId, place: u32, chain: u64) -> Difference {
        if self.reached.len() <= id.index() {
            self.reached.resize(id.index() + 1, 0);
        }
        let has_been = place <= self.reached[id.index()];
        self.reached[id.index()] = self.reached[id.index()].max(place);
        let Some(first) = self.first.get(place as usize - 1).copied() else {
            if place as usize == self.first.len() + 1 {
                self.first.push(chain);
            }
            return Difference::default();
        };
        let own = self.others.get(&(id, place)).copied().unwrap_or(first);
        if first != chain && !has_been {
            self.others.insert((id, place), chain);
        }
        Difference { from_first: (first != chain).then_some(first), from_itself: has_been && own != chain }
    }
}

#[cfg(test)]
mod tests {
    use super::{Applied, Asked, Difference, Heard};
    use consistory_kernel::ProcessId;

    const SAME: Difference = Difference { from_first: None, from_itself: false };

    #[test]
    fn what_others_applied_differs_and_what_one_itself_applied() {
        let (one, two) = (ProcessId(0), ProcessId(1));
        let mut applied = Applied::default();
        assert_eq!(applied.apply(one, 1, 7), SAME);
        assert_eq!(applied.apply(two, 1, 7), SAME);
        assert_eq!(applied.apply(one, 2, 8), SAME);
        // The other one goes its own way, and keeps to it after a restart.
        let other = Difference { from_first: Some(8), from_itself: false };
        assert_eq!(applied.apply(two, 2, 9), other);
        assert_eq!(applied.apply(two, 1, 7), SAME);
        assert_eq!(applied.apply(two, 2, 9), other);
        // It changes its mind; so does the first one.
        assert_eq!(applied.apply(two, 2, 8), Difference { from_first: None, from_itself: true });
        assert_eq!(applied.apply(one, 2, 9), Difference { from_first: Some(8), from_itself: true });
    }

    #[test]
    fn only_what_a_client_asked_is_known_under_its_number() {
        let heard = |client, serial, op: &'static str| Heard { client: ProcessId(client), serial, op };
        let mut asked = Asked::default();
        asked.hear(&heard(5, 2, "b"));
        assert!(asked.has(&heard(5, 2, "b")));
        for other in [heard(5, 2, "c"), heard(5, 1, "b"), heard(5, 3, "b"), heard(4, 2, "b"), heard(5, 0, "b")] {
            assert!(!asked.has(&other), "{other:?}");
        }
    }
}
