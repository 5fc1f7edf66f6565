//! The server, asked over a real connection.

use std::io::{Cursor, Read, Write};
use std::net::TcpStream;
use std::path::Path;

use super::{Server, Site};

/// A folder with a page, and beside it a file that must stay unreachable.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    std::fs::create_dir_all(site.join("guide")).unwrap();
    let files = ["index.html", "a.js", "a.css", "a_bg.wasm", "a.svg", "a b.json", "guide/index.html"];
    for name in files {
        std::fs::write(site.join(name), format!("content of {name}")).unwrap();
    }
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    folder
}

fn site(folder: &tempfile::TempDir) -> Site {
    Site::new(folder.path().join("site"))
}

fn ask(server: &Server, request: &str) -> String {
    String::from_utf8_lossy(&ask_for_bytes(server, request)).into_owned()
}

fn ask_for_bytes(server: &Server, request: &str) -> Vec<u8> {
    let mut connection = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    answer
}

fn get(server: &Server, target: &str) -> String {
    ask(server, &format!("GET {target} HTTP/1.1\r\nHost: here\r\n\r\n"))
}

fn check(server: &Server, target: &str, expect: &[&str]) {
    let answer = get(server, target);
    for part in expect {
        assert!(answer.contains(part), "{target} lacks {part}:\n{answer}");
    }
}

#[test]
fn files_come_with_their_media_type() {
    let folder = folder();
    let server = site(&folder).start().unwrap();
    let html = "Content-Type: text/html; charset=utf-8\r\n";
    check(&server, "/", &["HTTP/1.1 200 OK", html, "\r\n\r\ncontent of index.html"]);
    check(&server, "/?embed=1", &["200 OK", "content of index.html"]);
    check(&server, "/a.js", &["Content-Type: text/javascript; charset=utf-8\r\n"]);
    check(&server, "/a.css", &["Content-Type: text/css; charset=utf-8\r\n"]);
    check(&server, "/a_bg.wasm", &["Content-Type: application/wasm\r\n"]);
    check(&server, "/a.svg", &["Content-Type: image/svg+xml\r\n"]);
    check(&server, "/a%20b.json", &["Content-Type: application/json\r\n", "content of a b.json"]);
    check(&server, "/guide/", &["200 OK", "content of guide/index.html"]);
}

#[test]
fn a_folder_without_its_slash_is_redirected() {
    let folder = folder();
    let server = site(&folder).under("/some/sub/path").start().unwrap();
    check(&server, "/some/sub/path?a=b", &["301", "Location: /some/sub/path/?a=b\r\n"]);
    check(&server, "/some/sub/path/guide", &["301", "Location: /some/sub/path/guide/\r\n"]);
}

#[test]
fn a_site_under_a_path_is_nowhere_else() {
    let folder = folder();
    let server = site(&folder).under("some/sub/path/").start().unwrap();
    let address = format!("http://127.0.0.1:{}/some/sub/path/", server.port());
    assert_eq!(server.address(), address);
    assert_eq!(server.address_at("localhost"), address.replace("127.0.0.1", "localhost"));
    check(&server, "/some/sub/path/a.js", &["200 OK", "content of a.js"]);
    for outside in ["/", "/a.js", "/some/sub/", "/some/sub/path../secret.txt"] {
        check(&server, outside, &["404 Not Found"]);
    }
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let folder = folder();
    link(&folder.path().join("secret.txt"), &folder.path().join("site/link.txt"));
    let server = site(&folder).start().unwrap();
    let attempts = [
        "/../secret.txt",
        "/guide/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "//../secret.txt",
        "/link.txt",
        "/a%zz",
        "/a%2",
        "/a%00",
        "/nothing",
    ];
    for target in attempts {
        let answer = get(&server, target);
        assert!(answer.starts_with("HTTP/1.1 404"), "{target}: {answer}");
    }
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) {
    std::os::unix::fs::symlink(from, to).unwrap();
}

#[cfg(not(unix))]
fn link(_from: &Path, _to: &Path) {}

#[test]
fn a_site_adds_its_headers_to_every_answer() {
    let folder = folder();
    let server = site(&folder)
        .with_header("Access-Control-Allow-Origin", "*")
        .with_header("Content-Security-Policy", "default-src 'self'")
        .start()
        .unwrap();
    for target in ["/", "/nothing", "/guide"] {
        let expect = ["Access-Control-Allow-Origin: *\r\n", "Content-Security-Policy: default-src 'self'\r\n"];
        check(&server, target, &expect);
    }
}

#[test]
fn brotli_is_sent_to_those_who_take_it() {
    let folder = folder();
    let text = "the same again, ".repeat(100);
    std::fs::write(folder.path().join("site/long.js"), &text).unwrap();
    let server = site(&folder).start().unwrap();
    let request = "GET /long.js HTTP/1.1\r\naccept-encoding: gzip, br\r\n\r\n";
    for _ in 0..2 {
        let answer = ask_for_bytes(&server, request);
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
        let (head, body) = answer.split_at(end + 4);
        assert!(String::from_utf8_lossy(head).contains("Content-Encoding: br\r\n"));
        assert!(body.len() < 100);
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut Cursor::new(body), &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
    }
    let answer = get(&server, "/long.js");
    assert!(answer.ends_with(&text) && !answer.contains("Content-Encoding"));
}

#[test]
fn only_reading_is_possible() {
    let folder = folder();
    let server = site(&folder).start().unwrap();
    assert!(ask(&server, "POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
    let head = ask(&server, "HEAD / HTTP/1.1\r\n\r\n");
    assert!(head.contains("Content-Length: 21\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert_eq!(ask(&server, "nonsense\r\n\r\n"), "");
}

#[test]
fn a_dropped_server_answers_nobody() {
    let folder = folder();
    let server = site(&folder).start().unwrap();
    let port = server.port();
    let mut opened_before = TcpStream::connect(("127.0.0.1", port)).unwrap();
    check(&server, "/", &["200 OK"]);
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    // The connection may be reset at any point; what matters is that nothing comes back.
    let _ = opened_before.write_all(b"GET / HTTP/1.1\r\n\r\n");
    let mut answer = Vec::new();
    let _ = opened_before.read_to_end(&mut answer);
    assert_eq!(answer, b"");
}

#[test]
fn a_taken_port_is_said_to_be_taken() {
    let folder = folder();
    let server = site(&folder).start().unwrap();
    let error = site(&folder).start_at(server.port()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
