//! Pictures: they are well-formed whatever is in them, and show what there is to see.

use consistory_kernel::{MS, MessageId, ProcessId, StepId, Time};
use consistory_scene::{Arg, Scene, Sign, Text};
use consistory_session::export::Wording;
use consistory_session::happenings::{Carried, Happening, HappeningKind};
use consistory_session::picture::{Colours, Theme, diagram, stage};
use consistory_session::words::{self, Language};
use consistory_session::{Command, Disk, EditCommand, Session, gallery, open, open_scenario};
use std::collections::BTreeSet;

const TOKENS: &str = include_str!("../../../../styles/tokens.css");

/// What somebody might write who means harm.
const HOSTILE: &str = "<script>&\"'";
const HARMLESS: &str = "&lt;script&gt;&amp;&quot;&#39;";

fn colours(theme: Theme) -> Colours {
    Colours::of_style_sheet(TOKENS, theme).expect("the style sheet has every colour")
}

/// A run that has a leader, at a time when messages are on their way.
fn start() -> Box<dyn Session> {
    let mut session = open("#/p/raft/start?seed=7").expect("a gallery address").session;
    advance(&mut *session, 900 * MS);
    for _ in 0..200 {
        if session.scene().flights.len() >= 2 {
            return session;
        }
        advance(&mut *session, MS);
    }
    panic!("nothing is ever on its way");
}

fn advance(session: &mut dyn Session, by: Time) {
    let to = session.now() + by;
    session.apply(Command::Advance { to }).expect("time passes");
}

fn edit(session: &mut dyn Session, edit: EditCommand) {
    session.apply(Command::Edit(edit)).expect("a valid edit");
}

/// Gives the words of a language, and names as the scene has them, to a function.
fn with_words<T>(scene: &Scene, language: Language, draw: impl Fn(&Wording<'_>) -> T) -> T {
    let name = |id: ProcessId| {
        let card = scene.card(id).map(|card| card.name.clone());
        let client = || scene.clients.iter().find(|client| client.id == id).map(|client| client.name.clone());
        card.or_else(client).unwrap_or_default()
    };
    let sentence = |text: &Text| words::sentence(language, text, &name);
    draw(&Wording { sentence: &sentence, name: &name })
}

fn stage_of(scene: &Scene, now: Time, language: Language) -> String {
    with_words(scene, language, |wording| stage(scene, now, wording, &colours(Theme::Light)))
}

fn diagram_of(happenings: &[Happening], scene: &Scene, until: Time, language: Language) -> String {
    let nodes = scene.cards.iter().map(|card| card.id);
    let processes: Vec<ProcessId> = nodes.chain(scene.clients.iter().map(|client| client.id)).collect();
    with_words(scene, language, |wording| diagram(happenings, &processes, until, wording, &colours(Theme::Dark)))
}

/// Every tag is closed, every attribute has one value, every letter that means something to XML is escaped, and no word
/// is missing.
fn check(document: &str) {
    let mut rest = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    let mut open: Vec<&str> = Vec::new();
    while let Some((text, after)) = rest.split_once('<') {
        check_escaped(text);
        let (tag, following) = after.split_once('>').expect("a tag ends");
        match (tag.strip_prefix('/'), tag.strip_suffix('/')) {
            (Some(name), _) => assert_eq!(open.pop(), Some(name)),
            (None, Some(empty)) => check_attributes(empty),
            (None, None) => {
                check_attributes(tag);
                open.push(tag.split(' ').next().expect("a name"));
            }
        }
        let is_after_the_end = open.is_empty() && !following.trim().is_empty();
        assert!(!is_after_the_end, "there is one element");
        rest = following;
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{open:?} {rest}");
    assert!(!document.contains(">picture."), "a word is missing");
    for foreign in ["<script", "href", "url(", "<image", "<foreignObject", "@import"] {
        assert!(!document.contains(foreign), "{foreign}");
    }
}

fn check_attributes(tag: &str) {
    let mut names = BTreeSet::new();
    let (_, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect("a value");
        let (value, after) = after.split_once('"').expect("the end of a value");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{name} in {tag}");
        assert!(names.insert(name), "{name} twice in {tag}");
        assert!(!value.is_empty(), "{name} in {tag}");
        check_escaped(value);
        rest = after.trim_start();
    }
}

fn check_escaped(text: &str) {
    assert!(!text.contains(['<', '>', '"', '\'']), "{text}");
    assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
    for entity in text.split('&').skip(1) {
        let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        assert!(known.iter().any(|known| entity.starts_with(known)), "&{entity}");
    }
}

fn occurrences(document: &str, what: &str) -> usize {
    document.matches(what).count()
}

#[test]
fn every_scenario_is_drawn_in_both_languages() {
    for item in gallery() {
        let mut session = open_scenario(item.text()).expect(item.id).session;
        let until = session.timeline().until;
        session.apply(Command::Seek { to: until / 2 }).expect("a time of the run");
        let (scene, happenings) = (session.scene(), session.happenings());
        for language in [Language::English, Language::Chinese] {
            let picture = stage_of(&scene, session.now(), language);
            check(&picture);
            let space_time = diagram_of(&happenings, &scene, until, language);
            check(&space_time);
            for name in scene.cards.iter().map(|card| &card.name).chain(scene.clients.iter().map(|client| &client.name))
            {
                assert!(picture.contains(&format!(">{name}</text>")), "{name} of {}", item.id);
                assert!(space_time.contains(&format!(">{name}</text>")), "{name} of {}", item.id);
            }
        }
    }
}

#[test]
fn the_stage_shows_what_flies() {
    let session = start();
    let scene = session.scene();
    let picture = stage_of(&scene, session.now(), Language::English);
    check(&picture);
    assert_eq!(occurrences(&picture, "class=\"flight"), scene.flights.len());
    for flight in &scene.flights {
        let sign = match flight.sign {
            Sign::None => "",
            Sign::Plus => "+",
            Sign::Minus => "−",
        };
        assert!(picture.contains(&format!(">{}{sign}</text>", flight.letter)), "{flight:?}");
    }
    // From the first message to the line above the legend.
    let flying = |picture: &str| {
        let (_, messages) = picture.split_once("class=\"flight").expect("a message");
        messages.split_once("<line").expect("a legend").0.to_owned()
    };
    let later = stage_of(&scene, session.now() + MS, Language::English);
    assert_ne!(flying(&picture), flying(&later), "messages move between two steps");
}

#[test]
fn the_stage_shows_faults() {
    let mut session = start();
    let before = stage_of(&session.scene(), session.now(), Language::English);
    for class in ["card crashed", "card paused", "cut", "flight held", "wall"] {
        assert_eq!(occurrences(&before, &format!("class=\"{class}\"")), 0, "{class}");
    }
    let held = session.scene().flights[0].id;
    edit(&mut *session, EditCommand::Hold(held));
    edit(&mut *session, EditCommand::Crash(ProcessId(0), Disk::Kept));
    edit(&mut *session, EditCommand::Pause(ProcessId(1)));
    edit(&mut *session, EditCommand::Skew(ProcessId(4), 150_000));
    let groups = vec![vec![ProcessId(0), ProcessId(2)], vec![ProcessId(1), ProcessId(3), ProcessId(4)]];
    edit(&mut *session, EditCommand::Partition(groups));
    edit(&mut *session, EditCommand::Cut(ProcessId(3), ProcessId(4)));
    let picture = stage_of(&session.scene(), session.now(), Language::English);
    check(&picture);
    for class in ["card crashed", "card paused", "cut", "flight held", "wall"] {
        assert_eq!(occurrences(&picture, &format!("class=\"{class}\"")), 1, "{class}");
    }
    assert!(picture.contains("+15%") && picture.contains("α {n1 n3"), "{picture}");
}

#[test]
fn the_diagram_has_a_dot_an_arrow_or_a_cross_for_every_event() {
    let mut session = open("#/p/raft/lossy-network").expect("a gallery address").session;
    let until = 400 * MS;
    session.apply(Command::Seek { to: until }).expect("a time of the run");
    let happenings = session.happenings();
    let drawn = diagram_of(&happenings, &session.scene(), until, Language::English);
    check(&drawn);
    let of_kind = |is_it: fn(&HappeningKind) -> bool| {
        happenings.iter().filter(|happening| happening.time <= until && is_it(&happening.kind)).count()
    };
    let lost = of_kind(|kind| matches!(kind, HappeningKind::Lost(_)));
    let received = of_kind(|kind| matches!(kind, HappeningKind::Received(_)));
    let local = of_kind(|kind| matches!(kind, HappeningKind::Local));
    assert!(lost > 0 && received > 0 && local > 0, "the run has events of every kind");
    assert_eq!(occurrences(&drawn, "class=\"lost\""), lost);
    assert_eq!(occurrences(&drawn, "class=\"message\""), received);
    assert_eq!(occurrences(&drawn, "class=\"event\""), received + local);
}

/// An event at the first of two nodes, or whoever sent the message at the second.
fn event(step: u32, time: Time, kind: HappeningKind, line: &str) -> Happening {
    let (process, cause) = match kind {
        HappeningKind::Local => (ProcessId(0), None),
        HappeningKind::Received(_) | HappeningKind::Lost(_) => (ProcessId(1), Some(StepId(0))),
    };
    Happening {
        step: StepId(step),
        time,
        kind,
        process: Some(process),
        cause,
        lines: vec![Text::plain(line)],
        is_notable: true,
    }
}

fn message(id: u32, name: &str) -> Carried {
    Carried { id: MessageId(id), from: ProcessId(0), name: Text::plain(name) }
}

fn two_nodes(happenings: &[Happening], until: Time) -> String {
    with_words(&Scene::default(), Language::English, |wording| {
        diagram(happenings, &[ProcessId(0), ProcessId(1)], until, wording, &colours(Theme::Light))
    })
}

#[test]
fn whatever_is_told_is_told_as_text() {
    let happenings = [
        event(0, 1, HappeningKind::Local, HOSTILE),
        event(1, 20 * MS, HappeningKind::Received(message(0, HOSTILE)), HOSTILE),
        event(2, 40 * MS, HappeningKind::Lost(message(1, HOSTILE)), "\u{0}\u{7}\n"),
    ];
    let drawn = two_nodes(&happenings, 50 * MS);
    check(&drawn);
    // As the title of both events, as both labels, and in the titles of both messages.
    assert_eq!(occurrences(&drawn, HARMLESS), 6);
    let session = start();
    let mut scene = (*session.scene()).clone();
    HOSTILE.clone_into(&mut scene.cards[0].name);
    scene.cards[1].role = Text::plain(HOSTILE);
    scene.flights[0].name = Text::plain(HOSTILE);
    scene.flights[0].letter = '<';
    let picture = stage_of(&scene, session.now(), Language::English);
    check(&picture);
    assert!(picture.contains(HARMLESS));
}

#[test]
fn labels_that_would_overlap_are_left_out() {
    let crowd: Vec<Happening> =
        (0..10).map(|step| event(step, u64::from(step), HappeningKind::Local, &format!("label {step}"))).collect();
    let drawn = two_nodes(&crowd, MS);
    check(&drawn);
    let labels = |drawn: &str| (0..10).filter(|step| drawn.contains(&format!(">label {step}</text>"))).count();
    assert!((1..10).contains(&labels(&drawn)), "{}", labels(&drawn));
    let spread: Vec<Happening> = (0..10)
        .map(|step| event(step, u64::from(step) * 50 * MS, HappeningKind::Local, &format!("label {step}")))
        .collect();
    assert_eq!(labels(&two_nodes(&spread, 500 * MS)), 10);
}

#[test]
fn a_long_run_is_cut_and_says_so() {
    let event = |step: u32| event(step, u64::from(step) * MS, HappeningKind::Local, "tick");
    let events: Vec<Happening> = (0..2_100).map(event).collect();
    let drawn = two_nodes(&events, 10_000 * MS);
    check(&drawn);
    assert_eq!(occurrences(&drawn, "class=\"event\""), 2_000);
    let said = Text::key("picture.truncated").with("count", Arg::Number(2_000)).with("hidden", Arg::Number(100));
    let said = with_words(&Scene::default(), Language::English, |wording| (wording.sentence)(&said));
    assert!(drawn.contains(&format!(">{said}</text>")), "{said}");
    assert!(!two_nodes(&events[..2_000], 10_000 * MS).contains(&said));
    check(&two_nodes(&[], 0));
}

#[test]
fn the_same_run_gives_the_same_pictures() {
    let draw = || {
        let session = start();
        let (scene, now) = (session.scene(), session.now());
        let happenings = session.happenings();
        (stage_of(&scene, now, Language::English), diagram_of(&happenings, &scene, now, Language::English))
    };
    assert_eq!(draw(), draw());
}

#[test]
fn a_theme_is_read_from_the_style_sheet() {
    assert_ne!(colours(Theme::Light), colours(Theme::Dark));
    assert_eq!(Colours::of_style_sheet("", Theme::Light), None);
    let whole = |name: &str| Some(format!("rgb({}, 0, 0)", name.len()));
    assert!(Colours::read(&whole).is_some());
    assert_eq!(Colours::read(&|name| whole(name).filter(|_| name != "tone-bad-upon")), None);
}
