//! Signal blocks: one value per frame, f64.

use super::formula::{self, MapInputs};
use super::{Block, Family, Input, Lowering, Output};
use crate::ir::Op;
use crate::types::Domain;

const SIGNAL: Block = Block {
    family: Family::Signal,
    ..Block::PLAIN
};

const NUMBER_OUT: Output = Output::signal("out", Domain::Number, "the result");
const VEC2_OUT: Output = Output::signal("out", Domain::Vec2, "the result");
const COLOR_OUT: Output = Output::signal("out", Domain::Color, "the result");

/// A number.
pub(super) static CONST_NUMBER: Block = Block {
    name: "ConstNumber",
    summary: "a number",
    details: "`out` is `value`.",
    inputs: &[Input::number("value", 0.0, "the number")],
    outputs: &[NUMBER_OUT],
    lower: pass_value,
    ..SIGNAL
};

/// A vector.
pub(super) static CONST_VEC2: Block = Block {
    name: "ConstVec2",
    summary: "a vector of two numbers",
    details: "`out` is `value`.",
    inputs: &[Input::vec2("value", [0.0, 0.0], "the vector")],
    outputs: &[VEC2_OUT],
    lower: pass_value,
    ..SIGNAL
};

/// A colour.
pub(super) static CONST_COLOR: Block = Block {
    name: "ConstColor",
    summary: "a colour",
    details: "`out` is `value`.",
    inputs: &[Input::color("value", "#3B82F6", "the colour")],
    outputs: &[COLOR_OUT],
    lower: pass_value,
    ..SIGNAL
};

fn pass_value(l: &mut Lowering<'_>) {
    let value = l.signal("value");
    l.out("out", value);
}

/// A wave of a phase.
pub(super) static OSCILLATOR: Block = Block {
    name: "Oscillator",
    summary: "a wave of a phase",
    details: "w(shape, phase)·amplitude + bias. Shapes of p = frac(phase): sine sin 2πp, cosine \
              cos 2πp, triangle 1 − 4·|p − 0.5|, saw 2p − 1, square 1 for p < 0.5 and else −1.",
    inputs: &[
        Input::phase("phase", 0.0, "where in the wave").bus("phaseA"),
        formula::SHAPE,
        Input::number("amplitude", 1.0, "factor of the wave").range(0.0, 10.0),
        Input::number("bias", 0.0, "added after the factor").range(-10.0, 10.0),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let inputs = ["phase", "amplitude", "bias"].map(|name| l.signal(name));
        let out = formula::oscillate(l, l.option("shape"), inputs);
        l.out("out", out);
    },
    ..SIGNAL
};

/// A curve of a number.
pub(super) static SHAPER: Block = Block {
    name: "Shaper",
    summary: "a number bent by a curve",
    details: formula::KIND_TEXT,
    inputs: &[
        Input::number("in", 0.0, "x"),
        formula::KIND,
        Input::number("amount", 1.0, "a, how strongly").range(0.1, 10.0),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let (x, amount) = (l.signal("in"), l.signal("amount"));
        let out = formula::shape(l, l.option("kind"), x, amount);
        l.out("out", out);
    },
    ..SIGNAL
};

/// A colour that travels round the hue circle.
pub(super) static COLOR_LFO: Block = Block {
    name: "ColorLFO",
    summary: "a colour that travels along the hues with a phase",
    details: formula::CYCLE_TEXT,
    inputs: &[
        Input::phase("phase", 0.0, "how far it has travelled").bus("phaseA"),
        formula::BASE,
        formula::HUE_SPAN,
        formula::SAT,
        formula::LIGHT,
    ],
    outputs: &[Output::signal("color", Domain::Color, "the colour")],
    lower: |l| {
        let (phase, base) = (l.signal("phase"), l.signal("base"));
        let hsl = l.op(Op::RgbToHsl, &[base]);
        let (hue, alpha) = (formula::lane(l, hsl, 0), formula::lane(l, hsl, 3));
        let [span, sat, light] = ["hueSpan", "sat", "light"].map(|name| l.signal(name));
        let color = formula::cycle_color(l, phase, [hue, alpha, span, sat, light]);
        l.out("color", color);
    },
    ..SIGNAL
};

macro_rules! two_numbers {
    ($($static:ident $name:literal $default_a:expr, $default_b:expr, $op:ident $summary:literal $details:literal)*) => {$(
        #[doc = $summary]
        pub(super) static $static: Block = Block {
            name: $name,
            summary: $summary,
            details: $details,
            inputs: &[
                Input::number("a", $default_a, "left side"),
                Input::number("b", $default_b, "right side"),
            ],
            outputs: &[NUMBER_OUT],
            lower: |l| {
                let [a, b] = ["a", "b"].map(|name| l.signal(name));
                let out = l.op(Op::$op, &[a, b]);
                l.out("out", out);
            },
            ..SIGNAL
        };
    )*};
}

two_numbers! {
    ADD_SIGNAL "AddSignal" 0.0, 0.0, Add "a sum" "`out` = a + b."
    SUB_SIGNAL "SubSignal" 0.0, 0.0, Sub "a difference" "`out` = a − b."
    MUL_SIGNAL "MulSignal" 1.0, 1.0, Mul "a product" "`out` = a·b."
    DIV_SIGNAL "DivSignal" 0.0, 1.0, Div "a quotient"
        "`out` = a / b, and 0 where b = 0; such divisions are counted."
    MIN_SIGNAL "MinSignal" f64::INFINITY, f64::INFINITY, Min "the smaller of two numbers"
        "`out` = min(a, b); NaN if one is NaN."
    MAX_SIGNAL "MaxSignal" f64::NEG_INFINITY, f64::NEG_INFINITY, Max "the larger of two numbers"
        "`out` = max(a, b); NaN if one is NaN."
}

/// A number kept in a range.
pub(super) static CLAMP_SIGNAL: Block = Block {
    name: "ClampSignal",
    summary: "a number kept in a range",
    details: "max(min, min(max, in)); so `min` where min > max.",
    inputs: &[
        Input::number("in", 0.0, "the number"),
        Input::number("min", 0.0, "lower end"),
        Input::number("max", 1.0, "upper end"),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let inputs = ["in", "min", "max"].map(|name| l.signal(name));
        let out = l.op(Op::Clamp, &inputs);
        l.out("out", out);
    },
    ..SIGNAL
};

/// A function of one number.
pub(super) static MAP_SIGNAL: Block = Block {
    name: "MapSignal",
    summary: "a function of one number",
    details: formula::MAP_TEXT,
    inputs: &[
        Input::number("x", 0.0, "the number"),
        Input::options("fn", formula::MAPS, "sin", "the function"),
        Input::number("k", 1.0, "factor, summand, exponent… of the function"),
        Input::number("a", 0.0, "lower end of `clamp` and `smoothstep`"),
        Input::number("b", 1.0, "upper end of `clamp` and `smoothstep`"),
    ],
    outputs: &[Output::signal("y", Domain::Number, "the result")],
    lower: |l| {
        let [x, k, a, b] = ["x", "k", "a", "b"].map(|name| l.signal(name));
        let y = formula::map(l, l.option("fn"), MapInputs { x, k, a, b });
        l.out("y", y);
    },
    ..SIGNAL
};

/// A function of two numbers.
pub(super) static ZIP_SIGNAL: Block = Block {
    name: "ZipSignal",
    summary: "a function of two numbers",
    details: formula::ZIP_TEXT,
    inputs: &[
        Input::number("a", 0.0, "first number"),
        Input::number("b", 0.0, "second number"),
        Input::options("op", formula::ZIPS, "add", "the function"),
        Input::number("k", 0.5, "place between a and b of `mix`"),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let inputs = ["a", "b", "k"].map(|name| l.signal(name));
        let out = formula::zip(l, l.option("op"), inputs);
        l.out("out", out);
    },
    ..SIGNAL
};

const MIX: Input = Input::number("k", 0.5, "0 is a, 1 is b; not clamped");
const MIX_DETAILS: &str = "a + (b − a)·k in each part; k is not clamped.";

/// A number between two.
pub(super) static MIX_SIGNAL: Block = Block {
    name: "MixSignal",
    summary: "a number between two",
    details: MIX_DETAILS,
    inputs: &[
        Input::number("a", 0.0, "at k = 0"),
        Input::number("b", 0.0, "at k = 1"),
        MIX,
    ],
    outputs: &[NUMBER_OUT],
    lower: mix,
    ..SIGNAL
};

/// A vector between two.
pub(super) static MIX_VEC2: Block = Block {
    name: "MixVec2",
    summary: "a vector between two",
    details: MIX_DETAILS,
    inputs: &[
        Input::vec2("a", [0.0, 0.0], "at k = 0"),
        Input::vec2("b", [0.0, 0.0], "at k = 1"),
        MIX,
    ],
    outputs: &[VEC2_OUT],
    lower: mix,
    ..SIGNAL
};

/// A colour between two.
pub(super) static MIX_COLOR: Block = Block {
    name: "MixColor",
    summary: "a colour between two",
    details: "a + (b − a)·k in each of the four channels; k is not clamped.",
    inputs: &[
        Input::color("a", "#000000", "at k = 0"),
        Input::color("b", "#000000", "at k = 1"),
        MIX,
    ],
    outputs: &[COLOR_OUT],
    lower: mix,
    ..SIGNAL
};

fn mix(l: &mut Lowering<'_>) {
    let inputs = ["a", "b", "k"].map(|name| l.signal(name));
    let out = l.op(Op::Lerp, &inputs);
    l.out("out", out);
}

/// One of two numbers.
pub(super) static SELECT_SIGNAL: Block = Block {
    name: "SelectSignal",
    summary: "one of two numbers",
    details: "`out` = cond > 0.5 ? a : b.",
    inputs: &[
        Input::number("cond", 0.0, "which one"),
        Input::number("a", 0.0, "where cond > 0.5"),
        Input::number("b", 0.0, "elsewhere"),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let [condition, a, b] = ["cond", "a", "b"].map(|name| l.signal(name));
        let out = l.select(condition, a, b);
        l.out("out", out);
    },
    ..SIGNAL
};

/// A colour of a number.
pub(super) static COLORIZE_SIGNAL: Block = Block {
    name: "ColorizeSignal",
    summary: "a colour between two, chosen by a number",
    details: formula::MIX_TEXT,
    inputs: &[
        Input::number("value", 0.0, "0 is colorA, 1 is colorB"),
        Input::color("colorA", "#3B82F6", "at 0"),
        Input::color("colorB", "#EF4444", "at 1"),
        Input::options("mode", formula::MIXES, "lerp", "how the two mix"),
    ],
    outputs: &[Output::signal("color", Domain::Color, "the colour")],
    lower: |l| {
        let inputs = ["value", "colorA", "colorB"].map(|name| l.signal(name));
        let color = formula::colorize(l, l.option("mode"), inputs);
        l.out("color", color);
    },
    ..SIGNAL
};

/// A colour of hue, saturation, lightness.
pub(super) static COLOR_FROM_HSL: Block = Block {
    name: "ColorFromHSL",
    summary: "a colour from hue, saturation, lightness, alpha",
    details: "hsl(h, s, l) with alpha clamp(a, 0, 1). The hue is wrapped to 0…360, saturation and \
              lightness are clamped to 0…1.",
    inputs: &[
        Input::number("h", 0.0, "hue").unit("deg"),
        Input::number("s", 0.8, "saturation"),
        Input::number("l", 0.5, "lightness"),
        Input::number("a", 1.0, "alpha"),
    ],
    outputs: &[Output::signal("color", Domain::Color, "the colour")],
    lower: |l| {
        let inputs = ["h", "s", "l", "a"].map(|name| l.signal(name));
        let color = formula::from_hsl(l, inputs);
        l.out("color", color);
    },
    ..SIGNAL
};

/// A vector of its parts.
pub(super) static MAKE_VEC2: Block = Block {
    name: "MakeVec2",
    summary: "a vector from its parts",
    details: "`out` = (x, y).",
    inputs: &[
        Input::number("x", 0.0, "first part"),
        Input::number("y", 0.0, "second part"),
    ],
    outputs: &[VEC2_OUT],
    lower: |l| {
        let parts = ["x", "y"].map(|name| l.signal(name));
        let out = l.op(Op::Vec2Make, &parts);
        l.out("out", out);
    },
    ..SIGNAL
};

/// The parts of a vector.
pub(super) static SPLIT_VEC2: Block = Block {
    name: "SplitVec2",
    summary: "the parts of a vector",
    details: "`x` and `y` are the parts of `vec`.",
    inputs: &[Input::vec2("vec", [0.0, 0.0], "the vector")],
    outputs: &[
        Output::signal("x", Domain::Number, "first part"),
        Output::signal("y", Domain::Number, "second part"),
    ],
    lower: |l| {
        let vec = l.signal("vec");
        for (at, port) in ["x", "y"].into_iter().enumerate() {
            let part = formula::lane(l, vec, at as u32);
            l.out(port, part);
        }
    },
    ..SIGNAL
};

/// A vector of three parts.
pub(super) static MAKE_VEC3: Block = Block {
    name: "MakeVec3",
    summary: "a vector from its three parts",
    details: "`out` = (x, y, z).",
    inputs: &[
        Input::number("x", 0.0, "first part"),
        Input::number("y", 0.0, "second part"),
        Input::number("z", 0.0, "third part"),
    ],
    outputs: &[Output::signal("out", Domain::Vec3, "the vector")],
    lower: |l| {
        let parts = ["x", "y", "z"].map(|name| l.signal(name));
        let out = l.op(Op::Vec3Make, &parts);
        l.out("out", out);
    },
    ..SIGNAL
};

const TWO_VECTORS: &[Input] = &[
    Input::vec2("a", [0.0, 0.0], "left side"),
    Input::vec2("b", [0.0, 0.0], "right side"),
];

/// A sum of vectors.
pub(super) static ADD_VEC2: Block = Block {
    name: "AddVec2",
    summary: "a sum of two vectors",
    details: "a + b in each part.",
    inputs: TWO_VECTORS,
    outputs: &[VEC2_OUT],
    lower: |l| {
        let [a, b] = ["a", "b"].map(|name| l.signal(name));
        let out = l.add(a, b);
        l.out("out", out);
    },
    ..SIGNAL
};

/// A difference of vectors.
pub(super) static SUB_VEC2: Block = Block {
    name: "SubVec2",
    summary: "a difference of two vectors",
    details: "a − b in each part.",
    inputs: TWO_VECTORS,
    outputs: &[VEC2_OUT],
    lower: |l| {
        let [a, b] = ["a", "b"].map(|name| l.signal(name));
        let out = l.sub(a, b);
        l.out("out", out);
    },
    ..SIGNAL
};

/// A vector made longer or shorter.
pub(super) static SCALE_VEC2: Block = Block {
    name: "ScaleVec2",
    summary: "a vector times a number",
    details: "vec·k.",
    inputs: &[
        Input::vec2("vec", [0.0, 0.0], "the vector"),
        Input::number("k", 1.0, "the factor"),
    ],
    outputs: &[VEC2_OUT],
    lower: |l| {
        let (vec, k) = (l.signal("vec"), l.signal("k"));
        let out = l.op(Op::Scale, &[vec, k]);
        l.out("out", out);
    },
    ..SIGNAL
};

/// The length of a vector.
pub(super) static LENGTH_VEC2: Block = Block {
    name: "LengthVec2",
    summary: "the length of a vector",
    details: "√(x² + y²).",
    inputs: &[Input::vec2("vec", [0.0, 0.0], "the vector")],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let vec = l.signal("vec");
        let out = l.op(Op::Length, &[vec]);
        l.out("out", out);
    },
    ..SIGNAL
};

/// The size of the image.
pub(super) static VIEWPORT_INFO: Block = Block {
    name: "ViewportInfo",
    summary: "the size of the image",
    details: "`size` is the image in user units (the size of the patch, or the one given when \
              rendering), `center` its middle. Both are constants.",
    outputs: &[
        Output::signal("size", Domain::Vec2, "width and height").unit("px"),
        Output::signal("center", Domain::Vec2, "the middle").unit("px"),
    ],
    lower: |l| {
        let (width, height) = (f64::from(l.facts.width), f64::from(l.facts.height));
        let size = l.build.constant(Domain::Vec2, &[width, height]);
        let center = l.build.constant(Domain::Vec2, &[width / 2.0, height / 2.0]);
        l.out("size", size);
        l.out("center", center);
    },
    ..SIGNAL
};
