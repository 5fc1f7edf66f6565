//! Drives the built page in three real browsers over `WebDriver`. The tests themselves are in `tests/`.
//!
//! [`Browser`] is one window of one engine and everything that a person does to it; [`Page`] is Consistory in that
//! window, in the words that a visitor reads; [`sites`] are the hosts that it is served from. Drivers, browsers and
//! servers are on loopback and end with the value that started them.

mod axe;
mod browser;
mod driver;
mod engine;
mod page;
pub mod sites;
mod words;

pub use axe::violations;
pub use browser::Browser;
pub use engine::{Engine, Launch};
pub use page::{Page, Rest};
pub use thirtyfour::Key;
pub use words::untranslated;
