//! Outlines at positions: columns become a `Paths2d` pass.
//!
//! Elements with a fault are dropped and counted; elements that paint nothing, judged on the bytes
//! that will be painted, are dropped silently. When nothing is dropped the columns are shared with
//! the store, not copied; while none of them changes, the pass of the frame before is used as it is.

use super::elements::Elements;
use super::field::{Buffer, FieldStore};
use super::health::{Dropped, Fault};
use super::registers::Registers;
use super::rows::{Made, Pool, bytes, pick, points};
use super::sinks::{Named, Source};
use crate::ir::{DomainId, InputRef, SinkId};
use crate::render_tree::{self as tree, Blend, Column, FillRule, Paths2d, StrokeStyle};
use std::sync::Arc;

/// A pass of outlines: where its columns come from, and what it keeps between frames.
#[derive(Debug)]
pub(super) struct Plan {
    inputs: Inputs,
    kept: Kept,
}

/// Where the columns of a pass come from.
#[derive(Debug)]
struct Inputs {
    elements: Elements,
    path: Source,
    pos: Source,
    rotation: Source,
    scale: Source,
    fill: Source,
    stroke_color: Source,
    stroke_width: Source,
    fill_rule: FillRule,
    style: Arc<StrokeStyle>,
    blend: Blend,
}

/// What a pass keeps between frames.
#[derive(Debug, Default)]
struct Kept {
    made: Made,
    pass: Option<Paths2d>,
    dropped: Option<Dropped>,
    rows: Vec<u32>,
    spare: Spare,
}

/// Buffers of gathered rows.
#[derive(Debug, Default)]
struct Spare {
    path: Pool<u32>,
    pos: Pool<[f32; 2]>,
    rotation: Pool<f32>,
    scale: Pool<f32>,
    fill: Pool<[u8; 4]>,
    width: Pool<f32>,
    stroke: Pool<[u8; 4]>,
    element: Pool<u32>,
}

impl Plan {
    pub(super) fn new(named: &Named<'_>, domain: DomainId) -> Self {
        let path = match named.get("path") {
            Some(InputRef::Req(req)) => Source::Req(req),
            _ => Source::Const([0.0; 4]),
        };
        let [pos, rotation, fill, stroke_color, stroke_width] =
            ["pos", "rotation", "fillColor", "strokeColor", "strokeWidth"]
                .map(|name| named.source(name, [0.0; 4]));
        let scale = named.source("scale", [1.0; 4]);
        let channels = [
            (Fault::Position, pos, 2),
            (Fault::Position, path, 0),
            (Fault::Rotation, rotation, 1),
            (Fault::Scale, scale, 1),
            (Fault::Color, fill, 4),
            (Fault::Color, stroke_color, 4),
            (Fault::Width, stroke_width, 1),
        ];
        Self {
            inputs: Inputs {
                elements: Elements::new(named, domain, &channels),
                path,
                pos,
                rotation,
                scale,
                fill,
                stroke_color,
                stroke_width,
                fill_rule: match named.word("fillRule").as_deref() {
                    Some("evenodd") => FillRule::Evenodd,
                    _ => FillRule::Nonzero,
                },
                style: Arc::new(named.style()),
                blend: named.blend(),
            },
            kept: Kept::default(),
        }
    }

    /// The elements, and what may be wrong with them.
    pub(super) fn elements(&self) -> &Elements {
        &self.inputs.elements
    }

    /// The pass of this frame, and what was dropped from it.
    pub(super) fn draw(
        &mut self,
        sink: (SinkId, &Arc<str>),
        fields: &FieldStore,
        registers: &Registers,
    ) -> (Paths2d, Option<Dropped>) {
        let Self { inputs, kept } = self;
        let sources = inputs.elements.sources();
        let same = kept.made.same(sources, fields, registers);
        let pass = match kept.pass.take() {
            Some(pass) if same => pass,
            _ => inputs.build(sink, fields, registers, kept),
        };
        kept.pass = Some(pass.clone());
        (pass, kept.dropped)
    }
}

impl Inputs {
    fn build(
        &self,
        (id, key): (SinkId, &Arc<str>),
        fields: &FieldStore,
        registers: &Registers,
        kept: &mut Kept,
    ) -> Paths2d {
        let (paths, path_of) = match self.path {
            Source::Req(req) => match fields.column(req) {
                Buffer::Path(column) => (Arc::clone(&column.table), column.index.clone()),
                _ => (Arc::default(), Column::One(0)),
            },
            _ => (Arc::default(), Column::One(0)),
        };
        let mut pass = Paths2d {
            sink: Arc::clone(key),
            source: tree::Source::Paths2d,
            count: self.elements.count,
            paths,
            path_of,
            pos: points(self.pos, fields, registers),
            rotation: self.rotation.numbers(fields, registers),
            scale: self.scale.numbers(fields, registers),
            rgba: bytes(self.fill, fields, registers),
            stroke_width: self.stroke_width.numbers(fields, registers),
            stroke_rgba: bytes(self.stroke_color, fields, registers),
            fill_rule: self.fill_rule,
            style: Arc::clone(&self.style),
            blend: self.blend,
            element: None,
            ids: Arc::clone(&self.elements.ids),
        };
        self.select(id, &pass, fields, registers, kept);
        if kept.rows.len() < self.elements.count as usize {
            gather(&mut pass, &kept.rows, &mut kept.spare);
        }
        pass
    }

    /// Lists the rows that are drawn.
    fn select(
        &self,
        sink: SinkId,
        pass: &Paths2d,
        fields: &FieldStore,
        registers: &Registers,
        kept: &mut Kept,
    ) {
        let faults = self.elements.faults(fields, registers);
        let mut dropped = Dropped::new(sink);
        kept.rows.clear();
        for i in 0..self.elements.count {
            let at = i as usize;
            if let Some(fault) = faults.of(i) {
                dropped.add(i, fault);
                continue;
            }
            let stroke = pass.stroke_width.at(at) > 0.0 && pass.stroke_rgba.at(at)[3] > 0;
            if stroke || pass.rgba.at(at)[3] > 0 {
                kept.rows.push(i);
            }
        }
        kept.dropped = (!dropped.is_empty()).then_some(dropped);
    }
}

/// Keeps only `rows`, in that order.
fn gather(pass: &mut Paths2d, rows: &[u32], spare: &mut Spare) {
    pick(&mut pass.path_of, rows, &mut spare.path);
    pick(&mut pass.pos, rows, &mut spare.pos);
    pick(&mut pass.rotation, rows, &mut spare.rotation);
    pick(&mut pass.scale, rows, &mut spare.scale);
    pick(&mut pass.rgba, rows, &mut spare.fill);
    pick(&mut pass.stroke_width, rows, &mut spare.width);
    pick(&mut pass.stroke_rgba, rows, &mut spare.stroke);
    pass.element = Some(spare.element.fill(rows.iter().copied()));
    pass.count = rows.len() as u32;
    if rows.is_empty() {
        // A value that all elements share may be the fault that dropped them; a tree has only
        // finite numbers.
        pass.paths = Arc::default();
        pass.path_of = Column::One(0);
        pass.pos = Column::One([0.0; 2]);
        pass.scale = Column::One(1.0);
        for column in [&mut pass.rotation, &mut pass.stroke_width] {
            *column = Column::One(0.0);
        }
    }
}
