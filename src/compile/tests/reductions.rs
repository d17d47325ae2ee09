//! Reductions: folded where all they read is known, else a barrier of their own.

use super::*;
use crate::ir::{SignalExpr, StepKind, text};

/// A reduction of some field over three elements, that counts the elements of `d`.
fn counting(blocks: &str, from: &str, to: &str, rest: &str) -> String {
    let blocks = format!(
        r#"{{"id": "three", "type": "DomainN", "params": {{"n": 3}}}},
           {{"id": "index", "type": "FieldIndex"}},
           {{"id": "d", "type": "DomainN"}},{blocks}"#
    );
    let rest = format!(
        r#""connections": [{{"from": "three.domain", "to": "index.domain"}},
            {{"from": "{from}", "to": "{to}"}},
            {{"from": "d.domain", "to": "dots.domain"}}{rest}]"#
    );
    patch(&blocks, &rest)
}

fn count(json: &str) -> u32 {
    let (p, _) = program(json);
    let text = |id: crate::ir::StrId| p.tables.strings[id.index()].as_str();
    let rows = &p.tables.graph.domains;
    rows.iter()
        .find(|row| text(row.key).starts_with("d/"))
        .expect("d")
        .count
}

#[test]
fn a_block_counts_elements_when_it_is_compiled() {
    // A domain has at least one element.
    for (op, want) in [("sum", 3), ("avg", 1), ("max", 2), ("min", 1), ("first", 1)] {
        let reduce =
            format!(r#"{{"id": "all", "type": "FieldReduce", "params": {{"op": "{op}"}}}}"#);
        let json = counting(
            &reduce,
            "index.index",
            "all.field",
            r#", {"from": "all.signal", "to": "d.n"}"#,
        );
        assert_eq!(count(&json), want, "{op}");
    }
}

#[test]
fn an_adapter_does_too() {
    let wire = r#", {"from": "index.index", "to": "d.n", "adapters": [{"adapterId": "ReduceFieldToSignal", "params": {"op": "sum"}}]}"#;
    let json = counting(
        r#"{"id": "k", "type": "ConstNumber"}"#,
        "k.out",
        "dots.opacity",
        wire,
    );
    assert_eq!(count(&json), 3);
}

#[test]
fn layouts_and_expressions_are_known() {
    let grid = r#"{"id": "grid", "type": "GridDomain", "params": {"rows": 2, "cols": 3, "spacing": 10}},
        {"id": "x", "type": "FieldFromExpression", "params": {"expression": "i * 2 + n"}},
        {"id": "all", "type": "FieldReduce", "params": {"op": "max"}}"#;
    let json = counting(
        grid,
        "grid.domain",
        "x.domain",
        r#", {"from": "x.field", "to": "all.field"}, {"from": "all.signal", "to": "d.n"}"#,
    );
    // 2 · 5 + 6
    assert_eq!(count(&json), 16);
}

#[test]
fn what_varies_is_named() {
    let blocks = r#"{"id": "add", "type": "FieldZipSignal"}, {"id": "all", "type": "FieldReduce"}"#;
    let rest = r#", {"from": "time.phase", "to": "add.signal"}, {"from": "add.out", "to": "all.field"}, {"from": "all.signal", "to": "d.n"}"#;
    let found = error(&counting(blocks, "index.index", "add.field", rest));
    assert_eq!(found.code, "not-constant");
    assert_eq!(
        found.message,
        "`d.n` is read when the patch is compiled, but `all.signal` depends on time"
    );
}

#[test]
fn what_is_too_large_says_so() {
    let blocks = r#"{"id": "many", "type": "DomainN", "params": {"n": 2000000}},
        {"id": "i", "type": "FieldIndex"}, {"id": "all", "type": "FieldReduce"}"#;
    let rest = r#", {"from": "many.domain", "to": "i.domain"}, {"from": "i.index", "to": "all.field"}, {"from": "all.signal", "to": "d.n"}"#;
    let found = error(&counting(blocks, "index.index", "dots.radius", rest));
    assert_eq!(found.code, "not-constant");
    assert!(
        found.message.contains("too many elements"),
        "{}",
        found.message
    );
}

#[test]
fn a_reduction_that_does_not_fold_is_a_barrier() {
    let blocks = r#"{"id": "add", "type": "FieldZipSignal"}, {"id": "all", "type": "FieldReduce"}"#;
    let rest = r#", {"from": "time.phase", "to": "add.signal"}, {"from": "add.out", "to": "all.field"}, {"from": "all.signal", "to": "dots.opacity"}"#;
    let (p, _) = program(&counting(blocks, "index.index", "add.field", rest));
    let steps = &p.schedule.steps;
    let barrier = steps
        .iter()
        .position(|s| matches!(s.kind, StepKind::Reduce { .. }));
    let barrier = barrier.expect("a step of its own");
    let StepKind::Reduce { sig } = steps[barrier].kind else {
        unreachable!()
    };
    assert!(matches!(
        p.tables.sig.nodes[sig.index()].expr,
        SignalExpr::Reduce { .. }
    ));
    let schedule = text::dump_schedule(&p);
    let lines: Vec<&str> = schedule.lines().collect();
    let at = |what: &str| lines.iter().position(|l| l.contains(what)).expect(what);
    // The column, the reduction of it, what reads it.
    assert!(at("materialize:all.reduce ") < at("reduce:all.reduce "));
    assert!(at("reduce:all.reduce ") < at("sinkEval:dots "));
}
