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

/// Five nodes that answer eight clients without a pause: fifty thousand events.
const CROWDED: &str = "protocol raft
set nodes=5 clients=8 seed=1 latency=1ms..2ms
at 20ms timeout n1
await leader within 1s
workload c1 write=1 read=1 think=1ms ask=n1
workload c2 write=1 read=1 think=1ms ask=n1
workload c3 write=1 read=1 think=1ms ask=n1
workload c4 write=1 read=1 think=1ms ask=n1
workload c5 write=1 read=1 think=1ms ask=n1
workload c6 write=1 read=1 think=1ms ask=n1
workload c7 write=1 read=1 think=1ms ask=n1
workload c8 write=1 read=1 think=1ms ask=n1
run 2s
";

/// Pans the diagram at every frame, there and back, and tells the frames a second and the median of the work.
const PAN: &str = "
    const [count, done] = arguments;
    const canvas = document.querySelector('.diagram-canvas');
    const times = []; let frames = 0, begun = performance.now();
    const middle = (list) => list.sort((one, other) => one - other)[Math.floor(list.length / 2)];
    const step = () => {
      if (++frames > count) { done([count * 1000 / (performance.now() - begun), middle(times)]); return; }
      const before = performance.now();
      const deltaY = frames % 100 < 50 ? 90 : -85;
      canvas.dispatchEvent(new WheelEvent('wheel', { deltaY, cancelable: true, bubbles: true }));
      times.push(performance.now() - before);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);";

/// Draws all events at once: the worst that can be asked of the diagram.
const ZOOM_OUT: &str = "
    const canvas = document.querySelector('.diagram-canvas');
    const wheel = { deltaY: 4000, ctrlKey: true, cancelable: true, bubbles: true };
    canvas.dispatchEvent(new WheelEvent('wheel', wheel)); return 0;";

/// A space-time diagram of fifty thousand events that is panned: at least 50 frames a second are the aim.
#[test]
#[ignore = "a measurement; `cargo xtask bench` runs it"]
fn space_time_fps() {
    if !is_asked_for() {
        return;
    }
    let site = sites::strict();
    let browser = Browser::start(Engine::Chromium);
    let page = Page::open(&browser, &format!("{}?lang=en&autoplay=0", site.address()));
    browser.click("button", "Share link");
    page.paste(CROWDED);
    browser.click("button", "Open");
    browser.focus("slider", "Time in the run");
    browser.key(&consistory_browser_tests::Key::End);
    let events = page.rest_where("many events", |rest| rest.steps > 50_000).steps;
    print("space_time_events", f64::from(u32::try_from(events).unwrap_or(u32::MAX)), "events");
    browser.click("tab", "Space-time");
    browser.until("the diagram", || browser.has("button", "Enlarge").then_some(()));
    browser.click("button", "Enlarge");
    browser.settle();
    for name in ["space_time", "space_time_all_at_once"] {
        let panned = browser.script_later(PAN, &[json!(FRAMES)]);
        let number = |place: usize| panned[place].as_f64().expect("a number");
        print(&format!("{name}_fps"), number(0), "frames/s");
        print(&format!("{name}_ms"), number(1), "ms median of a frame's work");
        browser.script(ZOOM_OUT, &[]);
    }
}
