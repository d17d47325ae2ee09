//! Two pictures side by side: what differs, by how much, and whether a stated rule lets it pass.
//!
//! In: decoded [`Picture`]s, from this program or made elsewhere. Out: a [`Verdict`] with counts that
//! are always there, also on a pass, and a [`Mark`] for each pixel to paint the difference with. What
//! holds: pixels are compared decoded, never the bytes of files; [`Rule::Exact`] lets nothing through;
//! SSIM is told, and never decides.
//!
//! ```
//! use oscilla::compare::{Depth, Picture, Rule, compare};
//!
//! let a = Picture::new(1, 1, Depth::Eight, vec![10, 20, 30, 255])?;
//! let b = Picture::new(1, 1, Depth::Eight, vec![10, 21, 30, 255])?;
//! let verdict = compare(&a, &b, &Rule::Exact);
//! assert!(!verdict.passed());
//! assert_eq!((verdict.measure.differing, verdict.measure.greatest), (1, 1));
//! assert!(compare(&a, &b, &"levels=1".parse()?).passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Read in this order: [`picture`](self::Picture), `measure`, `rule`, `tolerance`, `perceptual`, `ssim`,
//! `marks`; then [`golden`], for pictures that were recorded.

pub mod golden;
mod marks;
mod measure;
mod perceptual;
mod picture;
mod rule;
mod ssim;
mod tolerance;

pub use marks::Mark;
pub use measure::{Bounds, Measure};
pub use perceptual::Perceptual;
pub use picture::{Depth, Picture, PictureError};
pub use rule::{Rule, RuleError, Verdict, compare};
pub use tolerance::{Amount, Tolerance};
#[cfg(test)]
mod tests;
