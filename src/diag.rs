//! The one diagnostic type, from the JSON reader to the terminal.
//!
//! A pass gets `&mut Diagnostics` and pushes what it finds; it never prints and never stops at the
//! first mistake. Passes know JSON pointers; [`crate::patch::Source`] turns a pointer into line and
//! column once, at the end. Codes are stable, lower-case words: scripts match on them.

pub mod shell;

use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// Most bytes of a file that is read: 64 MiB. It holds for patches, recordings, assets and programs as
/// JSON alike. Only the binary form of a program, which nobody writes by hand, may be larger.
pub const MAX_INPUT: usize = 64 << 20;

/// How many diagnostics are kept; further ones are only counted.
pub const KEPT: usize = 1000;

/// Whether a diagnostic stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The patch cannot be run.
    Error,
    /// The patch runs, but probably not as meant. `--strict` makes it an error.
    Warning,
}

/// One finding: what is wrong, where, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// Stable identifier, such as `unknown-port`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// File as the user named it; empty if unknown.
    pub file: String,
    /// Line from 1; 0 if unknown.
    pub line: u32,
    /// Column from 1, in characters; 0 if unknown.
    pub column: u32,
    /// JSON pointer (RFC 6901) of the offending value; empty for the whole document. What came from
    /// the command line has the flag here, such as `--set osc.amplitude`, and no line.
    pub pointer: String,
    /// Full block id (`comp::inner`), or empty.
    pub block: String,
    /// Port name, or empty.
    pub port: String,
    /// Lower case, names in backticks, no full stop.
    pub message: String,
    /// What to type, one line each.
    pub hints: Vec<String>,
    /// The other place of two that disagree, in the same file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<OtherPlace>,
}

/// A second place that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OtherPlace {
    /// JSON pointer.
    pub pointer: String,
    /// Line from 1; 0 if unknown.
    pub line: u32,
    /// Column from 1, in characters; 0 if unknown.
    pub column: u32,
}

impl Diagnostic {
    /// A new error at a JSON pointer.
    pub fn error(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, code, pointer.into(), message.into())
    }

    /// A new warning at a JSON pointer.
    pub fn warning(
        code: &'static str,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, pointer.into(), message.into())
    }

    fn new(severity: Severity, code: &'static str, pointer: String, message: String) -> Self {
        Self {
            code,
            severity,
            file: String::new(),
            line: 0,
            column: 0,
            pointer,
            block: String::new(),
            port: String::new(),
            message,
            hints: Vec::new(),
            other: None,
        }
    }

    /// Names the other place of two that disagree, by its JSON pointer.
    #[must_use]
    pub fn other(mut self, pointer: impl Into<String>) -> Self {
        self.other = Some(OtherPlace {
            pointer: pointer.into(),
            line: 0,
            column: 0,
        });
        self
    }

    /// Whether the finding is about something in the file, not about a flag.
    pub fn is_in_file(&self) -> bool {
        self.pointer.is_empty() || self.pointer.starts_with('/')
    }

    /// Adds the block (and, if not empty, the port) that the finding is about.
    #[must_use]
    pub fn on(mut self, block: impl Into<String>, port: impl Into<String>) -> Self {
        self.block = block.into();
        self.port = port.into();
        self
    }

    /// Adds a hint line.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds `did you mean …` with the nearest of `known`, if any is near.
    #[must_use]
    pub fn nearest<'a>(self, given: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let near = nearest(given, known);
        match near.as_slice() {
            [] => self,
            names => {
                let list: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
                self.hint(format!("did you mean {}?", list.join(" or ")))
            }
        }
    }
}

/// A text as a terminal may show it: control characters, line breaks and marks that turn the direction
/// of writing become escapes such as `\u{1b}`, so that a name in a file cannot speak for this program.
///
/// ```
/// assert_eq!(oscilla::diag::printable("a\u{1b}[2Jb"), r"a\u{1b}[2Jb");
/// assert_eq!(oscilla::diag::printable("größe · 3 µs"), "größe · 3 µs");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_unprintable(c) {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Control characters, line and paragraph separators, marks of writing direction.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        )
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// All of it is [`printable`], whatever the file says.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{word}[{}]: {}", self.code, printable(&self.message))?;
        let mut place = Vec::new();
        if !self.is_in_file() {
            place.push(format!("`{}`", self.pointer));
        } else if !self.file.is_empty() {
            place.push(match self.line {
                0 if self.pointer.is_empty() => self.file.clone(),
                0 => format!("{}, `{}`", self.file, self.pointer),
                line => format!("{}:{line}:{}", self.file, self.column),
            });
        }
        if !self.block.is_empty() {
            place.push(format!("block `{}`", self.block));
        }
        if !self.port.is_empty() {
            place.push(format!("port `{}`", self.port));
        }
        if !place.is_empty() {
            write!(f, "\n  --> {}", printable(&place.join(", ")))?;
        }
        match &self.other {
            Some(other) if other.line > 0 => {
                let file = printable(&self.file);
                write!(f, "\n  and {file}:{}:{}", other.line, other.column)?;
            }
            _ => {}
        }
        for hint in &self.hints {
            write!(f, "\nhint: {}", printable(hint))?;
        }
        Ok(())
    }
}

/// All findings of a run, in order of discovery until [`Diagnostics::sort`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    uncounted: usize,
    errors: usize,
    /// Findings about blocks inside composites, kept once for all uses of a definition.
    inside: BTreeMap<Inside, Uses>,
}

/// What makes two findings the same mistake in one definition: code, pointer, port, and the message
/// without the ways to the blocks.
type Inside = (&'static str, String, String, String);

/// The uses of a definition with one mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Uses {
    /// Place of the kept finding.
    at: usize,
    /// Its message alone.
    message: String,
    /// Uses besides the first.
    others: usize,
}

impl Diagnostics {
    /// No findings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a finding, or only counts it when [`KEPT`] are there already. A mistake in the definition
    /// of a composite is kept once, for the first use of it, with the number of the others.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.block.contains("::") && diagnostic.pointer.starts_with('/') {
            let key = (
                diagnostic.code,
                diagnostic.pointer.clone(),
                diagnostic.port.clone(),
                without_ways(&diagnostic.message),
            );
            if let Some(uses) = self.inside.get_mut(&key) {
                uses.others += 1;
                let (message, others) = (&uses.message, uses.others);
                let plural = if others == 1 { "" } else { "s" };
                self.list[uses.at].message =
                    format!("{message} (and in {others} other use{plural} of the composite)");
                return;
            }
            if self.list.len() < KEPT {
                let uses = Uses {
                    at: self.list.len(),
                    message: diagnostic.message.clone(),
                    others: 0,
                };
                self.inside.insert(key, uses);
            }
        }
        if diagnostic.severity == Severity::Error {
            self.errors += 1;
        }
        if self.list.len() < KEPT {
            self.list.push(diagnostic);
        } else {
            self.uncounted += 1;
        }
    }

    /// Whether any error was pushed.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The findings kept.
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// The findings kept, for filling in places.
    pub fn list_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.list
    }

    /// How many were counted but not kept.
    pub fn dropped(&self) -> usize {
        self.uncounted
    }

    /// Position in the file, then code; stable.
    pub fn sort(&mut self) {
        // Places change.
        self.inside.clear();
        self.list.sort_by(|a, b| {
            (a.line, a.column, a.code, &a.port).cmp(&(b.line, b.column, b.code, &b.port))
        });
    }

    /// Makes every warning an error, for `--strict`.
    pub fn deny_warnings(&mut self) {
        for diagnostic in &mut self.list {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
                self.errors += 1;
            }
        }
    }
}

/// A message in which blocks inside composites are called by their own ids: `` `a::b::osc.out` `` is
/// `` `osc.out` ``.
fn without_ways(message: &str) -> String {
    let own = |name: &str| name.rsplit("::").next().unwrap_or(name).to_owned();
    let parts = message.split('`').enumerate();
    let parts = parts.map(|(i, part)| match i % 2 {
        0 => part.to_owned(),
        _ => own(part),
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The names nearest to `given`: Damerau–Levenshtein distance ≤ max(2, length / 3) without regard
/// to case; at most three, by distance, then byte order. A name that contains `given` counts as
/// distance 1; of several such the shorter ones come first.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = given.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(2);
    let mut scored: Vec<(usize, usize, &str)> = known
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let edits = strsim::damerau_levenshtein(&wanted, &lower);
            let contains = !wanted.is_empty() && lower.contains(&wanted);
            let distance = if contains { edits.min(1) } else { edits };
            (distance <= limit).then_some((distance, edits, name))
        })
        .collect();
    scored.sort();
    scored.dedup();
    let names = scored.into_iter().take(3);
    names.map(|(_, _, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_typos_and_prefixes() {
        let known = ["Oscillator", "GridDomain", "EnvelopeAD", "Envelope"];
        assert_eq!(nearest("oscilator", known), ["Oscillator"]);
        assert_eq!(nearest("Envelop", known), ["Envelope", "EnvelopeAD"]);
        assert!(nearest("Zebra", known).is_empty());
        assert_eq!(
            nearest("scal", ["rescale01", "autoscale", "scale"])[0],
            "scale"
        );
    }

    #[test]
    fn shows_place_and_hint() {
        let mut d = Diagnostic::error("unknown-port", "/connections/0", "no port `rad`")
            .on("dots", "rad")
            .nearest("rad", ["radius"]);
        d.file = "p.json".into();
        (d.line, d.column) = (4, 2);
        assert_eq!(
            d.to_string(),
            "error[unknown-port]: no port `rad`\n  --> p.json:4:2, block `dots`, port `rad`\n\
             hint: did you mean `radius`?"
        );
    }

    #[test]
    fn names_of_a_file_cannot_speak_to_the_terminal() {
        let bad = "a\u{1b}]0;x\u{7}\n\u{202e}b";
        let mut d = Diagnostic::error("unknown-port", "/b", format!("no `{bad}`"))
            .on(bad, bad)
            .other("/a")
            .hint(format!("try `{bad}`"));
        d.file = format!("{bad}.json");
        (d.line, d.column) = (4, 2);
        if let Some(other) = &mut d.other {
            (other.line, other.column) = (3, 5);
        }
        let good = r"a\u{1b}]0;x\u{7}\n\u{202e}b";
        assert_eq!(
            d.to_string(),
            format!(
                "error[unknown-port]: no `{good}`\n  --> {good}.json:4:2, block `{good}`, port \
                 `{good}`\n  and {good}.json:3:5\nhint: try `{good}`"
            )
        );
    }

    #[test]
    fn shows_two_places_and_flags() {
        let mut d = Diagnostic::error("duplicate-id", "/b/1", "two").other("/b/0");
        assert_eq!(d.to_string(), "error[duplicate-id]: two");
        d.file = "p.json".into();
        (d.line, d.column) = (4, 2);
        if let Some(other) = &mut d.other {
            (other.line, other.column) = (3, 5);
        }
        assert_eq!(
            d.to_string(),
            "error[duplicate-id]: two\n  --> p.json:4:2\n  and p.json:3:5"
        );
        let mut flag = Diagnostic::error("bad-value", "--set a.b", "no").on("a", "b");
        flag.file = "p.json".into();
        assert_eq!(
            flag.to_string(),
            "error[bad-value]: no\n  --> `--set a.b`, block `a`, port `b`"
        );
    }

    #[test]
    fn a_mistake_in_a_definition_is_kept_once() {
        let mut found = Diagnostics::new();
        let wrong = |block: &str, port: &str, at: &str| {
            let message = format!("`{block}.{port}` wants a number");
            Diagnostic::error("type-mismatch", at, message).on(block, port)
        };
        for id in ["a", "b", "c::d"] {
            found.push(wrong(
                &format!("{id}::osc"),
                "bias",
                "/composites/0/graph/edges/0",
            ));
        }
        found.push(wrong("a::osc", "phase", "/composites/0/graph/edges/0"));
        found.push(wrong("a::osc", "bias", "/composites/0/graph/edges/1"));
        let messages: Vec<&str> = found.list().iter().map(|d| d.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "`a::osc.bias` wants a number (and in 2 other uses of the composite)",
                "`a::osc.phase` wants a number",
                "`a::osc.bias` wants a number",
            ]
        );
    }
}
