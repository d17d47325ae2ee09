//! Coverage of any outline, by winding numbers.
//!
//! In: closed contours in device space that may cross themselves and each other, and a fill rule. Out:
//! coverage. A pixel row is cut where edges begin and end. In a slab between two cuts, edges that keep
//! their order bound trapezoids, whose area is added exactly. Where edges cross, and in rows with very
//! many ends, the slab is cut into slices of 1/16 px whose edges count as upright: the error is at most
//! 1/32 px for an edge that is nearly level, and less for all others. Glyphs, strokes and clips are
//! filled with it.

use super::affine::{Bounds, snap};
use super::cells::{Cells, ONE, SUB};
use super::far;
use super::surface::Coverage;
use crate::render_tree::FillRule;

/// Steps of y in a pixel: points are snapped to them.
const STEPS: i32 = 256;
/// Height of a slice in steps.
const SLICE: i32 = STEPS / 16;
/// One step in the units of cells.
const STEP: i32 = ONE / STEPS;
/// Most cuts of a row; a row with more is sliced.
const MAX_CUTS: usize = 8;

/// Contours of one shape.
#[derive(Debug)]
pub(super) struct Winding {
    edges: Vec<Edge>,
    active: Vec<Edge>,
    crossings: Vec<Crossing>,
    cells: Cells,
    clip: Bounds,
    min_x: f64,
    max_x: f64,
}

/// From (x, top) downwards with a slope.
#[derive(Debug, Clone, Copy)]
struct Edge {
    /// The part inside the clip, in steps.
    y0: i32,
    y1: i32,
    /// Upper end: y in px, x in 1/4096 px.
    top: f64,
    x: i64,
    /// 1/4096 px a px.
    slope: f64,
    down: bool,
}

impl Edge {
    /// x in 1/4096 px. Counted from the upper end, so that whole-pixel moves change no bit.
    #[inline]
    fn x_at(&self, y: f64) -> i64 {
        self.x.saturating_add(((y - self.top) * self.slope) as i64)
    }
}

/// Where an edge enters and leaves a slab, in 1/4096 px from the left of the row.
#[derive(Debug, Clone, Copy)]
struct Crossing {
    above: i64,
    below: i64,
    down: bool,
}

impl Crossing {
    /// Twice the middle.
    fn key(&self) -> i64 {
        self.above.saturating_add(self.below)
    }
}

impl Winding {
    pub(super) fn new() -> Self {
        Self {
            edges: Vec::new(),
            active: Vec::new(),
            crossings: Vec::new(),
            cells: Cells::default(),
            clip: Bounds::EMPTY,
            min_x: f64::INFINITY,
            max_x: f64::NEG_INFINITY,
        }
    }

    /// No contours; later ones only count inside `clip`.
    pub(super) fn begin(&mut self, clip: Bounds) {
        self.edges.clear();
        self.clip = clip;
        self.min_x = f64::INFINITY;
        self.max_x = f64::NEG_INFINITY;
    }

    /// One closed contour; points are snapped here.
    pub(super) fn contour(&mut self, points: impl Iterator<Item = [f64; 2]>) {
        let mut points = points.map(|p| [snap(p[0]), snap(p[1])]);
        let Some(first) = points.next() else { return };
        let mut last = first;
        for p in points {
            self.line(last, p);
            last = p;
        }
        self.line(last, first);
    }

    fn line(&mut self, p: [f64; 2], q: [f64; 2]) {
        if far::is_near(p, q) {
            return self.near_line(p, q);
        }
        let clip = self.clip;
        far::cut(p, q, &clip, |p, q| self.near_line(p, q));
    }

    fn near_line(&mut self, p: [f64; 2], q: [f64; 2]) {
        let (a, b) = if p[1] < q[1] { (p, q) } else { (q, p) };
        let (top, bottom) = (f64::from(self.clip.y0), f64::from(self.clip.y1));
        if b[1] <= top || a[1] >= bottom || a[1] == b[1] {
            return;
        }
        if a[0].min(b[0]) >= f64::from(self.clip.x1) {
            // It changes no pixel, but what lies to its left may reach the right side.
            self.max_x = f64::INFINITY;
            return;
        }
        let step = |y: f64| (y.clamp(top, bottom) * f64::from(STEPS)) as i32;
        self.min_x = self.min_x.min(a[0]).min(b[0]);
        self.max_x = self.max_x.max(a[0]).max(b[0]);
        let unit = f64::from(ONE);
        self.edges.push(Edge {
            y0: step(a[1]),
            y1: step(b[1]),
            top: a[1],
            x: (a[0] * unit) as i64,
            slope: (b[0] - a[0]) / (b[1] - a[1]) * unit,
            down: p[1] < q[1],
        });
    }

    /// Hands the coverage inside the clip to `sink`.
    pub(super) fn fill(&mut self, rule: FillRule, sink: &mut impl Coverage) {
        self.edges.sort_unstable_by_key(|e| e.y0);
        let (Some(first), Some(end)) = (self.edges.first(), self.edges.iter().map(|e| e.y1).max())
        else {
            return;
        };
        let across = Bounds::around([self.min_x, 0.0], [self.max_x, 1.0]);
        let mut row = Bounds {
            x0: self.clip.x0.max(across.x0),
            x1: self.clip.x1.min(across.x1),
            y0: first.y0.div_euclid(STEPS),
            y1: 0,
        };
        if row.x0 >= row.x1 {
            return;
        }
        self.active.clear();
        let mut waiting = 0;
        while row.y0 * STEPS < end {
            row.y1 = row.y0 + 1;
            let stop = row.y1 * STEPS;
            while let Some(edge) = self.edges.get(waiting).filter(|e| e.y0 < stop) {
                self.active.push(*edge);
                waiting += 1;
            }
            if self.active.is_empty() {
                // Between two parts of the shape: on to the next one.
                let Some(next) = self.edges.get(waiting) else {
                    break;
                };
                row.y0 = next.y0.div_euclid(STEPS);
                continue;
            }
            self.cells.begin(row);
            self.row(&row, rule);
            self.cells.emit(sink);
            self.active.retain(|e| e.y1 > stop);
            row.y0 = row.y1;
        }
    }

    /// One pixel row, cut into slabs.
    fn row(&mut self, row: &Bounds, rule: FillRule) {
        let (top, bottom) = (row.y0 * STEPS, row.y1 * STEPS);
        let mut cuts = [bottom; MAX_CUTS + 1];
        let mut count = 0;
        for edge in &self.active {
            for y in [edge.y0, edge.y1] {
                if y <= top || y >= bottom || cuts[..count].contains(&y) {
                    continue;
                }
                if count == MAX_CUTS {
                    return self.slices(row, top, bottom, rule);
                }
                cuts[count] = y;
                count += 1;
            }
        }
        cuts[..count].sort_unstable();
        let mut y = top;
        for &next in &cuts[..=count] {
            self.slab(row, y, next, rule);
            y = next;
        }
    }

    /// The part of a row between two cuts: no edge begins or ends in it.
    fn slab(&mut self, row: &Bounds, y0: i32, y1: i32, rule: FillRule) {
        let left = i64::from(row.x0) << SUB;
        let px = |y: i32| f64::from(y) / f64::from(STEPS);
        let (above, below) = (px(y0), px(y1));
        self.crossings.clear();
        for edge in self.active.iter().filter(|e| e.y0 <= y0 && e.y1 >= y1) {
            self.crossings.push(Crossing {
                above: edge.x_at(above) - left,
                below: edge.x_at(below) - left,
                down: edge.down,
            });
        }
        sort(&mut self.crossings);
        let ordered =
            |pair: &[Crossing]| pair[0].above <= pair[1].above && pair[0].below <= pair[1].below;
        if !self.crossings.windows(2).all(ordered) {
            return self.slices(row, y0, y1, rule);
        }
        let base = row.y0 * STEPS;
        let (from, to) = ((y0 - base) * STEP, (y1 - base) * STEP);
        let cells = &mut self.cells;
        turns(&self.crossings, rule, |crossing, sign| {
            cells.segment(0, (crossing.above, from), (crossing.below, to), sign);
        });
    }

    /// The same part in slices, whose edges count as upright.
    fn slices(&mut self, row: &Bounds, y0: i32, y1: i32, rule: FillRule) {
        let left = i64::from(row.x0) << SUB;
        let base = row.y0 * STEPS;
        let mut y = y0;
        while y < y1 {
            let next = (y + SLICE).min(y1);
            // In half steps, so that the middle is whole.
            let middle = y + next;
            let at = f64::from(middle) / f64::from(2 * STEPS);
            self.crossings.clear();
            for edge in self
                .active
                .iter()
                .filter(|e| 2 * e.y0 <= middle && middle < 2 * e.y1)
            {
                let x = edge.x_at(at) - left;
                self.crossings.push(Crossing {
                    above: x,
                    below: x,
                    down: edge.down,
                });
            }
            sort(&mut self.crossings);
            let (from, to) = ((y - base) * STEP, (next - base) * STEP);
            let cells = &mut self.cells;
            turns(&self.crossings, rule, |crossing, sign| {
                cells.segment(0, (crossing.above, from), (crossing.below, to), sign);
            });
            y = next;
        }
    }
}

/// Calls `turn` where the inside begins (+1) and ends (−1).
#[inline(always)]
fn turns(crossings: &[Crossing], rule: FillRule, mut turn: impl FnMut(&Crossing, i32)) {
    let mut winding = 0i32;
    for crossing in crossings {
        let before = inside(winding, rule);
        winding += if crossing.down { 1 } else { -1 };
        match (before, inside(winding, rule)) {
            (false, true) => turn(crossing, 1),
            (true, false) => turn(crossing, -1),
            _ => {}
        }
    }
}

fn inside(winding: i32, rule: FillRule) -> bool {
    match rule {
        FillRule::Nonzero => winding != 0,
        FillRule::Evenodd => winding & 1 != 0,
    }
}

/// From left to right. Most slabs have two to six crossings.
fn sort(crossings: &mut [Crossing]) {
    if crossings.len() > 16 {
        crossings.sort_unstable_by_key(Crossing::key);
        return;
    }
    for i in 1..crossings.len() {
        let mut j = i;
        while j > 0 && crossings[j - 1].key() > crossings[j].key() {
            crossings.swap(j - 1, j);
            j -= 1;
        }
    }
}
