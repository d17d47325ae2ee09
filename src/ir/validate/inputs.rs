//! Named inputs of sinks and of rows of the render tables, held to what `signatures` says they take.

use super::Findings;
use super::signatures::{Slot, Takes};
use super::types::{is_constant, same_shape};
use crate::ir::text::word;
use crate::ir::*;
use crate::types::Domain;

/// Holds the inputs of row `i` to what it takes: known names, each once, of the right shape, and none
/// that is needed missing.
pub(super) fn check(
    f: &mut Findings<'_>,
    table: &str,
    i: usize,
    rows: &[SinkInput],
    takes: &[Slot],
) {
    let p = f.program;
    let mut found = vec![false; takes.len()];
    for row in rows {
        let name = &p.tables.strings[row.name.index()];
        let Some(at) = takes.iter().position(|slot| slot.name == name) else {
            f.add("ir-sink", table, i, format!("there is no input `{name}`"));
            continue;
        };
        if std::mem::replace(&mut found[at], true) {
            let message = format!("input `{name}` is there twice");
            f.add("ir-duplicate-key", table, i, message);
        }
        if !admits(p, takes[at].takes, row.from) {
            let message = format!("`{name}` must be {}", wanted(takes[at].takes));
            f.add("ir-sink", table, i, message);
        }
    }
    for (slot, found) in takes.iter().zip(found) {
        if slot.required && !found {
            let message = format!("input `{}` is missing", slot.name);
            f.add("ir-sink", table, i, message);
        }
    }
}

fn admits(p: &Program, takes: Takes, from: InputRef) -> bool {
    match (takes, from) {
        (Takes::Column(format), InputRef::Req(r)) => {
            p.tables.materialize.requests[r.index()].format == format
        }
        (Takes::Value(lanes), from) => is_value(p, from, lanes),
        (Takes::NumberOr(lanes), from) => is_value(p, from, 1) || is_value(p, from, lanes),
        (Takes::Fixed(min, max, whole), InputRef::Const(c)) => {
            let row = &p.tables.constants.index[c.index()];
            let fits = |v: f64| (min..=max).contains(&v) && !(whole && v.fract() != 0.0);
            is_value(p, from, 1) && fits(p.tables.constants.f64[row.at as usize])
        }
        (Takes::Outline, InputRef::Const(c)) => is_constant(p, c, Domain::Path),
        (Takes::Word(words), InputRef::Const(c)) => {
            let text = p.tables.constants.json_text(c);
            let word: Option<String> = text.and_then(|text| serde_json::from_str(text).ok());
            word.is_some_and(|word| words.contains(&word.as_str()))
        }
        (Takes::Camera, InputRef::Camera(_))
        | (Takes::Mesh, InputRef::Mesh(_))
        | (Takes::Shape, InputRef::Shape(_))
        | (Takes::Effect, InputRef::Effect(_)) => true,
        _ => false,
    }
}

/// Whether an input is one value of so many lanes for all elements.
pub(super) fn is_value(p: &Program, from: InputRef, lanes: usize) -> bool {
    match from {
        InputRef::Sig(s) => {
            let ty = p.tables.sig.nodes[s.index()].r#type;
            p.types[ty.index()].domain.lanes() == lanes
        }
        InputRef::Const(c) => {
            let row = &p.tables.constants.index[c.index()];
            let domain = p.types[row.r#type.index()].domain;
            row.pool == Pool::F64 && row.len as usize == lanes && same_shape(domain, of(lanes))
        }
        _ => false,
    }
}

/// Some domain of so many lanes.
fn of(lanes: usize) -> Domain {
    match lanes {
        1 => Domain::Number,
        2 => Domain::Vec2,
        3 => Domain::Vec3,
        _ => Domain::Color,
    }
}

/// What an input must be, in words.
fn wanted(takes: Takes) -> String {
    let numbers = |lanes: usize| match lanes {
        1 => "a number".to_owned(),
        lanes => format!("{lanes} numbers"),
    };
    match takes {
        Takes::Column(format) => format!("a column of {}", word(&format)),
        Takes::Value(lanes) => format!("{} of a signal or constant", numbers(lanes)),
        Takes::NumberOr(lanes) => format!("1 or {lanes} numbers of a signal or constant"),
        Takes::Fixed(min, max, _) if min == f64::MIN && max == f64::MAX => {
            "a constant finite number".to_owned()
        }
        Takes::Fixed(_, max, _) if max == f64::MAX => "a constant number above 0".to_owned(),
        Takes::Fixed(min, max, _) => format!("a constant whole number from {min} to {max}"),
        Takes::Outline => "a constant outline".to_owned(),
        Takes::Word(words) => format!("one of the words {}", words.join(", ")),
        Takes::Camera => "a camera".to_owned(),
        Takes::Mesh => "a solid".to_owned(),
        Takes::Shape => "an outline of the table of shapes".to_owned(),
        Takes::Effect => "an effect".to_owned(),
    }
}
