//! A replica's state, and what it does with what coordinators send.

use super::message::{Cause, Message, Round, Version};
use super::mutants::Mutant;
use super::op::{Op, Reply};
use super::{Abd, Timer};
use crate::kv::Key;
use consistory_kernel::{Cx, Event, Fact, ProcessId};
use std::collections::BTreeMap;

/// What survives a crash.
#[derive(Clone, Debug, Default, Hash)]
pub struct Durable {
    /// The copies of the registers that were ever written.
    pub registers: BTreeMap<Key, Version>,
    /// The highest number that this replica has used as a writer, for whichever register.
    pub number: u32,
    /// How often it has booted.
    pub life: u32,
}

/// A forced write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Write {
    /// Another life begins.
    Boot,
    /// The writer uses that number.
    Number(u32),
    /// The replica's copy of a register.
    Store {
        /// Which register.
        key: Key,
        /// What it holds from now on.
        version: Version,
    },
}

impl Durable {
    /// Performs a write.
    pub fn write(&mut self, write: &Write) {
        match *write {
            Write::Boot => self.life += 1,
            Write::Number(number) => self.number = number,
            Write::Store { key, version } => {
                self.registers.insert(key, version);
            }
        }
    }

    /// The copy of a register.
    pub fn version(&self, key: Key) -> Version {
        self.registers.get(&key).copied().unwrap_or(Version::INITIAL)
    }
}

/// A running replica: its copy of what is on disk, and what a crash ends.
#[derive(Clone, Debug, Hash)]
pub struct Node {
    /// What is on disk, as this replica works with it.
    pub durable: Durable,
    /// The operations that it coordinates, by client.
    pub running: BTreeMap<ProcessId, Operation>,
    /// For each client, the serial number and the reply of the last operation that it answered.
    pub answered: BTreeMap<ProcessId, (u32, Reply)>,
    /// The operation that its last step completed.
    pub completed: Option<Completed>,
    /// Whether its last step stored something new that a read had written back.
    pub repaired: bool,
    /// Phases begun in this life.
    pub(super) phases: u32,
}

/// What a client asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// Who.
    pub client: ProcessId,
    /// The number of the operation at its client.
    pub serial: u32,
    /// The operation.
    pub op: Op,
}

/// An operation under way at its coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    /// What it is.
    pub asked: Asked,
    /// Its present phase, as answers name it.
    pub round: Round,
    /// What it waits for.
    pub phase: Phase,
    /// Who has answered in this phase, one bit a replica; the coordinator itself included.
    pub answered: u16,
}

/// The phases of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Waits until a majority has told what it holds.
    Query {
        /// The version with the greatest tag so far.
        greatest: Version,
        /// Whether all answers so far have the same tag.
        agreed: bool,
    },
    /// Waits until a majority has stored this version or a newer one.
    Update {
        /// What the write writes, or what the read writes back.
        version: Version,
    },
}

/// An operation that its coordinator has just answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Completed {
    /// What it was.
    pub asked: Asked,
    /// What the read returned, or the write wrote.
    pub version: Version,
}

impl Node {
    /// Boots from stable storage. The operations that it coordinated before are forgotten; their clients hear no more.
    pub(super) fn start(cx: &mut Cx<'_, Abd>, durable: &Durable) -> Self {
        let mut durable = durable.clone();
        if cx.is_off(Mutant::ForgetNumber) {
            durable.number = 0;
        }
        let boot = Write::Boot;
        durable.write(&boot);
        cx.persist(boot);
        Self {
            durable,
            running: BTreeMap::new(),
            answered: BTreeMap::new(),
            completed: None,
            repaired: false,
            phases: 0,
        }
    }

    /// Handles one event.
    pub(super) fn step(&mut self, cx: &mut Cx<'_, Abd>, event: Event<Abd>) {
        self.completed = None;
        self.repaired = false;
        match event {
            Event::Message { from, message } => self.on_message(cx, from, message),
            Event::Timer(Timer::Retry(client)) => self.on_retry(cx, client),
            Event::Client(request) => self.on_request(cx, &request),
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_, Abd>, from: ProcessId, message: Message) {
        match message {
            Message::Query { round, key } => {
                cx.send(from, Message::QueryReply { round, key, version: self.durable.version(key) });
            }
            Message::QueryReply { round, version, .. } => self.on_query_reply(cx, from, round, version),
            Message::Update { round, key, version, cause } => {
                self.on_update(cx, from, key, version, cause);
                // Stored or outdone: either way nobody will hear of an older version here again.
                cx.send(from, Message::UpdateReply { round });
            }
            Message::UpdateReply { round } => self.on_update_reply(cx, from, round),
        }
    }

    /// Stores what a coordinator sends, unless the copy here has a greater tag. The same tag is the same version.
    fn on_update(&mut self, cx: &mut Cx<'_, Abd>, from: ProcessId, key: Key, version: Version, cause: Cause) {
        let held = self.durable.version(key);
        if self.store(cx, key, version) {
            self.repaired = cause == Cause::Read;
            let stored = match cause {
                Cause::Write | Cause::Read if version.tag < held.tag => "abd.stored_older",
                Cause::Write => "abd.stored",
                Cause::Read => "abd.written_back",
            };
            cx.note(stored, &version_facts(("from", Fact::Process(from)), key, version));
        } else if version.tag < held.tag {
            let [from, key, _, number, writer] = version_facts(("from", Fact::Process(from)), key, version);
            let own = ("own", fact(held.tag.number));
            let own_writer = ("own_writer", Fact::Process(held.tag.writer));
            cx.note("abd.kept", &[from, key, number, writer, own, own_writer]);
        }
    }

    /// Makes a version this replica's copy, on disk too, if its tag is greater than the present one; says whether.
    pub(super) fn store(&mut self, cx: &mut Cx<'_, Abd>, key: Key, version: Version) -> bool {
        let held = self.durable.version(key).tag;
        let is_taken = version.tag > held || version.tag < held && cx.is_off(Mutant::AcceptOlder);
        if is_taken {
            let write = Write::Store { key, version };
            self.durable.write(&write);
            cx.persist(write);
        }
        is_taken
    }

    /// Replicas that make a quorum: a majority.
    pub(super) fn quorum(cx: &Cx<'_, Abd>) -> u32 {
        let majority = u32::from(cx.nodes() / 2 + 1);
        if cx.is_off(Mutant::SmallQuorum) { (majority - 1).max(1) } else { majority }
    }

    /// Whether it coordinates an operation that asks what others hold.
    pub fn is_querying(&self) -> bool {
        self.running.values().any(|operation| matches!(operation.phase, Phase::Query { .. }))
    }

    /// Whether it coordinates an operation that stores a version.
    pub fn is_updating(&self) -> bool {
        self.running.values().any(|operation| matches!(operation.phase, Phase::Update { .. }))
    }
}

/// One bit of a set of replicas.
pub(super) fn bit(replica: ProcessId) -> u16 {
    1 << (replica.0 % 16)
}

pub(super) fn fact(number: u32) -> Fact {
    Fact::Number(i64::from(number))
}

/// A version of a register as facts of a note, after one fact about it.
pub(super) fn version_facts(about: (&'static str, Fact), key: Key, version: Version) -> [(&'static str, Fact); 5] {
    [
        about,
        ("key", key.fact()),
        ("value", version.value.map_or(Fact::Word("abd.nothing"), Fact::Number)),
        ("number", fact(version.tag.number)),
        ("writer", Fact::Process(version.tag.writer)),
    ]
}
