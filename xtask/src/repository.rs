//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The folder that holds the workspace's `Cargo.toml`.
///
/// Cargo rebuilds this package when the checkout moves, so the path that was true at build time stays true.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// The built page: the folder that any static host can serve.
pub fn dist() -> PathBuf {
    root().join("dist")
}
