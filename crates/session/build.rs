//! Compiles the words of this crate into a table.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let is_later = |key: &str| key.starts_with("picture.");
    consistory_words::compile_where(&["src/words.yml"], &out.join("words.rs"), &|key| !is_later(key))?;
    consistory_words::compile_where(&["src/words.yml"], &out.join("later.rs"), &is_later)?;
    Ok(())
}
