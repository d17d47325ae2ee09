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
/// The last step loses low bits, so results are coarse; that is part of the function. Ids of elements
/// are never empty; of an empty one the seed itself is scaled, which overflows beyond 10³⁰².
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GRID: [&str; 4] = ["row-0-col-0", "row-0-col-1", "row-1-col-0", "row-1-col-1"];
    const PLAIN: [&str; 4] = ["0", "1", "2", "3"];

    #[test]
    fn stable_hashes() {
        let of = |ids: [&str; 4], salt: u32| ids.map(|id| stable_hash(&format!("{id}-{salt}")));
        assert_eq!(
            of(PLAIN, 0),
            [
                0.000011075986551837061,
                0.000011299736800440526,
                0.00001152348704904399,
                0.000011747237297647455
            ]
        );
        assert_eq!(
            of(PLAIN, 42),
            [
                0.0003433960956389541,
                0.0003503323533456615,
                0.0003572686110523689,
                0.0003642048687590763
            ]
        );
        assert_eq!(
            of(GRID, 0),
            [
                0.9823488721117258,
                0.9823490958619744,
                0.5615180860183943,
                0.5615183097686428
            ]
        );
        assert_eq!(
            of(GRID, 42),
            [
                0.45281506899111323,
                0.45282200524881994,
                0.4070607031246323,
                0.407067639382339
            ]
        );
        // One unit per UTF-16 code unit: a surrogate pair counts as two.
        assert_eq!(
            stable_hash("😀"),
            f64::from(0xD83Du32 * 31 + 0xDE00) / 4_294_967_295.0
        );
        assert_eq!(stable_hash(""), 0.0);
    }

    #[test]
    fn hashes_of_ids() {
        assert_eq!(
            PLAIN.map(|id| hash01(id, 0.0)),
            [0.4375, 0.5, 0.46875, 0.625]
        );
        assert_eq!(PLAIN.map(|id| hash01(id, 42.0)), [0.8125, 0.5, 0.25, 0.25]);
        assert_eq!(
            GRID.map(|id| hash01(id, 0.0)),
            [0.75, 0.2421875, 0.8125, 0.625]
        );
        assert_eq!(
            GRID.map(|id| hash01(id, 42.0)),
            [0.1875, 0.3125, 0.09375, 0.125]
        );
    }

    #[test]
    fn mixers_and_seed_offsets() {
        assert_eq!((fmix32(1), fmix32(42)), (1_364_076_727, 142_593_372));
        assert_eq!(
            (fnv1a("0-0"), fnv1a("row-0-col-0-42")),
            (1_468_200_994, 1_588_338_505)
        );
        assert_eq!(seed_offset(1, "0-0"), 0.5830115920398384);
        assert_eq!(seed_offset(1, "1-0"), 0.9140221423003823);
        assert_eq!(seed_offset(42, "0-0"), 0.8737804084084928);
        assert_eq!(seed_offset(42, "1-0"), 0.6858825450763106);
    }

    #[test]
    fn program_seeds_move_hashes() {
        let key = |id: &str| format!("{id}-0");
        assert_eq!(
            PLAIN.map(|id| seeded(stable_hash(&key(id)), 1, &key(id))),
            [
                0.5830226680263902,
                0.9140334420371827,
                0.03120738151483506,
                0.5631144915241776
            ]
        );
        assert_eq!(
            PLAIN.map(|id| seeded(hash01(id, 0.0), 42, &key(id))),
            [
                0.3112804084084928,
                0.18588254507631063,
                0.2163982163183391,
                0.375735743669793
            ]
        );
        assert_eq!(seeded(1.0, 0, "x"), 1.0);
    }

    #[test]
    fn noise_of_the_flow_field() {
        // The origins of three elements of a flow field, from the published check values.
        let want = [
            [-7.00183535163359, 0.054631474389480336],
            [19.085998812174008, -35.28639003310054],
            [154.1984617767251, -56.4329285304027],
        ];
        for (i, want) in want.iter().enumerate() {
            let (x, y) = (i as f64 * 50.0 * 0.01, 0.0);
            let angle = std::f64::consts::TAU * noise2(x, y, 42.0);
            let size = noise2(x + 100.0, y + 100.0, 1042.0) * 100.0;
            let at = [
                i as f64 * 50.0 + Real::cos(angle) * size,
                Real::sin(angle) * size,
            ];
            assert!(
                (at[0] - want[0]).abs() < 1e-6 && (at[1] - want[1]).abs() < 1e-6,
                "{at:?}"
            );
        }
    }

    #[test]
    fn element_hashes() {
        // 0 is a fixed point of the mixer; seeds are floored and wrap.
        assert_eq!(element_hash(0, 0.0, 0), 0.0);
        assert_eq!(element_hash(3, 5.0, 0), element_hash(6, 0.9, 0));
        assert_eq!(
            element_hash(3, -1.0, 7),
            element_hash(3, 4_294_967_295.0, 7)
        );
        assert_eq!(element_hash(0, 0.0, 9), seed_offset(9, "0-0"));
        // (1·2246822507 mixed): by hand from the formula.
        let h = 2_246_822_507u32;
        let h = (h ^ h >> 13).wrapping_mul(3_266_489_909);
        assert_eq!(
            element_hash(1, 0.0, 0),
            f64::from(h ^ h >> 16) / 4_294_967_295.0
        );
    }

    proptest! {
        #[test]
        fn seeded_values_stay_below_one(text in "\\PC{1,12}", seed in 1u32.., salt in any::<f64>()) {
            for u in [stable_hash(&text), hash01(&text, salt)] {
                let v = seeded(u, seed, &text);
                prop_assert!(salt.is_nan() || (0.0..1.0).contains(&v), "{u} {v}");
            }
        }
    }
}
