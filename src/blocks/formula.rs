//! Formulas that signal blocks and field blocks share, over any kind of row.
//!
//! Each option of a block selects its nodes when the patch is compiled; nothing is switched in a
//! frame. The option lists stand beside the functions so that both change together.

use super::rows::Row;
use super::{Input, Lowering};
use crate::ir::Op;

/// Words of `shape`, in the order of the immediates of the opcode `wave`.
pub(super) const WAVES: &[&str] = &["sine", "cosine", "triangle", "saw", "square"];

/// The input `shape`.
pub(super) const SHAPE: Input = Input::options("shape", WAVES, "sine", "form of the wave");

/// What the waves are, for details.
pub(super) const WAVE_TEXT: &str = "Shapes of p = frac(phase): sine sin 2πp, cosine cos 2πp, triangle 1 − 4·|p − 0.5|, saw 2p − 1, \
     square 1 for p < 0.5 and else −1.";

/// wave(shape, phase)·amplitude + bias
pub(super) fn oscillate<R: Row>(
    l: &mut Lowering<'_>,
    shape: usize,
    [phase, amplitude, bias]: [R; 3],
) -> R {
    let wave = l.op_imm(Op::Wave, shape as u32, &[phase]);
    let scaled = l.mul(wave, amplitude);
    l.add(scaled, bias)
}

/// Words of `kind`.
pub(super) const KINDS: &[&str] = &["tanh", "softclip", "sigmoid", "smoothstep", "pow"];

/// The input `kind`.
pub(super) const KIND: Input = Input::options("kind", KINDS, "smoothstep", "the curve");

/// What the kinds are, for details.
pub(super) const KIND_TEXT: &str = "With a = amount: tanh tanh(x·a); softclip x / (1 + |x·a|); sigmoid 1 / (1 + e^(−x·a)); \
     smoothstep u²(3 − 2u) of u = clamp(x, 0, 1), a unused; pow sign(x)·|x|^a.";

/// One of [`KINDS`] of x.
pub(super) fn shape<R: Row>(l: &mut Lowering<'_>, kind: usize, x: R, amount: R) -> R {
    match kind {
        0 => {
            let scaled = l.mul(x, amount);
            l.op(Op::Tanh, &[scaled])
        }
        1 => {
            let scaled = l.mul(x, amount);
            let (size, one) = (l.op(Op::Abs, &[scaled]), l.num(1.0));
            let below = l.add(one, size);
            l.op(Op::Div, &[x, below])
        }
        2 => {
            let scaled = l.mul(x, amount);
            let negative = l.op(Op::Neg, &[scaled]);
            let (power, one) = (l.op(Op::Exp, &[negative]), l.num(1.0));
            let below = l.add(one, power);
            l.op(Op::Div, &[one, below])
        }
        3 => {
            let (zero, one) = (l.num(0.0), l.num(1.0));
            l.op(Op::Smoothstep, &[zero, one, x])
        }
        _ => signed_power(l, x, amount),
    }
}

fn signed_power<R: Row>(l: &mut Lowering<'_>, x: R, k: R) -> R {
    let (sign, size) = (l.op(Op::Sign, &[x]), l.op(Op::Abs, &[x]));
    let power = l.op(Op::Pow, &[size, k]);
    l.mul(sign, power)
}

/// Words of `fn` of the one-number blocks.
pub(super) const MAPS: &[&str] = &[
    "neg",
    "abs",
    "sin",
    "cos",
    "tan",
    "tanh",
    "smoothstep",
    "scale",
    "offset",
    "clamp",
    "sign",
    "floor",
    "ceil",
    "round",
    "fract",
    "oneMinus",
    "square",
    "sqrt",
    "pow",
    "exp",
    "log",
    "mod",
    "step",
    "quantize",
];

/// What the words of [`MAPS`] mean, for details.
pub(super) const MAP_TEXT: &str = "neg −x; abs |x|; sin, cos, tan, tanh of x·k (rad); smoothstep u²(3 − 2u) of \
     u = clamp((x − a)/(b − a), 0, 1), a step at a = b; scale x·k; offset x + k; clamp to a…b; \
     sign −1, 0, 1; floor, ceil; round floor(x + 0.5); fract x − floor(x); oneMinus 1 − x; square \
     x²; sqrt √max(0, x); pow sign(x)·|x|^k; exp e^x; log ln x; mod x − k·floor(x/k), 0 for k = 0; \
     step 1 for x ≥ k, else 0; quantize round(x·k)/k, 0 for k = 0.";

/// The parameters of [`map`].
#[derive(Clone, Copy)]
pub(super) struct MapInputs<R> {
    pub(super) x: R,
    pub(super) k: R,
    pub(super) a: R,
    pub(super) b: R,
}

/// One of [`MAPS`].
pub(super) fn map<R: Row>(l: &mut Lowering<'_>, function: usize, inputs: MapInputs<R>) -> R {
    let MapInputs { x, k, a, b } = inputs;
    let of_scaled = |l: &mut Lowering<'_>, op| {
        let scaled = l.times(x, k);
        l.op(op, &[scaled])
    };
    match MAPS.get(function).copied().unwrap_or("offset") {
        "neg" => l.op(Op::Neg, &[x]),
        "abs" => l.op(Op::Abs, &[x]),
        "sin" => of_scaled(l, Op::Sin),
        "cos" => of_scaled(l, Op::Cos),
        "tan" => of_scaled(l, Op::Tan),
        "tanh" => of_scaled(l, Op::Tanh),
        "smoothstep" => l.op(Op::Smoothstep, &[a, b, x]),
        "scale" => l.mul(x, k),
        "clamp" => l.op(Op::Clamp, &[x, a, b]),
        "sign" => l.op(Op::Sign, &[x]),
        "floor" => l.op(Op::Floor, &[x]),
        "ceil" => l.op(Op::Ceil, &[x]),
        "round" => l.op(Op::Round, &[x]),
        "fract" => l.op(Op::Fract, &[x]),
        "oneMinus" => {
            let one = l.num(1.0);
            l.sub(one, x)
        }
        "square" => l.mul(x, x),
        "sqrt" => {
            let zero = l.num(0.0);
            let positive = l.op(Op::Max, &[zero, x]);
            l.op(Op::Sqrt, &[positive])
        }
        "pow" => signed_power(l, x, k),
        "exp" => l.op(Op::Exp, &[x]),
        "log" => l.op(Op::Ln, &[x]),
        "mod" => l.op(Op::Mod, &[x, k]),
        "step" => l.op(Op::Step, &[k, x]),
        "quantize" => {
            let scaled = l.mul(x, k);
            let whole = l.op(Op::Round, &[scaled]);
            l.op(Op::Div, &[whole, k])
        }
        _ => l.add(x, k),
    }
}

/// Words of `op` of the two-number blocks.
pub(super) const ZIPS: &[&str] = &[
    "add", "sub", "mul", "div", "min", "max", "mod", "pow", "step", "mix", "diff", "atan2", "hypot",
];

/// What the words of [`ZIPS`] mean, for details.
pub(super) const ZIP_TEXT: &str = "add, sub, mul; div a/b, 0 for b = 0; min, max; mod a − b·floor(a/b), 0 for b = 0; pow a^b; \
     step 1 for a ≥ b, else 0; mix a + (b − a)·k; diff |a − b|; atan2 the angle of the point \
     (x = b, y = a) in rad; hypot √(a² + b²).";

/// One of [`ZIPS`] of a and b.
pub(super) fn zip<R: Row>(l: &mut Lowering<'_>, op: usize, [a, b, k]: [R; 3]) -> R {
    match ZIPS.get(op).copied().unwrap_or("add") {
        "sub" => l.sub(a, b),
        "mul" => l.mul(a, b),
        "div" => l.op(Op::Div, &[a, b]),
        "min" => l.op(Op::Min, &[a, b]),
        "max" => l.op(Op::Max, &[a, b]),
        "mod" => l.op(Op::Mod, &[a, b]),
        "pow" => l.op(Op::Pow, &[a, b]),
        "step" => l.op(Op::Step, &[b, a]),
        "mix" => l.op(Op::Lerp, &[a, b, k]),
        "diff" => {
            let difference = l.sub(a, b);
            l.op(Op::Abs, &[difference])
        }
        "atan2" => l.op(Op::Atan2, &[a, b]),
        "hypot" => l.op(Op::Hypot, &[a, b]),
        _ => l.add(a, b),
    }
}

/// Words of `mode` of the colouring blocks.
pub(super) const MIXES: &[&str] = &["lerp", "hue"];

/// What the words of [`MIXES`] mean, for details.
pub(super) const MIX_TEXT: &str = "With u = clamp(value, 0, 1): lerp mixes each channel and alpha; hue mixes hue, saturation, \
     lightness and alpha, the hue along the shorter arc (a difference of exactly 180° goes up; a grey \
     takes the hue of the other colour).";

/// A colour between two.
pub(super) fn colorize<R: Row>(l: &mut Lowering<'_>, mode: usize, [value, a, b]: [R; 3]) -> R {
    let u = l.unit(value);
    match mode {
        0 => l.op(Op::Lerp, &[a, b, u]),
        _ => l.op(Op::HueMix, &[a, b, u]),
    }
}

/// The colour of a hue, a saturation, a lightness and an alpha that is clamped to 0…1.
pub(super) fn from_hsl<R: Row>(l: &mut Lowering<'_>, [h, s, lightness, a]: [R; 4]) -> R {
    let alpha = l.unit(a);
    l.op(Op::HslToRgb, &[h, s, lightness, alpha])
}

/// The inputs of the colour cycles.
pub(super) const BASE: Input = Input::color(
    "base",
    "#3B82F6",
    "colour whose hue and alpha are the start",
);
/// The inputs of the colour cycles.
pub(super) const HUE_SPAN: Input = Input::number("hueSpan", 180.0, "hue travelled in one turn")
    .range(0.0, 360.0)
    .unit("deg");
/// The inputs of the colour cycles.
pub(super) const SAT: Input = Input::number("sat", 0.8, "saturation").range(0.0, 1.0);
/// The inputs of the colour cycles.
pub(super) const LIGHT: Input = Input::number("light", 0.5, "lightness").range(0.0, 1.0);

/// What the colour cycles compute, for details.
pub(super) const CYCLE_TEXT: &str = "hsl(hue(base) + phase·hueSpan, sat, light) with the alpha of base. Saturation and lightness of \
     base are not used.";

/// The colour of a phase; the others are hue and alpha of the base, span, saturation, lightness.
pub(super) fn cycle_color<R: Row>(
    l: &mut Lowering<'_>,
    phase: R,
    [hue, alpha, span, sat, light]: [R; 5],
) -> R {
    let travelled = l.mul(phase, span);
    let h = l.add(hue, travelled);
    l.op(Op::HslToRgb, &[h, sat, light, alpha])
}

/// Lane `at` of a vector or colour.
pub(super) fn lane<R: Row>(l: &mut Lowering<'_>, of: R, at: u32) -> R {
    l.op_imm(Op::Lane, at, &[of])
}
