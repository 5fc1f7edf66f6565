//! The process of a `WebDriver` server, which ends with its value.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::engine::Engine;

/// How many browsers may run at once, whatever the number of test threads: each is several busy processes.
const BROWSERS_MAX: usize = 2;

static RUNNING: Mutex<Vec<Engine>> = Mutex::new(Vec::new());
static ENDED: Condvar = Condvar::new();

/// The right to run a browser.
struct Turn(Engine);

impl Turn {
    fn take(engine: Engine) -> Self {
        // One display has one keyboard: two browsers on it would take the focus from each other.
        let alone = engine == Engine::WebKit;
        let must_wait =
            |running: &mut Vec<Engine>| running.len() >= BROWSERS_MAX || (alone && running.contains(&engine));
        let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = ENDED.wait_while(running, must_wait).unwrap_or_else(PoisonError::into_inner);
        running.push(engine);
        Self(engine)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(position) = running.iter().position(|engine| *engine == self.0) {
            running.swap_remove(position);
        }
        ENDED.notify_all();
    }
}

/// A driver that takes sessions.
pub(crate) struct Driver {
    process: Child,
    socket: SocketAddr,
    _turn: Turn,
}

impl Driver {
    /// Starts the driver of an engine on a free port. It may take a moment until it answers.
    pub(crate) fn start(engine: Engine) -> Self {
        let turn = Turn::take(engine);
        let socket = free_socket();
        let (program, arguments) = engine.driver(socket.port());
        let process = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own, so that it can be ended together with what it started.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("could not start {}: {error}", program.display()));
        Self { process, socket, _turn: turn }
    }

    /// Whether it takes connections yet.
    pub(crate) fn is_listening(&self) -> bool {
        TcpStream::connect_timeout(&self.socket, Duration::from_secs(1)).is_ok()
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.socket)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Its own group only: the driver and what it started. What has ended already needs nothing.
        let group = format!("-{}", self.process.id());
        let _ = Command::new("sh").args(["-c", "kill -KILL -- \"$0\"", &group]).stderr(Stdio::null()).status();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago: not every driver can choose one and say which.
fn free_socket() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address")
}
