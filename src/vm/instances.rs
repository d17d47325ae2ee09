//! Shapes at positions: columns become an `Instances2d` pass.
//!
//! Elements with a fault (a value that is not finite, a negative size) are dropped and counted;
//! elements that paint nothing, judged on the bytes that will be painted, are dropped silently. When
//! nothing is dropped and nothing sorted the columns are shared, not copied; else the remaining rows
//! are gathered into buffers that are used again two frames later. While no column changes, the pass
//! of the frame before is used as it is.

use super::elements::Elements;
use super::field::{Buffer, FieldStore};
use super::health::{Dropped, Fault};
use super::registers::Registers;
use super::rows::{Made, Pool, bytes, pick, points};
use super::sinks::{self, Named, Source};
use crate::ir::{DomainId, InputRef, ReqId, ShapeRow, SinkId};
use crate::render_tree::{Blend, Column, Instances2d, Shape};
use std::sync::Arc;

/// Entries of a shape table.
const MAX_SHAPES: usize = 1 << 16;

/// A pass of instances: where its columns come from, and what it keeps between frames.
#[derive(Debug)]
pub(super) struct Plan {
    inputs: Inputs,
    kept: Kept,
}

/// Where the columns of a pass come from.
#[derive(Debug)]
struct Inputs {
    elements: Elements,
    pos: Source,
    size: Source,
    color: Source,
    rotation: Source,
    stroke_width: Source,
    stroke_color: Source,
    sort_key: Option<Source>,
    shape: Outline,
    shape_id: Option<Source>,
    blend: Blend,
}

/// Where the outlines come from.
#[derive(Debug)]
enum Outline {
    /// A table of shapes, some of whose parameters may change.
    Table(Vec<Template>),
    /// An outline per element.
    Column(ReqId),
}

/// A shape whose inner radius may be a signal.
#[derive(Debug)]
enum Template {
    Fixed(Shape),
    Star { points: u32, inner: Source },
    Ring { inner: Source },
}

/// What a pass of instances keeps between frames.
#[derive(Debug, Default)]
struct Kept {
    made: Made,
    pass: Option<Instances2d>,
    dropped: Option<Dropped>,
    /// Elements whose outline is beyond the table.
    excess: u64,
    rows: Vec<u32>,
    spare: Spare,
}

/// Buffers of gathered rows.
#[derive(Debug, Default)]
struct Spare {
    pos: Pool<[f32; 2]>,
    size: Pool<f32>,
    rotation: Pool<f32>,
    shape: Pool<u16>,
    color: Pool<[u8; 4]>,
    width: Pool<f32>,
    stroke: Pool<[u8; 4]>,
    element: Pool<u32>,
    shapes: Pool<Shape>,
    /// Places in the table, before gathering.
    outline: Pool<u16>,
}

impl Plan {
    pub(super) fn new(named: &Named<'_>, domain: DomainId) -> Self {
        Self {
            inputs: Inputs::new(named, domain),
            kept: Kept::default(),
        }
    }

    /// The elements, and what may be wrong with them.
    pub(super) fn elements(&self) -> &Elements {
        &self.inputs.elements
    }

    /// The pass of this frame; what was dropped is added to `dropped`, what has no outline counted.
    pub(super) fn draw(
        &mut self,
        sink: (SinkId, &Arc<str>),
        fields: &FieldStore,
        registers: &Registers,
    ) -> (Instances2d, Option<Dropped>, u64) {
        let Self { inputs, kept } = self;
        let same = kept.made.same(inputs.sources(), fields, registers);
        let pass = match kept.pass.take() {
            Some(pass) if same => pass,
            _ => inputs.build(sink, fields, registers, kept),
        };
        kept.pass = Some(pass.clone());
        (pass, kept.dropped, kept.excess)
    }
}

impl Inputs {
    fn new(named: &Named<'_>, domain: DomainId) -> Self {
        let program = named.program;
        let template = |row: &ShapeRow| {
            let inner = |from: InputRef| match from {
                InputRef::Sig(id) => Source::Sig(id),
                InputRef::Const(c) => Source::Const(sinks::constant(program, c)),
                _ => Source::Const([0.5, 0.0, 0.0, 0.0]),
            };
            match *row {
                ShapeRow::Circle => Template::Fixed(Shape::Circle),
                ShapeRow::Square => Template::Fixed(Shape::Square),
                ShapeRow::Triangle => Template::Fixed(Shape::Triangle),
                ShapeRow::Star { points, inner: i } => Template::Star {
                    points: points.max(3),
                    inner: inner(i),
                },
                ShapeRow::Ring { inner: i } => Template::Ring { inner: inner(i) },
                ShapeRow::Path(c) => {
                    let constants = &program.tables.constants;
                    let at = constants.index[c.index()].at as usize;
                    let path = constants.paths.get(at).cloned().unwrap_or_default();
                    Template::Fixed(Shape::Path(Arc::new(path)))
                }
            }
        };
        let shapes = &program.tables.render.shapes;
        let shape_id = named
            .get("shapeId")
            .map(|_| named.source("shapeId", [0.0; 4]));
        let shape = match (named.get("path"), named.get("shape")) {
            (Some(InputRef::Req(req)), _) => Outline::Column(req),
            _ if shape_id.is_some() && !shapes.is_empty() => {
                Outline::Table(shapes.iter().take(MAX_SHAPES).map(template).collect())
            }
            (_, Some(InputRef::Shape(id))) => Outline::Table(vec![template(&shapes[id.index()])]),
            _ => Outline::Table(vec![Template::Fixed(Shape::Circle)]),
        };
        let [pos, size, rotation, stroke_width, stroke_color] =
            ["pos", "size", "rotation", "strokeWidth", "strokeColor"]
                .map(|name| named.source(name, [0.0; 4]));
        let color = named.source("color", [1.0; 4]);
        // An outline of the table has nothing that could be wrong.
        let outline = match shape {
            Outline::Column(req) => Source::Req(req),
            Outline::Table(_) => Source::Const([0.0; 4]),
        };
        let channels = [
            (Fault::Position, pos, 2),
            (Fault::Size, size, 1),
            (Fault::Rotation, rotation, 1),
            (Fault::Color, color, 4),
            (Fault::Color, stroke_color, 4),
            (Fault::Width, stroke_width, 1),
            (Fault::Position, outline, 0),
        ];
        Self {
            elements: Elements::new(named, domain, &channels),
            pos,
            size,
            color,
            rotation,
            stroke_width,
            stroke_color,
            sort_key: named
                .get("sortKey")
                .map(|_| named.source("sortKey", [0.0; 4])),
            shape,
            shape_id,
            blend: named.blend(),
        }
    }

    fn sources(&self) -> impl Iterator<Item = Source> {
        let templates = match &self.shape {
            Outline::Table(list) => list.as_slice(),
            Outline::Column(_) => &[],
        };
        let inner = templates.iter().filter_map(|t| match t {
            Template::Fixed(_) => None,
            Template::Star { inner, .. } | Template::Ring { inner } => Some(*inner),
        });
        let others = [self.sort_key, self.shape_id].into_iter().flatten();
        self.elements.sources().chain(others).chain(inner)
    }

    fn build(
        &self,
        (id, key): (SinkId, &Arc<str>),
        fields: &FieldStore,
        registers: &Registers,
        kept: &mut Kept,
    ) -> Instances2d {
        let (shapes, shape_id) = self.shapes(fields, registers, &mut kept.spare);
        let mut pass = Instances2d {
            sink: Arc::clone(key),
            source: crate::render_tree::Source::Instances2d,
            count: self.elements.count,
            pos: points(self.pos, fields, registers),
            size: self.size.numbers(fields, registers),
            rotation: self.rotation.numbers(fields, registers),
            shapes,
            shape_id,
            rgba: bytes(self.color, fields, registers),
            stroke_width: self.stroke_width.numbers(fields, registers),
            stroke_rgba: bytes(self.stroke_color, fields, registers),
            blend: self.blend,
            element: None,
            ids: Arc::clone(&self.elements.ids),
        };
        let all = self.select(id, &pass, fields, registers, kept);
        let sorted = self.sort(fields, registers, all, kept);
        if !(all && sorted) {
            gather(&mut pass, &kept.rows, &mut kept.spare);
        }
        pass
    }

    /// Lists the rows that are drawn; true, and no list, if all are.
    fn select(
        &self,
        sink: SinkId,
        pass: &Instances2d,
        fields: &FieldStore,
        registers: &Registers,
        kept: &mut Kept,
    ) -> bool {
        let n = self.elements.count as usize;
        kept.rows.clear();
        kept.excess = 0;
        let faults = self.elements.faults(fields, registers);
        let table = pass.shapes.len();
        let outlined = match (&self.shape, &pass.shape_id) {
            (Outline::Column(_), Column::Many(_)) => table < MAX_SHAPES,
            _ => true,
        };
        kept.dropped = None;
        if faults.are_none() && outlined && paints_everywhere(pass) {
            return true;
        }
        let mut dropped = Dropped::new(sink);
        for i in 0..n {
            let fault = faults.of(i as u32);
            let size = pass.size.at(i);
            let fault = fault.or((size < 0.0).then_some(Fault::NegativeSize));
            if let Some(fault) = fault {
                dropped.add(i as u32, fault);
                continue;
            }
            if !outlined && pass.shape_id.at(i) as usize == MAX_SHAPES - 1 {
                kept.excess += 1;
                continue;
            }
            let stroke = pass.stroke_width.at(i) > 0.0 && pass.stroke_rgba.at(i)[3] > 0;
            let fill = pass.rgba.at(i)[3] > 0 && size > 0.0;
            if stroke || fill {
                kept.rows.push(i as u32);
            }
        }
        kept.dropped = (!dropped.is_empty()).then_some(dropped);
        kept.rows.len() == n
    }

    /// Sorts the drawn rows by their key; true if they were in order.
    fn sort(&self, fields: &FieldStore, registers: &Registers, all: bool, kept: &mut Kept) -> bool {
        let Some(source) = self.sort_key else {
            return true;
        };
        let keys = source.numbers(fields, registers);
        let key = |row: u32| {
            let key = keys.at(row as usize);
            if key.is_nan() { 0.0 } else { key }
        };
        if all {
            kept.rows.clear();
            kept.rows.extend(0..self.elements.count);
        }
        let before = |a: &u32, b: &u32| {
            let keys = key(*a).partial_cmp(&key(*b));
            keys.unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b))
        };
        if kept.rows.is_sorted_by(|a, b| before(a, b).is_le()) {
            return true;
        }
        // The row breaks ties, so the order is total and needs no stable (allocating) sort.
        kept.rows.sort_unstable_by(before);
        false
    }

    /// The shape table and each element's place in it.
    fn shapes(
        &self,
        fields: &FieldStore,
        registers: &Registers,
        spare: &mut Spare,
    ) -> (Arc<Vec<Shape>>, Column<u16>) {
        match &self.shape {
            Outline::Column(req) => match fields.column(*req) {
                Buffer::Path(column) => {
                    let table = column.table.iter().take(MAX_SHAPES);
                    let shapes = table.map(|path| Shape::Path(Arc::clone(path)));
                    let small = |i: &u32| u16::try_from(*i).unwrap_or(u16::MAX);
                    let index = match &column.index {
                        Column::One(i) => Column::One(small(i)),
                        Column::Many(rows) => {
                            Column::Many(spare.outline.fill(rows.iter().map(small)))
                        }
                    };
                    (spare.shapes.fill(shapes), index)
                }
                _ => (
                    spare.shapes.fill([Shape::Circle].into_iter()),
                    Column::One(0),
                ),
            },
            Outline::Table(list) => {
                let shapes = list.iter().map(|template| template.shape(registers));
                let index = match self.shape_id {
                    Some(Source::Req(req)) => match fields.column(req) {
                        Buffer::U16(column) => within(column, list.len(), &mut spare.outline),
                        _ => Column::One(0),
                    },
                    _ => Column::One(0),
                };
                (spare.shapes.fill(shapes), index)
            }
        }
    }
}

impl Template {
    fn shape(&self, registers: &Registers) -> Shape {
        let radius = |source: Source| {
            let inner = source.number(registers) as f32;
            // The comparison also catches NaN.
            if inner >= 0.05 { inner.min(0.95) } else { 0.05 }
        };
        match self {
            Self::Fixed(shape) => shape.clone(),
            Self::Star { points, inner } => Shape::Star {
                points: *points,
                inner: radius(*inner),
            },
            Self::Ring { inner } => Shape::Ring {
                inner: radius(*inner),
            },
        }
    }
}

/// Indices below `len`; larger ones become the last.
fn within(column: &Column<u16>, len: usize, spare: &mut Pool<u16>) -> Column<u16> {
    let last = u16::try_from(len.saturating_sub(1)).unwrap_or(u16::MAX);
    match column {
        Column::One(i) => Column::One((*i).min(last)),
        Column::Many(rows) if rows.iter().all(|i| *i <= last) => column.clone(),
        Column::Many(rows) => Column::Many(spare.fill(rows.iter().map(|i| (*i).min(last)))),
    }
}

/// Whether every row has a fill that can be seen and a size above 0. A quick look at two columns; a
/// pass with strokes is looked at row by row only where this says no.
fn paints_everywhere(pass: &Instances2d) -> bool {
    let filled = match &pass.rgba {
        Column::One(rgba) => rgba[3] > 0,
        Column::Many(rows) => rows.iter().fold(true, |all, rgba| all & (rgba[3] > 0)),
    };
    filled
        && match &pass.size {
            Column::One(size) => *size > 0.0,
            Column::Many(rows) => rows.iter().fold(true, |all, size| all & (*size > 0.0)),
        }
}

/// Keeps only `rows`, in that order.
fn gather(pass: &mut Instances2d, rows: &[u32], spare: &mut Spare) {
    pick(&mut pass.pos, rows, &mut spare.pos);
    pick(&mut pass.size, rows, &mut spare.size);
    pick(&mut pass.rotation, rows, &mut spare.rotation);
    pick(&mut pass.shape_id, rows, &mut spare.shape);
    pick(&mut pass.rgba, rows, &mut spare.color);
    pick(&mut pass.stroke_width, rows, &mut spare.width);
    pick(&mut pass.stroke_rgba, rows, &mut spare.stroke);
    pass.element = Some(spare.element.fill(rows.iter().copied()));
    pass.count = rows.len() as u32;
    if rows.is_empty() {
        // A value that all elements share may be the fault that dropped them; a tree has only
        // finite numbers.
        pass.pos = Column::One([0.0; 2]);
        for column in [&mut pass.size, &mut pass.rotation, &mut pass.stroke_width] {
            *column = Column::One(0.0);
        }
    }
}
