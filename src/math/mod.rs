//! The only door to floating-point functions: the same bits on every machine.
//!
//! Everything here is built from operations that IEEE 754 defines exactly (sum, difference,
//! product, quotient, square root, comparisons), in a written order and never fused, so results do
//! not depend on the processor, the instruction set, the optimisation level or the platform's
//! libm. [`Real`] is the arithmetic of `f32` lanes and `f64` signals; formulas are written once,
//! generic over it, without branches, so that a loop over lanes vectorises.
//!
//! A NaN is a NaN: its sign and payload mean nothing and differ between processors. What stores or
//! hashes floats passes them through [`Real::canonical`] first.
//!
//! Read next: [`real`] (the trait), [`single`] (the f32 kernels), [`color`], [`hash`], [`ease`].

#[cfg(test)]
mod accuracy;
pub mod affine;
pub mod color;
mod color_names;
mod color_text;
mod double;
pub mod ease;
pub mod hash;
pub mod lens;
mod number_text;
mod readable;
pub mod real;
pub mod simd;
pub mod single;
pub mod vec;
pub mod wave;

pub use color_text::{color_text, parse_color};
pub use ease::Ease;
pub use number_text::number_text;
pub use readable::{READABLE, readable};
pub use real::{Real, wrap_u32};
pub use wave::Wave;
