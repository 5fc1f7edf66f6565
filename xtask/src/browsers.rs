//! What the browser suite is given: drivers, browsers, the built page, and a display for the engine that needs one.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::debian;
use crate::process;
use crate::repository;
use crate::tools;

/// The package of the suite.
pub(crate) const PACKAGE: &str = "consistory-browser-tests";

/// Everything that a run of the suite needs; the display ends when this is dropped.
pub(crate) struct Browsers {
    environment: Vec<(&'static str, OsString)>,
    _display: Display,
}

/// Installs what the suite needs, where it is missing.
pub(crate) fn ensure_tools() -> Result<()> {
    debian::ensure()?;
    tools::GECKODRIVER.ensure()?;
    tools::AXE.ensure()
}

/// Chromium's driver; also for the wasm tests.
pub(crate) fn chromedriver() -> Result<PathBuf> {
    on_path("chromedriver")
}

/// Chromium itself.
pub(crate) fn chromium() -> Result<PathBuf> {
    on_path("chromium")
}

impl Browsers {
    /// Installs what is missing, finds everything, and starts the display.
    pub(crate) fn start() -> Result<Self> {
        ensure_tools()?;
        let display = Display::start()?;
        let environment = vec![
            ("CHROMEDRIVER", chromedriver()?.into()),
            ("GECKODRIVER", tools::GECKODRIVER.program("geckodriver").into()),
            ("WEBKITDRIVER", on_path("WebKitWebDriver")?.into()),
            ("CONSISTORY_CHROMIUM", chromium()?.into()),
            ("CONSISTORY_FIREFOX", on_path("firefox-esr")?.into()),
            ("CONSISTORY_MINIBROWSER", mini_browser()?.into()),
            ("CONSISTORY_AXE", tools::AXE.file("axe.min.js").into()),
            ("CONSISTORY_DIST", repository::dist().into()),
            ("DISPLAY", display.name.clone().into()),
            // WebKit in a virtual display, as root: neither a graphics card nor a sandbox of its own is to be had.
            ("WEBKIT_DISABLE_COMPOSITING_MODE", "1".into()),
            ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1".into()),
        ];
        Ok(Self { environment, _display: display })
    }

    /// Tells a command where everything is.
    pub(crate) fn prepare(&self, command: &mut Command) {
        let variables = self.environment.iter();
        command.envs(variables.map(|(name, value)| (name, value)));
    }
}

fn on_path(program: &str) -> Result<PathBuf> {
    process::find_on_path(program).with_context(|| format!("{program} is not on PATH"))
}

/// The small browser of `WebKitGTK`, which its driver starts; packages put it in a folder named for machine and version.
fn mini_browser() -> Result<PathBuf> {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/libexec"].map(Path::new);
    let mut found: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| [vec![folder.to_path_buf()], subfolders(folder)].concat())
        .flat_map(|folder| subfolders(&folder))
        .filter(|folder| {
            let name = folder.file_name().unwrap_or_default();
            name.to_string_lossy().starts_with("webkit")
        })
        .map(|folder| folder.join("MiniBrowser"))
        .filter(|program| program.is_file())
        .collect();
    found.sort();
    // The newest interface version sorts last.
    found.pop().context(
        "WebKitGTK's MiniBrowser is not below /usr/lib; it comes with the driver (Debian package webkit2gtk-driver)",
    )
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect()
}

/// A virtual display, ended when dropped.
struct Display {
    server: Child,
    /// What goes into DISPLAY: `:1`.
    name: String,
}

impl Display {
    fn start() -> Result<Self> {
        // `-displayfd 1`: the server picks a free number and prints it once it takes connections.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x1000x24"])
            .args(["-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start Xvfb, the virtual display that WebKit needs")?;
        let output = server.stdout.take();
        // From here on the server ends with this value, also on an early return.
        let mut display = Self { server, name: String::new() };
        let mut number = String::new();
        BufReader::new(output.context("Xvfb has no standard output")?)
            .read_line(&mut number)
            .context("Xvfb did not say which display it serves")?;
        let number: u32 =
            number.trim().parse().context("Xvfb ended before it served a display; `Xvfb -displayfd 1` shows why")?;
        display.name = format!(":{number}");
        Ok(display)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing to end or wait for.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
