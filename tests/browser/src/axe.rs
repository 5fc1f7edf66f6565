//! axe-core: the accessibility rules that a machine can check, run inside the page.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::engine::given;

/// The levels A and AA of all versions of the guidelines up to 2.2.
const TAGS: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// What axe-core finds wrong on the page as it is now: a line for each rule and element.
pub fn violations(browser: &Browser) -> Vec<String> {
    let is_there = browser.script("return typeof window.axe === 'object'", &[]);
    if is_there != json!(true) {
        let path = given("CONSISTORY_AXE");
        let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        browser.script(&format!("{source}\nwindow.axe = window.axe ?? axe;"), &[]);
    }
    // A change of colours fades; what is judged is where it ends.
    let run = "const [tags, done] = arguments;
        for (const animation of document.getAnimations()) animation.finish();
        window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
          .then((results) => done(results.violations), (error) => done([{ id: String(error), nodes: [] }]));";
    let found = browser.script_later(run, &[json!(TAGS)]);
    let rules = found.as_array().cloned().unwrap_or_default();
    rules.iter().flat_map(lines).collect()
}

fn lines(rule: &Value) -> Vec<String> {
    let name = rule["id"].as_str().unwrap_or_default();
    let nodes = rule["nodes"].as_array().cloned().unwrap_or_default();
    if nodes.is_empty() {
        return vec![name.to_owned()];
    }
    nodes.iter().map(|node| format!("{name}: {} {}", node["target"], node["failureSummary"])).collect()
}
