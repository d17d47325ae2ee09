//! Ids: `<sink>` for a pass, `<sink>.<element>` for an element, `<sink>.shape0`, `.clip`, `.fx` for
//! definitions.
//!
//! Unlike texts get unlike ids: A–Z a–z 0–9 - . stay (a point of a sink's own name does not, since the
//! first point ends the sink), every other character becomes `_`, the hex digits of its code point,
//! and `_`. An id begins with a letter: others get `o-` before them, and so do those that begin so
//! already. An element that is called like a definition has its first character written as hex.

use crate::render_tree::Ids;
use std::sync::Arc;

/// Which ids are written. Definitions always have theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SvgIds {
    /// None.
    None,
    /// Those of passes.
    Passes,
    /// Those of passes and elements.
    #[default]
    All,
}

/// What a sink's name stands for in a document: a pass of its own, or a layer about others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Pass,
    Layer,
}

/// The sinks of a document, so that no id comes twice.
#[derive(Debug, Default)]
pub(super) struct Names {
    seen: Vec<(Role, Arc<str>)>,
}

impl Names {
    pub(super) fn reset(&mut self) {
        self.seen.clear();
    }

    /// The id of a sink. A second one of the same sink and role gets a number that no escape can be.
    pub(super) fn of_sink(&mut self, role: Role, sink: &Arc<str>) -> String {
        let earlier = self
            .seen
            .iter()
            .filter(|(r, s)| *r == role && s == sink)
            .count();
        self.seen.push((role, Arc::clone(sink)));
        let mut id = String::new();
        if !sink.starts_with(|c: char| c.is_ascii_alphabetic()) || sink.starts_with("o-") {
            id.push_str("o-");
        }
        push(&mut id, sink, |c| c != '.');
        if earlier > 0 {
            id.push_str("_.");
            super::text::whole(&mut id, earlier as u32 + 1);
        }
        id
    }
}

/// Appends `.<element>` for the text id of an element.
pub(super) fn push_element(out: &mut String, ids: &Ids, element: u32) {
    out.push('.');
    let start = out.len();
    ids.write(element, out);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    // Numbers and cells of grids need no second look.
    let written = &out.as_bytes()[start..];
    let odd = !written.iter().all(|&b| plain(b)) || is_reserved(&out[start..]);
    if odd {
        let text = out.split_off(start);
        let first = if is_reserved(&text) { 1 } else { 0 };
        text[..first].chars().for_each(|c| push_hex(out, c));
        push(out, &text[first..], |_| true);
    }
}

/// Whether an element is called like a definition.
fn is_reserved(text: &str) -> bool {
    let digits = text.strip_prefix("shape");
    text == "clip" || text == "fx" || digits.is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
}

/// Appends a text, escaped.
fn push(out: &mut String, text: &str, point: impl Fn(char) -> bool) {
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '-' || (c == '.' && point(c)) {
            out.push(c);
        } else {
            push_hex(out, c);
        }
    }
}

fn push_hex(out: &mut String, c: char) {
    use std::fmt::Write as _;
    // Writing into a String cannot fail.
    let _ = write!(out, "_{:x}_", u32::from(c));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sink(text: &str) -> String {
        Names::default().of_sink(Role::Pass, &text.into())
    }

    fn element(text: &str) -> String {
        let mut out = String::from("s");
        push_element(&mut out, &Ids::Custom(vec![text.to_owned()]), 0);
        out
    }

    #[test]
    fn ids_are_readable_where_they_can_be() {
        assert_eq!(sink("dots"), "dots");
        assert_eq!(sink("my dots"), "my_20_dots");
        assert_eq!(sink("a.b_c"), "a_2e_b_5f_c");
        assert_eq!(sink("7up"), "o-7up");
        assert_eq!(sink("o-7up"), "o-o-7up");
        assert_eq!(element("row-0-col-12"), "s.row-0-col-12");
        assert_eq!(element("é.1"), "s._e9_.1");
        assert_eq!(element("clip"), "s._63_lip");
        assert_eq!(element("shape12"), "s._73_hape12");
        assert_eq!(element("shapely"), "s.shapely");
    }

    #[test]
    fn a_sink_that_comes_twice_gets_a_number() {
        let mut names = Names::default();
        let dots: Arc<str> = "dots".into();
        assert_eq!(names.of_sink(Role::Pass, &dots), "dots");
        assert_eq!(names.of_sink(Role::Layer, &dots), "dots");
        assert_eq!(names.of_sink(Role::Pass, &dots), "dots_.2");
    }

    proptest! {
        #[test]
        fn unlike_texts_have_unlike_ids(a in "\\PC{0,6}", b in "[o0-9a._ -]{0,6}", c in "[o0-9a._ -]{0,6}") {
            let texts = [a, b, c];
            for x in &texts {
                for y in &texts {
                    prop_assert_eq!(sink(x) == sink(y), x == y);
                    prop_assert_eq!(element(x) == element(y), x == y);
                }
                let id = sink(x);
                prop_assert!(id.starts_with(|c: char| c.is_ascii_alphabetic()));
            }
        }
    }
}
