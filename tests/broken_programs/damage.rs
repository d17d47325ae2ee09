//! One damage to the JSON form of a sound program, and what validation says about it.

use crate::runs;
use oscilla::ir::{Program, validate};
use serde_json::{Value, json};

/// The JSON form of a compiled patch.
pub(crate) fn compiled(text: &str) -> Value {
    let (program, diagnostics) = runs::compile(text);
    let program = program.unwrap_or_else(|| panic!("{}", runs::shown(&diagnostics)));
    serde_json::to_value(&*program).expect("a program has a JSON form")
}

/// The value at a pointer; `{word}` stands for the first row of a list whose JSON has that word.
pub(crate) fn at<'v>(mut value: &'v mut Value, pointer: &str) -> &'v mut Value {
    for part in pointer.split('/').skip(1) {
        let index = part
            .strip_prefix('{')
            .and_then(|p| p.strip_suffix('}'))
            .map(|word| {
                let rows = value
                    .as_array()
                    .unwrap_or_else(|| panic!("{pointer}: no list"));
                let quoted = format!("\"{word}\"");
                let has = |row: &Value| row.to_string().contains(&quoted);
                rows.iter()
                    .position(has)
                    .unwrap_or_else(|| panic!("{pointer}: no row"))
            });
        let part = index.map_or_else(|| part.to_owned(), |i| i.to_string());
        value = value
            .pointer_mut(&format!("/{part}"))
            .unwrap_or_else(|| panic!("{pointer}: {part}"));
    }
    value
}

/// What is done to the value that a pointer finds.
#[derive(Clone)]
pub(crate) enum Change {
    /// Another value.
    To(Value),
    /// A row less.
    Drop(usize),
    /// Two rows in each other's place.
    Swap(usize, usize),
    /// A row twice.
    Again(usize),
    /// Another value for each of several pointers.
    And(Vec<(String, Value)>),
}

/// A damage, and the code that names it.
pub(crate) type Case = (String, Change, &'static str);

/// A damage at a pointer.
pub(crate) fn case(at: impl Into<String>, change: Change, code: &'static str) -> Case {
    (at.into(), change, code)
}

/// Codes and pointers of what is found in a program, or why it is none.
pub(crate) fn found(broken: Value) -> Vec<String> {
    match serde_json::from_value::<Program>(broken) {
        Err(error) => vec![format!("ir-schema {error}")],
        Ok(program) => match validate(program) {
            Ok(_) => vec!["valid".to_owned()],
            Err(list) => list
                .iter()
                .map(|d| format!("{} {} {}", d.code, d.pointer, d.message))
                .collect(),
        },
    }
}

/// Does a change to a program; gives the value before and after.
pub(crate) fn apply(broken: &mut Value, pointer: &str, change: Change) -> (String, String) {
    if let Change::And(others) = change {
        for (pointer, new) in others {
            *at(broken, &pointer) = new;
        }
        return (String::new(), "several".to_owned());
    }
    let value = at(broken, pointer);
    let before = value.to_string();
    match (change, &mut *value) {
        (Change::To(new), value) => *value = new,
        (Change::Drop(i), Value::Array(rows)) => drop(rows.remove(i)),
        (Change::Swap(i, j), Value::Array(rows)) => rows.swap(i, j),
        (Change::Again(i), Value::Array(rows)) => rows.push(rows[i].clone()),
        _ => panic!("{pointer} is no list"),
    }
    (before, value.to_string())
}

/// Does each damage to a sound program by itself; validation must name it by its code.
pub(crate) fn judge(sound: &Value, cases: Vec<Case>) {
    assert_eq!(found(sound.clone()), ["valid"]);
    let mut wrong = Vec::new();
    for (pointer, change, code) in cases {
        let mut broken = sound.clone();
        let (before, after) = apply(&mut broken, &pointer, change);
        let found = found(broken);
        if !found.iter().any(|f| f.starts_with(&format!("{code} "))) {
            let short = |text: &str| text.chars().take(80).collect::<String>();
            wrong.push(format!(
                "{pointer}: {} -> {}: wanted {code}, found {found:?}",
                short(&before),
                short(&after)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The row of a list in which a field has a value.
pub(crate) fn row(list: &Value, field: &str, value: impl Into<Value>) -> usize {
    let value = value.into();
    let rows = list.as_array().expect("a list");
    let found = rows.iter().position(|row| row[field] == value);
    found.unwrap_or_else(|| panic!("no row with {field} {value}"))
}

/// The place of a text in the pool.
pub(crate) fn text(sound: &Value, word: &str) -> Value {
    let strings = sound["tables"]["strings"].as_array().expect("strings");
    let at = strings.iter().position(|text| text == word);
    json!(at.unwrap_or_else(|| panic!("no text `{word}`")))
}

/// The place of a type.
pub(crate) fn type_of(sound: &Value, world: &str, domain: &str) -> Value {
    let rows = sound["types"].as_array().expect("types");
    let fits = |t: &Value| t["world"] == world && t["domain"] == domain;
    let at = rows.iter().position(fits);
    json!(at.unwrap_or_else(|| panic!("no type {world} {domain}")))
}
