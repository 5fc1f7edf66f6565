//! The scenario files of every protocol folder, bundled into the binary.

use crate::spec::Spec;

/// A scenario file.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioFile {
    /// The protocol's id.
    pub protocol: &'static str,
    /// The file's name without its ending.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The scenarios of a protocol, in the order of their file names; a leading number and hyphen sort and are not part of the name.
pub fn of<P: Spec>() -> Vec<ScenarioFile> {
    let mut files: Vec<_> = P::scenarios().files().collect();
    files.sort_by_key(|file| file.path());
    let named = files.into_iter().filter_map(|file| {
        let stem = file.path().file_stem()?.to_str()?;
        let number = stem.split_once('-').filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        let name = number.map_or(stem, |(_, name)| name);
        Some(ScenarioFile { protocol: P::ID, name, text: file.contents_utf8()? })
    });
    named.collect()
}
