//! Calls the command and keeps what it says.

use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// What a call came to.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().expect("it was not killed"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    /// Standard output as the one JSON object that it must be.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.err, "", "nothing but JSON is said");
        assert_eq!(self.out.lines().count(), 1, "one object, one line");
        serde_json::from_str(&self.out).expect("JSON")
    }
}

pub(crate) fn consistory<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consistory"));
    Said::of(command.args(arguments).output().expect("it starts"))
}

/// As `consistory`, from a line of words without spaces in them.
pub(crate) fn say(line: &str) -> Said {
    consistory(line.split_whitespace())
}

/// As `say`, with a text on standard input.
pub(crate) fn say_to(line: &str, input: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consistory"));
    command.args(line.split_whitespace()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("it was piped").write_all(input.as_bytes()).expect("it reads");
    Said::of(child.wait_with_output().expect("it ends"))
}

/// A file of this test run; each test uses names of its own.
pub(crate) fn scratch(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("a writable folder");
    path.to_str().expect("a plain path").to_owned()
}

pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}
