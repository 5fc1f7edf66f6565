//! What can be asked of `consistory`, and how it is typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use consistory_checks::{Model, Object};
use consistory_kernel::Time;
use consistory_lab::explore::STATES_MAX;
use consistory_protocols::script::parse_duration;
use std::ffi::OsString;
use std::path::PathBuf;

/// Consistency protocols that you can run, break and share.
#[derive(Parser)]
#[command(name = "consistory", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the protocols with their parameters, properties, rules to switch off, scenarios and metrics
    List(List),
    /// Run a scenario and say what came of it
    Run(Run),
    /// Print what happens in a scenario, one fact a line
    Transcript(Scenario),
    /// Run a scenario with many seeds and summarise its metrics
    Sweep(Sweep),
    /// Merge the output of `sweep --shard`
    SweepMerge(SweepMerge),
    /// Put several protocols through one script, and print their figures side by side
    Versus(Versus),
    /// Search for a run that breaks a property, and make it small
    Hunt(Hunt),
    /// Put protocols through random faults; nothing may break
    Soak(Soak),
    /// Explore every reachable state of a model
    Explore(Explore),
    /// Print a whole run for another tool
    Export(Export),
    /// Judge a recorded history of clients' operations
    Check(Check),
    /// Make a share link of a scenario, or a scenario of a share link
    #[command(subcommand)]
    Link(LinkCommand),
    /// Measure the core
    Bench(Bench),
    #[command(hide = true)]
    Grade {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<OsString>,
    },
}

#[derive(Args)]
pub(crate) struct List {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// A scenario, and what takes the place of parts of it.
#[derive(Args)]
pub(crate) struct Scenario {
    /// A file, a gallery id such as raft/split-vote, a protocol's id, - for standard input, or a share link
    #[arg(value_name = "SCENARIO")]
    pub(crate) name: String,
    /// Set a parameter, for example loss=2% or `election_timeout=300ms..600ms`
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    /// Switch a rule of the protocol off
    #[arg(long = "mutant", value_name = "M")]
    pub(crate) mutants: Vec<String>,
}

/// One run of a scenario.
#[derive(Args)]
pub(crate) struct Course {
    #[command(flatten)]
    pub(crate) scenario: Scenario,
    /// The seed of every random draw
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// When the run ends, for example 1.5s
    #[arg(long, value_name = "DURATION", value_parser = virtual_time)]
    pub(crate) until: Option<Time>,
}

#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) course: Course,
    /// Write every event to a file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Write the history of the clients' operations to a file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) history: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) course: Course,
    /// What is printed
    #[arg(long)]
    pub(crate) format: ExportFormat,
    /// Draw pictures on the dark theme's paper
    #[arg(long)]
    pub(crate) dark: bool,
}

/// What a run can be printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Every event as one JSON object a line, as `run --trace` writes them
    Jsonl,
    /// A log with vector clocks that `ShiViz` draws
    Shiviz,
    /// A sequence diagram in Mermaid's language
    Mermaid,
    /// The stage at the end of the run, as SVG
    Stage,
    /// The space-time diagram, as SVG
    Diagram,
}

#[derive(Args)]
pub(crate) struct Sweep {
    #[command(flatten)]
    pub(crate) scenario: Scenario,
    /// The seeds, both ends included
    #[arg(long, value_name = "A..B", value_parser = seeds)]
    pub(crate) seeds: Seeds,
    /// The metrics; `consistory list` names them
    #[arg(long = "metric", value_name = "NAME", value_delimiter = ',', required = true)]
    pub(crate) metrics: Vec<String>,
    /// When each run ends
    #[arg(long, value_name = "DURATION", value_parser = virtual_time)]
    pub(crate) until: Option<Time>,
    /// Also count the runs in which a metric is at or below a value
    #[arg(long, value_name = "NAME=VALUE", value_parser = bound)]
    pub(crate) at_most: Option<(String, f64)>,
    /// Run only every N-th seed, beginning with the K-th, and print what `sweep-merge` needs
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
    /// Print one row a seed
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct SweepMerge {
    /// The outputs of all shards
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Versus {
    /// A file, the id of a contest such as partition, - for standard input, or a share link
    pub(crate) contest: String,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Hunt {
    /// The protocol's id
    pub(crate) protocol: String,
    /// Switch a rule of the protocol off
    #[arg(long = "mutant", value_name = "M")]
    pub(crate) mutants: Vec<String>,
    /// The property to break; without it, the one that the mutant is said to break, or any
    #[arg(long, value_name = "P")]
    pub(crate) property: Option<String>,
    /// How many runs to try at most; 10000 without it and without --budget
    #[arg(long, value_name = "N", conflicts_with = "budget")]
    pub(crate) runs: Option<u64>,
    /// How long to try at most
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) budget: Option<Time>,
    /// Let some crashes lose the disk
    #[arg(long)]
    pub(crate) lose_disk: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Soak {
    /// The protocol's id; without it, every protocol
    #[arg(long, value_name = "P")]
    pub(crate) protocol: Option<String>,
    /// The seeds, both ends included
    #[arg(long, value_name = "A..B", value_parser = seeds, default_value = "1..10000")]
    pub(crate) seeds: Seeds,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Explore {
    /// The model's id; `consistory list` names them
    pub(crate) model: String,
    /// Set a parameter, for example `resource_managers=4`
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) settings: Vec<(String, String)>,
    /// How many distinct states to keep at most; 40000000 without it
    #[arg(long, value_name = "N", value_parser = states)]
    pub(crate) max_states: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Check {
    /// The history: a file, or - for standard input
    pub(crate) file: String,
    /// The consistency model: linearizable, sequential, causal, pram, read-your-writes, monotonic-reads,
    /// monotonic-writes, writes-follow-reads or eventual; of transactions, strict-serializable or serializable
    #[arg(long, value_parser = model)]
    pub(crate) model: Model,
    /// What the history is about: register, cas-register, kv, list-append, set, counter, queue, lock or transactions
    #[arg(long, value_parser = object)]
    pub(crate) object: Object,
    /// How the history is written; without it, by the file's name
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// What each object holds at first, written as in JSON; of transactions, a list of keys with their values; without
    /// it, nothing
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    pub(crate) initial: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON object a line
    Jsonl,
    /// Jepsen's EDN: one map a line, or one vector of maps
    JepsenEdn,
}

#[derive(Subcommand)]
pub(crate) enum LinkCommand {
    /// Print the share link of a scenario file
    Encode {
        /// The file, or - for standard input
        file: String,
    },
    /// Print a share link as a scenario
    Decode {
        /// The link: a whole address, its part from # on, or what follows ?s=
        link: String,
    },
}

#[derive(Args)]
pub(crate) struct Bench {
    /// Figures whose names begin with it; without it, all
    pub(crate) name: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the names of the figures, one a line, and measure nothing
    #[arg(long, conflicts_with = "json")]
    pub(crate) list: bool,
}

/// Seeds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seeds {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Every `of`-th seed, from the `number`-th on, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) number: u64,
    pub(crate) of: u64,
}

/// No sweep is longer than this.
const SEEDS_MAX: u64 = 100_000_000;

fn seeds(text: &str) -> Result<Seeds, String> {
    let ends = text.split_once("..").and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let (first, last) = ends.ok_or("write two whole numbers with two dots between them, such as 1..1000")?;
    if first > last || last - first >= SEEDS_MAX {
        return Err(format!("the first seed is at most the last, and there are at most {SEEDS_MAX}"));
    }
    Ok(Seeds { first, last })
}

fn shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    let (number, of) = parts.ok_or("write the shard's number and how many there are, such as 1/4")?;
    if number == 0 || number > of {
        return Err("the shard's number lies between 1 and how many there are".to_owned());
    }
    Ok(Shard { number, of })
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write a parameter's name, =, and its value, such as loss=2%")?;
    if name == "seed" {
        return Err("a seed is set by --seed N, or by --seeds A..B in a sweep".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let assignment = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    assignment.ok_or_else(|| "write a parameter's name, =, and its value, such as resource_managers=4".to_owned())
}

fn states(text: &str) -> Result<u32, String> {
    let states = text.parse::<u32>().ok().filter(|states| (1..=STATES_MAX).contains(states));
    states.ok_or_else(|| format!("write a whole number from 1 to {STATES_MAX}"))
}

fn bound(text: &str) -> Result<(String, f64), String> {
    let bound = text.split_once('=').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
    let bound: Option<(String, f64)> = bound.filter(|(_, value): &(String, f64)| value.is_finite());
    bound.ok_or_else(|| "write a metric's name, =, and a number, such as time_to_leader_ms=650".to_owned())
}

fn duration(text: &str) -> Result<Time, String> {
    parse_duration(text).ok_or_else(|| "write a duration, such as 500us, 20ms or 1.5s".to_owned())
}

fn model(text: &str) -> Result<Model, String> {
    let known = || Model::ALL.into_iter().chain(Model::OF_TRANSACTIONS).map(Model::id).collect::<Vec<_>>();
    Model::of_id(text).ok_or_else(|| format!("the models are {}", known().join(", ")))
}

fn object(text: &str) -> Result<Object, String> {
    Object::of_id(text).ok_or_else(|| format!("the objects are {}", Object::ALL.map(Object::id).join(", ")))
}

fn virtual_time(text: &str) -> Result<Time, String> {
    let time = duration(text)?;
    let longest = consistory_session::scenario::TIME_MAX;
    if time > longest {
        return Err("a run lasts at most an hour of virtual time, 3600s".to_owned());
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Seeds, Shard, assignment, seeds, setting, shard, states};
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn ranges_and_shards_are_read() {
        assert_eq!(seeds("1..20"), Ok(Seeds { first: 1, last: 20 }));
        assert_eq!(shard("2/3"), Ok(Shard { number: 2, of: 3 }));
        for text in ["", "1", "1..", "3..1", "-1..2", "1...3", "0..100000000"] {
            assert!(seeds(text).is_err(), "{text}");
        }
        for text in ["", "1", "0/2", "3/2", "1/", "a/b"] {
            assert!(shard(text).is_err(), "{text}");
        }
        assert!(setting("loss").is_err());
        assert!(setting("seed=3").is_err());
    }

    #[test]
    fn assignments_and_limits_of_states_are_read() {
        assert_eq!(assignment("ballots=3=4"), Ok(("ballots".to_owned(), "3=4".to_owned())));
        assert!(assignment("ballots").is_err());
        assert_eq!((states("1"), states("4294967294")), (Ok(1), Ok(4_294_967_294)));
        for text in ["", "0", "-1", "many", "1e6", "4294967295", "99999999999999999999"] {
            assert!(states(text).is_err(), "{text}");
        }
    }
}
