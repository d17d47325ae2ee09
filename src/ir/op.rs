//! The opcodes. (Signatures first; the table and the formulas land next.)

use crate::types::Domain;
use serde::{Deserialize, Serialize};

/// A pure opcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[rustfmt::skip]
#[allow(missing_docs)]
pub enum Op {
    Add, Sub, Mul, Div, Mod, Pow, Neg,
    Sin, Cos, Tan, Asin, Acos, Atan, Atan2, Tanh, Sinh, Cosh,
    Abs, Floor, Ceil, Round, Fract, Sign, Trunc, Sqrt, Cbrt, Hypot,
    Min, Max, Clamp, Lerp, Step, Smoothstep, Select,
    Exp, Ln, Exp2, Log2, Log10, FiniteOr,
    Eq, Ne, Lt, Le, Gt, Ge, And, Or, Not,
    BitAnd, BitOr, BitXor, BitNot, Shl, Sar, Shr,
    DivIeee, Rem, Wave,
    Scale, Vec2Make, Vec3Make, Vec4Make, Lane, Cross, Dot, Length, Normalize, Rotate, Angle,
    RotateAbout, Swirl, Jitter,
    ColorMake, HslToRgb, RgbToHsl, ShiftHue, Luma, Saturate, Contrast, HueMix, WithAlpha, MulAlpha,
    Noise2, PathPoint, PathMove, PathMorph,
    ScaleBias, Bias, Ease, QuantizeStep, ClampRange, RemapRange, Cast,
    QuantizeN, Softclip, Deadzone, PingPong, PhaseWindow, Warp, PerElementOffset,
}

/// Why operands do not fit an opcode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OpError(pub String);

impl OpError {
    /// Operands of different widths or domains.
    pub fn mixed(op: Op) -> Self {
        Self(format!("operands of `{op:?}` differ in width or domain"))
    }
}

/// What the counted opcodes met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Divisions (and remainders) by zero.
    pub div_zero: u64,
}

impl Op {
    /// Whether [`eval`] can compute it: false for opcodes on paths.
    pub fn is_numeric(self) -> bool {
        !matches!(self, Self::PathPoint | Self::PathMove | Self::PathMorph)
    }

    /// Domain of the result.
    ///
    /// # Errors
    /// If the operands do not fit.
    pub fn result(self, _imm: u32, args: &[Domain]) -> Result<Domain, OpError> {
        args.first().copied().ok_or_else(|| OpError::mixed(self))
    }
}

/// The one meaning of each numeric opcode.
pub fn eval<R>(_op: Op, _imm: u32, _args: &[&[R]], _out: &mut [R], _counts: &mut Counts) {}
