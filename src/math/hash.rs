//! Randomness without state: hashes of ids, seeds and positions.
//!
//! A value is a function of its key text and the program's seed and of nothing else. All results
//! are `f64` in [0, 1] (where not said otherwise, below 1); a field rounds them to its lanes once.

use super::real::{Real, wrap_u32};

/// h = 31·h + c over the UTF-16 units of `text`, divided by 2³² − 1: in [0, 1], both ends included.
pub fn stable_hash(text: &str) -> f64 {
    let hash = text.encode_utf16().fold(0u32, |h, unit| {
        h.wrapping_mul(31).wrapping_add(u32::from(unit))
    });
    f64::from(hash) / 4_294_967_295.0
}

/// A multiply-xorshift hash of the UTF-16 units of `id`, started at `seed`.
///
/// The last step loses low bits, so results are coarse; that is part of the function.
pub fn hash01(id: &str, seed: f64) -> f64 {
    let mut h = seed;
    for unit in id.encode_utf16() {
        let shifted = (wrap_u32(h) << 5) as i32;
        let sum = f64::from(shifted) - h + f64::from(unit);
        let mut bits = wrap_u32(sum).wrapping_mul(0x5BD1_E995);
        bits ^= bits >> 15;
        h = f64::from(bits as i32);
    }
    let x = (h * 12.9898 + 78.233) * 43758.5453;
    x - Real::floor(x)
}

/// White noise at (x, y): frac(sin(12.9898 x + 78.233 y + 43758.5453 seed)·43758.5453).
#[inline(always)]
pub fn noise2<R: Real>(x: R, y: R, seed: R) -> R {
    let k = R::from_f64(43758.5453);
    let angle = x * R::from_f64(12.9898) + y * R::from_f64(78.233) + seed * k;
    (angle.sin() * k).fract()
}

/// 32-bit FNV-1a over the UTF-8 bytes.
pub fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |h, byte| {
        (h ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The 32-bit finaliser of MurmurHash3.
pub fn fmix32(mut h: u32) -> u32 {
    h ^= h >> 16;
    h = h.wrapping_mul(0x85EB_CA6B);
    h ^= h >> 13;
    h = h.wrapping_mul(0xC2B2_AE35);
    h ^ h >> 16
}

/// How far `program_seed` moves the value with this key, in [0, 1):
/// fmix(fnv(key) XOR fmix(seed)) / 2³². Seed 0 is not treated apart; see [`seeded`].
pub fn seed_offset(program_seed: u32, key: &str) -> f64 {
    f64::from(fmix32(fnv1a(key) ^ fmix32(program_seed))) / 4_294_967_296.0
}

/// `u` as the program's seed sees it: itself for seed 0, else moved round the unit interval.
pub fn seeded(u: f64, program_seed: u32, key: &str) -> f64 {
    if program_seed == 0 {
        u
    } else {
        (u + seed_offset(program_seed, key)).fract()
    }
}

/// The hash of the lens `perElementOffset`: of element `index` and the lens's own `seed` (floored,
/// modulo 2³²), moved by the program's seed with the key `<index>-<seed>`. In [0, 1].
pub fn element_hash(index: u32, seed: f64, program_seed: u32) -> f64 {
    let seed = wrap_u32(Real::floor(seed));
    let mut h = seed ^ index;
    h = (h ^ h >> 16).wrapping_mul(2_246_822_507);
    h = (h ^ h >> 13).wrapping_mul(3_266_489_909);
    let u = f64::from(h ^ h >> 16) / 4_294_967_295.0;
    if program_seed == 0 {
        return u;
    }
    seeded(u, program_seed, &format!("{index}-{seed}"))
}
