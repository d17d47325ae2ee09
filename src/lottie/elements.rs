//! Passes of rows as groups of shapes that move.
//!
//! In: the same pass in all frames of a stretch. Out: one layer with a group for each element, topmost first
//! as the format wants it; where elements are blended one by one, a layer for each. A group has an outline,
//! a stroke, a fill and a place; an element whose outline becomes another kind has a group for each kind,
//! of which one is seen.

use super::json::string;
use super::keys::{Channel, Span, Unit, Value};
use super::layers::Stage;
use super::outline::{self, Kind, When, inner_of, path_of};
use super::place::Place;
use super::{LottieError, TOLERANCE};
use crate::motion::course::Course;
use crate::motion::track::{Ink, Part, Track};
use crate::render_tree::rows::{Outline, Placed, Row, Rows};
use crate::render_tree::{Cap, FillRule, Join, PathData, StrokeStyle};

/// A circle without radius has a stroke, but players draw none.
const POINT: f64 = 0.01;
/// In a transform.
pub(super) const OPAQUE: &str = "\"o\":{\"a\":0,\"k\":100}";

/// Writes a pass.
///
/// # Errors
/// What the format has no place for, and too much text.
pub(super) fn write(
    stage: &mut Stage,
    frames: &[Rows],
    span: Span,
    place: &Place,
) -> Result<(), LottieError> {
    let first = frames[0];
    let (course, follows_places) = match Course::of_elements(frames) {
        Ok(course) => (course, false),
        Err(reason) => {
            // What stands still is drawn once.
            if frames.len() > 1 {
                stage.redrawn(first.sink(), reason);
            }
            (Course::of_places(frames), true)
        }
    };
    let mix = stage.blend(first.blend(), first.sink())?;
    let strokes = Strokes::new(stage, frames, span);
    let units = (0..frames.len()).map(|i| match first.style() {
        Some(style) if style.non_scaling => 1.0 / place.growth(span.from + i),
        _ => 1.0,
    });
    let mut figure = Figure {
        frames,
        span,
        follows_places,
        units: units.collect(),
        strokes,
        track: Track::default(),
        fresh: Vec::new(),
        inner: Vec::new(),
        paths: Vec::new(),
    };
    let mut body = Vec::new();
    course.each(|at| {
        for kind in figure.kinds(at) {
            if !figure.gather(at, kind) {
                continue;
            }
            let name = figure.name(at);
            for part in Part::of(first.blend(), &figure.track) {
                let mut group = String::new();
                figure.write(stage, (kind, *part), &name, &mut group);
                if mix.is_empty() {
                    stage.weigh(group.len(), first.sink())?;
                    body.push(group);
                } else {
                    let name = format!("{}.{name}", first.sink());
                    stage.shapes((first.sink(), &name), &[group], mix, (span, place))?;
                }
            }
        }
        Ok(())
    })?;
    if mix.is_empty() {
        stage.shapes((first.sink(), first.sink()), &body, mix, (span, place))?;
    }
    Ok(())
}

/// One element of one kind, over all frames.
struct Figure<'a> {
    frames: &'a [Rows<'a>],
    span: Span,
    /// Whether rows are followed, whoever stands in them.
    follows_places: bool,
    /// User px per unit of a stroke's width.
    units: Vec<f64>,
    strokes: Strokes,
    track: Track,
    /// Frames whose values do not go on from the frame before.
    fresh: Vec<bool>,
    /// Inner radii, in units of the outer ones.
    inner: Vec<f64>,
    paths: Vec<&'a PathData>,
}

impl<'a> Figure<'a> {
    /// What an element is, in order.
    fn kinds(&self, at: &[Option<usize>]) -> Vec<Kind<'a>> {
        let mut kinds: Vec<Kind> = Vec::new();
        for outline in self.outlines(at).flatten() {
            let kind = Kind::of(outline);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    fn outlines(&self, at: &[Option<usize>]) -> impl Iterator<Item = Option<Outline<'a>>> {
        let rows = self.frames.iter().zip(at);
        rows.map(|(rows, row)| row.and_then(|row| rows.outline(row)))
    }

    /// Fills the channels; whether anything is ever seen.
    fn gather(&mut self, at: &[Option<usize>], kind: Kind<'a>) -> bool {
        self.track.clear();
        self.inner.clear();
        self.paths.clear();
        for (i, outline) in self.outlines(at).enumerate().collect::<Vec<_>>() {
            let state = outline.filter(|outline| Kind::of(*outline) == kind);
            let state = state.and_then(|outline| {
                self.inner.extend(inner_of(outline));
                self.paths.extend(path_of(outline));
                self.state(i, at[i]?, kind)
            });
            self.track.push(state);
            // While there is none, it stays as it was; before the first, as it will be.
            if let Some(&known) = self.inner.last() {
                self.inner.resize(i + 1, known);
            }
            if let Some(&known) = self.paths.last() {
                self.paths.resize(i + 1, known);
            }
        }
        self.track.finish(None);
        let first = self.paths.first().copied();
        if first.is_some_and(|path| self.paths.iter().all(|other| *other == path)) {
            self.paths.truncate(1);
        }
        let seen = &self.track.seen;
        let is_other = |i: usize| match (at[i - 1], at[i]) {
            (Some(before), Some(now)) if self.follows_places => {
                let element = |frame: usize, row| self.frames[frame].element(row);
                self.frames[i].is_solid() || element(i - 1, before) != element(i, now)
            }
            _ => false,
        };
        self.fresh.clear();
        let fresh = (0..at.len()).map(|i| i > 0 && (!seen[i - 1] || is_other(i)));
        self.fresh.extend(fresh);
        seen.contains(&true)
    }

    /// Where a row is and what it paints, if it is drawn at all.
    fn state(&self, frame: usize, row: usize, kind: Kind) -> Option<(Placed, Row)> {
        let rows = self.frames[frame];
        let (placed, mut look) = (rows.placed(row), rows.row(row));
        look.width = (f64::from(look.width) * self.units[frame]) as f32;
        let is_point = placed.scale == 0.0 && !(kind.is_round() && look.stroke.is_some());
        let is_nothing = matches!(kind, Kind::Path(cmds) if outline::is_empty(cmds));
        (!is_point && !is_nothing).then_some((placed, look))
    }

    /// The id of the element; none of a place that many have.
    fn name(&self, at: &[Option<usize>]) -> String {
        let mut name = String::new();
        if !self.follows_places {
            let mut there = self.frames.iter().zip(at);
            if let Some((rows, row)) = there.find_map(|(rows, row)| Some((rows, (*row)?))) {
                rows.ids().write(rows.element(row), &mut name);
            }
        }
        name
    }

    /// Appends the group.
    fn write(&self, stage: &mut Stage, (kind, part): (Kind, Part), name: &str, out: &mut String) {
        let when: When = (self.span, &self.fresh);
        let track = &self.track;
        let fills = part.fills(track);
        let strokes = part.strokes(track);
        out.push_str("{\"ty\":\"gr\",");
        if !name.is_empty() {
            out.push_str("\"nm\":");
            string(out, name);
            out.push(',');
        }
        out.push_str("\"it\":[");
        let grows = match kind {
            Kind::Path(_) => self.path(stage, strokes, out),
            kind => {
                let least = if strokes { POINT } else { 0.0 };
                let sizes: Vec<f64> = track.place.iter().map(|p| p[3].max(least)).collect();
                let keys = (&mut stage.keys, when);
                outline::basic(kind, (&sizes, &self.inner), keys, out);
                false
            }
        };
        out.push(',');
        if strokes {
            self.stroke(stage, out);
            out.push(',');
        }
        if fills {
            let rule = match (kind, self.frames[0].fill_rule()) {
                (Kind::Ring, _) | (_, FillRule::Evenodd) => 2,
                (_, FillRule::Nonzero) => 1,
            };
            out.push_str("{\"ty\":\"fl\",");
            ink(stage, &track.fill, when, out);
            out.push_str(if rule == 2 {
                ",\"r\":2},"
            } else {
                ",\"r\":1},"
            });
        }
        self.place(stage, (kind, grows), out);
        out.push_str("]}");
    }

    /// Appends a path; whether its group is to be scaled. A stroke keeps its width, so what is stroked is
    /// scaled in a group of its own.
    fn path(&self, stage: &mut Stage, strokes: bool, out: &mut String) -> bool {
        let (keys, when) = (&mut stage.keys, (self.span, self.fresh.as_slice()));
        let most = self.track.place.iter().map(|p| p[3].abs());
        let most = most.fold(0.0, f64::max).max(1e-6);
        let (values, unit) = self.scales();
        let scales = scale(&values, unit);
        if keys.is_constant(scales) {
            let constant = self.track.place.first().map_or(1.0, |p| p[3]);
            outline::path(&self.paths, (constant, TOLERANCE), (keys, when), out);
            return false;
        }
        if strokes {
            out.push_str("{\"ty\":\"gr\",\"it\":[");
        }
        outline::path(&self.paths, (1.0, TOLERANCE / most), (keys, when), out);
        if strokes {
            out.push_str(",{\"ty\":\"tr\",");
            keys.write("s", scales, when, out);
            for part in [",", OPAQUE, "}]}"] {
                out.push_str(part);
            }
        }
        !strokes
    }

    /// Percents of both axes, and how exact they must be for what is farthest from the origin.
    fn scales(&self) -> (Vec<f64>, Unit) {
        let reach = self.paths.iter().map(|path| Outline::Path(path).reach());
        let reach = reach.fold(1.0, f64::max);
        let values = self.track.place.iter().flat_map(|p| [p[3] * 100.0; 2]);
        (values.collect(), Unit::within(TOLERANCE * 100.0 / reach))
    }

    /// Appends the transform of the group.
    fn place(&self, stage: &mut Stage, (kind, grows): (Kind, bool), out: &mut String) {
        let when: When = (self.span, &self.fresh);
        let track = &self.track;
        let keys = &mut stage.keys;
        out.push_str("{\"ty\":\"tr\"");
        if track.place.iter().any(|p| (p[0], p[1]) != (0.0, 0.0)) {
            let values: Vec<f64> = track.place.iter().flat_map(|p| [p[0], p[1]]).collect();
            let channel = Channel {
                values: &values,
                value: Value::List(2),
                unit: Unit::PLACE,
                steps: false,
            };
            out.push(',');
            keys.write("p", channel, when, out);
        }
        if !kind.is_round() && track.place.iter().any(|p| p[2] != 0.0) {
            let turns: Vec<f64> = track.place.iter().map(|p| p[2]).collect();
            out.push(',');
            keys.write("r", outline::length(&turns), when, out);
        }
        if grows {
            let (values, unit) = self.scales();
            out.push(',');
            keys.write("s", scale(&values, unit), when, out);
        }
        // Players want an opacity in every transform.
        out.push(',');
        if track.seen.contains(&false) {
            let seen = track
                .seen
                .iter()
                .map(|&seen| f64::from(u8::from(seen)) * 255.0);
            let seen: Vec<f64> = seen.collect();
            let channel = Channel {
                values: &seen,
                value: Value::Number,
                unit: Unit::SHARE,
                steps: true,
            };
            keys.write("o", channel, when, out);
        } else {
            out.push_str(OPAQUE);
        }
        out.push('}');
    }

    fn stroke(&self, stage: &mut Stage, out: &mut String) {
        let when: When = (self.span, &self.fresh);
        out.push_str("{\"ty\":\"st\",");
        ink(stage, &self.track.stroke, when, out);
        out.push(',');
        let widths = self.track.width.as_flattened();
        stage.keys.write("w", outline::length(widths), when, out);
        out.push_str(&self.strokes.text);
        out.push('}');
    }
}

fn scale(values: &[f64], unit: Unit) -> Channel<'_> {
    Channel {
        values,
        value: Value::List(2),
        unit,
        steps: false,
    }
}

/// Appends a colour and its opacity.
pub(super) fn ink(stage: &mut Stage, ink: &Ink, when: When, out: &mut String) {
    let color = Channel {
        values: ink.rgb.as_flattened(),
        value: Value::List(3),
        unit: Unit::LEVEL,
        steps: false,
    };
    stage.keys.write("c", color, when, out);
    let alpha = Channel {
        values: ink.alpha.as_flattened(),
        value: Value::Number,
        unit: Unit::SHARE,
        steps: false,
    };
    out.push(',');
    stage.keys.write("o", alpha, when, out);
}

/// What all strokes of a pass have alike: caps, joins and dashes.
struct Strokes {
    text: String,
}

impl Strokes {
    fn new(stage: &mut Stage, frames: &[Rows], span: Span) -> Self {
        let sharp = StrokeStyle {
            miter_limit: 4.0,
            ..StrokeStyle::default()
        };
        let styles = frames.iter().map(|rows| rows.style().unwrap_or(&sharp));
        let styles: Vec<&StrokeStyle> = styles.collect();
        let first = styles[0];
        let cap = match first.cap {
            Cap::Butt => 1,
            Cap::Round => 2,
            Cap::Square => 3,
        };
        let join = match first.join {
            Join::Miter => 1,
            Join::Round => 2,
            Join::Bevel => 3,
        };
        let mut text = format!(",\"lc\":{cap},\"lj\":{join}");
        if first.join == Join::Miter {
            text.push_str(",\"ml\":");
            let limit = f64::from(first.miter_limit).max(1.0);
            super::json::decimal(&mut text, (limit * 1000.0 + 0.5).floor(), 3);
        }
        let count = dashes(first).len();
        if count > 0 {
            // An odd number of lengths is gone through twice.
            let twice = count * (1 + count % 2);
            text.push_str(",\"d\":[");
            for i in 0..twice {
                let word = if i % 2 == 0 { "d" } else { "g" };
                let values = styles.iter().map(|style| dashes(style)[i % count]);
                let values: Vec<f64> = values.collect();
                push_dash(stage, (word, i), &values, span, &mut text);
                text.push(',');
            }
            let offsets = styles.iter().map(|style| f64::from(style.dash_offset));
            let offsets: Vec<f64> = offsets.collect();
            push_dash(stage, ("o", twice), &offsets, span, &mut text);
            text.push(']');
        }
        Self { text }
    }
}

/// Appends a length of a pattern. Players that know scripts want a name of its own for each.
fn push_dash(
    stage: &mut Stage,
    (word, number): (&str, usize),
    values: &[f64],
    span: Span,
    out: &mut String,
) {
    out.push_str(&format!("{{\"n\":\"{word}\",\"nm\":\"{word}{number}\","));
    let when = (span, &[][..]);
    stage.keys.write("v", outline::length(values), when, out);
    out.push('}');
}

/// The lengths of a pattern; none if the line is solid.
fn dashes(style: &StrokeStyle) -> Vec<f64> {
    let lengths: Vec<f64> = style.dash.iter().map(|&length| f64::from(length)).collect();
    let valid = |length: &f64| length.is_finite() && *length >= 0.0;
    let is_pattern = lengths.iter().all(valid) && lengths.iter().sum::<f64>() > 0.0;
    if is_pattern { lengths } else { Vec::new() }
}

/// Whether two styles differ in nothing that has no keyframes.
pub(super) fn same_style(a: Option<&StrokeStyle>, b: Option<&StrokeStyle>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return a.is_none() && b.is_none();
    };
    (a.cap, a.join, a.miter_limit) == (b.cap, b.join, b.miter_limit)
        && a.non_scaling == b.non_scaling
        && dashes(a).len() == dashes(b).len()
}
