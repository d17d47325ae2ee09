//! The pure opcodes: one table row, one type rule, one formula each.
//!
//! Numbers are stable for ever (the binary form stores them), names are what JSON and text show.
//! Every op is total: it gives a value for every input. [`eval`] computes one value, constant
//! folding and signals call it; [`dispatch`](fn@dispatch) hands the same formula to a loop over
//! columns, so a field lane has the bits that [`eval`] gives. State ops are in
//! [`StateOp`](super::StateOp).
//!
//! Read next: [`rule`] (what goes in, what comes out), [`formula`] (the one match), [`eval`].

mod eval;
pub mod formula;
pub mod rule;
#[cfg(test)]
mod tests;

pub use eval::{Counts, eval};
pub use formula::{Lanes, dispatch};
pub use rule::OpError;

use crate::types::Domain::{Color, Number, Path as Outline, Vec2, Vec3, Vec4};
use rule::Kind::{Any, Colour, Equal, One, Path, Same, V2, V3, Vector};
use rule::Rule;
use rule::Rule::{Bits, Cast, First, Lane, Select, To, Truth, Widest};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;

macro_rules! ops {
    ($($number:literal $op:ident $name:literal $rule:expr, $doc:literal;)*) => {
        /// A pure opcode. Operands are called x, a, b, c in order; numbers and vectors are computed
        /// lane by lane where no shape is given, and a one-lane operand stretches.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Op {
            $(#[doc = $doc] $op = $number,)*
        }

        impl Op {
            /// All opcodes, by number.
            pub const ALL: &[Self] = &[$(Self::$op),*];

            /// The opcode of a number.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$op),)*
                    _ => None,
                }
            }

            /// The name in JSON and text, camelCase.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$op => $name,)*
                }
            }

            /// The opcode of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$op),)*
                    _ => None,
                }
            }

            const fn rule(self) -> Rule {
                match self {
                    $(Self::$op => $rule,)*
                }
            }
        }
    };
}

// number, op, name, rule, meaning.
#[rustfmt::skip]
ops! {
    100 Add "add" Widest(2), "x + a.";
    101 Sub "sub" Widest(2), "x − a.";
    102 Mul "mul" Widest(2), "x·a.";
    103 Div "div" Widest(2), "x / a, 0 where a = 0 (counted).";
    104 Mod "mod" Widest(2), "x − a·floor(x / a), 0 where a = 0 (counted).";
    105 Pow "pow" Widest(2), "x^a by IEEE 754.";
    106 Neg "neg" Widest(1), "−x.";

    110 Sin "sin" Widest(1), "Sine of radians.";
    111 Cos "cos" Widest(1), "Cosine of radians.";
    112 Tan "tan" Widest(1), "Tangent of radians.";
    113 Asin "asin" Widest(1), "Arc sine; NaN outside [−1, 1].";
    114 Acos "acos" Widest(1), "Arc cosine; NaN outside [−1, 1].";
    115 Atan "atan" Widest(1), "Arc tangent.";
    116 Atan2 "atan2" Widest(2), "Angle of the point (a, x): atan2(y, x) in the usual order.";
    117 Tanh "tanh" Widest(1), "Hyperbolic tangent.";
    118 Sinh "sinh" Widest(1), "Hyperbolic sine.";
    119 Cosh "cosh" Widest(1), "Hyperbolic cosine.";

    120 Abs "abs" Widest(1), "|x|.";
    121 Floor "floor" Widest(1), "Largest whole number ≤ x.";
    122 Ceil "ceil" Widest(1), "Smallest whole number ≥ x.";
    123 Round "round" Widest(1), "floor(x + ½).";
    124 Fract "fract" Widest(1), "x − floor(x), 0 where that rounds to 1.";
    125 Sign "sign" Widest(1), "−1, 0, 1; NaN for NaN.";
    126 Trunc "trunc" Widest(1), "x without its fraction.";
    127 Sqrt "sqrt" Widest(1), "√x; NaN below 0.";
    128 Cbrt "cbrt" Widest(1), "∛x.";
    129 Hypot "hypot" Widest(2), "√(x² + a²).";

    130 Min "min" Widest(2), "The smaller; NaN if one is NaN.";
    131 Max "max" Widest(2), "The larger; NaN if one is NaN.";
    132 Clamp "clamp" Widest(3), "max(a, min(b, x)).";
    133 Lerp "lerp" Widest(3), "x + (a − x)·b.";
    134 Step "step" Widest(2), "1 for a ≥ x (the edge comes first), else 0.";
    135 Smoothstep "smoothstep" Widest(3), "Smooth rise of b from 0 at x to 1 at a; a step if equal.";
    136 Select "select" Select, "x > ½ ? a : b; both are evaluated. Also for paths.";

    140 Exp "exp" Widest(1), "e^x.";
    141 Ln "ln" Widest(1), "Natural logarithm.";
    142 Exp2 "exp2" Widest(1), "2^x.";
    143 Log2 "log2" Widest(1), "Logarithm to base 2.";
    144 Log10 "log10" Widest(1), "Logarithm to base 10.";
    145 FiniteOr "finiteOr" Widest(2), "x if finite, else a.";

    150 Eq "eq" Truth(2), "x = a.";
    151 Ne "ne" Truth(2), "x ≠ a; the only comparison that holds for NaN.";
    152 Lt "lt" Truth(2), "x < a.";
    153 Le "le" Truth(2), "x ≤ a.";
    154 Gt "gt" Truth(2), "x > a.";
    155 Ge "ge" Truth(2), "x ≥ a.";
    156 And "and" Truth(2), "Both above ½.";
    157 Or "or" Truth(2), "One above ½.";
    158 Not "not" Truth(1), "Not above ½.";

    160 BitAnd "bitAnd" Bits(2), "AND of the low 32 bits, signed.";
    161 BitOr "bitOr" Bits(2), "OR of the low 32 bits, signed.";
    162 BitXor "bitXor" Bits(2), "XOR of the low 32 bits, signed.";
    163 BitNot "bitNot" Bits(1), "Complement of the low 32 bits, signed.";
    164 Shl "shl" Bits(2), "Low 32 bits of x shifted left by a modulo 32, signed.";
    165 Sar "sar" Bits(2), "Arithmetic shift right by a modulo 32.";
    166 Shr "shr" Bits(2), "Logical shift right by a modulo 32, unsigned.";

    170 DivIeee "divIeee" Bits(2), "x / a by IEEE 754: ±∞ or NaN where a = 0.";
    171 Rem "rem" Bits(2), "Remainder with the sign of x.";

    180 Wave "wave" To(&[One], Number), "Wave shape imm (see `Wave`) at phase x.";

    204 Scale "scale" First(&[Vector, One]), "Vector times number.";
    205 Vec2Make "vec2Make" To(&[One, One], Vec2), "A vec2 from its parts.";
    206 Vec3Make "vec3Make" To(&[One, One, One], Vec3), "A vec3 from its parts.";
    207 Vec4Make "vec4Make" To(&[One, One, One, One], Vec4), "A vec4 from its parts.";
    208 Lane "lane" Lane, "Part imm of a vector or colour.";
    209 Cross "cross" First(&[V3, V3]), "Vector at right angles to both.";
    210 Dot "dot" To(&[Vector, Equal], Number), "Sum of products, from part 0 up.";
    211 Length "length" To(&[Vector], Number), "√(x·x).";
    212 Normalize "normalize" First(&[Vector]), "x / |x|, 0 where |x| = 0.";
    213 Rotate "rotate" First(&[V2, One]), "x turned about the origin by a radians.";
    214 Angle "angle" To(&[V2], Number), "atan2(y, x) in radians.";
    215 RotateAbout "rotateAbout" First(&[V2, V2, One]), "x turned about a by b radians.";
    216 Swirl "swirl" First(&[V2, One, V2, One]), "x turned about b by a/(1 + distance/c) turns.";
    217 Jitter "jitter" To(&[One, One, One, One], Vec2), "Drift of (random, phase, amount, frequency).";

    300 ColorMake "colorMake" To(&[One, One, One, One], Color), "A colour from its channels.";
    301 HslToRgb "hslToRgb" To(&[One, One, One, One], Color), "A colour from hue°, saturation, lightness, alpha.";
    302 RgbToHsl "rgbToHsl" To(&[Colour], Vec4), "Hue°, saturation, lightness, alpha of a colour.";
    303 ShiftHue "shiftHue" First(&[Colour, One]), "Hue turned by a turns.";
    304 Luma "luma" To(&[Colour], Number), "Brightness of a colour.";
    305 Saturate "saturate" First(&[Colour, One]), "Channels moved away from the luma by a.";
    306 Contrast "contrast" First(&[Colour, One]), "Channels moved away from ½ by a.";
    307 HueMix "hueMix" First(&[Colour, Colour, One]), "Mix through hue, b clamped to 0…1.";
    308 WithAlpha "withAlpha" First(&[Colour, One]), "Alpha replaced by a.";
    309 MulAlpha "mulAlpha" First(&[Colour, One]), "Alpha times a clamped to 0…1.";

    520 Noise2 "noise2" To(&[One, One, One], Number), "White noise at (x, a) with seed b.";

    730 PathPoint "pathPoint" To(&[Path, One], Vec2), "Point of a path at a; imm 0 even, 1 parametric.";
    731 PathMove "pathMove" To(&[Path, V2, One, One], Outline), "Path scaled by c, turned by b radians, moved by a.";
    732 PathMorph "pathMorph" To(&[Path, Path, One], Outline), "Points mixed by b if the commands agree, else the first.";

    800 ScaleBias "scaleBias" First(&[Any, Same, Same]), "x·a + b, the product rounded first.";
    801 Bias "bias" First(&[Any, Same]), "x + a.";
    802 Ease "ease" First(&[One]), "Curve imm (see `Ease`) at x clamped to 0…1.";
    803 QuantizeStep "quantizeStep" First(&[One, One]), "round(x / a)·a; x for a ≤ 0.";
    804 ClampRange "clampRange" First(&[One]), "imm 0: clamped to 0…1, 1: to −1…1.";
    805 RemapRange "remapRange" First(&[One, One, One, One, One]), "From range a…b to c…d; imm 1 clamps first.";
    806 Cast "cast" Cast, "imm 0 number → phase (fract), 1 phase → number, 2 boolean → number, 3 number → boolean, 4 number → colour (grey), 5 vec2 → vec3, 6 vec3 → vec2.";
    810 QuantizeN "quantizeN" First(&[One, One]), "x in a parts; imm 0 round, 1 floor, 2 ceil.";
    811 Softclip "softclip" First(&[One, One]), "Soft limit of strength a; imm 0 tanh, 1 sigmoid.";
    812 Deadzone "deadzone" First(&[One, One]), "0 where |x| ≤ max(0, a).";
    813 PingPong "pingPong" First(&[One, One]), "There and back in one turn, if a > ½.";
    814 PhaseWindow "phaseWindow" First(&[One, One, One, One]), "Part a…b of the turn, softness c.";
    815 Warp "warp" First(&[One, One]), "clamp(x, 0, 1)^a.";
    816 PerElementOffset "perElementOffset" First(&[One, One, One]), "x + a·hash of the element's index and seed b.";
}

impl Op {
    /// The stable number.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// How many operands.
    pub const fn arity(self) -> usize {
        self.rule().arity()
    }

    /// Whether [`eval`] can compute it from its operands alone: not the ops on paths, nor
    /// `perElementOffset`, which also reads the element's index and the program's seed.
    pub const fn is_numeric(self) -> bool {
        !matches!(
            self,
            Self::PathPoint | Self::PathMove | Self::PathMorph | Self::PerElementOffset
        )
    }

    /// Whether each lane of the result comes from the same lane of each operand, one-lane operands
    /// stretched. Otherwise the lanes of all operands, end to end, go in at once.
    pub const fn is_lanewise(self) -> bool {
        matches!(self, Self::Scale) || self.rule().is_lanewise()
    }

    /// Whether a zero in operand 1 is counted as a division by zero.
    pub const fn counts_zero_divisor(self) -> bool {
        matches!(self, Self::Div | Self::Mod)
    }
}

impl Serialize for Op {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.serialize_str(self.name())
        } else {
            to.serialize_u16(self.number())
        }
    }
}

impl JsonSchema for Op {
    fn schema_name() -> Cow<'static, str> {
        "Op".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::ALL.iter().map(|op| op.name()).collect();
        json_schema!({"description": "A pure opcode.", "enum": names})
    }
}

impl<'de> Deserialize<'de> for Op {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            let name = Cow::<str>::deserialize(from)?;
            Self::from_name(&name)
                .ok_or_else(|| de::Error::custom(format_args!("unknown opcode `{name}`")))
        } else {
            let number = u16::deserialize(from)?;
            Self::from_number(number)
                .ok_or_else(|| de::Error::custom(format_args!("unknown opcode {number}")))
        }
    }
}
