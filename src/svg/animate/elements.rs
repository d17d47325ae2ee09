//! Passes of rows as elements that move.
//!
//! In: the same pass in all frames. Out: one SVG element a row, with frame 0 in its attributes and a
//! block of keyframes for each channel that changes. What changes in a way that keyframes cannot say is
//! reported, and the caller bakes the pass.

use super::super::document::{Pen, mix};
use super::super::instances::{Scratch, place_attribute, push_shape_id, reference};
use super::super::look::Shared;
use super::super::paths::stroke_style;
use super::super::text::{self, Text, number};
use super::keyframes::Keyframes;
use crate::math::affine::{Affine, Turn};
use crate::motion::course::Course;
use crate::motion::thin::{is_constant, thin};
use crate::motion::track::{Part, Track};
use crate::render_tree::rows::{Outline, Placed, Row, Rows};
use crate::render_tree::{FillRule, Shape};
use std::sync::Arc;

/// Largest error of a place between kept keyframes, user px and degrees.
const PLACE: f64 = 0.02;
/// Largest error of a colour, levels.
const LEVEL: f64 = 0.5;
/// Largest factor between frames for which a stroke's width can make up for a scale.
const GROWTH: f64 = 1.5;

/// What keyframes are written with.
pub(super) struct Motion<'a> {
    pub(super) keyframes: &'a mut Keyframes,
    /// Fractions of the whole, one a frame and one for the end.
    pub(super) times: &'a [f64],
    /// The frame that stands at the end once more.
    close: Option<usize>,
    track: Track,
    pub(super) kept: Vec<usize>,
    names: Vec<u32>,
    widths: Vec<[f64; 1]>,
}

impl<'a> Motion<'a> {
    /// For frames at these fractions; `close` is the one whose copy stands at the last.
    pub(super) fn new(
        keyframes: &'a mut Keyframes,
        times: &'a [f64],
        close: Option<usize>,
    ) -> Self {
        Self {
            keyframes,
            times,
            close,
            track: Track::default(),
            kept: Vec::new(),
            names: Vec::new(),
            widths: Vec::new(),
        }
    }

    /// Values of a channel that is no element's, a frame each, and the copy at the end.
    pub(super) fn channel<T: Copy>(&self, frames: impl Iterator<Item = T>) -> Vec<T> {
        let mut values: Vec<T> = frames.collect();
        if let Some(&copy) = self.close.and_then(|frame| values.get(frame)) {
            values.push(copy);
        }
        values
    }
}

/// Writes a pass whose rows can be matched from frame to frame.
///
/// # Errors
/// What keyframes cannot say, in words; nothing is written then.
pub(super) fn write(
    pen: &mut Pen,
    motion: &mut Motion,
    frames: &[Rows],
) -> Result<(), &'static str> {
    let first = frames[0];
    let course = follow(frames)?;
    let mut shared = None;
    let mut uses = Uses::new(frames);
    each(&course, frames, motion, |motion, element| {
        let unit = moves(&motion.track, element.outline);
        for part in Part::of(first.blend(), &motion.track) {
            let row = base_row(&motion.track, *part, unit);
            Shared::join(&mut shared, &row);
        }
        uses.count(element);
        Ok(())
    })?;
    let shared = shared.unwrap_or_default();

    pen.body.begin("g");
    let base = pen.identify(first.sink());
    shared.write(pen.body);
    if first.fill_rule() == FillRule::Evenodd {
        pen.body.attribute("fill-rule", "evenodd");
    }
    if let Some(style) = first.style() {
        stroke_style(pen.body, style);
    }
    pen.body.open();
    pen.scratch.begin(uses.shapes.map_or(0, <[Shape]>::len));
    let writer = Writer {
        base: &base,
        rows: first,
        shared,
        uses,
    };
    each(&course, frames, motion, |motion, element| {
        for (i, part) in Part::of(first.blend(), &motion.track).iter().enumerate() {
            writer.element(pen, motion, element, *part, i == 0);
        }
        Ok(())
    })?;
    pen.body.close("g");
    Ok(())
}

/// One element: its row in the first frame that has it.
#[derive(Debug, Clone, Copy)]
struct Element<'a> {
    number: u32,
    rows: Rows<'a>,
    row: usize,
    outline: Outline<'a>,
}

/// The elements of a pass.
fn follow<'a>(frames: &'a [Rows<'a>]) -> Result<Course<'a>, &'static str> {
    let first = frames[0];
    let alike = |rows: &Rows| {
        rows.blend() == first.blend()
            && rows.fill_rule() == first.fill_rule()
            && rows.style() == first.style()
            && rows.ids() == first.ids()
    };
    if !frames.iter().all(alike) {
        return Err("its blend mode, fill rule, stroke style or ids change");
    }
    Course::of_elements(frames)
}

/// Fills the track of each element in turn.
fn each(
    course: &Course,
    frames: &[Rows],
    motion: &mut Motion,
    mut visit: impl FnMut(&mut Motion, &Element) -> Result<(), &'static str>,
) -> Result<(), &'static str> {
    course.each(|at| {
        let mut known: Option<Element> = None;
        motion.track.clear();
        for (&rows, row) in frames.iter().zip(at) {
            let state = match *row {
                Some(row) => state(rows, row, &mut known)?,
                None => None,
            };
            motion.track.push(state);
        }
        motion.track.finish(motion.close);
        if let Some(element) = known {
            check_growth(&motion.track)?;
            visit(motion, &element)?;
        }
        Ok(())
    })
}

/// What a row is, and whether it still has the outline it had.
fn state<'a>(
    rows: Rows<'a>,
    row: usize,
    known: &mut Option<Element<'a>>,
) -> Result<Option<(Placed, Row)>, &'static str> {
    let Some(outline) = rows.outline(row) else {
        return Ok(None);
    };
    match known {
        Some(element) if !element.outline.is(outline) => {
            return Err("the outlines of its elements change");
        }
        Some(_) => {}
        None => {
            *known = Some(Element {
                number: rows.element(row),
                rows,
                row,
                outline,
            });
        }
    }
    let (placed, look) = (rows.placed(row), rows.row(row));
    if placed.scale == 0.0 {
        let round = matches!(outline, Outline::Shape(Shape::Circle | Shape::Ring { .. }));
        if round && look.stroke.is_some() {
            return Err("a stroked element shrinks to a point");
        }
        return Ok(None);
    }
    Ok(Some((placed, look)))
}

/// A width that makes up for a scale does so at frames only, and nearly between them.
fn check_growth(track: &Track) -> Result<(), &'static str> {
    if !track.stroke.paints() {
        return Ok(());
    }
    let grows = |pair: &[[f64; 4]]| {
        let (a, b) = (pair[0][3], pair[1][3]);
        a != b && !(a / b < GROWTH && b / a < GROWTH)
    };
    if track.place.windows(2).any(grows) {
        return Err("a stroked element changes its size by more than half from frame to frame");
    }
    Ok(())
}

/// What an element paints in frame 0. Its stroke is divided by the scale that will multiply it.
fn base_row(track: &Track, part: Part, unit: bool) -> Row {
    let stroke = track.stroke.at(0).filter(|_| part.strokes(track));
    Row {
        fill: track.fill.at(0).filter(|_| part.fills(track)),
        width: if stroke.is_some() {
            width_at(track, 0, unit) as f32
        } else {
            0.0
        },
        stroke,
    }
}

fn width_at(track: &Track, frame: usize, unit: bool) -> f64 {
    let scale = if unit {
        track.place[frame][3].abs()
    } else {
        1.0
    };
    track.width[frame][0] / scale
}

/// How often shapes are needed, if all frames agree on their numbers.
struct Uses<'a> {
    shapes: Option<&'a [Shape]>,
    counts: Vec<u32>,
}

impl<'a> Uses<'a> {
    fn new(frames: &[Rows<'a>]) -> Self {
        let table = |rows: &Rows<'a>| match rows {
            Rows::Instances(pass) => Some(&pass.shapes),
            Rows::Paths(_) | Rows::Strokes(_) => None,
        };
        let first = table(&frames[0]);
        let same = frames.iter().all(|rows| match (table(rows), first) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        });
        let shapes = first.filter(|_| same).map(|table| table.as_slice());
        Self {
            counts: vec![0; shapes.map_or(0, <[Shape]>::len)],
            shapes,
        }
    }

    /// The number of a shape that may be defined once.
    fn number(&self, element: &Element) -> Option<u16> {
        let Rows::Instances(pass) = element.rows else {
            return None;
        };
        let basic = matches!(
            element.outline,
            Outline::Shape(Shape::Circle | Shape::Square)
        );
        (self.shapes.is_some() && !basic).then(|| pass.shape_id.at(element.row))
    }

    fn count(&mut self, element: &Element) {
        if let Some(number) = self.number(element) {
            self.counts[usize::from(number)] += 1;
        }
    }

    /// The number of a shape that is used more than once.
    fn shared(&self, element: &Element) -> Option<u16> {
        self.number(element)
            .filter(|&number| self.counts[usize::from(number)] > 1)
    }
}

/// How far off x, y, degrees and scale may be for an outline.
fn tolerance(outline: Outline) -> [f64; 4] {
    [PLACE, PLACE, PLACE, PLACE / outline.reach()]
}

fn moves(track: &Track, outline: Outline) -> bool {
    !is_constant(track.place.as_flattened(), &tolerance(outline))
}

/// What the elements of a pass have in common.
struct Writer<'a> {
    base: &'a str,
    rows: Rows<'a>,
    shared: Shared,
    uses: Uses<'a>,
}

impl Writer<'_> {
    fn element(
        &self,
        pen: &mut Pen,
        motion: &mut Motion,
        element: &Element,
        part: Part,
        named: bool,
    ) {
        let moves = moves(&motion.track, element.outline);
        let row = base_row(&motion.track, part, moves);
        let mut names = std::mem::take(&mut motion.names);
        names.clear();
        if moves {
            names.push(motion.place(element.outline));
        }
        motion.look(part, moves, &mut names);
        let shared = self.uses.shared(element);
        let unit = moves || (shared.is_some() && row.stroke.is_none());
        let name = match (element.outline, unit) {
            _ if shared.is_some() && unit => "use",
            (Outline::Shape(Shape::Circle), _) => "circle",
            (Outline::Shape(Shape::Square), true) => "rect",
            (Outline::Shape(Shape::Square), false) if motion.track.place[0][2] == 0.0 => "rect",
            _ => "path",
        };
        if let Some(number) = shared.filter(|_| unit) {
            self.define(pen, element.outline, number);
        }
        pen.body.begin(name);
        if named {
            pen.element_id(self.base, self.rows.ids(), element.number, None);
        }
        pen.body.class(&names);
        if unit {
            self.unit(pen, element.outline, shared);
            let [x, y, turn, scale] = motion.track.place[0];
            place_attribute(pen.body, [x, y], turn, scale);
        } else {
            fixed(pen, element.outline, motion.track.place[0]);
        }
        self.shared.write_row(pen.body, &row);
        if !motion.track.seen[0] {
            pen.body.attribute("visibility", "hidden");
        }
        pen.body.style(&names, mix(self.rows.blend()).as_slice());
        pen.body.empty();
        motion.names = names;
    }

    /// The outline at the origin, of radius 1.
    fn unit(&self, pen: &mut Pen, outline: Outline, shared: Option<u16>) {
        if let Some(number) = shared {
            return reference(pen, self.base, number);
        }
        match outline {
            Outline::Shape(Shape::Circle) => pen.body.attribute("r", "1"),
            Outline::Shape(Shape::Square) => {
                for (name, value) in [("x", "-1"), ("y", "-1"), ("width", "2"), ("height", "2")] {
                    pen.body.attribute(name, value);
                }
            }
            outline => path(pen.body, pen.scratch, outline, &Affine::IDENTITY),
        }
    }

    fn define(&self, pen: &mut Pen, outline: Outline, number: u16) {
        if !pen.scratch.is_new(number) {
            return;
        }
        pen.defs.begin("path");
        pen.defs.name("id");
        push_shape_id(self.base, number, &mut pen.defs.out);
        pen.defs.quote();
        path(pen.defs, pen.scratch, outline, &Affine::IDENTITY);
        pen.defs.empty();
    }
}

/// The outline where it stands for ever.
fn fixed(pen: &mut Pen, outline: Outline, [x, y, turn, scale]: [f64; 4]) {
    let body = &mut *pen.body;
    match outline {
        Outline::Shape(Shape::Circle) => {
            for (name, value) in [("cx", x), ("cy", y), ("r", scale)] {
                body.number(name, value);
            }
        }
        Outline::Shape(Shape::Square) if turn == 0.0 => {
            let values = [x - scale, y - scale, 2.0 * scale, 2.0 * scale];
            for (name, value) in ["x", "y", "width", "height"].into_iter().zip(values) {
                body.number(name, value);
            }
        }
        outline => {
            let turn = Turn::new((turn.to_radians()) as f32);
            let map = Affine::place(scale, turn, [x as f32, y as f32]);
            path(body, pen.scratch, outline, &map);
        }
    }
}

/// `d` of an outline under a map, and its own fill rule.
fn path(text: &mut Text, scratch: &mut Scratch, outline: Outline, map: &Affine) {
    text.name("d");
    match outline {
        Outline::Shape(shape) => scratch.outline(shape, None, map, &mut text.out),
        Outline::Path(data) => text::path(&mut text.out, data, map),
    }
    text.quote();
    if matches!(outline, Outline::Shape(Shape::Ring { .. })) {
        text.attribute("fill-rule", "evenodd");
    }
}

impl Motion<'_> {
    /// Keyframes of the place.
    fn place(&mut self, outline: Outline) -> u32 {
        let place = &self.track.place;
        thin(
            self.times,
            place.as_flattened(),
            &tolerance(outline),
            &mut self.kept,
        );
        let turns = place.iter().any(|p| p[2] != 0.0);
        let scales = place.iter().any(|p| p[3] != 1.0);
        self.keyframes.linear(&self.kept, |frame, out| {
            let [x, y, turn, scale] = place[frame];
            out.push_str("transform:translate(");
            number(out, x);
            out.push_str("px,");
            number(out, y);
            out.push_str("px)");
            if turns {
                out.push_str(" rotate(");
                number(out, turn);
                out.push_str("deg)");
            }
            if scales {
                out.push_str(" scale(");
                number(out, scale);
                out.push(')');
            }
        })
    }

    /// Keyframes of colours, widths and visibility.
    fn look(&mut self, part: Part, unit: bool, names: &mut Vec<u32>) {
        let Self {
            keyframes,
            times,
            track,
            kept,
            ..
        } = self;
        let inks = [
            ("fill", &track.fill, part.fills(track)),
            ("stroke", &track.stroke, part.strokes(track)),
        ];
        for (name, ink, _) in inks.into_iter().filter(|(_, _, paints)| *paints) {
            push_ink(
                (keyframes, times, kept),
                name,
                (&ink.rgb, &ink.alpha),
                names,
            );
        }
        if part.strokes(track) {
            self.width(unit, names);
        }
        if self.track.seen.contains(&false) {
            let seen = self.track.seen.iter().copied();
            names.push(self.keyframes.visibility(seen));
        }
    }

    /// Keyframes of a colour and its alpha, where they change.
    pub(super) fn ink(&mut self, name: &str, rgb: &[[f64; 3]], alpha: &[[f64; 1]]) -> Vec<u32> {
        let mut names = Vec::new();
        let means = (&mut *self.keyframes, self.times, &mut self.kept);
        push_ink(means, name, (rgb, alpha), &mut names);
        names
    }

    /// Keyframes of the stroke's width.
    fn width(&mut self, unit: bool, names: &mut Vec<u32>) {
        let track = &self.track;
        self.widths.clear();
        let frames = 0..track.width.len();
        self.widths
            .extend(frames.map(|frame| [width_at(track, frame, unit)]));
        let largest = track.place.iter().map(|p| p[3].abs()).fold(1.0, f64::max);
        let tolerance = [PLACE / largest];
        if is_constant(self.widths.as_flattened(), &tolerance) {
            return;
        }
        thin(
            self.times,
            self.widths.as_flattened(),
            &tolerance,
            &mut self.kept,
        );
        let widths = &self.widths;
        names.push(self.keyframes.linear(&self.kept, |frame, out| {
            out.push_str("stroke-width:");
            number(out, widths[frame][0]);
            out.push_str("px");
        }));
    }
}

/// Keyframes of a colour and its alpha, where they change.
fn push_ink(
    (keyframes, times, kept): (&mut Keyframes, &[f64], &mut Vec<usize>),
    name: &str,
    (rgb, alpha): (&[[f64; 3]], &[[f64; 1]]),
    names: &mut Vec<u32>,
) {
    if !is_constant(rgb.as_flattened(), &[LEVEL; 3]) {
        thin(times, rgb.as_flattened(), &[LEVEL; 3], kept);
        names.push(keyframes.linear(kept, |frame, out| {
            out.push_str(name);
            out.push(':');
            text::color(out, rgb[frame].map(|v| v as u8));
        }));
    }
    if !is_constant(alpha.as_flattened(), &[LEVEL]) {
        thin(times, alpha.as_flattened(), &[LEVEL], kept);
        names.push(keyframes.linear(kept, |frame, out| {
            out.push_str(name);
            out.push_str("-opacity:");
            text::opacity(out, alpha[frame][0] as u8);
        }));
    }
}
