//! Every word key is defined once, in both languages and with the same holes; it is used; and what is used is defined.

use consistory_protocols::{IDS, words};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The languages of the page.
const LANGUAGES: [&str; 2] = ["en", "zh"];

/// What the keys of the core crates begin with, beside the protocols' ids. The page has keys of its own.
const PREFIXES: [&str; 9] =
    ["consensus.", "transaction.", "kernel.", "feed.", "edit.", "message.", "kv.", "parameter.", "why."];

/// The crates whose sources name keys of these files.
const CRATES: [&str; 4] = ["kernel", "scene", "protocols", "session"];

/// The words that every scenario has, after its key.
const OF_SCENARIO: [&str; 3] = ["title", "summary", "hint"];

/// By key and language, what a file defines.
type Words = BTreeMap<String, BTreeMap<String, String>>;

/// A file's path or name, with what is in it.
type Named<T> = Vec<(String, T)>;

/// Reads a `words.yml`. A key that is defined twice is an error.
fn parse(text: &str) -> Result<Words, String> {
    serde_saphyr::from_str(text).map_err(|error| error.to_string())
}

/// The keys without a text in each language and in no other.
fn untranslated(words: &Words) -> Vec<String> {
    let complete = |texts: &BTreeMap<String, String>| {
        texts.keys().eq(LANGUAGES) && texts.values().all(|text| !text.trim().is_empty())
    };
    words.iter().filter(|(_, texts)| !complete(texts)).map(|(key, _)| key.clone()).collect()
}

/// The `%{name}` holes of a template; an error for one that is not closed or has no proper name.
fn holes(template: &str) -> Result<BTreeSet<&str>, String> {
    let named = |rest: &'static str| format!("{rest}: {template}");
    let mut holes = BTreeSet::new();
    for after in template.split('%').skip(1) {
        let hole = after.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let (hole, _) = hole.ok_or_else(|| named("a % that opens no hole"))?;
        if hole.is_empty() || !hole.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            return Err(named("a hole without a proper name"));
        }
        holes.insert(hole);
    }
    Ok(holes)
}

/// The keys whose texts have malformed holes, or not the same in all languages.
fn uneven(words: &Words) -> Vec<String> {
    let uneven = |texts: &BTreeMap<String, String>| {
        let holes: BTreeSet<_> = texts.values().map(|text| holes(text)).collect();
        holes.len() > 1 || holes.iter().any(Result::is_err)
    };
    words.iter().filter(|(_, texts)| uneven(texts)).map(|(key, _)| key.clone()).collect()
}

/// The keys that more than one file defines, with these files.
fn repeated(files: &Named<Words>) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, words) in files {
        for key in words.keys() {
            places.entry(key).or_default().push(path);
        }
    }
    let repeated = places.into_iter().filter(|(_, paths)| paths.len() > 1);
    repeated.map(|(key, paths)| format!("{key} in {}", paths.join(", "))).collect()
}

/// The string literals of a source that could be word keys: letters, digits, `_`, `-` and inner dots.
fn literals(source: &str) -> BTreeSet<&str> {
    let is_key = |text: &str| {
        let part = |part: &str| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
            !part.is_empty() && part.bytes().all(plain)
        };
        text.split('.').all(part)
    };
    // A literal may begin at every quotation mark: comments and escapes put the pairing out of step.
    let quoted = source.match_indices('"').filter_map(|(start, _)| source[start + 1..].split('"').next());
    quoted.filter(|text| is_key(text)).collect()
}

/// Whether a literal is meant as a key of these files.
fn has_prefix(literal: &str) -> bool {
    let of_protocol = |id: &&str| literal.strip_prefix(*id).is_some_and(|rest| rest.starts_with('.'));
    PREFIXES.iter().any(|prefix| literal.starts_with(prefix)) || IDS.iter().any(of_protocol)
}

/// The keys that a scenario file shows: title, summary and hint by the file's name, and what it says.
fn shown(protocol: &str, file: &str, text: &str) -> BTreeSet<String> {
    let stem = file.strip_suffix(".scn").unwrap_or(file);
    let number = stem.split_once('-').filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    let name = number.map_or(stem, |(_, name)| name);
    let mut keys: BTreeSet<String> = OF_SCENARIO.iter().map(|part| format!("{protocol}.{name}.{part}")).collect();
    for line in text.lines().take_while(|line| line.trim() != "----") {
        let directive = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = directive.split_whitespace().collect();
        let said = words.windows(2).filter(|pair| pair[0] == "say").map(|pair| pair[1].to_owned());
        keys.extend(said);
    }
    keys
}

/// The keys that neither a source nor a scenario names.
fn unused(words: &Words, literals: &BTreeSet<&str>, shown: &BTreeSet<String>) -> Vec<String> {
    let used = |key: &str| literals.contains(key) || shown.contains(key);
    words.keys().filter(|key| !used(key)).cloned().collect()
}

/// The keys that a source or a scenario names although nothing defines them.
fn undefined(words: &Words, literals: &BTreeSet<&str>, shown: &BTreeSet<String>) -> Vec<String> {
    let named = literals.iter().copied().filter(|literal| has_prefix(literal));
    let named: BTreeSet<&str> = named.chain(shown.iter().map(String::as_str)).collect();
    named.into_iter().filter(|key| !words.contains_key(*key)).map(str::to_owned).collect()
}

/// The scenario keys with holes, which nothing would fill.
fn unfillable(words: &Words, shown: &BTreeSet<String>) -> Vec<String> {
    let has_hole = |key: &&String| words.get(*key).is_some_and(|texts| texts.values().any(|text| text.contains("%{")));
    shown.iter().filter(has_hole).cloned().collect()
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below a folder with that ending, by their paths relative to `crates`, in order.
fn files(folder: &Path, ending: &str) -> Named<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let name = path.strip_prefix(crates()).unwrap_or(&path).to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).expect("a text file")));
            }
        }
    }
    found.sort();
    found
}

/// The word files of a crate.
fn word_files(name: &str) -> Named<Words> {
    let read = |(path, text): (String, String)| match parse(&text) {
        Ok(words) => (path, words),
        Err(error) => panic!("{path}: {error}"),
    };
    files(&crates().join(name).join("src"), "words.yml").into_iter().map(read).collect()
}

fn all_words() -> Words {
    word_files("protocols").into_iter().flat_map(|(_, words)| words).collect()
}

fn sources() -> String {
    let sources = CRATES.iter().flat_map(|name| files(&crates().join(name).join("src"), ".rs"));
    sources.map(|(_, text)| text + "\n").collect()
}

fn all_shown() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for id in IDS {
        let folder = crates().join("protocols/src").join(id.replace('-', "_")).join("scenarios");
        for (path, text) in files(&folder, ".scn") {
            let file = path.rsplit('/').next().unwrap_or_default();
            keys.extend(shown(id, file, &text));
        }
    }
    keys
}

#[test]
fn every_key_has_every_language() {
    assert_eq!(untranslated(&all_words()), [""; 0]);
}

#[test]
fn all_languages_have_the_same_holes() {
    assert_eq!(uneven(&all_words()), [""; 0]);
}

#[test]
fn no_key_is_defined_twice() {
    let files: Named<_> = ["protocols", "session"].into_iter().flat_map(word_files).collect();
    assert_eq!(repeated(&files), [""; 0]);
}

#[test]
fn every_key_is_used() {
    assert_eq!(unused(&all_words(), &literals(&sources()), &all_shown()), [""; 0]);
}

#[test]
fn every_key_that_is_used_is_defined() {
    // The session adds words for its own literals.
    let of_session = word_files("session").into_iter().flat_map(|(_, words)| words);
    let words = all_words().into_iter().chain(of_session).collect();
    assert_eq!(undefined(&words, &literals(&sources()), &all_shown()), [""; 0]);
}

#[test]
fn stories_have_no_holes() {
    assert_eq!(unfillable(&all_words(), &all_shown()), [""; 0]);
}

/// Flat keys may be prefixes of each other; and the binary has what the files have.
#[test]
fn every_key_resolves_in_every_language() {
    for (key, texts) in all_words() {
        for (language, text) in texts {
            assert_eq!(words::template(&language, &key), Some(text.as_str()), "{key} in {language}");
        }
    }
    assert_eq!(words::template("zh", "edit.crash"), Some("%{node} 崩溃"));
    assert_eq!(words::template("zh", "edit.crash.lose_disk"), Some("%{node} 崩溃并丢失磁盘"));
    assert_eq!(words::template("zh", "edit"), None);
    assert_eq!(words::template("en", "raft.no_such_key"), None);
}

mod samples {
    //! Each check fails on a sample that it is there for.

    use super::{
        BTreeSet, Words, holes, literals, parse, repeated, shown, undefined, uneven, unfillable, untranslated, unused,
    };

    fn sample(lines: &[&str]) -> Words {
        parse(&format!("{}\n", lines.join("\n"))).expect("a good sample")
    }

    #[test]
    fn a_file_is_read_only_if_it_is_well_formed() {
        for bad in [
            "kv.read: { en: a, zh: b }\nkv.read: { en: c, zh: d }\n",
            "kv.read: { en: a, en: b, zh: c }\n",
            "kv: { read: { en: a, zh: b } }\n",
            "kv.read: a\n",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_missing_an_empty_and_a_foreign_language_are_found() {
        let words =
            sample(&["a: { en: x, zh: y }", "b: { en: x }", "c: { en: x, zh: ' ' }", "d: { en: x, zh: y, fr: z }"]);
        assert_eq!(untranslated(&words), ["b", "c", "d"]);
    }

    #[test]
    fn holes_that_differ_or_are_malformed_are_found() {
        assert_eq!(holes("%{from} → %{to}, %{from}"), Ok(BTreeSet::from(["from", "to"])));
        for bad in ["100%", "%{to", "%{}", "%{To}", "% {to}"] {
            assert!(holes(bad).is_err(), "{bad}");
        }
        let words = sample(&[
            "a: { en: '%{x} %{y}', zh: '%{y} %{x}' }",
            "b: { en: '%{x}', zh: '%{y}' }",
            "c: { en: '%{x}', zh: '%{x} %{y}' }",
            "d: { en: '%{x', zh: '%{x' }",
        ]);
        assert_eq!(uneven(&words), ["b", "c", "d"]);
    }

    #[test]
    fn a_key_in_two_files_is_found() {
        let one = ("one".to_owned(), sample(&["a: { en: x, zh: y }", "b: { en: x, zh: y }"]));
        let two = ("two".to_owned(), sample(&["b: { en: x, zh: y }"]));
        assert_eq!(repeated(&vec![one, two]), ["b in one, two"]);
    }

    #[test]
    fn a_key_that_nobody_uses_or_defines_is_found() {
        let source = r#"
            /// As in "kv.quoted.
            Text::key("kv.read").with("key", key); starts_with("kernel."); "raft/start"; "words.yml"; "kv.gone"; "kv";
            "say raft.x.y"; "raft.Upper"; "\"kv.lost\"";
        "#;
        let literals = literals(source);
        assert!(literals.contains("kv.read") && literals.contains("key"));
        let words = sample(&["kv.read: { en: x, zh: y }", "kv.old: { en: x, zh: y }", "key: { en: x, zh: y }"]);
        let nothing = BTreeSet::new();
        assert_eq!(unused(&words, &literals, &nothing), ["kv.old"]);
        assert_eq!(undefined(&words, &literals, &nothing), ["kv.gone"]);
    }

    #[test]
    fn what_a_scenario_shows_is_used_and_must_be_defined() {
        let text = "protocol raft # say raft.a.comment\nat 5ms say raft.a.say.step\nsay raft.a.say.other\n----\nsay raft.a.out";
        let shown = shown("raft", "07-a-b.scn", text);
        let expected = ["raft.a-b.hint", "raft.a-b.summary", "raft.a-b.title", "raft.a.say.other", "raft.a.say.step"];
        assert!(shown.iter().eq(expected), "{shown:?}");
        let words = sample(&["raft.a-b.title: { en: '%{x}', zh: '%{x}' }", "raft.a.say.out: { en: x, zh: y }"]);
        let nothing = BTreeSet::new();
        assert_eq!(unused(&words, &nothing, &shown), ["raft.a.say.out"]);
        let missing = ["raft.a-b.hint", "raft.a-b.summary", "raft.a.say.other", "raft.a.say.step"];
        assert_eq!(undefined(&words, &nothing, &shown), missing);
        assert_eq!(unfillable(&words, &shown), ["raft.a-b.title"]);
    }
}
