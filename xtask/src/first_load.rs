//! What a first visit downloads: the start page and every file that it names, weighed raw and compressed.
//!
//! Followed are the names in the page itself, static imports of scripts, and `url(…)` of style sheets. What a script
//! loads later (a worker, a chart library) is not part of the first load and is not followed.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Cursor;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Sizes in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) raw: usize,
    pub(crate) gzip: usize,
    pub(crate) brotli: usize,
}

/// The files of a first visit, by their path below `dist/`.
#[derive(Debug, Default)]
pub(crate) struct FirstLoad {
    files: BTreeMap<PathBuf, Weight>,
}

impl FirstLoad {
    pub(crate) fn total(&self) -> Weight {
        self.files.values().fold(Weight::default(), |sum, file| Weight {
            raw: sum.raw + file.raw,
            gzip: sum.gzip + file.gzip,
            brotli: sum.brotli + file.brotli,
        })
    }
}

impl fmt::Display for FirstLoad {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, raw, gzip, brotli) = ("first load, bytes", "raw", "gzip", "brotli");
        writeln!(out, "{title:<40} {raw:>9} {gzip:>9} {brotli:>9}")?;
        let mut line = |name: &str, weight: Weight| {
            let Weight { raw, gzip, brotli } = weight;
            writeln!(out, "{name:<40} {raw:>9} {gzip:>9} {brotli:>9}")
        };
        for (path, weight) in &self.files {
            line(&path.to_string_lossy(), *weight)?;
        }
        line("total", self.total())?;
        Ok(())
    }
}

/// Reads `index.html` of a built page and weighs everything that it loads.
pub(crate) fn weigh(dist: &Path) -> Result<FirstLoad> {
    let mut load = FirstLoad::default();
    let mut waiting = vec![PathBuf::from("index.html")];
    while let Some(path) = waiting.pop() {
        if load.files.contains_key(&path) {
            continue;
        }
        let file = dist.join(&path);
        let content =
            std::fs::read(&file).with_context(|| format!("could not read {}; was the page built?", file.display()))?;
        load.files.insert(path.clone(), weight(&content)?);
        let folder = path.parent().unwrap_or(Path::new(""));
        let names = names_loaded_by(&path, &String::from_utf8_lossy(&content));
        let loaded = names.iter().filter_map(|name| resolve(folder, name));
        waiting.extend(loaded.filter(|path| dist.join(path).is_file()));
    }
    let has_wasm = load.files.keys().any(|path| extension(path) == "wasm");
    ensure!(
        has_wasm,
        "index.html names no .wasm file, so its weight would be wrong; teach xtask/src/first_load.rs how the page finds it"
    );
    Ok(load)
}

fn weight(content: &[u8]) -> Result<Weight> {
    /// What gzip puts around a deflated stream.
    const GZIP_FRAME: usize = 18;
    const BEST: u8 = 9;
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut Cursor::new(content), &mut brotli, &parameters)?;
    Ok(Weight {
        raw: content.len(),
        gzip: miniz_oxide::deflate::compress_to_vec(content, BEST).len() + GZIP_FRAME,
        brotli: brotli.len(),
    })
}

fn names_loaded_by(path: &Path, text: &str) -> Vec<String> {
    match extension(path) {
        "html" => names_in_page(text),
        "js" | "mjs" => names_in_script(text),
        "css" => names_in_style(text),
        _ => Vec::new(),
    }
}

/// Everything in quotes that is not the target of a link to follow by hand.
fn names_in_page(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (index, piece) in text.split('<').enumerate() {
        let is_link = piece.starts_with("a ") || piece.starts_with("a\n");
        let is_text_before_the_first_tag = index == 0;
        if !is_link && !is_text_before_the_first_tag {
            names.extend(quoted(piece));
        }
    }
    names
}

/// `import "x"`, `import … from "x"` and `export … from "x"`; not `import("x")`, which loads later.
fn names_in_script(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for keyword in ["from", "import"] {
        for (position, _) in text.match_indices(keyword) {
            let after = text[position + keyword.len()..].trim_start();
            if after.starts_with(['"', '\'']) {
                names.extend(quoted(after).into_iter().next());
            }
        }
    }
    names
}

fn names_in_style(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (position, opening) in text.match_indices("url(") {
        let inside = &text[position + opening.len()..];
        let inside = &inside[..inside.find(')').unwrap_or(inside.len())];
        names.push(inside.trim().trim_matches(['"', '\'']).to_owned());
    }
    for (position, keyword) in text.match_indices("@import") {
        names.extend(quoted(&text[position + keyword.len()..]).into_iter().next());
    }
    names
}

/// The texts between quotes of either kind, on one line each.
fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = &rest[start..=start];
        let inside = &rest[start + 1..];
        match inside.find([quote.chars().next().unwrap_or('"'), '\n']) {
            Some(end) if inside[end..].starts_with(quote) => {
                found.push(inside[..end].to_owned());
                rest = &inside[end + 1..];
            }
            // An apostrophe in a sentence: go on after it.
            _ => rest = inside,
        }
    }
    found
}

/// The path below `dist/` that a name in a file of `folder` stands for; nothing for another host or what lies outside.
fn resolve(folder: &Path, name: &str) -> Option<PathBuf> {
    let name = name.split(['?', '#']).next().unwrap_or(name);
    let is_elsewhere = name.is_empty() || name.contains(':') || name.starts_with('/');
    if is_elsewhere {
        return None;
    }
    let mut path = PathBuf::new();
    for component in folder.join(name).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|text| text.to_str()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_and_what_it_names_are_weighed_and_nothing_else() {
        let dist = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dist.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "index.html",
            r#"<!doctype html>It's <link href="./a.css"><a href="guide.html">
               <script type="module">import init from './snippets/a.js'; init({ module_or_path: './a_bg.wasm' });</script>"#,
        );
        write("a.css", "@import 'b.css'; b { background: url(picture.svg) }");
        write("b.css", "");
        write("picture.svg", "<svg/>");
        write("snippets/a.js", r#"import { x } from "../b.js"; const later = () => import("./later.js");"#);
        write("b.js", "export default 1");
        write("a_bg.wasm", &"a".repeat(1000));
        for later in ["guide.html", "later.js", "snippets/later.js", "other.wasm"] {
            write(later, "");
        }
        let load = weigh(dist.path()).unwrap();
        let paths: Vec<_> = load.files.keys().map(|path| path.to_str().unwrap()).collect();
        let expect = ["a.css", "a_bg.wasm", "b.css", "b.js", "index.html", "picture.svg", "snippets/a.js"];
        assert_eq!(paths, expect);
        let wasm = load.files[Path::new("a_bg.wasm")];
        assert_eq!(wasm.raw, 1000);
        assert!(wasm.gzip < 50 && wasm.brotli < 30, "{wasm:?}");
        assert!(load.total().raw > 1000);
        assert!(load.to_string().lines().last().unwrap().starts_with("total"));
    }

    #[test]
    fn a_page_without_wasm_is_not_believed() {
        let dist = tempfile::tempdir().unwrap();
        assert!(format!("{:#}", weigh(dist.path()).unwrap_err()).contains("was the page built?"));
        std::fs::write(dist.path().join("index.html"), "<html>").unwrap();
        assert!(weigh(dist.path()).unwrap_err().to_string().contains("no .wasm"));
    }

    #[test]
    fn names_elsewhere_are_left_out() {
        let folder = Path::new("folder");
        assert_eq!(resolve(folder, "./a.js?v=1#x"), Some("folder/a.js".into()));
        assert_eq!(resolve(folder, "../a.js"), Some("a.js".into()));
        for elsewhere in ["../../a.js", "https://example.org/a.js", "/a.js", "#top", ""] {
            assert_eq!(resolve(folder, elsewhere), None, "{elsewhere}");
        }
    }
}
