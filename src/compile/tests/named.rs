//! Whom findings name: the target of a wire or listener, the source of a publisher, wherever on the
//! connection the mistake stands.

use super::{errors, patch};

/// Block, port and pointer of the one error of a patch with these connections.
fn named(rest: &str) -> (String, String, String) {
    let blocks = r#"{"id": "osc", "type": "Oscillator"}, {"id": "p", "type": "composite:pulse"}"#;
    let definition = r#""composites": [{"id": "pulse", "graph": {"nodes": {"gain": {"type": "AddSignal"}},
        "edges": [], "inputMap": {"in": ["gain.a", "gain.b"]}, "outputMap": {"out": "gain.out"}}}],"#;
    let found = errors(&patch(blocks, &format!("{definition}{rest}")));
    assert_eq!(found.len(), 1, "{rest}: {found:#?}");
    let found = &found[0];
    (
        found.block.clone(),
        found.port.clone(),
        found.pointer.clone(),
    )
}

fn on(port: &str, pointer: &str) -> (String, String, String) {
    let (block, port) = port.rsplit_once('.').expect("block.port");
    (block.to_owned(), port.to_owned(), pointer.to_owned())
}

#[test]
fn a_wire_names_its_target() {
    let wire = |extras: &str| format!(r#""connections": [{{"to": "dots.radius", {extras}}}]"#);
    let at = |extras: &str, pointer: &str| {
        assert_eq!(named(&wire(extras)), on("dots.radius", pointer), "{extras}");
    };
    at(r#""from": "osc.nothing""#, "/connections/0/from");
    at(r#""from": "nobody.out""#, "/connections/0/from");
    at(r#""from": "osc.phase""#, "/connections/0/from");
    at(r#""from": "p.nothing""#, "/connections/0/from");
    let bound = |source: &str| {
        format!(
            r#""from": "osc.out", "lens": [{{"type": "scale", "params": {{"scale": {source}}}}}]"#
        )
    };
    let place = "/connections/0/lens/0/params/scale";
    for source in ["osc.nothing", "p.nothing", "nobody.out"] {
        let found = named(&wire(&bound(&format!(r#"{{"from": "{source}"}}"#))));
        assert_eq!((&*found.0, &*found.1), ("dots", "radius"), "{source}");
        assert!(found.2.starts_with(place), "{source}: {}", found.2);
    }
    at(
        r#""from": "osc.out", "lens": ["nothing"]"#,
        "/connections/0/lens/0",
    );
    at(
        r#""from": "osc.out", "adapters": ["Nothing"]"#,
        "/connections/0/adapters/0",
    );
    // Two inner inputs read it; the source is wrong once.
    let found = named(r#""connections": [{"from": "osc.nothing", "to": "p.in"}]"#);
    assert_eq!(found, on("p::gain.a", "/connections/0/from"));
}

#[test]
fn a_listener_names_its_target() {
    let listener = |extras: &str| format!(r#""listeners": [{{"to": "dots.radius", {extras}}}]"#);
    for (extras, pointer) in [
        (r#""bus": "nobody""#, "/listeners/0/bus"),
        (
            r#""bus": "energy", "lens": ["nothing"]"#,
            "/listeners/0/lens/0",
        ),
        (
            r#""bus": "energy", "lens": [{"type": "scale", "params": {"scale": {"from": "osc.nothing"}}}]"#,
            "/listeners/0/lens/0/params/scale/from",
        ),
        (r#""bus": "palette""#, "/listeners/0"),
    ] {
        assert_eq!(
            named(&listener(extras)),
            on("dots.radius", pointer),
            "{extras}"
        );
    }
}

#[test]
fn a_publisher_names_its_source() {
    let publisher = |extras: &str| format!(r#""publishers": [{{{extras}}}]"#);
    for (extras, port, pointer) in [
        (
            r#""from": "osc.nothing", "bus": "energy""#,
            "osc.nothing",
            "/publishers/0/from",
        ),
        (
            r#""from": "osc.out", "bus": "nobody""#,
            "osc.out",
            "/publishers/0/bus",
        ),
        (
            r#""from": "osc.out", "bus": "palette""#,
            "osc.out",
            "/publishers/0",
        ),
        (
            r#""from": "osc.out", "bus": "energy", "lens": [{"type": "scale", "params": {"scale": {"from": "p.nothing"}}}]"#,
            "osc.out",
            "/publishers/0/lens/0/params/scale/from",
        ),
        (
            r#""from": "p.nothing", "bus": "energy""#,
            "p.nothing",
            "/publishers/0/from",
        ),
    ] {
        assert_eq!(named(&publisher(extras)), on(port, pointer), "{extras}");
    }
}

#[test]
fn an_edge_names_its_target() {
    let blocks = r#"{"id": "p", "type": "composite:pulse"}"#;
    let rest = r#""composites": [{"id": "pulse", "graph": {
        "nodes": {"osc": {"type": "Oscillator"}, "gain": {"type": "AddSignal"}},
        "edges": [{"from": "osc.nothing", "to": "gain.a"}], "outputMap": {"out": "gain.out"}}}],
        "connections": [{"from": "p.out", "to": "dots.radius"}]"#;
    let found = errors(&patch(blocks, rest));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((&*found[0].block, &*found[0].port), ("p::gain", "a"));
    assert_eq!(found[0].pointer, "/composites/0/graph/edges/0/from");
}
