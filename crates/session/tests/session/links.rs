//! A link or a scenario text opens the same run, event for event.

use consistory_kernel::{MS, ProcessId};
use consistory_session::{
    Command, Disk, EditCommand, Overrides, Session, Source, ViewState, codec, gallery, open, open_scenario, open_with,
};

fn edit(session: &mut dyn Session, edit: EditCommand) {
    session.apply(Command::Edit(edit)).expect("a valid edit");
}

/// A run with many kinds of edits, its cursor in the middle.
fn busy() -> Box<dyn Session> {
    let mut session = open("#/p/raft/start?seed=99").expect("a gallery address").session;
    let advance = |session: &mut dyn Session, by| {
        let to = session.now() + by;
        session.apply(Command::Advance { to }).expect("time passes");
    };
    let client = ProcessId(5);
    for round in 0..8_u16 {
        advance(&mut *session, 41 * MS);
        let node = ProcessId(round % 5);
        edit(&mut *session, EditCommand::Crash(node, if round == 3 { Disk::Lost } else { Disk::Kept }));
        let operation = format!("write x {round}");
        edit(&mut *session, EditCommand::Invoke { client, operation, target: Some(ProcessId(round % 5)) });
        advance(&mut *session, 13 * MS);
        edit(&mut *session, EditCommand::Cut(node, ProcessId((round + 1) % 5)));
        if let Some(flight) = session.scene().flights.first().map(|flight| flight.id) {
            edit(&mut *session, EditCommand::Delay(flight, 5 * MS));
        }
        edit(&mut *session, EditCommand::Restart(node));
    }
    edit(&mut *session, EditCommand::Set { name: "loss".into(), value: "2.5%".into() });
    edit(&mut *session, EditCommand::Partition(vec![vec![ProcessId(0), client], vec![ProcessId(1), ProcessId(2)]]));
    edit(&mut *session, EditCommand::Skew(ProcessId(4), 150_000));
    edit(&mut *session, EditCommand::SpreadTimers);
    advance(&mut *session, 300 * MS);
    edit(&mut *session, EditCommand::Heal);
    advance(&mut *session, 300 * MS);
    session
}

#[test]
fn a_link_opens_the_same_run() {
    let original = busy();
    let view = ViewState { panel: 2, speed: 5 };
    let link = original.link(view, codec());
    let opened = open(&link).expect("our own link");
    assert_eq!(opened.notice, None);
    assert_eq!(opened.view, view);
    assert_eq!(opened.session.digest(), original.digest());
    assert_eq!(opened.session.now(), original.now());
    assert_eq!(opened.session.transcript(), original.transcript());
    assert_eq!(opened.session.link(view, codec()), link, "opening a link and sharing it again gives the same link");
    let bare = link.trim_start_matches("#/s/");
    assert_eq!(open(bare).expect("the value of ?s=").session.digest(), original.digest());
}

#[test]
fn a_scenario_text_performs_the_same_run() {
    let mut original = busy();
    let opened = open_scenario(&original.scenario_text()).expect("our own text");
    assert_eq!(opened.session.digest(), original.digest());
    assert_eq!(opened.session.transcript(), original.transcript());
    original.apply(Command::Seek { to: 200 * MS }).expect("back");
    let opened = open_scenario(&original.scenario_text()).expect("our own text");
    assert_eq!((opened.session.digest(), opened.session.now()), (original.digest(), 200 * MS));
}

#[test]
fn lengths_are_within_their_figures() {
    for item in gallery() {
        let link = open(&format!("#/p/{}", item.id)).expect(item.id).session.link(ViewState::default(), codec());
        assert!(link.len() <= 60, "{link}");
    }
    let link = busy().link(ViewState::default(), codec());
    assert!(busy().timeline().marks.len() > 20);
    assert!(link.len() <= 2_000, "{} characters", link.len());
}

#[test]
fn a_gallery_link_stays_short_until_somebody_acts() {
    let mut session = open("#/p/raft/split-vote?seed=7").expect("a gallery address").session;
    assert_eq!(session.link(ViewState::default(), codec()), "#/p/raft/split-vote?seed=7");
    session.apply(Command::Seek { to: 250 * MS }).expect("time passes");
    assert_eq!(session.link(ViewState::default(), codec()), "#/p/raft/split-vote?seed=7&t=250ms");
    let again = open("#/p/raft/split-vote?seed=7&t=250ms").expect("a gallery address").session;
    assert_eq!(again.digest(), session.digest());
    session.apply(Command::Edit(EditCommand::Pause(ProcessId(0)))).expect("n1 is up");
    assert!(session.link(ViewState::default(), codec()).starts_with("#/s/1"));
}

#[test]
fn bad_addresses_get_a_sentence() {
    for (address, key) in [
        ("#/p/paxos9", "problem.protocol"),
        ("#/p/raft/no-such", "problem.scenario"),
        ("#/nowhere", "problem.address"),
        ("#/s/1AAAA", "problem.link.damaged"),
        ("#/s/1", "problem.link.damaged"),
        ("#/s/", "problem.link.damaged"),
        ("#/s", "problem.link.damaged"),
        ("#/story", "problem.address"),
        ("#/s/9AAAA", "problem.link.newer"),
        ("#/p/raft/start?nodes=10", "problem.parameter.range"),
        ("#/p/raft/start?nodes=x", "problem.parameter.range"),
        ("#/p/raft/start?loss=2", "problem.parameter.value"),
        ("#/p/raft/start?colour=red", "problem.parameter.unknown"),
        ("#/p/raft/start?election_timeout=300ms..150ms", "problem.parameter.value"),
    ] {
        assert_eq!(open(address).err().expect(address).text.key, key, "{address}");
    }
    for address in ["", "#", "#/", "#/p/raft", "#/p/raft/start?", "/p/raft"] {
        assert!(open(address).is_ok(), "{address}");
    }
}

/// "Without it, at its start: after everything at 0 ms."
#[test]
fn without_a_cursor_a_text_opens_at_its_start() {
    let start = |text: &str| open_scenario(text).expect("a scenario").session;
    let session = start("protocol raft\nset nodes=3\nat 0ms crash n1\nrun 500ms");
    assert_eq!((session.now(), session.step().0), (0, 4), "three boots and a crash");
    assert_eq!(session.timeline().until, 500 * MS);
    assert!(!session.scenario_text().contains("cursor"));
    assert_eq!(start(&session.scenario_text()).now(), 0);
    assert_eq!(start("protocol raft\ncursor 300ms\nrun 500ms").now(), 300 * MS);
}

/// What replaces a part of a link may leave the rest without a node that it is about.
#[test]
fn a_link_whose_prepared_node_is_taken_away_gets_a_sentence() {
    let link =
        open_scenario("protocol raft\nlog n5 1 1").expect("a scenario").session.link(ViewState::default(), codec());
    let with_nodes = |nodes: &str| {
        let settings = vec![("nodes".to_owned(), nodes.to_owned())];
        open_with(Source::Address(&link), &Overrides { settings, ..Overrides::default() })
    };
    assert!(with_nodes("6").is_ok());
    assert_eq!(with_nodes("4").err().expect("n5 is missing").text.key, "problem.setup.no_node");
}

#[test]
fn a_latency_that_no_edit_could_set_is_refused_at_the_start() {
    let problem = |text: &str| open_scenario(text).err().map(|problem| problem.text.key);
    assert_eq!(problem("protocol raft\nset latency=const:86400s"), None);
    assert_eq!(problem("protocol raft\nset latency=const:86401s"), Some("problem.setup.out_of_range"));
    assert_eq!(problem("protocol raft\nrun 1ms\nset latency=const:86401s"), Some("problem.edit.out_of_range"));
}
