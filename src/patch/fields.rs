//! One JSON object as an entry of a known shape: typed access to its fields, with findings for what
//! is missing, of the wrong kind or unknown.

use super::connection::Connection;
use super::place::Place;
use super::value::{Value, quote};
use crate::diag::{Diagnostic, Diagnostics, KEPT};

/// Name comparisons that one run may spend on "did you mean": a patch with 100,000 blocks and as
/// many typos must not take minutes.
const SUGGESTIONS: usize = 200_000;

/// Longest name that is compared.
const LONGEST: usize = 256;

/// What the readers of all entries share.
pub(super) struct Report<'d> {
    diagnostics: &'d mut Diagnostics,
    budget: usize,
    block: String,
    port: String,
}

impl<'d> Report<'d> {
    pub(super) fn new(diagnostics: &'d mut Diagnostics) -> Self {
        let (block, port) = (String::new(), String::new());
        Self {
            diagnostics,
            budget: SUGGESTIONS,
            block,
            port,
        }
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        let diagnostic = diagnostic.on(self.block.as_str(), self.port.as_str());
        self.diagnostics.push(diagnostic);
    }

    /// A finding about a connection as a whole.
    pub(super) fn push_about(&mut self, connection: &impl Connection, diagnostic: Diagnostic) {
        let named = connection.named();
        self.enter(&named.block, &named.port);
        self.push(diagnostic);
        self.leave();
    }

    /// The block and port that the following findings are about, until [`Self::leave`].
    pub(super) fn enter(&mut self, block: &str, port: &str) {
        self.leave();
        if block.len() <= LONGEST && port.len() <= LONGEST {
            self.block.push_str(block);
            self.port.push_str(port);
        }
    }

    /// The following findings are about no block.
    pub(super) fn leave(&mut self) {
        self.block.clear();
        self.port.clear();
    }

    /// Adds the nearest of `known`, as long as the budget lasts.
    pub(super) fn suggest<'n>(
        &mut self,
        diagnostic: Diagnostic,
        given: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Diagnostic {
        if given.len() > LONGEST || self.diagnostics.list().len() >= KEPT {
            return diagnostic;
        }
        let budget = self.budget;
        let names: Vec<&str> = known
            .filter(|name| name.len() <= LONGEST)
            .take(budget + 1)
            .collect();
        if names.len() > budget {
            return diagnostic;
        }
        self.budget -= names.len();
        diagnostic.nearest(given, names)
    }
}

/// What an entry looks like.
pub(super) struct Shape {
    /// With its article: `a wire`.
    pub(super) what: &'static str,
    /// One whole entry.
    pub(super) example: &'static str,
    /// All field names that mean something.
    pub(super) known: &'static [&'static str],
}

/// The fields of one entry.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a, 'p> {
    entries: &'a [(String, Value)],
    pub(super) place: &'p Place<'p>,
    pub(super) shape: &'static Shape,
    /// The entry is written as the value of its only field.
    short: bool,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// The fields of an object; `wrong-shape` for any other value.
    pub(super) fn open(
        value: &'a Value,
        place: &'p Place<'p>,
        shape: &'static Shape,
        report: &mut Report<'_>,
    ) -> Option<Self> {
        match value {
            Value::Object(entries) => Some(Self {
                entries,
                place,
                shape,
                short: false,
            }),
            _ => {
                let message = format!("{} wants an object, but found {}", shape.what, value.show());
                report.push(
                    Diagnostic::error("wrong-shape", place.pointer(), message).hint(example(shape)),
                );
                None
            }
        }
    }

    /// Warns of fields that mean nothing.
    pub(super) fn warn_unknown(&self, report: &mut Report<'_>) {
        for (key, _) in self.entries {
            if !self.shape.known.contains(&key.as_str()) {
                let message = format!("{} has no field {}", self.shape.what, quote(key));
                let pointer = self.place.key(key).pointer();
                let warning = Diagnostic::warning("unknown-field", pointer, message);
                let mut warning = report.suggest(warning, key, self.shape.known.iter().copied());
                if warning.hints.is_empty() {
                    warning = warning.hint("it is ignored");
                }
                report.push(warning);
            }
        }
    }

    /// The value of a field; `null` is the same as absent.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.written(key).filter(|value| !value.is_null())
    }

    /// The value of a field, `null` included.
    pub(super) fn written(&self, key: &str) -> Option<&'a Value> {
        self.entries
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, value)| value)
    }

    /// The first of several synonyms that is present.
    pub(super) fn first(&self, keys: &[&'static str]) -> Option<(&'static str, &'a Value)> {
        keys.iter().find_map(|&key| Some((key, self.get(key)?)))
    }

    /// The value of a field that goes by two names; `wrong-shape` where both are written and differ.
    pub(super) fn either(
        &self,
        keys: [&'static str; 2],
        report: &mut Report<'_>,
    ) -> Option<(&'static str, &'a Value)> {
        if let [Some(a), Some(b)] = keys.map(|key| self.get(key))
            && a != b
        {
            self.disagree(keys, report);
        }
        self.first(&keys)
    }

    /// Reports the two names of one field that say different things.
    pub(super) fn disagree(&self, [a, b]: [&'static str; 2], report: &mut Report<'_>) {
        let shown = |key| self.get(key).map_or_else(String::new, Value::show);
        let message = format!(
            "`{a}` and `{b}` of {} mean the same, but say {} and {}",
            self.shape.what,
            shown(a),
            shown(b)
        );
        report.push(
            Diagnostic::error("wrong-shape", self.pointer(b), message)
                .other(self.pointer(a))
                .hint(format!("keep `{a}` or `{b}`, not both")),
        );
    }

    /// Reports two fields that exclude each other: the first two of `keys` that are written.
    pub(super) fn exclusive(&self, keys: &[&'static str], report: &mut Report<'_>) -> bool {
        let written: Vec<&str> = keys
            .iter()
            .copied()
            .filter(|key| self.get(key).is_some())
            .collect();
        let [a, b, ..] = written.as_slice() else {
            return false;
        };
        let what = self.shape.what;
        let message = format!("{what} has either `{a}` or `{b}`, not both");
        report.push(
            Diagnostic::error("wrong-shape", self.pointer(b), message)
                .other(self.pointer(a))
                .hint(format!("keep `{a}` or `{b}`, not both")),
        );
        true
    }

    /// Warns of fields that mean something only beside another one, which is not there.
    pub(super) fn warn_lonely(
        &self,
        keys: &[&'static str],
        beside: &'static str,
        report: &mut Report<'_>,
    ) {
        for key in keys.iter().filter(|key| self.get(key).is_some()) {
            let message = format!("`{key}` of {} means nothing here", self.shape.what);
            report.push(
                Diagnostic::warning("unknown-field", self.pointer(key), message).hint(format!(
                    "it is ignored; it has a meaning beside {beside} only"
                )),
            );
        }
    }

    /// The same fields of an entry that is written as the value of its only field.
    pub(super) fn shorthand(self) -> Self {
        Self {
            short: true,
            ..self
        }
    }

    /// Place of a field.
    pub(super) fn inside(&self, key: &'static str) -> Place<'p> {
        if self.short {
            *self.place
        } else {
            self.place.key(key)
        }
    }

    /// Pointer of a field.
    pub(super) fn pointer(&self, key: &str) -> String {
        if self.short {
            self.at()
        } else {
            self.place.key(key).pointer()
        }
    }

    /// Pointer of the entry.
    pub(super) fn at(&self) -> String {
        self.place.pointer()
    }

    /// Reports a required field that is not there.
    pub(super) fn missing(&self, key: &str, report: &mut Report<'_>) {
        let message = format!("{} needs `{key}`", self.shape.what);
        report
            .push(Diagnostic::error("missing-field", self.at(), message).hint(example(self.shape)));
    }

    /// Reports a field of the wrong kind.
    pub(super) fn wrong(&self, key: &str, wanted: &str, report: &mut Report<'_>) {
        let found = self
            .written(key)
            .map_or_else(|| "nothing".to_owned(), Value::show);
        let message = format!(
            "`{key}` of {} wants {wanted}, but found {found}",
            self.shape.what
        );
        report.push(
            Diagnostic::error("wrong-shape", self.pointer(key), message).hint(example(self.shape)),
        );
    }

    /// A text field.
    pub(super) fn text(&self, key: &str, report: &mut Report<'_>) -> Option<&'a str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong(key, "a text", report);
                None
            }
        }
    }

    /// A text field that must be there.
    pub(super) fn needed_text(&self, key: &str, report: &mut Report<'_>) -> Option<&'a str> {
        if self.get(key).is_none() {
            self.missing(key, report);
        }
        self.text(key, report)
    }

    /// A boolean field.
    pub(super) fn flag(&self, key: &str, default: bool, report: &mut Report<'_>) -> bool {
        match self.get(key) {
            None => default,
            Some(Value::Bool(v)) => *v,
            Some(_) => {
                self.wrong(key, "`true` or `false`", report);
                default
            }
        }
    }

    /// A number field.
    pub(super) fn number(&self, key: &str, report: &mut Report<'_>) -> Option<f64> {
        match self.get(key)? {
            Value::Number(v) => Some(*v),
            _ => {
                self.wrong(key, "a number", report);
                None
            }
        }
    }

    /// A list field; absent is empty.
    pub(super) fn list(&self, key: &str, report: &mut Report<'_>) -> &'a [Value] {
        match self.get(key) {
            None => &[],
            Some(Value::List(list)) => list,
            Some(_) => {
                self.wrong(key, "a list", report);
                &[]
            }
        }
    }

    /// An object field whose keys are names; absent is empty.
    pub(super) fn map(&self, key: &str, report: &mut Report<'_>) -> &'a [(String, Value)] {
        match self.get(key) {
            None => &[],
            Some(Value::Object(entries)) => entries,
            Some(_) => {
                self.wrong(key, "an object", report);
                &[]
            }
        }
    }
}

fn example(shape: &Shape) -> String {
    format!("{} looks like `{}`", shape.what, shape.example)
}

/// Reports an id or name that cannot be one: empty, longer than 256 bytes, with control characters,
/// or, where `block` says so, with `::`, which separates a composite from its inside.
pub(super) fn check_id(
    id: &str,
    pointer: impl FnOnce() -> String,
    block: bool,
    report: &mut Report<'_>,
) -> bool {
    let fault = if id.is_empty() {
        "is empty"
    } else if id.len() > LONGEST {
        "is longer than 256 bytes"
    } else if id.chars().any(char::is_control) {
        "has a control character"
    } else if block && id.contains("::") {
        "contains `::`, which separates a composite from the blocks inside it"
    } else {
        return true;
    };
    let message = match id {
        "" => format!("the id {fault}"),
        _ => format!("the id {} {fault}", quote(id)),
    };
    report.push(Diagnostic::error("bad-value", pointer(), message).hint("rename it"));
    false
}
