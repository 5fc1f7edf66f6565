//! Dependencies between our own packages point one way.

use super::Finding;
use crate::workspace::Package;

/// From the bottom up: a package may depend on those before it.
const ORDER: [&str; 6] = [
    "consistory-kernel",
    "consistory-scene",
    "consistory-protocols",
    "consistory-session",
    "consistory-lab",
    "consistory-cli",
];
/// Depends on nothing of ours, and the kernel does not depend on it.
const CHECKS: &str = "consistory-checks";
/// The page knows runs and pictures; it never names a protocol.
const PAGE: &str = "consistory-web";
const NOT_FOR_THE_PAGE: [&str; 2] = ["consistory-protocols", "consistory-cli"];

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            if is_against_the_order(&package.name, dependency) {
                let problem =
                    format!("{} must not depend on {dependency}; ARCHITECTURE.md has the order", package.name);
                findings.push(Finding::new("Cargo.toml", 0, problem));
            }
        }
    }
    findings
}

fn is_against_the_order(from: &str, to: &str) -> bool {
    let rank = |name: &str| ORDER.iter().position(|ordered| *ordered == name);
    match (rank(from), rank(to)) {
        (Some(from), Some(to)) => to >= from,
        (Some(from), None) => to == PAGE || (from == 0 && to == CHECKS),
        (None, Some(_)) => from == CHECKS || (from == PAGE && NOT_FOR_THE_PAGE.contains(&to)),
        (None, None) => from == CHECKS && to == PAGE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_arrow(from: &str, to: &str, is_fine: bool) {
        let package =
            Package { name: from.to_owned(), dependencies: vec!["serde".to_owned(), to.to_owned()], tests: Vec::new() };
        assert_eq!(check(&[package]).is_empty(), is_fine, "{from} → {to}");
    }

    #[test]
    fn arrows_along_the_order_are_fine() {
        check_arrow("consistory-scene", "consistory-kernel", true);
        check_arrow("consistory-cli", "consistory-lab", true);
        check_arrow("consistory-protocols", "consistory-checks", true);
        check_arrow("consistory-web", "consistory-session", true);
        check_arrow("consistory-browser-tests", "xtask", true);
    }

    #[test]
    fn arrows_against_the_order_are_found() {
        check_arrow("consistory-kernel", "consistory-scene", false);
        check_arrow("consistory-session", "consistory-lab", false);
        check_arrow("consistory-kernel", "consistory-checks", false);
        check_arrow("consistory-checks", "consistory-kernel", false);
        check_arrow("consistory-web", "consistory-protocols", false);
        check_arrow("consistory-cli", "consistory-web", false);
    }
}
