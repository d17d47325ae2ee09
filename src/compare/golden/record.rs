//! The record: which patches, how each is rendered, and the hash of every frame.
//!
//! One text file for all, made to be compared line by line: a row per fact, sorted by case and frame, so
//! that one changed frame is one changed line. A word that holds spaces or quotes is a JSON string.
//!
//! ```text
//! # oscilla golden 1
//! case     breathing  ../patches/breathing.json
//! plan     breathing  --scale 0.5
//! program  breathing  b3:5c0f…
//! frame    breathing  40  240x240  oscilla-raster-1+tiny-skia-0.12  b3:83e0…
//! ```

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use thiserror::Error;

/// The first line of every record; the number is that of the form.
const HEAD: &str = "# oscilla golden 1";

/// Everything that was recorded in one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// By name.
    pub cases: BTreeMap<String, Case>,
}

/// A patch or program and what it rendered to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    /// Its file, relative to the folder of the record, with `/`.
    pub file: String,
    /// Flags of its plan, in the words of the command line; files are relative to the record too.
    pub plan: Vec<String>,
    /// Hash of the compiled program, `b3:` and hex digits.
    pub program: String,
    /// By frame number.
    pub frames: BTreeMap<u64, FrameEntry>,
}

/// What is recorded of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameEntry {
    /// px.
    pub width: u32,
    /// px.
    pub height: u32,
    /// What painted it; hashes of different ones say nothing about each other.
    pub rasteriser: String,
    /// Hash of the decoded pixels, `b3:` and hex digits.
    pub hash: String,
}

/// Why a text is no record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct RecordError {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

impl Record {
    /// Reads the text of a record.
    ///
    /// # Errors
    /// If a line is none of a record, names a case that no line before it began, or says something twice.
    pub fn read(text: &str) -> Result<Self, RecordError> {
        let mut record = Self::default();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if at == 0 && line != HEAD {
                let what = format!("a record begins with `{HEAD}`");
                return Err(RecordError { line: 1, what });
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let row = words(line).and_then(|words| record.take(&words));
            row.map_err(|what| RecordError { line: at + 1, what })?;
        }
        Ok(record)
    }

    fn take(&mut self, words: &[String]) -> Result<(), String> {
        let [kind, name, rest @ ..] = words else {
            return Err("a row names its kind and a case".to_owned());
        };
        if kind == "case" {
            let [file] = rest else {
                return Err("write `case NAME FILE`".to_owned());
            };
            let case = Case {
                file: file.clone(),
                ..Case::default()
            };
            let before = self.cases.insert(name.clone(), case);
            return before.map_or(Ok(()), |_| Err(format!("case `{name}` is there twice")));
        }
        let case = self.cases.get_mut(name);
        let case = case.ok_or_else(|| format!("no case `{name}` stands before this row"))?;
        match (kind.as_str(), rest) {
            ("plan", flags) => case.plan = flags.to_vec(),
            ("program", [hash]) => case.program.clone_from(hash),
            ("frame", [number, size, rasteriser, hash]) => {
                let frame = number.parse().map_err(|_| bad("frame number", number))?;
                let side = |text: &str| text.parse::<u32>().ok();
                let sides = size.split_once('x').map(|(w, h)| (side(w), side(h)));
                let Some((Some(width), Some(height))) = sides else {
                    return Err(bad("size in px", size));
                };
                let entry = FrameEntry {
                    width,
                    height,
                    rasteriser: rasteriser.clone(),
                    hash: hash.clone(),
                };
                if case.frames.insert(frame, entry).is_some() {
                    return Err(format!("frame {frame} of `{name}` is there twice"));
                }
            }
            _ => return Err(bad("row of a record", &words.join(" "))),
        }
        Ok(())
    }
}

fn bad(what: &str, found: &str) -> String {
    format!("`{found}` is no {what}")
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        for (name, case) in &self.cases {
            let name = quoted(name);
            writeln!(f, "\ncase     {name}  {}", quoted(&case.file))?;
            if !case.plan.is_empty() {
                let words: Vec<String> = case.plan.iter().map(|word| quoted(word)).collect();
                writeln!(f, "plan     {name}  {}", words.join(" "))?;
            }
            writeln!(f, "program  {name}  {}", case.program)?;
            for (frame, entry) in &case.frames {
                let FrameEntry {
                    width,
                    height,
                    rasteriser,
                    hash,
                } = entry;
                writeln!(
                    f,
                    "frame    {name}  {frame}  {width}x{height}  {}  {hash}",
                    quoted(rasteriser)
                )?;
            }
        }
        Ok(())
    }
}

/// A word as it stands in a row.
fn quoted(word: &str) -> String {
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '"';
    if word.is_empty() || word.contains(odd) {
        let mut text = String::new();
        let _ = write!(text, "{}", serde_json::Value::from(word));
        text
    } else {
        word.to_owned()
    }
}

/// The words of a row.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        if rest.starts_with('"') {
            let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let word = stream.next().and_then(Result::ok);
            words.push(word.ok_or_else(|| bad("word in quotes", rest))?);
            rest = &rest[stream.byte_offset()..];
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let entry = |hash: &str| FrameEntry {
            width: 8,
            height: 4,
            rasteriser: "raster 1".to_owned(),
            hash: hash.to_owned(),
        };
        let case = Case {
            file: "../a \"b\"/ü.json".to_owned(),
            plan: ["--set", "text.value=two words"]
                .map(str::to_owned)
                .to_vec(),
            program: "b3:1".to_owned(),
            frames: [(10, entry("b3:3")), (9, entry("b3:2"))].into(),
        };
        let plain = Case {
            plan: Vec::new(),
            frames: BTreeMap::new(),
            ..case.clone()
        };
        Record {
            cases: [("ü ö".to_owned(), case), ("plain".to_owned(), plain)].into(),
        }
    }

    #[test]
    fn a_record_reads_back_and_is_sorted() {
        let text = record().to_string();
        assert_eq!(Record::read(&text), Ok(record()), "{text}");
        let frames: Vec<&str> = text.lines().filter(|l| l.starts_with("frame")).collect();
        assert_eq!(
            frames,
            [
                "frame    \"ü ö\"  9  8x4  \"raster 1\"  b3:2",
                "frame    \"ü ö\"  10  8x4  \"raster 1\"  b3:3"
            ]
        );
        assert!(text.find("case     plain") < text.find("case     \"ü ö\""));
    }

    #[test]
    fn a_bad_line_is_named() {
        for (line, words) in [
            ("case a", "write `case NAME FILE`"),
            ("frame b 0 1x1 r b3:0", "no case `b`"),
            ("frame a x 1x1 r b3:0", "`x` is no frame number"),
            ("frame a 0 1 r b3:0", "`1` is no size in px"),
            ("frame a 0 1x1 r", "is no row of a record"),
            ("picture a 0", "is no row of a record"),
            ("case a again.json", "there twice"),
            ("case \"a", "is no word in quotes"),
            ("frame", "a row names"),
        ] {
            let error = Record::read(&format!("{HEAD}\ncase a f.json\n{line}\n")).unwrap_err();
            assert_eq!(error.line, 3, "{line}");
            assert!(error.what.contains(words), "{line}: {error}");
        }
        assert_eq!(Record::read("0  1  2").unwrap_err().line, 1);
    }
}
