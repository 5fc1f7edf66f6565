//! Names of processes, and the rows in which nodes with different roles stand.

use crate::spec::Spec;
use consistory_kernel::{ProcessId, World};

/// Nodes that have one role, and so one kind of name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    prefix: &'static str,
    count: u16,
    is_numbered: bool,
}

impl Group {
    /// One node, whose name has no number: `tm`.
    pub const fn single(prefix: &'static str) -> Self {
        Self { prefix, count: 1, is_numbered: false }
    }

    /// So many nodes, numbered from 1: `rm1`, `rm2`, ….
    pub const fn numbered(prefix: &'static str, count: u16) -> Self {
        Self { prefix, count, is_numbered: true }
    }
}

/// The names of a run's processes in scripts, picture and words alike: those of the nodes by their roles, and clients `c1`, ….
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// In the order of the nodes' ids.
    groups: [Group; Self::GROUPS],
}

impl Names {
    /// The most roles that nodes may have.
    pub const GROUPS: usize = 4;

    /// Nodes of one role: `n1`, `n2`, ….
    pub const fn plain(nodes: u16) -> Self {
        let none = Group::numbered("", 0);
        Self { groups: [Group::numbered("n", nodes), none, none, none] }
    }

    /// Nodes of several roles, in the order of their ids.
    pub fn of(groups: &[Group]) -> Self {
        assert!(groups.len() <= Self::GROUPS, "nodes have at most {} roles", Self::GROUPS);
        let mut names = Self::default();
        names.groups[..groups.len()].copy_from_slice(groups);
        names
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u16 {
        self.groups.iter().map(|group| group.count).sum()
    }

    /// The name of a process.
    pub fn name(&self, id: ProcessId) -> String {
        let mut number = id.0;
        for group in &self.groups {
            if number < group.count {
                return if group.is_numbered {
                    format!("{}{}", group.prefix, number + 1)
                } else {
                    group.prefix.to_owned()
                };
            }
            number -= group.count;
        }
        format!("c{}", number + 1)
    }

    /// The process of that name, where there are so many clients.
    pub fn parse(&self, clients: u16, name: &str) -> Option<ProcessId> {
        let mut first = 0;
        for group in self.groups {
            match name.strip_prefix(group.prefix).filter(|_| group.count > 0) {
                Some("") if !group.is_numbered => return Some(ProcessId(first)),
                Some(number) if group.is_numbered => {
                    if let Some(place) = ordinal(number).filter(|place| *place < group.count) {
                        return Some(ProcessId(first + place));
                    }
                }
                Some(_) | None => {}
            }
            first += group.count;
        }
        let client = ordinal(name.strip_prefix('c')?).filter(|place| *place < clients)?;
        Some(ProcessId(first + client))
    }

    /// How many nodes stand in each row of the stage, from the top; one row is a ring.
    pub fn rows(&self) -> Vec<u16> {
        self.groups.iter().map(|group| group.count).filter(|count| *count > 0).collect()
    }
}

/// A number from 1, as a place from 0; written in one way only.
fn ordinal(number: &str) -> Option<u16> {
    let is_canonical = !number.starts_with('0') && !number.starts_with('+');
    number.parse::<u16>().ok().filter(|_| is_canonical)?.checked_sub(1)
}

/// The names of the processes of a world.
pub fn names_of<P: Spec>(world: &World<P>) -> Names {
    P::names(world.node_count(), world.config())
}

/// The name of a process where all nodes have one role.
pub fn process_name(nodes: u16, id: ProcessId) -> String {
    Names::plain(nodes).name(id)
}

/// The process of that name where all nodes have one role.
pub fn parse_process(nodes: u16, clients: u16, name: &str) -> Option<ProcessId> {
    Names::plain(nodes).parse(clients, name)
}

#[cfg(test)]
mod tests {
    use super::{Group, Names};
    use consistory_kernel::ProcessId;

    #[test]
    fn names_are_read_as_they_are_written() {
        let roles = Names::of(&[Group::single("tm"), Group::numbered("rm", 2), Group::numbered("a", 3)]);
        let all: Vec<String> = (0..8).map(|id| roles.name(ProcessId(id))).collect();
        assert_eq!(all, ["tm", "rm1", "rm2", "a1", "a2", "a3", "c1", "c2"]);
        for (id, name) in (0..).map(ProcessId).zip(&all) {
            assert_eq!(roles.parse(2, name), Some(id), "{name}");
        }
        for name in ["", "tm1", "rm", "rm0", "rm3", "rm01", "rm+1", "a4", "c3", "n1", "x"] {
            assert_eq!(roles.parse(2, name), None, "{name}");
        }
        assert_eq!(roles.rows(), [1, 2, 3]);
        assert_eq!(Names::plain(3).rows(), [3]);
    }
}
