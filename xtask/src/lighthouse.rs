//! What Lighthouse says of the built page, under its mobile preset: a slow phone on a slow network.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::browsers;
use crate::process;
use crate::repository;
use crate::server::Site;
use crate::tools;

/// Prints a line for each category, and one for each audit that found something.
pub(crate) fn run() -> Result<()> {
    tools::LIGHTHOUSE.ensure()?;
    let server = Site::new(repository::dist()).start().context("could not serve the page")?;
    let mut command = Command::new(tools::LIGHTHOUSE.program("lighthouse"));
    command
        .arg(format!("{}?lang=en", server.address()))
        .args(["--quiet", "--output=json", "--output-path=stdout", "--chrome-flags=--headless --no-sandbox"])
        .env("CHROME_PATH", browsers::chromium()?);
    let report = process::capture(&mut command)?;
    print!("{}", summary(&report)?);
    Ok(())
}

fn summary(report: &str) -> Result<String> {
    let report: Value = serde_json::from_str(report).context("Lighthouse printed something other than JSON")?;
    let categories = report["categories"].as_object().context("Lighthouse reports no categories")?;
    let mut text = String::new();
    // In the order of names: whether a JSON object keeps its own depends on what else is compiled.
    for (name, category) in categories.iter().collect::<BTreeMap<_, _>>() {
        writeln!(text, "lighthouse_{:<20} {:>4} of 100", name.replace('-', "_"), hundredths(&category["score"]))?;
        for reference in category["auditRefs"].as_array().into_iter().flatten() {
            let audit = &report["audits"][reference["id"].as_str().unwrap_or_default()];
            let is_weighed = reference["weight"].as_f64().is_some_and(|weight| weight > 0.0);
            if is_weighed && audit["score"].as_f64().is_some_and(|score| score < 0.9) {
                let title = audit["title"].as_str().unwrap_or_default();
                let value = audit["displayValue"].as_str().unwrap_or_default();
                writeln!(text, "  {:>4} {title}: {value}", hundredths(&audit["score"]))?;
            }
        }
    }
    Ok(text)
}

fn hundredths(score: &Value) -> String {
    score.as_f64().map_or("none".to_owned(), |score| format!("{:.0}", score * 100.0))
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn categories_and_what_they_found_are_printed() {
        let report = r#"{
            "categories": {
                "performance": {"score": 0.83, "auditRefs": [{"id": "slow", "weight": 5}, {"id": "told", "weight": 0}]},
                "best-practices": {"score": 1, "auditRefs": [{"id": "good", "weight": 1}]}
            },
            "audits": {
                "slow": {"score": 0.5, "title": "Main thread", "displayValue": "900 ms"},
                "told": {"score": 0.1, "title": "Only told"},
                "good": {"score": 1, "title": "Good"}
            }
        }"#;
        let text = summary(report).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "lighthouse_best_practices        100 of 100",
                "lighthouse_performance            83 of 100",
                "50 Main thread: 900 ms"
            ]
        );
        assert!(summary("no").is_err());
    }
}
