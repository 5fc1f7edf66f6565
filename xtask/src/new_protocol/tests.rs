//! The command in a copy of the checkout: what it writes, and what it refuses.

use std::path::Path;
use std::process::Command;

use super::{SOURCES, TEMPLATE, create};
use crate::process;
use crate::repository;
use crate::tidy;

/// A copy of some folders and files of the checkout.
fn copy_of(wanted: impl Fn(&str) -> bool) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for path in tidy::paths_below(repository::root()).unwrap().iter().filter(|path| wanted(path)) {
        let to = copy.path().join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(repository::root().join(path), to).unwrap();
    }
    copy
}

/// As much of it as the command needs.
fn protocols() -> tempfile::TempDir {
    copy_of(|path| path.starts_with("crates/protocols/") || path.ends_with("words.yml") || path == "rustfmt.toml")
}

fn read(root: &Path, path: &str) -> String {
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Formatting is also a proof that everything parses: rustfmt follows the modules from the library on.
fn assert_formatted(root: &Path) {
    let library = root.join(SOURCES).join("lib.rs");
    process::run(Command::new("rustfmt").args(["--edition", "2024", "--check"]).arg(library)).unwrap();
}

#[test]
fn the_sketch_is_copied_under_the_new_name_and_registered() {
    let copy = protocols();
    let root = copy.path();
    // One name before and one behind the others, in the order of letters.
    for (name, type_name) in [("zero_phase", "ZeroPhase"), ("abd2", "Abd2")] {
        let folder = create(root, name).unwrap();
        let made = tidy::paths_below(&folder).unwrap();
        assert_eq!(made, tidy::paths_below(&root.join(TEMPLATE)).unwrap());
        for path in &made {
            let text = read(&folder, path);
            assert!(!text.to_lowercase().contains("newcomer"), "{name}: {path} still names the template");
        }
        assert!(read(&folder, "mod.rs").contains(&format!("pub use {type_name} as Registered;")));
        let id = name.replace('_', "-");
        assert!(read(&folder, "spec.rs").contains(&format!("const ID: &'static str = \"{id}\";")));
        assert!(read(&folder, "words.yml").contains(&format!("\n{id}.first.title: ")));
        assert!(read(&folder, "scenarios/01-first.scn").contains(&format!("\nprotocol {id}\n")));
        assert_formatted(root);
    }
    let library = read(root, "crates/protocols/src/lib.rs");
    assert!(library.contains("\npub mod zero_phase;\n") && library.contains("\npub mod abd2;\n"), "{library}");
    let registry = library.lines().find(|line| line.starts_with("registry! {")).unwrap_or_default();
    assert!(registry.starts_with("registry! { raft ") && registry.ends_with(" zero_phase abd2 }"), "{library}");
}

#[test]
fn names_that_are_malformed_or_taken_are_refused_and_nothing_is_written() {
    let copy = protocols();
    let before = tidy::paths_below(copy.path()).unwrap();
    for (name, because) in [
        ("", "give small letters"),
        ("Paxos", "give small letters"),
        ("2pc", "give small letters"),
        ("two-phase", "give small letters"),
        ("two__phase", "give small letters"),
        ("paxos_", "give small letters"),
        ("../paxos", "give small letters"),
        ("паксос", "give small letters"),
        ("a_name_that_nobody_wants_to_type", "24 are the most"),
        ("match", "a word of Rust"),
        ("core", "a word of Rust"),
        ("raft", "there is a `raft`"),
        // Modules beside it, parts of the sketch, and types in it.
        ("kv", "is called so"),
        ("newcomer", "is called so"),
        ("view", "is called so"),
        ("node", "is called so"),
        ("timer_arc", "is called so"),
        // Words of the kernel and of the session.
        ("kernel", "begin with `kernel.`"),
        ("problem", "begin with `problem.`"),
    ] {
        let error = create(copy.path(), name).unwrap_err().to_string();
        assert!(error.starts_with('`') || error.starts_with("there is"), "{name}: {error}");
        assert!(error.contains(because), "{name}: {error}");
    }
    assert_eq!(tidy::paths_below(copy.path()).unwrap(), before);
    assert_eq!(
        read(copy.path(), "crates/protocols/src/lib.rs"),
        read(repository::root(), "crates/protocols/src/lib.rs")
    );
}

/// Some minutes: the crates are compiled anew, and the generic tests try thousands of storms.
#[test]
#[ignore = "compiles a copy of the checkout; `cargo test -p xtask -- --ignored a_new_protocol` runs it"]
fn a_new_protocol_passes_the_generic_tests_and_the_lints() {
    let copy = copy_of(|_| true);
    create(copy.path(), "zero_phase").unwrap();
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| repository::root().join("target").into());
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command
            .args(arguments)
            .args(["--offline", "--quiet"])
            .current_dir(copy.path())
            .env("CARGO_TARGET_DIR", &target);
        command
    };
    let core = ["--package=consistory-protocols", "--package=consistory-session", "--package=consistory-lab"];
    let transcripts = &["test", "--package=consistory-session", "--test=session"];
    process::run(cargo(transcripts).env("UPDATE_EXPECT", "1")).unwrap();
    let tests = [&["test", "--package=consistory-cli"], &core[..]].concat();
    // The published figures are Raft's.
    process::run(cargo(&tests).args(["--", "--skip=elections"])).unwrap();
    let lints = [&["clippy", "--all-targets"], &core[..]].concat();
    process::run(cargo(&lints).args(["--", "--deny=warnings"])).unwrap();
}
