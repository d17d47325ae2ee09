//! Discs in space: columns and a view become an `Instances2d` pass.
//!
//! Elements with a fault are dropped and counted as in the plane; elements outside the picture or not
//! between the planes are culled, which is counted but no fault. What remains is sorted, farthest
//! first, ties by index. Everything is computed in f64 and rounded once. While neither a column nor
//! the view changes, the pass of the frame before is used as it is. Read next: `camera`.

use super::camera::View;
use super::elements::Elements;
use super::field::FieldStore;
use super::health::{Dropped, Fault};
use super::registers::Registers;
use super::rows::{Made, Pool, bytes, points3};
use super::sinks::{Named, Source};
use crate::ir::{DomainId, SinkId};
use crate::render_tree::{self as tree, Blend, Column, Instances2d, Shape};
use std::sync::Arc;

/// A sink of discs in space.
#[derive(Debug)]
pub(super) struct Discs {
    inputs: Inputs,
    kept: Kept,
}

/// Inputs of a sink of discs.
#[derive(Debug)]
struct Inputs {
    elements: Elements,
    pos: Source,
    size: Source,
    color: Source,
    /// The size is a length in space, not in px.
    world: bool,
    blend: Blend,
    circle: Arc<Vec<Shape>>,
}

/// What is kept between frames.
#[derive(Debug, Default)]
struct Kept {
    made: Made,
    view: Option<View>,
    pass: Option<Instances2d>,
    dropped: Option<Dropped>,
    rows: Vec<Row>,
    pos: Pool<[f32; 2]>,
    size: Pool<f32>,
    color: Pool<[u8; 4]>,
    element: Pool<u32>,
}

/// A disc in the picture. The order of rows is the order of painting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// Smaller for what is farther.
    nearness: u64,
    element: u32,
    /// Bits of the centre and the radius, user px.
    pos: [u32; 2],
    size: u32,
}

impl Discs {
    pub(super) fn new(named: &Named<'_>, domain: DomainId) -> Self {
        let pos = named.source("pos", [0.0; 4]);
        let size = named.source("size", [0.0; 4]);
        let color = named.source("color", [1.0; 4]);
        let channels = [
            (Fault::Position, pos, 3),
            (Fault::Size, size, 1),
            (Fault::Color, color, 4),
        ];
        let inputs = Inputs {
            elements: Elements::new(named, domain, &channels),
            pos,
            size,
            color,
            world: named.word("sizeMode").as_deref() == Some("world"),
            blend: named.blend(),
            circle: Arc::new(vec![Shape::Circle]),
        };
        Self {
            inputs,
            kept: Kept::default(),
        }
    }

    /// The elements, and what may be wrong with them.
    pub(super) fn elements(&self) -> &Elements {
        &self.inputs.elements
    }

    /// The pass of this frame, and what was dropped from it. Without a view nothing is drawn.
    pub(super) fn draw(
        &mut self,
        sink: (SinkId, &Arc<str>),
        view: Option<&View>,
        fields: &FieldStore,
        registers: &Registers,
    ) -> (Instances2d, Option<Dropped>) {
        let Self { inputs, kept } = self;
        let sources = inputs.elements.sources();
        let same = kept.made.same(sources, fields, registers) && kept.view.as_ref() == view;
        kept.view = view.copied();
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
    ) -> Instances2d {
        kept.rows.clear();
        kept.dropped = None;
        let colors = bytes(self.color, fields, registers);
        if let Some(view) = kept.view {
            let dropped = self.project(id, &view, &colors, (fields, registers), &mut kept.rows);
            kept.dropped = (!dropped.is_empty()).then_some(dropped);
        }
        // The element breaks all ties, so an unstable (not allocating) sort gives one result.
        kept.rows.sort_unstable();
        let Kept {
            rows,
            pos,
            size,
            color,
            element,
            ..
        } = kept;
        let in_order = rows.len() == self.elements.count as usize
            && rows.iter().zip(0..).all(|(row, i)| row.element == i);
        let rgba = match colors {
            Column::Many(all) if !in_order => {
                let picked = rows.iter().map(|row| all[row.element as usize]);
                Column::Many(color.fill(picked))
            }
            colors => colors,
        };
        let place = |row: &Row| row.pos.map(f32::from_bits);
        Instances2d {
            sink: Arc::clone(key),
            source: tree::Source::Instances3d,
            count: rows.len() as u32,
            pos: Column::Many(pos.fill(rows.iter().map(place))),
            size: Column::Many(size.fill(rows.iter().map(|row| f32::from_bits(row.size)))),
            rotation: Column::One(0.0),
            shapes: Arc::clone(&self.circle),
            shape_id: Column::One(0),
            rgba,
            stroke_width: Column::One(0.0),
            stroke_rgba: Column::One([0; 4]),
            blend: self.blend,
            element: (!in_order).then(|| element.fill(rows.iter().map(|row| row.element))),
            ids: Arc::clone(&self.elements.ids),
        }
    }

    /// Lists what is seen.
    fn project(
        &self,
        sink: SinkId,
        view: &View,
        colors: &Column<[u8; 4]>,
        (fields, registers): (&FieldStore, &Registers),
        rows: &mut Vec<Row>,
    ) -> Dropped {
        let positions = points3(self.pos, fields, registers);
        let sizes = self.size.numbers(fields, registers);
        let faults = self.elements.faults(fields, registers);
        let mut dropped = Dropped::new(sink);
        for element in 0..self.elements.count {
            let i = element as usize;
            let size = sizes.at(i);
            let fault = faults.of(element);
            if let Some(fault) = fault.or((size < 0.0).then_some(Fault::NegativeSize)) {
                dropped.add(element, fault);
                continue;
            }
            let v = view.seen(positions.at(i).map(f64::from));
            let (divisor, depth, ndc) = (view.divisor(v), view.depth(v), view.ndc(v));
            let inside = |x: f64| (-1.0..=1.0).contains(&x);
            if !(divisor > 0.0 && inside(depth) && inside(ndc[0]) && inside(ndc[1])) {
                dropped.culled += 1;
                continue;
            }
            let size = match self.world {
                true => (f64::from(size) * view.px_per_unit(divisor)) as f32,
                false => size,
            };
            if size > 0.0 && colors.at(i)[3] > 0 {
                rows.push(Row {
                    nearness: !ascending(depth),
                    element,
                    pos: view.screen(ndc).map(|x| (x as f32).to_bits()),
                    size: size.min(f32::MAX).to_bits(),
                });
            }
        }
        dropped
    }
}

/// A number whose order is that of `x`; −0 is 0.
pub(super) fn ascending(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    match bits >> 63 {
        0 => bits | 1 << 63,
        _ => !bits,
    }
}
