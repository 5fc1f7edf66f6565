//! The three engines: which driver starts them, and with which capabilities.

use std::ffi::OsString;
use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::Capabilities;

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium, headless.
    Chromium,
    /// Firefox ESR, headless.
    Firefox,
    /// `MiniBrowser` of `WebKitGTK`, on a virtual display.
    WebKit,
}

/// What is special about one start of a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Launch {
    /// Nothing.
    #[default]
    Plain,
    /// The device prefers less motion.
    ReducedMotion,
    /// The device prefers dark colours.
    Dark,
}

impl Engine {
    /// The driver's program and its arguments for a port.
    pub(crate) fn driver(self, port: u16) -> (OsString, Vec<String>) {
        match self {
            Self::Chromium => (given("CHROMEDRIVER"), vec![format!("--port={port}"), "--log-level=SEVERE".to_owned()]),
            Self::Firefox => {
                // The port for the other protocol is one for all Firefoxes of a machine, unless it is asked for.
                let ports = [format!("--port={port}"), "--websocket-port=0".to_owned()];
                (given("GECKODRIVER"), [&ports[..], &["--log=error".to_owned()]].concat())
            }
            Self::WebKit => (given("WEBKITDRIVER"), vec![format!("--port={port}")]),
        }
    }

    /// What the driver is asked for. `profile` is an empty folder of this start.
    pub(crate) fn capabilities(self, launch: Launch, profile: &Path) -> Capabilities {
        let options = match self {
            Self::Chromium => ("goog:chromeOptions", chromium(launch, profile)),
            Self::Firefox => ("moz:firefoxOptions", firefox(launch)),
            Self::WebKit => ("webkitgtk:browserOptions", webkit()),
        };
        let mut capabilities = serde_json::Map::new();
        capabilities.insert(options.0.to_owned(), options.1);
        // An alert of ours is an element of the page; one of the browser's own is a mistake and fails the test.
        capabilities.insert("unhandledPromptBehavior".to_owned(), json!("dismiss and notify"));
        capabilities.into()
    }
}

fn chromium(launch: Launch, profile: &Path) -> Value {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=en-US",
        "--window-size=1440,1000",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    match launch {
        Launch::Plain => {}
        Launch::ReducedMotion => arguments.push("--force-prefers-reduced-motion".to_owned()),
        Launch::Dark => arguments.push("--force-dark-mode".to_owned()),
    }
    json!({ "binary": given_text("CONSISTORY_CHROMIUM"), "args": arguments })
}

fn firefox(launch: Launch) -> Value {
    let reduced = i32::from(launch == Launch::ReducedMotion);
    let dark = i32::from(launch == Launch::Dark);
    json!({
        "binary": given_text("CONSISTORY_FIREFOX"),
        "args": ["-headless", "--width=1440", "--height=1000"],
        "prefs": {
            "ui.prefersReducedMotion": reduced,
            "ui.systemUsesDarkTheme": dark,
            "intl.accept_languages": "en-US, en",
            // Nothing is fetched but what a test asks for.
            "app.update.enabled": false,
            "browser.safebrowsing.enabled": false,
            "datareporting.policy.dataSubmissionEnabled": false,
            "network.captive-portal-service.enabled": false,
            "network.connectivity-service.enabled": false,
        },
    })
}

fn webkit() -> Value {
    json!({ "binary": given_text("CONSISTORY_MINIBROWSER"), "args": ["--automation"] })
}

/// What `cargo xtask test` tells the suite.
pub(crate) fn given(name: &str) -> OsString {
    std::env::var_os(name).unwrap_or_else(|| {
        panic!("{name} is not set; `cargo xtask test --only browsers` runs this suite with all it needs")
    })
}

fn given_text(name: &str) -> String {
    given(name).to_string_lossy().into_owned()
}
