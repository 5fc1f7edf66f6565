//! SCENARIO: a file, a gallery id, a protocol's id, standard input or a share link.

use crate::arguments::{Course, Scenario};
use crate::output::{Complaint, words};
use consistory_protocols::IDS;
use consistory_scene::Arg;
use consistory_session::{Overrides, Problem, Source, find};
use std::io::Read;
use std::path::Path;

/// A scenario, read.
pub(crate) enum Loaded {
    /// An address that the session opens.
    Address {
        /// What was typed.
        typed: String,
        /// The fragment of the address.
        fragment: String,
    },
    /// A text in the scenario language.
    Text {
        /// Where it was read from.
        name: String,
        /// The text.
        text: String,
    },
}

impl Loaded {
    pub(crate) fn source(&self) -> Source<'_> {
        match self {
            Self::Address { fragment, .. } => Source::Address(fragment),
            Self::Text { text, .. } => Source::Text(text),
        }
    }

    /// A problem with this scenario, or with what was to take the place of parts of it.
    pub(crate) fn complaint(&self, problem: &Problem, overrides: &Overrides) -> Complaint {
        let told = words(problem);
        if let Some(argument) = argument_of(problem, overrides) {
            return Complaint::new(format!("{argument}: {told}"));
        }
        let name = match self {
            Self::Address { typed, .. } => shortened(typed),
            Self::Text { name, .. } => name.clone(),
        };
        match (problem.line, problem.column) {
            (Some(line), Some(column)) => Complaint::new(format!("{name}:{line}:{column}: {told}")),
            _ => Complaint::new(format!("{name}: {told}")),
        }
    }
}

/// Which argument a problem without a place is about.
fn argument_of(problem: &Problem, overrides: &Overrides) -> Option<String> {
    if problem.line.is_some() {
        return None;
    }
    let about = problem.text.args.iter().find(|(name, _)| *name == "name").map(|(_, arg)| arg)?;
    let Arg::Plain(about) = about else { return None };
    let is_parameter = problem.text.key.starts_with("problem.parameter");
    let setting = overrides.settings.iter().rev().find(|(name, _)| is_parameter && name == about);
    let mutant = overrides.mutants.iter().find(|id| problem.text.key == "problem.mutant" && *id == about);
    let setting = setting.map(|(name, value)| format!("--set {name}={value}"));
    setting.or_else(|| mutant.map(|id| format!("--mutant {id}")))
}

/// A link can be long; its beginning tells which one it is.
fn shortened(typed: &str) -> String {
    match typed.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &typed[..end]),
        None => typed.to_owned(),
    }
}

/// Reads what SCENARIO names.
pub(crate) fn load(typed: &str) -> Result<Loaded, Complaint> {
    if typed == "-" {
        return load_text(typed);
    }
    if let Some(fragment) = fragment_of(typed) {
        return Ok(Loaded::Address { typed: typed.to_owned(), fragment });
    }
    if Path::new(typed).is_file() {
        return load_text(typed);
    }
    if find(typed).is_some() {
        return Ok(Loaded::Address { typed: typed.to_owned(), fragment: format!("#/p/{typed}") });
    }
    if looks_like_payload(typed) {
        return Ok(Loaded::Address { typed: typed.to_owned(), fragment: format!("#/s/{typed}") });
    }
    let protocols = IDS.join(", ");
    Err(Complaint::new(format!(
        "SCENARIO {}: there is no such file, scenario or share link; `consistory list` names the scenarios, \
         and the protocols are {protocols}.",
        shortened(typed)
    )))
}

/// Reads a scenario file, or standard input for `-`.
pub(crate) fn load_text(typed: &str) -> Result<Loaded, Complaint> {
    read_text(typed).map(|(name, text)| Loaded::Text { name, text })
}

/// Reads a file, or standard input for `-`: its name in messages, and its text.
pub(crate) fn read_text(typed: &str) -> Result<(String, String), Complaint> {
    if typed == "-" { standard_input() } else { file(Path::new(typed)) }
}

/// The part of an address that names a run: from `#` on, or what follows `?s=`.
pub(crate) fn fragment_of(typed: &str) -> Option<String> {
    if let Some((_, fragment)) = typed.split_once("#/") {
        return Some(format!("#/{fragment}"));
    }
    let (_, query) = typed.split_once('?')?;
    let payload = query.split('&').find_map(|pair| pair.strip_prefix("s="))?;
    // What carries no run names one, or a contest.
    Some(if payload.contains('/') { format!("#/{payload}") } else { format!("#/s/{payload}") })
}

/// The bare payload of a link, rather than a mistyped name.
pub(crate) fn looks_like_payload(typed: &str) -> bool {
    let is_plain = typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    is_plain && typed.len() > 20 && typed.starts_with(|first: char| first.is_ascii_digit())
}

fn file(path: &Path) -> Result<(String, String), Complaint> {
    let bytes = std::fs::read(path).map_err(|error| Complaint::about_file(path, &error))?;
    let name = path.display().to_string();
    text(name, bytes)
}

fn standard_input() -> Result<(String, String), Complaint> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Complaint::new(format!("standard input: {error}; check where it comes from.")))?;
    text("standard input".to_owned(), bytes)
}

fn text(name: String, bytes: Vec<u8>) -> Result<(String, String), Complaint> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let place = error.utf8_error().valid_up_to() + 1;
            Err(Complaint::new(format!("{name}: byte {place} is not UTF-8; save the file as UTF-8 text.")))
        }
    }
}

/// What takes the place of parts of a scenario in one run of it.
pub(crate) fn overrides_of(course: &Course) -> Overrides {
    let mut overrides = overrides(&course.scenario);
    overrides.until = course.until;
    overrides.settings.extend(course.seed.map(|seed| ("seed".to_owned(), seed.to_string())));
    overrides
}

/// What takes the place of parts of a scenario.
pub(crate) fn overrides(arguments: &Scenario) -> Overrides {
    Overrides { settings: arguments.settings.clone(), mutants: arguments.mutants.clone(), until: None }
}
