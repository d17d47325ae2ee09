//! Discs in space: columns and a view become an `Instances2d` pass.
//!
//! Elements with a fault are dropped and counted as in the plane; elements outside the picture or not
//! between the planes are culled, which is counted but no fault. What remains is sorted, farthest
//! first, ties by index. Everything is computed in f64 and rounded once. While neither a column nor
//! the view changes, the pass of the frame before is used as it is. Read next: `camera`.

use super::camera::View;
use super::field::{FieldStore, Finite};
use super::health::{Dropped, Fault};
use super::registers::Registers;
use super::rows::{Made, Pool, bytes, finite, points3};
use super::sinks::{self, Named, Source};
use crate::ir::{CameraId, DomainId, InputRef, SinkId};
use crate::render_tree::{self as tree, Blend, Column, Ids, Instances2d, Shape};
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
    domain: DomainId,
    count: u32,
    ids: Arc<Ids>,
    pos: Source,
    size: Source,
    color: Source,
    camera: CameraId,
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
        let camera = match named.get("camera") {
            Some(InputRef::Camera(camera)) => camera,
            _ => CameraId(0),
        };
        let inputs = Inputs {
            domain,
            count: named.program.tables.graph.domains[domain.index()].count,
            ids: sinks::ids(named.program, domain),
            pos: named.source("pos", [0.0; 4]),
            size: named.source("size", [0.0; 4]),
            color: named.source("color", [1.0; 4]),
            camera,
            world: named.word("sizeMode").as_deref() == Some("world"),
            blend: named.blend(),
            circle: Arc::new(vec![Shape::Circle]),
        };
        Self {
            inputs,
            kept: Kept::default(),
        }
    }

    /// The element's domain, for messages.
    pub(super) fn domain(&self) -> DomainId {
        self.inputs.domain
    }

    /// Who looks.
    pub(super) fn camera(&self) -> CameraId {
        self.inputs.camera
    }

    /// The input that a fault is about.
    pub(super) fn source(&self, fault: Fault) -> Source {
        match fault {
            Fault::Position => self.inputs.pos,
            Fault::Color => self.inputs.color,
            _ => self.inputs.size,
        }
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
        let sources = [inputs.pos, inputs.size, inputs.color].into_iter();
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
        let in_order = rows.len() == self.count as usize
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
            ids: Arc::clone(&self.ids),
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
        let channels = [
            (Fault::Position, self.pos, 3),
            (Fault::Size, self.size, 1),
            (Fault::Color, self.color, 4),
        ]
        .map(|(fault, source, lanes)| (fault, finite(source, lanes, fields, registers)));
        let sound = channels.iter().all(|(_, finite)| *finite == Finite::All);
        let mut dropped = Dropped::new(sink);
        for element in 0..self.count {
            let i = element as usize;
            let size = sizes.at(i);
            let broken = |(fault, finite): &(Fault, Finite<'_>)| (!finite.at(i)).then_some(*fault);
            let fault = match sound {
                true => None,
                false => channels.iter().find_map(broken),
            };
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
