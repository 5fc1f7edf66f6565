//! Words of a line, with their columns.

use crate::Problem;
use consistory_scene::{Arg, Text};

/// A word of a scenario text, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The word.
    pub text: &'a str,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, in characters, from 1.
    pub column: u32,
}

/// What is left of a line.
pub(crate) struct Tokens<'a> {
    words: Vec<Token<'a>>,
    next: usize,
    /// Where something that is missing would stand.
    end: (u32, u32),
}

impl<'a> Tokens<'a> {
    /// Splits a line at spaces and braces, without its comment.
    pub(crate) fn of(text: &'a str, line: u32) -> Self {
        let mut tokens = Vec::new();
        let mut start = None;
        let mut column = 0;
        let mut push = |start: &mut Option<(usize, u32)>, end: usize| {
            if let Some((from, column)) = start.take() {
                tokens.push(Token { text: &text[from..end], line, column });
            }
        };
        for (offset, character) in text.char_indices() {
            column += 1;
            match character {
                '#' if start.is_none() => {
                    push(&mut start, offset);
                    return Self { words: tokens, next: 0, end: (line, column) };
                }
                '{' | '}' => {
                    push(&mut start, offset);
                    push(&mut Some((offset, column)), offset + 1);
                }
                _ if character.is_whitespace() => push(&mut start, offset),
                _ => {
                    start.get_or_insert((offset, column));
                }
            }
        }
        push(&mut start, text.len());
        Self { words: tokens, next: 0, end: (line, column + 1) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.next >= self.words.len()
    }

    pub(crate) fn peek(&self) -> Option<Token<'a>> {
        self.words.get(self.next).copied()
    }

    pub(crate) fn take(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.next += 1;
        Some(token)
    }

    /// The next word if it is that one.
    pub(crate) fn take_if(&mut self, wanted: &str) -> bool {
        let matches = self.peek().is_some_and(|token| token.text == wanted);
        self.next += usize::from(matches);
        matches
    }

    /// The next word; a problem that says what was expected if there is none.
    pub(crate) fn need(&mut self, expected: &'static str) -> Result<Token<'a>, Problem> {
        self.take().ok_or_else(|| {
            let text = Text::key("problem.scenario.missing").with("expected", Arg::Word(expected));
            Problem::new(text).at(self.end.0, self.end.1)
        })
    }

    /// Everything that is left.
    pub(crate) fn rest(&mut self) -> Vec<Token<'a>> {
        let rest = self.words.split_off(self.next);
        self.next = self.words.len();
        rest
    }

    /// A problem unless the line is used up.
    pub(crate) fn finish(&self) -> Result<(), Problem> {
        match self.peek() {
            None => Ok(()),
            Some(token) => {
                let text = Text::key("problem.scenario.surplus").with("found", Arg::Plain(token.text.to_owned()));
                Err(Problem::new(text).at(token.line, token.column))
            }
        }
    }
}

impl Token<'_> {
    /// A problem with this word: it is not what was expected.
    pub fn unexpected(self, expected: &'static str) -> Problem {
        let found = Arg::Plain(self.text.to_owned());
        let text = Text::key("problem.scenario.unexpected").with("found", found).with("expected", Arg::Word(expected));
        self.problem(text)
    }

    /// A problem at this word.
    pub fn problem(self, text: Text) -> Problem {
        Problem::new(text).at(self.line, self.column)
    }
}
