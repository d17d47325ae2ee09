//! Layouts: positions of the elements of a domain. Everything here depends only on signals, index and
//! count, so it is computed in f64 and rounded once.

use super::domain::{spread, whole};
use super::rows::{Row, Wide};
use super::{Block, Family, Input, Lowering, Output};
use crate::ir::{DomainId, FieldExpr, IdHash, Op, SignalId};
use crate::types::Domain;
use std::f64::consts::{PI, TAU};

const LAYOUT: Block = Block {
    family: Family::Layout,
    outputs: &[Output::field("pos", Domain::Vec2, "position of each element").unit("px")],
    ..Block::PLAIN
};

const ELEMENTS: Input = Input::domain("domain", 100.0, "the elements");

/// Rows and columns.
pub(super) static POSITION_MAP_GRID: Block = Block {
    name: "PositionMapGrid",
    summary: "elements in rows and columns",
    details: "With cols = max(1, floor(cols)): row = floor(i / cols), col = i mod cols; `serpentine` \
              runs odd rows backwards. (originX + col·spacing, originY + row·spacing).",
    inputs: &[
        ELEMENTS,
        Input::number("rows", 10.0, "no effect: the count decides").constant(),
        Input::number("cols", 10.0, "columns").constant(),
        Input::number("spacing", 20.0, "distance of neighbours").unit("px"),
        Input::number("originX", 100.0, "x of the first column").unit("px"),
        Input::number("originY", 100.0, "y of the first row").unit("px"),
        Input::options(
            "order",
            &["rowMajor", "serpentine"],
            "rowMajor",
            "direction of odd rows",
        ),
    ],
    lower: |l| {
        let domain = l.domain("domain");
        let columns = whole(l, "cols");
        let (cols, last): (Wide, Wide) = (l.num(columns), l.num(columns - 1.0));
        let index = l.index(domain);
        let ratio = l.op(Op::Div, &[index, cols]);
        let row = l.op(Op::Floor, &[ratio]);
        let mut col = l.op(Op::Mod, &[index, cols]);
        if l.text("order") == "serpentine" {
            let (one, two) = (l.num(1.0), l.num(2.0));
            let parity = l.op(Op::Mod, &[row, two]);
            let odd = l.op(Op::Eq, &[parity, one]);
            let back = l.sub(last, col);
            col = l.select(odd, back, col);
        }
        let origin = ["originX", "originY"].map(|name| l.wide(name));
        let spacing = l.wide("spacing");
        let position = spread(l, origin, [col, row], spacing);
        place(l, position, domain);
    },
    ..LAYOUT
};

/// A circle.
pub(super) static POSITION_MAP_CIRCLE: Block = Block {
    name: "PositionMapCircle",
    summary: "elements on a circle",
    details: "a = startAngle + w·(i/N)·2π, or startAngle + w·i·π(3 − √5) for `goldenAngle`, w the \
              winding; (centerX + radius·cos a, centerY + radius·sin a). Winding 1 is clockwise on \
              screen.",
    inputs: &[
        ELEMENTS,
        Input::number("centerX", 400.0, "x of the centre").unit("px"),
        Input::number("centerY", 300.0, "y of the centre").unit("px"),
        Input::number("radius", 150.0, "radius").unit("px"),
        Input::number("startAngle", 0.0, "angle of element 0").unit("deg"),
        Input::options("winding", &["1", "-1"], "1", "direction"),
        Input::options(
            "distribution",
            &["even", "goldenAngle"],
            "even",
            "steps between elements",
        ),
    ],
    lower: |l| {
        let domain = l.domain("domain");
        let winding = if l.text("winding") == "-1" { -1.0 } else { 1.0 };
        let index = l.index(domain);
        let turned = if l.text("distribution") == "goldenAngle" {
            let step = l.num(winding * (PI * (3.0 - 5f64.sqrt())));
            l.mul(index, step)
        } else {
            let (count, turn) = (l.count(domain), l.num(winding * TAU));
            let part = l.op(Op::Div, &[index, count]);
            l.mul(part, turn)
        };
        let start = l.signal("startAngle");
        let start = radians(l, start);
        let start = l.widened(start);
        let angle = l.add(start, turned);
        let inputs = ["centerX", "centerY", "radius"].map(|name| l.wide(name));
        let position = on_circle(l, inputs, angle);
        place(l, position, domain);
    },
    ..LAYOUT
};

/// A line.
pub(super) static POSITION_MAP_LINE: Block = Block {
    name: "PositionMapLine",
    summary: "elements on a line",
    details: "u = i / (N − 1), 0.5 for one element; a + (b − a)·u.",
    inputs: &[
        ELEMENTS,
        Input::number("ax", 100.0, "x of the first element").unit("px"),
        Input::number("ay", 200.0, "y of the first element").unit("px"),
        Input::number("bx", 700.0, "x of the last element").unit("px"),
        Input::number("by", 200.0, "y of the last element").unit("px"),
        Input::options("distribution", &["even"], "even", "steps between elements"),
    ],
    lower: |l| {
        let domain = l.domain("domain");
        let u = l.fraction(domain, 0.5);
        let [ax, ay, bx, by] = ["ax", "ay", "bx", "by"].map(|name| l.wide(name));
        let x = l.op(Op::Lerp, &[ax, bx, u]);
        let y = l.op(Op::Lerp, &[ay, by, u]);
        let position = l.op(Op::Vec2Make, &[x, y]);
        place(l, position, domain);
    },
    ..LAYOUT
};

/// A circle by the number of elements.
pub(super) static RADIAL_ORIGIN: Block = Block {
    name: "RadialOrigin",
    aliases: &["RadialOriginBlock"],
    summary: "elements on a circle about an origin",
    details: "a = i·2π/N + angleOffset; (centerX + radius·cos a, centerY + radius·sin a).",
    inputs: &[
        ELEMENTS,
        Input::number("centerX", 0.0, "x of the centre").unit("px"),
        Input::number("centerY", 0.0, "y of the centre").unit("px"),
        Input::number("radius", 100.0, "radius").unit("px"),
        Input::number("angleOffset", 0.0, "angle of element 0").unit("rad"),
    ],
    lower: |l| {
        let domain = l.domain("domain");
        let (index, turn, count) = (l.index(domain), l.num(TAU), l.count(domain));
        let turned = l.mul(index, turn);
        let part = l.op(Op::Div, &[turned, count]);
        let offset = l.wide("angleOffset");
        let angle = l.add(part, offset);
        let inputs = ["centerX", "centerY", "radius"].map(|name| l.wide(name));
        let position = on_circle(l, inputs, angle);
        place(l, position, domain);
    },
    ..LAYOUT
};

/// Places pushed by noise.
pub(super) static FLOW_FIELD_ORIGIN: Block = Block {
    name: "FlowFieldOrigin",
    aliases: &["FlowFieldOriginBlock"],
    summary: "a grid of ten columns pushed by noise",
    details: "bx = (i mod 10)·50, by = floor(i / 10)·50. Two noise values \
              n(x, y, s) = frac(sin(x·12.9898 + y·78.233 + s·43758.5453)·43758.5453): \
              n₁ = n(bx·noiseScale, by·noiseScale, seed), n₂ the same at 100 more in x and y with \
              seed + 1000; both are moved by the program seed and the element's id. a = 2π·n₁; \
              (bx + cos a·flowStrength·n₂, by + sin a·flowStrength·n₂).",
    inputs: &[
        ELEMENTS,
        Input::number("noiseScale", 0.01, "how far apart the noise is read"),
        Input::number("flowStrength", 100.0, "longest push").unit("px"),
        Input::number("seed", 42.0, "which noise").constant(),
    ],
    lower: flow_field,
    ..LAYOUT
};

fn flow_field(l: &mut Lowering<'_>) {
    let domain = l.domain("domain");
    let seed = l.number("seed");
    let [ten, step, hundred, turn]: [Wide; 4] = [10.0, 50.0, 100.0, TAU].map(|v| l.num(v));
    let index = l.index(domain);
    let col = l.op(Op::Mod, &[index, ten]);
    let ratio = l.op(Op::Div, &[index, ten]);
    let row = l.op(Op::Floor, &[ratio]);
    let base = [l.mul(col, step), l.mul(row, step)];
    let scale = l.wide("noiseScale");
    let near = base.map(|b| l.mul(b, scale));
    let far = near.map(|b| l.add(b, hundred));
    let first = seeded_noise(l, domain, near, [seed, seed], "a");
    let second = seeded_noise(l, domain, far, [seed + 1000.0, seed], "b");
    let angle = l.mul(turn, first);
    let strength = l.wide("flowStrength");
    let (cos, sin) = (l.op(Op::Cos, &[angle]), l.op(Op::Sin, &[angle]));
    let parts = [(base[0], cos), (base[1], sin)].map(|(origin, direction)| {
        let pushed = l.mul(direction, strength);
        let push = l.mul(pushed, second);
        l.add(origin, push)
    });
    let position = l.op(Op::Vec2Make, &parts);
    place(l, position, domain);
}

/// frac(noise + R), R the offset of the program seed and the key `<id>-<seed>-<part>`. With the
/// program seed 0 there is none.
fn seeded_noise(
    l: &mut Lowering<'_>,
    domain: DomainId,
    at: [Wide; 2],
    [noise_seed, key_seed]: [f64; 2],
    part: &str,
) -> Wide {
    let seed = l.num(noise_seed);
    let noise = l.op(Op::Noise2, &[at[0], at[1], seed]);
    if l.build.seed.is_zero() {
        return noise;
    }
    let salt = format!("{}-{part}", crate::math::number_text(key_seed));
    let expr = FieldExpr::IdHash {
        r#fn: IdHash::Offset,
        salt: l.build.const_text(&salt),
    };
    let offset = l.build.field(Domain::Number, Some(domain), true, expr);
    let moved = l.add(noise, Wide(offset));
    l.op(Op::Fract, &[moved])
}

/// A sphere.
pub(super) static POSITION_MAP_SPHERE: Block = Block {
    name: "PositionMapSphere",
    summary: "elements spread evenly on a sphere",
    details: "y = 1 − 2(i + ½)/N, ρ = √(1 − y²), a = i·π(3 − √5); \
              center + radius·(ρ cos a, y, ρ sin a).",
    inputs: &[
        ELEMENTS,
        Input::number("centerX", 0.0, "x of the centre"),
        Input::number("centerY", 0.0, "y of the centre"),
        Input::number("centerZ", 0.0, "z of the centre"),
        Input::number("radius", 50.0, "radius"),
    ],
    outputs: &[Output::field(
        "pos",
        Domain::Vec3,
        "position of each element",
    )],
    lower: |l| {
        let domain = l.domain("domain");
        let [half, one, two, step]: [Wide; 4] =
            [0.5, 1.0, 2.0, PI * (3.0 - 5f64.sqrt())].map(|v| l.num(v));
        let (index, count) = (l.index(domain), l.count(domain));
        let middle = l.add(index, half);
        let doubled = l.mul(two, middle);
        let part = l.op(Op::Div, &[doubled, count]);
        let y = l.sub(one, part);
        let squared = l.mul(y, y);
        let rest = l.sub(one, squared);
        let rho = l.op(Op::Sqrt, &[rest]);
        let angle = l.mul(index, step);
        let (cos, sin) = (l.op(Op::Cos, &[angle]), l.op(Op::Sin, &[angle]));
        let unit = [l.mul(rho, cos), y, l.mul(rho, sin)];
        let radius = l.wide("radius");
        let parts: Vec<Wide> = ["centerX", "centerY", "centerZ"]
            .into_iter()
            .zip(unit)
            .map(|(name, part)| {
                let (center, far) = (l.wide(name), l.mul(radius, part));
                l.add(center, far)
            })
            .collect();
        let position = l.op(Op::Vec3Make, &parts);
        place(l, position, domain);
    },
    ..LAYOUT
};

/// Degrees of a signal as radians.
pub(super) fn radians(l: &mut Lowering<'_>, degrees: SignalId) -> SignalId {
    let factor = l.num(PI / 180.0);
    l.mul(degrees, factor)
}

fn on_circle<R: Row>(l: &mut Lowering<'_>, [x, y, radius]: [R; 3], angle: R) -> R {
    let (cos, sin) = (l.op(Op::Cos, &[angle]), l.op(Op::Sin, &[angle]));
    let (across, down) = (l.mul(radius, cos), l.mul(radius, sin));
    let parts = [l.add(x, across), l.add(y, down)];
    l.op(Op::Vec2Make, &parts)
}

fn place(l: &mut Lowering<'_>, position: Wide, domain: DomainId) {
    let narrow = l.narrow(position);
    let position = l.over(narrow, domain);
    l.out("pos", position);
}
