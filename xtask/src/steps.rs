//! The steps of `cargo xtask test`, in their order: what is cheap and fails often comes first.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::arguments::Profile;
use crate::browsers::{self, Browsers};
use crate::build;
use crate::process;
use crate::progress;
use crate::repository;
use crate::tidy;
use crate::tools;
use crate::workspace::{self, Package};

/// What a first visit may cost over the wire.
const FIRST_LOAD_BROTLI_BYTES_MAX: usize = 300_000;
/// The test binary of a package that runs inside a browser.
const WASM_TEST: &str = "wasm";
const WASM_TARGET: &str = "--target=wasm32-unknown-unknown";
/// What never runs in a page.
const NATIVE_ONLY: [&str; 3] = ["consistory-cli", browsers::PACKAGE, "xtask"];

/// One step of `test`.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Part of `test --fast`.
    pub(crate) is_fast: bool,
    pub(crate) action: Action,
}

/// What a step does.
pub(crate) enum Action {
    Plain(fn() -> Result<()>),
    /// A test runner, which takes arguments such as the name of a test.
    Runner(fn(&[OsString]) -> Result<()>),
}

/// All steps, in order.
pub(crate) const STEPS: [Step; 10] = [
    slow("tools", "programs that later steps need", Action::Plain(every_tool)),
    fast("format", "formatting", Action::Plain(format)),
    fast("tidy", "the repository's own rules", Action::Plain(tidy::run)),
    fast("clippy", "lints, native", Action::Plain(clippy)),
    fast("clippy-wasm", "lints, wasm32", Action::Plain(clippy_wasm)),
    fast("native", "native tests", Action::Runner(native_tests)),
    slow("wasm", "tests inside headless Chromium", Action::Runner(wasm_tests)),
    slow("build", "release build and the weight of its first load", Action::Plain(build_within_budget)),
    slow("supply-chain", "licences, bans, sources, unused dependencies", Action::Plain(supply_chain)),
    slow("browsers", "the built page in three browsers", Action::Runner(browser_tests)),
];

const fn fast(name: &'static str, title: &'static str, action: Action) -> Step {
    Step { name, title, is_fast: true, action }
}

const fn slow(name: &'static str, title: &'static str, action: Action) -> Step {
    Step { name, title, is_fast: false, action }
}

/// Whether the step of this name hands arguments on to a test runner.
pub(crate) fn takes_arguments(name: &str) -> bool {
    let mut steps = STEPS.iter().filter(|step| step.name == name);
    steps.any(|step| matches!(step.action, Action::Runner(_)))
}

/// Ten minutes on two cores the first time, seconds after that. Here at the start, so that a missing browser is reported
/// before the tests have run.
fn every_tool() -> Result<()> {
    browsers::ensure_tools()?;
    build::ensure_tools()?;
    supply_chain_tools()
}

fn format() -> Result<()> {
    process::run(&mut process::cargo(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    // With the page, for its tests.
    let packages = ["clippy", "--workspace", "--exclude", browsers::PACKAGE, "--all-targets"];
    process::run(process::cargo(packages).args(["--", "-D", "warnings"]))
}

fn clippy_wasm() -> Result<()> {
    tools::ensure_wasm_target()?;
    let packages = workspace::packages()?;
    let in_pages = packages.iter().filter(|package| !NATIVE_ONLY.contains(&package.name.as_str()));
    let mut command = process::cargo(["clippy", WASM_TARGET]);
    select(&mut command, in_pages);
    process::run(command.args(["--", "-D", "warnings"]))?;
    if !packages.iter().any(has_wasm_test) {
        return Ok(());
    }
    let mut command = process::cargo(["clippy", WASM_TARGET, "--test", WASM_TEST]);
    select(&mut command, packages.iter().filter(|package| has_wasm_test(package)));
    process::run(command.args(["--", "-D", "warnings"]))
}

fn native_tests(arguments: &[OsString]) -> Result<()> {
    let has_nextest = process::ask(&mut process::cargo(["nextest", "--version"])).is_some();
    // With the page, which is no default member: what it decides below the browser is tested natively.
    let packages = ["--workspace", "--exclude", browsers::PACKAGE];
    if !has_nextest {
        return process::run(process::cargo(["test"]).args(packages).args(arguments));
    }
    process::run(process::cargo(["nextest", "run"]).args(packages).args(arguments))?;
    // nextest leaves out the examples in the documentation.
    if arguments.is_empty() {
        process::run(process::cargo(["test", "--doc"]).args(packages))?;
    }
    Ok(())
}

fn wasm_tests(arguments: &[OsString]) -> Result<()> {
    let packages = workspace::packages()?;
    if !packages.iter().any(has_wasm_test) {
        progress::note("no package has a tests/wasm.rs.");
        return Ok(());
    }
    let mut command = in_headless_chromium()?;
    command.args(["--test", WASM_TEST]);
    select(&mut command, packages.iter().filter(|package| has_wasm_test(package)));
    process::run(command.arg("--").args(arguments))
}

/// `cargo test` for wasm32, which Chromium runs.
pub(crate) fn in_headless_chromium() -> Result<Command> {
    build::ensure_tools()?;
    browsers::ensure_tools()?;
    let runner = tools::WASM_BINDGEN.program("wasm-bindgen-test-runner");
    let mut command = process::cargo(["test", WASM_TARGET]);
    command
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CHROMEDRIVER", browsers::chromedriver()?)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", repository::root().join("xtask/webdriver.json"))
        // Where a test file does not choose for itself.
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        // The test's own message is what matters, not the runner's call stack after it.
        .env("RUST_BACKTRACE", "0")
        // The defaults, 20 s for all tests of a file and 5 s for the driver, are short for a loaded machine.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30");
    Ok(command)
}

fn build_within_budget() -> Result<()> {
    let load = build::build(Profile::Release)?;
    print!("{load}");
    let brotli = load.total().brotli;
    ensure!(
        brotli <= FIRST_LOAD_BROTLI_BYTES_MAX,
        "the first load is {brotli} bytes after brotli and may be {FIRST_LOAD_BROTLI_BYTES_MAX}; \
         load something later, or leave it out"
    );
    Ok(())
}

/// Measured on two cores: cargo-deny installs in 1.7 minutes and cargo-machete in half a minute, so they need no
/// separate command.
fn supply_chain_tools() -> Result<()> {
    tools::CARGO_DENY.ensure()?;
    tools::CARGO_MACHETE.ensure()
}

fn supply_chain() -> Result<()> {
    supply_chain_tools()?;
    // Offline, cargo-deny can only judge what was fetched. Advisories are left out: their database is a git repository
    // that not every machine may reach.
    process::run(&mut process::cargo(["fetch"]))?;
    let mut deny = Command::new(tools::CARGO_DENY.program("cargo-deny"));
    deny.args(["--offline", "check", "licenses", "bans", "sources"]);
    process::run(deny.current_dir(repository::root()))?;
    let mut machete = Command::new(tools::CARGO_MACHETE.program("cargo-machete"));
    process::run(machete.arg("--skip-target-dir").current_dir(repository::root()))
}

fn browser_tests(arguments: &[OsString]) -> Result<()> {
    if repository::dist().join("index.html").is_file() {
        progress::note("dist/ is tested as it was last built; `cargo xtask build` renews it.");
    } else {
        build::run(Profile::Release)?;
    }
    // Here and not with the other lints, so that `test --fast` need not compile a WebDriver client.
    if arguments.is_empty() {
        let lints = ["clippy", "--all-targets", "--package", browsers::PACKAGE, "--", "-D", "warnings"];
        process::run(&mut process::cargo(lints))?;
    }
    let browsers = Browsers::start()?;
    let mut command = process::cargo(["test", "--package", browsers::PACKAGE]);
    browsers.prepare(&mut command);
    process::run(command.args(arguments))
}

fn select<'a>(command: &mut Command, packages: impl Iterator<Item = &'a Package>) {
    for package in packages {
        command.args(["--package", &package.name]);
    }
}

fn has_wasm_test(package: &Package) -> bool {
    package.tests.iter().any(|test| test == WASM_TEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_test_runners_take_arguments() {
        assert!(takes_arguments("browsers"));
        assert!(!takes_arguments("format"));
        assert!(!takes_arguments("nothing"));
    }
}
