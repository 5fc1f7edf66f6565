//! `cargo xtask bench`: figures of the core, natively, and of the page, in a browser.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::arguments::Profile;
use crate::browsers::{self, Browsers};
use crate::build;
use crate::lighthouse;
use crate::process;
use crate::progress;
use crate::repository;
use crate::steps;

/// Where the measurements of the page are: a test of each name that is ignored otherwise.
const PAGE: &str = "tests/browser/tests/bench.rs";

/// Figures of the core inside a browser.
const WASM: [&str; 1] = ["kernel_events_per_second_wasm"];
/// What Lighthouse judges.
const LIGHTHOUSE: [&str; 1] = ["lighthouse"];

/// What is to be measured.
#[derive(Debug, PartialEq, Eq)]
struct Chosen<'a> {
    has_core: bool,
    has_wasm: bool,
    page: Vec<&'a str>,
    has_lighthouse: bool,
}

/// Measures everything, or what has a name that begins so.
pub(crate) fn run(name: Option<&str>) -> Result<()> {
    let core = core_names()?;
    let source = std::fs::read_to_string(repository::root().join(PAGE));
    let page = source.as_deref().map(ignored_tests).unwrap_or_default();
    let chosen = choose(name.unwrap_or_default(), &core.lines().collect::<Vec<_>>(), &page)?;
    if chosen.has_core {
        let figures = progress::step("measure the core", || native(name))?;
        print!("{figures}");
    }
    if chosen.has_wasm {
        progress::step("measure the core in Chromium", in_wasm)?;
    }
    if page.is_empty() {
        progress::note(&format!("no figures of the page: there is no {PAGE}."));
    }
    if chosen.page.is_empty() && !chosen.has_lighthouse {
        return Ok(());
    }
    build::run(Profile::Release)?;
    if !chosen.page.is_empty() {
        progress::step("measure the page", || in_browsers(&chosen.page))?;
    }
    if chosen.has_lighthouse {
        progress::step("have Lighthouse judge the page", lighthouse::run)?;
    }
    Ok(())
}

/// Which side knows the name.
fn choose<'a>(name: &str, core: &[&str], page: &[&'a str]) -> Result<Chosen<'a>> {
    let has_core = core.iter().any(|known| known.starts_with(name));
    let has_wasm = WASM.iter().any(|known| known.starts_with(name));
    let has_lighthouse = LIGHTHOUSE.iter().any(|known| known.starts_with(name));
    let of_page: Vec<&str> = page.iter().copied().filter(|known| known.starts_with(name)).collect();
    ensure!(
        has_core || has_wasm || has_lighthouse || !of_page.is_empty(),
        "there is no figure `{name}`; known are {} of the core and {} of the page",
        [core, &WASM].concat().join(", "),
        [page, &LIGHTHOUSE].concat().join(", ")
    );
    Ok(Chosen { has_core, has_wasm, page: of_page, has_lighthouse })
}

/// The names of the functions behind `#[ignore …]`.
fn ignored_tests(source: &str) -> Vec<&str> {
    let attributes = source.split("\n#[ignore").skip(1);
    let names = attributes.filter_map(|after| after.split_once("\nfn ")?.1.split_once('('));
    names.map(|(name, _)| name).collect()
}

fn consistory_bench() -> Command {
    process::cargo(["run", "--release", "--package=consistory-cli", "--", "bench"])
}

/// The names of the core's figures, one a line.
fn core_names() -> Result<String> {
    process::capture(consistory_bench().arg("--list"))
}

fn native(name: Option<&str>) -> Result<String> {
    table(&process::capture(consistory_bench().args(name).arg("--json"))?)
}

/// In the profile of the page, whose speed it is.
fn in_wasm() -> Result<()> {
    let mut command = steps::in_headless_chromium()?;
    command.args([
        "--profile=page",
        "--package=consistory-lab",
        "--test=bench",
        "--",
        "--include-ignored",
        "--nocapture",
    ]);
    process::run(&mut command)
}

fn in_browsers(names: &[&str]) -> Result<()> {
    let browsers = Browsers::start()?;
    // The browsers do the work that is measured, so the suite itself need not be optimised. One thread, because two
    // measurements at once disturb each other.
    let mut command = process::cargo(["test", "--test=bench", "--package", browsers::PACKAGE]);
    browsers.prepare(&mut command);
    command.env("CONSISTORY_BENCH", "1").args(["--", "--ignored", "--nocapture", "--test-threads=1", "--exact"]);
    process::run(command.args(names))
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
    fn the_side_that_knows_the_name_is_measured() {
        let (core, page) = (["seek_ms", "seek_ms_median", "frames"], ["frame_ms", "frame_ms_busy", "load_ms"]);
        let check = |name: &str, has_core: bool, expect: &[&str]| {
            let (has_wasm, has_lighthouse) = (name.is_empty(), name.is_empty());
            let chosen = Chosen { has_core, has_wasm, page: expect.to_vec(), has_lighthouse };
            assert_eq!(choose(name, &core, &page).unwrap(), chosen, "{name}");
        };
        check("", true, &page);
        check("seek_ms", true, &[]);
        check("load_ms", false, &["load_ms"]);
        check("frame_ms", false, &["frame_ms", "frame_ms_busy"]);
        check("frame", true, &["frame_ms", "frame_ms_busy"]);
        let wasm = choose("kernel", &core, &page).unwrap();
        assert!(wasm.has_wasm && !wasm.has_core && !wasm.has_lighthouse && wasm.page.is_empty());
        assert!(choose("lighthouse", &core, &page).unwrap().has_lighthouse);
        assert!(choose("ms", &core, &page).is_err());
        let error = choose("colour", &core, &page).unwrap_err().to_string();
        let known = "known are seek_ms, seek_ms_median, frames, kernel_events_per_second_wasm of the core and frame_ms, frame_ms_busy, load_ms, lighthouse of the page";
        assert_eq!(error, format!("there is no figure `colour`; {known}"));
    }

    #[test]
    fn measurements_of_the_page_are_its_ignored_tests() {
        let source = "fn helper() {}\n#[test]\n#[ignore = \"slow\"]\nfn one() {\n}\n#[test]\nfn other() {}\n\n#[test]\n#[ignore]\nfn two() {}";
        assert_eq!(ignored_tests(source), ["one", "two"]);
        let source = std::fs::read_to_string(repository::root().join(PAGE)).unwrap();
        assert!(ignored_tests(&source).contains(&"interactive_ms"));
    }

    #[test]
    fn other_output_is_an_error() {
        assert!(table("3").is_err());
        assert!(table("hello").is_err());
    }
}
