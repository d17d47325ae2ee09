//! One opcode over a block of lanes.
//!
//! [`Tiles`] runs the formula that [`dispatch`](crate::ir::op::dispatch) hands it over columns, 32
//! lanes at a time: results go to an array on the stack first, so that LLVM sees that operands and
//! results do not overlap and vectorises each formula without checks. A lane's bits do not depend on
//! what stands beside it.

use crate::ir::op::{self, Counts, Lanes, Op, dispatch};
use crate::math::Real;
use crate::math::simd::{self, Task, Width};

/// Lanes of a tile. Registers are a multiple of it long.
pub(super) const TILE: usize = 32;

/// Operands an opcode has at most, counted in lanes (`hueMix`).
pub(super) const OPERANDS: usize = 9;

/// Results an opcode has at most, in lanes.
pub(super) const RESULTS: usize = 4;

/// Columns of one opcode: operands end to end, results.
struct Tiles<'a, R> {
    ins: [&'a [R]; OPERANDS],
    outs: &'a mut [Vec<R>],
    tiles: usize,
}

impl<R: Real> Lanes<R> for Tiles<'_, R> {
    #[inline(always)]
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([R; I]) -> [R; O]) {
        let ins: [&[R]; I] = std::array::from_fn(|k| self.ins.get(k).copied().unwrap_or(&[]));
        let zeros = [R::ZERO; TILE];
        let mut pad = [[R::ZERO; TILE]; I];
        let mut y = [[R::ZERO; TILE]; O];
        for tile in 0..self.tiles {
            let mut x: [&[R; TILE]; I] = [&zeros; I];
            for ((slot, pad), column) in x.iter_mut().zip(&mut pad).zip(ins) {
                *slot = lanes_at(column, tile, pad);
            }
            for lane in 0..TILE {
                let row = f(std::array::from_fn(|k| x[k][lane]));
                for k in 0..O {
                    y[k][lane] = row[k];
                }
            }
            for (out, y) in self.outs.iter_mut().zip(&y) {
                if let Some(out) = out.get_mut(tile * TILE..(tile + 1) * TILE) {
                    out.copy_from_slice(y);
                }
            }
        }
    }
}

/// Tile `tile` of a column; past its end, zeros.
#[inline(always)]
fn lanes_at<'a, R: Real>(column: &'a [R], tile: usize, pad: &'a mut [R; TILE]) -> &'a [R; TILE] {
    let rest = column.get(tile * TILE..).unwrap_or(&[]);
    match rest.first_chunk() {
        Some(chunk) => chunk,
        None => {
            let (head, tail) = pad.split_at_mut(rest.len());
            head.copy_from_slice(rest);
            tail.fill(R::ZERO);
            pad
        }
    }
}

/// An opcode, and the columns that it is to be computed on.
struct Formula<'a, R> {
    op: Op,
    imm: u32,
    width: u32,
    columns: Tiles<'a, R>,
}

impl<R: Real> Task for Formula<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let Self { op, imm, width, .. } = self;
        dispatch(op, imm, width as usize, &mut self.columns);
    }
}

/// Computes `op` on `tiles` tiles of the operands' lanes. Shorter operands are continued by zeros.
pub(super) fn run<R: Real>(
    simd: Width,
    (op, imm, width): (Op, u32, u32),
    ins: [&[R]; OPERANDS],
    outs: &mut [Vec<R>],
    tiles: usize,
) {
    let formula = Formula {
        op,
        imm,
        width,
        columns: Tiles { ins, outs, tiles },
    };
    simd::run(simd, formula);
}

/// Computes `op` once, on lane 0.
pub(super) fn once<R: Real>(
    op: Op,
    imm: u32,
    width: u32,
    ins: [&[R]; OPERANDS],
    outs: &mut [Vec<R>],
) {
    let x: [R; OPERANDS] = ins.map(|column| column.first().copied().unwrap_or(R::ZERO));
    let mut y = [R::ZERO; RESULTS];
    let results = outs.len().min(RESULTS);
    let mut counts = Counts::default();
    if op.is_lanewise() {
        let args: [&[R]; OPERANDS] = std::array::from_fn(|k| &x[k..=k]);
        op::eval(op, imm, &args, &mut y[..results], &mut counts);
    } else {
        // The opcode tells vectors apart by the lanes of its first operand.
        let (first, rest) = x.split_at((width as usize).min(OPERANDS));
        op::eval(op, imm, &[first, rest], &mut y[..results], &mut counts);
    }
    for (out, y) in outs.iter_mut().zip(y) {
        if let Some(lane) = out.first_mut() {
            *lane = y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::op::rule::OpError;
    use crate::types::Domain;
    use proptest::prelude::*;

    /// Numbers where formulas go wrong.
    const EDGES: [f64; 22] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        3.0,
        0.25,
        1e-40,
        -1e-310,
        1e-7,
        255.0,
        360.0,
        16_777_217.0,
        4.0e9,
        1e20,
        -1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        7.3,
    ];

    const DOMAINS: [Domain; 6] = [
        Domain::Number,
        Domain::Boolean,
        Domain::Vec2,
        Domain::Vec3,
        Domain::Vec4,
        Domain::Color,
    ];

    /// All operand domains that an opcode takes, with the result's.
    fn shapes(op: Op, imm: u32) -> Vec<(Vec<Domain>, Domain)> {
        let mut shapes = Vec::new();
        let mut pick = vec![0; op.arity()];
        loop {
            let args: Vec<Domain> = pick.iter().map(|&i| DOMAINS[i]).collect();
            let result: Result<Domain, OpError> = op.result(imm, &args);
            if let Ok(domain) = result {
                shapes.push((args, domain));
            }
            let Some(at) = pick.iter().position(|&i| i + 1 < DOMAINS.len()) else {
                break;
            };
            pick[at] += 1;
            pick[..at].fill(0);
        }
        shapes
    }

    /// Bits of a value, all NaNs alike.
    fn bits<R: Real>(v: R) -> u64 {
        v.canonical().to_f64().to_bits()
    }

    /// Columns of `lanes` values, the edges in all meetings first, then the seeds.
    fn columns<R: Real>(operands: usize, lanes: usize, seeds: &[f64]) -> Vec<Vec<R>> {
        let value = |operand: usize, lane: usize| {
            let edge = (lane / EDGES.len().pow(operand.min(3) as u32)) % EDGES.len();
            let random = seeds[(lane * 7 + operand * 13) % seeds.len()];
            if lane % 5 == 4 { random } else { EDGES[edge] }
        };
        let column = |operand| {
            (0..lanes)
                .map(|lane| R::from_f64(value(operand, lane)))
                .collect()
        };
        (0..operands).map(column).collect()
    }

    fn check<R: Real>(op: Op, imm: u32, args: &[Domain], to: Domain, seeds: &[f64]) {
        let n = 8 * TILE - 9;
        let parts: usize = args.iter().map(|d| d.lanes()).sum();
        let x = columns::<R>(parts, n, seeds);
        let mut want = vec![vec![R::ZERO; n]; to.lanes()];
        for lane in 0..n {
            let row: Vec<R> = x.iter().map(|c| c[lane]).collect();
            let mut rest = row.as_slice();
            let operands: Vec<&[R]> = args
                .iter()
                .map(|d| {
                    let (head, tail) = rest.split_at(d.lanes());
                    rest = tail;
                    head
                })
                .collect();
            let mut out = vec![R::ZERO; to.lanes()];
            op::eval(op, imm, &operands, &mut out, &mut Counts::default());
            for (column, v) in want.iter_mut().zip(out) {
                column[lane] = v;
            }
        }
        for simd in [Width::Baseline, Width::Widest] {
            let mut got = vec![vec![R::ZERO; 8 * TILE]; to.lanes()];
            compute(simd, op, imm, args, &x, &mut got);
            compare_bits(op, imm, args, &x, &got, &want);
        }
    }

    fn compute<R: Real>(
        simd: Width,
        op: Op,
        imm: u32,
        args: &[Domain],
        x: &[Vec<R>],
        got: &mut [Vec<R>],
    ) {
        let mut ins: [&[R]; OPERANDS] = [&[]; OPERANDS];
        if op.is_lanewise() {
            // One lane of the result at a time, as kernels do.
            for lane in 0..got.len() {
                let mut first = 0;
                for (slot, domain) in ins.iter_mut().zip(args) {
                    *slot = &x[first + lane.min(domain.lanes() - 1)];
                    first += domain.lanes();
                }
                run(simd, (op, imm, 1), ins, &mut got[lane..=lane], 8);
            }
        } else {
            for (slot, column) in ins.iter_mut().zip(x) {
                *slot = column;
            }
            run(simd, (op, imm, args[0].lanes() as u32), ins, got, 8);
        }
    }

    fn compare_bits<R: Real>(
        op: Op,
        imm: u32,
        args: &[Domain],
        x: &[Vec<R>],
        got: &[Vec<R>],
        want: &[Vec<R>],
    ) {
        for (k, (got, want)) in got.iter().zip(want).enumerate() {
            for lane in 0..want.len() {
                let row: Vec<R> = x.iter().map(|c| c[lane]).collect();
                assert_eq!(
                    bits(got[lane]),
                    bits(want[lane]),
                    "{op:?} {imm} {args:?} out {k} of {row:?}: {:?} {:?}",
                    got[lane],
                    want[lane],
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]

        /// A lane of a kernel has the bits of the opcode's one meaning, at both precisions, whatever
        /// stands beside it and however wide the instructions are.
        #[test]
        fn lanes_equal_eval(seeds in prop::collection::vec(prop::num::f64::ANY, 61)) {
            let mut seen = 0;
            for &op in Op::ALL.iter().filter(|op| op.is_numeric()) {
                for imm in 0..op.imms(Domain::Color) {
                    for (args, to) in shapes(op, imm) {
                        check::<f32>(op, imm, &args, to, &seeds);
                        check::<f64>(op, imm, &args, to, &seeds);
                        seen += 1;
                    }
                }
            }
            prop_assert!(seen > 200, "only {} shapes of opcodes", seen);
        }
    }

    #[test]
    fn once_equals_lane_zero() {
        for &op in Op::ALL.iter().filter(|op| op.is_numeric()) {
            for (args, to) in shapes(op, 0) {
                let parts: usize = args.iter().map(|d| d.lanes()).sum();
                if op.is_lanewise() && parts != args.len() {
                    continue;
                }
                let x = columns::<f32>(parts, 200, &[0.3]);
                for start in [0, 77, 131] {
                    let mut ins: [&[f32]; OPERANDS] = [&[]; OPERANDS];
                    for (slot, column) in ins.iter_mut().zip(&x) {
                        *slot = &column[start..];
                    }
                    let width = args[0].lanes() as u32;
                    let mut a = vec![vec![0.0; TILE]; to.lanes()];
                    let mut b = a.clone();
                    run(Width::Widest, (op, 0, width), ins, &mut a, 1);
                    once(op, 0, width, ins, &mut b);
                    for (a, b) in a.iter().zip(&b) {
                        assert_eq!(bits(a[0]), bits(b[0]), "{op:?} {args:?}");
                    }
                }
            }
        }
    }
}
