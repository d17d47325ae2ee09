//! Constants of a patch: what each kind of input and parameter may be written as.

use super::{defined, described, plain};
use crate::blocks::{Default, Hard, Input, Mark, Param, ParamKind};
use crate::types::{Domain, Family};
use serde_json::{Value, json};

/// Texts that are numbers.
const NUMERIC: &str = r"^([-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|0[xX][0-9a-fA-F]+)$";

/// What the kinds of constants have in common, by name.
pub(super) fn definitions() -> Vec<(&'static str, Value)> {
    let number = json!({"type": "number"});
    let vector = |names: &[&str]| {
        let n = names.len();
        let parts: serde_json::Map<String, Value> = names
            .iter()
            .map(|name| ((*name).to_owned(), number.clone()))
            .collect();
        json!([
            {"type": "array", "items": number, "minItems": n, "maxItems": n},
            {"type": "object", "properties": parts, "required": names}
        ])
    };
    let unit = json!({"type": "number", "minimum": 0, "maximum": 1});
    let any = |mut of: Value| {
        // In the nodes of composites, a parameter of the composite may stand for any value.
        if let Some(list) = of.as_array_mut() {
            list.push(defined("fromParam"));
            list.push(json!({"type": "null"}));
        }
        json!({ "anyOf": of })
    };
    vec![
        (
            "fromParam",
            described(
                json!({
                    "type": "object",
                    "properties": {"__fromParam": {"type": "string"}},
                    "required": ["__fromParam"],
                    "additionalProperties": false
                }),
                "A parameter of the composite.",
            ),
        ),
        (
            "number",
            any(json!([{"type": ["number", "boolean"]}, {"type": "string", "pattern": NUMERIC}])),
        ),
        (
            "boolean",
            any(json!([
                {"type": ["boolean", "number"]},
                {"enum": ["true", "false", "1", "0", ""]}
            ])),
        ),
        ("trigger", any(json!([{"type": ["boolean", "number"]}]))),
        ("count", any(json!([{"type": "number"}]))),
        (
            "text",
            any(json!([{"type": ["string", "number", "boolean"]}])),
        ),
        ("vec2", any(vector(&["x", "y"]))),
        ("vec3", any(vector(&["x", "y", "z"]))),
        (
            "color",
            any(json!([
                {"type": "string"},
                {"type": "array", "items": unit, "minItems": 3, "maxItems": 4},
                {
                    "type": "object",
                    "properties": {"r": unit, "g": unit, "b": unit, "a": unit},
                    "required": ["r", "g", "b"]
                }
            ])),
        ),
        (
            "path",
            any(json!([
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"commands": {"type": "array", "items": {
                        "type": "object",
                        "properties": {"kind": {"enum": ["M", "L", "Q", "C", "Z"]}},
                        "required": ["kind"]
                    }}},
                    "required": ["commands"]
                }
            ])),
        ),
    ]
}

/// The value of an input of a block.
pub(super) fn input(input: &Input) -> Value {
    let schema = match input.mark {
        Mark::Options(words) => options(words),
        Mark::Text | Mark::Asset => defined("text"),
        Mark::Render | Mark::Camera => json!({"type": "null"}),
        Mark::Domain => defined("count"),
        Mark::Event => defined("trigger"),
        Mark::Constant | Mark::Signal | Mark::Field => of_domain(input.domain),
    };
    let mut schema = limited(schema, input.hard);
    if let Some(default) = default(input.default, input.domain) {
        schema["default"] = default;
    }
    let mut words = input.doc.to_owned();
    if !input.unit.is_empty() {
        words.push_str(&format!(" Unit: {}.", input.unit));
    }
    if let Some((low, high)) = input.range {
        words.push_str(&format!(" Usually {low} to {high}."));
    }
    if let Some(bus) = input.bus {
        words.push_str(&format!(
            " Listens to `{bus}` unless something else is said."
        ));
    }
    described(schema, &words)
}

/// The constant of a parameter of a lens or adapter.
pub(super) fn constant(param: &Param) -> Value {
    let (schema, domain) = match param.kind {
        ParamKind::Number => (defined("number"), Domain::Number),
        ParamKind::Vec2 => (defined("vec2"), Domain::Vec2),
        ParamKind::Boolean => (defined("boolean"), Domain::Boolean),
        ParamKind::Options(words) => (options(words), Domain::String),
    };
    about(schema, param, domain)
}

/// A parameter of a lens: a constant, or a signal that it is bound to.
pub(super) fn bound(param: &Param) -> Value {
    let (schema, domain) = match param.kind {
        ParamKind::Number => (defined("number"), Domain::Number),
        ParamKind::Vec2 => (defined("vec2"), Domain::Vec2),
        ParamKind::Boolean => (defined("boolean"), Domain::Boolean),
        ParamKind::Options(words) => (options(words), Domain::String),
    };
    about(
        json!({"anyOf": [schema, defined("binding")]}),
        param,
        domain,
    )
}

fn about(mut schema: Value, param: &Param, domain: Domain) -> Value {
    if let Some(default) = default(param.default, domain) {
        schema["default"] = default;
    }
    match param.unit {
        "" => described(schema, param.doc),
        unit => described(schema, &format!("{} Unit: {unit}.", param.doc)),
    }
}

fn options(words: &[&str]) -> Value {
    // Words that are numbers may be written as such.
    let numbers = words.iter().filter_map(|word| word.parse::<i64>().ok());
    let mut all: Vec<Value> = words.iter().map(|word| json!(word)).collect();
    all.extend(numbers.map(|number| json!(number)));
    json!({"anyOf": [{ "enum": all }, defined("fromParam"), {"type": "null"}]})
}

fn of_domain(domain: Domain) -> Value {
    match domain.family() {
        Family::Number | Family::Phase => defined("number"),
        Family::Boolean => defined("boolean"),
        Family::Vec2 => defined("vec2"),
        Family::Vec3 => defined("vec3"),
        Family::Color => defined("color"),
        Family::Path => defined("path"),
        Family::String => defined("text"),
        Family::Trigger => defined("trigger"),
        Family::Domain => defined("count"),
        Family::Render | Family::Camera | Family::Internal => json!({}),
    }
}

fn limited(mut schema: Value, hard: Option<Hard>) -> Value {
    match hard {
        None => {}
        Some(Hard::Above(low)) => schema["exclusiveMinimum"] = plain(low),
        Some(Hard::AtLeast(low)) => schema["minimum"] = plain(low),
        Some(Hard::Between(low, high)) => {
            schema["exclusiveMinimum"] = plain(low);
            schema["exclusiveMaximum"] = plain(high);
        }
    }
    schema
}

fn default(default: Default, domain: Domain) -> Option<Value> {
    Some(match default {
        Default::Number(v) if domain == Domain::Boolean => json!(v > 0.5),
        // JSON has no infinity; the words say it.
        Default::Number(v) if !v.is_finite() => return None,
        Default::Number(v) => plain(v),
        Default::Vec2(v) => v.iter().map(|v| plain(*v)).collect(),
        Default::Vec3(v) => v.iter().map(|v| plain(*v)).collect(),
        Default::Color(text) | Default::Text(text) | Default::Path(text) => json!(text),
        Default::Required | Default::Time | Default::None => return None,
    })
}
