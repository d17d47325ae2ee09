//! References: `"block.port"` or `{"blockId", "slotId", "direction"}`, looked up among the ids of
//! the document or of one composite.

use super::fields::{Fields, Report, Shape};
use super::model::PortRef;
use super::place::Place;
use super::value::{Value, quote};
use crate::diag::Diagnostic;
use std::collections::HashMap;

/// What is known of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// A block, or an entry that should have been one and has been reported.
    Block,
    /// An old `canvas` entry, which sets size and background and has no ports.
    Canvas,
}

/// The ids that references may name.
pub(super) struct Scope<'a> {
    /// Ids of blocks, or of nodes.
    pub(super) ids: HashMap<&'a str, Known>,
    /// `block` or `node`.
    pub(super) noun: &'static str,
    /// Code for an id that is not there.
    pub(super) code: &'static str,
    /// Whether `ids` is all there is; if not, unknown ids are not reported.
    pub(super) complete: bool,
}

/// Which end of a wire a reference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// An output.
    From,
    /// An input.
    To,
}

pub(super) const REFERENCE: Shape = Shape {
    what: "a reference",
    example: r#"{"blockId": "osc", "slotId": "out"}"#,
    known: &["blockId", "slotId", "direction"],
};

impl Scope<'_> {
    /// Block and port of a text: split at the last dot; if no block has that id, at the first dot
    /// after the longest block id that fits. `None` without two parts.
    fn split<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let parts = |at: usize| Some((text.get(..at)?, text.get(at + 1..)?));
        let whole = |(block, port): &(&str, &str)| !block.is_empty() && !port.is_empty();
        let dots = text.match_indices('.').rev().map(|(at, _)| at);
        let known = |(block, _): &(&str, &str)| self.ids.contains_key(block);
        let fits = dots.filter_map(parts).filter(whole).find(known);
        fits.or_else(|| text.rsplit_once('.').filter(whole))
    }

    /// One end of a wire, publisher or listener. A block that does not exist is reported, and the
    /// reference is given all the same; `None` if it is no reference at all.
    pub(super) fn read(
        &self,
        value: &Value,
        place: Place<'_>,
        end: End,
        report: &mut Report<'_>,
    ) -> Option<PortRef> {
        let at = place.pointer();
        let (block, port) = match value {
            Value::Text(text) => match self.split(text) {
                Some(parts) => parts,
                None => {
                    let message = format!("{} is not a reference to a port", quote(text));
                    report.push(
                        Diagnostic::error("bad-reference", at, message)
                            .hint(format!(r#"write "{}.port""#, self.noun)),
                    );
                    return None;
                }
            },
            Value::Object(_) => {
                let fields = Fields::open(value, &place, &REFERENCE, report)?;
                fields.warn_unknown(report);
                let block = fields.needed_text("blockId", report);
                let port = fields.needed_text("slotId", report);
                let (block, port) = (block?, port?);
                if block.is_empty() || port.is_empty() {
                    let message = "a reference has an empty part";
                    report.push(
                        Diagnostic::error("bad-reference", at, message)
                            .hint(format!("write `{}`", REFERENCE.example)),
                    );
                    return None;
                }
                direction(&fields, end, report);
                (block, port)
            }
            _ => {
                let found = value.show();
                let message = format!("a reference wants a text or an object, but found {found}");
                report.push(
                    Diagnostic::error("wrong-shape", at, message)
                        .hint(format!(r#"write "{}.port""#, self.noun)),
                );
                return None;
            }
        };
        let reference = PortRef {
            block: block.to_owned(),
            port: port.to_owned(),
            at,
        };
        self.check(&reference, report);
        Some(reference)
    }

    /// Reports a reference to an id that is not there.
    pub(super) fn check(&self, reference: &PortRef, report: &mut Report<'_>) {
        let (block, noun) = (reference.block.as_str(), self.noun);
        let message = match self.ids.get(block) {
            Some(Known::Block) => return,
            Some(Known::Canvas) => {
                format!(
                    "{} is an old `canvas` entry, which has no ports",
                    quote(block)
                )
            }
            None if !self.complete => return,
            None => format!("no {noun} has the id {}", quote(block)),
        };
        let error = Diagnostic::error(self.code, &reference.at, message);
        // The inside of a composite has ids of its own, which nobody outside can name.
        let composite = block.split_once("::").map(|(outer, _)| outer);
        let error = match composite.filter(|outer| self.ids.contains_key(outer)) {
            Some(outer) => error.hint(format!(
                "what is inside {outer} is reached through the ports of {outer} alone",
                outer = quote(outer)
            )),
            None => report.suggest(error, block, self.ids.keys().copied()),
        };
        report.push(error);
    }
}

/// `direction` is optional, but must agree.
fn direction(fields: &Fields<'_, '_>, end: End, report: &mut Report<'_>) {
    let Some(written) = fields.text("direction", report) else {
        return;
    };
    let (wanted, other) = match end {
        End::From => ("output", "input"),
        End::To => ("input", "output"),
    };
    if written == wanted {
        return;
    }
    let error = if written == other {
        let message = format!("`direction` says {other}, but an {wanted} is wanted here");
        Diagnostic::error("wrong-direction", fields.at(), message)
            .hint("`from` is an output and `to` an input")
    } else {
        let message = format!("{} is no direction", quote(written));
        Diagnostic::error("wrong-shape", fields.pointer("direction"), message)
            .hint(format!(r#"write "{wanted}", or leave `direction` out"#))
    };
    report.push(error);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostics;

    fn read(value: &str, end: End) -> (Option<(String, String)>, Vec<String>) {
        let ids = ["osc", "a.b", "a.b.c"].map(|id| (id, Known::Block));
        let ids = ids.into_iter().chain([("paper", Known::Canvas)]).collect();
        let scope = Scope {
            ids,
            noun: "block",
            code: "unknown-block",
            complete: true,
        };
        let mut diagnostics = Diagnostics::new();
        let source = super::super::Source::new("p", value);
        let value = super::super::json::parse(&source, &mut diagnostics).expect("JSON");
        let reference = scope.read(&value, Place::ROOT, end, &mut Report::new(&mut diagnostics));
        let shown = diagnostics
            .list()
            .iter()
            .map(|d| format!("{}: {}", d.code, d.message));
        (reference.map(|r| (r.block, r.port)), shown.collect())
    }

    #[test]
    fn texts_are_split_at_the_dot_that_fits() {
        let cases = [
            (r#""osc.out""#, "osc", "out"),
            (r#""a.b.c.d""#, "a.b.c", "d"),
            (r#""a.b.x""#, "a.b", "x"),
            (r#""osc.inner.port""#, "osc", "inner.port"),
            (r#""a.b.x.y""#, "a.b", "x.y"),
            (r#"{"blockId": "a.b", "slotId": "x.y"}"#, "a.b", "x.y"),
        ];
        for (text, block, port) in cases {
            let (reference, found) = read(text, End::From);
            assert_eq!(
                reference,
                Some((block.to_owned(), port.to_owned())),
                "{text}"
            );
            assert!(found.is_empty(), "{found:?}");
        }
    }

    #[test]
    fn faults_are_named() {
        let cases = [
            (
                r#""osc""#,
                "bad-reference: `osc` is not a reference to a port",
            ),
            (
                r#"".out""#,
                "bad-reference: `.out` is not a reference to a port",
            ),
            (
                r#""osc.""#,
                "bad-reference: `osc.` is not a reference to a port",
            ),
            (r#""ocs.out""#, "unknown-block: no block has the id `ocs`"),
            (
                r#""paper.out""#,
                "unknown-block: `paper` is an old `canvas` entry, which has no ports",
            ),
            (
                "3",
                "wrong-shape: a reference wants a text or an object, but found `3`",
            ),
            (
                r#"{"blockId": "osc"}"#,
                "missing-field: a reference needs `slotId`",
            ),
            (
                r#"{"blockId": "osc", "slotId": ""}"#,
                "bad-reference: a reference has an empty part",
            ),
            (
                r#"{"blockId": "osc", "slotId": "out", "direction": "input"}"#,
                "wrong-direction: `direction` says input, but an output is wanted here",
            ),
            (
                r#"{"blockId": "osc", "slotId": "out", "direction": "up"}"#,
                "wrong-shape: `up` is no direction",
            ),
        ];
        for (text, message) in cases {
            assert_eq!(read(text, End::From).1, [message], "{text}");
        }
        let input = r#"{"blockId": "osc", "slotId": "in", "direction": "input"}"#;
        assert!(read(input, End::To).1.is_empty());
    }
}
