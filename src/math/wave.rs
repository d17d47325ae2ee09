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
