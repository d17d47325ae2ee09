//! What happens on the way: every lens and every adapter on wires, publishers and listeners, with
//! parameters from every kind of source.
//!
//! The cases come from the tables of the library, so a new lens or adapter is tested without a line
//! here. A chain gives the same wherever it stands, and a parameter the same wherever it comes from.

mod runs;

use oscilla::blocks::{ADAPTERS, Adapter, LENSES, Lens, Param, ParamKind};
use oscilla::diag::{Diagnostics, Severity};
use oscilla::types::Domain;
use runs::{Run, compile};

/// 0.3 of each kind, none of which folds.
const SOURCES: &str = r#"
    {"id": "time", "type": "CycleTimeRoot", "params": {"periodMs": 1000}},
    {"id": "number", "type": "MulSignal", "params": {"b": 0.3}},
    {"id": "vec2", "type": "MakeVec2", "params": {"y": 0.7}},
    {"id": "vec3", "type": "MakeVec3", "params": {"y": 0.7, "z": 2}},
    {"id": "color", "type": "ColorFromHSL", "params": {"s": 0.6}},
    {"id": "flag", "type": "Oscillator"},
    {"id": "field", "type": "FieldFromSignalBroadcast", "params": {"domain": 4}},
    {"id": "fixed", "type": "ConstNumber", "params": {"value": 0.4}},
    {"id": "pair", "type": "ConstVec2", "params": {"value": [0.4, 0.2]}},
    {"id": "n", "type": "AddSignal"}, {"id": "p", "type": "Oscillator"},
    {"id": "v", "type": "AddVec2"}, {"id": "c", "type": "MixColor"},
    {"id": "first", "type": "FieldReduce", "params": {"op": "first"}},
    {"id": "e", "type": "EnvelopeAD"},
    {"id": "dots", "type": "RenderInstances2D"}"#;

const WIRES: &str = r#"
    {"from": "time.energy", "to": "number.a"}, {"from": "number.out", "to": "vec2.x"},
    {"from": "number.out", "to": "vec3.x"}, {"from": "number.out", "to": "color.h"},
    {"from": "number.out", "to": "field.signal"}"#;

/// Where a chain stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Wire,
    Publisher,
    Listener,
}

const PLACES: [Place; 3] = [Place::Wire, Place::Publisher, Place::Listener];

/// A patch with a chain between a source and an input. `bus` is the type of the bus on the way.
fn patch(place: Place, from: &str, to: &str, chain: &str, bus: &str) -> String {
    let (mut wire, mut publisher, mut listener) = (String::new(), String::new(), String::new());
    let (early, late) = match place {
        Place::Publisher => (chain, ""),
        _ => ("", chain),
    };
    if place == Place::Wire {
        wire = format!(r#", {{"from": "{from}", "to": "{to}"{chain}}}"#);
    } else {
        publisher = format!(r#", {{"from": "{from}", "bus": "way"{early}}}"#);
        listener = format!(r#"{{"bus": "way", "to": "{to}"{late}}}"#);
    }
    format!(
        r#"{{"blocks": [{SOURCES}], "connections": [{WIRES}{wire}],
        "buses": [{{"name": "way", "type": "{bus}"}}, {{"name": "one", "type": "number"}},
            {{"name": "two", "type": "vec2"}}],
        "publishers": [{{"from": "fixed.out", "bus": "one"}}, {{"from": "pair.out", "bus": "two"}}{publisher}],
        "listeners": [{listener}],
        "defaultSources": [{{"id": "ds-900", "type": "Signal:number", "value": 0.4}},
            {{"id": "ds-901", "type": "Signal:vec2", "value": [0.4, 0.2]}}],
        "rails": {{"energy": {{"curve": "const", "max": 0.4, "mirror": null}}}}}}"#
    )
}

/// What arrives at an input at 300 ms.
#[track_caller]
fn arrives(text: &str, to: &str) -> Vec<f64> {
    let mut run = Run::new(text);
    let probe = run.watch(to);
    run.at(300.0);
    run.lanes(probe)
}

/// The code of the one error.
fn code(found: &Diagnostics) -> &'static str {
    let errors = found.list().iter();
    let mut errors = errors.filter(|d| d.severity == Severity::Error);
    let first = errors.next().expect("an error");
    assert!(errors.next().is_none(), "{}", runs::shown(found));
    first.code
}

/// Source, input and bus type of a domain.
fn ends(domain: Domain) -> (&'static str, &'static str, &'static str) {
    match domain {
        Domain::Phase01 => ("time.phase", "p.phase", "phase"),
        Domain::Vec2 => ("vec2.out", "v.a", "vec2"),
        Domain::Color => ("color.color", "c.a", "color"),
        _ => ("number.out", "n.a", "number"),
    }
}

/// The value that every kind of source gives for a parameter, by kind.
fn bindings(param: &Param) -> Vec<&'static str> {
    match param.kind {
        ParamKind::Number => vec![
            "0.4",
            r#"{"kind": "literal", "value": 0.4}"#,
            r#"{"kind": "default", "defaultSourceId": "ds-900"}"#,
            r#"{"bus": "one"}"#,
            r#"{"kind": "bus", "busId": "one", "lensStack": []}"#,
            r#"{"from": "fixed.out"}"#,
            r#"{"kind": "wire", "from": {"blockId": "fixed", "slotId": "out"}}"#,
            r#"{"from": "fixed.out", "lens": [{"type": "scale", "params": {"scale": {"from": "time.energy"}}}]}"#,
            r#"{"rail": "energy"}"#,
        ],
        ParamKind::Vec2 => vec![
            "[0.4, 0.2]",
            r#"{"kind": "default", "defaultSourceId": "ds-901"}"#,
            r#"{"bus": "two"}"#,
            r#"{"from": "pair.out"}"#,
        ],
        ParamKind::Boolean => vec!["true", "1", r#""true""#],
        ParamKind::Options(_) => Vec::new(),
    }
}

/// Where a parameter must be constant, a rail or something on the clock will not do.
fn allowed(param: &Param, binding: &str) -> bool {
    !param.constant || !(binding.contains("rail") || binding.contains("time.energy"))
}

fn with(lens: &Lens, params: &str) -> String {
    format!(
        r#", "lens": [{{"type": "{}", "params": {{{params}}}}}]"#,
        lens.id
    )
}

#[test]
fn every_lens_gives_the_same_in_every_place() {
    for lens in LENSES {
        let (from, to, bus) = ends(lens.domain);
        let chain = with(lens, "");
        let found = PLACES.map(|place| arrives(&patch(place, from, to, &chain, bus), to));
        assert_eq!(found[0], found[1], "{}: wire and publisher", lens.id);
        assert_eq!(found[0], found[2], "{}: wire and listener", lens.id);
        assert!(found[0].iter().all(|v| v.is_finite()), "{}", lens.id);
        // Disabled it is not there.
        let off = format!(r#", "lens": [{{"type": "{}", "enabled": false}}]"#, lens.id);
        let plain = arrives(&patch(Place::Wire, from, to, "", bus), to);
        assert_eq!(
            arrives(&patch(Place::Listener, from, to, &off, bus), to),
            plain,
            "{}",
            lens.id
        );
    }
}

#[test]
fn every_parameter_takes_its_value_from_every_source() {
    let mut cases = 0;
    for lens in LENSES {
        let (from, to, bus) = ends(lens.domain);
        for param in lens.params {
            let mut wanted: Option<Vec<f64>> = None;
            for binding in bindings(param) {
                let chain = with(lens, &format!(r#""{}": {binding}"#, param.name));
                let at = format!("{}.{} = {binding}", lens.id, param.name);
                for place in PLACES {
                    let text = patch(place, from, to, &chain, bus);
                    if !allowed(param, binding) {
                        let (program, found) = compile(&text);
                        assert!(program.is_none(), "{at}");
                        assert_eq!(code(&found), "not-constant", "{at}");
                        continue;
                    }
                    let found = arrives(&text, to);
                    let wanted = wanted.get_or_insert_with(|| found.clone());
                    assert_eq!(found, *wanted, "{at} on a {place:?}");
                    cases += 1;
                }
            }
        }
    }
    assert!(cases > 400, "{cases}");
}

#[test]
fn words_and_booleans_must_be_written() {
    for lens in LENSES {
        let (from, to, bus) = ends(lens.domain);
        for param in lens.params {
            if !matches!(param.kind, ParamKind::Boolean | ParamKind::Options(_)) {
                continue;
            }
            let chain = with(lens, &format!(r#""{}": {{"bus": "one"}}"#, param.name));
            let (program, found) = compile(&patch(Place::Wire, from, to, &chain, bus));
            assert!(program.is_none());
            assert_eq!(code(&found), "not-constant", "{}.{}", lens.id, param.name);
            if let ParamKind::Options(words) = param.kind {
                for word in words {
                    let chain = with(lens, &format!(r#""{}": "{word}""#, param.name));
                    let found = arrives(&patch(Place::Wire, from, to, &chain, bus), to);
                    assert!(found.iter().all(|v| v.is_finite()), "{} {word}", lens.id);
                }
            }
        }
    }
}

#[test]
fn lenses_work_on_fields_lane_by_lane_or_not_at_all() {
    for lens in LENSES.iter().filter(|lens| lens.domain == Domain::Number) {
        let chain = with(lens, "");
        for place in PLACES {
            let text = patch(place, "field.field", "first.field", &chain, "field number");
            if lens.is_stateful() {
                let (program, found) = compile(&text);
                assert!(program.is_none(), "{}", lens.id);
                assert_eq!(code(&found), "stateful-lens-on-field", "{}", lens.id);
                continue;
            }
            // The first element is what a signal of that value is.
            let found = arrives(&text, "first.signal")[0];
            let wanted = arrives(
                &patch(Place::Wire, "number.out", "n.a", &chain, "number"),
                "n.a",
            )[0];
            assert!(
                (found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0),
                "{}: {found} {wanted}",
                lens.id
            );
        }
    }
}

/// Source, input, watched port and bus type for an adapter; `None` where a bus cannot carry what it
/// gives or takes.
fn around(adapter: &Adapter) -> (&'static str, &'static str, &'static str) {
    let from = match (adapter.id, adapter.from) {
        ("ConstToSignal" | "BroadcastScalarToField", _) => "fixed.out",
        ("ReduceFieldToSignal", _) => "field.field",
        (_, Some(Domain::Phase01)) => "time.phase",
        (_, Some(Domain::Vec2)) => "vec2.out",
        (_, Some(Domain::Vec3)) => "vec3.out",
        (_, Some(Domain::Color)) => "color.color",
        (_, Some(Domain::Trigger)) => "time.wrap",
        _ => "number.out",
    };
    let to = match (adapter.id, adapter.to) {
        ("BroadcastScalarToField" | "BroadcastSignalToField", _) => "first.field",
        (_, Some(Domain::Phase01)) => "p.phase",
        (_, Some(Domain::Vec2)) => "v.a",
        (_, Some(Domain::Color)) => "c.a",
        (_, Some(Domain::Trigger)) => "e.trigger",
        _ => "n.a",
    };
    let watched = match to {
        "first.field" => "first.signal",
        "e.trigger" => "e.env",
        to => to,
    };
    (from, to, watched)
}

#[test]
fn every_adapter_gives_the_same_in_every_place() {
    for adapter in ADAPTERS {
        let (from, to, watched) = around(adapter);
        // Nothing reads a vec3 signal; one that goes there comes back.
        let chain = match adapter.id {
            "Vec2ToVec3" => r#", "adapters": ["Vec2ToVec3", "Vec3ToVec2", "Vec2ToY"]"#.to_owned(),
            // A boolean is made of a number by itself.
            id => format!(r#", "adapters": ["{id}"]"#),
        };
        let (source, target) = (bus_of(from), bus_of(to));
        let wire = arrives(&patch(Place::Wire, from, to, &chain, "number"), watched);
        assert!(wire.iter().all(|v| v.is_finite()), "{}", adapter.id);
        let published = patch(Place::Publisher, from, to, &chain, target);
        assert_eq!(
            arrives(&published, watched),
            wire,
            "{} on a publisher",
            adapter.id
        );
        // What comes from a bus is not a constant any more.
        if !matches!(adapter.id, "ConstToSignal" | "BroadcastScalarToField") {
            let heard = patch(Place::Listener, from, to, &chain, source);
            assert_eq!(
                arrives(&heard, watched),
                wire,
                "{} on a listener",
                adapter.id
            );
        }
        // A first letter in lower case, and a suffix that agrees or not.
        let lower = chain.replacen(adapter.id, &lowered(adapter.id), 1);
        assert_eq!(
            arrives(&patch(Place::Wire, from, to, &lower, "number"), watched),
            wire
        );
    }
}

fn lowered(name: &str) -> String {
    name[..1].to_lowercase() + &name[1..]
}

/// The type of a bus that carries what is at a port.
fn bus_of(port: &str) -> &'static str {
    match port {
        "time.phase" | "p.phase" => "phase",
        "vec2.out" | "v.a" => "vec2",
        "vec3.out" => "vec3",
        "color.color" | "c.a" => "color",
        "time.wrap" | "e.trigger" => "trigger",
        "field.field" | "first.field" => "field number",
        _ => "number",
    }
}

#[test]
fn stacks_inside_bindings_nest_three_deep() {
    let nest = |depth: usize| {
        let mut inner = r#"{"from": "fixed.out"}"#.to_owned();
        for _ in 1..depth {
            inner = format!(
                r#"{{"from": "fixed.out", "lens": [{{"type": "offset", "params": {{"amount": {inner}}}}}]}}"#
            );
        }
        format!(r#", "lens": [{{"type": "offset", "params": {{"amount": {inner}}}}}]"#)
    };
    for place in PLACES {
        let text = patch(place, "number.out", "n.a", &nest(3), "number");
        assert!((arrives(&text, "n.a")[0] - 1.5).abs() < 1e-12, "{place:?}");
        let (program, found) = compile(&patch(place, "number.out", "n.a", &nest(4), "number"));
        assert!(program.is_none());
        assert_eq!(code(&found), "lens-nesting");
    }
}

#[test]
fn each_use_of_a_stateful_lens_has_a_cell_of_its_own() {
    let slew = r#", "lens": ["slew", "smooth", {"type": "hysteresis", "enabled": false}]"#;
    let cells = |place: Place, chain: &str| {
        let (program, _) = compile(&patch(place, "number.out", "n.a", chain, "number"));
        program.expect("a program").tables.state.cells.len()
    };
    for place in PLACES {
        assert_eq!(cells(place, slew), cells(place, "") + 2, "{place:?}");
    }
}
