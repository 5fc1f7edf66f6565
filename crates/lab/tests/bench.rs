//! How fast the core is inside a browser: `cargo xtask bench kernel_events_per_second_wasm` runs it in the page's profile.
#![cfg(target_family = "wasm")]

use consistory_lab::workload::recorded;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Events of the run that is recorded.
const EVENTS: u32 = 200_000;

/// Rounds of which the median counts.
const ROUNDS: usize = 7;

/// The aim is 700,000 on two cores.
#[wasm_bindgen_test]
#[ignore = "a measurement; `cargo xtask bench` runs it"]
fn kernel_events_per_second_wasm() {
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = js_sys::Date::now();
            let timeline = recorded(EVENTS);
            f64::from(timeline.tip().steps().0) / (js_sys::Date::now() - started) * 1_000.0
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    console_log!("kernel_events_per_second_wasm {:.0} events/s", rates[ROUNDS / 2]);
}
