//! What can be asked of `cargo xtask`, and how it is typed.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use lexopt::prelude::*;

use crate::steps;

/// The text of `cargo xtask help`.
pub(crate) const HELP: &str = "\
cargo xtask COMMAND

  serve [--port N] [--dev]        build the page and serve it at 127.0.0.1 (port 8080, or the next free one)
  build [--dev]                   build the page into dist/ and print what its first load weighs
  test [--fast] [--only STEP]     every check, in order, up to the first failure
       [--only STEP -- ARGUMENT…] one step; for native, wasm and browsers the arguments go to the test runner
  tidy                            the repository's own rules, without building anything
  bench [NAME]                    measure the core natively and the page in a browser, or what has a name that begins so
  soak [--seeds A..B]             many seeds of random faults
  new-protocol NAME               a folder of crates/protocols/src with a sketch that works, registered
  help                            this text

Steps of test: tools format tidy clippy clippy-wasm native wasm build supply-chain browsers
  --fast runs format tidy clippy clippy-wasm native.

--dev builds without optimisation. Tools are installed once into ${CONSISTORY_TOOLS:-~/.cache/consistory/tools}.
";

/// How much the compiler is asked to optimise the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Release,
    Dev,
}

/// Which steps of `test` to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    All,
    Fast,
    Only {
        step: &'static str,
        /// For the test runner of that step.
        arguments: Vec<OsString>,
    },
}

/// One command with everything that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    Serve {
        port: u16,
        profile: Profile,
    },
    Build {
        profile: Profile,
    },
    Test(Selection),
    Tidy,
    Bench {
        name: Option<String>,
    },
    Soak {
        arguments: Vec<OsString>,
    },
    /// For Trunk: not meant to be typed, so help leaves it out.
    SplitWasm {
        input: PathBuf,
    },
    NewProtocol {
        name: String,
    },
    Help,
}

const DEFAULT_PORT: u16 = 8080;

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let name = match parser.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Command::Help),
        Some(Value(name)) => name.string()?,
        Some(other) => return Err(other.unexpected().into()),
    };
    match name.as_str() {
        "serve" => serve(&mut parser),
        "build" => build(&mut parser),
        "test" => test(&mut parser),
        "tidy" => without_arguments(&mut parser, Command::Tidy),
        "bench" => bench(&mut parser),
        "soak" => Ok(Command::Soak { arguments: parser.raw_args()?.collect() }),
        "new-protocol" => new_protocol(&mut parser),
        "split-wasm" => Ok(Command::SplitWasm { input: parser.value()?.into() }),
        "help" => without_arguments(&mut parser, Command::Help),
        other => bail!("there is no command `{other}`"),
    }
}

fn serve(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut port = DEFAULT_PORT;
    let mut profile = Profile::Release;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => {
                port = parser.value()?.parse().context("--port takes a number from 0 to 65535")?;
            }
            Long("dev") => profile = Profile::Dev,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Serve { port, profile })
}

fn build(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut profile = Profile::Release;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("dev") => profile = Profile::Dev,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Build { profile })
}

fn test(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut selection = Selection::All;
    let mut for_the_runner = Vec::new();
    while let Some(argument) = parser.next()? {
        let chosen = match argument {
            Long("fast") => Selection::Fast,
            Long("only") => Selection::Only { step: step_name(&parser.value()?.string()?)?, arguments: Vec::new() },
            // lexopt gives what follows `--` as plain values.
            Value(value) => {
                for_the_runner.push(value);
                continue;
            }
            other => return Err(other.unexpected().into()),
        };
        ensure!(selection == Selection::All, "--fast and --only are given once, and not together");
        selection = chosen;
    }
    match &mut selection {
        Selection::Only { step, arguments } if steps::takes_arguments(step) => {
            *arguments = for_the_runner;
        }
        Selection::All | Selection::Fast | Selection::Only { .. } => ensure!(
            for_the_runner.is_empty(),
            "arguments for the test runner need --only native, wasm or browsers before them"
        ),
    }
    Ok(Command::Test(selection))
}

fn step_name(typed: &str) -> Result<&'static str> {
    let mut names = steps::STEPS.iter().map(|step| step.name);
    names.find(|name| *name == typed).with_context(|| format!("there is no step `{typed}`"))
}

fn bench(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut name = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Value(value) if name.is_none() => name = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Bench { name })
}

fn new_protocol(parser: &mut lexopt::Parser) -> Result<Command> {
    let name = match parser.next()? {
        Some(Value(name)) => name.string()?,
        Some(other) => return Err(other.unexpected().into()),
        None => bail!("new-protocol takes the name of the protocol"),
    };
    without_arguments(parser, Command::NewProtocol { name })
}

fn without_arguments(parser: &mut lexopt::Parser, command: Command) -> Result<Command> {
    match parser.next()? {
        None => Ok(command),
        Some(other) => Err(other.unexpected().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &Command) {
        let parsed = parse(line.split_whitespace().map(OsString::from));
        assert_eq!(&parsed.unwrap(), expect, "{line}");
    }

    fn check_refused(line: &str, expect: &str) {
        let error = parse(line.split_whitespace().map(OsString::from)).unwrap_err();
        assert!(format!("{error:#}").contains(expect), "{line}: {error:#}");
    }

    #[test]
    fn every_command_is_understood() {
        let (release, dev) = (Profile::Release, Profile::Dev);
        check("", &Command::Help);
        check("help", &Command::Help);
        check("--help", &Command::Help);
        let (port, profile) = (8080, release);
        check("serve", &Command::Serve { port, profile });
        let (port, profile) = (0, dev);
        check("serve --port 0 --dev", &Command::Serve { port, profile });
        check("build", &Command::Build { profile: release });
        check("build --dev", &Command::Build { profile: dev });
        check("tidy", &Command::Tidy);
        check("bench", &Command::Bench { name: None });
        let name = Some("step".into());
        check("bench step", &Command::Bench { name });
        let arguments = vec!["--seeds".into(), "1..9".into()];
        check("soak --seeds 1..9", &Command::Soak { arguments });
        let name = "paxos".into();
        check("new-protocol paxos", &Command::NewProtocol { name });
    }

    #[test]
    fn test_selects_steps() {
        check("test", &Command::Test(Selection::All));
        check("test --fast", &Command::Test(Selection::Fast));
        let only = |step, arguments| Command::Test(Selection::Only { step, arguments });
        check("test --only tidy", &only("tidy", vec![]));
        let arguments = vec!["a_test".into(), "--nocapture".into()];
        check("test --only browsers -- a_test --nocapture", &only("browsers", arguments));
    }

    #[test]
    fn mistakes_are_named() {
        check_refused("fly", "there is no command `fly`");
        check_refused("serve --port many", "--port takes a number");
        check_refused("build --fast", "--fast");
        check_refused("tidy up", "up");
        check_refused("bench a b", "b");
        check_refused("new-protocol", "takes the name");
        check_refused("new-protocol a b", "b");
        check_refused("test --only nothing", "there is no step `nothing`");
        check_refused("test --only tidy --fast", "not together");
        check_refused("test a_test", "need --only");
        check_refused("test --only tidy -- a_test", "need --only");
    }

    #[test]
    fn help_names_every_step() {
        for step in &steps::STEPS {
            assert!(HELP.contains(step.name), "{}", step.name);
        }
    }
}
