//! Compiles the words of this crate into a table, and keeps what splitting the page needs.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    // The tool that splits the page needs to know what refers to what.
    if std::env::var("CARGO_CFG_TARGET_FAMILY")? == "wasm" {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    consistory_words::compile(&["src/words.yml", "src/stage/words.yml"], &out.join("words.rs"))?;
    consistory_words::compile(&["src/later/words.yml"], &out.join("later.rs"))?;
    Ok(())
}
