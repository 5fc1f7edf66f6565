//! `cargo xtask serve`: the built page on this machine only.

use anyhow::{Result, bail};

use crate::arguments::Profile;
use crate::build;
use crate::repository;
use crate::server::{Server, Site};

/// How many ports to try from the one asked for on.
const PORTS_TRIED: u16 = 20;

/// Builds and serves until interrupted.
pub(crate) fn run(port: u16, profile: Profile) -> Result<()> {
    build::run(profile)?;
    let server = start(port)?;
    println!("Consistory is at {} (Ctrl-C ends)", server.address());
    server.wait();
    Ok(())
}

fn start(port: u16) -> Result<Server> {
    for candidate in port..port.saturating_add(PORTS_TRIED) {
        match Site::new(repository::dist()).start_at(candidate) {
            Ok(server) => return Ok(server),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(error) => {
                bail!("could not listen on port {candidate}: {error}; choose another with --port")
            }
        }
    }
    bail!("ports {port} and the next {PORTS_TRIED} are all taken; choose another with --port")
}
