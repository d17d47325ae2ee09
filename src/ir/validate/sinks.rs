//! Sinks: what they need, who draws into whom, and how much is drawn.

use super::{Findings, MAX_DRAWN, MAX_LINE};
use crate::ir::*;

const TABLE: &str = "/tables/render/sinks";

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    let render = &p.tables.render;
    let mut drawn = 0u64;
    for (i, sink) in render.sinks.iter().enumerate() {
        let required: &[&str] = match sink.kind {
            SinkKind::Clear => &["color"],
            SinkKind::Instances2d => &["pos", "size", "color"],
            SinkKind::Paths2d => &["path"],
            SinkKind::Strokes2d => &["pos", "width", "color"],
            SinkKind::Instances3d => &["pos", "size", "color", "camera"],
            SinkKind::Meshes3d => &["mesh", "pos", "color", "camera"],
            SinkKind::Group => &[],
            SinkKind::Postfx => &["effect"],
        };
        let name = |input: &SinkInput| p.tables.strings[input.name.index()].as_str();
        for wanted in required {
            if !sink.inputs.iter().any(|input| name(input) == *wanted) {
                f.add("ir-sink", TABLE, i, format!("input `{wanted}` is missing"));
            }
        }
        for input in &sink.inputs {
            if let InputRef::Req(r) = input.from {
                let request = &p.tables.materialize.requests[r.index()];
                if Some(request.domain) != sink.domain {
                    f.add(
                        "ir-sink",
                        TABLE,
                        i,
                        "all columns of a sink are over its domain",
                    );
                }
                if let Some(format) = column_format(sink.kind, name(input))
                    && format != request.format
                {
                    f.add(
                        "ir-sink",
                        TABLE,
                        i,
                        format!("`{}` has another format", name(input)),
                    );
                }
            }
        }
        kind(f, i, sink);
        let z = match sink.z {
            InputRef::Sig(s) => p.types[p.tables.sig.nodes[s.index()].r#type.index()]
                .domain
                .lanes(),
            InputRef::Const(c) => p.tables.constants.index[c.index()].len as usize,
            _ => 0,
        };
        if z != 1 {
            f.add("ir-sink", TABLE, i, "z must be a number");
        }
        let (mut depth, mut at) = (0, sink.parent);
        while let Some(parent) = at {
            depth += 1;
            if depth > 16 {
                f.add(
                    "ir-sink",
                    TABLE,
                    i,
                    "sinks nest deeper than 16 or in a circle",
                );
                break;
            }
            at = render.sinks[parent.index()].parent;
        }
        let holds = |parent: SinkId| {
            let kind = render.sinks[parent.index()].kind;
            matches!(kind, SinkKind::Group | SinkKind::Postfx)
        };
        if sink.parent.is_some_and(|parent| !holds(parent)) {
            let message = "only a group or a postfx can be drawn into";
            f.add("ir-sink", TABLE, i, message);
        }
        let count = sink
            .domain
            .map_or(0, |d| p.tables.graph.domains[d.index()].count);
        drawn += u64::from(count);
        let draws = !matches!(
            sink.kind,
            SinkKind::Clear | SinkKind::Group | SinkKind::Postfx
        );
        if draws && sink.domain.is_none() {
            f.add("ir-sink", TABLE, i, "the sink needs a domain");
        }
    }
    if drawn > MAX_DRAWN {
        f.add(
            "ir-limit",
            TABLE,
            0,
            format!("{drawn} elements; at most {MAX_DRAWN} are drawn"),
        );
    }
    let root: Vec<SinkId> = (0..render.sinks.len())
        .map(SinkId::at)
        .filter(|s| render.sinks[s.index()].parent.is_none())
        .collect();
    if render.root != root {
        f.add(
            "ir-sink",
            "/tables/render/root",
            0,
            "the root lists the sinks without a parent",
        );
    }
}

/// What only some kinds need.
fn kind(f: &mut Findings<'_>, i: usize, sink: &Sink) {
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
            if !matches!(input("path"), None | Some(InputRef::Req(_))) {
                f.add("ir-sink", TABLE, i, "`path` must be a column");
            }
        }
        SinkKind::Strokes2d if !differs(p, [input("width"), input("color")]) => {
            let count = sink
                .domain
                .map_or(0, |d| p.tables.graph.domains[d.index()].count);
            let longest = match group_size(p, sink) {
                Some(size) if size >= 1.0 && size < f64::from(count) => size as u32,
                _ => count,
            };
            if longest > MAX_LINE {
                let message = format!("a line of {longest} elements; at most {MAX_LINE}");
                f.add("ir-limit", TABLE, i, message);
            }
        }
        SinkKind::Group => {
            let path = |c: ConstId| p.tables.constants.index[c.index()].pool == Pool::Paths;
            if !input("clipPath").is_none_or(|from| matches!(from, InputRef::Const(c) if path(c))) {
                f.add("ir-sink", TABLE, i, "`clipPath` must be an outline");
            }
        }
        SinkKind::Postfx if !matches!(input("effect"), None | Some(InputRef::Effect(_))) => {
            f.add("ir-sink", TABLE, i, "`effect` must be an effect");
        }
        _ => {}
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
    let row = &p.tables.constants.index[sink.params?.index()];
    let text = (row.pool == Pool::Json).then(|| p.tables.constants.json.get(row.at as usize));
    let params: serde_json::Value = serde_json::from_str(text??).ok()?;
    params.get("groupSize")?.as_f64()
}

/// The format that a named column must have.
fn column_format(kind: SinkKind, name: &str) -> Option<Format> {
    Some(match (kind, name) {
        (SinkKind::Instances3d | SinkKind::Meshes3d, "pos") => Format::F32x3,
        (_, "pos") => Format::F32x2,
        (_, "size" | "width" | "strokeWidth" | "sortKey") => Format::F32,
        (SinkKind::Meshes3d, "rotation" | "color") => Format::F32x4,
        (SinkKind::Meshes3d, "scale") => Format::F32x3,
        (_, "rotation" | "scale") => Format::F32,
        (_, "color" | "fillColor" | "strokeColor") => Format::U8x4,
        (_, "shapeId") => Format::U16,
        (_, "path") => Format::Path,
        _ => return None,
    })
}
