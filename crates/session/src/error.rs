//! What bad input gets: one sentence that names the place and the remedy, as a word key.

use consistory_scene::Text;

/// Something from outside that cannot be used: a link, a scenario, a parameter, a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was wrong, where, and what to do.
    pub text: Text,
    /// Line of a scenario text, from 1.
    pub line: Option<u32>,
    /// Column of that line, from 1.
    pub column: Option<u32>,
}

impl Problem {
    /// A problem without a place in a text.
    pub fn new(text: Text) -> Self {
        Self { text, line: None, column: None }
    }

    /// The same problem, placed.
    #[must_use]
    pub fn at(mut self, line: u32, column: u32) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }
}
