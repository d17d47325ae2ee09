//! Easing curves: the unit interval bent, from 0 at 0 to 1 at 1.

use super::real::Real;

/// A named curve; the number is the `imm` of the opcode `ease` and the row of the curve table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    missing_docs,
    reason = "the names of the trade; formulas stand in `at`"
)]
pub enum Ease {
    Linear,
    EaseInQuad,
    EaseOutQuad,
    EaseInOutQuad,
    EaseInCubic,
    EaseOutCubic,
    EaseInOutCubic,
    Smoothstep,
    EaseInSine,
    EaseOutSine,
    EaseInOutSine,
    EaseInExpo,
    EaseOutExpo,
    EaseInOutExpo,
    EaseInElastic,
    EaseOutElastic,
    EaseInOutElastic,
    EaseOutBounce,
    EaseInBounce,
    EaseInOutBounce,
}

impl Ease {
    /// All, in the order of their numbers.
    #[rustfmt::skip]
    pub const ALL: [Self; 20] = [
        Self::Linear,
        Self::EaseInQuad, Self::EaseOutQuad, Self::EaseInOutQuad,
        Self::EaseInCubic, Self::EaseOutCubic, Self::EaseInOutCubic,
        Self::Smoothstep,
        Self::EaseInSine, Self::EaseOutSine, Self::EaseInOutSine,
        Self::EaseInExpo, Self::EaseOutExpo, Self::EaseInOutExpo,
        Self::EaseInElastic, Self::EaseOutElastic, Self::EaseInOutElastic,
        Self::EaseOutBounce, Self::EaseInBounce, Self::EaseInOutBounce,
    ];

    /// The word used in patches.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::EaseInQuad => "easeInQuad",
            Self::EaseOutQuad => "easeOutQuad",
            Self::EaseInOutQuad => "easeInOutQuad",
            Self::EaseInCubic => "easeInCubic",
            Self::EaseOutCubic => "easeOutCubic",
            Self::EaseInOutCubic => "easeInOutCubic",
            Self::Smoothstep => "smoothstep",
            Self::EaseInSine => "easeInSine",
            Self::EaseOutSine => "easeOutSine",
            Self::EaseInOutSine => "easeInOutSine",
            Self::EaseInExpo => "easeInExpo",
            Self::EaseOutExpo => "easeOutExpo",
            Self::EaseInOutExpo => "easeInOutExpo",
            Self::EaseInElastic => "easeInElastic",
            Self::EaseOutElastic => "easeOutElastic",
            Self::EaseInOutElastic => "easeInOutElastic",
            Self::EaseOutBounce => "easeOutBounce",
            Self::EaseInBounce => "easeInBounce",
            Self::EaseInOutBounce => "easeInOutBounce",
        }
    }

    /// The curve of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }

    /// The curve at `u`, clamped to 0…1 first. Elastic curves leave [0, 1] in between.
    ///
    /// Formulas: Penner's equations, as easings.net writes them.
    #[inline(always)]
    pub fn at<R: Real>(self, u: R) -> R {
        let n = |x: f64| R::from_f64(x);
        let one = R::ONE;
        let u = u.clamp01();
        let early = u < R::HALF;
        let pick = |a: R, b: R| if early { a } else { b };
        // 0 and 1 exact where the formula is not.
        let ends = |y: R| if u == R::ZERO || u == one { u } else { y };
        let back = one - u;
        let rest = R::TWO - R::TWO * u;
        match self {
            Self::Linear => u,
            Self::EaseInQuad => u * u,
            Self::EaseOutQuad => one - back * back,
            Self::EaseInOutQuad => pick(R::TWO * u * u, one - rest * rest / R::TWO),
            Self::EaseInCubic => u * u * u,
            Self::EaseOutCubic => one - back * back * back,
            Self::EaseInOutCubic => pick(n(4.0) * u * u * u, one - rest * rest * rest / R::TWO),
            Self::Smoothstep => u.smooth(),
            // Angles in turns: π·u/2 is a quarter of u.
            Self::EaseInSine => one - (u / n(4.0)).cos_turns(),
            Self::EaseOutSine => (u / n(4.0)).sin_turns(),
            Self::EaseInOutSine => (one - (u / R::TWO).cos_turns()) / R::TWO,
            Self::EaseInExpo => {
                let y = (n(10.0) * u - n(10.0)).exp2();
                if u == R::ZERO { u } else { y }
            }
            Self::EaseOutExpo => {
                let y = one - (n(-10.0) * u).exp2();
                if u == one { u } else { y }
            }
            Self::EaseInOutExpo => ends(pick(
                (n(20.0) * u - n(10.0)).exp2() / R::TWO,
                (R::TWO - (n(10.0) - n(20.0) * u).exp2()) / R::TWO,
            )),
            Self::EaseInElastic => {
                let swing = ((n(10.0) * u - n(10.75)) / n(3.0)).sin_turns();
                ends(-(n(10.0) * u - n(10.0)).exp2() * swing)
            }
            Self::EaseOutElastic => {
                let swing = ((n(10.0) * u - n(0.75)) / n(3.0)).sin_turns();
                ends((n(-10.0) * u).exp2() * swing + one)
            }
            Self::EaseInOutElastic => {
                let swing = ((n(20.0) * u - n(11.125)) / n(4.5)).sin_turns();
                ends(pick(
                    -((n(20.0) * u - n(10.0)).exp2() * swing) / R::TWO,
                    (n(10.0) - n(20.0) * u).exp2() * swing / R::TWO + one,
                ))
            }
            Self::EaseOutBounce => bounce(u),
            Self::EaseInBounce => one - bounce(back),
            Self::EaseInOutBounce => {
                let early = (one - bounce(one - R::TWO * u)) / R::TWO;
                let late = (one + bounce(R::TWO * u - one)) / R::TWO;
                pick(early, late)
            }
        }
    }
}

/// A ball that comes to rest: four parabolas of the same width.
#[inline(always)]
fn bounce<R: Real>(u: R) -> R {
    let n = |x: f64| R::from_f64(x);
    let d = n(2.75);
    let hop = |at: f64, floor: f64| {
        let v = u - n(at) / d;
        n(7.5625) * v * v + n(floor)
    };
    let pick = |end: f64, yes: R, no: R| if u < n(end) / d { yes } else { no };
    let last = pick(2.5, hop(2.25, 0.9375), hop(2.625, 0.984375));
    pick(1.0, n(7.5625) * u * u, pick(2.0, hop(1.5, 0.75), last))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: [f64; 7] = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0];

    fn check(ease: Ease, want: [f64; 7]) {
        for (u, want) in AT.iter().zip(want) {
            let y = ease.at(*u);
            assert!(
                (y - want).abs() <= 4.0 * f64::EPSILON,
                "{ease:?} {u}: {y} for {want}"
            );
            let y = f64::from(ease.at(*u as f32));
            assert!(
                (y - want).abs() <= 1e-5,
                "{ease:?} {u} in f32: {y} for {want}"
            );
        }
    }

    #[test]
    fn check_values() {
        check(
            Ease::EaseInOutExpo,
            [0.0, 0.001953125, 0.015625, 0.5, 0.984375, 0.998046875, 1.0],
        );
        check(
            Ease::EaseOutElastic,
            [
                0.0,
                1.25,
                0.9116116523516816,
                1.015625,
                1.00552427172802,
                0.998046875,
                1.0,
            ],
        );
        check(
            Ease::EaseOutBounce,
            [
                0.0, 0.075625, 0.47265625, 0.765625, 0.97265625, 0.988125, 1.0,
            ],
        );
        check(
            Ease::EaseInOutSine,
            [
                0.0,
                0.0244717418524232,
                0.1464466094067262,
                0.5,
                0.8535533905932737,
                0.9755282581475768,
                1.0,
            ],
        );
    }

    #[test]
    fn hand_computed_values() {
        let at = |ease: Ease| AT.map(|u| ease.at(u));
        check(Ease::EaseInQuad, AT.map(|u| u * u));
        check(
            Ease::EaseInOutQuad,
            [0.0, 0.02, 0.125, 0.5, 0.875, 0.98, 1.0],
        );
        check(
            Ease::EaseInOutCubic,
            [0.0, 0.004, 0.0625, 0.5, 0.9375, 0.996, 1.0],
        );
        check(
            Ease::Smoothstep,
            [0.0, 0.028, 0.15625, 0.5, 0.84375, 0.972, 1.0],
        );
        check(
            Ease::EaseInExpo,
            [
                0.0,
                0.001953125,
                libm::exp2(-7.5),
                0.03125,
                libm::exp2(-2.5),
                0.5,
                1.0,
            ],
        );
        // In and out are each other's mirror.
        for (a, b) in [
            (Ease::EaseInQuad, Ease::EaseOutQuad),
            (Ease::EaseInCubic, Ease::EaseOutCubic),
            (Ease::EaseInSine, Ease::EaseOutSine),
            (Ease::EaseInElastic, Ease::EaseOutElastic),
            (Ease::EaseInBounce, Ease::EaseOutBounce),
        ] {
            for u in [0.05, 0.3, 0.55, 0.8] {
                let (x, y) = (a.at(u), 1.0 - b.at(1.0 - u));
                assert!((x - y).abs() < 1e-14, "{a:?} {u}: {x} {y}");
            }
        }
        for ease in [
            Ease::EaseInOutElastic,
            Ease::EaseInOutBounce,
            Ease::EaseInOutExpo,
        ] {
            for u in [0.05, 0.3, 0.45] {
                assert!(
                    (ease.at(u) - (1.0 - ease.at(1.0 - u))).abs() < 1e-14,
                    "{ease:?} {u}"
                );
            }
        }
        assert_eq!(at(Ease::Linear), AT);
    }

    #[test]
    fn all_start_at_0_and_end_at_1() {
        for ease in Ease::ALL {
            for (u, y) in [(0.0, 0.0), (1.0, 1.0), (-3.0, 0.0), (9.0, 1.0)] {
                assert_eq!(ease.at(u), y, "{ease:?}");
                assert_eq!(ease.at(u as f32), y as f32, "{ease:?}");
            }
            assert!(ease.at(f64::NAN).is_nan(), "{ease:?}");
        }
    }

    #[test]
    fn names_and_numbers() {
        for (i, ease) in Ease::ALL.into_iter().enumerate() {
            assert_eq!(ease as usize, i);
            assert_eq!(Ease::from_name(ease.name()), Some(ease));
        }
        assert_eq!(Ease::from_name("easeOutBack"), None);
    }
}
