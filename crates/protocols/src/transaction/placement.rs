//! Which participant holds a key.

use super::op::Action;
use crate::kv::Key;
use consistory_kernel::ProcessId;
use std::collections::BTreeMap;

/// The participants of a run, who hold the keys among them: a pure function of the key and of how many there are.
///
/// `x` is at the first, `y` at the second, `z` at the third, then `u`, `v`, `w`, beginning again where there are fewer;
/// other names go by the sum of their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Placement {
    first: u16,
    count: u16,
}

impl Placement {
    /// So many participants, at least one, with ids from `first` on.
    pub fn new(first: ProcessId, count: u16) -> Self {
        Self { first: first.0, count: count.max(1) }
    }

    /// The participant that holds a key.
    pub fn holder(self, key: Key) -> ProcessId {
        ProcessId(self.first + place(key) % self.count)
    }

    /// Every participant, in order.
    pub fn holders(self) -> impl Iterator<Item = ProcessId> {
        (self.first..self.first + self.count).map(ProcessId)
    }

    /// Whether a node is a participant.
    pub fn has(self, id: ProcessId) -> bool {
        (self.first..self.first + self.count).contains(&id.0)
    }

    /// The actions of each participant, in their order.
    pub fn split(self, actions: &[Action]) -> BTreeMap<ProcessId, Vec<Action>> {
        let mut parts: BTreeMap<ProcessId, Vec<Action>> = BTreeMap::new();
        for action in actions {
            parts.entry(self.holder(action.key())).or_default().push(*action);
        }
        parts
    }
}

fn place(key: Key) -> u16 {
    const NAMES: [u8; 6] = *b"xyzuvw";
    let [first, rest @ ..] = key.0;
    let named = NAMES.iter().position(|name| *name == first).filter(|_| rest[0] == 0);
    let sum = || key.0.iter().map(|byte| u16::from(*byte)).sum::<u16>();
    named.map_or_else(sum, |place| u16::try_from(place).unwrap_or(0))
}
