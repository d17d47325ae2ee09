//! The value of an opcode: one evaluation, for constant folding and signals.

use super::{Lanes, Op, dispatch};
use crate::math::Real;

/// What the counted opcodes met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Lanes in which `div` or `mod` met a zero divisor.
    pub div_zero: u64,
}

/// Computes `op` on operands given as their lanes; `out` has the lanes of the result.
///
/// Lane-wise opcodes stretch one-lane operands. Total: a missing lane reads as 0, and opcodes on
/// paths leave `out` alone. Of `perElementOffset` the third operand is not the seed but the
/// element's hash (see [`per_element_offset`](super::formula::per_element_offset)), because seed
/// and index are not operands. No allocation.
#[inline]
pub fn eval<R: Real>(op: Op, imm: u32, args: &[&[R]], out: &mut [R], counts: &mut Counts) {
    let width = args.first().map_or(0, |x| x.len());
    if op.counts_zero_divisor() {
        let divisor = args.get(1).copied().unwrap_or(&[]);
        let zeros = (0..out.len())
            .filter(|&i| stretched(divisor, i) == R::ZERO)
            .count();
        counts.div_zero += zeros as u64;
    }
    dispatch(
        op,
        imm,
        width,
        &mut Once {
            args,
            out,
            lanewise: op.is_lanewise(),
        },
    );
}

struct Once<'a, R> {
    args: &'a [&'a [R]],
    out: &'a mut [R],
    lanewise: bool,
}

#[inline(always)]
fn stretched<R: Real>(lanes: &[R], i: usize) -> R {
    match lanes {
        [one] => *one,
        many => many.get(i).copied().unwrap_or(R::ZERO),
    }
}

impl<R: Real> Lanes<R> for Once<'_, R> {
    #[inline]
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([R; I]) -> [R; O]) {
        let mut x = [R::ZERO; I];
        if self.lanewise {
            for (i, slot) in self.out.iter_mut().enumerate() {
                for (operand, lanes) in x.iter_mut().zip(self.args) {
                    *operand = stretched(lanes, i);
                }
                *slot = f(x)[0];
            }
        } else {
            for (operand, lane) in x.iter_mut().zip(self.args.iter().copied().flatten()) {
                *operand = *lane;
            }
            for (slot, y) in self.out.iter_mut().zip(f(x)) {
                *slot = y;
            }
        }
    }
}
