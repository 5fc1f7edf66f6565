//! Consensus on a single value, whatever the protocol: what clients propose and are told, and what judges decisions.
//!
//! Each process may propose a value, and all are to decide on one of these (Fischer, Lynch, Paterson, "Impossibility of
//! Distributed Consensus with One Faulty Process", 1985; Lynch, "Distributed Algorithms", 1996, chapters 6 and 12). The
//! four properties are those of uniform consensus in Cachin, Guerraoui, Rodrigues, "Introduction to Reliable and Secure
//! Distributed Programming", 2nd ed. 2011, §5.2: they bind also those who have decided and crashed since.

use crate::spec::{ClientOp, Part, Property};
use crate::why::about;
use consistory_checks as checks;
use consistory_checks::{Call, Object};
use consistory_kernel::{ProcessId, Time, Verdict};
use consistory_scene::{Arg, Text};
use std::collections::{BTreeMap, BTreeSet};

/// What a client asks: that this number be decided. It is told which one was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Propose(pub i64);

/// What a client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decided {
    /// The number that is decided.
    pub value: i64,
    /// Whether it is this very proposal, rather than that of another operation; none where nobody can tell, because
    /// several have proposed the number.
    pub own: Option<bool>,
}

/// A number with the operation that proposed it, so that it is known whose proposal was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proposal {
    /// The number.
    pub value: i64,
    /// Who proposed it.
    pub client: ProcessId,
    /// The number of the operation at its client.
    pub serial: u32,
}

impl Proposal {
    /// A number that nobody proposed. Only what a rule that is switched off makes up is of this kind.
    pub fn of_nobody(value: i64) -> Self {
        Self { value, client: ProcessId(u16::MAX), serial: 0 }
    }
}

/// A consensus object is a register that is set once: a proposal is a compare-and-set that expects the register to be
/// empty, and it succeeds if this very proposal is the one that is decided (as in Herlihy, "Wait-Free Synchronization",
/// 1991). Which number the others are told is not in that history; the agreement property judges it.
impl ClientOp for Propose {
    type Reply = Decided;
    const OBJECT: Object = Object::CasRegister;
    const FORMS: &'static [&'static str] = &["propose 7"];

    fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["propose", value] => Some(Self(value.parse().ok()?)),
            _ => None,
        }
    }

    fn text(&self) -> String {
        format!("propose {}", self.0)
    }

    fn label(&self) -> Text {
        Text::key("consensus.propose").with("value", Arg::Number(self.0))
    }

    fn answered(&self, reply: &Decided) -> Text {
        let text = Text::key("consensus.decided").with("value", Arg::Number(self.0));
        text.with("decided", Arg::Number(reply.value))
    }

    fn call(&self) -> (checks::Value, Call) {
        (checks::Value::Nil, Call::CompareAndSet(checks::Value::Nil, checks::Value::Number(self.0)))
    }

    fn returned(reply: &Decided) -> Option<checks::Value> {
        Some(reply.own.map_or(checks::Value::Nil, checks::Value::Bool))
    }

    fn reply_text(reply: &Decided) -> String {
        reply.value.to_string()
    }
}

const fn property(beyond: Option<&'static str>, part: Part, property: Property) -> Property {
    Property { beyond, ..property.of(part) }
}

/// No two processes decide differently, whether they are still up or not. `beyond` as in [`Property`].
pub const fn agreement(beyond: Option<&'static str>) -> Property {
    let source = "Cachin, Guerraoui, Rodrigues 2011, UC4";
    let plain = Property::always("agreement", "consensus.agreement", "consensus.agreement.says", source);
    property(beyond, Part::Agreement, plain)
}

/// Only what was proposed is decided.
pub const fn validity(beyond: Option<&'static str>) -> Property {
    let source = "Cachin, Guerraoui, Rodrigues 2011, UC2";
    let plain = Property::always("validity", "consensus.validity", "consensus.validity.says", source);
    property(beyond, Part::Validity, plain)
}

/// No process decides on one value and later on another, not even after a restart.
pub const fn integrity(beyond: Option<&'static str>) -> Property {
    let source = "Cachin, Guerraoui, Rodrigues 2011, UC3";
    let plain = Property::always("integrity", "consensus.integrity", "consensus.integrity.says", source);
    property(beyond, Part::Integrity, plain)
}

/// Every process that stays up decides.
pub const fn termination(beyond: Option<&'static str>) -> Property {
    let source = "Cachin, Guerraoui, Rodrigues 2011, UC1";
    let plain = Property::eventually("termination", "consensus.termination", "consensus.termination.says", source);
    property(beyond, Part::Termination, plain)
}

/// The numbers that a protocol gave to the properties that [`Consensus`] judges.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// [`agreement`].
    pub agreement: u8,
    /// [`validity`].
    pub validity: u8,
    /// [`integrity`].
    pub integrity: u8,
}

/// A decision, as the process made it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The number.
    pub value: i64,
    /// When it was known to be made, in microseconds.
    pub at: Time,
}

/// What judges the decisions of a run: each process's first decision, remembered beyond its crash.
#[derive(Clone, Debug, Default, Hash)]
pub struct Consensus {
    proposed: BTreeSet<i64>,
    first_proposed_at: Option<Time>,
    decisions: BTreeMap<ProcessId, Decision>,
    /// Decisions of steps that also wrote to the disk: a crash while the disk is busy undoes both, and then nobody has
    /// heard of either. The next step of the process shows that the disk was done.
    pending: BTreeMap<ProcessId, i64>,
}

/// A process after a step, as far as decisions go.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// What it has decided in this life.
    pub decided: Option<i64>,
    /// Whether the step wrote to the disk.
    pub has_written: bool,
}

impl Consensus {
    /// Somebody proposes a number.
    pub fn propose(&mut self, value: i64, now: Time) {
        self.first_proposed_at.get_or_insert(now);
        self.proposed.insert(value);
    }

    /// Judges a process after its step; nothing is known of one that is down. A decision that was remembered is not
    /// forgotten with it.
    pub fn observe(&mut self, id: ProcessId, seen: Option<Standing>, now: Time, rules: Rules, verdict: &mut Verdict) {
        let pending = self.pending.remove(&id);
        let Some(Standing { decided, has_written }) = seen else { return };
        if let Some(value) = pending {
            self.judge(id, Decision { value, at: now }, rules, verdict);
        }
        let Some(value) = decided else { return };
        if has_written {
            self.pending.insert(id, value);
        } else {
            self.judge(id, Decision { value, at: now }, rules, verdict);
        }
    }

    fn judge(&mut self, id: ProcessId, decision: Decision, rules: Rules, verdict: &mut Verdict) {
        let value = decision.value;
        let first = *self.decisions.entry(id).or_insert(decision);
        if first == decision || first.value != value {
            if !self.proposed.contains(&value) {
                verdict.violate(rules.validity, &[id]);
            }
            let other = self.decisions.iter().find(|(other, made)| **other != id && made.value != value);
            if let Some((other, _)) = other {
                verdict.violate(rules.agreement, &[*other, id]);
            }
        }
        if first.value != value {
            verdict.violate(rules.integrity, &[id]);
        }
    }

    /// Whether a number was proposed.
    pub fn has_proposed(&self, value: i64) -> bool {
        self.proposed.contains(&value)
    }

    /// When the first proposal arrived.
    pub fn first_proposed_at(&self) -> Option<Time> {
        self.first_proposed_at
    }

    /// The first decision of each process that ever made one, whether it is up or not.
    pub fn decisions(&self) -> impl Iterator<Item = (ProcessId, Decision)> {
        self.decisions.iter().map(|(id, decision)| (*id, *decision))
    }

    /// Whether those that are up have come to an end: all have decided, or else there is nothing to decide, because
    /// nobody ever decided and nobody who is up proposes. Each is told of as whether it has decided, and whether it
    /// proposes.
    pub fn has_ended(&self, up: impl Iterator<Item = (bool, bool)>) -> bool {
        let (mut all, mut some) = (true, !self.decisions.is_empty());
        for (has_decided, proposes) in up {
            all &= has_decided;
            some |= proposes;
        }
        all || !some
    }
}

/// That a process knows the decision, and which it is.
pub fn knows(id: ProcessId, value: i64) -> Text {
    about("consensus.why.knows", id).with("value", Arg::Number(value))
}

#[cfg(test)]
mod tests {
    use super::{Consensus, Decided, Propose, Rules, Standing};
    use crate::spec::{ClientOp, Part, Spec, Visitor};
    use consistory_checks::{Call, Value};
    use consistory_kernel::{ProcessId, Verdict};

    const RULES: Rules = Rules { agreement: 0, validity: 1, integrity: 2 };

    /// Lets processes decide one after the other, without writes; whether the last of these steps breaks anything.
    fn breaks(proposed: &[i64], decided: &[(u16, i64)]) -> bool {
        let mut consensus = Consensus::default();
        for value in proposed {
            consensus.propose(*value, 0);
        }
        let mut last = String::new();
        for (id, value) in decided {
            let mut verdict = Verdict::default();
            let seen = Some(Standing { decided: Some(*value), has_written: false });
            consensus.observe(ProcessId(*id), seen, 1, RULES, &mut verdict);
            last = format!("{verdict:?}");
        }
        last != format!("{:?}", Verdict::default())
    }

    #[test]
    fn decisions_are_judged() {
        assert!(!breaks(&[1, 2], &[(0, 2), (1, 2), (0, 2)]));
        assert!(breaks(&[1, 2], &[(0, 3)]), "nobody proposed 3");
        assert!(breaks(&[1, 2], &[(0, 1), (1, 2)]), "two decide differently");
        assert!(breaks(&[1, 2], &[(0, 1), (0, 2)]), "one decides differently");
    }

    #[test]
    fn a_crash_undoes_only_what_the_disk_was_busy_with() {
        let decides = |value, has_written| Some(Standing { decided: Some(value), has_written });
        let after = |steps: &[(u16, Option<Standing>)]| {
            let mut consensus = Consensus::default();
            consensus.propose(1, 0);
            consensus.propose(2, 0);
            let mut verdict = Verdict::default();
            for (id, seen) in steps {
                consensus.observe(ProcessId(*id), *seen, 1, RULES, &mut verdict);
            }
            (consensus.decisions().count(), format!("{verdict:?}") == format!("{:?}", Verdict::default()))
        };
        assert_eq!(after(&[(0, decides(1, true)), (0, None), (1, decides(2, false))]), (1, true));
        assert_eq!(after(&[(0, decides(1, false)), (0, None), (1, decides(2, false))]), (2, false));
        assert_eq!(after(&[(0, decides(1, true)), (0, decides(1, false)), (0, None)]), (1, true));
    }

    #[test]
    fn processes_end_when_all_have_decided_or_nothing_is_proposed() {
        let mut consensus = Consensus::default();
        assert!(consensus.has_ended([(false, false), (false, false)].into_iter()));
        assert!(!consensus.has_ended([(false, true), (false, false)].into_iter()));
        consensus.propose(1, 0);
        let seen = Some(Standing { decided: Some(1), has_written: false });
        consensus.observe(ProcessId(0), seen, 1, RULES, &mut Verdict::default());
        assert!(!consensus.has_ended([(true, true), (false, false)].into_iter()));
        assert!(consensus.has_ended([(true, true), (true, false)].into_iter()));
    }

    #[test]
    fn operations_round_trip_and_are_compare_and_sets() {
        for text in ["propose 7", "propose -3"] {
            assert_eq!(Propose::parse(text).expect(text).text(), text);
        }
        for text in ["", "propose", "propose x", "propose 1 2", "write x 1"] {
            assert_eq!(Propose::parse(text), None, "{text}");
        }
        assert_eq!(Propose(7).call(), (Value::Nil, Call::CompareAndSet(Value::Nil, Value::Number(7))));
        let returned = |own| Propose::returned(&Decided { value: 7, own });
        assert_eq!(returned(Some(false)), Some(Value::Bool(false)));
        assert_eq!(returned(None), Some(Value::Nil), "no comparison is claimed");
    }

    /// The parts of consensus among a protocol's properties, in order.
    struct Parts;

    impl Visitor for Parts {
        type Output = Vec<Part>;

        fn visit<P: Spec>(self) -> Vec<Part> {
            let mut parts: Vec<Part> = P::PROPERTIES.iter().filter_map(|property| property.part).collect();
            parts.sort();
            parts
        }
    }

    #[test]
    fn every_consensus_protocol_promises_all_of_it() {
        let all = [Part::Validity, Part::Agreement, Part::Integrity, Part::Termination];
        let parts = crate::IDS.iter().filter_map(|id| crate::visit(id, Parts).map(|parts| (*id, parts)));
        let solving: Vec<&str> = parts
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(id, parts)| {
                assert_eq!(parts, all, "{id}");
                id
            })
            .collect();
        assert_eq!(solving, ["raft", "majority-vote", "paxos", "multi-paxos"]);
    }
}
