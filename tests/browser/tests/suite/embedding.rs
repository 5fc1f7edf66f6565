//! The page inside a page of another origin: as an iframe, in a sandbox, and as an element.

use consistory_browser_tests::{Browser, Engine, Page, sites};
use serde_json::{Value, json};

/// The scenario that is embedded, a time in it in milliseconds, and the digest that its transcript ends with.
const RUN: &str = "#/p/raft/leader-election";

/// A host that keeps what the run says, and can ask it.
fn host(frame: &str) -> String {
    format!(
        "<!doctype html><html lang=en><title>Host</title><body>
        <script>
          window.said = [];
          addEventListener('message', (event) => {{
            if (event.data?.context === 'consistory') said.push({{ origin: event.origin, ...event.data }});
          }});
          let asked = 0;
          window.ask = (method, value, version = 1) => {{
            asked += 1;
            const listener = `question-${{asked}}`;
            const message = {{ context: 'consistory', version, method, value, listener }};
            document.querySelector('iframe').contentWindow.postMessage(message, '*');
            return listener;
          }};
        </script>
        {frame}"
    )
}

/// Asks the run and waits for its answer.
fn ask(browser: &Browser, method: &str, value: Value) -> Value {
    let listener = browser.script("return window.ask(...arguments)", &[json!(method), value]);
    browser.until(format!("an answer to {method}"), || {
        let script = "return window.said.find((one) => one.listener === arguments[0]) ?? null";
        let answer = browser.script(script, std::slice::from_ref(&listener));
        (!answer.is_null()).then(|| answer["value"].clone())
    })
}

fn wait_for_event(browser: &Browser, event: &str) -> Value {
    browser.until(format!("the event {event}"), || {
        let script =
            "return window.said.find((one) => one.event === arguments[0] && one.listener === undefined) ?? null";
        let said = browser.script(script, &[json!(event)]);
        (!said.is_null()).then_some(said)
    })
}

pub(crate) fn in_a_page_of_another_origin(engine: Engine) {
    let site = sites::strict();
    let source = format!("{}?embed=1&lang=en{RUN}", site.address());
    let frame = format!("<iframe src='{source}' title='A run' width=640 height=400></iframe>");
    let host = sites::Host::new(&host(&frame));
    let browser = Browser::start(engine);
    browser.load(&host.address());
    let ready = wait_for_event(&browser, "ready");
    assert_eq!(ready["origin"], json!(site.address_at("127.0.0.1").trim_end_matches("/some/sub/path/")));
    assert_eq!(ready["value"]["scenario"], json!("raft/leader-election"));
    assert!(wait_for_event(&browser, "resize")["value"]["height"].as_f64().is_some_and(|height| height >= 400.0));

    converse(&browser);
    browser.enter_frame();
    use_by_hand(&Page::here(&browser));
}

/// Everything that a host can ask.
fn converse(browser: &Browser) {
    assert_eq!(ask(browser, "play", Value::Null)["playing"], json!(true));
    let states = |script: &str| browser.script(script, &[]).as_u64().unwrap_or(0);
    browser.until("states while it plays", || {
        (states("return said.filter((one) => one.event === 'state').length") > 2).then_some(())
    });
    assert_eq!(ask(browser, "pause", Value::Null)["playing"], json!(false));
    let there = ask(browser, "seek", json!(101.207));
    assert_eq!(there["digest"], json!("7c60fd6861af23de"), "the end of the transcript of leader-election");
    assert_eq!(there["time"], json!(101.207));
    assert_eq!(ask(browser, "get", json!("state")), there);
    let back = ask(browser, "step", json!("back"));
    assert!(back["step"].as_u64() < there["step"].as_u64(), "{back}");
    assert_eq!(ask(browser, "step", json!("forward"))["digest"], there["digest"]);
    assert!(ask(browser, "get", json!("link")).as_str().is_some_and(|link| link.starts_with("#/")));
    assert!(ask(browser, "get", json!("scenario")).as_str().is_some_and(|text| text.contains("protocol raft")));
    let problem = |method: &str, value: Value| ask(browser, method, value)["problem"].as_str().map(str::to_owned);
    assert!(problem("load", json!("#/s/1damaged")).is_some_and(|said| said.starts_with("This link is damaged")));
    assert!(problem("seek", json!(-1)).is_some());
    assert!(problem("seek", json!("soon")).is_some());
    assert!(problem("explode", Value::Null).is_some());
    assert_eq!(ask(browser, "load", json!("#/p/raft/split-vote"))["scenario"], json!("raft/split-vote"));
    // What is not of this interface is not answered; a question after it is.
    let other = browser.script("return window.ask('pause', null, 2)", &[]);
    assert_eq!(ask(browser, "load", json!(RUN))["scenario"], json!("raft/leader-election"));
    let answers = "return said.filter((one) => one.listener === arguments[0]).length";
    assert_eq!(browser.script(answers, &[other]), json!(0));
}

/// What a visitor does inside the frame.
fn use_by_hand(page: &Page) {
    let browser = page.browser();
    page.pause();
    browser.choose("Speed", "1/10×");
    page.play();
    let leader = page.leader_beside(&[]);
    page.press_on_card(&leader, "Crash");
    page.wait_for(&leader, "Crashed");
    page.pause();
    assert!(browser.has("link", "Open in Consistory*"), "the way to the whole page");
    page.assert_well();
}

/// Scripts are permitted and nothing else: the page has no origin, and storage throws.
pub(crate) fn in_a_sandbox_without_storage(engine: Engine) {
    let site = sites::embeddable();
    let source = format!("{}?embed=1&lang=en{RUN}", site.address());
    let frame = format!("<iframe src='{source}' title='A run' sandbox='allow-scripts' width=640 height=400></iframe>");
    let host = sites::Host::new(&host(&frame));
    let browser = Browser::start(engine);
    browser.load(&host.address());
    assert_eq!(wait_for_event(&browser, "ready")["origin"], json!("null"));
    assert_eq!(ask(&browser, "pause", Value::Null)["playing"], json!(false));
    assert_eq!(ask(&browser, "seek", json!(101.207))["digest"], json!("7c60fd6861af23de"));
    browser.enter_frame();
    let storage = "try { localStorage.length; return 'works'; } catch { return 'throws'; }";
    assert_eq!(browser.script(storage, &[]), json!("throws"), "otherwise this tests nothing");
    use_by_hand(&Page::here(&browser));
}

/// `embed.js` and its element, also from another origin.
pub(crate) fn as_an_element_of_the_host(engine: Engine) {
    let site = sites::embeddable();
    let element = format!(
        "<!doctype html><html lang=en><title>Host</title><body style='margin:0'>
        <script>
          window.heard = [];
          for (const name of ['ready', 'resize', 'state', 'finding', 'checkpoint']) {{
            addEventListener(`consistory-${{name}}`, (event) => heard.push([name, event.detail]), true);
          }}
        </script>
        <script type=module src='{}embed.js'></script>
        <consistory-run run='{RUN}' lang=zh title='一次运行'></consistory-run>",
        site.address()
    );
    let host = sites::Host::new(&element);
    let browser = Browser::start(engine);
    browser.load(&host.address());
    let has_heard = |name: &str| {
        browser.until(format!("consistory-{name}"), || {
            let script = "return window.heard.some((one) => one[0] === arguments[0])";
            (browser.script(script, &[json!(name)]) == json!(true)).then_some(())
        });
    };
    has_heard("ready");
    has_heard("resize");
    let call = |method: &str, value: Value| {
        let script = "const [method, value, done] = arguments;
            document.querySelector('consistory-run')[method](value).then(done, (error) => done(String(error)));";
        browser.script_later(script, &[json!(method), value])
    };
    call("pause", Value::Null);
    assert_eq!(call("seek", json!(101.207))["digest"], json!("7c60fd6861af23de"));
    has_heard("checkpoint");
    let frame = browser.script(
        "const frame = document.querySelector('consistory-run iframe'); return [frame.title, frame.loading, frame.clientHeight];",
        &[],
    );
    assert_eq!((&frame[0], &frame[1]), (&json!("一次运行"), &json!("lazy")));
    assert!(frame[2].as_f64().is_some_and(|height| (400.0..=720.0).contains(&height)), "{frame}");
    browser.script("document.querySelector('consistory-run').setAttribute('run', '#/p/raft/split-vote')", &[]);
    browser
        .until("the other run", || (call("get", json!("state"))["scenario"] == json!("raft/split-vote")).then_some(()));
    browser.enter_frame();
    assert_eq!(Page::here(&browser).fact("lang").as_deref(), Some("zh-Hans"));
}
