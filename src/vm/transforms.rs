//! A chain of lenses and adapters, one opcode at a time, with what is between them.
//!
//! The tape runs chains through temporaries that nobody else knows; this walk gives the same bits, by
//! the same opcodes, for those who want to see every step.

use crate::ir::op::{self, Counts, Op};
use crate::ir::{Chain, ChainOperand, ChainStep, Program};
use crate::math::hash;

/// Runs a chain on the lanes of a signal; `visit` gets each step and what it made.
pub(super) fn walk(
    program: &Program,
    chain: &Chain,
    src: &[f64],
    args: &[&[f64]],
    mut visit: impl FnMut(&ChainStep, &[f64]),
) {
    let mut running = src.to_vec();
    for step in &chain.steps {
        let lanes = program.types[step.to.index()].domain.lanes();
        let mut operands: Vec<Vec<f64>> = vec![running];
        for operand in &step.operands {
            operands.push(match *operand {
                ChainOperand::Const(c) => super::tape::constant_lanes(program, c).to_vec(),
                ChainOperand::Arg(k) => args.get(k as usize).map_or_else(Vec::new, |a| a.to_vec()),
            });
        }
        if step.op == Op::PerElementOffset
            && let Some(seed) = operands.get_mut(2)
        {
            // A signal is element 0.
            let number = seed.first().copied().unwrap_or_default();
            *seed = vec![hash::element_hash(0, number, program.seed)];
        }
        let operands: Vec<&[f64]> = operands.iter().map(Vec::as_slice).collect();
        let mut out = vec![0.0; lanes];
        op::eval(
            step.op,
            step.imm,
            &operands,
            &mut out,
            &mut Counts::default(),
        );
        visit(step, &out);
        running = out;
    }
}
