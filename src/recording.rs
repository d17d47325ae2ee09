//! Noun: a recording, what came from outside while a performance ran.
//!
//! In: a text, JSON or CSV. Out: samples of channels over time, by name; or one finding with its line,
//! column and channel. Nothing here knows a program: what a channel is for, and whether anyone reads
//! it, is the reader's matter. Read next: `json`, `csv`.

mod csv;
mod json;

use crate::diag::Diagnostic;
use crate::math::parse_color;
use std::collections::BTreeMap;

/// Numbers that one sample can have at most.
pub const MAX_LANES: usize = 4;

/// Samples of channels over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// By name.
    pub channels: BTreeMap<String, Channel>,
    /// What was found and does not matter.
    pub warnings: Vec<Diagnostic>,
}

/// Samples of one channel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Channel {
    /// Whether values run linearly from sample to sample; else each holds until the next.
    pub linear: bool,
    /// In the order of the file.
    pub samples: Vec<Sample>,
}

/// A value at a time. What is no value at all (a text that means none, null) has no lanes: whoever reads
/// the channel decides what that means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Time, ms; finite.
    pub t_ms: f64,
    /// Numbers; those beyond `lanes` are 0.
    pub value: [f64; MAX_LANES],
    /// How many numbers, 0 to [`MAX_LANES`].
    pub lanes: usize,
}

/// Reads a recording: JSON if the first letter is a brace, else CSV.
///
/// # Errors
/// The first thing that is wrong, without its file.
pub fn read(text: &str) -> Result<Recording, Box<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (read, example) = match text.trim_start().starts_with('{') {
        true => (
            json::read(text),
            r#"a recording looks like {"channels": {"midi.cc1": {"samples": [[0, 0.2], [500, 0.8]]}}}"#,
        ),
        false => (
            csv::read(text),
            "a recording as a table looks like `tMs,midi.cc1`, then `0,0.2`, then `500,0.8`",
        ),
    };
    read.map_err(|mut finding| {
        if finding.hints.is_empty() {
            finding.hints.push(example.to_owned());
        }
        finding
    })
}

impl Channel {
    /// Adds a sample.
    fn push(&mut self, t_ms: f64, (value, lanes): Value) -> Result<(), String> {
        if !t_ms.is_finite() {
            return Err(format!("the time {t_ms} is not finite"));
        }
        self.samples.push(Sample { t_ms, value, lanes });
        Ok(())
    }
}

/// A value and how many lanes it has.
type Value = ([f64; MAX_LANES], usize);

/// What is no value.
const NOTHING: Value = ([0.0; MAX_LANES], 0);

fn number(value: f64) -> Value {
    ([value, 0.0, 0.0, 0.0], 1)
}

/// A list of numbers as a value, if there are 1 to 4.
fn list(numbers: &[f64]) -> Option<Value> {
    let mut lanes = [0.0; MAX_LANES];
    lanes.get_mut(..numbers.len())?.copy_from_slice(numbers);
    (!numbers.is_empty()).then_some((lanes, numbers.len()))
}

/// A text as a value: `true`, `NaN`, `-Infinity`, a colour.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "true" => number(1.0),
        "false" => number(0.0),
        "NaN" => number(f64::NAN),
        "Infinity" => number(f64::INFINITY),
        "-Infinity" => number(f64::NEG_INFINITY),
        _ => (parse_color(text)?, MAX_LANES),
    })
}

/// A finding at a line and column, both from 1.
fn wrong(line: usize, column: usize, message: impl Into<String>) -> Box<Diagnostic> {
    let mut finding = Diagnostic::error("bad-recording", "", message);
    finding.line = u32::try_from(line).unwrap_or(u32::MAX);
    finding.column = u32::try_from(column).unwrap_or(u32::MAX);
    Box::new(finding)
}
