//! Throughput of opcodes on columns of 4,096 f32 lanes, as field kernels run them.
//!
//! `cargo bench --bench math`. The lanes per second tell whether LLVM made vector code of a
//! formula: on plain SSE2 roundings reach 2 G/s, sine and logarithms 450 M/s, 2^x 1 G/s; what
//! calls libm for each lane stays near 100 M/s, `pow` at 25 M/s.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use oscilla::ir::op::{Lanes, Op, dispatch};

const ROWS: usize = 4096;

fn main() {
    divan::main();
}

struct Columns {
    inputs: Vec<Vec<f32>>,
    outputs: Vec<Vec<f32>>,
}

impl Lanes<f32> for Columns {
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([f32; I]) -> [f32; O]) {
        let inputs: [&[f32]; I] = std::array::from_fn(|lane| &self.inputs[lane][..ROWS]);
        let mut columns = self.outputs.iter_mut();
        let outputs: [&mut [f32]; O] =
            std::array::from_fn(|_| &mut columns.next().expect("enough columns")[..ROWS]);
        for row in 0..ROWS {
            let y = f(std::array::from_fn(|lane| inputs[lane][row]));
            for lane in 0..O {
                outputs[lane][row] = y[lane];
            }
        }
    }
}

const OPS: &[&str] = &[
    "add",
    "div",
    "mod",
    "floor",
    "round",
    "fract",
    "sign",
    "min",
    "clamp",
    "smoothstep",
    "select",
    "sin",
    "cos",
    "tanh",
    "exp",
    "exp2",
    "ln",
    "log2",
    "log10",
    "wave",
    "ease",
    "phaseWindow",
    "remapRange",
    "pingPong",
    "softclip",
    "jitter",
    "swirl",
    "rotate",
    "normalize",
    "hslToRgb",
    "rgbToHsl",
    "shiftHue",
    "hueMix",
    "noise2",
    "atan2",
    "pow",
    "tan",
    "warp",
    "shr",
];

#[divan::bench(args = OPS)]
fn column(bencher: Bencher, name: &str) {
    let op = Op::from_name(name).expect("an opcode");
    let column = |k: usize| {
        (0..ROWS)
            .map(|i| ((i * 7 + k * 31) % 97) as f32 / 96.5)
            .collect()
    };
    let mut columns = Columns {
        inputs: (0..9).map(column).collect(),
        outputs: vec![vec![0.0; ROWS]; 4],
    };
    // The sine of waves, the smoothest of eases, vectors of two.
    let imm = if op == Op::Ease { 10 } else { 0 };
    bencher.counter(ItemsCount::new(ROWS)).bench_local(move || {
        dispatch(op, imm, 2, black_box(&mut columns));
    });
}
