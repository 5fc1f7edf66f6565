//! Opens a run: from an address, a link's payload, or a text in the scenario language.

use crate::api::{Command, Session, ViewState};
use crate::contest;
use crate::edits;
use crate::error::Problem;
use crate::gallery::{self, GalleryItem};
use crate::link::{Codec, codec};
use crate::live::LiveRun;
use crate::payload::RunV1;
use crate::scenario::Script;
use crate::scenario::parse::parse;
use consistory_kernel::Time;
use consistory_protocols::script::parse_duration;
use consistory_protocols::{IDS, Spec, Visitor, visit, visit_first};
use consistory_scene::{Arg, Text};

/// What an address asked for, opened.
pub struct Opened<R = Box<dyn Session>> {
    /// The run, with its cursor where the link says.
    pub session: R,
    /// The viewer's settings of the link.
    pub view: ViewState,
    /// What the reader should know, for example that this core replays the link differently.
    pub notice: Option<Problem>,
    /// Expectations of a scenario text that were not met.
    pub unmet: Vec<Problem>,
}

/// Where a run comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// What a URL fragment names, as [`open()`] reads it.
    Address(&'a str),
    /// A text in the scenario language.
    Text(&'a str),
}

/// What takes the place of parts of a run, before it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Parameters by name, in the scenario language; the last of a name counts.
    pub settings: Vec<(String, String)>,
    /// The ids of rules to switch off, besides those that the run switches off itself.
    pub mutants: Vec<String>,
    /// When the run ends, in microseconds: what it does later is left out, and a shorter run goes on.
    pub until: Option<Time>,
}

impl Overrides {
    /// Whether they leave a run as it is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Something that is done with an opened run whose protocol is known only by its id.
pub trait RunVisitor {
    /// What comes of it.
    type Output;
    /// Does it.
    fn visit<P: Spec>(self, opened: Opened<LiveRun<P>>) -> Self::Output;
}

/// Opens what a URL fragment names: `#/s/…`, `#/p/raft/split-vote?seed=7&t=300ms`, a contest, or nothing for the start.
/// The value of `?s=` is accepted as well.
pub fn open(fragment: &str) -> Result<Opened, Problem> {
    if contest::is_address(fragment) {
        return contest::open(fragment).map(of_contest);
    }
    open_with(Source::Address(fragment), &Overrides::default())
}

fn of_contest(run: contest::ContestRun) -> Opened {
    Opened { session: Box::new(run), view: ViewState::default(), notice: None, unmet: Vec::new() }
}

/// Whether it takes more to open what a URL fragment names than a page has at first: the fragment carries a run, or
/// names one of another protocol than the first, or several.
pub fn needs_more(fragment: &str) -> bool {
    match Address::read(fragment) {
        Address::Payload(_) | Address::Contest => true,
        Address::Gallery(id, _) => id.split('/').next() != IDS.first().copied() && gallery::find(id).is_some(),
        Address::Unknown => false,
    }
}

/// The same as [`open()`] for the gallery of the first protocol alone: what a page can do before it has loaded the rest.
pub fn open_first(fragment: &str) -> Result<Opened, Problem> {
    visit_address::<First, _>(fragment, None, &Overrides::default(), Boxed)
}

/// The protocols that can be opened: code of those that cannot is not needed.
trait Library {
    fn visit<V: Visitor>(id: &str, visitor: V) -> Option<V::Output>;
}

/// Every protocol.
struct Whole;

impl Library for Whole {
    fn visit<V: Visitor>(id: &str, visitor: V) -> Option<V::Output> {
        visit(id, visitor)
    }
}

/// The first one.
struct First;

impl Library for First {
    fn visit<V: Visitor>(id: &str, visitor: V) -> Option<V::Output> {
        visit_first(id, visitor)
    }
}

/// Starts what a text says: a contest, or a run in the scenario language.
pub fn open_text(text: &str) -> Result<Opened, Problem> {
    match contest::open_text(text) {
        Some(run) => run.map(of_contest),
        None => open_scenario(text),
    }
}

/// Starts a run from a text in the scenario language.
pub fn open_scenario(text: &str) -> Result<Opened, Problem> {
    open_with(Source::Text(text), &Overrides::default())
}

/// Opens a run of which parts are replaced.
pub fn open_with(source: Source<'_>, overrides: &Overrides) -> Result<Opened, Problem> {
    visit_run(source, overrides, Boxed)
}

/// Forgets the type of the protocol.
struct Boxed;

impl RunVisitor for Boxed {
    type Output = Opened;
    fn visit<P: Spec>(self, opened: Opened<LiveRun<P>>) -> Opened {
        let Opened { session, view, notice, unmet } = opened;
        Opened { session: Box::new(session), view, notice, unmet }
    }
}

/// Opens a run for somebody who looks into it with its protocol's types.
pub fn visit_run<V: RunVisitor>(source: Source<'_>, overrides: &Overrides, visitor: V) -> Result<V::Output, Problem> {
    match source {
        Source::Text(text) => visit_script::<Whole, _>(text, None, None, overrides, visitor),
        Source::Address(fragment) => visit_address::<Whole, _>(fragment, Some(codec()), overrides, visitor),
    }
}

/// What a URL fragment names.
enum Address<'a> {
    /// A run that it carries.
    Payload(&'a str),
    /// A scenario or a protocol of the gallery, and what is changed of it.
    Gallery(&'a str, &'a str),
    /// Several runs, which are more than one.
    Contest,
    /// Nothing that is known.
    Unknown,
}

impl<'a> Address<'a> {
    fn read(fragment: &'a str) -> Self {
        if contest::is_address(fragment) {
            return Self::Contest;
        }
        let address = fragment.trim().trim_start_matches('#').trim_matches('/');
        // Of a link that was cut right behind its beginning no slash is left.
        let payload = if address == "s" { Some("") } else { address.strip_prefix("s/") };
        if let Some(payload) = payload {
            return Self::Payload(payload);
        }
        if let Some(rest) = address.strip_prefix("p/") {
            let (id, query) = rest.split_once('?').unwrap_or((rest, ""));
            return Self::Gallery(id, query);
        }
        match address.split_once('?').unwrap_or((address, "")) {
            ("", query) => Self::Gallery(IDS.first().copied().unwrap_or_default(), query),
            _ if address.len() > 20 => Self::Payload(address),
            _ => Self::Unknown,
        }
    }
}

fn visit_address<L: Library, V: RunVisitor>(
    fragment: &str,
    codec: Option<Codec>,
    overrides: &Overrides,
    visitor: V,
) -> Result<V::Output, Problem> {
    match (Address::read(fragment), codec) {
        (Address::Payload(payload), Some(codec)) => visit_payload::<L, _>(&codec.decode(payload)?, overrides, visitor),
        (Address::Payload(_) | Address::Contest, None) => Err(Problem::new(Text::key("problem.link.unread"))),
        (Address::Contest, Some(_)) => Err(Problem::new(Text::key("problem.contest.elsewhere"))),
        (Address::Gallery(id, query), _) => visit_gallery::<L, _>(id, query, overrides, visitor),
        (Address::Unknown, _) => Err(Problem::new(Text::key("problem.address"))),
    }
}

/// Whether a client operation in the scenario language's words is well formed for that protocol.
pub fn check_operation(protocol: &str, operation: &str) -> Result<(), Problem> {
    struct Check<'a>(&'a str);
    impl Visitor for Check<'_> {
        type Output = Result<(), Problem>;
        fn visit<P: Spec>(self) -> Self::Output {
            edits::operation_of::<P>(self.0).map(|_| ())
        }
    }
    visit(protocol, Check(operation)).unwrap_or_else(|| Err(no_protocol(protocol)))
}

fn visit_gallery<L: Library, V: RunVisitor>(
    id: &str,
    query: &str,
    overrides: &Overrides,
    visitor: V,
) -> Result<V::Output, Problem> {
    let item = gallery::find(id).ok_or_else(|| {
        let known = IDS.iter().any(|protocol| id.split('/').next() == Some(protocol));
        if known {
            Problem::new(Text::key("problem.scenario").with("name", Arg::Plain(id.to_owned())))
        } else {
            no_protocol(id)
        }
    })?;
    let mut cursor = None;
    let mut settings = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name == "t" {
            cursor = parse_duration(value);
        } else {
            settings.push((name.to_owned(), value.replace("%25", "%")));
        }
    }
    settings.extend(overrides.settings.iter().cloned());
    let overrides = Overrides { settings, ..overrides.clone() };
    let text = L::visit(item.protocol, gallery::TextOf(item)).ok_or_else(|| no_protocol(item.protocol))?;
    visit_script::<L, _>(text, Some(item), cursor, &overrides, visitor)
}

fn visit_script<L: Library, V: RunVisitor>(
    text: &str,
    item: Option<&'static GalleryItem>,
    cursor: Option<Time>,
    overrides: &Overrides,
    visitor: V,
) -> Result<V::Output, Problem> {
    struct Start<'a, 't, V> {
        script: &'a Script<'t>,
        item: Option<&'static GalleryItem>,
        cursor: Option<Time>,
        overrides: &'a Overrides,
        visitor: V,
    }
    impl<V: RunVisitor> Visitor for Start<'_, '_, V> {
        type Output = Result<V::Output, Problem>;
        fn visit<P: Spec>(self) -> Self::Output {
            let (mut run, mut unmet) = LiveRun::<P>::of_script(self.script, self.item, self.overrides)?;
            if !self.overrides.is_empty() {
                // A seed or a parameter of one's own may well spoil what the scenario's author expected.
                unmet.clear();
            }
            if let Some(to) = self.cursor {
                run.apply(Command::Seek { to })?;
            }
            let opened = Opened { session: run, view: ViewState::default(), notice: None, unmet };
            Ok(self.visitor.visit(opened))
        }
    }
    let script = parse(text)?;
    let id = script.protocol.text;
    let started = L::visit(id, Start { script: &script, item, cursor, overrides, visitor });
    started.unwrap_or_else(|| {
        let known = Arg::Plain(IDS.join(", "));
        let text = Text::key("problem.protocol").with("name", Arg::Plain(id.to_owned()));
        Err(script.protocol.problem(text.with("known", known)))
    })
}

fn visit_payload<L: Library, V: RunVisitor>(
    run: &RunV1,
    overrides: &Overrides,
    visitor: V,
) -> Result<V::Output, Problem> {
    struct Replay<'a, V> {
        run: &'a RunV1,
        overrides: &'a Overrides,
        visitor: V,
    }
    impl<V: RunVisitor> Visitor for Replay<'_, V> {
        type Output = Result<V::Output, Problem>;
        fn visit<P: Spec>(self) -> Self::Output {
            let (session, notice) = LiveRun::<P>::of_payload(self.run, self.overrides)?;
            let (panel, speed) = self.run.view;
            let view = ViewState { panel, speed };
            Ok(self.visitor.visit(Opened { session, view, notice, unmet: Vec::new() }))
        }
    }
    let replayed = L::visit(&run.protocol, Replay { run, overrides, visitor });
    replayed.unwrap_or_else(|| Err(no_protocol(&run.protocol)))
}

fn no_protocol(name: &str) -> Problem {
    let text = Text::key("problem.protocol").with("name", Arg::Plain(name.to_owned()));
    Problem::new(text.with("known", Arg::Plain(IDS.join(", "))))
}
