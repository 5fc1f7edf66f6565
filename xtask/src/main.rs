//! The binary behind `cargo xtask`; everything is in the library, so that the browser suite can use the file server too.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run(std::env::args_os().skip(1))
}
