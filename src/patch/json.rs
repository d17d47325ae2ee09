//! Text to [`Value`]: serde_json with duplicate keys noticed and errors put in our words.
//!
//! Of duplicate keys the last wins and each gets a warning. Numbers outside f64, texts above 64 MiB
//! and nesting of 128 or more are refused; so is a document of more than [`MAX_VALUES`] values and
//! keys, which bounds the memory that a hostile text can ask for. A million plain connections fit.

use super::place::Place;
use super::source::{Lines, MAX_BYTES, Source, too_large};
use super::value::{Value, quote};
use crate::diag::{Diagnostic, Diagnostics};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Keys of an object that are compared each with each, rather than sorted.
const FEW: usize = 16;

/// Most JSON values and keys in one document.
const MAX_VALUES: usize = 6_000_000;

/// The text as a value, or nothing with one error that says why.
pub(super) fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Option<Value> {
    if source.text.len() > MAX_BYTES {
        diagnostics.push(too_large(&source.name, source.text.len()));
        return None;
    }
    let text = source.json();
    let mut build = Build {
        values: 0,
        diagnostics,
        items: Vec::new(),
        entries: Vec::new(),
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = Seed {
        build: &mut build,
        place: &Place::ROOT,
    }
    .deserialize(&mut json);
    let values = build.values;
    match parsed.and_then(|value| json.end().map(|()| value)) {
        Ok(value) => Some(value),
        Err(error) => {
            diagnostics.push(explain(source, text, &error, values));
            None
        }
    }
}

/// serde_json's error in our words, with a place.
fn explain(source: &Source, text: &str, error: &serde_json::Error, values: usize) -> Diagnostic {
    // The message ends in its own place, which counts bytes.
    let whole = error.to_string();
    let said = whole
        .rsplit_once(" at line ")
        .map_or(&*whole, |(said, _)| said);
    let mut diagnostic = if values > MAX_VALUES {
        Diagnostic::error(
            "too-large",
            "",
            format!("more than {MAX_VALUES} JSON values and keys"),
        )
    } else if said.starts_with("recursion limit") {
        Diagnostic::error("too-deep", "", "nested 128 levels deep or more")
            .hint("lists and objects may nest at most 127 levels")
    } else if said.starts_with("number out of range") {
        Diagnostic::error("number-out-of-range", "", "a number beyond ±1.8e308")
    } else {
        let (message, hint) = match text.trim().is_empty() {
            true => (
                "the file is empty",
                "`oscilla new` writes a patch to start from",
            ),
            false => words(said),
        };
        let diagnostic = Diagnostic::error("bad-json", "", format!("not JSON: {message}"));
        if hint.is_empty() {
            diagnostic
        } else {
            diagnostic.hint(hint)
        }
    };
    let line = error.line().max(1);
    let start = match line {
        1 => 0,
        _ => text
            .match_indices('\n')
            .nth(line - 2)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    let offset = start + error.column().saturating_sub(1);
    // What comes from other notations has a better hint than the grammar's.
    let foreign = match text.as_bytes().get(offset) {
        Some(b'/' | b'#') => Some("JSON has no comments: use a `description` field"),
        Some(b'\'') => Some("texts and keys stand in double quotes"),
        _ => None,
    };
    if let (Some(hint), "bad-json") = (foreign, diagnostic.code) {
        diagnostic.hints = vec![hint.to_owned()];
    }
    diagnostic.file.clone_from(&source.name);
    (diagnostic.line, diagnostic.column) = Lines::new(text).place(offset);
    diagnostic
}

/// Message and hint for what serde_json says.
fn words(said: &str) -> (&str, &'static str) {
    match said {
        "EOF while parsing a value" => ("the text ends where a value is expected", ""),
        "EOF while parsing a list" => ("the text ends inside a list", "close it with `]`"),
        "EOF while parsing an object" => ("the text ends inside an object", "close it with `}`"),
        "EOF while parsing a string" => ("the text ends inside a string", "close it with `\"`"),
        "expected value" => (
            "expected a value here",
            "a value is a \"text\", a number, true, false, null, [ … ] or { … }",
        ),
        "key must be a string" => ("expected a key here", "keys stand in double quotes"),
        "expected `,` or `]`" | "expected `,` or `}`" => {
            (said, "a comma may be missing before this")
        }
        "trailing comma" => ("a comma before the end", "remove the comma"),
        "trailing characters" => (
            "more text after the document",
            "a file holds one JSON object and nothing else",
        ),
        "invalid number" => ("not a number", "write 0.5, not .5, +0.5 or 00.5"),
        "invalid escape" => ("not an escape", r#"write \\ for a backslash"#),
        "control character (\\u0000-\\u001F) found while parsing a string" => (
            "a line break or control character inside a string",
            r#"write \n for a line break"#,
        ),
        _ => (said, ""),
    }
}

/// What the walk gathers beside the value.
struct Build<'a> {
    values: usize,
    diagnostics: &'a mut Diagnostics,
    /// Items of the lists that are open, the innermost last: a list that is closed takes its own as a
    /// whole, and no more room than they need.
    items: Vec<Value>,
    /// Entries of the objects that are open.
    entries: Vec<(String, Value)>,
}

impl Build<'_> {
    /// Counts a value or key.
    fn count<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.values += 1;
        if self.values > MAX_VALUES {
            Err(E::custom("too many values"))
        } else {
            Ok(())
        }
    }

    fn duplicate(&mut self, key: &str, place: Place<'_>) {
        let message = format!(
            "the key {} is here more than once; the last one counts",
            quote(key)
        );
        self.diagnostics.push(
            Diagnostic::warning("duplicate-key", place.pointer(), message)
                .hint("remove one of them"),
        );
    }
}

/// Reads one value at a place.
struct Seed<'a, 'b> {
    build: &'a mut Build<'b>,
    place: &'a Place<'a>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        self.build.count()?;
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(Value::Number(v as f64))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::Number(v as f64))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Value::Number(v))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::Text(v.to_owned()))
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::Text(v))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let first = self.build.items.len();
        loop {
            let place = self.place.index(self.build.items.len() - first);
            match seq.next_element_seed(Seed {
                build: &mut *self.build,
                place: &place,
            })? {
                Some(value) => self.build.items.push(value),
                None => break,
            }
        }
        Ok(Value::List(self.build.items.split_off(first)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let first = self.build.entries.len();
        while let Some(key) = map.next_key::<String>()? {
            self.build.count()?;
            let place = self.place.key(&key);
            let value = map.next_value_seed(Seed {
                build: &mut *self.build,
                place: &place,
            })?;
            self.build.entries.push((key, value));
        }
        let mut entries = self.build.entries.split_off(first);
        keep_last(&mut entries, |key| {
            self.build.duplicate(key, self.place.key(key))
        });
        Ok(Value::Object(entries))
    }
}

/// Removes all but the last entry of each key, in the place of the first; tells of each such key.
fn keep_last(entries: &mut Vec<(String, Value)>, mut tell: impl FnMut(&str)) {
    let is_met = |i: usize| entries[..i].iter().any(|(key, _)| *key == entries[i].0);
    if entries.len() <= FEW && !(1..entries.len()).any(is_met) {
        return;
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|&a, &b| entries[a].0.cmp(&entries[b].0));
    let (mut moves, mut dead) = (Vec::new(), Vec::new());
    for same in order
        .chunk_by(|&a, &b| entries[a].0 == entries[b].0)
        .filter(|c| c.len() > 1)
    {
        // The sort is stable, so `same` ascends.
        let (first, last) = (same[0], same[same.len() - 1]);
        tell(&entries[first].0);
        moves.push((first, last));
        dead.extend_from_slice(&same[1..]);
    }
    for (first, last) in moves {
        entries.swap(first, last);
    }
    if !dead.is_empty() {
        dead.sort_unstable();
        let mut index = 0;
        entries.retain(|_| {
            let keep = dead.binary_search(&index).is_err();
            index += 1;
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Value>, Vec<Diagnostic>) {
        let mut diagnostics = Diagnostics::new();
        let source = Source::new("p.json", text);
        let value = parse(&source, &mut diagnostics);
        source.fill_places(&mut diagnostics);
        (value, diagnostics.list().to_vec())
    }

    fn error(text: &str) -> (&'static str, u32, u32, String) {
        let (value, list) = read(text);
        assert!(value.is_none() && list.len() == 1, "{list:?}");
        (
            list[0].code,
            list[0].line,
            list[0].column,
            list[0].message.clone(),
        )
    }

    #[test]
    fn the_last_of_duplicate_keys_counts() {
        let (value, list) = read(r#"{"a": 1, "b": {"x": 1, "x": 2, "x": 3}, "a": 4}"#);
        let text = |s: &str| s.to_owned();
        let inner = Value::Object(vec![(text("x"), Value::Number(3.0))]);
        let outer = vec![(text("a"), Value::Number(4.0)), (text("b"), inner)];
        assert_eq!(value, Some(Value::Object(outer)));
        let found: Vec<_> = list
            .iter()
            .map(|d| (d.code, &*d.pointer, d.column))
            .collect();
        assert_eq!(
            found,
            [("duplicate-key", "/b/x", 37), ("duplicate-key", "/a", 46)]
        );
    }

    #[test]
    fn errors_say_what_was_expected_and_where() {
        let cases = [
            ("", 1, 1, "not JSON: the file is empty"),
            (
                "{\"a\":",
                1,
                5,
                "not JSON: the text ends where a value is expected",
            ),
            ("{\n\"é\": [1, }", 2, 10, "not JSON: expected a value here"),
            ("{\"a\" 1}", 1, 6, "not JSON: expected `:`"),
            ("{\"a\": 1,}", 1, 9, "not JSON: a comma before the end"),
            ("{} x", 1, 4, "not JSON: more text after the document"),
            ("[1", 1, 2, "not JSON: the text ends inside a list"),
        ];
        for (text, line, column, message) in cases {
            assert_eq!(
                error(text),
                ("bad-json", line, column, message.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_and_depth_are_limited() {
        assert_eq!(error("{\"a\": 1e400}").0, "number-out-of-range");
        assert_eq!(error("{\"a\": -1e999}").0, "number-out-of-range");
        assert_eq!(error(&"[".repeat(128)).0, "too-deep");
        assert_eq!(error(&"[".repeat(1_000_000)).0, "too-deep");
        let fits = format!("{}{}", "[".repeat(127), "]".repeat(127));
        assert!(read(&fits).0.is_some());
        let zeros = |n: usize| format!("[{}0]", "0,".repeat(n - 2));
        assert_eq!(error(&zeros(MAX_VALUES + 1)).0, "too-large");
        assert!(read(&zeros(MAX_VALUES)).0.is_some());
        let digits = "9".repeat(300);
        let (value, _) = read(&digits);
        assert!(
            matches!(value, Some(Value::Number(v)) if v == 1e300),
            "{value:?}"
        );
    }
}
