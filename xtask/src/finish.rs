//! What is done to the page after Trunk: the files that load later are added, names that only machines read become short,
//! scripts and styles lose what only people read, and each file is named by what is in it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{Parser, Payload};

use crate::arguments::Profile;
use crate::process;
use crate::split;
use crate::tools;

/// What wasm-bindgen calls the functions that the page imports begins with this; the rest is long and ends in a hash.
const IMPORTED: &str = "__wb";

/// The page's own pieces in `dist/`, as Trunk named them.
struct Page {
    script: PathBuf,
    wasm: PathBuf,
}

/// Finishes `dist`.
pub(crate) fn run(dist: &Path, profile: Profile) -> Result<()> {
    let page = Page::find(dist)?;
    let chunks = chunks(dist, profile)?;
    let mut script = read_text(&page.script)?;
    let mut wasm = std::fs::read(&page.wasm).with_context(|| format!("could not read {}", page.wasm.display()))?;
    if profile == Profile::Release {
        let names = short_names(&wasm)?;
        wasm = with_names(&wasm, &names)?;
        script = renamed(&script, &names);
    }
    let bundle = Bundle { script, link: read_text(&split::folder().join(split::LINK_SCRIPT))? };
    let digest = digest(&[&wasm, bundle.script.as_bytes(), bundle.link.as_bytes()], &chunks);
    let name = |end: &str| format!("consistory-{digest:016x}{end}");
    let (script_name, wasm_name, link_name) = (name(".js"), name("_bg.wasm"), name("-link.js"));
    let bundle = bundle.renamed(&script_name, &link_name, &chunks, &name);
    for (old, bytes) in &chunks {
        write(&dist.join(name(&format!("-{old}"))), bytes)?;
    }
    write(&dist.join(&wasm_name), &wasm)?;
    write(&dist.join(&script_name), bundle.script.as_bytes())?;
    write(&dist.join(&link_name), bundle.link.as_bytes())?;
    let index = dist.join("index.html");
    let text = read_text(&index)?;
    let text = text.replace(&file_name(&page.wasm), &wasm_name).replace(&file_name(&page.script), &script_name);
    write(&index, text.as_bytes())?;
    for old in [&page.script, &page.wasm] {
        std::fs::remove_file(old).with_context(|| format!("could not remove {}", old.display()))?;
    }
    if profile == Profile::Release && tools::ESBUILD.is_obtainable() {
        tools::ESBUILD.ensure()?;
        minify(dist, &script_name, &link_name)?;
    }
    Ok(())
}

impl Page {
    fn find(dist: &Path) -> Result<Self> {
        let entries = std::fs::read_dir(dist).with_context(|| format!("could not read {}", dist.display()))?;
        let files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        let with = |end: &str| {
            let mut found = files.iter().filter(|file| {
                let name = file_name(file);
                name.starts_with("consistory-web-") && name.ends_with(end)
            });
            let only = found.next().cloned().with_context(|| format!("Trunk left no consistory-web-…{end}"))?;
            ensure!(found.next().is_none(), "Trunk left more than one consistory-web-…{end}");
            anyhow::Ok(only)
        };
        Ok(Self { script: with(".js")?, wasm: with("_bg.wasm")? })
    }
}

/// The files that load later, optimised as the main one was: names and contents.
fn chunks(dist: &Path, profile: Profile) -> Result<Vec<(String, Vec<u8>)>> {
    let mut chunks = Vec::new();
    for chunk in split::chunks()? {
        let smaller = dist.join(file_name(&chunk));
        if profile == Profile::Release && tools::BINARYEN.is_obtainable() {
            let mut command = Command::new(tools::BINARYEN.program("wasm-opt"));
            process::run(command.args(["-O3", "--all-features"]).arg(&chunk).arg("-o").arg(&smaller))?;
        } else {
            std::fs::copy(&chunk, &smaller).with_context(|| format!("could not copy {}", chunk.display()))?;
        }
        let bytes = std::fs::read(&smaller).with_context(|| format!("could not read {}", smaller.display()))?;
        std::fs::remove_file(&smaller).with_context(|| format!("could not remove {}", smaller.display()))?;
        chunks.push((file_name(&chunk), bytes));
    }
    Ok(chunks)
}

/// The page's script and the one that loads the later files; each imports the other.
struct Bundle {
    script: String,
    link: String,
}

impl Bundle {
    fn renamed(
        self,
        script_name: &str,
        link_name: &str,
        chunks: &[(String, Vec<u8>)],
        name: &impl Fn(&str) -> String,
    ) -> Self {
        // The same name as a key stands for what the wasm calls it, and stays.
        let imported = |file: &str| format!("from \"./{file}\"");
        let script = self.script.replace(&imported(split::LINK_SCRIPT), &imported(link_name));
        let mut link = self.link.replace(split::PAGE_SCRIPT, &format!("./{script_name}"));
        for (old, _) in chunks {
            link = link.replace(&format!("./{old}"), &format!("./{}", name(&format!("-{old}"))));
        }
        Self { script, link }
    }
}

/// A short name for each imported function of wasm-bindgen.
fn short_names(wasm: &[u8]) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let name = import?.name;
                if name.starts_with(IMPORTED) {
                    let short = short(names.len());
                    names.insert(name.to_owned(), short);
                }
            }
        }
    }
    Ok(names)
}

/// `a`, `b`, … `z`, `aa`, `ab`, …
fn short(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
        if number == 0 {
            break;
        }
        number -= 1;
    }
    letters.iter().rev().collect()
}

fn with_names(wasm: &[u8], names: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    struct Renaming<'a>(&'a BTreeMap<String, String>);

    impl Reencode for Renaming<'_> {
        type Error = std::convert::Infallible;

        fn parse_import(
            &mut self,
            imports: &mut wasm_encoder::ImportSection,
            import: wasmparser::Import<'_>,
        ) -> Result<(), reencode::Error<Self::Error>> {
            let name = self.0.get(import.name).map_or(import.name, String::as_str);
            reencode::utils::parse_import(self, imports, wasmparser::Import { name, ..import })
        }
    }

    let mut module = wasm_encoder::Module::new();
    Renaming(names)
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("could not write the wasm with short names: {error}"))?;
    Ok(module.finish())
}

/// The script with the same names: they stand where a JavaScript identifier ends before and after.
fn renamed(script: &str, names: &BTreeMap<String, String>) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$';
    let mut text = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(start) = rest.find(IMPORTED) {
        let is_start = !rest[..start].ends_with(is_part);
        let (before, from) = rest.split_at(start);
        let length = from.find(|letter| !is_part(letter)).unwrap_or(from.len());
        let (word, after) = from.split_at(length);
        text.push_str(before);
        text.push_str(names.get(word).filter(|_| is_start).map_or(word, String::as_str));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn digest(pieces: &[&[u8]], chunks: &[(String, Vec<u8>)]) -> u64 {
    // Only to tell one version of a file from another in a cache; the standard hasher starts from the same state each time.
    let mut hasher = DefaultHasher::new();
    for piece in pieces.iter().copied().chain(chunks.iter().map(|(_, bytes)| bytes.as_slice())) {
        hasher.write(piece);
    }
    hasher.finish()
}

/// The two scripts become one, and every script and style sheet loses comments, spaces and long names.
fn minify(dist: &Path, script: &str, link: &str) -> Result<()> {
    let esbuild = |arguments: &[&str], input: &Path| {
        let mut command = Command::new(tools::ESBUILD.program("esbuild"));
        // Each function that loads something is an import of its own, from the same script: the warning is of that.
        let options =
            ["--log-override:duplicate-object-key=silent", "--log-level=warning", "--minify", "--allow-overwrite"];
        command.args(options).args(arguments).arg(input);
        process::run(command.arg(format!("--outfile={}", input.display())))
    };
    esbuild(&["--bundle", "--format=esm"], &dist.join(script))?;
    std::fs::remove_file(dist.join(link)).with_context(|| format!("could not remove {link}"))?;
    let entries = std::fs::read_dir(dist).with_context(|| format!("could not read {}", dist.display()))?;
    for entry in entries {
        let path = entry?.path();
        match path.extension().and_then(|end| end.to_str()) {
            Some("js") if file_name(&path) != script => esbuild(&[], &path)?,
            Some("css") => esbuild(&[], &path)?,
            Some(_) | None => {}
        }
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("could not write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_all_different() {
        let names: Vec<String> = (0..2000).map(short).collect();
        assert_eq!(names[..3], ["a", "b", "c"]);
        assert_eq!((names[25].as_str(), names[26].as_str(), names[27].as_str()), ("z", "aa", "ab"));
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
    }

    #[test]
    fn only_whole_names_are_replaced() {
        let names = BTreeMap::from([("__wbg_now_1".to_owned(), "a".to_owned())]);
        let script = "const x = { __wbg_now_1: () => my__wbg_now_1(), __wbg_now_12: 0, '__wbg_now_1': 1 };";
        let expect = "const x = { a: () => my__wbg_now_1(), __wbg_now_12: 0, 'a': 1 };";
        assert_eq!(renamed(script, &names), expect);
    }

    #[test]
    fn imports_of_wasm_bindgen_are_renamed_and_others_are_not() {
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        let mut imports = wasm_encoder::ImportSection::new();
        for name in ["__wbg_now_1", "memory_of_another", "__wbindgen_throw_2"] {
            imports.import("./page.js", name, wasm_encoder::EntityType::Function(0));
        }
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&imports);
        let wasm = module.finish();
        let names = short_names(&wasm).unwrap();
        let renamed = with_names(&wasm, &names).unwrap();
        let text = String::from_utf8_lossy(&renamed);
        assert!(text.contains("memory_of_another") && !text.contains("__wb"), "{text:?}");
        assert_eq!(short_names(&renamed).unwrap(), BTreeMap::new());
        assert!(wasmparser::validate(&renamed).is_ok());
    }
}
