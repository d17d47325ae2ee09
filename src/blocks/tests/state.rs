//! Blocks with memory: cells, taps, loops.

use super::*;
use crate::ir::{Operand, StateOp};

#[test]
fn every_state_block_keeps_one_cell_of_its_kind() {
    for (name, op, events) in [
        ("Integrate", StateOp::Integrate, 1),
        ("Delay", StateOp::Delay, 0),
        ("DelayFrames", StateOp::UnitDelay, 0),
        ("History", StateOp::History, 0),
        ("SampleHold", StateOp::SampleHold, 1),
        ("Slew", StateOp::SlewExp, 0),
        ("Counter", StateOp::Counter, 2),
    ] {
        let lowered = Rig::new(name).lower();
        let [cell] = lowered.build.tables.state.cells.as_slice() else {
            panic!("{name}")
        };
        assert_eq!(cell.op, op, "{name}");
        let of_events = cell
            .args
            .iter()
            .filter(|a| matches!(a, Operand::Event(_)))
            .count();
        assert_eq!(of_events, events, "{name}");
        assert!(!cell.args.is_empty(), "{name} reads nothing");
    }
}

#[test]
fn delays_read_the_past_and_close_loops() {
    for name in ["Delay", "DelayFrames"] {
        let lowered = Rig::new(name).varying("in").number("initial", 3.0).lower();
        assert_eq!(lowered.block.breakers, ["in"]);
        let out = &lowered.build.tables.sig.nodes[lowered.signal("out").index()];
        assert_eq!(out.expr, SignalExpr::StatePrev(lowered.cells[0]));
        let cell = &lowered.build.tables.state.cells[lowered.cells[0].index()];
        assert_eq!(lowered.build.f64s(cell.init.unwrap()), [3.0]);
        let Operand::Sig(input) = cell.args[0] else {
            panic!()
        };
        assert!(
            lowered.build.folded(input).is_none(),
            "its input is set when all are lowered"
        );
    }
}

#[test]
fn frames_and_depths_are_clamped() {
    for (frames, imm) in [(0.0, 1), (2.9, 2), (1e9, 65_536), (f64::NAN, 1)] {
        let lowered = Rig::new("DelayFrames").number("frames", frames).lower();
        assert_eq!(lowered.build.tables.state.cells[0].imm, imm, "{frames}");
    }
    for (depth, imm) in [(0.0, 1), (7.5, 7), (1e9, 100)] {
        let lowered = Rig::new("History").number("depth", depth).lower();
        assert_eq!(lowered.build.tables.state.cells[0].imm, imm, "{depth}");
        let Value::Domain(domain) = *lowered.out("domain") else {
            panic!()
        };
        assert_eq!(lowered.build.count(domain), imm);
        let node = &lowered.build.tables.field.nodes[lowered.field("output").index()];
        assert_eq!(node.dom, Some(domain));
    }
}
