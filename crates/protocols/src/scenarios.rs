//! The scenario files of every protocol folder, bundled into the binary without their transcripts.

use crate::spec::Spec;

/// A scenario file.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioFile {
    /// The protocol's id.
    pub protocol: &'static str,
    /// The file's name without its ending, and without the number and hyphen that sort it.
    pub name: &'static str,
    /// Its text up to the line of hyphens that the transcript follows.
    pub text: &'static str,
}

/// The build script's list, sorted by the names of folders and files.
const FILES: &[ScenarioFile] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The scenarios of a protocol, in the order of their file names.
pub fn of<P: Spec>() -> impl Iterator<Item = &'static ScenarioFile> {
    FILES.iter().filter(|file| file.protocol == P::ID)
}
