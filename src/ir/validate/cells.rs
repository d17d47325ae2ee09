//! State cells: sizes and places in the pools, operands, initial values.

use super::Findings;
use super::expressions::{domain, is_value, same_lanes, signal_domain};
use crate::ir::*;

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    const TABLE: &str = "/tables/state/cells";
    let state = &p.tables.state;
    let (mut f64_at, mut i32_at) = (0, 0);
    for (i, cell) in state.cells.iter().enumerate() {
        let lanes = domain(f, cell.r#type).lanes() as u32;
        let wanted = match cell.op {
            op if op.makes_pulses() => 0..=1,
            StateOp::SampleHold | StateOp::SlewExp | StateOp::SlewLinear => 1..=16,
            _ => 1..=1,
        };
        if !wanted.contains(&lanes) {
            f.add(
                "ir-type",
                TABLE,
                i,
                "the cell's op does not give values of its type",
            );
        }
        let (f64_len, i32_len) = cell.op.entries(lanes, cell.imm);
        let ring = if cell.op == StateOp::Delay {
            StateOp::RING
        } else {
            0
        };
        if cell.f64[1] != f64_len || cell.i32[1] != i32_len || cell.ring != ring {
            f.add(
                "ir-state",
                TABLE,
                i,
                "the cell has another size than its op needs",
            );
        }
        if cell.f64[0] != f64_at || cell.i32[0] != i32_at {
            f.add(
                "ir-state",
                TABLE,
                i,
                "cells must lie one after the other in their pools",
            );
        }
        f64_at = u32::saturating_add(f64_at, f64_len);
        i32_at = u32::saturating_add(i32_at, i32_len);
        let steps = match cell.op {
            StateOp::UnitDelay => 1..=StateOp::RING,
            StateOp::History => 1..=100,
            _ => 0..=0,
        };
        if !steps.contains(&cell.imm) {
            f.add(
                "ir-state",
                TABLE,
                i,
                "the depth of the cell is out of range",
            );
        }
        if cell.policy != cell.op.policy() || cell.tap != cell.op.tap() {
            let message = "`policy` and `tap` are not those of the cell's op";
            f.add("ir-state", TABLE, i, message);
        }
        if let Some(init) = cell.init
            && !is_value(f, init, Pool::F64, lanes as usize)
        {
            f.add(
                "ir-const",
                TABLE,
                i,
                "the initial value does not fit the cell",
            );
        }
        if !operands_fit(f, cell) {
            f.add(
                "ir-state",
                TABLE,
                i,
                "the operands do not fit the cell's op",
            );
        }
        if cell.layout_hash != derive::cell_hash(p, StateId::at(i)) {
            f.add(
                "ir-state",
                TABLE,
                i,
                "the hash is not that of the cell's layout",
            );
        }
    }
    if state.layout_hash != derive::state_hash(p) {
        let message = "the hash is not that of the cells' layouts";
        f.at("ir-state", "/tables/state/layoutHash", message);
    }
    if f64_at != state.f64_len || i32_at != state.i32_len {
        f.add(
            "ir-state",
            TABLE,
            0,
            "the pools have another size than the cells need",
        );
    }
}

/// Whether the operands of a cell have the count and kinds that its op reads.
fn operands_fit(f: &Findings<'_>, cell: &Cell) -> bool {
    // s: a signal as wide as the cell; n: a number; e: an event; ?: an optional event.
    let wanted = match cell.op {
        StateOp::Integrate => "n?",
        StateOp::Delay => "nn",
        StateOp::UnitDelay | StateOp::EdgeWrap | StateOp::RiseEdge | StateOp::History => "n",
        StateOp::SampleHold => "se",
        StateOp::SlewExp => "sn",
        StateOp::SlewLinear => "snn",
        StateOp::PulseDivider => "nn",
        StateOp::EnvelopeAd => "ennn",
        StateOp::Hysteresis => "nnn",
        StateOp::Counter => "e?",
    };
    let required = wanted.bytes().filter(|b| *b != b'?').count();
    if cell.args.len() < required || cell.args.len() > wanted.len() {
        return false;
    }
    cell.args
        .iter()
        .zip(wanted.bytes())
        .all(|(arg, want)| match (arg, want) {
            (Operand::Event(_), b'e' | b'?') => true,
            (Operand::Sig(s), b'n') => signal_domain(f, *s).lanes() == 1,
            (Operand::Sig(s), b's') => same_lanes(signal_domain(f, *s), domain(f, cell.r#type)),
            _ => false,
        })
}
