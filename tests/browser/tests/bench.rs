//! Figures of the page, in Chromium without a graphics card: `cargo xtask bench` runs them and prints `name value unit`.
//!
//! They are measured and printed, never judged: what a machine takes is no mistake of the code.

use consistory_browser_tests::{Browser, Engine, Page, sites};
use serde_json::{Value, json};

/// Frames whose median is taken.
const FRAMES: usize = 300;

/// From the start of the page's callback until the main thread is free again: script, rendering by Yew, style, layout
/// and paint. A message that is posted inside of the callback is delivered when the frame's work is done.
const MEASURE: &str = "
    const [count, done] = arguments;
    const ask = window.requestAnimationFrame;
    const scripts = [], frames = [];
    const channel = new MessageChannel();
    let started = 0;
    const middle = (list) => list.sort((one, other) => one - other)[Math.floor(list.length / 2)];
    channel.port1.onmessage = () => {
      frames.push(performance.now() - started);
      if (frames.length < count) return;
      window.requestAnimationFrame = ask;
      done([middle(scripts), middle(frames)]);
    };
    window.requestAnimationFrame = (callback) => ask.call(window, (at) => {
      started = performance.now();
      callback(at);
      scripts.push(performance.now() - started);
      channel.port2.postMessage(0);
    });";

/// Notes when the page says that it is ready.
const WATCH: &str = "
    new MutationObserver(() => {
      const root = document.documentElement;
      if (root?.dataset.ready && !window.readyAt) window.readyAt = performance.now();
    }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });";

fn print(name: &str, value: f64, unit: &str) {
    // On a line of its own: the test runner has begun one with the test's name.
    println!("\n{name:<32} {value:>10.2} {unit}");
}

fn is_asked_for() -> bool {
    std::env::var_os("CONSISTORY_BENCH").is_some()
}

/// Measures the frames of the run that plays.
fn measure_frames(browser: &Browser, name: &str) {
    let medians = browser.script_later(MEASURE, &[json!(FRAMES)]);
    let median = |place: usize| medians[place].as_f64().expect("a time in milliseconds");
    print(&format!("{name}_script"), median(0), "ms median");
    print(name, median(1), "ms median");
}

/// Five nodes at the default speed: at most 4 ms is the aim.
#[test]
#[ignore = "a measurement; `cargo xtask bench` runs it"]
fn frame_ms() {
    if !is_asked_for() {
        return;
    }
    let site = sites::strict();
    let browser = Browser::start(Engine::Chromium);
    let page = Page::open(&browser, &format!("{}?lang=en", site.address()));
    page.leader_beside(&[]);
    measure_frames(&browser, "frame_ms");
}

/// Nine nodes, a leader that sends every 20 ms, and messages that travel for seconds.
const BUSY: &str = "protocol raft
set nodes=9 seed=1 latency=1s..2s election_timeout=20s..40s heartbeat=20ms
at 0ms timeout n1
await leader within 60s
run 3s
";

/// A thousand messages in flight: at most 8 ms is the aim.
#[test]
#[ignore = "a measurement; `cargo xtask bench` runs it"]
fn frame_ms_with_1000_messages() {
    if !is_asked_for() {
        return;
    }
    let site = sites::strict();
    let browser = Browser::start(Engine::Chromium);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0", site.address()));
    browser.click("button", "Share link");
    page.paste(BUSY);
    browser.click("button", "Open");
    browser.click("tab", "Messages");
    browser.focus("slider", "Time in the run");
    browser.key(&consistory_browser_tests::Key::End);
    let in_flight = "const rows = document.querySelectorAll('.flight').length;
        const more = document.querySelector('.flights + .empty')?.textContent.match(/\\d[\\d,]*/)?.[0] ?? '0';
        return rows + Number(more.replaceAll(',', ''));";
    let count =
        browser.until("many messages", || browser.script(in_flight, &[]).as_f64().filter(|count| *count >= 1000.0));
    print("messages_in_flight", count, "messages");
    browser.click("tab", "Log");
    page.play();
    measure_frames(&browser, "frame_ms_with_1000_messages");
}

/// From the last byte of the wasm to a page that can be used.
#[test]
#[ignore = "a measurement; `cargo xtask bench` runs it"]
fn interactive_ms() {
    if !is_asked_for() {
        return;
    }
    let site = sites::strict();
    let browser = Browser::start(Engine::Chromium);
    browser.chromium("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH }));
    let mut times: Vec<[f64; 2]> = (0..7).map(|_| time_of_one_load(&browser, &site.address())).collect();
    times.sort_by(|one, other| one[1].total_cmp(&other[1]));
    let [wasm, ready] = times[times.len() / 2];
    print("interactive_ms", ready, "ms median, whole load");
    print("interactive_ms_after_wasm", ready - wasm, "ms after the wasm's last byte");
}

fn time_of_one_load(browser: &Browser, address: &str) -> [f64; 2] {
    Page::open(browser, &format!("{address}?lang=en"));
    let script = "const wasm = performance.getEntriesByType('resource').find((one) => one.name.endsWith('.wasm'));
        return [wasm?.responseEnd ?? null, window.readyAt ?? null];";
    let times: Value = browser.script(script, &[]);
    [0, 1].map(|place| times[place].as_f64().expect("the page is ready, so both happened"))
}
