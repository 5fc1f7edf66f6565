//! Starting other programs: what they print is never hidden, and an error names the command to repeat.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::repository;

/// `cargo` with these arguments, in the root of the workspace.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(repository::root());
    command
}

/// Runs to the end with the output shown as it comes; an unsuccessful end is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| could_not_start(command))?;
    ensure!(status.success(), "`{}` ended with {status}", describe(command));
    Ok(())
}

/// Runs to the end and returns what was written to standard output; standard error is shown as it comes.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().with_context(|| could_not_start(command))?;
    if !output.status.success() {
        bail!("`{}` ended with {}", describe(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed something other than text", describe(command)))
}

/// Asks a program something without showing its output; `None` when it cannot be started or is unsuccessful.
pub(crate) fn ask(command: &mut Command) -> Option<String> {
    let output: Output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The file that a program's name stands for, as the shell would find it.
pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

/// PATH with these folders in front.
pub(crate) fn path_with(folders: impl IntoIterator<Item = PathBuf>) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders.into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).context("a folder on PATH has a name that PATH cannot hold")
}

/// The command as somebody would type it; environment variables come first.
pub(crate) fn describe(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        // A PATH that only has a folder put in front says nothing and is very long.
        if let Some(value) = value.filter(|_| name != "PATH") {
            words.push(format!("{}={}", name.display(), quoted(value)));
        }
    }
    words.push(quoted(command.get_program()));
    words.extend(command.get_args().map(quoted));
    words.join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@+%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn could_not_start(command: &Command) -> String {
    format!("could not start `{}`; is {} installed and on PATH?", describe(command), command.get_program().display())
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_described_as_it_would_be_typed() {
        let mut command = Command::new("cargo");
        command.args(["test", "a b", "it's", ""]).env("CI", "true").env("PATH", "/long");
        assert_eq!(describe(&command), r"CI=true cargo test 'a b' 'it'\''s' ''");
    }

    #[test]
    fn an_unsuccessful_end_names_the_command() {
        let mut command = cargo(["--no-such-option"]);
        let error = run(command.stderr(Stdio::null())).unwrap_err();
        assert!(error.to_string().starts_with("`cargo --no-such-option` ended with"), "{error}");
    }

    #[test]
    fn a_missing_program_is_said_to_be_missing() {
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(error.to_string().contains("installed and on PATH?"), "{error}");
        assert!(find_on_path("no-such-program-here").is_none());
        assert!(find_on_path("cargo").is_some());
    }
}
