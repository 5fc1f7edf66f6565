//! `cargo xtask test`: runs steps up to the first that fails, and says how long each took.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::arguments::Selection;
use crate::progress;
use crate::steps::{Action, STEPS, Step};

/// Runs the selected steps.
pub(crate) fn run(selection: &Selection) -> Result<()> {
    let steps: Vec<&Step> = STEPS.iter().filter(|step| is_selected(step, selection)).collect();
    let started = Instant::now();
    let mut times = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let step_started = Instant::now();
        let title = format!("[{}/{}] {}: {}", index + 1, steps.len(), step.name, step.title);
        let outcome = progress::step(&title, || perform(step, selection));
        times.push((step.name, step_started.elapsed()));
        if let Err(error) = outcome {
            summarise(&times);
            bail!("step {} failed: {error:#}. To repeat it: cargo xtask test --only {}", step.name, step.name);
        }
    }
    summarise(&times);
    println!("xtask test: {} steps passed in {}", steps.len(), progress::seconds(started.elapsed()));
    Ok(())
}

fn is_selected(step: &Step, selection: &Selection) -> bool {
    match selection {
        Selection::All => true,
        Selection::Fast => step.is_fast,
        Selection::Only { step: name, .. } => step.name == *name,
    }
}

fn perform(step: &Step, selection: &Selection) -> Result<()> {
    match (&step.action, selection) {
        (Action::Plain(action), _) => action(),
        (Action::Runner(action), Selection::Only { arguments, .. }) => action(arguments),
        (Action::Runner(action), Selection::All | Selection::Fast) => action(&[]),
    }
}

fn summarise(times: &[(&str, Duration)]) {
    for (name, time) in times {
        println!("{name:<14} {:>10}", progress::seconds(*time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(selection: &Selection) -> Vec<&'static str> {
        let selected = STEPS.iter().filter(|step| is_selected(step, selection));
        selected.map(|step| step.name).collect()
    }

    #[test]
    fn selections_are_what_help_says() {
        assert_eq!(names(&Selection::All).len(), STEPS.len());
        assert_eq!(names(&Selection::Fast), ["format", "tidy", "clippy", "clippy-wasm", "native"]);
        let only = Selection::Only { step: "tidy", arguments: Vec::new() };
        assert_eq!(names(&only), ["tidy"]);
    }
}
