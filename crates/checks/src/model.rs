//! Consistency models, how they imply each other, and verdicts.

use crate::Object;

/// A consistency model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Each operation takes effect at one instant between its invocation and its end (Herlihy and Wing 1990).
    Linearizable,
    /// One order of all operations explains them and keeps each process's own (Lamport 1979).
    Sequential,
    /// Each process sees all writes, and its own operations, in an order that keeps what may have caused what (Ahamad et
    /// al. 1995, causal memory).
    Causal,
    /// Each process sees all writes, those of each process in its order (Lipton and Sandberg 1988, pipelined RAM).
    Pram,
    /// A read reflects the writes that its process did before (Terry et al. 1994).
    ReadYourWrites,
    /// A process's reads of an object never go back to an earlier state (Terry et al. 1994).
    MonotonicReads,
    /// Nobody sees a later write of a process and then not an earlier one (Terry et al. 1994).
    MonotonicWrites,
    /// Nobody sees a write and then not one that its process had read before (Terry et al. 1994).
    WritesFollowReads,
    /// Once all writes have ended, the last reads agree, on a state that some order of the writes gives.
    Eventual,
    /// One order of all committed transactions explains them, and keeps real time (Papadimitriou 1979; Herlihy and Wing
    /// 1990).
    StrictSerializable,
    /// Some order of all committed transactions explains them; it need not keep real time, nor a process's own order
    /// (Papadimitriou 1979; Bernstein, Hadzilacos and Goodman 1987).
    Serializable,
}

impl Model {
    /// The models of single operations; one that implies another comes before it.
    pub const ALL: [Self; 9] = [
        Self::Linearizable,
        Self::Sequential,
        Self::Causal,
        Self::Pram,
        Self::ReadYourWrites,
        Self::MonotonicReads,
        Self::MonotonicWrites,
        Self::WritesFollowReads,
        Self::Eventual,
    ];

    /// The models of transactions; the first implies the other.
    pub const OF_TRANSACTIONS: [Self; 2] = [Self::StrictSerializable, Self::Serializable];

    /// The models by which a kind of object is judged; one that implies another comes before it.
    pub fn of(object: Object) -> &'static [Self] {
        match object {
            Object::Transactions => &Self::OF_TRANSACTIONS,
            Object::Register
            | Object::CasRegister
            | Object::KeyValue
            | Object::ListAppend
            | Object::Set
            | Object::Counter
            | Object::Queue
            | Object::Lock => &Self::ALL,
        }
    }

    /// Its id on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Linearizable => "linearizable",
            Self::Sequential => "sequential",
            Self::Causal => "causal",
            Self::Pram => "pram",
            Self::ReadYourWrites => "read-your-writes",
            Self::MonotonicReads => "monotonic-reads",
            Self::MonotonicWrites => "monotonic-writes",
            Self::WritesFollowReads => "writes-follow-reads",
            Self::Eventual => "eventual",
            Self::StrictSerializable => "strict-serializable",
            Self::Serializable => "serializable",
        }
    }

    /// The model of that id.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().chain(Self::OF_TRANSACTIONS).find(|model| model.id() == id)
    }

    /// The models right below it: what satisfies it satisfies them.
    pub fn implies(self) -> &'static [Self] {
        match self {
            Self::Linearizable => &[Self::Sequential, Self::Eventual],
            Self::Sequential => &[Self::Causal],
            Self::Causal => &[Self::Pram, Self::WritesFollowReads],
            Self::Pram => &[Self::ReadYourWrites, Self::MonotonicReads, Self::MonotonicWrites],
            Self::ReadYourWrites
            | Self::MonotonicReads
            | Self::MonotonicWrites
            | Self::WritesFollowReads
            | Self::Eventual
            | Self::Serializable => &[],
            Self::StrictSerializable => &[Self::Serializable],
        }
    }

    /// Whether what satisfies it satisfies the other.
    pub fn is_at_least(self, other: Self) -> bool {
        self == other || self.implies().iter().any(|model| model.is_at_least(other))
    }
}

/// What a judge says of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The history satisfies the model.
    Valid {
        /// Orders that explain it: one of all operations, or one for each process that saw something. Empty where none was
        /// looked for.
        witness: Vec<Witness>,
    },
    /// It does not.
    Invalid {
        /// Operations that contradict each other, by their place in the history; none of them can be left out.
        conflict: Vec<usize>,
    },
    /// The budget ran out, a read could have seen several writes, or the model is not one of that kind of object.
    Undecided,
}

/// An order of operations that explains what somebody saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Whose view it is; nobody's where it is everybody's.
    pub process: Option<u64>,
    /// The operations' places in the history.
    pub order: Vec<usize>,
}

impl Verdict {
    /// Valid, invalid, or not known.
    pub fn is_valid(&self) -> Option<bool> {
        match self {
            Self::Valid { .. } => Some(true),
            Self::Invalid { .. } => Some(false),
            Self::Undecided => None,
        }
    }
}
