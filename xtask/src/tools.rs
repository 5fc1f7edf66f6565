//! The programs that the build and the checks need: their exact versions, where they are kept, and how they get there.
//!
//! They live outside the checkout and outside `target/`, so that a fresh clone or a `cargo clean` does not cost ten minutes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::progress;

/// One program in one version.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    source: Source,
    proof: Proof,
}

#[derive(Debug)]
enum Source {
    /// `cargo install` with these further arguments.
    Cargo(&'static [&'static str]),
    /// `npm install`.
    Npm,
}

/// What shows that an installation was finished, and is the version asked for.
#[derive(Debug)]
enum Proof {
    /// `PROGRAM --version` prints this.
    Prints { program: &'static str, text: &'static str },
    /// The package has this file, and its `package.json` names the version.
    Has { file: &'static str },
}

/// Builds the page. 0.22 needs a newer Rust.
pub(crate) const TRUNK: Tool = Tool {
    name: "trunk",
    version: "0.21.14",
    source: Source::Cargo(&["--locked", "--no-default-features", "--features=rustls"]),
    proof: Proof::Prints { program: "trunk", text: "trunk 0.21.14" },
};

/// Equal to the `wasm-bindgen` crate to the digit. Not `--locked`: a dependency that its lock file names can no longer be had.
pub(crate) const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen-cli",
    version: "0.2.130",
    source: Source::Cargo(&[]),
    proof: Proof::Prints { program: "wasm-bindgen", text: "wasm-bindgen 0.2.130" },
};

/// `wasm-opt`. Debian's is too old to read what today's compiler writes.
pub(crate) const BINARYEN: Tool = Tool {
    name: "binaryen",
    version: "132.0.0",
    source: Source::Npm,
    proof: Proof::Prints { program: "wasm-opt", text: "wasm-opt version 132" },
};

/// Makes scripts and style sheets small.
pub(crate) const ESBUILD: Tool = Tool {
    name: "esbuild",
    version: "0.28.2",
    source: Source::Npm,
    proof: Proof::Prints { program: "esbuild", text: "0.28.2" },
};

/// Firefox's driver, which Debian does not package.
pub(crate) const GECKODRIVER: Tool = Tool {
    name: "geckodriver",
    version: "0.37.1",
    source: Source::Cargo(&["--locked"]),
    proof: Proof::Prints { program: "geckodriver", text: "geckodriver 0.37.1" },
};

/// The accessibility rules that the browser suite runs inside each page.
pub(crate) const AXE: Tool =
    Tool { name: "axe-core", version: "4.14.1", source: Source::Npm, proof: Proof::Has { file: "axe.min.js" } };

/// Google's judgement of a page on a phone.
pub(crate) const LIGHTHOUSE: Tool = Tool {
    name: "lighthouse",
    version: "12.8.2",
    source: Source::Npm,
    proof: Proof::Prints { program: "lighthouse", text: "12.8.2" },
};

/// Licences, bans and sources of the dependencies.
pub(crate) const CARGO_DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    source: Source::Cargo(&["--locked"]),
    proof: Proof::Prints { program: "cargo-deny", text: "cargo-deny 0.20.2" },
};

/// Dependencies that nothing uses.
pub(crate) const CARGO_MACHETE: Tool = Tool {
    name: "cargo-machete",
    version: "0.9.2",
    source: Source::Cargo(&["--locked"]),
    proof: Proof::Prints { program: "cargo-machete", text: "0.9.2" },
};

impl Tool {
    /// Installs the tool unless a complete installation of this version is there.
    pub(crate) fn ensure(&self) -> Result<()> {
        if self.is_complete() {
            return Ok(());
        }
        progress::step(&format!("install {} {}", self.name, self.version), || self.install())
    }

    /// The folder that goes in front of PATH.
    pub(crate) fn programs(&self) -> PathBuf {
        match self.source {
            Source::Cargo(_) => self.folder().join("bin"),
            Source::Npm => self.folder().join("node_modules/.bin"),
        }
    }

    /// A program of this tool.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs().join(name)
    }

    /// A file of this tool's npm package.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join("node_modules").join(self.name).join(name)
    }

    /// Whether the tool is there or could be installed: npm, unlike cargo, may be missing.
    pub(crate) fn is_obtainable(&self) -> bool {
        let installer = match self.source {
            Source::Cargo(_) => "cargo",
            Source::Npm => "npm",
        };
        process::find_on_path(installer).is_some() || self.is_complete()
    }

    fn folder(&self) -> PathBuf {
        cache().join(format!("{}-{}", self.name, self.version))
    }

    fn is_complete(&self) -> bool {
        match self.proof {
            Proof::Prints { program, text } => {
                let mut command = Command::new(self.program(program));
                process::ask(command.arg("--version")).is_some_and(|output| output.contains(text))
            }
            Proof::Has { file } => {
                let manifest = std::fs::read_to_string(self.file("package.json"));
                let version = format!("\"version\": \"{}\"", self.version);
                manifest.is_ok_and(|text| text.contains(&version)) && self.file(file).is_file()
            }
        }
    }

    fn install(&self) -> Result<()> {
        let folder = self.folder();
        std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        match self.source {
            Source::Cargo(arguments) => self.install_with_cargo(arguments, &folder)?,
            Source::Npm => self.install_with_npm(&folder)?,
        }
        ensure!(
            self.is_complete(),
            "{} {} was installed and still does not answer with its version; remove {} and try again",
            self.name,
            self.version,
            folder.display()
        );
        Ok(())
    }

    fn install_with_cargo(&self, arguments: &[&str], folder: &Path) -> Result<()> {
        // Unoptimised: trunk takes 3 minutes instead of 7 on two cores, and is as quick at its work.
        // `--force`, because an interrupted installation may already be on cargo's list.
        let mut command = process::cargo(["install", self.name, "--version", self.version]);
        command.args(["--debug", "--force", "--root"]).arg(folder).args(arguments).env("CARGO_PROFILE_DEV_DEBUG", "0");
        process::run(&mut command)
    }

    fn install_with_npm(&self, folder: &Path) -> Result<()> {
        // npm takes an interrupted installation for a finished one.
        let modules = folder.join("node_modules");
        if modules.is_dir() {
            std::fs::remove_dir_all(&modules).with_context(|| format!("could not remove {}", modules.display()))?;
        }
        let mut command = Command::new("npm");
        command
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .arg("--prefix")
            .arg(folder)
            .arg(format!("{}@{}", self.name, self.version))
            .current_dir(folder);
        process::run(&mut command)
    }
}

/// Adds the compiler's part for wasm32 when it is missing.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let mut rustc = Command::new("rustc");
    let libraries = process::ask(rustc.args(["--print=target-libdir", "--target", TARGET]));
    if libraries.is_some_and(|folder| Path::new(folder.trim()).is_dir()) {
        return Ok(());
    }
    progress::step(&format!("install the Rust target {TARGET}"), || {
        process::run(Command::new("rustup").args(["target", "add", TARGET]))
            .with_context(|| format!("without rustup, install Rust's standard library for {TARGET} and try again"))
    })
}

fn cache() -> PathBuf {
    cache_from(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

fn cache_from(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    if let Some(folder) = variable("CONSISTORY_TOOLS") {
        return std::path::absolute(&folder).unwrap_or_else(|_| folder.into());
    }
    let base = variable("XDG_CACHE_HOME")
        .map_or_else(|| PathBuf::from(variable("HOME").unwrap_or_default()).join(".cache"), PathBuf::from);
    base.join("consistory/tools")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository;

    fn check_cache(variables: &[(&str, &str)], expect: &str) {
        let folder = cache_from(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).into())
        });
        assert_eq!(folder, Path::new(expect), "{variables:?}");
    }

    #[test]
    fn the_cache_is_where_the_environment_says() {
        check_cache(&[("HOME", "/h")], "/h/.cache/consistory/tools");
        let with_base = [("HOME", "/h"), ("XDG_CACHE_HOME", "/x")];
        check_cache(&with_base, "/x/consistory/tools");
        check_cache(&[("CONSISTORY_TOOLS", "/t"), ("XDG_CACHE_HOME", "/x")], "/t");
    }

    #[test]
    fn a_folder_without_a_working_program_is_not_an_installation() {
        let tool = Tool {
            name: "no-such-tool",
            version: "1.0.0",
            source: Source::Cargo(&[]),
            proof: Proof::Prints { program: "no-such-tool", text: "1.0.0" },
        };
        assert!(!tool.is_complete());
    }

    #[test]
    fn trunk_is_told_the_versions_of_this_table() {
        let text = std::fs::read_to_string(repository::root().join("Trunk.toml")).unwrap();
        let bindgen = format!("wasm_bindgen = \"{}\"", WASM_BINDGEN.version);
        assert!(text.contains(&bindgen), "Trunk.toml needs {bindgen}");
        let (major, _) = BINARYEN.version.split_once('.').unwrap();
        let optimiser = format!("wasm_opt = \"version_{major}\"");
        assert!(text.contains(&optimiser), "Trunk.toml needs {optimiser}");
    }

    #[test]
    fn the_locked_wasm_bindgen_is_the_one_of_this_table() {
        let lock = std::fs::read_to_string(repository::root().join("Cargo.lock")).unwrap();
        let mut lines = lock.lines();
        if lines.any(|line| line == "name = \"wasm-bindgen\"") {
            let version = format!("version = \"{}\"", WASM_BINDGEN.version);
            assert_eq!(lines.next(), Some(version.as_str()), "in Cargo.lock");
        }
    }
}
