//! The built page in three engines: a test for each engine and scenario.
//!
//! `cargo xtask test --only browsers` runs them; a name after `--` chooses: `chromium::`, `::keyboard`.

mod accessibility;
mod comparing;
mod connection;
mod contests;
mod embedding;
mod exports;
mod faulting;
mod gallery;
mod keyboard;
mod layout;
mod links;
mod preferences;
mod rest;
mod story;
mod verdicts;

use consistory_browser_tests::Engine;

/// A module of tests for an engine, each of which hands the engine to a scenario.
macro_rules! engine {
    ($module:ident, $engine:expr, $($name:ident => $scenario:path),+ $(,)?) => {
        mod $module {
            use super::*;
            $(
                #[test]
                fn $name() {
                    $scenario($engine);
                }
            )+
        }
    };
}

/// The same scenarios for every engine.
macro_rules! in_every_engine {
    ($($name:ident => $scenario:path),+ $(,)?) => {
        engine!(chromium, Engine::Chromium, $($name => $scenario),+);
        engine!(firefox, Engine::Firefox, $($name => $scenario),+);
        engine!(webkit, Engine::WebKit, $($name => $scenario),+);
    };
}

in_every_engine! {
    story => story::with_the_pointer,
    verdicts => verdicts::contradictions_are_named,
    comparing => comparing::futures_stand_side_by_side,
    contests => contests::runs_stand_side_by_side,
    contest_menu => contests::the_menu_leads_to_contests,
    exports => exports::files_hold_the_run,
    faults => faulting::forms_say_what_the_run_keeps,
    causes => faulting::what_led_there_lights_up,
    keyboard => keyboard::with_keys_only,
    gallery => gallery::digests_are_the_golden_ones,
    links => links::bad_links_get_one_sentence,
    embedding => embedding::in_a_page_of_another_origin,
    sandbox => embedding::in_a_sandbox_without_storage,
    element => embedding::as_an_element_of_the_host,
    language => preferences::language_is_switched_and_kept,
    theme => preferences::theme_is_switched_and_kept,
    words => preferences::every_word_is_translated,
    accessibility => accessibility::nothing_is_found,
    idle => rest::no_frame_is_asked_for_at_rest,
}

engine! { chromium_only, Engine::Chromium,
    sizes => layout::nothing_is_cut_at_any_size,
    cards => layout::cards_keep_apart,
    phone_dialogs => layout::dialogs_fit_a_phone,
    dialogs_and_sizes => accessibility::nothing_is_found_in_any_dress,
    contests_and_sizes => contests::contests_in_any_dress,
    hidden => rest::a_hidden_page_stands_still,
    connection => connection::lost_after_the_start,
    forced_colours => preferences::forced_colours_hide_no_letters,
}

engine! { reduced_motion_chromium, Engine::Chromium, nothing_plays_by_itself => rest::less_motion_means_no_autoplay }
engine! { reduced_motion_firefox, Engine::Firefox, nothing_plays_by_itself => rest::less_motion_means_no_autoplay }
