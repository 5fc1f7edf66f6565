//! `cargo xtask bench`: figures of the core, natively, and of the page, in a browser.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::arguments::Profile;
use crate::browsers::{self, Browsers};
use crate::build;
use crate::process;
use crate::progress;
use crate::workspace;

/// Measures everything, or what has this name.
pub(crate) fn run(name: Option<&str>) -> Result<()> {
    let figures = progress::step("measure the core", || native(name))?;
    print!("{figures}");
    let packages = workspace::packages()?;
    let has_browser_figures = packages
        .iter()
        .any(|package| package.name == browsers::PACKAGE && package.tests.iter().any(|test| test == "bench"));
    if !has_browser_figures {
        progress::note("no browser figures: tests/browser has no tests/bench.rs.");
        return Ok(());
    }
    build::run(Profile::Release)?;
    progress::step("measure the page", || in_browsers(name))
}

fn native(name: Option<&str>) -> Result<String> {
    let mut command = process::cargo(["run", "--release", "--package=consistory-cli", "--", "bench"]);
    command.args(name).arg("--json");
    table(&process::capture(&mut command)?)
}

fn in_browsers(name: Option<&str>) -> Result<()> {
    let browsers = Browsers::start()?;
    // The browsers do the work that is measured, so the suite itself need not be optimised. One thread, because two
    // measurements at once disturb each other.
    let mut command = process::cargo(["test", "--test=bench", "--package", browsers::PACKAGE]);
    browsers.prepare(&mut command);
    command.env("CONSISTORY_BENCH", "1").args(["--", "--ignored", "--nocapture", "--test-threads=1"]).args(name);
    process::run(&mut command)
}

/// `{"NAME":{"value","unit"}}` as lines of name, value and unit, in the order of names.
fn table(json: &str) -> Result<String> {
    let figures: Value = serde_json::from_str(json)
        .with_context(|| format!("`consistory bench --json` printed something other than JSON: {json}"))?;
    let figures = figures.as_object().context("`consistory bench --json` printed something other than an object")?;
    let width = figures.keys().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    let figures: BTreeMap<_, _> = figures.iter().collect();
    for (name, figure) in figures {
        let value = &figure["value"];
        let unit = figure["unit"].as_str().unwrap_or("");
        writeln!(text, "{name:<width$}  {:>14} {unit}", value.to_string())?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_printed_in_columns() {
        let json = r#"{"step":{"value":1.5,"unit":"us"},"replay":{"value":20000,"unit":"events/s"}}"#;
        let expect = "replay           20000 events/s\nstep               1.5 us\n";
        assert_eq!(table(json).unwrap(), expect);
    }

    #[test]
    fn other_output_is_an_error() {
        assert!(table("3").is_err());
        assert!(table("hello").is_err());
    }
}
