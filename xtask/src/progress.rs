//! One line when a step begins and one, with its seconds, when it ends; the step's own output stands between them.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Runs `action`, saying what it is and how long it took.
pub(crate) fn step<T>(title: &str, action: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {title}");
    let started = Instant::now();
    let outcome = action();
    let word = if outcome.is_ok() { "done" } else { "FAILED" };
    println!("<== {title}: {word} in {}", seconds(started.elapsed()));
    outcome
}

/// A line about something that the reader should know and need not act on.
pub(crate) fn note(text: &str) {
    println!("    {text}");
}

/// A duration as it is printed everywhere: `12.3 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
