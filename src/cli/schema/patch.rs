//! The patch document: blocks of the library with their parameters, and everything around them.

use super::{defined, described, flow, list, literal, names, object, parameters, text, values};
use crate::blocks::{Block, COMPOSITES, Composite, catalogue};
use crate::patch::MAX_SIDE;
use serde_json::{Map, Value, json};

/// What stands before the name of a composite in a block type.
const COMPOSITE: &str = "composite:";

/// The schema of a patch.
pub(super) fn schema() -> Value {
    let mut schema = document();
    let mut definitions = Map::new();
    let mut define = |list: Vec<(&str, Value)>| {
        for (name, schema) in list {
            definitions.insert(name.to_owned(), schema);
        }
    };
    define(values::definitions());
    define(flow::definitions());
    define(vec![
        ("size", size()),
        ("block", block()),
        (
            "library",
            described(
                json!({"allOf": cases()}),
                "Parameters of each type of block.",
            ),
        ),
        ("blockType", block_types()),
        ("node", node()),
        ("composite", composite()),
        ("graph", graph()),
        ("exposed", exposed()),
    ]);
    schema["$schema"] = json!(super::DRAFT);
    schema["title"] = json!("oscilla patch");
    schema["$defs"] = Value::Object(definitions);
    schema
}

fn document() -> Value {
    let lists = |name: &str| list(defined(name), "");
    let people = || text("For people.");
    let source = object(
        "A constant of the editor's table.",
        &["id"],
        vec![
            ("id", text("")),
            ("type", defined("anyType")),
            ("value", json!({})),
            ("uiHint", json!({})),
            ("rangeHint", json!({})),
        ],
    );
    let golden = object(
        "Frames to record.",
        &["frames"],
        vec![
            ("frames", text("Such as `0,30,59` or `0-99:5`.")),
            ("fps", defined("number")),
            ("size", defined("size")),
        ],
    );
    let free = || json!({});
    object(
        "An animation: blocks, what connects them, and how big the picture is.",
        &["blocks"],
        vec![
            ("$schema", text("Where an editor finds this schema.")),
            ("version", json!({"const": 2})),
            ("name", people()),
            ("description", free()),
            (
                "revision",
                described(json!({"type": "integer", "minimum": 0}), "Counts edits."),
            ),
            (
                "seed",
                described(json!({"type": "number"}), "Seed of everything random."),
            ),
            ("size", defined("size")),
            (
                "background",
                described(defined("color"), "A colour, or `transparent`."),
            ),
            (
                "blocks",
                described(
                    json!({"type": "array", "items": defined("block"), "minItems": 1}),
                    "",
                ),
            ),
            ("connections", lists("wire")),
            ("buses", lists("bus")),
            ("publishers", lists("publisher")),
            ("listeners", lists("listener")),
            ("rails", defined("rails")),
            ("composites", lists("composite")),
            ("defaultSources", list(source, "")),
            ("golden", golden),
            (
                "settings",
                json!({"type": "object", "properties": {"seed": {"type": ["number", "null"]}}}),
            ),
            ("lanes", free()),
        ],
    )
}

fn size() -> Value {
    let side = json!({"type": "integer", "minimum": 1, "maximum": MAX_SIDE});
    let schema = json!({"anyOf": [
        {"type": "array", "items": side, "minItems": 2, "maxItems": 2},
        {"type": "string", "pattern": r"^\d{1,5}x\d{1,5}$"},
        {"type": "object", "properties": {"width": side, "height": side}, "required": ["width", "height"]}
    ]});
    described(schema, "Width and height, px.")
}

fn block_types() -> Value {
    let library = catalogue().iter().map(|block| block.name);
    let composites: Vec<String> = COMPOSITES
        .iter()
        .map(|c| format!("{COMPOSITE}{}", c.name))
        .collect();
    let aliases: Vec<String> = catalogue()
        .iter()
        .flat_map(|block| block.aliases)
        .map(|alias| literal(alias))
        .collect();
    let also = format!("^({COMPOSITE}.+|canvas|{})$", aliases.join("|"));
    names(library.chain(composites.iter().map(String::as_str)), &also)
}

fn id() -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": 256, "not": {"pattern": "::"}})
}

/// What a block may have for parameters, by its type.
fn cases() -> Vec<Value> {
    let case = |names: Vec<String>, about: &str, params: Vec<(&str, Value)>| {
        json!({
            "if": {"properties": {"type": {"enum": names}}, "required": ["type"]},
            "then": {
                "description": about,
                "properties": {"params": parameters(about, params)}
            }
        })
    };
    let of_block = |block: &Block| {
        let all = std::iter::once(&block.name).chain(block.aliases);
        let params = block
            .inputs
            .iter()
            .map(|input| (input.name, values::input(input)));
        case(
            all.map(|name| (*name).to_owned()).collect(),
            block.summary,
            params.collect(),
        )
    };
    let of_composite = |composite: &Composite| {
        let mut params: Vec<(&str, Value)> = Vec::new();
        for param in composite.params() {
            params.push((param.name, values::input(param.input)));
        }
        for (name, _) in composite.inputs {
            if let Some(input) = composite.input(name)
                && params.iter().all(|(known, _)| known != name)
            {
                params.push((name, values::input(input)));
            }
        }
        case(
            vec![format!("{COMPOSITE}{}", composite.name)],
            composite.summary,
            params,
        )
    };
    let blocks = catalogue().iter().map(|block| of_block(block));
    blocks.chain(COMPOSITES.iter().map(of_composite)).collect()
}

fn entry(about: &str, required: &[&str], more: Vec<(&str, Value)>) -> Value {
    let mut fields = vec![
        ("id", id()),
        ("type", defined("blockType")),
        (
            "params",
            described(json!({"type": "object"}), "Values of inputs."),
        ),
        (
            "inputs",
            list(
                json!({"type": "object"}),
                "The editor's copies of the ports.",
            ),
        ),
        (
            "outputs",
            list(
                json!({"type": "object"}),
                "The editor's copies of the ports.",
            ),
        ),
        ("label", json!({"type": "string"})),
        ("category", json!({})),
        ("description", json!({})),
    ];
    fields.extend(more);
    let mut schema = object(about, required, fields);
    schema["allOf"] = json!([defined("library")]);
    schema
}

fn block() -> Value {
    let mut schema = entry(
        "A block of the library, or a composite.",
        &["id", "type"],
        Vec::new(),
    );
    // What the editor saves has more fields than matter.
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("additionalProperties");
    }
    let known: Map<String, Value> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| (name.clone(), json!(true)))
        .collect();
    let short = json!({
        "if": {"not": {"anyOf": [{"required": ["inputs"]}, {"required": ["outputs"]}]}},
        "then": {"properties": known, "additionalProperties": false}
    });
    if let Some(cases) = schema["allOf"].as_array_mut() {
        cases.push(short);
    }
    schema
}

/// A block inside a composite; only old groups name it in the entry.
fn node() -> Value {
    entry("A block inside.", &["type"], Vec::new())
}

fn graph() -> Value {
    let port = defined("reference");
    let ports = json!({"anyOf": [port, list(port.clone(), "")]});
    let map = |values: Value, about: &str| {
        described(
            json!({"type": "object", "additionalProperties": values}),
            about,
        )
    };
    object(
        "What is inside a composite.",
        &["nodes"],
        vec![
            ("nodes", map(defined("node"), "Blocks by id.")),
            ("edges", list(defined("wire"), "")),
            (
                "inputMap",
                map(ports, "Outer inputs and the inner ones they lead to."),
            ),
            (
                "outputMap",
                map(port, "Outer outputs and the inner ones they show."),
            ),
            ("busSubscriptions", map(text(""), "Buses of outer inputs.")),
            ("busPublications", map(text(""), "Buses of outer outputs.")),
        ],
    )
}

fn exposed() -> Value {
    object(
        "A parameter of a composite.",
        &["id"],
        vec![
            ("id", text("")),
            ("default", json!({})),
            ("nodeId", text("The inner block that it sets.")),
            ("param", text("The inner input that it sets.")),
            ("blockId", text("")),
            ("paramKey", text("")),
            ("label", json!({})),
            ("type", json!({})),
            ("description", json!({})),
            ("uiHint", json!({})),
        ],
    )
}

fn composite() -> Value {
    let mut schema = object(
        "A named group of blocks.",
        &["id"],
        vec![
            ("id", id()),
            ("label", text("")),
            ("name", text("")),
            ("description", json!({})),
            ("category", json!({})),
            ("graph", defined("graph")),
            ("exposedInputs", json!({})),
            ("exposedOutputs", json!({})),
            ("exposedParams", list(defined("exposed"), "")),
            ("blocks", list(defined("node"), "An old group.")),
            ("connections", list(defined("wire"), "An old group.")),
        ],
    );
    schema["anyOf"] = json!([{"required": ["graph"]}, {"required": ["blocks"]}]);
    schema
}
