//! Wave shapes over one turn.

use super::real::Real;

/// A periodic shape from −1 to 1; the number is the `imm` of the opcode `wave`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wave {
    /// sin 2πp.
    Sine,
    /// cos 2πp.
    Cosine,
    /// 1 − 4·|p − ½|: −1 at 0, 1 at ½.
    Triangle,
    /// 2p − 1.
    Saw,
    /// 1 for p < ½, else −1.
    Square,
}

impl Wave {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 5] = [
        Self::Sine,
        Self::Cosine,
        Self::Triangle,
        Self::Saw,
        Self::Square,
    ];

    /// The word used in patches.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sine => "sine",
            Self::Cosine => "cosine",
            Self::Triangle => "triangle",
            Self::Saw => "saw",
            Self::Square => "square",
        }
    }

    /// The shape of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.name() == name)
    }

    /// The value at phase `p` in turns, wrapped first.
    #[inline(always)]
    pub fn at<R: Real>(self, p: R) -> R {
        let p = p.fract();
        match self {
            Self::Sine => p.sin_turns(),
            Self::Cosine => p.cos_turns(),
            Self::Triangle => R::ONE - R::from_f64(4.0) * (p - R::HALF).abs(),
            Self::Saw => R::TWO * p - R::ONE,
            Self::Square => {
                if p < R::HALF {
                    R::ONE
                } else {
                    -R::ONE
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_values() {
        let at = Wave::ALL.map(|w| w.at(0.1));
        let want: [f64; 5] = [0.5877852522924731, 0.8090169943749475, -0.6, -0.8, 1.0];
        for (a, b) in at.iter().zip(want) {
            assert!((a - b).abs() <= 4.0 * f64::EPSILON, "{a} {b}");
        }
    }

    #[test]
    fn phases_wrap_and_quarters_are_exact() {
        for (p, want) in [
            (0.0f32, [0.0, 1.0, -1.0, -1.0, 1.0]),
            (-0.75, [1.0, 0.0, 0.0, -0.5, 1.0]),
            (7.5, [0.0, -1.0, 1.0, 0.0, -1.0]),
            (0.75, [-1.0, 0.0, 0.0, 0.5, -1.0]),
        ] {
            assert_eq!(Wave::ALL.map(|w| w.at(p)), want, "{p}");
        }
    }

    #[test]
    fn names() {
        for w in Wave::ALL {
            assert_eq!(Wave::from_name(w.name()), Some(w));
        }
        assert_eq!(Wave::from_name("noise"), None);
    }
}
