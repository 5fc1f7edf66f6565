//! Compiles the words of this crate into a table.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("words.rs");
    consistory_words::compile(&["src/words.yml", "src/stage/words.yml"], &out)?;
    Ok(())
}
