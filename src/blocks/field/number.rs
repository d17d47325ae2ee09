//! Numbers per element: operations between lanes, in f32.

use super::FIELD;
use crate::blocks::formula::{self, MapInputs};
use crate::blocks::{Block, Input, Output, adapter};
use crate::ir::Op;
use crate::types::Domain;

const NUMBER_OUT: Output = Output::field("out", Domain::Number, "the result");

/// A function of one number.
pub(in crate::blocks) static FIELD_MAP_NUMBER: Block = Block {
    name: "FieldMapNumber",
    summary: "a function of one number per element",
    details: formula::MAP_TEXT,
    inputs: &[
        Input::number("x", 0.0, "the number").field(),
        Input::options("fn", formula::MAPS, "sin", "the function"),
        Input::number("k", 1.0, "factor, summand, exponent… of the function"),
        Input::number("a", 0.0, "lower end of `clamp` and `smoothstep`"),
        Input::number("b", 1.0, "upper end of `clamp` and `smoothstep`"),
    ],
    outputs: &[Output::field("y", Domain::Number, "the result")],
    lower: |l| {
        let x = l.field("x");
        let [k, a, b] = ["k", "a", "b"].map(|name| l.uniform_input(name));
        let y = formula::map(l, l.option("fn"), MapInputs { x, k, a, b });
        l.out("y", y);
    },
    ..FIELD
};

/// A function of two numbers.
pub(in crate::blocks) static FIELD_ZIP_NUMBER: Block = Block {
    name: "FieldZipNumber",
    summary: "a function of two numbers per element",
    details: formula::ZIP_TEXT,
    inputs: &[
        Input::number("a", 0.0, "first number").field(),
        Input::number("b", 0.0, "second number").field(),
        Input::options("op", formula::ZIPS, "add", "the function"),
        Input::number("k", 0.5, "place between a and b of `mix`"),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let [a, b] = l.fields(["a", "b"]);
        let k = l.uniform_input("k");
        let out = formula::zip(l, l.option("op"), [a, b, k]);
        l.out("out", out);
    },
    ..FIELD
};

/// A function of a field and a signal.
pub(in crate::blocks) static FIELD_ZIP_SIGNAL: Block = Block {
    name: "FieldZipSignal",
    summary: "a function of a number per element and a signal",
    details: formula::ZIP_TEXT,
    inputs: &[
        Input::number("field", 0.0, "a, the number per element").field(),
        Input::number("signal", 0.0, "b, the signal"),
        Input::options("fn", formula::ZIPS, "add", "the function"),
        Input::number("k", 0.5, "place between a and b of `mix`"),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let field = l.field("field");
        let [signal, k] = ["signal", "k"].map(|name| l.uniform_input(name));
        let out = formula::zip(l, l.option("fn"), [field, signal, k]);
        l.out("out", out);
    },
    ..FIELD
};

/// A wave of a phase per element.
pub(in crate::blocks) static FIELD_OSCILLATOR: Block = Block {
    name: "FieldOscillator",
    summary: "a wave of a phase per element",
    details: formula::WAVE_TEXT,
    inputs: &[
        Input::number("phases", 0.0, "where in the wave")
            .field()
            .unit("turns"),
        formula::SHAPE,
        Input::number("amplitude", 1.0, "factor of the wave"),
        Input::number("bias", 0.0, "added after the factor"),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let phases = l.field("phases");
        let [amplitude, bias] = ["amplitude", "bias"].map(|name| l.uniform_input(name));
        let out = formula::oscillate(l, l.option("shape"), [phases, amplitude, bias]);
        l.out("out", out);
    },
    ..FIELD
};

/// A curve per element.
pub(in crate::blocks) static FIELD_SHAPER: Block = Block {
    name: "FieldShaper",
    summary: "a number per element bent by a curve",
    details: formula::KIND_TEXT,
    inputs: &[
        Input::number("in", 0.0, "x").field(),
        formula::KIND,
        Input::number("amount", 1.0, "a, how strongly"),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let (x, amount) = (l.field("in"), l.uniform_input("amount"));
        let out = formula::shape(l, l.option("kind"), x, amount);
        l.out("out", out);
    },
    ..FIELD
};

/// An opacity of a number.
pub(in crate::blocks) static FIELD_OPACITY: Block = Block {
    name: "FieldOpacity",
    summary: "an opacity from a number per element",
    details: "u = clamp(value, 0, 1); then u, u²(3 − 2u), u² or √u by `curve`; \
              min + (max − min)·u.",
    inputs: &[
        Input::number("values", 0.0, "the number").field(),
        Input::number("min", 0.0, "at 0"),
        Input::number("max", 1.0, "at 1"),
        Input::options(
            "curve",
            &["linear", "smoothstep", "square", "sqrt"],
            "linear",
            "the curve between",
        ),
    ],
    outputs: &[Output::field("opacity", Domain::Number, "the opacity")],
    lower: |l| {
        let values = l.field("values");
        let u = l.unit(values);
        let u = match l.text("curve") {
            "smoothstep" => {
                let (zero, one) = (l.num(0.0), l.num(1.0));
                l.op(Op::Smoothstep, &[zero, one, u])
            }
            "square" => l.mul(u, u),
            "sqrt" => l.op(Op::Sqrt, &[u]),
            _ => u,
        };
        let [min, max] = ["min", "max"].map(|name| l.signal(name));
        let span = l.sub(max, min);
        let (min, span) = (l.uniform(min), l.uniform(span));
        let scaled = l.mul(span, u);
        let opacity = l.add(min, scaled);
        l.out("opacity", opacity);
    },
    ..FIELD
};

/// One of two numbers per element.
pub(in crate::blocks) static FIELD_SELECT: Block = Block {
    name: "FieldSelect",
    summary: "one of two numbers per element",
    details: "`out` = cond > 0.5 ? a : b.",
    inputs: &[
        Input::number("cond", 0.0, "which one").field(),
        Input::number("a", 0.0, "where cond > 0.5").field(),
        Input::number("b", 0.0, "elsewhere").field(),
    ],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let [condition, a, b] = l.fields(["cond", "a", "b"]);
        let out = l.select(condition, a, b);
        l.out("out", out);
    },
    ..FIELD
};

/// One number from all elements.
pub(in crate::blocks) static FIELD_REDUCE: Block = Block {
    name: "FieldReduce",
    summary: "one number from all elements",
    details: "Over all elements of the field's domain; a field over no domain counts as one element. \
              The sum is made in f64 in a fixed tree: neighbours in pairs, level by level, an odd last \
              one carried up. Without elements: 0.",
    inputs: &[
        Input::number("field", 0.0, "the numbers").field(),
        Input::options(
            "op",
            &["avg", "max", "min", "sum", "first"],
            "avg",
            "how they meet",
        ),
    ],
    outputs: &[Output::signal("signal", Domain::Number, "the number")],
    lower: |l| {
        let field = l.field("field");
        let op = adapter::reduction(l.text("op"));
        match adapter::reduce(l.build, field.0, Domain::Number, op) {
            Ok(signal) => l.out("signal", signal),
            Err(mistake) => l.mistake(&mistake),
        }
    },
    ..FIELD
};
