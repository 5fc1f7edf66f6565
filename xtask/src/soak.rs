//! `cargo xtask soak`: many seeds of random faults, in the optimised command line.

use std::ffi::OsString;

use anyhow::Result;

use crate::process;

/// Hands the arguments on to `consistory soak`.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let mut command = process::cargo(["run", "--release", "--package=consistory-cli", "--", "soak"]);
    process::run(command.args(arguments))
}
