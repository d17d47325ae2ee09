//! The composites of the library, with all their ports and beside what one would write by hand.

use super::*;

/// A patch that connects every port of a built-in composite.
fn built_in(composite: &crate::blocks::Composite) -> String {
    use crate::types::{Domain, Family};
    let mut connections = Vec::new();
    for (name, _) in composite.inputs {
        let input = composite.input(name).unwrap();
        let from = match input.domain.family() {
            Family::Domain => "grid.domain",
            Family::Vec2 => "grid.pos0",
            Family::Trigger => "pulses.tick",
            _ if input.domain == Domain::Phase01 => "wave.out",
            _ => "index.u",
        };
        connections.push(format!(r#"{{"from": "{from}", "to": "c.{name}"}}"#));
    }
    for (name, _) in composite.outputs {
        let to = match composite.output(name).unwrap().domain.family() {
            Family::Domain => "dots.domain",
            Family::Vec2 => "dots.positions",
            Family::Trigger => "show.trigger",
            Family::Color => "dots.color",
            Family::Render => continue,
            _ => "dots.radius",
        };
        if connections
            .iter()
            .all(|c| !c.contains(&format!("\"to\": \"{to}\"")))
        {
            connections.push(format!(r#"{{"from": "c.{name}", "to": "{to}"}}"#));
        }
    }
    let time = match composite.name {
        "AmbientLoopRoot" => "",
        _ => r#"{"id": "time", "type": "CycleTimeRoot"},"#,
    };
    // Every parameter with a value of its own, each different.
    let params = composite
        .params()
        .into_iter()
        .enumerate()
        .map(|(i, param)| {
            let value = match (param.input.mark, param.input.domain) {
                (Mark::Options(words), _) => format!("{:?}", words[words.len() - 1]),
                (_, Domain::Color) => "\"#123456\"".to_owned(),
                (_, Domain::Boolean) => "true".to_owned(),
                (_, Domain::String) => "\"M0 0L9 9\"".to_owned(),
                _ => (i + 2).to_string(),
            };
            format!("\"{}\": {value}", param.name)
        });
    let params: Vec<String> = params.collect();
    format!(
        r#"{{"blocks": [{time}
            {{"id": "grid", "type": "GridDomain"}}, {{"id": "index", "type": "FieldIndex"}},
            {{"id": "wave", "type": "Oscillator"}}, {{"id": "pulses", "type": "PulseDivider"}},
            {{"id": "show", "type": "EnvelopeAD"}},
            {{"id": "dots", "type": "RenderInstances2D"}},
            {{"id": "c", "type": "composite:{}", "params": {{{}}}}}], "connections": [{}]}}"#,
        composite.name,
        params.join(","),
        connections.join(",")
    )
}

#[test]
fn every_built_in_composite_compiles_with_all_its_ports() {
    for composite in COMPOSITES {
        let text = built_in(composite);
        let (program, found) = compiled(&text);
        let shown: Vec<String> = found.list().iter().map(Diagnostic::to_string).collect();
        let program =
            program.unwrap_or_else(|| panic!("{}:\n{}", composite.name, shown.join("\n")));
        let quiet = |d: &&Diagnostic| !matches!(d.code, "unreachable-block" | "unused-bus");
        assert_eq!(found.list().iter().find(quiet), None, "{}", composite.name);
        for node in composite.nodes {
            let id = format!("c::{}", node.id);
            assert!(ids(&program).contains(&id.as_str()), "{id}");
        }
    }
}

/// The same blocks and connections as a composite has, written by hand with `-` in place of `::`.
fn by_hand(composite: &str, text: &str) -> String {
    let composite = crate::blocks::find_composite(composite).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
    let blocks = value["blocks"].as_array_mut().unwrap();
    let block = blocks.pop().unwrap();
    let given = |name: &str| block["params"].get(name).cloned();
    for node in composite.nodes {
        let mut params = serde_json::Map::new();
        for (key, setting) in node.params {
            let value = match setting {
                Setting::Number(v) => Some(serde_json::json!(v)),
                Setting::Word(word) => Some(serde_json::json!(word)),
                Setting::Param(name) => given(name),
            };
            params.extend(value.map(|v| ((*key).to_owned(), v)));
        }
        let id = format!("c-{}", node.id);
        // Saved, so that it listens to nothing by itself.
        blocks
            .push(serde_json::json!({"id": id, "type": node.kind, "params": params, "inputs": []}));
    }
    let port = |(node, port): (&str, &str)| format!("c-{node}.{port}");
    let outside = value["connections"].as_array().unwrap().clone();
    let mut wires = Vec::new();
    for (from, to) in composite.edges {
        let id = format!("edge:{}", port(*to));
        wires.push(serde_json::json!({"id": id, "from": port(*from), "to": port(*to)}));
    }
    for wire in outside {
        let (from, to) = (wire["from"].as_str().unwrap(), wire["to"].as_str().unwrap());
        let id = format!("wire:{to}");
        let from = match from.strip_prefix("c.") {
            Some(name) => port(
                composite
                    .outputs
                    .iter()
                    .find(|(n, _)| *n == name)
                    .unwrap()
                    .1,
            ),
            None => from.to_owned(),
        };
        let to = match to.strip_prefix("c.") {
            Some(name) => port(composite.inputs.iter().find(|(n, _)| *n == name).unwrap().1[0]),
            None => to.to_owned(),
        };
        wires.push(serde_json::json!({"id": id, "from": from, "to": to}));
    }
    value["connections"] = serde_json::Value::Array(wires);
    let publishers = composite.publications.iter().map(|(name, bus)| {
        let from = port(composite.outputs.iter().find(|(n, _)| n == name).unwrap().1);
        serde_json::json!({"id": format!("pub-c-{name}"), "busId": bus, "from": from})
    });
    value["publishers"] = publishers.collect();
    value.to_string()
}

#[test]
fn a_built_in_composite_is_what_one_would_write_by_hand() {
    let mut compared = 0;
    for composite in COMPOSITES {
        let text = built_in(composite);
        let (inside, _) = program(&text);
        let (hand, _) = program(&by_hand(composite.name, &text));
        let inside = dump(&inside).replace("c::", "c-");
        assert_eq!(inside, dump(&hand), "{}", composite.name);
        compared += 1;
    }
    assert_eq!(compared, COMPOSITES.len());
}
