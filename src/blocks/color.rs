//! Colours per element.

use super::formula;
use super::{Block, Family, Input, Output};
use crate::ir::Op;
use crate::types::Domain;

const COLOR: Block = Block {
    family: Family::Color,
    outputs: &[Output::field("colors", Domain::Color, "the colours")],
    ..Block::PLAIN
};

/// A colour of a number.
pub(super) static FIELD_COLORIZE: Block = Block {
    name: "FieldColorize",
    summary: "a colour between two, chosen by a number per element",
    details: formula::MIX_TEXT,
    inputs: &[
        Input::number("values", 0.0, "0 is colorA, 1 is colorB").field(),
        Input::color("colorA", "#3B82F6", "at 0"),
        Input::color("colorB", "#EF4444", "at 1"),
        Input::options("mode", formula::MIXES, "lerp", "how the two mix"),
    ],
    lower: |l| {
        let values = l.field("values");
        let [a, b] = ["colorA", "colorB"].map(|name| l.uniform_input(name));
        let colors = formula::colorize(l, l.option("mode"), [values, a, b]);
        l.out("colors", colors);
    },
    ..COLOR
};

/// Colours as they are.
pub(super) static FIELD_STRING_TO_COLOR: Block = Block {
    name: "FieldStringToColor",
    summary: "colours as they are",
    details: "`colors` is `strings`. Saved patches contain it where texts were colours once.",
    inputs: &[Input::color("strings", "#000000", "the colours").field()],
    lower: |l| {
        let colors = l.field("strings");
        l.out("colors", colors);
    },
    ..COLOR
};

/// A colour between two.
pub(super) static FIELD_MIX_COLOR: Block = Block {
    name: "FieldMixColor",
    summary: "a colour between two per element",
    details: "a + (b − a)·k in each of the four channels; k is not clamped.",
    inputs: &[
        Input::color("a", "#000000", "at k = 0").field(),
        Input::color("b", "#000000", "at k = 1").field(),
        Input::number("k", 0.5, "0 is a, 1 is b").field(),
    ],
    outputs: &[Output::field("out", Domain::Color, "the colours")],
    lower: |l| {
        let inputs = l.fields(["a", "b", "k"]);
        let out = l.op(Op::Lerp, &inputs);
        l.out("out", out);
    },
    ..COLOR
};

/// A colour of hue, saturation, lightness.
pub(super) static FIELD_COLOR_FROM_HSL: Block = Block {
    name: "FieldColorFromHSL",
    summary: "a colour from hue, saturation, lightness, alpha per element",
    details: "hsl(h, s, l) with alpha clamp(a, 0, 1). The hue is wrapped to 0…360, saturation and \
              lightness are clamped to 0…1.",
    inputs: &[
        Input::number("h", 0.0, "hue").field().unit("deg"),
        Input::number("s", 0.8, "saturation").field(),
        Input::number("l", 0.5, "lightness").field(),
        Input::number("a", 1.0, "alpha").field(),
    ],
    lower: |l| {
        let inputs = l.fields(["h", "s", "l", "a"]);
        let colors = formula::from_hsl(l, inputs);
        l.out("colors", colors);
    },
    ..COLOR
};

/// Colours that travel round the hue circle.
pub(super) static FIELD_COLOR_LFO: Block = Block {
    name: "FieldColorLFO",
    summary: "a colour per element that travels along the hues with a phase",
    details: formula::CYCLE_TEXT,
    inputs: &[
        Input::number("phases", 0.0, "how far it has travelled")
            .field()
            .unit("turns"),
        formula::BASE,
        formula::HUE_SPAN,
        formula::SAT,
        formula::LIGHT,
    ],
    lower: |l| {
        let (phases, base) = (l.field("phases"), l.signal("base"));
        let hsl = l.op(Op::RgbToHsl, &[base]);
        let (hue, alpha) = (formula::lane(l, hsl, 0), formula::lane(l, hsl, 3));
        let [span, sat, light] = ["hueSpan", "sat", "light"].map(|name| l.signal(name));
        let inputs = [hue, alpha, span, sat, light].map(|s| l.uniform(s));
        let colors = formula::cycle_color(l, phases, inputs);
        l.out("colors", colors);
    },
    ..COLOR
};
