//! How far the f32 kernels are from f64, over all magnitudes, and what they give at the edges.

use super::Real;

/// Every `STRIDE`th bit pattern of f32 is tried: prime, so that no mantissa bit is left out.
const STRIDE: usize = 1009;

/// Size of the last place of an f32 near `y`.
fn ulp(y: f64) -> f64 {
    let bits = (y.abs() as f32).to_bits() >> 23;
    let exponent = bits.clamp(1, 254) as i32 - 127 - 23;
    libm::scalbn(1.0, exponent)
}

/// Largest error in ulp over the arguments that `range` lets through, and where.
fn worst(
    f: impl Fn(f32) -> f32,
    exact: impl Fn(f64) -> f64,
    range: impl Fn(f32) -> bool,
) -> (f64, f32) {
    let mut worst = (0.0, 0.0);
    for bits in (0..=u32::MAX).step_by(STRIDE) {
        let x = f32::from_bits(bits);
        if x.nan() || !range(x) {
            continue;
        }
        let (y, want) = (f(x), exact(f64::from(x)));
        if f64::from(want as f32) == f64::from(y) {
            continue;
        }
        let error = (f64::from(y) - want).abs() / ulp(want);
        assert!(!error.nan(), "{x:e}: {y} for {want}");
        if error > worst.0 {
            worst = (error, x);
        }
    }
    worst
}

macro_rules! within {
    ($($test:ident: $kernel:ident, $exact:expr, $range:expr, $ulp:expr;)*) => {
        $(#[test]
        fn $test() {
            let (error, x) = worst(<f32 as Real>::$kernel, $exact, $range);
            println!("{}: {error} ulp at {x:e}", stringify!($test));
            assert!(error <= $ulp, "{error} ulp at {x:e}");
        })*
    };
}

within! {
    sin_is_accurate: sin, libm::sin, |x| x.abs() <= 1e8, 1.6;
    cos_is_accurate: cos, libm::cos, |x| x.abs() <= 1e8, 1.6;
    sin_turns_is_accurate: sin_turns, Real::sin_turns, |x| x.finite(), 1.7;
    cos_turns_is_accurate: cos_turns, Real::cos_turns, |x| x.finite(), 1.8;
    tanh_is_accurate: tanh, libm::tanh, |_| true, 1.4;
    exp_is_accurate: exp, libm::exp, |_| true, 1.0;
    exp2_is_accurate: exp2, libm::exp2, |_| true, 1.2;
    ln_is_accurate: ln, libm::log, |x| x >= 0.0, 0.9;
    log2_is_accurate: log2, libm::log2, |x| x >= 0.0, 0.9;
    log10_is_accurate: log10, libm::log10, |x| x >= 0.0, 0.9;
}

/// `f` and `g` agree to the bit on f32, any NaN being as good as any other.
fn same_bits(f: impl Fn(f32) -> f32, g: impl Fn(f32) -> f32) {
    let edges = [
        0.0,
        0.5,
        1.0,
        1.5,
        4_194_303.5,
        4_194_304.5,
        8_388_607.5,
        8_388_608.0,
        8_388_609.0,
    ];
    let signed = edges
        .iter()
        .flat_map(|&x: &f32| [x, -x, x.next_up(), -x.next_up(), x.next_down()]);
    let all = (0..=u32::MAX).step_by(STRIDE).map(f32::from_bits);
    for x in all
        .chain(signed)
        .chain([f32::INFINITY, -f32::INFINITY, <f32 as Real>::NAN])
    {
        let (a, b) = (f(x).canonical(), g(x).canonical());
        assert_eq!(a.to_bits(), b.to_bits(), "{x:e}: {a} and {b}");
    }
}

#[test]
fn rounding_without_an_instruction_for_it_is_exact() {
    same_bits(Real::floor, libm::floorf);
    same_bits(Real::ceil, libm::ceilf);
    same_bits(Real::trunc, libm::truncf);
    same_bits(|x| Real::floor(f64::from(x)) as f32, libm::floorf);
    same_bits(|x| Real::ceil(f64::from(x)) as f32, libm::ceilf);
}

#[test]
fn halves_go_up() {
    for (x, y) in [
        (0.5, 1.0),
        (-0.5, 0.0),
        (-1.5, -1.0),
        (2.5, 3.0),
        (-2.6, -3.0),
        (0.4, 0.0),
    ] {
        assert_eq!(Real::round(x), y);
        assert_eq!(Real::round(x as f32), y as f32);
    }
}

#[test]
fn fract_stays_below_one() {
    same_bits(
        |x| if x.finite() { Real::fract(x) } else { 0.5 },
        |x| {
            let exact = if x.finite() {
                f64::from(x) - libm::floor(f64::from(x))
            } else {
                0.5
            };
            if exact as f32 >= 1.0 {
                0.0
            } else {
                exact as f32
            }
        },
    );
    assert_eq!(Real::fract(-1e-20), 0.0);
    assert_eq!(Real::fract(-0.25), 0.75);
    assert!(Real::fract(f64::INFINITY).nan());
}

#[test]
fn limits_of_the_kernels() {
    let inf = f32::INFINITY;
    let nan = <f32 as Real>::NAN;
    type Kernel = fn(f32) -> f32;
    let odd: [Kernel; 8] = [
        Real::sin,
        Real::sin_turns,
        Real::tan,
        Real::tanh,
        Real::sinh,
        Real::asin,
        Real::atan,
        Real::cbrt,
    ];
    for f in odd {
        assert_eq!(f(0.0).to_bits(), 0);
        assert_eq!(f(-0.0).to_bits(), (-0.0f32).to_bits());
        assert!(f(nan).nan());
        assert_eq!(f(-0.3), -f(0.3));
    }
    for f in [
        Real::sin,
        Real::cos,
        Real::tan,
        Real::sin_turns,
        Real::cos_turns,
    ] as [Kernel; 5]
    {
        assert!(f(inf).nan() && f(-inf).nan() && f(nan).nan());
        for x in [1e9, 1e20, 3e38] {
            assert!(f(x).finite());
        }
    }
    for f in [Real::sin, Real::cos] as [Kernel; 2] {
        for bits in (0..=u32::MAX).step_by(STRIDE) {
            let x = f32::from_bits(bits);
            assert!(!x.finite() || f(x).abs() <= 1.0, "{x}");
        }
    }
    assert_eq!(Real::cos(0.0f32), 1.0);
    assert_eq!(
        (Real::tanh(inf), Real::tanh(-inf), Real::tanh(20.0f32)),
        (1.0, -1.0, 1.0)
    );
    assert_eq!(
        (Real::exp(0.0f32), Real::exp(-inf), Real::exp(inf)),
        (1.0, 0.0, inf)
    );
    assert_eq!(
        (Real::exp(88.72f32).finite(), Real::exp(88.73f32)),
        (true, inf)
    );
    assert_eq!(
        (Real::exp(-103.9f32), Real::exp(-104.0f32)),
        (f32::from_bits(1), 0.0)
    );
    for n in -149..128 {
        assert_eq!(f64::from(Real::exp2(n as f32)), libm::exp2(f64::from(n)));
        assert_eq!(Real::log2(Real::exp2(n as f32)), n as f32);
    }
    assert_eq!((Real::exp2(128.0f32), Real::exp2(-150.0f32)), (inf, 0.0));
    for f in [Real::ln, Real::log2, Real::log10] as [Kernel; 3] {
        assert_eq!((f(0.0), f(-0.0), f(inf), f(1.0)), (-inf, -inf, inf, 0.0));
        assert!(f(-1.0).nan() && f(-inf).nan() && f(nan).nan());
    }
    assert_eq!(Real::log10(1000.0f32), 3.0);
}

fn quarters_are_exact<R: Real>() {
    for turn in -3..=3 {
        for (part, sin, cos) in [
            (0.0, 0.0, 1.0),
            (0.25, 1.0, 0.0),
            (0.5, 0.0, -1.0),
            (0.75, -1.0, 0.0),
        ] {
            let x = R::from_f64(f64::from(turn) + part);
            assert_eq!(x.sin_turns().to_f64(), sin, "{x}");
            assert_eq!(x.cos_turns().to_f64(), cos, "{x}");
        }
    }
    assert_eq!(R::from_f64(1e30).cos_turns(), R::ONE);
}

#[test]
fn quarter_turns_are_exact() {
    quarters_are_exact::<f32>();
    quarters_are_exact::<f64>();
}

fn nan_rules<R: Real>() {
    let n = |x: f64| R::from_f64(x);
    assert!(R::NAN.min(R::ONE).nan() && R::ONE.min(R::NAN).nan());
    assert!(R::NAN.max(R::ONE).nan() && R::ONE.max(R::NAN).nan());
    for [x, a, b] in [
        [R::NAN, R::ZERO, R::ONE],
        [R::ZERO, R::NAN, R::ONE],
        [R::ZERO, R::ZERO, R::NAN],
    ] {
        assert!(x.clamp(a, b).nan());
    }
    assert_eq!(n(5.0).clamp(n(3.0), n(1.0)), n(3.0));
    assert_eq!(
        (
            n(-2.0).sign(),
            R::ZERO.sign(),
            (-R::ZERO).sign(),
            n(7.0).sign()
        ),
        (n(-1.0), R::ZERO, R::ZERO, R::ONE)
    );
    assert!(R::NAN.sign().nan());
    assert_eq!(
        (
            n(1.0).div0(R::ZERO),
            n(1.0).div0(-R::ZERO),
            R::NAN.div0(R::ZERO)
        ),
        (R::ZERO, R::ZERO, R::ZERO)
    );
    assert_eq!(
        (
            n(-1.0).modulo(n(3.0)),
            n(1.0).modulo(n(-3.0)),
            n(1.0).modulo(R::ZERO)
        ),
        (n(2.0), n(-2.0), R::ZERO)
    );
    assert_eq!(
        (n(-7.0).rem(n(3.0)), n(7.0).rem(n(-3.0))),
        (n(-1.0), R::ONE)
    );
    assert!(R::ONE.rem(R::ZERO).nan());
    assert_eq!(
        (R::NAN.pow(R::ZERO), R::ONE.pow(R::NAN), n(-8.0).pow(n(3.0))),
        (R::ONE, R::ONE, n(-512.0))
    );
    assert!(n(-8.0).pow(n(0.5)).nan());
    assert!((-R::ONE).sqrt().nan() && n(2.0).asin().nan() && n(-2.0).acos().nan());
    assert_eq!(R::ZERO.atan2(-R::ONE), R::PI);
    assert_eq!(n(3.0).hypot(n(4.0)), n(5.0));
    assert!(!R::INFINITY.finite() && !R::NAN.finite() && n(1e30).finite());
    // A NaN of another sign is still the one NaN.
    assert_eq!(format!("{:?}", (-R::NAN).canonical()), "NaN");
}

#[test]
fn nan_and_zero_rules() {
    nan_rules::<f32>();
    nan_rules::<f64>();
    assert_eq!((-<f32 as Real>::NAN).canonical().to_bits(), 0x7FC0_0000);
    assert_eq!(
        (-<f64 as Real>::NAN).canonical().to_bits(),
        0x7FF8_0000_0000_0000
    );
}

#[test]
fn truncation_to_32_bits() {
    use super::wrap_u32;
    for (x, bits) in [
        (0.0, 0),
        (-1.0, u32::MAX),
        (-1.9, u32::MAX),
        (1.9, 1),
        (4_294_967_296.0, 0),
        (4_294_967_301.5, 5),
        (-2_147_483_649.0, 0x7FFF_FFFF),
        // 2^63 + 2^11: beyond i64.
        (9_223_372_036_854_777_856.0, 2048),
        (-9_223_372_036_854_777_856.0, 2048u32.wrapping_neg()),
        (1e300, 0),
        (f64::NAN, 0),
        (f64::INFINITY, 0),
        (-f64::INFINITY, 0),
    ] {
        assert_eq!(wrap_u32(x), bits, "{x}");
    }
}

#[test]
fn sine_and_cosine_together_have_the_bits_of_each_alone() {
    same_bits(|x| x.sin_cos_turns().0, Real::sin_turns);
    same_bits(|x| x.sin_cos_turns().1, Real::cos_turns);
    // Where the polynomials meet.
    let eighths = (0..64).map(|k| k as f32 / 64.0);
    let below = eighths.clone().map(f32::next_down);
    let above = eighths.clone().map(f32::next_up);
    for x in eighths.chain(below).chain(above).flat_map(|x| [x, -x]) {
        let want = (x.sin_turns(), x.cos_turns());
        let got = x.sin_cos_turns();
        assert_eq!(got.0.to_bits(), want.0.to_bits(), "{x:e}");
        assert_eq!(got.1.to_bits(), want.1.to_bits(), "{x:e}");
    }
}

#[test]
fn the_short_clamp_is_the_clamp() {
    same_bits(Real::clamp01, |x| Real::clamp(x, 0.0, 1.0));
    same_bits(
        |x| Real::clamp01(f64::from(x)) as f32,
        |x| Real::clamp(x, 0.0, 1.0),
    );
}
