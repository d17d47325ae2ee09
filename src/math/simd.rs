//! Wider vector instructions where the processor has them, with the same bits.
//!
//! 1. A [`Task`] is a loop over columns. It is compiled twice: for what every processor of the target has
//!    (128 bits on x86-64), and on x86-64 also for AVX2 (256 bits). [`run`] takes the wider one where the
//!    processor has it.
//! 2. Both do the same operations in the same order; only how many lanes one instruction works on differs.
//!    Formulas are made of operations that IEEE 754 defines exactly, and a vector instruction rounds each
//!    lane as the scalar one does. FMA is not turned on, and the compiler never fuses by itself.
//! 3. The compiler can only widen what is inlined into the loop: tasks and the formulas below them are
//!    `#[inline(always)]`.
//! 4. This file has the only `unsafe` of the crate, the call in [`run`].
#![allow(
    unsafe_code,
    reason = "a call of code for AVX2, where the processor has it"
)]

/// Which instructions a task may use. The bits are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Width {
    /// What every processor of the target has.
    Baseline,
    /// The widest that this processor has.
    #[default]
    Widest,
}

/// A loop that is worth wider instructions. Implementations of [`Task::run`] are `#[inline(always)]`.
pub trait Task {
    /// What it gives.
    type Output;

    /// Does it.
    fn run(self) -> Self::Output;
}

/// Does a task.
#[inline]
pub fn run<T: Task>(width: Width, task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    if width == Width::Widest && std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: `avx2` is unsafe to call only on processors without AVX2, and this one has it.
        return unsafe { avx2(task) };
    }
    let _ = width;
    task.run()
}

/// A task compiled for AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<T: Task>(task: T) -> T::Output {
    task.run()
}
