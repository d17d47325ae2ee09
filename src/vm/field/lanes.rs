//! One formula over a block of lanes.
//!
//! 1. [`Tiles`] runs the formula that [`dispatch`](crate::ir::op::dispatch) hands it over columns, 64
//!    lanes at a time: results go to an array on the stack first, so that LLVM sees that operands and
//!    results do not overlap and vectorises each formula without checks. Each formula is a task and so a
//!    function of its own for every vector width: all of them in one take a compiler many minutes.
//! 2. What is the same for all lanes is one tile, read again and again: it costs no room in the cache.
//! 3. A column that ends within a tile is continued by zeros, off the common way.
//! 4. A lane's bits do not depend on what stands beside it.

use super::graph::Part;
use crate::ir::op::{self, Counts, Lanes, Op, dispatch};
use crate::math::simd::{self, Task, Width};
use crate::math::{Real, color, vec};

/// Lanes of a tile. Registers are a multiple of it long.
pub(super) const TILE: usize = 64;

/// Operands an opcode has at most, counted in lanes (`hueMix`).
pub(super) const OPERANDS: usize = 9;

/// Results an opcode has at most, in lanes.
pub(super) const RESULTS: usize = 4;

/// What is computed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Formula {
    /// An opcode; `width` = lanes of its first operand.
    Op { op: Op, imm: u32, width: u32 },
    /// A part of one.
    Part(Part),
}

/// An operand's lanes from the first of the block on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operand<'a, R> {
    /// Shorter ones are continued by zeros.
    pub lanes: &'a [R],
    /// All lanes are the same, and there is a tile of them.
    pub uniform: bool,
}

impl<R> Operand<'_, R> {
    /// Zeros.
    pub(super) const EMPTY: Self = Self {
        lanes: &[],
        uniform: false,
    };
}

/// Columns of one formula: operands end to end, results.
struct Tiles<'a, R> {
    simd: Width,
    ins: [Operand<'a, R>; OPERANDS],
    outs: &'a mut [Vec<R>],
    tiles: usize,
}

impl<R: Real> Lanes<R> for Tiles<'_, R> {
    #[inline(always)]
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([R; I]) -> [R; O]) {
        let (simd, tiles) = (self.simd, self);
        simd::run(simd, Each { tiles, f });
    }
}

/// A formula of `I` numbers with `O` results, and the columns it is to be computed on.
struct Each<'t, 'a, R, F, const I: usize, const O: usize> {
    tiles: &'t mut Tiles<'a, R>,
    f: F,
}

impl<R, F, const I: usize, const O: usize> Task for Each<'_, '_, R, F, I, O>
where
    R: Real,
    F: Fn([R; I]) -> [R; O],
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { tiles, f } = self;
        let ins: [Operand<'_, R>; I] =
            std::array::from_fn(|k| tiles.ins.get(k).copied().unwrap_or(Operand::EMPTY));
        let zeros = [R::ZERO; TILE];
        let mut pad = [[R::ZERO; TILE]; I];
        let mut y = [[R::ZERO; TILE]; O];
        for tile in 0..tiles.tiles {
            let mut x: [&[R; TILE]; I] = [&zeros; I];
            for ((slot, pad), operand) in x.iter_mut().zip(&mut pad).zip(ins) {
                let at = if operand.uniform { 0 } else { tile * TILE };
                let rest = operand.lanes.get(at..).unwrap_or(&[]);
                *slot = rest.first_chunk().unwrap_or_else(|| continued(rest, pad));
            }
            for lane in 0..TILE {
                let row = f(std::array::from_fn(|k| x[k][lane]));
                for k in 0..O {
                    y[k][lane] = row[k];
                }
            }
            for (out, y) in tiles.outs.iter_mut().zip(&y) {
                if let Some(out) = out.get_mut(tile * TILE..(tile + 1) * TILE) {
                    out.copy_from_slice(y);
                }
            }
        }
    }
}

/// The last lanes of a column, then zeros.
#[cold]
#[inline(never)]
fn continued<'a, R: Real>(rest: &[R], pad: &'a mut [R; TILE]) -> &'a [R; TILE] {
    let (head, tail) = pad.split_at_mut(rest.len());
    head.copy_from_slice(rest);
    tail.fill(R::ZERO);
    pad
}

/// As [`dispatch`], for parts of opcodes.
#[inline(always)]
fn dispatch_part<R: Real>(part: Part, lanes: &mut impl Lanes<R>) {
    match part {
        Part::Chroma => lanes.run(|[s, l]| color::chroma_of_hsl(s, l)),
        Part::Hue => lanes.run(|[h, c, m]| color::hue_to_rgb(h, c, m)),
        Part::Drift => lanes.run(|[r, moved, amount]| vec::drift(r, moved, amount)),
    }
}

/// Computes a formula on `tiles` tiles of the operands' lanes.
pub(super) fn run<R: Real>(
    simd: Width,
    formula: Formula,
    ins: [Operand<'_, R>; OPERANDS],
    outs: &mut [Vec<R>],
    tiles: usize,
) {
    let mut tiles = Tiles {
        simd,
        ins,
        outs,
        tiles,
    };
    match formula {
        Formula::Op { op, imm, width } => dispatch(op, imm, width as usize, &mut tiles),
        Formula::Part(part) => dispatch_part(part, &mut tiles),
    }
}

/// Computes a formula once, on lane 0.
pub(super) fn once<R: Real>(
    formula: Formula,
    ins: [Operand<'_, R>; OPERANDS],
    outs: &mut [Vec<R>],
) {
    let x = ins.map(|operand| operand.lanes.first().copied().unwrap_or(R::ZERO));
    let mut y = [R::ZERO; RESULTS];
    let results = outs.len().min(RESULTS);
    match formula {
        Formula::Op { op, imm, width } => once_op((op, imm, width), x, &mut y[..results]),
        Formula::Part(part) => dispatch_part(part, &mut Once { x, y: &mut y }),
    }
    for (out, y) in outs.iter_mut().zip(y) {
        if let Some(lane) = out.first_mut() {
            *lane = y;
        }
    }
}

fn once_op<R: Real>((op, imm, width): (Op, u32, u32), x: [R; OPERANDS], y: &mut [R]) {
    let mut counts = Counts::default();
    if op.is_lanewise() {
        let args: [&[R]; OPERANDS] = std::array::from_fn(|k| &x[k..=k]);
        op::eval(op, imm, &args, y, &mut counts);
    } else {
        // The opcode tells vectors apart by the lanes of its first operand.
        let (first, rest) = x.split_at((width as usize).min(OPERANDS));
        op::eval(op, imm, &[first, rest], y, &mut counts);
    }
}

/// One evaluation.
struct Once<'a, R> {
    x: [R; OPERANDS],
    y: &'a mut [R; RESULTS],
}

impl<R: Real> Lanes<R> for Once<'_, R> {
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([R; I]) -> [R; O]) {
        let y = f(std::array::from_fn(|k| self.x[k]));
        self.y[..O].copy_from_slice(&y);
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

    fn column<R: Real>(lanes: &[R]) -> Operand<'_, R> {
        Operand {
            lanes,
            uniform: false,
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
        let mut ins = [Operand::EMPTY; OPERANDS];
        if op.is_lanewise() {
            // One lane of the result at a time, as kernels do.
            for lane in 0..got.len() {
                let mut first = 0;
                for (slot, domain) in ins.iter_mut().zip(args) {
                    *slot = column(&x[first + lane.min(domain.lanes() - 1)]);
                    first += domain.lanes();
                }
                let formula = Formula::Op { op, imm, width: 1 };
                run(simd, formula, ins, &mut got[lane..=lane], 8);
            }
        } else {
            for (slot, lanes) in ins.iter_mut().zip(x) {
                *slot = column(lanes);
            }
            let width = args[0].lanes() as u32;
            run(simd, Formula::Op { op, imm, width }, ins, got, 8);
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
                    let mut ins = [Operand::EMPTY; OPERANDS];
                    for (slot, lanes) in ins.iter_mut().zip(&x) {
                        *slot = column(&lanes[start..]);
                    }
                    let width = args[0].lanes() as u32;
                    let formula = Formula::Op { op, imm: 0, width };
                    let mut a = vec![vec![0.0; TILE]; to.lanes()];
                    let mut b = a.clone();
                    run(Width::Widest, formula, ins, &mut a, 1);
                    once(formula, ins, &mut b);
                    for (a, b) in a.iter().zip(&b) {
                        assert_eq!(bits(a[0]), bits(b[0]), "{op:?} {args:?}");
                    }
                }
            }
        }
    }

    /// The parts of an opcode give its bits together, at both precisions, with operands that are the
    /// same for all lanes and without.
    #[test]
    fn parts_make_the_opcode() {
        fn check<R: Real>(uniform: bool) {
            let x = columns::<R>(4, 8 * TILE, &[0.3, 0.77, -1e5, 512.25]);
            let value = |k: usize| vec![x[k][7 + k]; TILE];
            let values: Vec<Vec<R>> = (0..4).map(value).collect();
            let operand = |k: usize| Operand {
                lanes: if uniform && k > 0 { &values[k] } else { &x[k] },
                uniform: uniform && k > 0,
            };
            let at = |k: usize, lane: usize| {
                let operand = operand(k);
                operand.lanes[if operand.uniform { 0 } else { lane }]
            };
            let part = |part, operands: &[Operand<'_, R>], results: usize, simd| {
                let mut ins = [Operand::EMPTY; OPERANDS];
                ins[..operands.len()].copy_from_slice(operands);
                let mut got = vec![vec![R::ZERO; 8 * TILE]; results];
                run(simd, Formula::Part(part), ins, &mut got, 8);
                let mut first = vec![vec![R::ZERO; 1]; results];
                once(Formula::Part(part), ins, &mut first);
                for (one, all) in first.iter().zip(&got) {
                    assert_eq!(bits(one[0]), bits(all[0]), "{part:?}");
                }
                got
            };
            for simd in [Width::Baseline, Width::Widest] {
                let chroma = part(Part::Chroma, &[operand(1), operand(2)], 2, simd);
                let parts = [operand(0), column(&chroma[0]), column(&chroma[1])];
                let rgb = part(Part::Hue, &parts, 3, simd);
                let turns: Vec<R> = (0..8 * TILE)
                    .map(|lane| (at(1, lane) * at(3, lane)).fract())
                    .collect();
                let parts = [operand(0), column(&turns), operand(2)];
                let drift = part(Part::Drift, &parts, 2, simd);
                for lane in 0..8 * TILE {
                    let row: [R; 4] = std::array::from_fn(|k| at(k, lane));
                    let eval = |op, out: &mut [R]| {
                        let args: [&[R]; 4] = std::array::from_fn(|k| &row[k..=k]);
                        op::eval(op, 0, &args, out, &mut Counts::default());
                    };
                    let (mut colour, mut vector) = ([R::ZERO; 4], [R::ZERO; 2]);
                    eval(Op::HslToRgb, &mut colour);
                    eval(Op::Jitter, &mut vector);
                    for k in 0..3 {
                        assert_eq!(bits(rgb[k][lane]), bits(colour[k]), "{row:?}");
                    }
                    for k in 0..2 {
                        assert_eq!(bits(drift[k][lane]), bits(vector[k]), "{row:?}");
                    }
                }
            }
        }
        for uniform in [false, true] {
            check::<f32>(uniform);
            check::<f64>(uniform);
        }
    }
}
