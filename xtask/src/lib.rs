//! The project's own commands, run as `cargo xtask COMMAND`; `cargo xtask help` lists them.
//!
//! Only [`server`] and [`repository`] are for other packages: the browser suite serves the built page with them.

mod arguments;
mod bench;
mod browsers;
mod build;
mod debian;
mod finish;
mod first_load;
mod lighthouse;
mod new_protocol;
mod process;
mod progress;
pub mod repository;
mod serve;
pub mod server;
mod soak;
mod split;
mod steps;
mod tidy;
mod tools;
mod verify;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use arguments::Command;

/// Runs one command. The exit status is 0 when it succeeded, 1 when it failed and 2 when it was not understood.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match arguments::parse(arguments) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("xtask: {error:#}. `cargo xtask help` lists the commands.");
            return ExitCode::from(2);
        }
    };
    let outcome = match command {
        Command::Serve { port, profile } => serve::run(port, profile),
        Command::Build { profile } => build::run(profile),
        Command::Test(selection) => verify::run(&selection),
        Command::Tidy => tidy::run(),
        Command::Bench { name } => bench::run(name.as_deref()),
        Command::Soak { arguments } => soak::run(&arguments),
        Command::NewProtocol { name } => new_protocol::run(&name),
        Command::SplitWasm { input } => split::run(&input),
        Command::Help => {
            print!("{}", arguments::HELP);
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
