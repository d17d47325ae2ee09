//! Dependencies: circles, breakers, direct phases, long chains.

use super::*;
use crate::ir::{EventExpr, PhaseSource, RailId};

#[test]
fn a_circle_names_its_ports_and_where_a_delay_helps() {
    let blocks = r#"{"id": "a", "type": "AddSignal"}, {"id": "b", "type": "AddSignal"}"#;
    let rest = r#""connections": [{"from": "a.out", "to": "b.a"}, {"from": "b.out", "to": "a.a"},
        {"from": "b.out", "to": "dots.radius"}]"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(found.code, "cycle");
    assert_eq!(
        found.message,
        "these depend on each other in one frame: `a.out` → `b.a` → `b.out` → `a.a` → `a.out`"
    );
    assert_eq!(found.pointer, "/connections/0");
    assert!(
        found.hints[0].contains("`Delay`") && found.hints[0].contains("`b.a`"),
        "{:?}",
        found.hints
    );
}

#[test]
fn a_block_that_reads_itself_is_a_circle() {
    let rest = r#""connections": [{"from": "a.out", "to": "a.a"}, {"from": "a.out", "to": "dots.radius"}]"#;
    let found = error(&patch(r#"{"id": "a", "type": "AddSignal"}"#, rest));
    assert_eq!(
        found.message,
        "these depend on each other in one frame: `a.out` → `a.a` → `a.out`"
    );
}

#[test]
fn a_circle_through_a_bus_is_one() {
    let rest = r#""publishers": [{"from": "a.out", "bus": "energy"}],
        "listeners": [{"bus": "energy", "to": "a.a"}],
        "connections": [{"from": "a.out", "to": "dots.radius"}]"#;
    let found = error(&patch(r#"{"id": "a", "type": "AddSignal"}"#, rest));
    assert_eq!(found.code, "cycle");
    assert!(
        found.message.contains("bus `energy`") && found.message.contains("`a.a`"),
        "{}",
        found.message
    );
}

#[test]
fn a_circle_does_not_hide_other_errors() {
    let rest = r#""connections": [{"from": "a.out", "to": "a.a"}, {"from": "a.out", "to": "dots.positions"},
        {"from": "time.phase", "to": "dots.color"}]"#;
    let found = errors(&patch(r#"{"id": "a", "type": "AddSignal"}"#, rest));
    let mut found = codes(&found);
    found.sort_unstable();
    assert_eq!(found, ["cycle", "type-mismatch", "type-mismatch"]);
}

#[test]
fn a_delay_closes_a_loop() {
    let blocks =
        r#"{"id": "d", "type": "Delay"}, {"id": "a", "type": "AddSignal", "params": {"b": 1}}"#;
    let rest = r#""connections": [{"from": "d.out", "to": "a.a"},
        {"from": "a.out", "to": "d.in", "lens": [{"type": "scale", "params": {"scale": 0.5}}]},
        {"from": "a.out", "to": "dots.radius"}]"#;
    let (p, warnings) = program(&patch(blocks, rest));
    assert!(warnings.is_empty(), "{warnings:?}");
    let cell = &p.tables.state.cells[0];
    assert_eq!(cell.args.len(), 2);
    // The chain into the loop is computed by the block that it reads, so no step reads backwards.
    let owner = p.schedule.steps.iter().find(|s| {
        s.run.contains(&match cell.args[0] {
            crate::ir::Operand::Sig(id) => ValueRef::Sig(id),
            crate::ir::Operand::Event(id) => ValueRef::Event(id),
        })
    });
    let key = owner.map(|s| p.tables.strings[s.key.index()].as_str());
    assert_eq!(key, Some("nodeEval:a"));
}

#[test]
fn a_delay_may_read_itself() {
    let rest = r#""connections": [{"from": "d.out", "to": "d.in"}, {"from": "d.out", "to": "dots.radius"}]"#;
    program(&patch(r#"{"id": "d", "type": "Delay"}"#, rest));
}

/// The event that a divider gives, with this rest.
fn tick(blocks: &str, rest: &str) -> EventExpr {
    let blocks = format!(r#"{{"id": "d", "type": "PulseDivider"}}{blocks}"#);
    let rest = rest.replace("WIRE", r#"{"from": "d.tick", "to": "dots.radius"}"#);
    let (p, _) = program(&patch(&blocks, &rest));
    let row = p
        .tables
        .graph
        .blocks
        .iter()
        .find(|b| p.tables.strings[b.key.index()] == "d")
        .expect("d");
    match row.out[0].r#ref {
        ValueRef::Event(id) => p.tables.event.nodes[id.index()].expr.clone(),
        other => panic!("{other:?}"),
    }
}

fn is_direct(event: &EventExpr) -> bool {
    matches!(
        event,
        EventExpr::Divide {
            of: PhaseSource::Time,
            ..
        }
    )
}

#[test]
fn an_untouched_phase_is_divided_directly() {
    assert!(is_direct(&tick("", r#""connections": [WIRE]"#)));
    assert!(is_direct(&tick(
        "",
        r#""connections": [WIRE, {"from": "time.phase", "to": "d.phase"}]"#
    )));
    let disabled = r#""connections": [WIRE, {"from": "time.phase", "to": "d.phase",
        "lensStack": [{"lensId": "phaseOffset", "params": {}, "enabled": false}]}]"#;
    assert!(is_direct(&tick("", disabled)));
    let last = r#""connections": [WIRE],
        "publishers": [{"from": "time.energy", "bus": "phaseA", "sortKey": -1}]"#;
    assert!(is_direct(&tick("", last)));
    let rail = r#""connections": [WIRE], "listeners": [{"rail": "phaseA", "to": "d.phase"}]"#;
    assert!(matches!(
        tick("", rail),
        EventExpr::Divide {
            of: PhaseSource::Rail(RailId(0)),
            ..
        }
    ));
}

#[test]
fn any_other_phase_is_divided_by_a_cell() {
    let lens = r#""connections": [WIRE, {"from": "time.phase", "to": "d.phase", "lens": ["phaseOffset"]}]"#;
    assert!(matches!(tick("", lens), EventExpr::StateEvents(_)));
    let second = r#""connections": [WIRE],
        "publishers": [{"from": "time.energy", "bus": "phaseA", "sortKey": 1}]"#;
    assert!(matches!(tick("", second), EventExpr::StateEvents(_)));
    let number = r#""connections": [WIRE, {"from": "m.out", "to": "d.phase"}, {"from": "time.phase", "to": "m.a"}]"#;
    assert!(matches!(
        tick(r#", {"id": "m", "type": "AddSignal"}"#, number),
        EventExpr::StateEvents(_)
    ));
    let driven = r#""connections": [WIRE], "listeners": [{"rail": "phaseB", "to": "d.phase"}]"#;
    assert!(matches!(tick("", driven), EventExpr::StateEvents(_)));
}

/// `n` additions one after the other, in an order that is not the file's.
fn long(n: usize) -> String {
    let mut blocks = Vec::new();
    let mut wires = vec![format!(
        r#"{{"from": "b{}.out", "to": "dots.radius"}}"#,
        n - 1
    )];
    for i in (0..n).rev() {
        blocks.push(format!(
            r#"{{"id": "b{i}", "type": "AddSignal", "params": {{"b": {}}}}}"#,
            i % 7
        ));
        let from = if i == 0 {
            "time.phase".to_owned()
        } else {
            format!("b{}.out", i - 1)
        };
        wires.push(format!(r#"{{"from": "{from}", "to": "b{i}.a"}}"#));
    }
    patch(
        &blocks.join(","),
        &format!(r#""connections": [{}]"#, wires.join(",")),
    )
}

#[test]
fn ten_thousand_blocks_in_a_row_need_little_stack() {
    let run = || {
        let json = long(10_000);
        let (p, _) = program(&json);
        assert!(p.tables.sig.nodes.len() > 10_000);
    };
    let thread = std::thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(run)
        .expect("a thread");
    assert!(thread.join().is_ok());
}

#[test]
fn a_circle_of_ten_thousand_is_found() {
    let mut json = long(10_000);
    json = json.replace(r#""from": "time.phase""#, r#""from": "b9999.out""#);
    let found = error(&json);
    assert_eq!(found.code, "cycle");
}

#[test]
fn a_circle_of_three_lists_them_all() {
    let blocks = r#"{"id": "a", "type": "AddSignal"}, {"id": "b", "type": "AddSignal"},
        {"id": "c", "type": "AddSignal"}"#;
    let rest = r#""connections": [{"from": "a.out", "to": "b.a"}, {"from": "b.out", "to": "c.a"},
        {"from": "c.out", "to": "a.b"}, {"from": "c.out", "to": "dots.radius"}]"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(
        found.message,
        "these depend on each other in one frame: `a.out` → `b.a` → `b.out` → `c.a` → `c.out` → `a.b` → `a.out`"
    );
    assert_eq!(
        found.hints,
        ["put a `Delay` between `a.out` and `b.a`: its input `in` may close a circle"]
    );
    // The hint, followed.
    let mended = rest.replace(
        r#"{"from": "a.out", "to": "b.a"}"#,
        r#"{"from": "a.out", "to": "late.in"}, {"from": "late.out", "to": "b.a"}"#,
    );
    let blocks = format!(r#"{blocks}, {{"id": "late", "type": "Delay"}}"#);
    program(&patch(&blocks, &mended));
}

#[test]
fn a_circle_through_nested_composites_names_the_blocks_inside() {
    let rest = r#""composites": [
        {"id": "inner", "graph": {"nodes": {"add": {"type": "AddSignal"}}, "edges": [],
            "inputMap": {"in": "add.a"}, "outputMap": {"out": "add.out"}}},
        {"id": "outer", "graph": {"nodes": {"deep": {"type": "composite:inner"}}, "edges": [],
            "inputMap": {"in": "deep.in"}, "outputMap": {"out": "deep.out"}}}],
        "connections": [{"from": "x.out", "to": "y.in"}, {"from": "y.out", "to": "x.in"},
        {"from": "x.out", "to": "dots.radius"}]"#;
    let blocks =
        r#"{"id": "x", "type": "composite:outer"}, {"id": "y", "type": "composite:inner"}"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(
        found.message,
        "these depend on each other in one frame: `x::deep::add.out` → `y::add.a` → `y::add.out` → \
         `x::deep::add.a` → `x::deep::add.out`"
    );
    assert_eq!(found.pointer, "/connections/0");
    assert_eq!((&*found.block, &*found.port), ("y::add", "a"));
    assert!(found.hints[0].contains("`Delay`"), "{:?}", found.hints);
}

#[test]
fn a_delay_is_only_proposed_where_it_helps() {
    // The number of elements is needed before anything runs.
    let blocks = r#"{"id": "n", "type": "DomainN"}, {"id": "i", "type": "FieldIndex"},
        {"id": "all", "type": "FieldReduce"}"#;
    let rest = r#""connections": [{"from": "n.domain", "to": "i.domain"}, {"from": "i.index", "to": "all.field"},
        {"from": "all.signal", "to": "n.n"}, {"from": "n.domain", "to": "dots.domain"}]"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(
        found.message,
        "these depend on each other before the patch runs: `n.domain` → `i.domain` → `i.index` → \
         `all.field` → `all.signal` → `n.n` → `n.domain`"
    );
    assert_eq!((&*found.block, &*found.port), ("n", "n"));
    assert_eq!(
        found.hints,
        [
            "write the value of `n.n` in `params`: it is read when the patch is compiled, where no `Delay` helps"
        ]
    );
    // A Delay carries numbers: here there is one wire of them, and it is not the first.
    let blocks = r#"{"id": "i", "type": "FieldIndex", "params": {"domain": 3}},
        {"id": "z", "type": "FieldZipSignal"}, {"id": "all", "type": "FieldReduce"}"#;
    let rest = r#""connections": [{"from": "z.out", "to": "all.field"}, {"from": "all.signal", "to": "z.signal"},
        {"from": "i.index", "to": "z.field"}, {"from": "z.out", "to": "dots.radius"}]"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(
        found.hints,
        ["put a `Delay` between `all.signal` and `z.signal`: its input `in` may close a circle"]
    );
    // And here there is none.
    let blocks = r#"{"id": "a", "type": "AddVec2"}, {"id": "b", "type": "AddVec2"}"#;
    let rest = r#""connections": [{"from": "a.out", "to": "b.a"}, {"from": "b.out", "to": "a.a"}]"#;
    let found = errors(&patch(blocks, rest));
    assert!(
        found
            .iter()
            .all(|d| d.hints.iter().all(|h| !h.contains("put a `Delay`"))),
        "{found:?}"
    );
}

/// What helps against the one circle of a patch.
fn advice(blocks: &str, wires: &str) -> String {
    let found = error(&patch(blocks, &format!(r#""connections": [{wires}]"#)));
    assert_eq!(found.code, "cycle", "{found}");
    assert_eq!(found.hints.len(), 1, "{found}");
    found.hints[0].clone()
}

#[test]
fn a_delay_helps_wherever_what_arrives_was_a_number() {
    let blocks = r#"{"id": "d", "type": "PulseDivider"}, {"id": "e", "type": "EnvelopeAD"}"#;
    let wires = r#"{"from": "d.tick", "to": "e.trigger"}, {"from": "e.env", "to": "dots.radius"}"#;
    let closing = r#"{"from": "e.env", "to": "d.phase"}"#;
    let hint = "put a `Delay` between `e.env` and `d.phase`: its input `in` may close a circle";
    assert_eq!(advice(blocks, &format!("{wires}, {closing}")), hint);
    let delayed = r#"{"from": "e.env", "to": "y.in"}, {"from": "y.out", "to": "d.phase"}"#;
    program(&patch(
        &format!(r#"{blocks}, {{"id": "y", "type": "Delay"}}"#),
        &format!(r#""connections": [{wires}, {delayed}]"#),
    ));
    // Through a bus, whose type its publisher says.
    let found = error(&patch(
        blocks,
        &format!(
            r#""connections": [{wires}], "buses": [{{"name": "b"}}],
            "publishers": [{{"from": "e.env", "bus": "b"}}],
            "listeners": [{{"bus": "b", "to": "d.phase"}}]"#
        ),
    ));
    assert!(
        found.hints[0].contains("`Delay` between bus `b` and `d.phase`"),
        "{found}"
    );
    // The same between composites.
    let blocks = r#"{"id": "k", "type": "composite:PhaseWrapPulse"},
        {"id": "e", "type": "composite:PulseToEnvelope"}"#;
    let wires = r#"{"from": "k.tick", "to": "e.trigger"}, {"from": "e.env", "to": "dots.radius"},
        {"from": "e.env", "to": "k.phase"}"#;
    let hint = advice(blocks, wires);
    assert!(hint.starts_with("put a `Delay` between"), "{hint}");
    assert!(hint.contains("divider.phase`"), "{hint}");
}

#[test]
fn no_delay_stands_between_columns() {
    let blocks = r#"{"id": "a", "type": "FieldAddVec2"}, {"id": "b", "type": "FieldAddVec2"}"#;
    let wires = r#"{"from": "a.out", "to": "b.a"}, {"from": "b.out", "to": "a.a"}"#;
    let hint = advice(blocks, wires);
    assert!(hint.starts_with("remove one of the connections"), "{hint}");
    // A reduction on the way makes a number of them, which one may be delayed.
    let blocks = r#"{"id": "a", "type": "FieldMapNumber"}, {"id": "s", "type": "AddSignal"}"#;
    let wires = r#"{"from": "s.out", "to": "a.x"}, {"from": "a.y", "to": "s.a",
        "adapters": [{"adapterId": "ReduceFieldToSignal", "params": {"op": "max"}}]}"#;
    let hint = advice(blocks, wires);
    assert!(hint.starts_with("put a `Delay` between"), "{hint}");
}
