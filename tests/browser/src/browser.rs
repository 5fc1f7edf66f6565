//! One browser and what a person does to it, without a word about the page that it shows.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::components::SelectElement;
use thirtyfour::error::WebDriverResult;
use thirtyfour::session::scriptret::ScriptRet;
use thirtyfour::{Key, WebDriver, WebElement, WindowHandle};
use tokio::runtime::Runtime;
use tokio::time::MissedTickBehavior;

use crate::driver::Driver;
use crate::engine::{Engine, Launch};
use crate::page::texts;

/// How long a state may take to come about. Generous: two cores may be busy with another browser and a compiler.
const PATIENCE: Duration = Duration::from_secs(40);
/// Time between two looks at what is waited for.
const PAUSE: Duration = Duration::from_millis(40);

const FIND: &str = include_str!("find.js");

/// A running browser; it ends when this is dropped.
pub struct Browser {
    engine: Engine,
    runtime: Runtime,
    session: Option<WebDriver>,
    // After the session, because it is dropped in this order.
    _driver: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile.
    pub fn start(engine: Engine) -> Self {
        Self::start_as(engine, Launch::Plain)
    }

    /// Starts a browser on a device with special wishes.
    pub fn start_as(engine: Engine, launch: Launch) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        let profile = tempfile::tempdir().expect("the system has a folder for temporary files");
        let driver = Driver::start(engine);
        until(&runtime, || driver.is_listening().then_some(()))
            .unwrap_or_else(|| panic!("the driver of {engine:?} does not listen"));
        let capabilities = engine.capabilities(launch, profile.path());
        let session = runtime
            .block_on(async { WebDriver::new(driver.address(), capabilities).await })
            .unwrap_or_else(|error| panic!("{engine:?} does not start: {error}"));
        let timeouts = async {
            session.set_script_timeout(PATIENCE).await?;
            session.set_page_load_timeout(PATIENCE).await
        };
        runtime.block_on(timeouts).expect("the session takes time-outs");
        Self { engine, runtime, session: Some(session), _driver: driver, _profile: profile }
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Loads an address, from nothing: a change of the hash alone would not load the page again.
    pub fn load(&self, address: &str) {
        self.navigate("about:blank");
        self.navigate(address);
    }

    /// What typing an address into the bar does.
    pub fn navigate(&self, address: &str) {
        self.done(address, self.session().goto(address));
    }

    /// Reloads the page.
    pub fn reload(&self) {
        self.done("reload", self.session().refresh());
    }

    /// The result of a script's `return`.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.done(script, self.session().execute(script, arguments.to_vec())).json().clone()
    }

    /// The result that a script hands to its last argument, a function.
    pub fn script_later(&self, script: &str, arguments: &[Value]) -> Value {
        self.done(script, self.session().execute_async(script, arguments.to_vec())).json().clone()
    }

    /// The same, in a script that may call `find(role, name, group)` and `nameOf(element)`.
    pub fn in_words(&self, script: &str, arguments: &[Value]) -> Value {
        self.script(&format!("{FIND}\n{script}"), arguments)
    }

    /// A command of Chromium's own protocol.
    pub fn chromium(&self, command: &str, parameters: Value) -> Value {
        self.done(command, self.session().cdp().send_raw(command, parameters))
    }

    /// Waits until something is there, or ends the test with what the page says at that moment.
    pub fn until<T>(&self, what: impl Display, look: impl FnMut() -> Option<T>) -> T {
        until(&self.runtime, look)
            .unwrap_or_else(|| panic!("{:?} waited in vain for {what}\n{}", self.engine, self.state()))
    }

    /// How many controls of that role and name show; a name that ends with `*` stands for all that begin so.
    pub fn count(&self, role: &str, name: &str) -> usize {
        let found = self.in_words("return find(...arguments).length;", &[json!(role), json!(name)]);
        usize::try_from(found.as_u64().unwrap_or(0)).unwrap_or(usize::MAX)
    }

    /// Whether a control of that role and name shows.
    pub fn has(&self, role: &str, name: &str) -> bool {
        self.count(role, name) > 0
    }

    /// The same inside a group or region of that name.
    pub fn has_inside(&self, role: &str, name: &str, group: &str) -> bool {
        let found = self.in_words("return find(...arguments).length > 0;", &[json!(role), json!(name), json!(group)]);
        found == json!(true)
    }

    /// The accessible names of all controls of a role that show.
    pub fn names(&self, role: &str) -> Vec<String> {
        texts(&self.in_words("return find(arguments[0], '*').map(nameOf);", &[json!(role)]))
    }

    /// Waits for a control and presses it.
    pub fn click(&self, role: &str, name: &str) {
        self.click_inside(role, name, "");
    }

    /// The same inside a group or region of that name.
    pub fn click_inside(&self, role: &str, name: &str, group: &str) {
        self.until(format!("{role} “{name}” to press"), || {
            let element = self.find(role, name, group)?;
            // It may move or be replaced between the look and the press; then another look follows.
            self.wait(element.click()).ok()
        });
    }

    /// Gives a control the focus.
    pub fn focus(&self, role: &str, name: &str) {
        let element = self.get(role, name);
        self.done(name, element.focus());
    }

    /// Moves the pointer over a control.
    pub fn hover(&self, role: &str, name: &str) {
        self.until(format!("{role} “{name}” to point at"), || {
            let element = self.find(role, name, "")?;
            self.wait(self.session().action_chain().move_to_element_center(&element).perform()).ok()
        });
    }

    /// Presses the pointer on a control at that part of its width, moves it to another part and lets go.
    pub fn drag_along(&self, role: &str, name: &str, parts: [f64; 2]) {
        let element = self.get(role, name);
        let width = self.done("size of a control", element.rect()).width;
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a window")]
        let [from, to] = parts.map(|part| (width * (part - 0.5)) as i64);
        let chain = self.session().action_chain();
        let chain = chain.move_to_element_with_offset(&element, from, 0).click_and_hold().move_by_offset(to - from, 0);
        self.done("drag", chain.release().perform());
    }

    /// Chooses an option of a list by its words.
    pub fn choose(&self, list: &str, option: &str) {
        self.until(format!("option “{option}” of “{list}”"), || {
            let element = self.find("combobox", list, "")?;
            self.wait(async { SelectElement::new(&element).await?.select_by_exact_text(option).await }).ok()
        });
    }

    /// What is typed into a field, or chosen in a list.
    pub fn value(&self, role: &str, name: &str) -> String {
        self.done(name, self.get(role, name).prop("value")).unwrap_or_default()
    }

    /// Types into a field, in place of what it holds.
    pub fn fill(&self, name: &str, text: &str) {
        let field = self.get("textbox", name);
        self.done(name, async {
            field.clear().await?;
            field.send_keys(text).await
        });
    }

    /// Presses and releases keys, one after the other.
    pub fn keys(&self, keys: &str) {
        self.done("keys", self.session().action_chain().send_keys(keys).perform());
    }

    /// Presses and releases one key.
    pub fn key(&self, key: &Key) {
        self.keys(&key.value().to_string());
    }

    /// Presses a key while another one is held.
    pub fn chord(&self, held: &Key, key: &Key) {
        let chain = self.session().action_chain().key_down(held.value());
        self.done("keys", chain.send_keys(key.value().to_string()).key_up(held.value()).perform());
    }

    /// Opens another window and goes on in it; gives the handle of the first.
    pub fn open_window(&self) -> WindowHandle {
        self.go_to_new(self.session().new_window())
    }

    /// Opens another tab in front of the present one and goes on in it; gives the handle of the first.
    pub fn open_tab(&self) -> WindowHandle {
        self.go_to_new(self.session().new_tab())
    }

    fn go_to_new(&self, opening: impl Future<Output = WebDriverResult<WindowHandle>>) -> WindowHandle {
        self.done("window", async {
            let first = self.session().window().await?;
            let second = opening.await?;
            self.session().switch_to_window(second).await?;
            Ok(first)
        })
    }

    /// Closes this window and goes on in another one.
    pub fn close_window_for(&self, other: WindowHandle) {
        self.done("window", async {
            self.session().close_window().await?;
            self.session().switch_to_window(other).await
        });
    }

    /// Goes on inside the first frame of the page, once it is there.
    pub fn enter_frame(&self) {
        self.until("a frame", || self.wait(self.session().enter_frame(0)).ok());
    }

    /// Goes on in the page around the frame.
    pub fn leave_frame(&self) {
        self.done("leave the frame", self.session().enter_default_frame());
    }

    /// Makes the page so large: the viewport, without the browser's own frame.
    pub fn resize(&self, width: u32, height: u32) {
        if self.engine == Engine::Chromium {
            // A window is never as narrow as a phone.
            let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            self.chromium("Emulation.setDeviceMetricsOverride", size);
            return;
        }
        let frame = self.script("return [outerWidth - innerWidth, outerHeight - innerHeight]", &[]);
        let frame = [0, 1].map(|place| u32::try_from(frame[place].as_i64().unwrap_or(0)).unwrap_or(0));
        self.done("size", self.session().set_window_rect(0, 0, width + frame[0], height + frame[1]));
    }

    /// Waits until everything has been laid out and stands where it will stay.
    pub fn settle(&self) {
        let script = "const done = arguments[0];
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
              for (const animation of document.getAnimations()) animation.finish();
              done();
            })));";
        self.script_later(script, &[]);
    }

    /// A picture of the viewport, as PNG.
    pub fn picture(&self) -> Vec<u8> {
        self.done("picture", self.session().screenshot_as_png())
    }

    fn session(&self) -> &WebDriver {
        self.session.as_ref().expect("the session lives as long as the browser")
    }

    fn find(&self, role: &str, name: &str, group: &str) -> Option<WebElement> {
        let script = format!("{FIND}\nreturn find(...arguments)[0] ?? null;");
        let arguments = vec![json!(role), json!(name), json!(group)];
        let found = self.wait(self.session().execute(script, arguments)).ok()?;
        if found.json().is_null() { None } else { found.element().ok() }
    }

    fn get(&self, role: &str, name: &str) -> WebElement {
        self.until(format!("{role} “{name}”"), || self.find(role, name, ""))
    }

    fn wait<T>(&self, command: impl Future<Output = T>) -> T {
        self.runtime.block_on(command)
    }

    fn done<T>(&self, what: &str, command: impl Future<Output = WebDriverResult<T>>) -> T {
        self.wait(command).unwrap_or_else(|error| {
            let what: String = what.chars().take(200).collect();
            panic!("{:?} refused: {what}: {error}\n{}", self.engine, self.state())
        })
    }

    /// What a person would tell of the page when something went wrong.
    fn state(&self) -> String {
        let script = "const root = document.documentElement;
            const attributes = [...root.attributes].map((one) => `${one.name}=${one.value.slice(0, 80)}`).join(' ');
            return `at ${location.href.slice(0, 200)}\\n<html ${attributes}>\\n${document.body?.innerText.slice(0, 1200)}`;";
        let said: WebDriverResult<ScriptRet> = self.wait(self.session().execute(script, Vec::new()));
        match said {
            Ok(said) => said.json().as_str().unwrap_or_default().to_owned(),
            Err(error) => format!("(the page does not answer: {error})"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // A browser that is gone already has nothing to end; its driver ends in any case.
            let _ = self.runtime.block_on(session.quit());
        }
    }
}

/// The one place where the suite waits: looks again and again until there is something or patience ends.
fn until<T>(runtime: &Runtime, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if started.elapsed() > PATIENCE {
            return None;
        }
        runtime.block_on(async {
            let mut ticks = tokio::time::interval(PAUSE);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            // The first tick is at once.
            ticks.tick().await;
            ticks.tick().await;
        });
    }
}
