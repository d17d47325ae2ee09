//! Lines through elements: columns become a `Strokes2d` pass.
//!
//! Elements with a fault are dropped and counted, and the line goes on without them; which elements
//! are in one line depends on their index alone. Where width and colour are the same for all elements
//! each line is one stroke, else each piece of it. Outlines are written into those of three frames
//! ago; while no column changes, the pass of the frame before is used as it is.

use super::elements::Elements;
use super::field::FieldStore;
use super::health::{Dropped, Fault};
use super::registers::Registers;
use super::rows::{Made, Pool, bytes, pick, points};
use super::sinks::{Named, Source};
use crate::ir::{DomainId, Program, SinkId};
use crate::path::Cmd;
use crate::render_tree::{Blend, Cap, Column, PathData, StrokeStyle, Strokes2d};
use std::ops::Range;
use std::sync::Arc;

/// A pass of lines: where its columns come from, and what it keeps between frames.
#[derive(Debug)]
pub(super) struct Plan {
    inputs: Inputs,
    kept: Kept,
}

/// Where the columns of a pass come from, and how elements become lines.
#[derive(Debug)]
struct Inputs {
    elements: Elements,
    pos: Source,
    width: Source,
    color: Source,
    /// Each piece is a stroke of its own.
    pieces: bool,
    /// Elements of a line, ≥ 1.
    group: u32,
    closed: bool,
    smooth: bool,
    style: Arc<StrokeStyle>,
    blend: Blend,
}

/// What a pass keeps between frames.
#[derive(Debug, Default)]
struct Kept {
    made: Made,
    pass: Option<Strokes2d>,
    dropped: Option<Dropped>,
    /// Elements without a fault.
    sound: Vec<u32>,
    /// The element of each stroke.
    rows: Vec<u32>,
    outlines: Outlines,
    path: Pool<u32>,
    width: Pool<f32>,
    color: Pool<[u8; 4]>,
    element: Pool<u32>,
}

impl Plan {
    pub(super) fn new(named: &Named<'_>, domain: DomainId) -> Self {
        let pos = named.source("pos", [0.0; 4]);
        let [width, color] = ["width", "color"].map(|name| named.source(name, [0.0; 4]));
        let channels = [
            (Fault::Position, pos, 2),
            (Fault::Color, color, 4),
            (Fault::Width, width, 1),
        ];
        let elements = Elements::new(named, domain, &channels);
        let group = match named.number("groupSize") {
            Some(size) if size >= 1.0 => size as u32,
            _ => elements.count,
        };
        Self {
            inputs: Inputs {
                elements,
                pos,
                width,
                color,
                pieces: [width, color].iter().any(|s| differs(named.program, *s)),
                group: group.max(1),
                closed: named.flag("closed"),
                smooth: named.flag("smooth"),
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
    ) -> (Strokes2d, Option<Dropped>) {
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

/// Whether a value may differ between elements: a column of a field that is over a domain.
fn differs(program: &Program, source: Source) -> bool {
    let Source::Req(req) = source else {
        return false;
    };
    let field = program.tables.materialize.requests[req.index()].field;
    program.tables.field.nodes[field.index()].dom.is_some()
}

impl Inputs {
    fn build(
        &self,
        (id, key): (SinkId, &Arc<str>),
        fields: &FieldStore,
        registers: &Registers,
        kept: &mut Kept,
    ) -> Strokes2d {
        self.select(id, fields, registers, kept);
        let pos = points(self.pos, fields, registers);
        let mut width = self.width.numbers(fields, registers);
        let mut color = bytes(self.color, fields, registers);
        let paints = |element: u32| {
            let at = element as usize;
            width.at(at) > 0.0 && color.at(at)[3] > 0
        };
        let Kept {
            sound,
            rows,
            outlines,
            ..
        } = kept;
        rows.clear();
        let paths = outlines.fill(|pen| {
            let mut rest = sound.as_slice();
            while let Some(&first) = rest.first() {
                let line = first / self.group;
                let n = rest.partition_point(|e| e / self.group == line);
                let (elements, others) = rest.split_at(n);
                rest = others;
                let line = Line {
                    pos: &pos,
                    elements,
                    closed: self.closed,
                    smooth: self.smooth,
                };
                self.trace(&line, &paints, pen, rows);
            }
        });
        pick(&mut width, rows, &mut kept.width);
        pick(&mut color, rows, &mut kept.color);
        let in_order = rows.iter().zip(0..).all(|(&element, i)| element == i);
        let path_of = match rows.len() {
            0 | 1 => Column::One(0),
            n => Column::Many(kept.path.fill(0..n as u32)),
        };
        if rows.is_empty() {
            // A value that all elements share may be the fault that dropped them.
            width = Column::One(0.0);
        }
        Strokes2d {
            sink: Arc::clone(key),
            count: rows.len() as u32,
            paths,
            path_of,
            stroke_width: width,
            stroke_rgba: color,
            style: Arc::clone(&self.style),
            blend: self.blend,
            element: (!in_order).then(|| kept.element.fill(rows.iter().copied())),
            ids: Arc::clone(&self.elements.ids),
        }
    }

    /// Lists the elements without a fault, counts the others.
    fn select(&self, sink: SinkId, fields: &FieldStore, registers: &Registers, kept: &mut Kept) {
        let faults = self.elements.faults(fields, registers);
        kept.sound.clear();
        kept.dropped = None;
        if faults.are_none() {
            kept.sound.extend(0..self.elements.count);
            return;
        }
        let mut dropped = Dropped::new(sink);
        for i in 0..self.elements.count {
            match faults.of(i) {
                Some(fault) => dropped.add(i, fault),
                None => kept.sound.push(i),
            }
        }
        kept.dropped = (!dropped.is_empty()).then_some(dropped);
    }

    /// The strokes of a line that paint something, and the element of each.
    fn trace(
        &self,
        line: &Line<'_>,
        paints: &impl Fn(u32) -> bool,
        pen: &mut Pen<'_>,
        rows: &mut Vec<u32>,
    ) {
        let elements = line.elements;
        if elements.len() == 1 && self.style.cap == Cap::Butt {
            return;
        }
        if !self.pieces {
            if paints(elements[0]) {
                line.write(0..line.pieces(), pen.path());
                rows.push(elements[0]);
            }
            return;
        }
        for (piece, &element) in (0..line.pieces()).zip(elements) {
            if paints(element) {
                line.write(piece..piece + 1, pen.path());
                rows.push(element);
            }
        }
    }
}

/// Elements that one line goes through; at least one.
struct Line<'a> {
    pos: &'a Column<[f32; 2]>,
    elements: &'a [u32],
    closed: bool,
    smooth: bool,
}

impl Line<'_> {
    /// From element to element; a dot is a piece from an element to itself.
    fn pieces(&self) -> usize {
        match self.elements.len() {
            1 => 1,
            n if self.closed => n,
            n => n - 1,
        }
    }

    /// The k-th point; an open line repeats its ends.
    fn point(&self, k: isize) -> [f32; 2] {
        let n = self.elements.len() as isize;
        let k = if self.closed {
            k.rem_euclid(n)
        } else {
            k.clamp(0, n - 1)
        };
        self.pos.at(self.elements[k as usize] as usize)
    }

    fn write(&self, pieces: Range<usize>, path: &mut PathData) {
        let whole = pieces.len() == self.pieces();
        path.cmds.push(Cmd::M as u8);
        path.pts.push(self.point(pieces.start as isize));
        for piece in pieces {
            let k = piece as isize;
            let [before, from, to, after] =
                [k - 1, k, k + 1, k + 2].map(|k| self.point(k).map(f64::from));
            if self.smooth && self.elements.len() > 1 {
                path.cmds.push(Cmd::C as u8);
                path.pts.push(leaning(from, to, before));
                path.pts.push(leaning(to, from, after));
                path.pts.push(self.point(k + 1));
            } else if !(whole && self.closed && piece + 1 == self.pieces() && piece > 0) {
                path.cmds.push(Cmd::L as u8);
                path.pts.push(self.point(k + 1));
            }
        }
        if whole && self.closed && self.elements.len() > 1 {
            path.cmds.push(Cmd::Z as u8);
        }
    }
}

/// The control point of Catmull–Rom at `at`, on the way to `to` with `beyond` on the other side:
/// at + (to − beyond)/6, and within what f32 holds.
fn leaning(at: [f64; 2], to: [f64; 2], beyond: [f64; 2]) -> [f32; 2] {
    const MOST: f64 = f32::MAX as f64;
    std::array::from_fn(|k| (at[k] + (to[k] - beyond[k]) / 6.0).clamp(-MOST, MOST) as f32)
}

/// Three tables of outlines, like the buffers of [`Pool`]; the outlines in them are used again too.
#[derive(Debug, Default)]
struct Outlines {
    tables: [Arc<Vec<Arc<PathData>>>; 3],
    spare: Vec<Arc<PathData>>,
}

/// Writes a table of outlines.
struct Pen<'a> {
    table: &'a mut Vec<Arc<PathData>>,
    used: usize,
    spare: &'a mut Vec<Arc<PathData>>,
}

impl Outlines {
    /// A shared table of what `draw` writes; allocates only while all earlier ones are still held.
    fn fill(&mut self, draw: impl FnOnce(&mut Pen<'_>)) -> Arc<Vec<Arc<PathData>>> {
        let free = self
            .tables
            .iter_mut()
            .position(|t| Arc::get_mut(t).is_some());
        let at = free.unwrap_or_else(|| {
            self.tables[0] = Arc::default();
            0
        });
        if let Some(table) = Arc::get_mut(&mut self.tables[at]) {
            let mut pen = Pen {
                table,
                used: 0,
                spare: &mut self.spare,
            };
            draw(&mut pen);
            let used = pen.used;
            self.spare.extend(table.drain(used..));
        }
        Arc::clone(&self.tables[at])
    }
}

impl Pen<'_> {
    /// The next outline, empty.
    fn path(&mut self) -> &mut PathData {
        if self.used == self.table.len() {
            self.table.push(self.spare.pop().unwrap_or_default());
        }
        let slot = &mut self.table[self.used];
        self.used += 1;
        if Arc::get_mut(slot).is_none() {
            *slot = Arc::default();
        }
        // Nobody else holds it, so nothing is copied.
        let path = Arc::make_mut(slot);
        path.cmds.clear();
        path.pts.clear();
        path
    }
}
