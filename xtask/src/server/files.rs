//! From a request to a file: paths, media types, compression.

use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::Site;
use super::http::{Answer, Request};

/// Compression for the way over loopback: most of the gain for little time. Hosts do better and do it once.
const BROTLI_QUALITY: i32 = 5;

/// Compressed files, each as it was at a time.
type Compressed = BTreeMap<(PathBuf, SystemTime), Arc<Vec<u8>>>;

/// A site and what was compressed of it so far.
#[derive(Debug)]
pub(super) struct Files {
    site: Site,
    /// The directory without symbolic links, so that what a path resolves to can be compared with it.
    root: PathBuf,
    compressed: Mutex<Compressed>,
}

impl Files {
    pub(super) fn new(site: Site) -> io::Result<Self> {
        let root = site.directory.canonicalize()?;
        Ok(Self { site, root, compressed: Mutex::default() })
    }

    pub(super) fn answer(&self, request: &Request) -> Answer {
        let mut answer = self.answer_without_site_headers(request);
        let site = self.site.headers.iter().cloned();
        answer.headers.extend(site);
        answer
    }

    fn answer_without_site_headers(&self, request: &Request) -> Answer {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            let mut answer = plain("405 Method Not Allowed", "only GET and HEAD");
            answer.headers.push(header("Allow", "GET, HEAD"));
            return answer;
        }
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (request.target.as_str(), String::new()),
        };
        if format!("{path}/") == self.site.mount {
            return redirect(&format!("{path}/{query}"));
        }
        let Some(file) = path.strip_prefix(&self.site.mount).and_then(|inside| self.resolve(inside)) else {
            return self.not_found();
        };
        if file.is_dir() {
            if !path.ends_with('/') {
                return redirect(&format!("{path}/{query}"));
            }
            return self.file(request, &file.join("index.html"));
        }
        self.file(request, &file)
    }

    /// The file or folder that a path stands for; `None` when there is none below the root.
    fn resolve(&self, inside: &str) -> Option<PathBuf> {
        let decoded = percent_decoded(inside)?;
        let mut file = self.root.clone();
        for segment in decoded.split('/') {
            match segment {
                "" | "." => {}
                ".." => return None,
                name if name.contains(['\\', '\0']) => return None,
                name => file.push(name),
            }
        }
        // A symbolic link may still lead outside.
        let resolved = file.canonicalize().ok()?;
        resolved.starts_with(&self.root).then_some(resolved)
    }

    fn file(&self, request: &Request, path: &Path) -> Answer {
        let (Ok(content), Ok(metadata)) = (std::fs::read(path), path.metadata()) else {
            return self.not_found();
        };
        let (media_type, is_compressible) = media_type(path);
        let mut headers = vec![
            header("Content-Type", media_type),
            header("X-Content-Type-Options", "nosniff"),
            // A rebuilt page is seen at once.
            header("Cache-Control", "no-cache"),
        ];
        let mut body = Arc::new(content);
        if is_compressible {
            headers.push(header("Vary", "Accept-Encoding"));
        }
        if is_compressible
            && request.accepts_brotli
            && let Ok(modified) = metadata.modified()
            && let Ok(compressed) = self.compressed(path, modified, &body)
        {
            headers.push(header("Content-Encoding", "br"));
            body = compressed;
        }
        Answer { status: "200 OK", headers, body }
    }

    fn compressed(&self, path: &Path, modified: SystemTime, content: &[u8]) -> io::Result<Arc<Vec<u8>>> {
        // The map is whole at any moment, also when another thread panicked while it held the lock.
        let mut compressed = self.compressed.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (path.to_owned(), modified);
        if let Some(body) = compressed.get(&key) {
            return Ok(Arc::clone(body));
        }
        let parameters = brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, ..Default::default() };
        let mut body = Vec::new();
        brotli::BrotliCompress(&mut Cursor::new(content), &mut body, &parameters)?;
        let body = Arc::new(body);
        compressed.insert(key, Arc::clone(&body));
        Ok(body)
    }

    fn not_found(&self) -> Answer {
        let text = format!("There is nothing here. The site is at {}\n", self.site.mount);
        plain("404 Not Found", &text)
    }
}

fn redirect(to: &str) -> Answer {
    let mut answer = plain("301 Moved Permanently", to);
    answer.headers.push(header("Location", to));
    answer
}

fn plain(status: &'static str, text: &str) -> Answer {
    Answer {
        status,
        headers: vec![header("Content-Type", "text/plain; charset=utf-8")],
        body: Arc::new(text.as_bytes().to_vec()),
    }
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The media type that a file's name stands for, and whether its content is worth compressing.
fn media_type(path: &Path) -> (&'static str, bool) {
    let extension = path.extension().and_then(|text| text.to_str()).unwrap_or("");
    match extension {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "wasm" => ("application/wasm", true),
        "svg" => ("image/svg+xml", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "md" => ("text/markdown; charset=utf-8", true),
        "txt" | "scn" | "yml" => ("text/plain; charset=utf-8", true),
        "xml" => ("application/xml", true),
        "ico" => ("image/x-icon", false),
        "png" => ("image/png", false),
        "webp" => ("image/webp", false),
        "woff2" => ("font/woff2", false),
        _ => ("application/octet-stream", false),
    }
}

/// `%20` and the like as bytes; `None` when that is malformed or not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}
