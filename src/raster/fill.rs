//! Coverage of any outline, by tiny-skia.
//!
//! In: an outline in device space that may cross itself, and a fill rule. Out: coverage. Points are
//! snapped to 1/256 px and counted from the corner of a mask that is no larger than what is seen of the
//! outline, so that f32 holds them exactly and whole-pixel moves of an outline that the picture does
//! not cut keep its pixels. Outlines that reach far beyond the picture are cut to it in f64 first.
//! tiny-skia takes 4 × 4 samples a pixel: its error is accepted here and pinned by a test.

use super::affine::{Affine, Bounds, snap};
use super::far;
use super::flatten::{Polyline, Segment, extent};
use super::surface::{BLOCK, Coverage, Spans, level};
use crate::render_tree::FillRule;
use tiny_skia::{IntSize, Mask, Path, PathBuilder, Transform};

/// Pixels that are looked at together first.
const WIDE: usize = 16 * BLOCK;
/// Pixels with a coverage of their own that are listed before they are handed on.
const DETAIL: usize = 1 << 14;

/// Fills outlines, keeping its buffers.
#[derive(Debug, Default)]
pub(super) struct Filler {
    builder: PathBuilder,
    coverage: Vec<u8>,
    line: Polyline,
    spans: Spans,
}

impl Filler {
    /// Hands the coverage inside `clip` to `sink`.
    pub(super) fn fill(
        &mut self,
        outline: &[Segment],
        rule: FillRule,
        clip: &Bounds,
        sink: &mut impl Coverage,
    ) {
        let (min, max) = extent(outline, &Affine::IDENTITY);
        // One px more for what the samples round outwards.
        let bounds = Bounds::around(min, max).grow(1).intersect(clip);
        let size = IntSize::from_wh(bounds.width() as u32, bounds.height() as u32);
        let (false, Some(size)) = (bounds.is_empty(), size) else {
            return;
        };
        let origin = [f64::from(bounds.x0), f64::from(bounds.y0)];
        let mut builder = std::mem::take(&mut self.builder);
        if far::fits(min, max, &bounds) {
            build(&mut builder, outline, |p| snapped(p, origin));
        } else {
            self.line.flatten(outline, &Affine::IDENTITY);
            build_cut(&mut builder, &self.line, &bounds);
        }
        // None: no segment at all.
        let Some(path) = builder.finish() else { return };
        self.cover(&path, rule, bounds, size, sink);
        self.builder = path.clear();
    }

    fn cover(
        &mut self,
        path: &Path,
        rule: FillRule,
        bounds: Bounds,
        size: IntSize,
        sink: &mut impl Coverage,
    ) {
        let mut coverage = std::mem::take(&mut self.coverage);
        coverage.clear();
        coverage.resize(bounds.width() * bounds.height(), 0);
        // Never None: the buffer has the size.
        let Some(mut mask) = Mask::from_vec(coverage, size) else {
            return;
        };
        let rule = match rule {
            FillRule::Nonzero => tiny_skia::FillRule::Winding,
            FillRule::Evenodd => tiny_skia::FillRule::EvenOdd,
        };
        mask.fill_path(path, rule, true, Transform::identity());
        let rows = mask.data().chunks_exact(bounds.width());
        self.spans.clear();
        for (y, row) in (bounds.y0..bounds.y1).zip(rows) {
            emit(row, y, bounds.x0, &mut self.spans);
            if self.spans.detail() >= DETAIL {
                sink.take(&self.spans);
                self.spans.clear();
            }
        }
        sink.take(&self.spans);
        self.coverage = mask.take();
    }
}

/// Adds an outline to a path.
pub(super) fn build(
    builder: &mut PathBuilder,
    outline: &[Segment],
    at: impl Fn([f64; 2]) -> [f32; 2],
) {
    for segment in outline {
        match *segment {
            Segment::Move(p) => {
                let [x, y] = at(p);
                builder.move_to(x, y);
            }
            Segment::Line(p) => {
                let [x, y] = at(p);
                builder.line_to(x, y);
            }
            Segment::Quad(p) => {
                let [[x1, y1], [x, y]] = p.map(&at);
                builder.quad_to(x1, y1, x, y);
            }
            Segment::Cubic(p) => {
                let [[x1, y1], [x2, y2], [x, y]] = p.map(&at);
                builder.cubic_to(x1, y1, x2, y2, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
}

/// A device point, counted from a whole-pixel origin.
pub(super) fn snapped(p: [f64; 2], origin: [f64; 2]) -> [f32; 2] {
    [
        (snap(p[0]) - origin[0]) as f32,
        (snap(p[1]) - origin[1]) as f32,
    ]
}

/// Adds what matters inside `bounds` of contours that go far.
fn build_cut(builder: &mut PathBuilder, line: &Polyline, bounds: &Bounds) {
    let origin = [f64::from(bounds.x0), f64::from(bounds.y0)];
    for (points, _) in line.subpaths() {
        let mut last = None;
        for (i, &p) in points.iter().enumerate() {
            let q = points[(i + 1) % points.len()];
            far::cut(p, q, bounds, |a, b| {
                let ([ax, ay], [bx, by]) = (snapped(a, origin), snapped(b, origin));
                match last {
                    None => builder.move_to(ax, ay),
                    // What was left out between them lies above or below, or is level.
                    Some(last) if last != a => builder.line_to(ax, ay),
                    Some(_) => {}
                }
                builder.line_to(bx, by);
                last = Some(b);
            });
        }
        if last.is_some() {
            builder.close();
        }
    }
}

/// One row in runs: nothing, all of it, or pixel by pixel.
fn emit(row: &[u8], y: i32, x0: i32, spans: &mut Spans) {
    let mut hand_on = |kind: Option<u8>, start: usize, end: usize| {
        let (from, to) = (x0 + start as i32, x0 + end as i32);
        match kind {
            Some(0) => {}
            Some(k) => spans.solid(y, from, to, k),
            None => {
                let levels = spans.open(y, from, to);
                for (out, &k) in levels.iter_mut().zip(&row[start..end]) {
                    *out = level(u32::from(k));
                }
            }
        }
    };
    let (mut kind, mut start, mut end) = (Some(0), 0, 0);
    for wide in row.chunks(WIDE) {
        // Most of a box around a line is empty: that is seen in large steps.
        let empty = wide.iter().fold(0, |all, k| all | k) == 0;
        for block in wide.chunks(if empty { WIDE } else { BLOCK }) {
            let next = if empty { Some(0) } else { flat(block) };
            if next != kind {
                hand_on(kind, start, end);
                (kind, start) = (next, end);
            }
            end += block.len();
        }
    }
    hand_on(kind, start, end);
}

/// The coverage of all pixels of a block, if that is 0 or 255.
fn flat(block: &[u8]) -> Option<u8> {
    let whole = block
        .first_chunk()
        .map(|k: &[u8; BLOCK]| u64::from_ne_bytes(*k));
    match (whole, block) {
        (Some(0), _) => Some(0),
        (Some(u64::MAX), _) => Some(255),
        (None, [k @ (0 | 255), rest @ ..]) if rest.iter().all(|v| v == k) => Some(*k),
        _ => None,
    }
}
