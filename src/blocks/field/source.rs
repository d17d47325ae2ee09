//! Field sources: constants, index, hashes, gradients and expressions over a domain.
//!
//! What depends only on signals, index, count and ids is computed in f64 and rounded once.

use super::FIELD;
use crate::blocks::expression;
use crate::blocks::rows::{Lane, Wide};
use crate::blocks::{Block, Input, Lowering, Output};
use crate::ir::{IdHash, Op};
use crate::types::Domain;

const ELEMENTS: Input = Input::domain("domain", 100.0, "the elements");

/// A number for every element.
pub(in crate::blocks) static FIELD_CONST_NUMBER: Block = Block {
    name: "FieldConstNumber",
    summary: "the same number for every element",
    details: "`out[i]` is `value`.",
    inputs: &[ELEMENTS, Input::number("value", 1.0, "the number")],
    outputs: &[Output::field("out", Domain::Number, "the field")],
    lower: |l| broadcast(l, "value", "out"),
    ..FIELD
};

/// A vector for every element.
pub(in crate::blocks) static FIELD_CONST_VEC2: Block = Block {
    name: "FieldConstVec2",
    summary: "the same vector for every element",
    details: "`out[i]` is `value`.",
    inputs: &[ELEMENTS, Input::vec2("value", [0.0, 0.0], "the vector")],
    outputs: &[Output::field("out", Domain::Vec2, "the field")],
    lower: |l| broadcast(l, "value", "out"),
    ..FIELD
};

/// A colour for every element.
pub(in crate::blocks) static FIELD_CONST_COLOR: Block = Block {
    name: "FieldConstColor",
    summary: "the same colour for every element",
    details: "`out[i]` is `color`.",
    inputs: &[ELEMENTS, Input::color("color", "#3B82F6", "the colour")],
    outputs: &[Output::field("out", Domain::Color, "the field")],
    lower: |l| broadcast(l, "color", "out"),
    ..FIELD
};

/// A signal for every element.
pub(in crate::blocks) static FIELD_FROM_SIGNAL_BROADCAST: Block = Block {
    name: "FieldFromSignalBroadcast",
    summary: "a signal, the same for every element",
    details: "`field[i]` is `signal`.",
    inputs: &[ELEMENTS, Input::number("signal", 0.0, "the number")],
    outputs: &[Output::field("field", Domain::Number, "the field")],
    lower: |l| broadcast(l, "signal", "field"),
    ..FIELD
};

/// A colour signal for every element.
pub(in crate::blocks) static BROADCAST_SIGNAL_COLOR: Block = Block {
    name: "BroadcastSignalColor",
    summary: "a colour signal, the same for every element",
    details: "`field[i]` is `signal`.",
    inputs: &[ELEMENTS, Input::color("signal", "#3B82F6", "the colour")],
    outputs: &[Output::field("field", Domain::Color, "the field")],
    lower: |l| broadcast(l, "signal", "field"),
    ..FIELD
};

fn broadcast(l: &mut Lowering<'_>, input: &str, output: &str) {
    let row = l.uniform_input(input);
    give(l, output, row);
}

/// Gives a row over the input `domain`.
fn give(l: &mut Lowering<'_>, output: &str, row: Lane) {
    let domain = l.domain("domain");
    let row = l.over(row, domain);
    l.out(output, row);
}

/// Rounds a row once and gives it over the input `domain`.
fn give_rounded(l: &mut Lowering<'_>, output: &str, row: Wide) {
    let row = l.narrow(row);
    give(l, output, row);
}

/// Index and fractions.
pub(in crate::blocks) static FIELD_INDEX: Block = Block {
    name: "FieldIndex",
    summary: "the index of each element, plain and as fractions",
    details: "`index` = i; `u` = i / (N − 1), 0 for one element; `frac` = i / N.",
    inputs: &[ELEMENTS],
    outputs: &[
        Output::field("index", Domain::Number, "0, 1, 2…"),
        Output::field("u", Domain::Unit01, "0 at the first, 1 at the last element"),
        Output::field(
            "frac",
            Domain::Unit01,
            "0 at the first element, below 1 at the last",
        ),
    ],
    lower: |l| {
        let domain = l.domain("domain");
        let (index, count) = (l.index(domain), l.count(domain));
        give_rounded(l, "index", index);
        let u = l.fraction(domain, 0.0);
        give_rounded(l, "u", u);
        let part = l.op(Op::Div, &[index, count]);
        give_rounded(l, "frac", part);
    },
    ..FIELD
};

/// A smooth hash of the ids.
pub(in crate::blocks) static STABLE_ID_HASH: Block = Block {
    name: "StableIdHash",
    summary: "a number in 0…1 from each element's id",
    details: "The text `<id>-<salt>` as a number: h = 31·h + c over its UTF-16 code units, modulo \
              2³², divided by 2³² − 1. Neighbouring ids give neighbouring numbers. A program seed \
              moves each value by another amount and wraps it.",
    inputs: &[
        ELEMENTS,
        Input::number("salt", 0.0, "another salt, other numbers").constant(),
    ],
    outputs: &[Output::field("u01", Domain::Unit01, "the hash")],
    lower: |l| id_hash(l, IdHash::Stable, "salt", "u01"),
    ..FIELD
};

/// A rough hash of the ids.
pub(in crate::blocks) static FIELD_HASH01_BY_ID: Block = Block {
    name: "FieldHash01ById",
    summary: "a random-looking number in 0…1 from each element's id",
    details: "Starting from seed, each code unit of the id is mixed in (h·31 + c, times 0x5bd1e995, \
              xor-shifted by 15, in 32 bits); then x = (h·12.9898 + 78.233)·43758.5453 and the result \
              is x − floor(x). The values are coarse. A program seed moves each value by another \
              amount and wraps it.",
    inputs: &[
        ELEMENTS,
        Input::number("seed", 0.0, "another seed, other numbers").constant(),
    ],
    outputs: &[Output::field("u", Domain::Unit01, "the hash")],
    lower: |l| id_hash(l, IdHash::ById, "seed", "u"),
    ..FIELD
};

fn id_hash(l: &mut Lowering<'_>, hash: IdHash, input: &str, output: &str) {
    let (domain, salt) = (l.domain("domain"), l.number(input));
    let row = Wide(l.build.id_hash(domain, hash, salt));
    give_rounded(l, output, row);
}

/// Hues along the index.
pub(in crate::blocks) static FIELD_HUE_GRADIENT: Block = Block {
    name: "FieldHueGradient",
    summary: "hues spread over the elements",
    details: "hsl(hueOffset + f·hueSpread·360 + phase·360, saturation/100, lightness/100) with \
              f = i / (N − 1), 0 for one element.",
    inputs: &[
        ELEMENTS,
        Input::number("hueOffset", 0.0, "hue of the first element").unit("deg"),
        Input::number("hueSpread", 1.0, "turns from the first to the last element"),
        Input::number("saturation", 80.0, "saturation").unit("%"),
        Input::number("lightness", 60.0, "lightness").unit("%"),
        Input::phase("phase", 0.0, "turns all hues"),
    ],
    outputs: &[Output::field("colors", Domain::Color, "the colours")],
    lower: |l| {
        let domain = l.domain("domain");
        let (circle, hundred) = (l.num(360.0), l.num(100.0));
        let (offset, phase) = (l.signal("hueOffset"), l.signal("phase"));
        let turned = l.mul(phase, circle);
        let [saturation, lightness] = ["saturation", "lightness"].map(|name| {
            let percent = l.signal(name);
            let part = l.op(Op::Div, &[percent, hundred]);
            l.widened(part)
        });
        let (turned, circle) = (l.widened(turned), l.widened(circle));
        let (fraction, spread) = (l.fraction(domain, 0.0), l.wide("hueSpread"));
        let turns = l.mul(fraction, spread);
        let degrees = l.mul(turns, circle);
        let offset = l.widened(offset);
        let start = l.add(offset, degrees);
        let hue = l.add(start, turned);
        let alpha = l.num(1.0);
        let color = l.op(Op::HslToRgb, &[hue, saturation, lightness, alpha]);
        give_rounded(l, "colors", color);
    },
    ..FIELD
};

/// An outline for every element.
pub(in crate::blocks) static PATH_CONST: Block = Block {
    name: "PathConst",
    summary: "the same outline for every element",
    details: "`out[i]` is `path`, given as SVG path data.",
    inputs: &[
        Input::domain("domain", 1.0, "the elements"),
        Input::path("path", "M0 0 L100 0 L100 100 L0 100 Z", "the outline"),
    ],
    outputs: &[Output::field("out", Domain::Path, "the field")],
    lower: |l| {
        let path = l.field("path");
        give(l, "out", path);
    },
    ..FIELD
};

/// A formula for every element.
pub(in crate::blocks) static FIELD_FROM_EXPRESSION: Block = Block {
    name: "FieldFromExpression",
    summary: "a formula, evaluated for every element",
    details: "Names: `i` index from 0; `n` element count; `u` = i/(n − 1), 0 for n = 1; `t` time in ms; \
              `signal` the input; `PI`, `TAU`, `E`, `Infinity`, `NaN` and the constants of `Math.`.\n\n\
              Operators: `?:`, `??`, `||`, `&&`, `|`, `^`, `&`, `==`, `!=`, `===`, `!==`, `<`, `<=`, \
              `>`, `>=`, `<<`, `>>`, `>>>`, `+`, `-`, `*`, `/`, `%`, `**`, `!`, `~` with the \
              precedence of JavaScript.\n\n\
              Functions, with or without `Math.`: abs sign floor ceil round trunc sqrt cbrt exp log \
              log2 log10 sin cos tan asin acos atan sinh cosh tanh atan2 pow hypot min max. Without: \
              fract clamp(x, a, b) mix(a, b, k) step(edge, x) smoothstep(a, b, x) mod(x, b).\n\n\
              Colours: hsl(h, s, l), hsla(h, s, l, a) with degrees and percent; rgb(r, g, b), \
              rgba(r, g, b, a) with parts 0…255 that are rounded; a colour text such as '#3b82f6'. The \
              field is of colours if the formula gives one, else of numbers.\n\n\
              Arithmetic is f64; the result is rounded to f32 once.",
    inputs: &[
        ELEMENTS,
        Input::number("signal", 0.0, "the name `signal`").bus("phaseA"),
        Input::text(
            "expression",
            "hsl(i / n * 360 + signal * 360, 80, 60)",
            "the formula",
        ),
    ],
    outputs: &[Output::field(
        "field",
        Domain::Color,
        "colours or numbers, as the formula says",
    )],
    lower: |l| match expression::parse(l.text("expression")) {
        Ok(formula) => {
            let domain = l.domain("domain");
            let row = formula.lower(l, domain);
            give_rounded(l, "field", row);
        }
        Err(error) => {
            let message = format!("column {}: {}", error.column, error.message);
            let hint = match (error.code, error.hints.as_slice()) {
                ("expr-name", []) => {
                    "the names are `i`, `n`, `u`, `t`, `signal`, `PI`, `TAU`, `E` and the functions"
                        .to_owned()
                }
                (_, hints) => hints.join("; "),
            };
            // Nobody knows what it would have been, so there is no value to mistake for another.
            l.error(error.code, "expression", message, hint);
        }
    },
    ..FIELD
};
