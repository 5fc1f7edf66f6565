//! The packages of this workspace, as `cargo metadata` tells them.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// One package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Names of its direct dependencies of every kind, our own and other people's.
    pub(crate) dependencies: Vec<String>,
    /// Names of its test binaries.
    pub(crate) tests: Vec<String>,
}

/// Reads the manifests; needs no network.
pub(crate) fn packages() -> Result<Vec<Package>> {
    let mut command = process::cargo(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let text = process::capture(&mut command)?;
    parse(&text).context("`cargo metadata` printed something that xtask does not understand")
}

fn parse(text: &str) -> Result<Vec<Package>> {
    let metadata: Value = serde_json::from_str(text)?;
    let packages = metadata["packages"].as_array().context("it has no list of packages")?;
    packages.iter().map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    let name = value["name"].as_str().context("a package has no name")?;
    let is_test = |target: &&Value| target["kind"][0] == "test";
    Ok(Package {
        name: name.to_owned(),
        dependencies: names(list(&value["dependencies"]).iter()),
        tests: names(list(&value["targets"]).iter().filter(is_test)),
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn names<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<String> {
    values.filter_map(|value| value["name"].as_str()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_gives_names_dependencies_and_tests() {
        let text = r#"{"packages":[{"name":"a","dependencies":[{"name":"b"}],
            "targets":[{"kind":["lib"],"name":"a"},{"kind":["test"],"name":"wasm"}]}]}"#;
        let package = Package { name: "a".into(), dependencies: vec!["b".into()], tests: vec!["wasm".into()] };
        assert_eq!(parse(text).unwrap(), [package]);
    }

    #[test]
    fn metadata_of_another_shape_is_an_error() {
        assert!(parse("{}").is_err());
        assert!(parse(r#"{"packages":[{}]}"#).is_err());
    }
}
