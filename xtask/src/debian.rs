//! What the browser checks need from the system: browsers, drivers, a virtual display and fonts.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail, ensure};

use crate::process;
use crate::progress;

#[derive(Debug)]
enum Probe {
    /// A program on PATH.
    Program(&'static str),
    /// A font family, by fontconfig's name.
    Font(&'static str),
}

/// A Debian package, and what shows that its content is there, whoever installed it.
#[derive(Debug)]
struct Package {
    name: &'static str,
    probe: Probe,
}

const PACKAGES: [Package; 9] = [
    package("chromium", Probe::Program("chromium")),
    package("chromium-driver", Probe::Program("chromedriver")),
    package("firefox-esr", Probe::Program("firefox-esr")),
    package("webkit2gtk-driver", Probe::Program("WebKitWebDriver")),
    package("xvfb", Probe::Program("Xvfb")),
    package("xauth", Probe::Program("xauth")),
    // Answers the two probes after it.
    package("fontconfig", Probe::Program("fc-list")),
    package("fonts-noto-cjk", Probe::Font("Noto Sans CJK SC")),
    package("fonts-noto-color-emoji", Probe::Font("Noto Color Emoji")),
];

const fn package(name: &'static str, probe: Probe) -> Package {
    Package { name, probe }
}

/// Installs what is missing where that is possible (root on Debian); elsewhere says what to install.
pub(crate) fn ensure() -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    if !(is_debian() && is_root()) {
        bail!("{}", how_to_install(&missing));
    }
    let title = format!("install Debian packages: {}", missing.join(" "));
    progress::step(&title, || install(&missing))?;
    let still_missing = self::missing();
    ensure!(still_missing.is_empty(), "apt-get succeeded and these are still not found: {}", still_missing.join(" "));
    Ok(())
}

fn install(names: &[&str]) -> Result<()> {
    process::run(apt_get().arg("update"))?;
    let mut command = apt_get();
    command.args(["install", "--yes", "--no-install-recommends"]).args(names);
    process::run(&mut command)
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet");
    command
}

fn missing() -> Vec<&'static str> {
    PACKAGES.iter().filter(|package| !is_present(&package.probe)).map(|package| package.name).collect()
}

fn is_present(probe: &Probe) -> bool {
    match probe {
        Probe::Program(name) => process::find_on_path(name).is_some(),
        Probe::Font(family) => {
            let mut command = Command::new("fc-list");
            process::ask(command.arg(family)).is_some_and(|fonts| !fonts.trim().is_empty())
        }
    }
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").is_file() && process::find_on_path("apt-get").is_some()
}

fn is_root() -> bool {
    process::ask(Command::new("id").arg("-u")).is_some_and(|user| user.trim() == "0")
}

fn how_to_install(missing: &[&str]) -> String {
    let mut text = String::from("the browser checks need what is not here:");
    for package in PACKAGES.iter().filter(|package| missing.contains(&package.name)) {
        let (Probe::Program(what) | Probe::Font(what)) = package.probe;
        // Writing to a `String` cannot fail.
        let _ = write!(text, " {what} (Debian package {}),", package.name);
    }
    text.pop();
    let names = missing.join(" ");
    text + &format!(
        ". On Debian: sudo apt-get install --no-install-recommends {names}. \
         `cargo xtask test --fast` needs none of them"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_comes_with_the_line_that_installs_it() {
        let text = how_to_install(&["xvfb", "fonts-noto-cjk"]);
        assert!(text.contains("Xvfb (Debian package xvfb)"), "{text}");
        assert!(text.contains("Noto Sans CJK SC (Debian package fonts-noto-cjk)."), "{text}");
        assert!(text.contains("apt-get install --no-install-recommends xvfb fonts-noto-cjk."), "{text}");
        assert!(!text.contains("chromium"), "{text}");
    }

    #[test]
    fn absent_things_are_found_absent() {
        assert!(!is_present(&Probe::Program("no-such-program-here")));
        assert!(!is_present(&Probe::Font("No Such Font Here")));
    }
}
