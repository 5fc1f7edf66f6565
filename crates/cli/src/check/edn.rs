//! Histories as Jepsen writes them: one map an operation's turn, each on its own or all in one vector or list.

use super::record::{Kind, Mistake, Place, Record};
use clojure_reader::edn::{Edn, read};
use clojure_reader::error::{Code, Error};
use consistory_checks::Value;

/// Reads a file.
pub(super) fn records(text: &str) -> Result<Vec<Record>, Mistake> {
    let mut reader = Reader { text, position: 0 };
    let closing = reader.opening();
    let mut records = Vec::new();
    loop {
        reader.skip();
        let rest = reader.rest();
        let place = reader.place();
        match rest.chars().next() {
            None if closing.is_some() => {
                return Err(Mistake::at(place, "the file ends inside of its vector; close it."));
            }
            None => return Ok(records),
            Some(letter) if Some(letter) == closing => {
                reader.position += 1;
                reader.skip();
                if reader.rest().is_empty() {
                    return Ok(records);
                }
                return Err(Mistake::at(
                    reader.place(),
                    "something follows the vector; a history is one vector, or one map a line.",
                ));
            }
            Some(_) => records.extend(record(&reader.form()?, place)?),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    position: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    fn place(&self) -> Place {
        place_of(self.text, self.position)
    }

    /// The bracket that closes what the file opens with, unless that is a map.
    fn opening(&mut self) -> Option<char> {
        self.skip();
        let closing = match self.rest().chars().next() {
            Some('[') => ']',
            Some('(') => ')',
            _ => return None,
        };
        self.position += 1;
        Some(closing)
    }

    /// Passes over space, commas and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed =
                rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',' || letter == '\u{feff}');
            let comment = if trimmed.starts_with(';') { trimmed.find('\n').unwrap_or(trimmed.len()) } else { 0 };
            self.position += rest.len() - trimmed.len() + comment;
            if comment == 0 {
                return;
            }
        }
    }

    fn form(&mut self) -> Result<Edn<'t>, Mistake> {
        let (start, rest) = (self.position, self.rest());
        let (form, after) = read(rest).map_err(|error| self.mistake(start, &error))?;
        self.position = self.text.len() - after.len();
        Ok(form)
    }

    fn mistake(&self, start: usize, error: &Error) -> Mistake {
        let what = match &error.code {
            Code::UnexpectedEOF => "the file ends inside of a form".to_owned(),
            Code::UnmatchedDelimiter(letter) => format!("{letter} does not match what was opened"),
            Code::InvalidNumber => "this is no number".to_owned(),
            Code::InvalidKeyword => "this is no keyword".to_owned(),
            Code::HashMapDuplicateKey => "a map has a key twice".to_owned(),
            Code::SetDuplicateKey => "a set has a member twice".to_owned(),
            other => format!("this is no EDN ({other:?})"),
        };
        let offset = error.ptr.unwrap_or(0);
        let place = place_of(self.text, (start + offset).min(self.text.len()));
        Mistake::at(
            place,
            format!("{what}; each form is a map such as {{:process 1, :type :invoke, :f :read, :value nil}}."),
        )
    }
}

fn place_of(text: &str, position: usize) -> Place {
    let position = (0..=position).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0);
    let before = &text[..position];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    Place { line, column }
}

/// A map; nothing where it is not about a client.
fn record(form: &Edn<'_>, place: Place) -> Result<Option<Record>, Mistake> {
    // Newer versions of Jepsen tag each operation with its type.
    let form = if let Edn::Tagged(_, inner) = form { inner } else { form };
    let Edn::Map(fields) = form else {
        return Err(Mistake::at(
            place,
            "each form is a map such as {:process 1, :type :invoke, :f :read, :value nil}.",
        ));
    };
    let field = |name: &'static str| fields.get(&Edn::key(name));
    let word = |name: &'static str| match field(name) {
        Some(Edn::Key(word) | Edn::Symbol(word) | Edn::Str(word)) => Some(word.trim_start_matches(':').to_owned()),
        _ => None,
    };
    let process = match field("process") {
        Some(Edn::Int(number)) => u64::try_from(*number).ok(),
        // The nemesis is no client.
        Some(Edn::Key(_) | Edn::Symbol(_)) => return Ok(None),
        _ => None,
    };
    let process = process.ok_or_else(|| Mistake::at(place, ":process is a whole number, one for each client."))?;
    let kind = word("type").and_then(|word| Kind::of(&word));
    let kind = kind.ok_or_else(|| Mistake::at(place, ":type is :invoke, :ok, :fail or :info."))?;
    let function = word("f").ok_or_else(|| Mistake::at(place, ":f names the operation, such as :read or :write."))?;
    let at = |name: &'static str| field(name).map(|form| value(form, place)).transpose();
    let time = match field("time") {
        Some(Edn::Int(time)) => u64::try_from(*time).ok(),
        _ => None,
    };
    let result = match field("result") {
        Some(Edn::Bool(result)) => Some(*result),
        _ => None,
    };
    Ok(Some(Record {
        place,
        process,
        kind,
        function,
        key: at("key")?.unwrap_or_default(),
        value: at("value")?,
        result,
        time,
    }))
}

/// A value of a history.
fn value(form: &Edn<'_>, place: Place) -> Result<Value, Mistake> {
    let all = |members: &mut dyn Iterator<Item = &Edn<'_>>| {
        members.map(|member| value(member, place)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match form {
        Edn::Nil => Value::Nil,
        Edn::Bool(yes) => Value::Bool(*yes),
        Edn::Int(number) => Value::Number(*number),
        Edn::Str(text) | Edn::Key(text) | Edn::Symbol(text) => Value::text(text),
        Edn::Vector(members) | Edn::List(members) => Value::list(all(&mut members.iter())?),
        Edn::Set(members) => Value::set(all(&mut members.iter())?),
        Edn::Tagged(_, inner) => value(inner, place)?,
        Edn::Map(_) => {
            return Err(Mistake::at(
                place,
                "a value is nil, a number, a text, or a vector or set of those; this one has a map.",
            ));
        }
        other => Value::text(&other.to_string()),
    })
}
