//! What names mean: variables, constants, functions.

use super::Variable;
use crate::ir::Op;
use std::f64::consts;

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// An opcode on that many numbers.
    Op(Op, usize),
    /// An opcode on one or more numbers, from the left.
    Fold(Op),
    /// hsl, hsla.
    Hsl {
        /// Whether alpha is given.
        alpha: bool,
    },
    /// rgb, rgba.
    Rgb {
        /// Whether alpha is given.
        alpha: bool,
    },
}

/// Variables.
pub(super) const VARIABLES: &[(&str, Variable)] = &[
    ("i", Variable::Index),
    ("n", Variable::Count),
    ("u", Variable::Fraction),
    ("t", Variable::Time),
    ("signal", Variable::Signal),
];

/// Constants without `Math.`.
const PLAIN: &[(&str, f64)] = &[
    ("PI", consts::PI),
    ("TAU", consts::TAU),
    ("E", consts::E),
    ("Infinity", f64::INFINITY),
    ("NaN", f64::NAN),
];

/// Constants with `Math.`.
const MATH: &[(&str, f64)] = &[
    ("Math.PI", consts::PI),
    ("Math.E", consts::E),
    ("Math.SQRT2", consts::SQRT_2),
    ("Math.SQRT1_2", consts::FRAC_1_SQRT_2),
    ("Math.LN2", consts::LN_2),
    ("Math.LN10", consts::LN_10),
    ("Math.LOG2E", consts::LOG2_E),
    ("Math.LOG10E", consts::LOG10_E),
];

/// Functions, with or without `Math.`.
const EITHER: &[(&str, Function)] = &[
    ("abs", Function::Op(Op::Abs, 1)),
    ("sign", Function::Op(Op::Sign, 1)),
    ("floor", Function::Op(Op::Floor, 1)),
    ("ceil", Function::Op(Op::Ceil, 1)),
    ("round", Function::Op(Op::Round, 1)),
    ("trunc", Function::Op(Op::Trunc, 1)),
    ("sqrt", Function::Op(Op::Sqrt, 1)),
    ("cbrt", Function::Op(Op::Cbrt, 1)),
    ("exp", Function::Op(Op::Exp, 1)),
    ("log", Function::Op(Op::Ln, 1)),
    ("log2", Function::Op(Op::Log2, 1)),
    ("log10", Function::Op(Op::Log10, 1)),
    ("sin", Function::Op(Op::Sin, 1)),
    ("cos", Function::Op(Op::Cos, 1)),
    ("tan", Function::Op(Op::Tan, 1)),
    ("asin", Function::Op(Op::Asin, 1)),
    ("acos", Function::Op(Op::Acos, 1)),
    ("atan", Function::Op(Op::Atan, 1)),
    ("sinh", Function::Op(Op::Sinh, 1)),
    ("cosh", Function::Op(Op::Cosh, 1)),
    ("tanh", Function::Op(Op::Tanh, 1)),
    ("atan2", Function::Op(Op::Atan2, 2)),
    ("pow", Function::Op(Op::Pow, 2)),
    ("hypot", Function::Op(Op::Hypot, 2)),
    ("min", Function::Fold(Op::Min)),
    ("max", Function::Fold(Op::Max)),
];

/// Functions without `Math.`.
const ONLY_PLAIN: &[(&str, Function)] = &[
    ("fract", Function::Op(Op::Fract, 1)),
    ("clamp", Function::Op(Op::Clamp, 3)),
    ("mix", Function::Op(Op::Lerp, 3)),
    ("step", Function::Op(Op::Step, 2)),
    ("smoothstep", Function::Op(Op::Smoothstep, 3)),
    ("mod", Function::Op(Op::Mod, 2)),
    ("hsl", Function::Hsl { alpha: false }),
    ("hsla", Function::Hsl { alpha: true }),
    ("rgb", Function::Rgb { alpha: false }),
    ("rgba", Function::Rgb { alpha: true }),
];

/// The variable of a name.
pub(super) fn variable(name: &str) -> Option<Variable> {
    find(VARIABLES, name)
}

/// The constant of a name.
pub(super) fn constant(name: &str) -> Option<f64> {
    find(PLAIN, name).or_else(|| find(MATH, name))
}

/// The function of a name.
pub(super) fn function(name: &str) -> Option<Function> {
    let plain = name.strip_prefix("Math.").unwrap_or(name);
    find(EITHER, plain).or_else(|| find(ONLY_PLAIN, name))
}

/// Whether the name is a function without `Math.` only.
pub(super) fn is_plain_only(name: &str) -> bool {
    find(ONLY_PLAIN, name).is_some()
}

/// Names that stand for a value.
pub(super) fn values() -> impl Iterator<Item = &'static str> {
    let variables = VARIABLES.iter().map(|(name, _)| *name);
    let words = ["true", "false"].into_iter();
    variables
        .chain(words)
        .chain(PLAIN.iter().chain(MATH).map(|(name, _)| *name))
}

/// Names of functions.
pub(super) fn functions() -> impl Iterator<Item = &'static str> {
    EITHER.iter().chain(ONLY_PLAIN).map(|(name, _)| *name)
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
}
