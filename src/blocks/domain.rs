//! Domains: which elements exist, how many, and what they are called.
//!
//! Counts are fixed when the patch is compiled. Element ids are what hashes read and what SVG files
//! contain, so they never depend on anything but the block's own constants.

use super::rows::Row;
use super::{Block, Family, Input, Lowering, Output, Value};
use crate::ir::{Capability, DomainId, ElementIds, FieldExpr, Op, Topology};
use crate::path::measure::Measure;
use crate::types::Domain;

const DOMAIN: Block = Block {
    family: Family::Domain,
    capability: Capability::Identity,
    ..Block::PLAIN
};

/// Elements that one domain may have.
const MAX_ELEMENTS: u32 = 10_000_000;

/// Up to this many elements, constant positions are stored as a column, which people can read in a
/// dump; above it they are computed from the index once. Both give the same bits.
const STORED_POSITIONS: u32 = 16_384;

const DOMAIN_OUT: Output = Output::special("domain", Domain::Domain, "the elements");

/// Plain elements.
pub(super) static DOMAIN_N: Block = Block {
    name: "DomainN",
    summary: "n elements",
    details: "max(1, floor(n)) elements with the ids \"0\", \"1\", ….",
    inputs: &[
        Input::number("n", 100.0, "how many")
            .constant()
            .range(1.0, 10_000.0),
        Input::number("seed", 0.0, "no effect on values").constant(),
    ],
    outputs: &[DOMAIN_OUT],
    lower: |l| {
        let n = whole(l, "n");
        let count = limited(l, n);
        let domain = make(l, count, ElementIds::Sequential, None);
        l.out("domain", Value::Domain(domain));
    },
    ..DOMAIN
};

/// A grid.
pub(super) static GRID_DOMAIN: Block = Block {
    name: "GridDomain",
    summary: "a grid of elements and their positions",
    details: "rows·cols elements, row by row, with the ids `row-<r>-col-<c>`. Element i stands at \
              (originX + (i mod cols)·spacing, originY + floor(i / cols)·spacing): the origin is the \
              top-left element. rows and cols are max(1, floor()).",
    inputs: &[
        Input::number("rows", 10.0, "rows")
            .constant()
            .range(1.0, 100.0),
        Input::number("cols", 10.0, "columns")
            .constant()
            .range(1.0, 100.0),
        Input::number("spacing", 20.0, "distance of neighbours").unit("px"),
        Input::number("originX", 100.0, "x of the first column").unit("px"),
        Input::number("originY", 100.0, "y of the first row").unit("px"),
    ],
    outputs: &[
        DOMAIN_OUT,
        Output::field("pos0", Domain::Vec2, "position of each element").unit("px"),
    ],
    lower: grid,
    ..DOMAIN
};

fn grid(l: &mut Lowering<'_>) {
    let (rows, cols) = (whole(l, "rows"), whole(l, "cols"));
    let count = limited(l, rows * cols);
    let (rows, cols) = match count {
        1 => (1, 1),
        _ => (rows as u32, cols as u32),
    };
    let ids = ElementIds::Grid { rows, cols };
    let domain = make(l, count, ids, Some(Topology::Grid4 { rows, cols }));
    l.out("domain", Value::Domain(domain));

    let [spacing, x, y] = ["spacing", "originX", "originY"].map(|name| l.signal(name));
    let constants = [spacing, x, y].map(|s| l.build.folded(s).and_then(|v| v.first().copied()));
    if let ([Some(spacing), Some(x), Some(y)], true) = (constants, count <= STORED_POSITIONS) {
        let positions: Vec<f32> = (0..count)
            .flat_map(|i| {
                let (row, col) = (f64::from(i / cols), f64::from(i % cols));
                [(x + col * spacing) as f32, (y + row * spacing) as f32]
            })
            .collect();
        let column = l.build.const_f32(Domain::Vec2, &positions);
        let expr = FieldExpr::Array(column);
        let array = l.build.field(Domain::Vec2, Some(domain), false, expr);
        l.out("pos0", Value::Field(array));
        return;
    }
    let cols = l.num(f64::from(cols));
    let index = l.index(domain);
    let col = l.op(Op::Mod, &[index, cols]);
    let ratio = l.op(Op::Div, &[index, cols]);
    let row = l.op(Op::Floor, &[ratio]);
    let [spacing, x, y] = [spacing, x, y].map(|s| l.widened(s));
    let position = spread(l, [x, y], [col, row], spacing);
    let position = l.narrow(position);
    l.out("pos0", position);
}

/// Points on an outline.
pub(super) static SVG_SAMPLE_DOMAIN: Block = Block {
    name: "SVGSampleDomain",
    summary: "elements along an outline and their positions",
    details: "max(1, floor(sampleCount)) elements with the ids `sample-<i>`, at u = i/max(1, N − 1) on \
              the outline. `even`: by length, over all subpaths; `parametric`: each segment takes the \
              same share of u. A closing Z is a segment if it closes a gap.\n\n\
              `asset` is SVG path data if it begins with M or m, else the name of an SVG file in the \
              patch's folder (or in `--asset-root`): all its shapes in document order, transforms \
              applied, are one outline. Without an asset the elements stand on a line from (100, 200) \
              to (400, 200).",
    inputs: &[
        Input::asset("asset", "the outline, or the file that has it"),
        Input::number("sampleCount", 100.0, "how many")
            .constant()
            .range(1.0, 5_000.0),
        Input::number("seed", 0.0, "no effect on values").constant(),
        Input::options(
            "distribution",
            &["even", "parametric"],
            "even",
            "steps between elements",
        ),
    ],
    outputs: &[
        DOMAIN_OUT,
        Output::field("pos0", Domain::Vec2, "position of each element").unit("px"),
    ],
    lower: samples,
    ..DOMAIN
};

fn samples(l: &mut Lowering<'_>) {
    let n = whole(l, "sampleCount");
    let count = limited(l, n);
    let ids = ElementIds::Prefix(l.build.text("sample-"));
    let domain = make(l, count, ids, None);
    l.out("domain", Value::Domain(domain));
    let outline = match &l.bound("asset").value {
        Value::Path(path) => Some(Measure::new(path)),
        _ => None,
    };
    let parametric = l.text("distribution") == "parametric";
    let last = f64::from((count - 1).max(1));
    let point = |i: u32| {
        let u = f64::from(i) / last;
        match &outline {
            None => [100.0 + 300.0 * u, 200.0],
            Some(outline) if parametric => outline.parametric(u),
            Some(outline) => outline.even(u),
        }
    };
    let positions: Vec<f32> = (0..count).flat_map(point).map(|v| v as f32).collect();
    let column = l.build.const_f32(Domain::Vec2, &positions);
    let array = FieldExpr::Array(column);
    let array = l.build.field(Domain::Vec2, Some(domain), false, array);
    l.out("pos0", Value::Field(array));
}

/// origin + cell·spacing
pub(super) fn spread<R: Row>(l: &mut Lowering<'_>, origin: [R; 2], cell: [R; 2], spacing: R) -> R {
    let (across, down) = (l.mul(cell[0], spacing), l.mul(cell[1], spacing));
    let (x, y) = (l.add(origin[0], across), l.add(origin[1], down));
    l.op(Op::Vec2Make, &[x, y])
}

/// max(1, floor()) of a constant input; a count that is not finite is `domain-count`.
pub(super) fn whole(l: &mut Lowering<'_>, name: &str) -> f64 {
    let n = l.number(name);
    if n.is_finite() {
        return n.floor().max(1.0);
    }
    let message = format!("`{}.{name}` is not a number of elements", l.id);
    l.error(
        "domain-count",
        name,
        message,
        "give a number ≥ 1".to_owned(),
    );
    1.0
}

/// The count as an integer; more than [`MAX_ELEMENTS`] is `too-many-elements`.
pub(super) fn limited(l: &mut Lowering<'_>, count: f64) -> u32 {
    if count <= f64::from(MAX_ELEMENTS) {
        return count as u32;
    }
    let found = match count.is_finite() {
        true => count.to_string(),
        false => "endlessly many".to_owned(),
    };
    let message = format!("`{}` has {found} elements", l.id);
    let hint = format!("at most {MAX_ELEMENTS} are allowed");
    l.error("too-many-elements", "", message, hint);
    1
}

fn make(l: &mut Lowering<'_>, count: u32, ids: ElementIds, topology: Option<Topology>) -> DomainId {
    let key = format!("{}/domain", l.id);
    l.build.domain(&key, count, ids, topology)
}
