//! Adapters, lenses, conversions: what a value passes, and what is said where it cannot.

use super::*;
use crate::ir::{Chain, ChainOperand, Op, Origin, StateOp};

/// An oscillator wired to the radius with these extras on the wire.
fn wired(extras: &str) -> String {
    let blocks = r#"{"id": "o", "type": "Oscillator"}"#;
    let rest = format!(r#""connections": [{{"from": "o.out", "to": "dots.z", {extras}}}]"#);
    patch(blocks, &rest)
}

fn chain_at(program: &Program, block: &str, port: &str) -> Chain {
    match signal(program, block, port) {
        SignalExpr::Transform { chain, .. } => {
            program.tables.transforms.chains[chain.index()].clone()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn adapters_lenses_and_conversions_are_one_chain() {
    let blocks = r#"{"id": "o", "type": "Oscillator"}, {"id": "p", "type": "Oscillator"}"#;
    let rest = r#""connections": [
        {"from": "o.out", "to": "p.phase", "adapters": ["SecondsToMs"],
         "lens": [{"type": "scale", "params": {"scale": 2}}, {"lensId": "offset", "params": {}, "enabled": false},
                  {"type": "offset", "params": {"amount": 1}}]},
        {"from": "p.out", "to": "dots.z"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    let chain = chain_at(&p, "p", "phase");
    let ops: Vec<Op> = chain.steps.iter().map(|s| s.op).collect();
    assert_eq!(ops, [Op::Mul, Op::ScaleBias, Op::Bias, Op::Cast]);
    let places: Vec<Option<u32>> = chain
        .steps
        .iter()
        .map(|s| match s.origin {
            Some(Origin::Lens { at, .. } | Origin::Adapter { at, .. }) => Some(at),
            _ => None,
        })
        .collect();
    assert_eq!(places, [Some(0), Some(0), Some(2), None]);
    assert_eq!(chain.steps[3].origin, Some(Origin::Implicit));
    let uses = &p.tables.transforms.uses;
    assert_eq!(uses.len(), 1);
    assert_eq!(p.tables.strings[uses[0].key.index()], "wire:p.phase");
    let used = p
        .tables
        .graph
        .wires
        .iter()
        .filter(|w| w.r#use.is_some())
        .count();
    assert_eq!(used, 1);
    let names: Vec<&str> = p
        .tables
        .transforms
        .lenses
        .iter()
        .map(|l| p.tables.strings[l.id.index()].as_str())
        .collect();
    assert_eq!(names, ["offset", "scale"]);
}

#[test]
fn equal_chains_are_shared() {
    let blocks = r#"{"id": "o", "type": "Oscillator"}"#;
    let lens = r#""lens": [{"type": "scale", "params": {"scale": 2}}]"#;
    let rest = format!(
        r#""connections": [{{"from": "o.out", "to": "dots.z", {lens}}},
        {{"from": "time.energy", "to": "dots.inner", {lens}}}]"#
    );
    let (p, _) = program(&patch(blocks, &rest));
    assert_eq!(p.tables.transforms.chains.len(), 1);
    assert_eq!(p.tables.transforms.uses.len(), 2);
}

#[test]
fn constants_fold_through_a_chain() {
    let blocks = r#"{"id": "k", "type": "ConstNumber", "params": {"value": 3}},
        {"id": "o", "type": "Oscillator"}"#;
    let rest = r#""connections": [{"from": "k.out", "to": "o.amplitude", "lens": [{"type": "scale", "params": {"scale": 2}}]},
        {"from": "o.out", "to": "dots.z"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    assert_eq!(constant(&p, "o", "amplitude"), [6.0]);
    assert!(p.tables.transforms.uses.is_empty());
}

#[test]
fn a_stateful_lens_cuts_the_chain() {
    let (p, _) = program(&wired(
        r#""lens": [{"type": "scale", "params": {"scale": 2}}, "slew", {"type": "offset", "params": {"amount": 1}}]"#,
    ));
    let cells = &p.tables.state.cells;
    assert_eq!(cells.len(), 1);
    assert_eq!(cells[0].op, StateOp::SlewLinear);
    assert_eq!(p.tables.strings[cells[0].key.index()], "wire:dots.z#1/slew");
    let SignalExpr::Transform { src, .. } = signal_of_z(&p) else {
        panic!()
    };
    assert!(matches!(
        p.tables.sig.nodes[src.index()].expr,
        SignalExpr::StateOut(_)
    ));
}

fn signal_of_z(p: &Program) -> SignalExpr {
    signal(p, "dots", "z")
}

#[test]
fn bound_parameters_are_arguments() {
    let (p, _) = program(&wired(
        r#""lens": [{"type": "scale", "params": {"scale": {"bus": "energy"}, "offset": {"from": "time.energy"}}}]"#,
    ));
    let SignalExpr::Transform { args, .. } = signal_of_z(&p) else {
        panic!()
    };
    assert_eq!(args.len(), 2);
    let chain = chain_at(&p, "dots", "z");
    assert_eq!(chain.arity, 2);
    assert_eq!(
        chain.steps[0].operands,
        [ChainOperand::Arg(0), ChainOperand::Arg(1)]
    );
}

#[test]
fn bindings_have_chains_of_their_own() {
    let (p, _) = program(&wired(
        r#""lensStack": [{"lensId": "scale", "params": {"scale": {"kind": "wire", "from": "time.energy",
            "lensStack": [{"lensId": "offset", "params": {"amount": {"kind": "literal", "value": 3}}}]}}}]"#,
    ));
    let keys: Vec<&str> = p
        .tables
        .transforms
        .uses
        .iter()
        .map(|u| p.tables.strings[u.key.index()].as_str())
        .collect();
    assert_eq!(keys, ["wire:dots.z", "wire:dots.z#0/scale"]);
}

#[test]
fn pulses_and_numbers_become_each_other() {
    let blocks = r#"{"id": "e", "type": "EnvelopeAD"}"#;
    let rest = r#""connections": [{"from": "time.energy", "to": "e.trigger"},
        {"from": "time.wrap", "to": "dots.radius"}, {"from": "e.env", "to": "dots.z"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    let keys: Vec<&str> = p
        .tables
        .state
        .cells
        .iter()
        .map(|c| p.tables.strings[c.key.index()].as_str())
        .collect();
    assert!(keys.contains(&"e/trigger/rise"), "{keys:?}");
    let counts = p
        .tables
        .sig
        .nodes
        .iter()
        .filter(|n| matches!(n.expr, SignalExpr::Event { .. }))
        .count();
    assert_eq!(counts, 1);
}

#[test]
fn a_field_is_reduced_before_it_is_read() {
    let blocks = r#"{"id": "k", "type": "FieldIndex", "params": {"domain": 3}},
        {"id": "i", "type": "FieldZipSignal"}, {"id": "o", "type": "Oscillator"}"#;
    let rest = r#""connections": [
        {"from": "k.index", "to": "i.field"}, {"from": "time.phase", "to": "i.signal"},
        {"from": "i.out", "to": "o.amplitude", "adapters": [{"adapterId": "ReduceFieldToSignal", "params": {"op": "max"}}],
         "lens": [{"type": "scale", "params": {"scale": 2}}]},
        {"from": "o.out", "to": "dots.radius"}]"#;
    let (p, _) = program(&patch(blocks, rest));
    let chain = chain_at(&p, "o", "amplitude");
    assert_eq!(chain.steps.len(), 1);
    let reduces = |e: &SignalExpr| {
        matches!(
            e,
            SignalExpr::Reduce {
                op: crate::ir::ReduceOp::Max,
                ..
            }
        )
    };
    assert!(p.tables.sig.nodes.iter().any(|n| reduces(&n.expr)));
}

/// The code, pointer suffix and first hint of the one error on the wire to `dots.z`.
fn wrong(extras: &str) -> Diagnostic {
    let found = error(&wired(extras));
    assert_eq!(
        (found.block.as_str(), found.port.as_str()),
        ("dots", "z"),
        "{found}"
    );
    assert!(
        found.pointer.starts_with("/connections/0"),
        "{}",
        found.pointer
    );
    found
}

#[test]
fn names_that_are_unknown_or_do_not_fit() {
    let found = wrong(r#""lens": ["scal"]"#);
    assert_eq!(
        (found.code, found.hints[0].as_str()),
        (
            "unknown-lens",
            "did you mean `scale` or `phaseScale` or `snap`?"
        )
    );
    let found = wrong(r#""adapters": ["NumberToColour"]"#);
    assert_eq!(
        (found.code, found.hints[0].as_str()),
        ("unknown-adapter", "did you mean `NumberToColor`?")
    );
    let found = wrong(r#""adapters": ["SecondsToMs:color"]"#);
    assert_eq!(found.code, "adapter-mismatch");
    let found = wrong(r#""adapters": ["ColorToLuma"]"#);
    assert_eq!(found.code, "adapter-mismatch");
    let found = wrong(r#""lens": ["hueShift"]"#);
    assert_eq!(found.code, "lens-domain");
    assert!(found.hints[0].contains("`scale`"), "{:?}", found.hints);
    let found = wrong(r#""lens": [{"type": "ease", "params": {"easing": "easeIn"}}]"#);
    assert_eq!(found.code, "unknown-option");
    let found = wrong(
        r#""lens": [{"type": "scale", "params": {"scale": {"kind": "default", "defaultSourceId": "ds-9"}}}]"#,
    );
    assert_eq!(found.code, "unknown-default-source");
    let found = wrong(r#""lens": [{"type": "ease", "params": {"easing": {"bus": "energy"}}}]"#);
    assert_eq!(found.code, "not-constant");
}

#[test]
fn unknown_lens_parameters_are_warned_of() {
    let (_, warnings) = program(&wired(
        r#""lens": [{"type": "scale", "params": {"scal": 2}}]"#,
    ));
    assert_eq!(codes(&warnings), ["unknown-param"]);
}

#[test]
fn presets_are_lenses() {
    let (p, _) = program(&wired(r#""lens": ["double"]"#));
    assert_eq!(chain_at(&p, "dots", "z").steps[0].op, Op::ScaleBias);
}

#[test]
fn a_stateful_lens_needs_a_signal() {
    let blocks = r#"{"id": "i", "type": "FieldIndex"}"#;
    let rest = r#""connections": [{"from": "i.index", "to": "dots.radius", "lens": ["slew"]}]"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(
        (found.code, found.port.as_str()),
        ("stateful-lens-on-field", "radius")
    );
}

#[test]
fn a_trigger_takes_no_lens() {
    let rest = r#""connections": [{"from": "time.wrap", "to": "dots.z", "lens": ["scale"]}]"#;
    assert_eq!(error(&patch("", rest)).code, "lens-domain");
}

#[test]
fn lenses_work_lane_by_lane() {
    let blocks = r#"{"id": "i", "type": "FieldIndex"}"#;
    let rest = r#""connections": [{"from": "i.index", "to": "dots.radius", "lens": [{"type": "scale", "params": {"scale": {"bus": "energy"}}}]}]"#;
    let (p, _) = program(&patch(blocks, rest));
    let transforms = p
        .tables
        .field
        .nodes
        .iter()
        .filter(|n| matches!(n.expr, crate::ir::FieldExpr::Transform { .. }));
    assert_eq!(transforms.count(), 1);
}

#[test]
fn mismatches_name_both_types_and_help() {
    let blocks = r#"{"id": "lfo", "type": "ColorLFO"}"#;
    let rest = r#""connections": [{"from": "lfo.color", "to": "dots.radius"}]"#;
    let found = error(&patch(blocks, rest));
    assert_eq!(found.code, "type-mismatch");
    assert_eq!(
        found.message,
        "`dots.radius` wants a field of numbers, but `lfo.color` is a colour"
    );
    assert!(
        found.hints.iter().any(|h| h.contains("ColorToLuma")),
        "{:?}",
        found.hints
    );
    let rest = r#""connections": [{"from": "grid.domain", "to": "dots.positions"}]"#;
    let found = error(&patch(r#"{"id": "grid", "type": "GridDomain"}"#, rest));
    assert_eq!(found.hints[0], "use `grid.pos0` instead");
    let rest = r#""connections": [{"from": "i.index", "to": "dots.z"}]"#;
    let found = error(&patch(r#"{"id": "i", "type": "FieldIndex"}"#, rest));
    assert_eq!((found.code, found.port.as_str()), ("needs-adapter", "z"));
    assert_eq!(
        found.hints[0],
        "add `\"adapters\": [\"ReduceFieldToSignal\"]`"
    );
}
