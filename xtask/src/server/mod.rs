//! A file server for the built page on loopback: what `cargo xtask serve` and the browser suite use.
//!
//! It can stand for the hosts that the page meets: under a sub-path, with a content security policy, with or without
//! `Access-Control-Allow-Origin`. Two servers on two ports, or one called `127.0.0.1` and `localhost`, are two origins.
//!
//! It is our own because a test of the page without network needs connections that end with the server: every answer
//! closes its connection. The usual small servers keep them open and then leave requests unanswered.

mod files;
mod http;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use files::Files;

/// What to serve, and how.
#[derive(Debug, Clone)]
pub struct Site {
    directory: PathBuf,
    mount: String,
    headers: Vec<(String, String)>,
}

impl Site {
    /// The files below `directory`, at the root of the host.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), mount: "/".to_owned(), headers: Vec::new() }
    }

    /// Moves the site below a path, such as `/some/sub/path/`; everything outside it is 404.
    #[must_use]
    pub fn under(mut self, path: &str) -> Self {
        let inside = path.trim_matches('/');
        self.mount = if inside.is_empty() { "/".to_owned() } else { format!("/{inside}/") };
        self
    }

    /// Adds a header to every answer, such as `Content-Security-Policy`.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Serves on a free port until the server is dropped.
    pub fn start(self) -> io::Result<Server> {
        self.start_at(0)
    }

    /// Serves on this port until the server is dropped. 0 is any free port; a taken port is `ErrorKind::AddrInUse`.
    pub fn start_at(self, port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let socket = listener.local_addr()?;
        let mount = self.mount.clone();
        let files = Arc::new(Files::new(self)?);
        let stopped = Arc::new(AtomicBool::new(false));
        let stopped_inside = Arc::clone(&stopped);
        let thread = std::thread::Builder::new()
            .name(format!("server on port {}", socket.port()))
            .spawn(move || accept(&listener, &files, &stopped_inside))?;
        Ok(Server { socket, mount, stopped, thread: Some(thread) })
    }
}

/// A running server; dropping it ends it, and a later request is refused.
#[derive(Debug)]
pub struct Server {
    socket: SocketAddr,
    mount: String,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// The address of the site, with a slash at its end: `http://127.0.0.1:8080/`.
    pub fn address(&self) -> String {
        self.address_at("127.0.0.1")
    }

    /// The same site under another name of this machine, which makes it another origin: `localhost`.
    pub fn address_at(&self, host: &str) -> String {
        format!("http://{host}:{}{}", self.port(), self.mount)
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.socket.port()
    }

    /// Blocks until the process is interrupted.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread ends only when the server is dropped, or by a panic that it has already printed.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection. If this fails, the listener is already gone.
        let _ = TcpStream::connect(self.socket);
        if let Some(thread) = self.thread.take() {
            // A panic in there was printed when it happened.
            let _ = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, files: &Arc<Files>, stopped: &Arc<AtomicBool>) {
    for connection in listener.incoming() {
        if stopped.load(Ordering::SeqCst) {
            return;
        }
        // A browser that gave up while it was connecting is not our trouble.
        let Ok(connection) = connection else { continue };
        let files = Arc::clone(files);
        let stopped = Arc::clone(stopped);
        // Browsers open connections in advance and leave them idle, so each gets a thread of its own.
        std::thread::spawn(move || {
            // The other side may leave at any time; then nobody waits for the answer.
            let _ = http::converse(&connection, |request| {
                let is_running = !stopped.load(Ordering::SeqCst);
                is_running.then(|| files.answer(request))
            });
        });
    }
}

#[cfg(test)]
mod tests;
