//! The `consistory` command: the same core in a terminal.

mod arguments;
mod bench;
mod check;
mod explore;
mod export;
mod history;
mod hunt;
mod link;
mod list;
mod output;
mod parallel;
mod run;
mod shards;
mod soak;
mod source;
mod sweep;
mod versus;

use arguments::{Arguments, Command, LinkCommand};
use clap::Parser;
use output::{Complaint, Status};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::refuse(&error),
    };
    match perform(&arguments.command) {
        Ok(status) => ExitCode::from(status as u8),
        Err(complaint) => output::complain(&complaint),
    }
}

fn perform(command: &Command) -> Result<Status, Complaint> {
    match command {
        Command::List(arguments) => list::perform(arguments),
        Command::Run(arguments) => run::perform(arguments),
        Command::Transcript(arguments) => run::transcript(arguments),
        Command::Sweep(arguments) => sweep::perform(arguments),
        Command::SweepMerge(arguments) => shards::merge(arguments),
        Command::Versus(arguments) => versus::perform(arguments),
        Command::Hunt(arguments) => hunt::perform(arguments),
        Command::Soak(arguments) => soak::perform(arguments),
        Command::Explore(arguments) => explore::perform(arguments),
        Command::Export(arguments) => export::perform(arguments),
        Command::Check(arguments) => check::perform(arguments),
        Command::Link(LinkCommand::Encode { file }) => link::encode(file),
        Command::Link(LinkCommand::Decode { link }) => link::decode(link),
        Command::Bench(arguments) => bench::perform(arguments),
        Command::Grade { .. } => Err(later("grade")),
    }
}

fn later(command: &str) -> Complaint {
    Complaint::new(format!(
        "{command}: this version does not have that command yet; `consistory --help` lists those it has."
    ))
}
