//! A pass of shapes at positions.
//!
//! In: an [`Instances2d`] pass. Out: circles, upright squares as `<rect>`, shapes that repeat as `<use>`
//! of one definition, and everything else (a stroke, or a shape that comes once) as `<path>` with its
//! numbers worked out.

use super::document::{Pen, mix};
use super::look::Shared;
use super::text::{Text, circle, list, number, path, polygon, whole};
use crate::math::affine::{Affine, Turn, degrees};
use crate::render_tree::rows::{Look, Row};
use crate::render_tree::{Blend, Instances2d, Shape};

/// Buffers that are kept from pass to pass.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Rows that could use a definition, by shape.
    uses: Vec<u32>,
    /// Whether a shape is defined already.
    defined: Vec<bool>,
    corners: Vec<[f64; 2]>,
    /// The shape whose corners these are.
    of: Option<u16>,
}

/// Writes a pass.
pub(super) fn write(pen: &mut Pen, pass: &Instances2d) {
    let look = Look {
        fill: Some(&pass.rgba),
        stroke_width: &pass.stroke_width,
        width_unit: 1.0,
        stroke: &pass.stroke_rgba,
    };
    let count = pass.count as usize;
    let shared = Shared::of_rows(&look, count);
    pen.body.begin("g");
    let base = pen.identify(&pass.sink);
    shared.write(pen.body);
    if count == 0 {
        return pen.body.empty();
    }
    pen.body.open();
    pen.scratch.count(pass, &look);
    for i in 0..count {
        let row = look.row(i);
        if let Some(shape) = pass.shapes.get(usize::from(pass.shape_id.at(i))) {
            let element = Element {
                pass,
                base: &base,
                shared: &shared,
                shape,
                i,
            };
            element.write(pen, &row);
        }
    }
    pen.body.close("g");
}

impl Scratch {
    /// Forgets the shapes of the pass before; nothing is defined.
    pub(super) fn begin(&mut self, shapes: usize) {
        self.of = None;
        self.defined.clear();
        self.defined.resize(shapes, false);
    }

    /// Whether a shape is not defined yet; it is from now on.
    pub(super) fn is_new(&mut self, id: u16) -> bool {
        !std::mem::replace(&mut self.defined[usize::from(id)], true)
    }

    /// Counts the rows that could use a definition.
    fn count(&mut self, pass: &Instances2d, look: &Look) {
        self.begin(pass.shapes.len());
        self.uses.clear();
        self.uses.resize(pass.shapes.len(), 0);
        if pass.shapes.iter().all(|shape| *shape == Shape::Circle) {
            return;
        }
        for i in 0..pass.count as usize {
            let id = usize::from(pass.shape_id.at(i));
            if let Some(shape) = pass.shapes.get(id)
                && !is_basic(shape, pass.rotation.at(i))
                && look.row(i).stroke.is_none()
            {
                self.uses[id] += 1;
            }
        }
    }
}

/// Whether SVG has an element for the shape as it stands.
fn is_basic(shape: &Shape, rotation: f32) -> bool {
    match shape {
        Shape::Circle => true,
        Shape::Square => rotation == 0.0,
        _ => false,
    }
}

/// One row of a pass.
struct Element<'a> {
    pass: &'a Instances2d,
    base: &'a str,
    shared: &'a Shared,
    shape: &'a Shape,
    i: usize,
}

impl Element<'_> {
    /// Fill and stroke of one element are blended one after the other, as two elements of SVG unless
    /// that makes no difference.
    fn write(&self, pen: &mut Pen, row: &Row) {
        if self.size() == 0.0 {
            return self.write_point(pen, row);
        }
        if self.pass.blend == Blend::Normal || row.fill.is_none() || row.stroke.is_none() {
            return self.write_one(pen, row, true);
        }
        let fill = Row {
            stroke: None,
            width: 0.0,
            ..*row
        };
        let stroke = Row { fill: None, ..*row };
        self.write_one(pen, &fill, true);
        self.write_one(pen, &stroke, false);
    }

    fn write_one(&self, pen: &mut Pen, row: &Row, named: bool) {
        let id = self.pass.shape_id.at(self.i);
        let rotation = self.pass.rotation.at(self.i);
        if is_basic(self.shape, rotation) {
            self.write_basic(pen, row, named);
        } else if row.stroke.is_none() && pen.scratch.uses[usize::from(id)] > 1 {
            self.write_use(pen, row, id, named);
        } else {
            self.begin(pen, "path", named);
            let map = Affine::place(self.size(), Turn::new(rotation), self.pass.pos.at(self.i));
            pen.body.name("d");
            pen.scratch
                .outline(self.shape, Some(id), &map, &mut pen.body.out);
            pen.body.quote();
            if matches!(self.shape, Shape::Ring { .. }) {
                pen.body.attribute("fill-rule", "evenodd");
            }
            self.end(pen, row);
        }
    }

    /// A circle or an upright square.
    fn write_basic(&self, pen: &mut Pen, row: &Row, named: bool) {
        let ([x, y], size) = (self.pos(), self.size());
        if *self.shape == Shape::Circle {
            self.begin(pen, "circle", named);
            pen.body.number("cx", x);
            pen.body.number("cy", y);
            pen.body.number("r", size);
        } else {
            self.begin(pen, "rect", named);
            pen.body.number("x", x - size);
            pen.body.number("y", y - size);
            pen.body.number("width", 2.0 * size);
            pen.body.number("height", 2.0 * size);
        }
        self.end(pen, row);
    }

    /// A shape that is defined once.
    fn write_use(&self, pen: &mut Pen, row: &Row, id: u16, named: bool) {
        self.define(pen, id);
        self.begin(pen, "use", named);
        reference(pen, self.base, id);
        let ([x, y], size) = (self.pos(), self.size());
        place_attribute(
            pen.body,
            [x, y],
            degrees(self.pass.rotation.at(self.i)),
            size,
        );
        self.end(pen, row);
    }

    fn define(&self, pen: &mut Pen, id: u16) {
        if !pen.scratch.is_new(id) {
            return;
        }
        pen.defs.begin("path");
        pen.defs.name("id");
        push_shape_id(self.base, id, &mut pen.defs.out);
        pen.defs.quote();
        pen.defs.name("d");
        pen.scratch
            .outline(self.shape, Some(id), &Affine::IDENTITY, &mut pen.defs.out);
        pen.defs.quote();
        if matches!(self.shape, Shape::Ring { .. }) {
            pen.defs.attribute("fill-rule", "evenodd");
        }
        pen.defs.empty();
    }

    /// A circle of no size is a point, whose stroke is a disc; SVG draws no circle without a radius.
    /// Other shapes of no size have nothing to stroke.
    fn write_point(&self, pen: &mut Pen, row: &Row) {
        let Some(stroke) = row.stroke else {
            return;
        };
        if !matches!(self.shape, Shape::Circle | Shape::Ring { .. }) {
            return;
        }
        let [x, y] = self.pos();
        self.begin(pen, "circle", true);
        pen.body.number("cx", x);
        pen.body.number("cy", y);
        pen.body.number("r", f64::from(row.width) / 2.0);
        self.shared.write_filled(pen.body, stroke);
        pen.body.style(&[], mix(self.pass.blend).as_slice());
        pen.body.empty();
    }

    fn begin(&self, pen: &mut Pen, name: &str, named: bool) {
        pen.body.begin(name);
        if named {
            let element = self.pass.element.as_ref();
            let element = element.map_or(self.i as u32, |list| list[self.i]);
            pen.element_id(self.base, &self.pass.ids, element, None);
        }
    }

    fn end(&self, pen: &mut Pen, row: &Row) {
        self.shared.write_row(pen.body, row);
        pen.body.style(&[], mix(self.pass.blend).as_slice());
        pen.body.empty();
    }

    fn pos(&self) -> [f64; 2] {
        self.pass.pos.at(self.i).map(f64::from)
    }

    fn size(&self) -> f64 {
        f64::from(self.pass.size.at(self.i))
    }
}

impl Scratch {
    /// Path data of a shape under a map that keeps circles circles. With an id, corners are kept for
    /// the next row of that shape.
    pub(super) fn outline(
        &mut self,
        shape: &Shape,
        id: Option<u16>,
        map: &Affine,
        out: &mut String,
    ) {
        match shape {
            Shape::Circle | Shape::Ring { .. } => {
                let centre = [map.e, map.f];
                let radius = map.growth();
                circle(out, centre, radius);
                if let Shape::Ring { inner } = shape {
                    circle(out, centre, radius * f64::from(*inner));
                }
            }
            Shape::Path(data) => path(out, data, map),
            Shape::Square | Shape::Triangle | Shape::Star { .. } => {
                if id.is_none() || self.of != id {
                    self.of = id;
                    shape.corners(&mut self.corners);
                }
                polygon(out, &self.corners, map);
            }
        }
    }
}

pub(super) fn push_shape_id(base: &str, id: u16, out: &mut String) {
    out.push_str(base);
    out.push_str(".shape");
    whole(out, u32::from(id));
}

/// `href` of a shape that is defined.
pub(super) fn reference(pen: &mut Pen, base: &str, id: u16) {
    let hrefs: &[&str] = if pen.options.compat {
        &["href", "xlink:href"]
    } else {
        &["href"]
    };
    for href in hrefs {
        pen.body.name(href);
        pen.body.out.push('#');
        push_shape_id(base, id, &mut pen.body.out);
        pen.body.quote();
    }
}

/// `translate(x y) rotate(deg) scale(r)`, without what changes nothing.
pub(super) fn place_attribute(text: &mut Text, pos: [f64; 2], degrees: f64, scale: f64) {
    text.name("transform");
    text.out.push_str("translate(");
    list(&mut text.out, pos);
    text.out.push(')');
    if degrees != 0.0 {
        text.out.push_str(" rotate(");
        number(&mut text.out, degrees);
        text.out.push(')');
    }
    if scale != 1.0 {
        text.out.push_str(" scale(");
        number(&mut text.out, scale);
        text.out.push(')');
    }
    text.quote();
}
