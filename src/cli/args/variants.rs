//! `--seeds` and `--sweep`: which variants of a patch are rendered.

use crate::export::FrameRange;
use crate::export::FrameSet;
use crate::export::frames::FrameRangeError;
use clap::Args;

/// Most variants of one run.
pub(in crate::cli) const VARIANTS_MAX: u64 = 1000;

/// One export for each combination of these, each in a folder of its own.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Variants")]
pub(in crate::cli) struct VariantFlags {
    /// One export for each of these seeds: `1-9`, `1-9,12`, `0-90:10`
    #[arg(long, value_name = "SEEDS", value_parser = seeds, allow_hyphen_values = true, conflicts_with = "seed")]
    pub(in crate::cli) seeds: Option<FrameSet>,
    /// One export for each of these values (repeatable, then for each combination): `a,b,c` or a JSON array
    #[arg(long, value_name = "BLOCK.PORT=VALUES", value_parser = sweep, allow_hyphen_values = true)]
    pub(in crate::cli) sweep: Vec<Sweep>,
}

impl VariantFlags {
    /// Whether there is more than one export.
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.seeds.is_some() || !self.sweep.is_empty()
    }
}

/// `--sweep`: an input and the values that it takes in turn, as `--set` takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Sweep {
    pub(in crate::cli) target: String,
    pub(in crate::cli) values: Vec<String>,
}

fn seeds(text: &str) -> Result<FrameSet, String> {
    use FrameRangeError as E;
    let set = text
        .parse::<FrameRange>()
        .and_then(|range| range.within(1 << 32))
        .map_err(|error| match error {
            E::Syntax(part) => format!("`{part}` is no list of seeds: write `1-9` or `1-9,12`"),
            E::Backwards(part) => {
                format!("`{part}` ends before it begins: write the lower seed first")
            }
            E::NoStep(part) => format!("`{part}` has step 0"),
            E::Overlap(seed) => format!("seed {seed} is named twice"),
            E::BeyondPlan { asked, last } => {
                format!("{asked} is no seed: they go from 0 to {last}")
            }
        })?;
    if set.len() > VARIANTS_MAX {
        let (count, first) = (set.len(), set.first());
        return Err(format!(
            "{count} seeds are too many, one run takes {VARIANTS_MAX}: write `{first}-{}`, and the others in another run",
            first + VARIANTS_MAX - 1
        ));
    }
    Ok(set)
}

fn sweep(text: &str) -> Result<Sweep, String> {
    let wrong = || "write `block.port=a,b,c`, for example `osc.amplitude=0.2,0.5,1`".to_owned();
    let (target, list) = text.split_once('=').ok_or_else(wrong)?;
    match target.rsplit_once('.') {
        Some((block, port)) if !block.is_empty() && !port.is_empty() => {}
        _ => return Err(wrong()),
    }
    let values = values(list)?;
    for (at, value) in values.iter().enumerate() {
        if values[..at].iter().any(|other| is_same(other, value)) {
            return Err(format!("the value `{value}` is there twice"));
        }
    }
    Ok(Sweep {
        target: target.to_owned(),
        values,
    })
}

/// The values of a list: a JSON array, or values between commas.
fn values(list: &str) -> Result<Vec<String>, String> {
    if let Ok(serde_json::Value::Array(array)) = serde_json::from_str(list) {
        if array.is_empty() {
            return Err("the array has no value".to_owned());
        }
        return Ok(array.iter().map(plain).collect());
    }
    let values = split(list)?;
    if values.iter().any(|value| value.is_empty()) {
        return Err("a value is missing: write `block.port=a,b,c`".to_owned());
    }
    Ok(values.into_iter().map(str::to_owned).collect())
}

/// A value as `--set` takes it: a text without quotes where that is clear.
fn plain(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) if serde_json::from_str::<serde_json::Value>(text).is_err() => text.to_owned(),
        _ => value.to_string(),
    }
}

/// At commas that stand in no bracket and no quotes.
fn split(list: &str) -> Result<Vec<&str>, String> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let (mut values, mut from) = (Vec::new(), 0);
    for (at, byte) in list.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                values.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 || quoted {
        return Err(format!("a bracket or a quote in `{list}` is not closed"));
    }
    values.push(list[from..].trim());
    Ok(values)
}

/// Whether two texts mean one value.
fn is_same(a: &str, b: &str) -> bool {
    use serde_json::Value;
    let read = |text: &str| serde_json::from_str::<Value>(text);
    match (read(a), read(b)) {
        (Ok(Value::Number(a)), Ok(Value::Number(b))) => a.as_f64() == b.as_f64(),
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_list_of_ranges() {
        let list = |text: &str| seeds(text).unwrap().iter().collect::<Vec<_>>();
        assert_eq!(list("7"), [7]);
        assert_eq!(list("12,1-3"), [1, 2, 3, 12]);
        assert_eq!(list("0-20:10"), [0, 10, 20]);
        assert_eq!(list("4294967295"), [4_294_967_295]);
        for (text, word) in [
            ("", "no list of seeds"),
            ("a", "no list of seeds"),
            ("-1", "no list of seeds"),
            ("1.5", "no list of seeds"),
            ("1..9", "no list of seeds"),
            ("9-1", "lower seed first"),
            ("1-9,3", "seed 3 is named twice"),
            ("0-9:0", "step 0"),
            ("4294967296", "no seed"),
            ("1-2000", "write `1-1000`"),
            ("5-", "too many"),
            ("0-4294967295", "too many"),
        ] {
            let error = seeds(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }

    #[test]
    fn values_are_read_as_they_are_set() {
        let list = |text: &str| sweep(&format!("a.b={text}")).unwrap().values;
        assert_eq!(list("0.2, 0.5,1"), ["0.2", "0.5", "1"]);
        assert_eq!(list("red,#00ff00"), ["red", "#00ff00"]);
        assert_eq!(list("[1,2]"), ["1", "2"]);
        assert_eq!(list("[[1,2],[3,4]]"), ["[1,2]", "[3,4]"]);
        assert_eq!(list("[1,2],[3,4]"), ["[1,2]", "[3,4]"]);
        assert_eq!(list("hsl(1,2,3),blue"), ["hsl(1,2,3)", "blue"]);
        assert_eq!(
            list(r#"["a,b","5",true,null]"#),
            ["a,b", "\"5\"", "true", "null"]
        );
        assert_eq!(list(r#""a,b",c"#), ["\"a,b\"", "c"]);
        assert_eq!(list("a=1,b=2"), ["a=1", "b=2"]);
        for (text, word) in [
            ("a.b", "block.port=a,b,c"),
            ("a=1,2", "block.port=a,b,c"),
            (".b=1", "block.port=a,b,c"),
            ("a.=1", "block.port=a,b,c"),
            ("a.b=", "missing"),
            ("a.b=1,,2", "missing"),
            ("a.b=1,2,", "missing"),
            ("a.b=[]", "no value"),
            ("a.b=1,2,1.0", "`1.0` is there twice"),
            ("a.b=x,y,x", "`x` is there twice"),
            ("a.b=[1,2", "not closed"),
            ("a.b=\"x,y", "not closed"),
        ] {
            let error = sweep(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
