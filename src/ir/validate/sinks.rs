//! Sinks: what they need, who draws into whom, and how much is drawn.

use super::signatures::{self, Param};
use super::{Findings, MAX_DRAWN, MAX_LINE, inputs};
use crate::ir::*;
use serde_json::Value;

const TABLE: &str = "/tables/render/sinks";
/// How deep sinks may nest.
const DEEPEST: u32 = 16;

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    let render = &p.tables.render;
    let mut drawn = 0u64;
    for (i, sink) in render.sinks.iter().enumerate() {
        inputs::check(f, TABLE, i, &sink.inputs, signatures::inputs(sink.kind));
        params(f, i, sink);
        columns(f, i, sink);
        together(f, i, sink);
        nesting(f, i, sink);
        if !inputs::is_value(p, sink.z, 1) {
            f.add("ir-sink", TABLE, i, "z must be a number");
        }
        drawn += u64::from(count(p, sink));
    }
    if drawn > MAX_DRAWN {
        let message = format!("{drawn} elements; at most {MAX_DRAWN} are drawn");
        f.at("ir-limit", TABLE, message);
    }
    let sinks = render.sinks.iter().enumerate();
    let root = sinks
        .filter(|(_, sink)| sink.parent.is_none())
        .map(|(i, _)| SinkId::at(i));
    if !root.eq(render.root.iter().copied()) {
        let message = "the root lists the sinks without a parent";
        f.at("ir-sink", "/tables/render/root", message);
    }
}

/// Elements of a sink.
fn count(p: &Program, sink: &Sink) -> u32 {
    sink.domain
        .map_or(0, |d| p.tables.graph.domains[d.index()].count)
}

/// Columns are over the sink's domain, and what draws elements has one.
fn columns(f: &mut Findings<'_>, i: usize, sink: &Sink) {
    let requests = &f.program.tables.materialize.requests;
    let stray = sink.inputs.iter().any(|input| match input.from {
        InputRef::Req(r) => Some(requests[r.index()].domain) != sink.domain,
        _ => false,
    });
    if stray {
        let message = "all columns of a sink are over its domain";
        f.add("ir-sink", TABLE, i, message);
    }
    let whole = matches!(
        sink.kind,
        SinkKind::Clear | SinkKind::Group | SinkKind::Postfx
    );
    if whole != sink.domain.is_none() {
        let message = match whole {
            true => "the sink has no elements, so no domain",
            false => "the sink needs a domain",
        };
        f.add("ir-sink", TABLE, i, message);
    }
}

/// The static parameters: an object of known names with possible values.
fn params(f: &mut Findings<'_>, i: usize, sink: &Sink) {
    let Some(id) = sink.params else { return };
    let text = f.program.tables.constants.json_text(id);
    let Some(Value::Object(params)) = text.and_then(|text| serde_json::from_str(text).ok()) else {
        return f.add("ir-sink", TABLE, i, "the parameters are no JSON object");
    };
    let known = signatures::params(sink.kind);
    for (name, value) in &params {
        let found = known.iter().find(|(known, _)| known == name);
        if !found.is_some_and(|(_, param)| is_possible(*param, value)) {
            let message = format!("no parameter `{name}` with the value {value} is possible");
            f.add("ir-sink", TABLE, i, message);
        }
    }
}

fn is_possible(param: Param, value: &Value) -> bool {
    match param {
        Param::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Param::Number => value.as_f64().is_some_and(f64::is_finite),
        Param::Flag => value.is_boolean(),
        Param::Lengths => {
            let lengths = value.as_array().map(|list| {
                let length = |v: &Value| v.as_f64().map(|v| v as f32);
                list.iter().map(length).collect::<Option<Vec<f32>>>()
            });
            let fits = |v: &f32| v.is_finite() && *v >= 0.0;
            lengths
                .flatten()
                .is_some_and(|list| list.iter().all(fits) && list.iter().any(|v| *v > 0.0))
        }
    }
}

/// What inputs must be only in company of others.
fn together(f: &mut Findings<'_>, i: usize, sink: &Sink) {
    let p = f.program;
    let input = |name: &str| {
        let named = |input: &&SinkInput| p.tables.strings[input.name.index()] == name;
        sink.inputs.iter().find(named).map(|input| input.from)
    };
    match sink.kind {
        SinkKind::Paths2d => {
            let stroke = input("strokeColor").is_some() && input("strokeWidth").is_some();
            if input("fillColor").is_none() && !stroke {
                let message = "input `fillColor`, or `strokeColor` and `strokeWidth`, is missing";
                f.add("ir-sink", TABLE, i, message);
            }
        }
        SinkKind::Strokes2d if !differs(p, [input("width"), input("color")]) => {
            let count = count(p, sink);
            let longest = match group_size(p, sink) {
                Some(size) if size >= 1.0 && size < f64::from(count) => size as u32,
                _ => count,
            };
            if longest > MAX_LINE {
                let message = format!("a line of {longest} elements; at most {MAX_LINE}");
                f.add("ir-limit", TABLE, i, message);
            }
        }
        _ => {}
    }
}

/// Parents hold others, in no circle and not too deep.
fn nesting(f: &mut Findings<'_>, i: usize, sink: &Sink) {
    let sinks = &f.program.tables.render.sinks;
    let (mut depth, mut at) = (0, sink.parent);
    while let Some(parent) = at {
        depth += 1;
        if depth > DEEPEST {
            let message = format!("sinks nest deeper than {DEEPEST} or in a circle");
            f.add("ir-sink", TABLE, i, message);
            break;
        }
        at = sinks[parent.index()].parent;
    }
    let holds = |parent: SinkId| {
        let kind = sinks[parent.index()].kind;
        matches!(kind, SinkKind::Group | SinkKind::Postfx)
    };
    if sink.parent.is_some_and(|parent| !holds(parent)) {
        let message = "only a group or a postfx can be drawn into";
        f.add("ir-sink", TABLE, i, message);
    }
    if sink.parent.is_none() && sink.at != 0 {
        let message = "without a parent there is no place among its inputs";
        f.add("ir-sink", TABLE, i, message);
    }
}

/// Whether one of these differs between elements: a column of a field that is over a domain.
fn differs(p: &Program, inputs: [Option<InputRef>; 2]) -> bool {
    inputs.into_iter().flatten().any(|from| match from {
        InputRef::Req(req) => {
            let field = p.tables.materialize.requests[req.index()].field;
            p.tables.field.nodes[field.index()].dom.is_some()
        }
        _ => false,
    })
}

/// The static parameter `groupSize`.
fn group_size(p: &Program, sink: &Sink) -> Option<f64> {
    let text = p.tables.constants.json_text(sink.params?)?;
    let params: Value = serde_json::from_str(text).ok()?;
    params.get("groupSize")?.as_f64()
}
