//! Buses: default ones, names, types, look-up.

use super::{clean, findings, load, with};
use crate::patch::model::{BusIndex, Combine};
use crate::types::{Domain, Type};

fn buses(list: &str) -> String {
    with(&format!(r#""buses": [{list}]"#))
}

#[test]
fn six_default_buses_are_always_there() {
    let document = clean(&with(r#""name": "x""#));
    let shown: Vec<_> = document
        .buses
        .iter()
        .map(|bus| {
            (
                &*bus.name,
                bus.ty.map(|ty| ty.to_string()).unwrap_or_default(),
                bus.combine,
            )
        })
        .collect();
    let expected = [
        ("phaseA", "phase", Combine::Last),
        ("phaseB", "phase", Combine::Last),
        ("energy", "number", Combine::Sum),
        ("pulse", "trigger", Combine::Last),
        ("palette", "color", Combine::Last),
        ("progress", "number", Combine::Last),
    ]
    .map(|(name, ty, mode)| (name, ty.to_owned(), mode));
    assert_eq!(shown, expected);
    assert!(
        document
            .buses
            .iter()
            .all(|bus| bus.id == bus.name && !bus.is_written())
    );
}

#[test]
fn an_entry_takes_the_place_of_a_default_bus() {
    let document = clean(&buses(
        r#"{"id": "bus-9", "name": "energy", "type": {"world": "signal", "domain": "unit"},
            "combineMode": "sum", "defaultValue": 0.25, "sortKey": 0, "origin": "built-in"},
           {"name": "Palette"}"#,
    ));
    assert_eq!(document.buses.len(), 6);
    assert_eq!(document.bus("energy"), Some(BusIndex(0)));
    assert_eq!(document.bus("bus-9"), Some(BusIndex(0)));
    let palette = document.bus_entry(document.bus("palette").expect("palette"));
    assert_eq!(palette.ty, Some(Type::signal(Domain::Color)));
    for wrong in [
        r#"{"name": "energy", "type": "color"}"#,
        r#"{"name": "energy", "combine": "last"}"#,
        r#"{"name": "pulse", "type": "number"}"#,
        r#"{"name": "PHASEA", "type": "field number"}"#,
    ] {
        let (document, diagnostics) = load(&buses(wrong));
        let codes: Vec<_> = diagnostics.list().iter().map(|d| d.code).collect();
        assert_eq!(codes, ["reserved-bus-mismatch"], "{wrong}");
        assert_eq!(document.expect("goes on").buses.len(), 6);
    }
}

#[test]
fn buses_are_found_by_id_then_name_then_without_case() {
    let document = clean(&buses(
        r#"{"id": "b1", "name": "Tempo", "type": "number"}, {"id": "B1", "name": "other"}"#,
    ));
    let name = |text| {
        document
            .bus(text)
            .map(|index| &*document.bus_entry(index).name)
    };
    assert_eq!(name("b1"), Some("Tempo"));
    assert_eq!(name("B1"), Some("other"));
    assert_eq!(name("tempo"), Some("Tempo"));
    assert_eq!(name("OTHER"), Some("other"));
    assert_eq!(name("none"), None);
    assert_eq!(document.bus_entry(BusIndex(1)).ty, None);
}

#[test]
fn names_and_ids_are_unambiguous() {
    let cases = [
        (r#"{"name": "x"}, {"name": "X"}"#, "duplicate-bus /buses/1"),
        (
            r#"{"name": "x"}, {"id": "x", "name": "y"}"#,
            "ambiguous-bus /buses/1",
        ),
        (
            r#"{"id": "x", "name": "y"}, {"name": "z"}, {"id": "q", "name": "x"}"#,
            "ambiguous-bus /buses/0",
        ),
        (
            r#"{"id": "energy", "name": "mine"}"#,
            "ambiguous-bus /buses/0",
        ),
        (
            r#"{"id": "i", "name": "x"}, {"id": "i", "name": "y"}"#,
            "duplicate-id /buses/1",
        ),
    ];
    for (list, expected) in cases {
        let found = findings(&buses(list));
        assert!(found.iter().any(|f| f == expected), "{list}: {found:?}");
        assert_eq!(found.len(), 1, "{list}: {found:?}");
    }
}

#[test]
fn types_and_modes_are_possible_ones() {
    let cases = [
        (
            r#"{"name": "x", "type": "numbr"}"#,
            "not-bus-eligible /buses/0/type",
        ),
        (
            r#"{"name": "x", "type": "path"}"#,
            "not-bus-eligible /buses/0/type",
        ),
        (
            r#"{"name": "x", "type": {"world": "event", "domain": "number"}}"#,
            "not-bus-eligible /buses/0/type",
        ),
        (
            r#"{"name": "x", "type": {"world": "sgnal", "domain": "number"}}"#,
            "not-bus-eligible /buses/0/type",
        ),
        (
            r#"{"name": "x", "type": {"world": "signal"}}"#,
            "missing-field /buses/0/type",
        ),
        (r#"{"name": "x", "type": 3}"#, "wrong-shape /buses/0/type"),
        (
            r#"{"name": "x", "combine": "add"}"#,
            "bad-combine /buses/0/combine",
        ),
        (
            r#"{"name": "x", "type": "string", "combine": "sum"}"#,
            "bad-combine /buses/0",
        ),
        (r#"{"type": "number"}"#, "missing-field /buses/0"),
        (r#"{"name": ""}"#, "bad-value /buses/0/name"),
        ("3", "wrong-shape /buses/0"),
    ];
    for (list, expected) in cases {
        assert_eq!(findings(&buses(list)), [expected], "{list}");
    }
    let layered = clean(&buses(
        r#"{"name": "x", "type": "field color", "combine": "layer"}"#,
    ));
    assert_eq!(layered.buses[0].combine, Combine::Layer);
    assert_eq!(layered.buses[0].ty, Some(Type::field(Domain::Color)));
}

#[test]
fn unknown_buses_are_told_with_the_line_to_add() {
    let (_, diagnostics) = load(&with(r#""publishers": [{"from": "a.o", "bus": "enrgy"}]"#));
    let hints = &diagnostics.list()[0].hints;
    assert_eq!(hints[0], "did you mean `energy`?");
    assert_eq!(
        hints[1],
        r#"to declare it, add {"name": "enrgy"} to `buses`"#
    );
}
