//! The hosts that the page is served from.

use std::path::PathBuf;

use xtask::server::{Server, Site};

use crate::engine::given;

/// What a strict host sends, and all that the page may need of scripts.
const POLICY: &str = "script-src 'self' 'wasm-unsafe-eval'";
/// Not at the root: the page must not care.
const PATH: &str = "/some/sub/path/";

fn dist() -> PathBuf {
    let dist = PathBuf::from(given("CONSISTORY_DIST"));
    assert!(dist.join("index.html").is_file(), "{} holds no built page; `cargo xtask build` makes it", dist.display());
    dist
}

/// The page under a path, with a strict content security policy.
pub fn strict() -> Server {
    start(Site::new(dist()).under(PATH).with_header("Content-Security-Policy", POLICY))
}

/// The same for pages of any origin, also of none: what a host that wants to be embedded sends.
///
/// It names itself in its policy, because for `WebKit` nothing is 'self' to a sandboxed page.
pub fn embeddable() -> Server {
    let policy = format!("{POLICY} http://127.0.0.1:*");
    let site = Site::new(dist()).under(PATH).with_header("Content-Security-Policy", &policy);
    start(site.with_header("Access-Control-Allow-Origin", "*"))
}

/// The page at the root without any header: a test may put scripts into it.
pub fn plain() -> Server {
    start(Site::new(dist()))
}

/// A page that embeds ours, under another host name and on a port of its own.
pub struct Host {
    server: Server,
    _folder: tempfile::TempDir,
}

impl Host {
    /// Serves this text as a page.
    pub fn new(html: &str) -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        std::fs::write(folder.path().join("index.html"), html).expect("the folder is ours");
        Self { server: start(Site::new(folder.path())), _folder: folder }
    }

    /// Its address; the page's own is at `127.0.0.1`.
    pub fn address(&self) -> String {
        self.server.address_at("localhost")
    }
}

fn start(site: Site) -> Server {
    site.start().expect("loopback has a free port")
}
