//! Points in space and time: every event once, and what happened before what.

use consistory_kernel::{MS, ProcessId, StepId};
use consistory_session::spacetime::{Cone, Relation, Spot, SpotKind};
use consistory_session::{Command, EditCommand, Selection, Session, open};

fn running(until: u64) -> Box<dyn Session> {
    let mut session = open("#/p/raft/start?seed=5").expect("a gallery address").session;
    session.apply(Command::Advance { to: until * MS }).expect("time passes");
    session
}

#[test]
fn spots_are_the_steps_and_can_be_had_piece_by_piece() {
    let session = running(1_500);
    let whole = session.spots(StepId(0));
    assert!(whole.list.len() > 100);
    assert!((0..).zip(&whole.list).all(|(number, spot)| spot.step == StepId(number)));
    let rest = session.spots(StepId(50));
    assert_eq!(rest.list, whole.list[50..]);
    assert!(whole.list.iter().any(|spot| spot.kind == SpotKind::Received && spot.from != spot.process));
    assert!(whole.list.iter().any(|spot| spot.is_notable));
}

/// Whether one event happened before another, by following every cause and predecessor: slow, and right.
fn before(spots: &[Spot], one: StepId, other: StepId) -> bool {
    let at = |step: StepId| spots.iter().find(|spot| spot.step == step);
    let mut open = vec![other];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(step) = open.pop() {
        if !seen.insert(step) {
            continue;
        }
        let Some(spot) = at(step) else { continue };
        let earlier = spots.iter().rev().find(|known| known.step < step && known.process == spot.process);
        for cause in [Some(spot.cause), earlier.map(|spot| spot.step)].into_iter().flatten() {
            if cause == one {
                return true;
            }
            open.push(cause);
        }
    }
    false
}

#[test]
fn a_cone_is_lamports_relation() {
    let mut session = running(600);
    let write = EditCommand::Invoke { client: ProcessId(5), operation: "write x 1".into(), target: None };
    session.apply(Command::Edit(write)).expect("a client");
    session.apply(Command::Advance { to: 900 * MS }).expect("time passes");
    let spots = session.spots(StepId(0)).list;
    for place in (0..spots.len()).step_by(7) {
        let step = spots[place].step;
        let cone = Cone::of(&spots, step, 7).expect("it is there");
        for other in spots.iter().step_by(3) {
            let expected = if other.step == step {
                Relation::Same
            } else if before(&spots, other.step, step) {
                Relation::Before
            } else if before(&spots, step, other.step) {
                Relation::After
            } else {
                Relation::Concurrent
            };
            assert_eq!(cone.relation(other.step, other.process), expected, "{step:?} and {:?}", other.step);
        }
    }
    assert_eq!(Cone::of(&spots, StepId(1_000_000), 7), None);
}

#[test]
fn a_selection_is_about_an_event() {
    let mut session = running(600);
    let write = EditCommand::Invoke { client: ProcessId(5), operation: "write x 1".into(), target: None };
    session.apply(Command::Edit(write)).expect("a client");
    assert_eq!(session.step_of(Selection::Step(StepId(4))), Some(StepId(4)));
    let flight = session.scene().flights.first().map(|flight| flight.id);
    let sent = flight.and_then(|id| session.step_of(Selection::Message(id))).expect("a message is on its way");
    assert!(sent < session.step());
    let last = session.step_of(Selection::Process(ProcessId(0))).expect("it has booted");
    assert_eq!(session.spots(last).list[0].process, ProcessId(0));
}
