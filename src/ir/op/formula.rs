//! The formulas: one match from opcode to function, for any precision and any way of looping.
//!
//! [`dispatch`](fn@dispatch) does not compute; it calls [`Lanes::run`] with the opcode's formula as
//! a function of I numbers to O numbers, known at compile time. One value is a `Lanes` that calls it
//! once ([`super::eval`]); a field kernel is one that calls it in a loop over columns, and LLVM
//! makes one tight loop per opcode of it:
//!
//! ```
//! use oscilla::ir::op::{Lanes, Op, dispatch};
//!
//! /// Columns of the operands' lanes, and of the result's.
//! struct Columns<'a> {
//!     inputs: Vec<&'a [f32]>,
//!     outputs: Vec<Vec<f32>>,
//! }
//!
//! impl Lanes<f32> for Columns<'_> {
//!     fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([f32; I]) -> [f32; O]) {
//!         for row in 0..self.inputs[0].len() {
//!             let y = f(std::array::from_fn(|lane| self.inputs[lane][row]));
//!             for lane in 0..O {
//!                 self.outputs[lane][row] = y[lane];
//!             }
//!         }
//!     }
//! }
//!
//! let (x, y, angle) = ([1.0, 0.0], [0.0, 2.0], [0.0, 0.0]);
//! let inputs = vec![&x[..], &y[..], &angle[..]];
//! let mut columns = Columns { inputs, outputs: vec![vec![0.0; 2]; 2] };
//! dispatch(Op::Rotate, 0, 2, &mut columns);
//! assert_eq!(columns.outputs, [[1.0, 0.0], [0.0, 2.0]]);
//! ```

use super::Op;
use crate::math::{Ease, Real, Wave, color, hash, lens, vec, wrap_u32};

/// Someone who runs one formula: once, or for each row.
pub trait Lanes<R> {
    /// `f` is the formula of one opcode.
    ///
    /// If the opcode is lane-wise, `f` maps the operands' numbers of one lane to that lane of the
    /// result (O = 1) and is meant for each lane in turn. Otherwise it maps the lanes of all
    /// operands, end to end, to the lanes of the result.
    fn run<const I: usize, const O: usize>(&mut self, f: impl Fn([R; I]) -> [R; O]);
}

/// `x + range·hash`: the opcode `perElementOffset`, with
/// [`hash::element_hash`] of the element (0 on signals), the third operand and the program's seed,
/// rounded to the width of the row.
#[inline(always)]
pub fn per_element_offset<R: Real>(x: R, range: R, hash: R) -> R {
    x + range * hash
}

/// A bit operation on the low 32 bits; the result is read as signed.
#[inline(always)]
fn bits<R: Real>(x: R, a: R, f: impl Fn(u32, u32) -> u32) -> R {
    R::from_f64(f64::from(
        f(wrap_u32(x.to_f64()), wrap_u32(a.to_f64())) as i32
    ))
}

/// Hands the formula of `op` to `lanes`. `width` is the number of lanes of the first operand, for
/// the opcodes that take vectors of any size.
///
/// Opcodes on paths have no formula on numbers: nothing is run. `perElementOffset` is run with the
/// element's hash in place of its seed; see [`per_element_offset`]. An immediate out of range gives
/// the first that there is.
#[inline(always)]
pub fn dispatch<R: Real>(op: Op, imm: u32, width: usize, lanes: &mut impl Lanes<R>) {
    let yes = R::from_bool;
    match op {
        Op::Add => lanes.run(|[x, a]| [x + a]),
        Op::Sub => lanes.run(|[x, a]| [x - a]),
        Op::Mul | Op::Scale => lanes.run(|[x, a]| [x * a]),
        Op::Div => lanes.run(|[x, a]| [x.div0(a)]),
        Op::Mod => lanes.run(|[x, a]| [x.modulo(a)]),
        Op::Pow => lanes.run(|[x, a]| [x.pow(a)]),
        Op::Neg => lanes.run(|[x]: [R; 1]| [-x]),

        Op::Sin => lanes.run(|[x]: [R; 1]| [x.sin()]),
        Op::Cos => lanes.run(|[x]: [R; 1]| [x.cos()]),
        Op::Tan => lanes.run(|[x]: [R; 1]| [x.tan()]),
        Op::Asin => lanes.run(|[x]: [R; 1]| [x.asin()]),
        Op::Acos => lanes.run(|[x]: [R; 1]| [x.acos()]),
        Op::Atan => lanes.run(|[x]: [R; 1]| [x.atan()]),
        Op::Atan2 => lanes.run(|[y, x]| [y.atan2(x)]),
        Op::Tanh => lanes.run(|[x]: [R; 1]| [x.tanh()]),
        Op::Sinh => lanes.run(|[x]: [R; 1]| [x.sinh()]),
        Op::Cosh => lanes.run(|[x]: [R; 1]| [x.cosh()]),

        Op::Abs => lanes.run(|[x]: [R; 1]| [x.abs()]),
        Op::Floor => lanes.run(|[x]: [R; 1]| [x.floor()]),
        Op::Ceil => lanes.run(|[x]: [R; 1]| [x.ceil()]),
        Op::Round => lanes.run(|[x]: [R; 1]| [x.round()]),
        Op::Fract => lanes.run(|[x]: [R; 1]| [x.fract()]),
        Op::Sign => lanes.run(|[x]: [R; 1]| [x.sign()]),
        Op::Trunc => lanes.run(|[x]: [R; 1]| [x.trunc()]),
        Op::Sqrt => lanes.run(|[x]: [R; 1]| [x.sqrt()]),
        Op::Cbrt => lanes.run(|[x]: [R; 1]| [x.cbrt()]),
        Op::Hypot => lanes.run(|[x, a]| [x.hypot(a)]),

        Op::Min => lanes.run(|[x, a]| [x.min(a)]),
        Op::Max => lanes.run(|[x, a]| [x.max(a)]),
        Op::Clamp => lanes.run(|[x, a, b]| [x.clamp(a, b)]),
        Op::Lerp => lanes.run(|[x, a, b]| [x.mix(a, b)]),
        Op::Step => lanes.run(|[edge, x]| [lens::step(edge, x)]),
        Op::Smoothstep => lanes.run(|[a, b, x]| [lens::smoothstep(a, b, x)]),
        Op::Select => lanes.run(|[c, a, b]: [R; 3]| [if c.truth() { a } else { b }]),

        Op::Exp => lanes.run(|[x]: [R; 1]| [x.exp()]),
        Op::Ln => lanes.run(|[x]: [R; 1]| [x.ln()]),
        Op::Exp2 => lanes.run(|[x]: [R; 1]| [x.exp2()]),
        Op::Log2 => lanes.run(|[x]: [R; 1]| [x.log2()]),
        Op::Log10 => lanes.run(|[x]: [R; 1]| [x.log10()]),
        Op::FiniteOr => lanes.run(|[x, a]: [R; 2]| [if x.finite() { x } else { a }]),

        Op::Eq => lanes.run(|[x, a]| [yes(x == a)]),
        Op::Ne => lanes.run(|[x, a]| [yes(x != a)]),
        Op::Lt => lanes.run(|[x, a]| [yes(x < a)]),
        Op::Le => lanes.run(|[x, a]| [yes(x <= a)]),
        Op::Gt => lanes.run(|[x, a]| [yes(x > a)]),
        Op::Ge => lanes.run(|[x, a]| [yes(x >= a)]),
        Op::And => lanes.run(|[x, a]| [yes(x.truth() & a.truth())]),
        Op::Or => lanes.run(|[x, a]| [yes(x.truth() | a.truth())]),
        Op::Not => lanes.run(|[x]| [yes(!x.truth())]),

        Op::BitAnd => lanes.run(|[x, a]| [bits(x, a, |x, a| x & a)]),
        Op::BitOr => lanes.run(|[x, a]| [bits(x, a, |x, a| x | a)]),
        Op::BitXor => lanes.run(|[x, a]| [bits(x, a, |x, a| x ^ a)]),
        Op::BitNot => lanes.run(|[x]| [bits(x, x, |x, _| !x)]),
        Op::Shl => lanes.run(|[x, a]| [bits(x, a, |x, a| x << (a & 31))]),
        Op::Sar => lanes.run(|[x, a]| [bits(x, a, |x, a| (x as i32 >> (a & 31)) as u32)]),
        Op::Shr => lanes.run(|[x, a]: [R; 2]| {
            let shifted = wrap_u32(x.to_f64()) >> (wrap_u32(a.to_f64()) & 31);
            [R::from_f64(f64::from(shifted))]
        }),
        Op::DivIeee => lanes.run(|[x, a]| [x / a]),
        Op::Rem => lanes.run(|[x, a]| [x.rem(a)]),

        Op::Wave => wave(imm, lanes),
        Op::Vec2Make => lanes.run(|v: [R; 2]| v),
        Op::Vec3Make => lanes.run(|v: [R; 3]| v),
        Op::Vec4Make | Op::ColorMake => lanes.run(|v: [R; 4]| v),
        Op::Lane => match (width, imm) {
            (2, 1) => lanes.run(|v: [R; 2]| [v[1]]),
            (2, _) => lanes.run(|v: [R; 2]| [v[0]]),
            (3, 1) => lanes.run(|v: [R; 3]| [v[1]]),
            (3, 2) => lanes.run(|v: [R; 3]| [v[2]]),
            (3, _) => lanes.run(|v: [R; 3]| [v[0]]),
            (_, 1) => lanes.run(|v: [R; 4]| [v[1]]),
            (_, 2) => lanes.run(|v: [R; 4]| [v[2]]),
            (_, 3) => lanes.run(|v: [R; 4]| [v[3]]),
            _ => lanes.run(|v: [R; 4]| [v[0]]),
        },
        Op::Cross => lanes.run(|[a, b, c, d, e, f]| vec::cross([a, b, c], [d, e, f])),
        Op::Dot => match width {
            2 => lanes.run(|[a, b, p, q]| [vec::dot([a, b], [p, q])]),
            3 => lanes.run(|[a, b, c, p, q, r]| [vec::dot([a, b, c], [p, q, r])]),
            _ => lanes.run(|[a, b, c, d, p, q, r, s]| [vec::dot([a, b, c, d], [p, q, r, s])]),
        },
        Op::Length => match width {
            2 => lanes.run(|v: [R; 2]| [vec::length(v)]),
            3 => lanes.run(|v: [R; 3]| [vec::length(v)]),
            _ => lanes.run(|v: [R; 4]| [vec::length(v)]),
        },
        Op::Normalize => match width {
            2 => lanes.run(|v: [R; 2]| vec::normalize(v)),
            3 => lanes.run(|v: [R; 3]| vec::normalize(v)),
            _ => lanes.run(|v: [R; 4]| vec::normalize(v)),
        },
        Op::Rotate => lanes.run(|[x, y, a]| vec::rotate([x, y], a)),
        Op::Angle => lanes.run(|[x, y]| [y.atan2(x)]),
        Op::RotateAbout => lanes.run(|[x, y, cx, cy, a]| vec::rotate_about([x, y], [cx, cy], a)),
        Op::Swirl => lanes.run(|[x, y, k, cx, cy, r]| vec::swirl([x, y], k, [cx, cy], r)),
        Op::Jitter => lanes.run(|[r, p, a, f]| vec::jitter(r, p, a, f)),

        Op::HslToRgb => lanes.run(|[h, s, l, a]| {
            let [r, g, b] = color::hsl_to_rgb(h, s, l);
            [r, g, b, a]
        }),
        Op::RgbToHsl => lanes.run(|[r, g, b, a]| {
            let [h, s, l] = color::rgb_to_hsl([r, g, b]);
            [h, s, l, a]
        }),
        Op::ShiftHue => lanes.run(|[r, g, b, a, k]| color::shift_hue([r, g, b, a], k)),
        Op::Luma => lanes.run(|c| [color::luma(c)]),
        Op::Saturate => lanes.run(|[r, g, b, a, k]| color::saturate([r, g, b, a], k)),
        Op::Contrast => lanes.run(|[r, g, b, a, k]| color::contrast([r, g, b, a], k)),
        Op::HueMix => {
            lanes.run(|[r, g, b, a, p, q, s, t, k]| color::mix_hue([r, g, b, a], [p, q, s, t], k))
        }
        Op::WithAlpha => lanes.run(|[r, g, b, _, k]| [r, g, b, k]),
        Op::MulAlpha => lanes.run(|[r, g, b, a, k]: [R; 5]| [r, g, b, a * k.clamp01()]),

        Op::Noise2 => lanes.run(|[x, y, seed]| [hash::noise2(x, y, seed)]),
        Op::PathPoint | Op::PathMove | Op::PathMorph => {}

        Op::ScaleBias => lanes.run(|[x, a, b]| [x * a + b]),
        Op::Bias => lanes.run(|[x, a]| [x + a]),
        Op::Ease => ease(imm, lanes),
        Op::QuantizeStep => lanes.run(|[x, a]| [lens::quantize_step(x, a)]),
        Op::ClampRange => match imm {
            1 => lanes.run(|[x]: [R; 1]| [x.clamp(-R::ONE, R::ONE)]),
            _ => lanes.run(|[x]: [R; 1]| [x.clamp01()]),
        },
        Op::RemapRange => match imm {
            1 => lanes.run(|[x, a, b, c, d]| [lens::remap(x, [a, b], [c, d], true)]),
            _ => lanes.run(|[x, a, b, c, d]| [lens::remap(x, [a, b], [c, d], false)]),
        },
        Op::Cast => match imm {
            1 | 2 => lanes.run(|x: [R; 1]| x),
            3 => lanes.run(|[x]| [yes(x.truth())]),
            4 => lanes.run(|[x]: [R; 1]| {
                let grey = x.clamp01();
                [grey, grey, grey, R::ONE]
            }),
            5 => lanes.run(|[x, y]| [x, y, R::ZERO]),
            6 => lanes.run(|[x, y, _]: [R; 3]| [x, y]),
            _ => lanes.run(|[x]: [R; 1]| [x.fract()]),
        },
        Op::QuantizeN => match imm {
            1 => lanes.run(|[x, s]| [lens::quantize_n(x, s, R::floor)]),
            2 => lanes.run(|[x, s]| [lens::quantize_n(x, s, R::ceil)]),
            _ => lanes.run(|[x, s]| [lens::quantize_n(x, s, R::round)]),
        },
        Op::Softclip => match imm {
            1 => lanes.run(|[x, a]| [lens::softclip_sigmoid(x, a)]),
            _ => lanes.run(|[x, a]| [lens::softclip_tanh(x, a)]),
        },
        Op::Deadzone => lanes.run(|[x, w]| [lens::deadzone(x, w)]),
        Op::PingPong => lanes.run(|[x, on]| [lens::ping_pong(x, on)]),
        Op::PhaseWindow => lanes.run(|[x, a, b, s]| [lens::phase_window(x, a, b, s)]),
        Op::Warp => lanes.run(|[x, k]| [lens::warp(x, k)]),
        Op::PerElementOffset => lanes.run(|[x, range, hash]| [per_element_offset(x, range, hash)]),
    }
}

/// One loop per shape, so that the shape is not chosen again for each row.
fn wave<R: Real>(imm: u32, lanes: &mut impl Lanes<R>) {
    match imm {
        1 => lanes.run(|[p]| [Wave::Cosine.at(p)]),
        2 => lanes.run(|[p]| [Wave::Triangle.at(p)]),
        3 => lanes.run(|[p]| [Wave::Saw.at(p)]),
        4 => lanes.run(|[p]| [Wave::Square.at(p)]),
        _ => lanes.run(|[p]| [Wave::Sine.at(p)]),
    }
}

/// One loop per curve, as [`wave`].
fn ease<R: Real>(imm: u32, lanes: &mut impl Lanes<R>) {
    macro_rules! curves {
        ($($curve:ident)*) => {
            match Ease::ALL.get(imm as usize) {
                $(Some(Ease::$curve) => lanes.run(|[u]| [Ease::$curve.at(u)]),)*
                None => lanes.run(|[u]| [Ease::Linear.at(u)]),
            }
        };
    }
    curves! {
        Linear EaseInQuad EaseOutQuad EaseInOutQuad EaseInCubic EaseOutCubic EaseInOutCubic
        Smoothstep EaseInSine EaseOutSine EaseInOutSine EaseInExpo EaseOutExpo EaseInOutExpo
        EaseInElastic EaseOutElastic EaseInOutElastic EaseOutBounce EaseInBounce EaseInOutBounce
    }
}
