//! What leaves the command: text on standard output, one line on standard error, an exit status.

use clap::error::ErrorKind;
use consistory_lab::Summary;
use consistory_session::Problem;
use consistory_session::words::{Language, sentence};
use serde_json::{Value, json};
use std::fmt;
use std::io::{ErrorKind as IoErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// How it went, as the exit status says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    /// Fine.
    Fine = 0,
    /// A property was violated, or an expectation of the scenario was not met.
    Violated = 1,
    /// Undecided within the budget.
    Undecided = 3,
}

/// Bad input has this exit status.
const BAD_INPUT: u8 = 2;

/// Bad input, in one sentence that names the argument, the place and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint(String);

impl Complaint {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// About a file that cannot be read or written.
    pub(crate) fn about_file(path: &Path, error: &std::io::Error) -> Self {
        Self(format!("{}: {error}; check the name and its permissions.", path.display()))
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.split_whitespace().collect();
        write!(formatter, "consistory: {}", words.join(" "))
    }
}

/// Prints a complaint.
pub(crate) fn complain(complaint: &Complaint) -> ExitCode {
    // Where standard error is closed, the exit status is all there is to say.
    let _ = writeln!(std::io::stderr(), "{complaint}");
    ExitCode::from(BAD_INPUT)
}

/// What clap could not read, in one line; help and version are no errors.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match print(&error.render().to_string()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(complaint) => complain(&complaint),
        };
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return complain(&Complaint::new("a command is missing; `consistory --help` lists them."));
    }
    let rendered = error.render().to_string();
    let paragraphs = rendered.split("\n\n").map(str::trim);
    let told = paragraphs.filter(|text| !text.starts_with("Usage:") && !text.starts_with("For more information"));
    let told: Vec<&str> = told.map(|text| text.strip_prefix("error: ").unwrap_or(text)).collect();
    complain(&Complaint::new(format!("{}; `consistory --help` explains the arguments.", told.join("; "))))
}

/// Prints to standard output. A reader that has seen enough is no error.
pub(crate) fn print(text: &str) -> Result<(), Complaint> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != IoErrorKind::BrokenPipe => {
            Err(Complaint::new(format!("standard output: {error}; check where it is sent.")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints a JSON object.
pub(crate) fn print_json(value: &Value) -> Result<(), Complaint> {
    print(&format!("{value}\n"))
}

/// Shows how far a long command has come, on a terminal only.
pub(crate) fn progress(text: &str) {
    if std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r{text}\x1b[K");
    }
}

/// Takes the progress away again.
pub(crate) fn progress_done() {
    progress("");
}

/// A problem of the core, in English.
pub(crate) fn words(problem: &Problem) -> String {
    sentence(Language::English, &problem.text, &|id| format!("n{}", id.0 + 1))
}

/// A number as JSON, whole numbers without a fraction.
pub(crate) fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "only for whole numbers far below 2^53")]
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return json!(value as i64);
    }
    json!(value)
}

/// Statistics as the contract has them.
pub(crate) fn summary(count: usize, summary: Option<Summary>) -> Value {
    let Some(Summary { mean, min, p50, p90, p99, max }) = summary else {
        return json!({"n": count, "mean": null, "min": null, "p50": null, "p90": null, "p99": null, "max": null});
    };
    let numbers = [mean, min, p50, p90, p99, max].map(number);
    let [mean, min, p50, p90, p99, max] = numbers;
    json!({"n": count, "mean": mean, "min": min, "p50": p50, "p90": p90, "p99": p99, "max": max})
}
