//! Clocks of the benchmarks, and how much is to be measured.

#![allow(dead_code, reason = "each benchmark uses some")]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Whether everything is to be small: to see that it runs, not how fast.
pub(crate) fn is_quick() -> bool {
    static QUICK: OnceLock<bool> = OnceLock::new();
    *QUICK.get_or_init(|| std::env::args().any(|argument| argument == "--quick"))
}

/// So many rounds, or one.
pub(crate) fn rounds(usual: usize) -> usize {
    if is_quick() { 1 } else { usual }
}

/// Since the first call.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn wall() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// How long a piece of work takes: time that this thread had a core, for on a shared machine the clock on
/// the wall also counts others. That time goes in steps of some ms, so what is short is taken by the wall:
/// in the best of many rounds nobody came between.
pub(crate) fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    const SHORT: Duration = Duration::from_millis(20);
    let begun = (wall(), on_core());
    let result = work();
    let (wall, core) = (wall() - begun.0, on_core().saturating_sub(begun.1));
    (if wall < SHORT { wall } else { core }, result)
}

/// Time that this thread had a core; where that is not told, by the wall.
pub(crate) fn on_core() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let on_core = stat.split_whitespace().next().and_then(|n| n.parse().ok());
    on_core.map_or_else(wall, Duration::from_nanos)
}
