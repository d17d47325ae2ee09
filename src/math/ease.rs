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
