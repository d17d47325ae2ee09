//! Constants: which one an input gets, and what it is read as.
//!
//! The value of an unconnected input is the first present of: its default source, its entry in
//! `params`, the value in the editor's slot, the library's default. A value that cannot be read is
//! reported, and the library's default stands in for it so that the block can still be checked.

use super::Node;
use crate::blocks::{Default, Input, Mark};
use crate::compile::asset::{self, Assets};
use crate::diag::{Diagnostic, Diagnostics};
use crate::math;
use crate::patch::Value;

use crate::patch::value::{self, Found};
use crate::path::PathData;
use crate::types::Domain;

/// Elements that one domain may have.
const MOST_ELEMENTS: f64 = 10_000_000.0;

/// A constant and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::compile) struct Written {
    /// What it is.
    pub constant: Constant,
    /// Where it comes from.
    pub origin: Origin,
}

/// A constant of an input, in the input's type.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::compile) enum Constant {
    /// Numbers: as many as the domain has lanes.
    Lanes(Vec<f64>),
    /// A text or an option.
    Text(String),
    /// An outline.
    Path(PathData),
    /// An outline, and the text or file name it was read from.
    Asset(String, PathData),
    /// A plain domain of that many elements.
    Count(u32),
    /// A pulse in the first frame, or none.
    Pulse(bool),
    /// The time of the frame, ms.
    Time,
    /// Nothing: the block knows what that means.
    Nothing,
}

/// Where a constant comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::compile) enum Origin {
    /// `--set`.
    Override,
    /// The editor's table; the id of the entry.
    DefaultSource(String),
    /// `params` of the block.
    Param,
    /// The editor's copy of the port.
    Slot,
    /// The library.
    Library,
}

/// What the chain of values finds for an input.
pub(super) struct Candidate<'a> {
    /// As written.
    pub value: &'a Value,
    /// From where.
    pub origin: Origin,
    /// JSON pointer.
    pub at: &'a str,
}

/// Reads a written value; reports it and gives the library's default where it cannot be read.
pub(super) fn read(
    node: &Node<'_>,
    input: &Input,
    candidate: &Candidate<'_>,
    assets: &Assets,
    diagnostics: &mut Diagnostics,
) -> Written {
    let id = &node.entry.id;
    let what = format!("`{id}.{}`", input.name);
    let read = match coerce(input, candidate.value) {
        _ if input.mark == Mark::Asset => {
            asset::read(assets, candidate.value, &what, candidate.at).map_err(|error| *error)
        }
        Ok(constant) => match violation(input, &constant) {
            None => Ok(constant),
            Some(range) => {
                let message = format!("{what} must be {range}, but is {}", candidate.value.show());
                Err(Diagnostic::error("bad-range", candidate.at, message)
                    .hint(format!("write a number that is {range}")))
            }
        },
        Err(found) => Err(found.diagnostic(candidate.at, &what)),
    };
    let constant = read.unwrap_or_else(|diagnostic| {
        diagnostics.push(diagnostic.on(id, input.name));
        library(input).unwrap_or(Constant::Nothing)
    });
    Written {
        constant,
        origin: candidate.origin.clone(),
    }
}

/// The library's default; `None` where the input must be given.
pub(super) fn library(input: &Input) -> Option<Constant> {
    Some(match (input.default, input.mark) {
        (Default::Required, _) => return None,
        (Default::Number(n), Mark::Domain) => Constant::Count(n.max(1.0) as u32),
        (Default::Number(n), Mark::Event) => Constant::Pulse(n > 0.5),
        (Default::Number(n), _) => Constant::Lanes(vec![n]),
        (Default::Vec2(v), _) => Constant::Lanes(v.to_vec()),
        (Default::Vec3(v), _) => Constant::Lanes(v.to_vec()),
        (Default::Color(text), _) => {
            let color = math::parse_color(text).unwrap_or([0.0, 0.0, 0.0, 1.0]);
            Constant::Lanes(color.to_vec())
        }
        (Default::Text(_), Mark::Asset) => Constant::Nothing,
        (Default::Text(text), _) => Constant::Text(text.to_owned()),
        (Default::Path(text), _) => {
            Constant::Path(value::path(&Value::Text(text.to_owned())).unwrap_or_default())
        }
        (Default::Time, _) => Constant::Time,
        (Default::None, _) => Constant::Nothing,
    })
}

/// Reads a value as what an input wants.
fn coerce(input: &Input, value: &Value) -> Result<Constant, Found> {
    match input.mark {
        Mark::Options(options) => {
            value::option(value, options).map(|i| Constant::Text(options[i].to_owned()))
        }
        Mark::Text | Mark::Asset => value::text(value).map(Constant::Text),
        Mark::Event => value::trigger(value).map(Constant::Pulse),
        Mark::Domain => count(value),
        Mark::Render | Mark::Camera => Err(found(
            "bad-value",
            value,
            "a wire",
            "a connection to it in `connections`",
        )),
        Mark::Constant | Mark::Signal | Mark::Field => constant_of(input.domain, value),
    }
}

/// Reads a value as a constant of a domain.
pub(in crate::compile) fn constant_of(domain: Domain, value: &Value) -> Result<Constant, Found> {
    Ok(match domain {
        Domain::Number | Domain::Unit01 | Domain::TimeMs => {
            Constant::Lanes(vec![value::number(value)?])
        }
        Domain::Phase01 => Constant::Lanes(vec![value::phase(value)?]),
        Domain::Boolean => Constant::Lanes(vec![f64::from(u8::from(value::boolean(value)?))]),
        Domain::Vec2 => Constant::Lanes(value::vec2(value)?.to_vec()),
        Domain::Vec3 => Constant::Lanes(value::vec3(value)?.to_vec()),
        Domain::Color => Constant::Lanes(value::color(value)?.to_vec()),
        Domain::Trigger => Constant::Pulse(value::trigger(value)?),
        Domain::String => Constant::Text(value::text(value)?),
        Domain::Path => Constant::Path(value::path(value)?),
        Domain::Domain => count(value)?,
        other => return Err(found("bad-value", value, other.name(), "a connection")),
    })
}

fn count(value: &Value) -> Result<Constant, Found> {
    let n = value::domain_count(value)?;
    if n <= MOST_ELEMENTS {
        return Ok(Constant::Count(n as u32));
    }
    let wanted = "at most 10000000 elements";
    Err(found(
        "too-many-elements",
        value,
        wanted,
        "a smaller number",
    ))
}

fn found(code: &'static str, value: &Value, wanted: &str, example: &str) -> Found {
    Found {
        code,
        found: value.show(),
        wanted: wanted.to_owned(),
        hint: format!("write {example}"),
    }
}

/// The hard range that a constant violates, in words.
pub(in crate::compile) fn violation(input: &Input, constant: &Constant) -> Option<String> {
    let (Some(hard), Constant::Lanes(lanes)) = (input.hard, constant) else {
        return None;
    };
    hard.violated_by(*lanes.first()?)
}

/// The library's default, or zeros of the input's type where it has none that can be read.
pub(in crate::compile) fn typed_library(input: &Input) -> Constant {
    match library(input) {
        Some(constant) => constant,
        None if input.domain.lanes() > 0 => Constant::Lanes(vec![0.0; input.domain.lanes()]),
        None => Constant::Nothing,
    }
}
