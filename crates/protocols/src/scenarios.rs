//! The scenario files of every protocol folder, bundled into the binary without their transcripts.

use crate::spec::Spec;

/// The texts of a folder's scenarios, up to the line of hyphens that the transcript follows, in the order of file names.
///
/// They are constants of their protocol, so that a page loads them with its code.
macro_rules! scenarios {
    ($folder:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $folder, ".rs"))
    };
}
pub(crate) use scenarios;

/// A scenario file.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioFile {
    /// The protocol's id.
    pub protocol: &'static str,
    /// The file's name without its ending, and without the number and hyphen that sort it.
    pub name: &'static str,
}

/// The build script's list, sorted by the names of folders and files.
const FILES: &[ScenarioFile] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The scenarios of the protocol of that id, in the order of their file names.
pub fn of(protocol: &str) -> impl Iterator<Item = &'static ScenarioFile> {
    FILES.iter().filter(move |file| file.protocol == protocol)
}

/// The text of a protocol's scenario of that name.
pub fn text_of<P: Spec>(name: &str) -> Option<&'static str> {
    let place = of(P::ID).position(|file| file.name == name)?;
    P::SCENARIOS.get(place).copied()
}
