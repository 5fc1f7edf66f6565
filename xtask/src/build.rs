//! The page, built by Trunk into `dist/`: files that any static host serves under any path.

use std::process::Command;

use anyhow::{Context, Result};

use crate::arguments::Profile;
use crate::finish;
use crate::first_load::{self, FirstLoad};
use crate::process;
use crate::progress;
use crate::repository;
use crate::split;
use crate::tools;

/// Builds, and prints what a first visit downloads.
pub(crate) fn run(profile: Profile) -> Result<()> {
    print!("{}", build(profile)?);
    Ok(())
}

/// Installs what the build needs, where it is missing.
pub(crate) fn ensure_tools() -> Result<()> {
    tools::ensure_wasm_target()?;
    tools::TRUNK.ensure()?;
    tools::WASM_BINDGEN.ensure()?;
    for tool in [&tools::BINARYEN, &tools::ESBUILD] {
        if tool.is_obtainable() {
            tool.ensure()?;
        }
    }
    Ok(())
}

/// Builds into `dist/` and weighs it.
pub(crate) fn build(profile: Profile) -> Result<FirstLoad> {
    ensure_tools()?;
    progress::step("fetch dependencies", || {
        // Trunk runs offline, so that it never fetches another version of a tool; what cargo needs must be there before.
        process::run(&mut process::cargo(["fetch"]))
    })?;
    let title = match profile {
        Profile::Release => "build the page",
        Profile::Dev => "build the page, unoptimised",
    };
    progress::step(title, || process::run(&mut trunk(profile)?))?;
    progress::step("finish the page's files", || finish::run(&repository::dist(), profile))?;
    first_load::weigh(&repository::dist()).context("could not weigh the first load")
}

fn trunk(profile: Profile) -> Result<Command> {
    let cargo = process::find_on_path("cargo").context("cargo is not on PATH")?;
    let in_front = [repository::root().join("xtask/beside-trunk"), tools::BINARYEN.programs()];
    let xtask = std::env::current_exe().context("this program's own file is not known")?;
    let mut command = Command::new(tools::TRUNK.program("trunk"));
    command
        .current_dir(repository::root())
        .env("PATH", process::path_with(in_front)?)
        .env("CONSISTORY_CARGO", cargo)
        .env("CONSISTORY_XTASK", xtask)
        .env("CONSISTORY_WASM_BINDGEN", tools::WASM_BINDGEN.program("wasm-bindgen"))
        .env("CONSISTORY_MAIN_WASM", split::main())
        // Where a build fails, Trunk's own call stack hides the compiler's message.
        .env("RUST_BACKTRACE", "0")
        .args(["build", "--offline", "true"]);
    // Trunk takes the word only as `true` or `false`, and fails on the usual `NO_COLOR=1`.
    if std::env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    match profile {
        Profile::Release if tools::BINARYEN.is_obtainable() => command.args(["--release", "--cargo-profile", "page"]),
        Profile::Release => {
            progress::note("npm is not installed, so wasm-opt is left out: the page works and is somewhat larger.");
            // Trunk's own release mode insists on wasm-opt; cargo's profile of the page is all that is left of it.
            command.args(["--cargo-profile", "page"])
        }
        Profile::Dev => &mut command,
    };
    Ok(command)
}
