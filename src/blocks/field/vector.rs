//! Vectors per element: operations between lanes, in f32.

use super::FIELD;
use crate::blocks::formula::lane;
use crate::blocks::layout::radians;
use crate::blocks::rows::Lane;
use crate::blocks::{Block, Input, Lowering, Output};
use crate::ir::Op;
use crate::types::Domain;

const VEC2_OUT: Output = Output::field("out", Domain::Vec2, "the result");
const NUMBER_OUT: Output = Output::field("out", Domain::Number, "the result");
const VEC: Input = Input::vec2("vec", [0.0, 0.0], "the vector").field();

const TWO_VECTORS: &[Input] = &[
    Input::vec2("a", [0.0, 0.0], "left side").field(),
    Input::vec2("b", [0.0, 0.0], "right side").field(),
];

fn two(l: &mut Lowering<'_>, op: Op) {
    let inputs = l.fields(["a", "b"]);
    let out = l.op(op, &inputs);
    l.out("out", out);
}

/// A sum of vectors.
pub(in crate::blocks) static FIELD_ADD_VEC2: Block = Block {
    name: "FieldAddVec2",
    summary: "a sum of two vectors per element",
    details: "a + b in each part.",
    inputs: TWO_VECTORS,
    outputs: &[VEC2_OUT],
    lower: |l| two(l, Op::Add),
    ..FIELD
};

/// A difference of vectors.
pub(in crate::blocks) static FIELD_SUB_VEC2: Block = Block {
    name: "FieldSubVec2",
    summary: "a difference of two vectors per element",
    details: "a − b in each part.",
    inputs: TWO_VECTORS,
    outputs: &[VEC2_OUT],
    lower: |l| two(l, Op::Sub),
    ..FIELD
};

/// A product part by part.
pub(in crate::blocks) static FIELD_MUL_VEC2: Block = Block {
    name: "FieldMulVec2",
    summary: "a product of two vectors per element, part by part",
    details: "(a.x·b.x, a.y·b.y).",
    inputs: &[
        Input::vec2("a", [0.0, 0.0], "left side").field(),
        Input::vec2("b", [1.0, 1.0], "right side").field(),
    ],
    outputs: &[VEC2_OUT],
    lower: |l| two(l, Op::Mul),
    ..FIELD
};

/// A vector made longer or shorter.
pub(in crate::blocks) static FIELD_SCALE_VEC2: Block = Block {
    name: "FieldScaleVec2",
    summary: "a vector times a number per element",
    details: "vec·k.",
    inputs: &[VEC, Input::number("k", 1.0, "the factor").field()],
    outputs: &[VEC2_OUT],
    lower: |l| {
        let inputs = l.fields(["vec", "k"]);
        let out = l.op(Op::Scale, &inputs);
        l.out("out", out);
    },
    ..FIELD
};

/// A vector between two.
pub(in crate::blocks) static FIELD_MIX_VEC2: Block = Block {
    name: "FieldMixVec2",
    summary: "a vector between two per element",
    details: "a + (b − a)·k in each part; k is not clamped.",
    inputs: &[
        Input::vec2("a", [0.0, 0.0], "at k = 0").field(),
        Input::vec2("b", [0.0, 0.0], "at k = 1").field(),
        Input::number("k", 0.5, "0 is a, 1 is b").field(),
    ],
    outputs: &[VEC2_OUT],
    lower: |l| {
        let inputs = l.fields(["a", "b", "k"]);
        let out = l.op(Op::Lerp, &inputs);
        l.out("out", out);
    },
    ..FIELD
};

/// A motion of the plane.
pub(in crate::blocks) static FIELD_MAP_VEC2: Block = Block {
    name: "FieldMapVec2",
    summary: "vectors rotated, scaled, moved or reflected",
    details: "With c = (centerX, centerY) and d = vec − c: rotate \
              c + (d.x·cos − d.y·sin, d.x·sin + d.y·cos) of `angle`, clockwise on screen; scale \
              c + (d.x·scaleX, d.y·scaleY); translate vec + (offsetX, offsetY); reflect c − d.",
    inputs: &[
        VEC,
        Input::options(
            "fn",
            &["rotate", "scale", "translate", "reflect"],
            "rotate",
            "the motion",
        ),
        Input::number("angle", 0.0, "of `rotate`").unit("deg"),
        Input::number("scaleX", 1.0, "of `scale`"),
        Input::number("scaleY", 1.0, "of `scale`"),
        Input::number("offsetX", 0.0, "of `translate`").unit("px"),
        Input::number("offsetY", 0.0, "of `translate`").unit("px"),
        Input::number("centerX", 400.0, "x of c").unit("px"),
        Input::number("centerY", 300.0, "y of c").unit("px"),
    ],
    outputs: &[VEC2_OUT],
    lower: map_vec2,
    ..FIELD
};

fn map_vec2(l: &mut Lowering<'_>) {
    let vec = l.field("vec");
    if l.text("fn") == "translate" {
        let offset = pair(l, ["offsetX", "offsetY"]);
        let out = l.add(vec, offset);
        l.out("out", out);
        return;
    }
    let center = pair(l, ["centerX", "centerY"]);
    let away = l.sub(vec, center);
    let out = match l.text("fn") {
        "scale" => {
            let scale = pair(l, ["scaleX", "scaleY"]);
            let scaled = l.mul(away, scale);
            l.add(center, scaled)
        }
        "reflect" => l.sub(center, away),
        _ => {
            // Sine and cosine depend on a signal only: once a frame, in f64.
            let angle = l.signal("angle");
            let angle = radians(l, angle);
            let (cos, sin) = (l.op(Op::Cos, &[angle]), l.op(Op::Sin, &[angle]));
            let (cos, sin) = (l.uniform(cos), l.uniform(sin));
            let (x, y) = (lane(l, away, 0), lane(l, away, 1));
            let [x_cos, y_sin, x_sin, y_cos] =
                [(x, cos), (y, sin), (x, sin), (y, cos)].map(|(part, factor)| l.mul(part, factor));
            let turned = [l.sub(x_cos, y_sin), l.add(x_sin, y_cos)];
            let turned = l.op(Op::Vec2Make, &turned);
            l.add(center, turned)
        }
    };
    l.out("out", out);
}

/// Two signals as the parts of a vector, the same for every element.
fn pair(l: &mut Lowering<'_>, names: [&str; 2]) -> Lane {
    let parts = names.map(|name| l.signal(name));
    let vector = l.op(Op::Vec2Make, &parts);
    l.uniform(vector)
}

/// Lengths.
pub(in crate::blocks) static FIELD_LENGTH_VEC2: Block = Block {
    name: "FieldLengthVec2",
    summary: "the length of a vector per element",
    details: "√(x² + y²).",
    inputs: &[VEC],
    outputs: &[NUMBER_OUT],
    lower: |l| {
        let vec = l.field("vec");
        let out = l.op(Op::Length, &[vec]);
        l.out("out", out);
    },
    ..FIELD
};

/// Angles.
pub(in crate::blocks) static FIELD_ANGLE_VEC2: Block = Block {
    name: "FieldAngleVec2",
    summary: "the angle of a vector per element",
    details: "atan2(y, x), clockwise on screen from the x axis, in −π…π.",
    inputs: &[VEC],
    outputs: &[NUMBER_OUT.unit("rad")],
    lower: |l| {
        let vec = l.field("vec");
        let out = l.op(Op::Angle, &[vec]);
        l.out("out", out);
    },
    ..FIELD
};

/// Vectors of their parts.
pub(in crate::blocks) static FIELD_MAKE_VEC2: Block = Block {
    name: "FieldMakeVec2",
    summary: "a vector from its parts per element",
    details: "`out` = (x, y).",
    inputs: &[
        Input::number("x", 0.0, "first part").field(),
        Input::number("y", 0.0, "second part").field(),
    ],
    outputs: &[VEC2_OUT],
    lower: |l| {
        let parts = l.fields(["x", "y"]);
        let out = l.op(Op::Vec2Make, &parts);
        l.out("out", out);
    },
    ..FIELD
};

/// Parts of vectors.
pub(in crate::blocks) static FIELD_SPLIT_VEC2: Block = Block {
    name: "FieldSplitVec2",
    summary: "the parts of a vector per element",
    details: "`x` and `y` are the parts of `vec`.",
    inputs: &[VEC],
    outputs: &[
        Output::field("x", Domain::Number, "first part"),
        Output::field("y", Domain::Number, "second part"),
    ],
    lower: |l| {
        let vec = l.field("vec");
        for (at, port) in ["x", "y"].into_iter().enumerate() {
            let part = lane(l, vec, at as u32);
            l.out(port, part);
        }
    },
    ..FIELD
};

/// Vectors of three parts.
pub(in crate::blocks) static FIELD_MAKE_VEC3: Block = Block {
    name: "FieldMakeVec3",
    summary: "a vector from its three parts per element",
    details: "`out` = (x, y, z).",
    inputs: &[
        Input::number("x", 0.0, "first part").field(),
        Input::number("y", 0.0, "second part").field(),
        Input::number("z", 0.0, "third part").field(),
    ],
    outputs: &[Output::field("out", Domain::Vec3, "the vector")],
    lower: |l| {
        let parts = l.fields(["x", "y", "z"]);
        let out = l.op(Op::Vec3Make, &parts);
        l.out("out", out);
    },
    ..FIELD
};

/// A third part for vectors of two.
pub(in crate::blocks) static FIELD_LIFT_VEC3: Block = Block {
    name: "FieldLiftVec3",
    summary: "a third part for a vector per element",
    details: "`out` = (vec.x, vec.y, z).",
    inputs: &[VEC, Input::number("z", 0.0, "third part").field()],
    outputs: &[Output::field("out", Domain::Vec3, "the vector")],
    lower: |l| {
        let [vec, z] = l.fields(["vec", "z"]);
        let parts = [lane(l, vec, 0), lane(l, vec, 1), z];
        let out = l.op(Op::Vec3Make, &parts);
        l.out("out", out);
    },
    ..FIELD
};

/// A sway.
pub(in crate::blocks) static JITTER_FIELD_VEC2: Block = Block {
    name: "JitterFieldVec2",
    summary: "a sway, another one for each element",
    details: "m = sin(2π(frac(phase·frequency) + r))·amount; `drift` = (cos 2πr·m, sin 2πr·m): each \
              element sways along its own direction with its own delay.",
    inputs: &[
        Input::number("idRand", 0.0, "r, a random number in 0…1 per element").field(),
        Input::phase("phase", 0.0, "where in the sway").bus("phaseA"),
        Input::number("amount", 5.0, "longest way from the middle").unit("px"),
        Input::number("frequency", 1.0, "sways in one turn of the phase"),
    ],
    outputs: &[Output::field("drift", Domain::Vec2, "the way from the middle").unit("px")],
    lower: |l| {
        // The phase is reduced to one turn in f64 before it meets lanes.
        let (phase, frequency) = (l.signal("phase"), l.signal("frequency"));
        let turns = l.mul(phase, frequency);
        let reduced = l.op(Op::Fract, &[turns]);
        let (reduced, amount) = (l.uniform(reduced), l.uniform_input("amount"));
        let (rand, once) = (l.field("idRand"), l.num(1.0));
        let drift = l.op(Op::Jitter, &[rand, reduced, amount, once]);
        l.out("drift", drift);
    },
    ..FIELD
};
