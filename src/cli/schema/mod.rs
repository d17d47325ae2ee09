//! `oscilla schema`: what patches, programs and manifests look like, as JSON Schema (draft 2020-12).
//!
//! Programs and manifests are described by their own types, patches by the library and by what the
//! reader knows of each entry; nothing is said twice. `docs/schema` holds what this prints; a test
//! says so. Read next: `patch`, the document; `values`, its constants; `flow`, what connects blocks.

mod flow;
mod patch;
mod values;

use super::args::{SchemaArgs, SchemaOf};
use super::console;
use super::failure::{Failure, Status};
use crate::export::manifest;
use crate::ir;
use serde_json::{Value, json};

/// The dialect of all schemas.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

pub(super) fn run(args: &SchemaArgs) -> Result<Status, Failure> {
    let schema = match args.of {
        SchemaOf::Patch => patch::schema(),
        SchemaOf::Ir => ir::json::schema(),
        SchemaOf::Manifest => manifest::schema(),
    };
    console::data(|out| writeln!(out, "{schema:#}"))?;
    Ok(Status::Done)
}

/// What another part of the schema says.
fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// The same with words of its own.
fn described(mut schema: Value, words: &str) -> Value {
    if !words.is_empty() {
        schema["description"] = json!(words);
    }
    schema
}

/// A value, or `null`, which is the same as nothing.
fn optional(schema: Value) -> Value {
    match &schema["type"] {
        Value::String(one) if schema.get("enum").is_none() && schema.get("const").is_none() => {
            let mut schema = schema.clone();
            schema["type"] = json!([one, "null"]);
            schema
        }
        _ => {
            let words = schema.get("description").cloned();
            let mut both = json!({"anyOf": [schema, {"type": "null"}]});
            if let Some(words) = words {
                both["description"] = words;
            }
            both
        }
    }
}

/// An object with these fields and no others, of which some must be there.
fn object(words: &str, required: &[&str], fields: Vec<(&str, Value)>) -> Value {
    let fields: serde_json::Map<String, Value> = fields
        .into_iter()
        .map(|(name, schema)| {
            let needed = required.contains(&name);
            (
                name.to_owned(),
                if needed { schema } else { optional(schema) },
            )
        })
        .collect();
    let mut schema = json!({"type": "object", "properties": fields, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    described(schema, words)
}

/// Values by name, none of which must be there; each says itself that it may be `null`.
fn parameters(words: &str, values: Vec<(&str, Value)>) -> Value {
    let values: serde_json::Map<String, Value> = values
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    let schema = json!({
        "type": ["object", "null"],
        "properties": values,
        "additionalProperties": false
    });
    described(schema, words)
}

fn text(words: &str) -> Value {
    described(json!({"type": "string"}), words)
}

fn list(items: Value, words: &str) -> Value {
    described(json!({"type": "array", "items": items}), words)
}

/// One of some words.
fn words(words: &[&str], about: &str) -> Value {
    described(json!({ "enum": words }), about)
}

/// Words that an editor offers, and others that are as good.
fn names<'n>(offered: impl Iterator<Item = &'n str>, also: &str) -> Value {
    let offered: Vec<&str> = offered.collect();
    json!({"anyOf": [{"enum": offered}, {"type": "string", "pattern": also}]})
}

/// A number as a person would write it: 1, not 1.0.
fn plain(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// Letters that mean themselves in a pattern.
fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ' ') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
