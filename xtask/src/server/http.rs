//! As much of HTTP/1.1 as a file server needs: one request and one answer per connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// A request line and headers longer than this are not from a browser.
const HEAD_BYTES_MAX: u64 = 64 * 1024;
/// How long an idle connection may stay open.
const IDLE_MAX: Duration = Duration::from_mins(1);

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// The path and query, as they were sent.
    pub(super) target: String,
    pub(super) accepts_brotli: bool,
}

/// What is sent back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Code and reason: `200 OK`.
    pub(super) status: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Arc<Vec<u8>>,
}

/// Reads one request, sends the answer and closes; without an answer it only closes.
pub(super) fn converse(connection: &TcpStream, answer: impl FnOnce(&Request) -> Option<Answer>) -> io::Result<()> {
    connection.set_read_timeout(Some(IDLE_MAX))?;
    let request = read(connection)?;
    if let Some(answer) = answer(&request) {
        write(connection, &request, &answer)?;
    }
    connection.shutdown(Shutdown::Both)
}

fn read(connection: impl Read) -> io::Result<Request> {
    let mut lines = BufReader::new(connection.take(HEAD_BYTES_MAX)).lines();
    let mut next = || lines.next().unwrap_or_else(|| Err(malformed()));
    let first = next()?;
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(malformed());
    };
    let mut accepts_brotli = false;
    loop {
        let line = next()?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("accept-encoding")
        {
            accepts_brotli = value.split(',').any(|coding| coding.trim() == "br");
        }
    }
    Ok(Request { method: method.to_owned(), target: target.to_owned(), accepts_brotli })
}

fn write(mut connection: impl Write, request: &Request, answer: &Answer) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {}\r\n", answer.status);
    let framing = [("Connection", "close".to_owned()), ("Content-Length", answer.body.len().to_string())];
    let framing = framing.iter().map(|(name, value)| (*name, value.as_str()));
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in framing.chain(headers) {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    connection.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        connection.write_all(&answer.body)?;
    }
    connection.flush()
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not an HTTP request")
}
