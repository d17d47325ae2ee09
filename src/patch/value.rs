//! JSON values as the document keeps them, and what they can be read as.
//!
//! The coercions are total: each gives the wanted kind or a [`Found`] that says what was found, what
//! is wanted and an example. Path data is read next door, colour texts in [`crate::math`].

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::math::{number_text, parse_color};
use std::fmt::Write as _;

pub use super::path_text::path;

/// A JSON value. Objects keep the order of the file; of duplicate keys only the last is there.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`: mostly the same as absent.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Always finite.
    Number(f64),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// From JSON text, under the limits of a patch.
    ///
    /// # Errors
    /// `bad-json`, `number-out-of-range`, `too-large`, `too-deep`.
    pub fn parse(text: &str) -> Result<Self, Box<Diagnostic>> {
        let mut diagnostics = Diagnostics::new();
        super::json::parse(&super::Source::new("", text), &mut diagnostics).ok_or_else(|| {
            let first = diagnostics
                .list()
                .iter()
                .find(|d| d.severity == Severity::Error);
            // Without a value there is an error.
            Box::new(
                first
                    .cloned()
                    .unwrap_or_else(|| Diagnostic::error("bad-json", "", "not JSON")),
            )
        })
    }

    /// The value of a key, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Object(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this is a number, a boolean, `null` or a short text.
    pub(super) fn scalar(&self) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => true,
            Self::Text(text) => text.len() <= SHOWN,
            Self::List(_) | Self::Object(_) => false,
        }
    }

    /// The composite parameter that `{"__fromParam": "x"}` stands for.
    pub fn from_param(&self) -> Option<&str> {
        match self.get("__fromParam") {
            Some(Self::Text(name)) => Some(name),
            _ => None,
        }
    }

    /// The kind of JSON value, with its article.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// As JSON text, for hints that show what to type.
    pub fn json(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(v) => v.to_string(),
            Self::Number(v) => number_text(*v),
            Self::Text(text) => json_text(text),
            Self::List(list) => {
                let parts: Vec<String> = list.iter().map(Self::json).collect();
                format!("[{}]", parts.join(", "))
            }
            Self::Object(entries) => {
                let part =
                    |(key, value): &(String, Self)| format!("{}: {}", json_text(key), value.json());
                format!(
                    "{{{}}}",
                    entries.iter().map(part).collect::<Vec<_>>().join(", ")
                )
            }
        }
    }

    /// Short, for messages: scalars as they are, the rest by kind and size.
    pub fn show(&self) -> String {
        match self {
            Self::Null => "`null`".to_owned(),
            Self::Bool(v) => format!("`{v}`"),
            Self::Number(v) => format!("`{}`", number_text(*v)),
            Self::Text(text) if text.is_empty() => "an empty text".to_owned(),
            Self::Text(text) => format!("the text {}", quote(text)),
            Self::List(list) => match list.len() {
                1 => "a list of 1 value".to_owned(),
                n => format!("a list of {n} values"),
            },
            Self::Object(entries) => match entries.as_slice() {
                [] => "an empty object".to_owned(),
                [(key, _), ..] => format!("an object with {}", quote(key)),
            },
        }
    }
}

/// Why a value cannot be read as what is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `bad-value`, `unknown-option`, `bad-color`, `bad-path` or `path-too-large`.
    pub code: &'static str,
    /// What was found.
    pub found: String,
    /// What is wanted.
    pub wanted: String,
    /// What to type.
    pub hint: String,
}

impl Found {
    fn new(value: &Value, wanted: &str, example: &str) -> Self {
        Self::coded("bad-value", value, wanted, example)
    }

    fn coded(code: &'static str, value: &Value, wanted: &str, example: &str) -> Self {
        Self {
            code,
            found: value.show(),
            wanted: wanted.to_owned(),
            hint: format!("write {example}"),
        }
    }

    /// As an error at a pointer; `what` is what the value is for, such as `` `osc.amplitude` ``.
    pub fn diagnostic(self, pointer: impl Into<String>, what: &str) -> Diagnostic {
        let message = format!("{what} wants {}, but found {}", self.wanted, self.found);
        Diagnostic::error(self.code, pointer, message).hint(self.hint)
    }
}

/// A number: a number, a boolean (1, 0), or a text holding one decimal, exponent or `0x` number.
///
/// # Errors
/// `bad-value` for everything else.
pub fn number(value: &Value) -> Result<f64, Found> {
    let read = match value {
        Value::Number(v) => Some(*v),
        Value::Bool(v) => Some(f64::from(u8::from(*v))),
        Value::Text(text) => number_of_text(text.trim()),
        _ => None,
    };
    read.ok_or_else(|| Found::new(value, "a number", "a number such as `0.5`"))
}

/// A phase: as [`number`], then wrapped into 0 ≤ p < 1, so 1 is 0.
///
/// # Errors
/// As [`number`].
pub fn phase(value: &Value) -> Result<f64, Found> {
    let v = number(value)?;
    let wrapped = v - v.floor();
    // A tiny negative number leaves exactly 1.
    Ok(if wrapped < 1.0 { wrapped } else { 0.0 })
}

/// A boolean: a boolean, a number (> 0.5), or `"true"`, `"1"`, `"false"`, `"0"`, `""`.
///
/// # Errors
/// `bad-value` for everything else.
pub fn boolean(value: &Value) -> Result<bool, Found> {
    let read = match value {
        Value::Bool(v) => Some(*v),
        Value::Number(v) => Some(*v > 0.5),
        Value::Text(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" | "" => Some(false),
            _ => None,
        },
        _ => None,
    };
    read.ok_or_else(|| Found::new(value, "a boolean", "`true` or `false`"))
}

/// A pulse in the first frame, or none: a boolean, or a number (> 0.5).
///
/// # Errors
/// `bad-value` for everything else.
pub fn trigger(value: &Value) -> Result<bool, Found> {
    match value {
        Value::Bool(v) => Ok(*v),
        Value::Number(v) => Ok(*v > 0.5),
        _ => Err(Found::new(
            value,
            "a trigger",
            "`true` (one pulse in the first frame) or `false`",
        )),
    }
}

/// Index of one of the listed texts; a number stands for its shortest decimal text.
///
/// # Errors
/// `unknown-option` with the nearest options.
pub fn option(value: &Value, options: &[&str]) -> Result<usize, Found> {
    let text = match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(v) => Some(number_text(*v)),
        _ => None,
    };
    let index = text
        .as_deref()
        .and_then(|text| options.iter().position(|o| *o == text));
    index.ok_or_else(|| {
        let near = text.filter(|text| text.len() <= 256).map(|text| {
            let near = crate::diag::nearest(&text, options.iter().copied());
            let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
            near.join(" or ")
        });
        let mut list = String::new();
        for option in options.iter().take(24) {
            let _ = write!(
                list,
                "{}`{option}`",
                if list.is_empty() { "" } else { ", " }
            );
        }
        let hint = match near {
            Some(names) if !names.is_empty() => format!("did you mean {names}?"),
            _ => format!("the options are {list}"),
        };
        let wanted = if options.len() <= 6 {
            format!("one of {list}")
        } else {
            "an option".into()
        };
        Found {
            code: "unknown-option",
            found: value.show(),
            wanted,
            hint,
        }
    })
}

/// A text: a text, a number or a boolean as written.
///
/// # Errors
/// `bad-value` for everything else.
pub fn text(value: &Value) -> Result<String, Found> {
    match value {
        Value::Text(text) => Ok(text.clone()),
        Value::Number(v) => Ok(number_text(*v)),
        Value::Bool(v) => Ok(v.to_string()),
        _ => Err(Found::new(value, "a text", "a text in double quotes")),
    }
}

/// Two numbers: `[x, y]` or `{"x", "y"}`.
///
/// # Errors
/// `bad-value` for everything else.
pub fn vec2(value: &Value) -> Result<[f64; 2], Found> {
    components(value, ["x", "y"]).ok_or_else(|| Found::new(value, "a vec2", "`[10, 20]`"))
}

/// Three numbers: `[x, y, z]` or `{"x", "y", "z"}`.
///
/// # Errors
/// `bad-value` for everything else.
pub fn vec3(value: &Value) -> Result<[f64; 3], Found> {
    components(value, ["x", "y", "z"]).ok_or_else(|| Found::new(value, "a vec3", "`[10, 20, 30]`"))
}

/// A colour, straight sRGB-encoded: a colour text (a blank one is black), or `{r, g, b, a?}` or
/// `[r, g, b, a?]` with parts 0…1.
///
/// # Errors
/// `bad-color` for what looks like one and is none, `bad-value` for everything else.
pub fn color(value: &Value) -> Result<[f64; 4], Found> {
    let three = |[r, g, b]: [f64; 3]| [r, g, b, 1.0];
    let read = match value {
        Value::Text(text) if text.trim().is_empty() => Some([0.0, 0.0, 0.0, 1.0]),
        Value::Text(text) if text.len() <= 256 => parse_color(text),
        Value::Object(_) => match value.get("a") {
            None | Some(Value::Null) => components(value, ["r", "g", "b"]).map(three),
            Some(_) => components(value, ["r", "g", "b", "a"]),
        },
        Value::List(list) if list.len() == 3 => components(value, ["r", "g", "b"]).map(three),
        Value::List(_) => components(value, ["r", "g", "b", "a"]),
        _ => None,
    };
    let inside = |color: &[f64; 4]| color.iter().all(|part| (0.0..=1.0).contains(part));
    read.filter(inside).ok_or_else(|| {
        let coded = matches!(value, Value::Text(_) | Value::List(_) | Value::Object(_));
        let code = if coded { "bad-color" } else { "bad-value" };
        Found::coded(
            code,
            value,
            "a colour",
            r##"`"#3b82f6"`, `"hsl(210 90% 60%)"` or [r, g, b]"##,
        )
    })
}

/// Number of elements of a plain domain: max(1, floor(n)).
///
/// # Errors
/// `bad-value` for everything but a JSON number. The limit of elements is not checked here.
pub fn domain_count(value: &Value) -> Result<f64, Found> {
    match value {
        Value::Number(n) => Ok(n.floor().max(1.0)),
        _ => Err(Found::new(
            value,
            "a number of elements",
            "a number such as `100`",
        )),
    }
}

fn components<const N: usize>(value: &Value, names: [&str; N]) -> Option<[f64; N]> {
    let mut parts = [0.0; N];
    for (i, part) in parts.iter_mut().enumerate() {
        let found = match value {
            Value::List(list) if list.len() == N => list.get(i)?,
            Value::Object(_) => value.get(names[i])?,
            _ => return None,
        };
        *part = match found {
            Value::Number(v) => *v,
            _ => return None,
        };
    }
    Some(parts)
}

/// One number, and nothing else: `-1.5`, `.5`, `2e3`, `0x1F`. Always finite.
fn number_of_text(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        if digits.is_empty() || digits.len() > 256 {
            return None;
        }
        // Exact up to 2⁵³; beyond, each step rounds.
        let add = |sum: f64, c: char| Some(sum * 16.0 + f64::from(c.to_digit(16)?));
        return digits.chars().try_fold(0.0, add);
    }
    // Rust also reads `inf`, `nan` and `infinity`, which no patch means.
    let numeric = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    let plain = text.bytes().all(numeric);
    text.parse().ok().filter(|v: &f64| plain && v.is_finite())
}

fn json_text(text: &str) -> String {
    // A text always has a JSON form.
    serde_json::to_string(text).unwrap_or_default()
}

/// Longest part of a text that a message repeats, in characters.
const SHOWN: usize = 60;

/// A text in backticks, cut where it is long, control characters made visible.
pub fn quote(text: &str) -> String {
    let mut shown = String::from("`");
    for c in text.chars().take(SHOWN) {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown.push_str(if text.chars().nth(SHOWN).is_some() {
        "…`"
    } else {
        "`"
    });
    shown
}

#[cfg(test)]
mod tests;
