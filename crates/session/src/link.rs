//! The text form of share links: `1` (version) + base64url of a flag byte and the payload + a check character.
//!
//! The payload is postcard, or raw deflate of it where that is shorter. The last character is a base-62 checksum,
//! always a letter or digit, so that a link that was cut or whose end was taken for punctuation is recognised.
//! Decoding is bounded in memory and time and never panics.

use crate::error::Problem;
use crate::payload::{ContestV1, RunV1};
use base64ct::{Base64UrlUnpadded, Encoding};
use consistory_kernel::Digest;
use consistory_scene::Text;
use core::hash::Hasher;
use serde::Deserialize;

/// The longest link that is read, in characters.
const ENCODED_MAX: usize = 16 * 1024;
/// The largest payload that is inflated, in bytes.
const INFLATED_MAX: usize = 256 * 1024;
/// The most edits of a run.
const EDITS_MAX: usize = 20_000;

const VERSION: char = '1';
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;
const CHECK: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What writes and reads the payloads of links. A value, so that a page can load the code behind it when it is needed.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    encode: fn(&RunV1) -> String,
    decode: fn(&str) -> Result<RunV1, Problem>,
}

/// The one codec. Whoever calls this has its code in the binary.
pub fn codec() -> Codec {
    Codec { encode, decode }
}

impl Codec {
    /// The text of a run.
    pub(crate) fn encode(self, run: &RunV1) -> String {
        (self.encode)(run)
    }

    /// Reads a link's text.
    pub(crate) fn decode(self, text: &str) -> Result<RunV1, Problem> {
        (self.decode)(text)
    }
}

/// A link with a right checksum around any bytes, for tests of the decoder behind it.
pub(crate) fn seal(bytes: &[u8]) -> String {
    let mut text = String::from(VERSION);
    text.push_str(&Base64UrlUnpadded::encode_string(bytes));
    text.push(check(&text));
    text
}

/// The text of a run; empty if it cannot be encoded, which no run that this crate makes comes to.
fn encode(run: &RunV1) -> String {
    postcard::to_allocvec(run).map(|plain| pack(&plain)).unwrap_or_default()
}

/// The text of a contest.
pub(crate) fn encode_contest(contest: &ContestV1) -> String {
    postcard::to_allocvec(contest).map(|plain| pack(&plain)).unwrap_or_default()
}

/// The text of a payload, deflated where that is shorter.
fn pack(plain: &[u8]) -> String {
    let deflated = miniz_oxide::deflate::compress_to_vec(plain, 9);
    let mut bytes = Vec::with_capacity(plain.len() + 1);
    if deflated.len() < plain.len() {
        bytes.push(DEFLATED);
        bytes.extend_from_slice(&deflated);
    } else {
        bytes.push(PLAIN);
        bytes.extend_from_slice(plain);
    }
    seal(&bytes)
}

/// Reads a link's text.
fn decode(text: &str) -> Result<RunV1, Problem> {
    let run: RunV1 = whole(&unpack(text)?)?;
    if run.edits.len() > EDITS_MAX {
        return Err(problem("problem.link.too_long"));
    }
    Ok(run)
}

/// Reads the text of a contest's link.
pub(crate) fn decode_contest(text: &str) -> Result<ContestV1, Problem> {
    whole(&unpack(text)?)
}

/// A value that takes up all of a payload.
fn whole<'a, T: Deserialize<'a>>(plain: &'a [u8]) -> Result<T, Problem> {
    let (value, rest) = postcard::take_from_bytes(plain).map_err(|_| problem("problem.link.damaged"))?;
    if rest.is_empty() { Ok(value) } else { Err(problem("problem.link.damaged")) }
}

/// The payload of a link's text.
fn unpack(text: &str) -> Result<Vec<u8>, Problem> {
    let text = text.trim();
    if text.len() > ENCODED_MAX {
        return Err(problem("problem.link.too_long"));
    }
    if !text.starts_with(VERSION) {
        let newer = text.starts_with(|character: char| character.is_ascii_digit() && character > VERSION);
        return Err(problem(if newer { "problem.link.newer" } else { "problem.link.damaged" }));
    }
    let Some((last, _)) = text.char_indices().next_back() else { return Err(problem("problem.link.damaged")) };
    let (body, sum) = text.split_at(last);
    if !sum.starts_with(check(body)) {
        return Err(problem("problem.link.damaged"));
    }
    let bytes = Base64UrlUnpadded::decode_vec(&body[1..]).map_err(|_| problem("problem.link.damaged"))?;
    inflate(&bytes)
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let damaged = || problem("problem.link.damaged");
    let (flag, payload) = bytes.split_first().ok_or_else(damaged)?;
    match *flag {
        PLAIN => Ok(payload.to_vec()),
        DEFLATED => miniz_oxide::inflate::decompress_to_vec_with_limit(payload, INFLATED_MAX).map_err(|_| damaged()),
        _ => Err(damaged()),
    }
}

fn check(body: &str) -> char {
    let mut digest = Digest::default();
    digest.write(body.as_bytes());
    let place = usize::try_from(digest.value() % 62).unwrap_or(0);
    char::from(CHECK[place])
}

fn problem(key: &'static str) -> Problem {
    Problem::new(Text::key(key))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::payload::{EditV1, RunV1, WhatV1};

    fn run(edits: u64) -> RunV1 {
        let edit = |number: u64| EditV1 { after: 1_234 * number, ties: 0, what: WhatV1::Restart(2) };
        RunV1 {
            protocol: "raft".into(),
            scenario: String::new(),
            settings: vec![("seed".into(), "7".into())],
            mutants: 0,
            directives: Vec::new(),
            edits: (0..edits).map(edit).collect(),
            cursor: (734_200, 0),
            digest: 0x0123_4567_89AB_CDEF,
            view: (0, 3),
        }
    }

    #[test]
    fn links_round_trip_plain_and_deflated() {
        for edits in [0, 1, 40, 2_000] {
            let run = run(edits);
            assert_eq!(decode(&encode(&run)).expect("our own link"), run);
        }
    }

    #[test]
    fn any_cut_or_changed_character_is_noticed() {
        let link = encode(&run(5));
        let mut slipped = 0;
        for length in 0..link.len() {
            slipped += u32::from(decode(&link[..length]).is_ok());
        }
        for place in 0..link.len() {
            let other = if link.as_bytes()[place] == b'A' { 'B' } else { 'A' };
            let mut changed = link.clone();
            changed.replace_range(place..=place, &other.to_string());
            slipped += u32::from(decode(&changed).is_ok());
        }
        // One character in 62 agrees by chance; the payload behind it is then damaged almost always.
        assert!(slipped <= 3, "{slipped} damaged links were read");
    }

    #[test]
    fn newer_versions_are_told_from_damage() {
        assert_eq!(decode("2AAAA0").expect_err("a newer version").text.key, "problem.link.newer");
        assert_eq!(decode("hello").expect_err("no link").text.key, "problem.link.damaged");
        assert_eq!(decode("").expect_err("empty").text.key, "problem.link.damaged");
        assert_eq!(decode(&"1".repeat(20_000)).expect_err("too long").text.key, "problem.link.too_long");
    }
}
