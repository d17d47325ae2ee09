//! Inputs that say how lines are drawn, and the static parameters they become.

use crate::blocks::{Input, Lowering};
use serde_json::Value as Json;

/// Words of `cap`.
pub(super) const CAPS: &[&str] = &["butt", "round", "square"];

/// Words of `join`.
pub(super) const JOINS: &[&str] = &["miter", "round", "bevel"];

/// The input `cap`.
pub(super) const CAP: Input =
    Input::options("cap", CAPS, "butt", "ends of open lines and of dashes");

/// The input `join`.
pub(super) const JOIN: Input = Input::options("join", JOINS, "miter", "corners");

/// The input `dash`.
pub(super) const DASH: Input = Input::text(
    "dash",
    "",
    "lengths in px of dashes and gaps in turn, such as `8 4`; empty = solid",
);

/// Adds a static parameter.
pub(super) fn put(params: &mut Json, name: &str, value: impl Into<Json>) {
    if let Json::Object(entries) = params {
        entries.insert(name.to_owned(), value.into());
    }
}

/// Adds an option as a static parameter, unless it is the one that is meant without.
pub(super) fn put_unless(l: &Lowering<'_>, params: &mut Json, name: &str, neutral: &str) {
    let word = l.text(name);
    if word != neutral && !word.is_empty() {
        put(params, name, word);
    }
}

/// Adds the pattern of the input `dash`. A length that is negative or beyond f32, or a pattern
/// without length, is a solid line, which is reported.
pub(super) fn dash(l: &mut Lowering<'_>, params: &mut Json) {
    let text = l.text("dash").to_owned();
    let lengths = match lengths(&text) {
        Ok(lengths) if lengths.is_empty() => return,
        Ok(lengths) => lengths,
        Err((column, word)) => {
            let message = format!(
                "`{}.dash` is {text:?}, but `{word}` at column {column} is not a length in px",
                l.id
            );
            let hint = "write lengths of dashes and gaps in turn, such as \"8 4\"".to_owned();
            return l.error("bad-value", "dash", message, hint);
        }
    };
    let usable = |v: &f64| *v >= 0.0 && (*v as f32).is_finite();
    if lengths.iter().all(usable) && lengths.iter().any(|v| *v as f32 > 0.0) {
        return put(params, "dash", lengths);
    }
    let message = format!(
        "`{}.dash` is {text:?}, which is no pattern: the line is solid",
        l.id
    );
    let hint = "lengths are ≥ 0 and at least one is above 0, such as \"8 4\"".to_owned();
    l.warning("bad-value", "dash", message, hint);
}

/// Numbers apart by commas or white space. The error is a column (from 1) and what stands there.
fn lengths(text: &str) -> Result<Vec<f64>, (usize, &str)> {
    let apart = |c: char| c == ',' || c.is_whitespace();
    let mut lengths = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(apart);
        if rest.is_empty() {
            return Ok(lengths);
        }
        let end = rest.find(apart).unwrap_or(rest.len());
        let word = &rest[..end];
        // `inf` and `nan` are no lengths that anybody wants to write.
        let digits = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
        match word.parse::<f64>() {
            Ok(length) if word.chars().all(digits) => lengths.push(length),
            _ => {
                let before = &text[..text.len() - rest.len()];
                return Err((before.chars().count() + 1, word));
            }
        }
        rest = &rest[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_numbers_and_errors_have_a_column() {
        assert_eq!(lengths(""), Ok(vec![]));
        assert_eq!(lengths(" 8,4 .5\t1e1, "), Ok(vec![8.0, 4.0, 0.5, 10.0]));
        assert_eq!(lengths("-1 2"), Ok(vec![-1.0, 2.0]));
        assert_eq!(lengths("8px"), Err((1, "8px")));
        assert_eq!(lengths("8, é 2"), Err((4, "é")));
        assert_eq!(lengths("1 nan"), Err((3, "nan")));
        assert_eq!(lengths("1 inf"), Err((3, "inf")));
    }
}
