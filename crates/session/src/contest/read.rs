//! Text to a [`Draft`]: words in their places, so that whatever is wrong with them can say where.

use crate::Problem;
use crate::scenario::TIME_MAX;
use crate::scenario::parse::{Line, Setting, Statement, Token, Tokens, line, setting};
use consistory_kernel::{Moment, Time};
use consistory_scene::{Arg, Text};
use core::ops::RangeInclusive;

/// At most this many bytes of text, and this many lines.
const BYTES_MAX: usize = 64 * 1024;
const LINES_MAX: usize = 2_000;

/// How many runs fit beside each other.
const SIDES: RangeInclusive<usize> = 2..=4;

/// A contest as its text has it.
pub(super) struct Draft<'a> {
    /// Comment lines at the top.
    pub(super) about: Vec<&'a str>,
    /// The contestants.
    pub(super) sides: Vec<Side<'a>>,
    /// Parameters for all.
    pub(super) settings: Vec<Setting<'a>>,
    /// What is done, in the order of time.
    pub(super) acts: Vec<DraftAct<'a>>,
    /// How far the lines so far go.
    pub(super) until: Time,
    /// Where it is opened.
    pub(super) cursor: Option<Time>,
}

/// A contestant.
pub(super) struct Side<'a> {
    pub(super) protocol: Token<'a>,
    pub(super) settings: Vec<Setting<'a>>,
}

/// Something that is done.
pub(super) struct DraftAct<'a> {
    /// When.
    pub(super) at: Time,
    /// Its first word, for problems.
    pub(super) token: Token<'a>,
    /// [`Statement::Act`] or [`Statement::Set`].
    pub(super) statement: Statement<'a>,
    /// The same as it is printed.
    pub(super) text: String,
}

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Draft<'_>, Problem> {
    if text.len() > BYTES_MAX || text.lines().count() > LINES_MAX {
        return Err(Problem::new(Text::key("problem.contest.too_long")));
    }
    let mut about = Vec::new();
    let mut draft: Option<Draft<'_>> = None;
    let mut last = 1;
    for (number, text) in (1..).zip(text.lines()) {
        last = number;
        let mut tokens = Tokens::of(text, number);
        match &mut draft {
            None if tokens.is_empty() => about.extend(text.trim().strip_prefix('#').map(str::trim)),
            None => draft = Some(Draft::begin(&mut tokens)?),
            Some(_) if tokens.is_empty() => {}
            Some(draft) => draft.go_on(text, number, &mut tokens)?,
        }
    }
    let missing = || Problem::new(Text::key("problem.contest.no_contestants")).at(last, 1);
    Ok(Draft { about, ..draft.ok_or_else(missing)? })
}

impl<'a> Draft<'a> {
    /// `versus raft, primary-backup acks=1`.
    fn begin(tokens: &mut Tokens<'a>) -> Result<Self, Problem> {
        let keyword = tokens.need("contest.expected.versus")?;
        if keyword.text != "versus" {
            return Err(keyword.unexpected("contest.expected.versus"));
        }
        let mut sides = Vec::new();
        let mut open: Option<Side<'a>> = None;
        for whole in tokens.rest() {
            // A comma inside a word belongs to a value.
            let word = Token { text: whole.text.strip_suffix(',').unwrap_or(whole.text), ..whole };
            let ends = word.text.len() < whole.text.len();
            match &mut open {
                _ if word.text.is_empty() => {}
                Some(side) => side.settings.push(setting(word, "expected.setting")?),
                None => open = Some(Side { protocol: word, settings: Vec::new() }),
            }
            if ends {
                sides.push(open.take().ok_or_else(|| whole.unexpected("contest.expected.contestant"))?);
            }
        }
        sides.extend(open);
        if !SIDES.contains(&sides.len()) {
            let count = Arg::Number(i64::try_from(sides.len()).unwrap_or(i64::MAX));
            return Err(keyword.problem(Text::key("problem.contest.count").with("count", count)));
        }
        Ok(Self { about: Vec::new(), sides, settings: Vec::new(), acts: Vec::new(), until: 0, cursor: None })
    }

    /// A line after the first.
    fn go_on(&mut self, text: &'a str, number: u32, tokens: &mut Tokens<'a>) -> Result<(), Problem> {
        let Line { token, at, statement } = line(tokens)?;
        tokens.finish()?;
        if let Some(moment) = at {
            self.reach(moment, token)?;
        }
        let is_start = at.is_none() && self.until == 0 && self.acts.is_empty();
        match statement {
            Statement::Set(settings) if is_start => self.settings.extend(settings),
            Statement::Set(_) | Statement::Act(_) => {
                let words = Tokens::of(text, number).rest();
                // The words `at` and its time.
                let prefix = if at.is_some() { 2 } else { 0 };
                let text = canonical(words.get(prefix..).unwrap_or_default());
                self.acts.push(DraftAct { at: self.until, token, statement, text });
            }
            Statement::Run(duration) => self.until = self.until.saturating_add(duration).min(TIME_MAX),
            Statement::Cursor(moment) => self.cursor = Some(time_of(moment, token)?.min(TIME_MAX)),
            Statement::Mutant(_)
            | Statement::Await(..)
            | Statement::Expect(_)
            | Statement::Say(_)
            | Statement::Directive(..) => return Err(token.unexpected("contest.expected.line")),
        }
        Ok(())
    }

    /// Goes on to the time of a line.
    fn reach(&mut self, moment: Moment, token: Token<'_>) -> Result<(), Problem> {
        let time = time_of(moment, token)?;
        if time < self.until || time > TIME_MAX {
            let now = Arg::Time(self.until);
            return Err(token.problem(Text::key("problem.scenario.past").with("time", now)));
        }
        self.until = time;
        Ok(())
    }
}

/// A moment without a place among the events of its time: those of one run are not those of another.
fn time_of(moment: Moment, token: Token<'_>) -> Result<Time, Problem> {
    if moment.ties == Moment::ALL { Ok(moment.time) } else { Err(token.problem(Text::key("problem.contest.ties"))) }
}

/// Words with one space between them, and none inside the braces of a group.
pub(super) fn canonical(words: &[Token<'_>]) -> String {
    let mut text = String::new();
    for word in words {
        if !(text.is_empty() || text.ends_with('{') || word.text == "}") {
            text.push(' ');
        }
        text.push_str(word.text);
    }
    text
}
