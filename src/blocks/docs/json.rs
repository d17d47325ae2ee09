//! Ports and parameters as JSON.

use super::words::{hard_text, value_text};
use crate::blocks::*;
use serde_json::{Value as Json, json};

pub(super) fn default_json(default: Default) -> Json {
    match default {
        Default::Required | Default::Time | Default::None => Json::Null,
        Default::Number(v) if v.is_finite() => json!(v),
        Default::Number(v) => json!(value_text(Default::Number(v))),
        Default::Vec2(v) => json!(v),
        Default::Vec3(v) => json!(v),
        Default::Color(text) | Default::Text(text) | Default::Path(text) => json!(text),
    }
}

pub(super) fn block_json(block: &Block) -> Json {
    let inputs: Vec<Json> = block.inputs.iter().map(input_json).collect();
    let outputs: Vec<Json> = block.outputs.iter().map(output_json).collect();
    json!({
        "kind": "block",
        "name": block.name,
        "aliases": block.aliases,
        "family": block.family.name(),
        "summary": block.summary,
        "details": block.details,
        "inputs": inputs,
        "outputs": outputs,
        "breaksCycles": block.breakers,
    })
}

fn output_json(output: &Output) -> Json {
    json!({
        "name": output.name,
        "type": output.domain.name(),
        "world": match output.world {
            OutputWorld::Signal => "signal",
            OutputWorld::Field => "field",
            OutputWorld::Event => "event",
            OutputWorld::Special => "special",
        },
        "unit": output.unit,
        "doc": output.doc,
    })
}

fn input_json(input: &Input) -> Json {
    let (mark, options) = match input.mark {
        Mark::Constant => ("constant", None),
        Mark::Options(words) => ("option", Some(words)),
        Mark::Text => ("text", None),
        Mark::Asset => ("asset", None),
        Mark::Signal => ("signal", None),
        Mark::Field => ("field", None),
        Mark::Domain => ("domain", None),
        Mark::Event => ("event", None),
        Mark::Render => ("render", None),
        Mark::Camera => ("camera", None),
    };
    json!({
        "name": input.name,
        "type": input.domain.name(),
        "read": mark,
        "options": options,
        "default": match (input.domain.name(), input.default) {
            ("boolean", Default::Number(v)) => json!(v > 0.5),
            (_, default) => default_json(default),
        },
        "required": input.default == Default::Required,
        "range": input.range.map(|(low, high)| json!([low, high])),
        "limit": input.hard.map(hard_text),
        "unit": input.unit,
        "bus": input.bus,
        "doc": input.doc,
    })
}

pub(super) fn params_json(params: &[Param]) -> Vec<Json> {
    params
        .iter()
        .map(|param| {
            let (kind, options) = match param.kind {
                ParamKind::Number => ("number", None),
                ParamKind::Vec2 => ("vec2", None),
                ParamKind::Boolean => ("boolean", None),
                ParamKind::Options(words) => ("option", Some(words)),
            };
            json!({
                "name": param.name,
                "type": kind,
                "options": options,
                "default": match (param.kind, param.default) {
                    (ParamKind::Boolean, Default::Number(v)) => json!(v > 0.5),
                    (_, default) => default_json(default),
                },
                "constant": param.constant,
                "unit": param.unit,
                "doc": param.doc,
            })
        })
        .collect()
}

pub(super) fn composite_json(composite: &Composite) -> Json {
    let renamed = |mut json: Json, name: &str| {
        json["name"] = json!(name);
        json
    };
    let inputs = composite.inputs.iter().filter_map(|(name, targets)| {
        let mut json = renamed(input_json(composite.input(name)?), name);
        json["bus"] = json!(composite.subscription(name));
        json["to"] = targets
            .iter()
            .map(|(n, p)| json!(format!("{n}.{p}")))
            .collect();
        Some(json)
    });
    let outputs = composite.outputs.iter().filter_map(|(name, (node, port))| {
        let mut json = renamed(output_json(composite.output(name)?), name);
        json["bus"] = json!(composite.publication(name));
        json["from"] = json!(format!("{node}.{port}"));
        Some(json)
    });
    let params = composite.params().into_iter().map(|param| {
        let mut json = renamed(input_json(param.input), param.name);
        json["bus"] = Json::Null;
        json
    });
    let nodes = composite.nodes.iter().map(|node| {
        let set = node.params.iter().map(|(key, setting)| {
            let value = match setting {
                Setting::Param(name) => json!({ "__fromParam": name }),
                Setting::Number(v) => json!(v),
                Setting::Word(word) => json!(word),
            };
            ((*key).to_owned(), value)
        });
        let set: serde_json::Map<String, Json> = set.collect();
        json!({ "id": node.id, "type": node.kind, "params": set })
    });
    json!({
        "kind": "composite",
        "name": composite.name,
        "type": format!("composite:{}", composite.name),
        "summary": composite.summary,
        "params": params.collect::<Vec<_>>(),
        "inputs": inputs.collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(),
        "edges": composite.edges.iter()
            .map(|((a, out), (b, input))| json!({
                "from": format!("{a}.{out}"), "to": format!("{b}.{input}"),
            }))
            .collect::<Vec<_>>(),
    })
}
