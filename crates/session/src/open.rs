//! Opens a run: from an address, a link's payload, or a text in the scenario language.

use crate::api::{Command, Session, ViewState};
use crate::error::Problem;
use crate::gallery::{self, GalleryItem};
use crate::live::LiveRun;
use crate::payload::RunV1;
use crate::scenario::Script;
use crate::scenario::parse::parse;
use crate::{edits, link};
use consistory_protocols::script::parse_duration;
use consistory_protocols::{IDS, Spec, Visitor, visit};
use consistory_scene::{Arg, Text};

/// What an address asked for, opened.
pub struct Opened {
    /// The run, with its cursor where the link says.
    pub session: Box<dyn Session>,
    /// The viewer's settings of the link.
    pub view: ViewState,
    /// What the reader should know, for example that this core replays the link differently.
    pub notice: Option<Problem>,
    /// Expectations of a scenario text that were not met.
    pub unmet: Vec<Problem>,
}

/// Opens what a URL fragment names: `#/s/…`, `#/p/raft/split-vote?seed=7&t=300ms`, or nothing for the start.
/// The value of `?s=` is accepted as well.
pub fn open(fragment: &str) -> Result<Opened, Problem> {
    let address = fragment.trim().trim_start_matches('#').trim_matches('/');
    if let Some(payload) = address.strip_prefix("s/") {
        return open_payload(payload);
    }
    let gallery_address = address.strip_prefix("p/");
    if let Some(rest) = gallery_address {
        let (id, query) = rest.split_once('?').unwrap_or((rest, ""));
        return open_gallery(id, query);
    }
    match address.split_once('?').unwrap_or((address, "")) {
        ("", query) => open_gallery(IDS.first().copied().unwrap_or_default(), query),
        _ if address.len() > 20 => open_payload(address),
        _ => Err(Problem::new(Text::key("problem.address"))),
    }
}

/// Starts a run from a text in the scenario language.
pub fn open_scenario(text: &str) -> Result<Opened, Problem> {
    open_script(text, None, Vec::new())
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

fn open_gallery(id: &str, query: &str) -> Result<Opened, Problem> {
    let item = gallery::find(id).ok_or_else(|| {
        let known = IDS.iter().any(|protocol| id.split('/').next() == Some(protocol));
        if known {
            Problem::new(Text::key("problem.scenario").with("name", Arg::Plain(id.to_owned())))
        } else {
            no_protocol(id)
        }
    })?;
    let mut cursor = None;
    let mut overrides = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name == "t" {
            cursor = parse_duration(value);
        } else {
            overrides.push((name.to_owned(), value.replace("%25", "%")));
        }
    }
    let mut opened = open_script(item.text, Some(item), overrides)?;
    // A seed or a parameter of one's own may well spoil what the scenario's author expected.
    opened.unmet.clear();
    if let Some(to) = cursor {
        opened.session.apply(Command::Seek { to })?;
    }
    Ok(opened)
}

fn open_script(
    text: &str,
    item: Option<&'static GalleryItem>,
    overrides: Vec<(String, String)>,
) -> Result<Opened, Problem> {
    struct Start<'a, 't> {
        script: &'a Script<'t>,
        item: Option<&'static GalleryItem>,
        overrides: Vec<(String, String)>,
    }
    impl Visitor for Start<'_, '_> {
        type Output = Result<Opened, Problem>;
        fn visit<P: Spec>(self) -> Self::Output {
            let (run, unmet) = LiveRun::<P>::of_script(self.script, self.item, self.overrides)?;
            Ok(Opened { session: Box::new(run), view: ViewState::default(), notice: None, unmet })
        }
    }
    let script = parse(text)?;
    let id = script.protocol.text;
    let started = visit(id, Start { script: &script, item, overrides });
    started.unwrap_or_else(|| {
        let known = Arg::Plain(IDS.join(", "));
        let text = Text::key("problem.protocol").with("name", Arg::Plain(id.to_owned()));
        Err(script.protocol.problem(text.with("known", known)))
    })
}

fn open_payload(text: &str) -> Result<Opened, Problem> {
    struct Replay<'a>(&'a RunV1);
    impl Visitor for Replay<'_> {
        type Output = Result<Opened, Problem>;
        fn visit<P: Spec>(self) -> Self::Output {
            let (run, notice) = LiveRun::<P>::of_payload(self.0)?;
            let (panel, speed) = self.0.view;
            let view = ViewState { panel, speed };
            Ok(Opened { session: Box::new(run), view, notice, unmet: Vec::new() })
        }
    }
    let run = link::decode(text)?;
    visit(&run.protocol, Replay(&run)).unwrap_or_else(|| Err(no_protocol(&run.protocol)))
}

fn no_protocol(name: &str) -> Problem {
    let text = Text::key("problem.protocol").with("name", Arg::Plain(name.to_owned()));
    Problem::new(text.with("known", Arg::Plain(IDS.join(", "))))
}
