//! Lanes → rows of a buffer, and the note of which elements were finite.
//!
//! 1. The kernel calls [`Rows::store`] once per block and output. Floats are written with one NaN;
//!    colours are quantised here: clamped to 0…1, premultiplied, times 255, rounded half up, in f32.
//! 2. Rows are written and looked through for what is not finite in one pass: a sum of the lanes is
//!    finite if all are. Only where it is not, they are looked at one by one.
//! 3. An alpha that is the same for all rows comes as a number, so that its work is done once.

use super::buffer::{Buffer, PathColumn};
use crate::ir::Format;
use crate::math::Real;
use crate::math::simd::{self, Task, Width};
use crate::render_tree::{Column, PathData};
use std::sync::Arc;

macro_rules! layouts {
    ($($name:ident $row:ty, $doc:literal;)*) => {
        /// A buffer while it is written; nobody else holds it.
        #[derive(Debug)]
        pub(super) enum Open {
            $(#[doc = $doc] $name(Arc<Vec<$row>>),)*
        }

        /// Rows of an open buffer.
        pub(super) enum Rows<'a> {
            $(#[doc = $doc] $name(&'a mut [$row]),)*
        }

        impl Open {
            /// All rows; none if the buffer is shared, which the pool rules out.
            pub(super) fn rows(&mut self) -> Rows<'_> {
                match self {
                    $(Self::$name(rows) => Rows::$name(
                        Arc::get_mut(rows).map_or(&mut [], Vec::as_mut_slice),
                    ),)*
                }
            }
        }

        impl<'a> Rows<'a> {
            /// The rows from `from` to `to`, or what there is of them.
            pub(super) fn slice(self, from: usize, to: usize) -> Self {
                match self {
                    $(Self::$name(rows) => {
                        let to = to.min(rows.len());
                        Self::$name(&mut rows[from.min(to)..to])
                    })*
                }
            }

            /// The same rows for a shorter time.
            pub(super) fn reborrow(&mut self) -> Rows<'_> {
                match self {
                    $(Self::$name(rows) => Rows::$name(rows),)*
                }
            }

            /// The first `rows` rows and the others.
            pub(super) fn split(self, at: usize) -> (Self, Self) {
                match self {
                    $(Self::$name(rows) => {
                        let (head, tail) = rows.split_at_mut(at.min(rows.len()));
                        (Self::$name(head), Self::$name(tail))
                    })*
                }
            }
        }
    };
}

layouts! {
    F32 f32, "Numbers.";
    F32x2 [f32; 2], "Points.";
    F32x3 [f32; 3], "Points in space.";
    F32x4 [f32; 4], "Straight colours, rotations.";
    U8x4 [u8; 4], "Premultiplied bytes.";
    U16 u16, "Small integers.";
    U32 u32, "Integers.";
    Lane32 f32, "One lane as it is.";
    Lane64 f64, "One wide lane as it is.";
    Path Arc<PathData>, "Outlines.";
}

impl Open {
    /// The finished column, if it is one of numbers.
    pub(super) fn close(self) -> Option<Buffer> {
        Some(match self {
            Self::F32(rows) => Buffer::F32(Column::Many(rows)),
            Self::F32x2(rows) => Buffer::F32x2(Column::Many(rows)),
            Self::F32x3(rows) => Buffer::F32x3(Column::Many(rows)),
            Self::F32x4(rows) => Buffer::F32x4(Column::Many(rows)),
            Self::U8x4(rows) => Buffer::U8x4(Column::Many(rows)),
            Self::U16(rows) => Buffer::U16(Column::Many(rows)),
            Self::U32(rows) => Buffer::U32(Column::Many(rows)),
            Self::Path(_) | Self::Lane32(_) | Self::Lane64(_) => return None,
        })
    }
}

/// Outlines in order of first use; the same outline once as long as its uses are near each other.
/// `table` is empty, `index` as long as `rows`.
pub(super) fn tabulate(rows: &[Arc<PathData>], table: &mut Vec<Arc<PathData>>, index: &mut [u32]) {
    /// How far back to look: enough for the branches of a few selects.
    const WINDOW: usize = 16;
    for (row, index) in rows.iter().zip(index) {
        let known = table.iter().enumerate().rev().take(WINDOW);
        let at = known
            .filter(|(_, p)| Arc::ptr_eq(p, row))
            .map(|(at, _)| at)
            .next();
        *index = at.unwrap_or(table.len()) as u32;
        if at.is_none() {
            table.push(row.clone());
        }
    }
    if table.is_empty() {
        table.push(Arc::default());
    }
}

/// The column of a value that is the same for every element, and whether it is finite.
pub(super) fn one(format: Format, lanes: [f32; 4]) -> (Buffer, bool) {
    let [x, y, z, w] = lanes.map(Real::canonical);
    let finite = lanes[..format.lanes()].iter().all(|v| v.finite());
    let buffer = match format {
        Format::F32 | Format::Path => Buffer::F32(Column::One(x)),
        Format::F32x2 => Buffer::F32x2(Column::One([x, y])),
        Format::F32x3 => Buffer::F32x3(Column::One([x, y, z])),
        Format::F32x4 => Buffer::F32x4(Column::One([x, y, z, w])),
        Format::U8x4 => Buffer::U8x4(Column::One(quantize(x, y, z, w))),
        Format::U16 => Buffer::U16(Column::One(whole(x) as u16)),
        Format::U32 => Buffer::U32(Column::One(whole(x) as u32)),
    };
    (buffer, finite)
}

/// The outline that all elements have.
pub(super) fn one_path(path: &Arc<PathData>) -> (Buffer, bool) {
    let column = PathColumn {
        index: Column::One(0),
        table: Arc::new(vec![path.clone()]),
    };
    (Buffer::Path(column), path_is_finite(path))
}

fn path_is_finite(path: &PathData) -> bool {
    path.pts.iter().flatten().all(|v| v.finite())
}

/// Half up; `as` then saturates and makes 0 of NaN.
#[inline(always)]
fn whole(x: f32) -> f32 {
    Real::round(x)
}

/// A straight colour to premultiplied bytes: the canonical quantisation
/// ([`color::quantize`](crate::math::color::quantize)) in a form that vectorises.
#[inline(always)]
fn quantize(r: f32, g: f32, b: f32, a: f32) -> [u8; 4] {
    // To 0…1, NaN to 0: each line is one instruction.
    let clamp = |c: f32| {
        let c = if c > 0.0 { c } else { 0.0 };
        if c < 1.0 { c } else { 1.0 }
    };
    // The bits of 2²³ + floor(255·p + ½): the nearest whole number is in the low bits; one down where
    // that is above.
    let byte = |p: f32| -> u32 {
        let t = p * 255.0 + 0.5;
        let up = t + f32::WHOLE;
        up.to_bits().wrapping_sub(u32::from(up - f32::WHOLE > t))
    };
    // What 2²³ itself adds up to in the sum below.
    const BASE: u32 = f32::WHOLE.to_bits().wrapping_mul(0x0101_0101);
    let a = clamp(a);
    let part = |c: f32| byte(clamp(c) * a);
    part(r)
        .wrapping_add(part(g) << 8)
        .wrapping_add(part(b) << 16)
        .wrapping_add(byte(a) << 24)
        .wrapping_sub(BASE)
        .to_le_bytes()
}

/// Rows, and the lanes that become them.
struct Storing<'a, 'b> {
    rows: Rows<'a>,
    lanes: [&'b [f32]; 4],
    alpha: Option<f32>,
}

impl Task for Storing<'_, '_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        self.rows.write(self.lanes, self.alpha)
    }
}

impl Rows<'_> {
    /// Writes a block. `lanes` are the columns of the block, at least as long as these rows;
    /// missing ones read as 0. `alpha` is the fourth where it is the same in all rows. Returns whether
    /// all of them are finite in all rows.
    pub(super) fn store(self, lanes: [&[f32]; 4], alpha: Option<f32>, simd: Width) -> bool {
        let rows = self;
        simd::run(simd, Storing { rows, lanes, alpha })
    }

    #[inline(always)]
    fn write(self, lanes: [&[f32]; 4], alpha: Option<f32>) -> bool {
        match self {
            Self::F32(rows) => pack(columns(lanes, rows.len()), rows, |[x]| x, |x| [x]),
            Self::F32x2(rows) => pack(columns(lanes, rows.len()), rows, |row| row, |row| row),
            Self::F32x3(rows) => pack(columns(lanes, rows.len()), rows, |row| row, |row| row),
            Self::F32x4(rows) => pack(columns(lanes, rows.len()), rows, |row| row, |row| row),
            Self::U8x4(rows) => match alpha {
                Some(a) => {
                    let lanes: [&[f32]; 3] = columns(lanes, rows.len());
                    let bytes = |[r, g, b]: [f32; 3]| quantize(r, g, b, a);
                    put(lanes, rows, bytes) && a.finite()
                }
                None => {
                    let lanes = columns(lanes, rows.len());
                    put(lanes, rows, |[r, g, b, a]| quantize(r, g, b, a))
                }
            },
            Self::U16(rows) => put(columns(lanes, rows.len()), rows, |[x]| whole(x) as u16),
            Self::U32(rows) => put(columns(lanes, rows.len()), rows, |[x]| whole(x) as u32),
            Self::Lane32(rows) => {
                let [x] = columns(lanes, rows.len());
                rows[..x.len()].copy_from_slice(x);
                true
            }
            Self::Lane64(_) | Self::Path(_) => true,
        }
    }

    /// Writes a block of a wide lane.
    pub(super) fn store_wide(self, lane: &[f64]) {
        if let Self::Lane64(rows) = self {
            let n = rows.len().min(lane.len());
            rows[..n].copy_from_slice(&lane[..n]);
        }
    }

    /// Writes a block of outlines. Returns whether all of them are finite.
    pub(super) fn store_paths(self, paths: &[Arc<PathData>]) -> bool {
        let mut finite = true;
        if let Self::Path(rows) = self {
            for (row, path) in rows.iter_mut().zip(paths) {
                finite &= path_is_finite(path);
                row.clone_from(path);
            }
        }
        finite
    }
}

/// The first columns, cut to one length.
#[inline(always)]
fn columns<const N: usize>(lanes: [&[f32]; 4], rows: usize) -> [&[f32]; N] {
    std::array::from_fn(|k| &lanes[k][..rows.min(lanes[k].len())])
}

/// Writes rows. Returns whether no lane is NaN or infinite.
#[inline(always)]
fn put<const N: usize, T>(lanes: [&[f32]; N], rows: &mut [T], row: impl Fn([f32; N]) -> T) -> bool {
    let n = lanes.iter().fold(rows.len(), |n, lane| n.min(lane.len()));
    let lanes: [&[f32]; N] = lanes.map(|lane| &lane[..n]);
    let mut doubt = 0;
    for (i, out) in rows[..n].iter_mut().enumerate() {
        let x: [f32; N] = std::array::from_fn(|k| lanes[k][i]);
        *out = row(x);
        let sum = x[1..].iter().fold(x[0], |sum, v| sum + v);
        // +0 if the sum is finite, else NaN.
        #[expect(clippy::eq_op, reason = "tells them apart in one step")]
        let rest = sum - sum;
        doubt |= rest.to_bits();
    }
    // A sum may overflow where no lane is infinite.
    doubt == 0 || lanes.iter().all(|lane| lane.iter().all(|v| v.finite()))
}

/// Writes float rows, all NaNs alike. Returns whether all of them are finite.
#[inline(always)]
fn pack<const N: usize, T: Copy>(
    lanes: [&[f32]; N],
    rows: &mut [T],
    row: impl Fn([f32; N]) -> T,
    parts: impl Fn(T) -> [f32; N],
) -> bool {
    let finite = put(lanes, rows, &row);
    if !finite {
        for out in rows {
            *out = row(parts(*out).map(Real::canonical));
        }
    }
    finite
}

/// Notes in `mask`, from bit `at` on, which rows of a block are finite in all lanes.
pub(super) fn note_finite(
    mask: &mut [u64],
    at: usize,
    rows: usize,
    finite: impl Fn(usize) -> bool,
) {
    for i in 0..rows {
        let bit = at + i;
        if let Some(word) = mask.get_mut(bit / 64) {
            let flag = 1 << (bit % 64);
            *word = if finite(i) {
                *word | flag
            } else {
                *word & !flag
            };
        }
    }
}

/// Notes that all rows of a block are finite.
pub(super) fn note_all_finite(mask: &mut [u64], at: usize, rows: usize) {
    // Bits past the last row of a column mean nothing, so whole words will do where they fit.
    let to_the_end = at / 64 + rows / 64 + 1 == mask.len();
    if at.is_multiple_of(64) && (rows.is_multiple_of(64) || to_the_end) {
        let words = at / 64..(at + rows).div_ceil(64).min(mask.len());
        mask[words.start.min(words.end)..words.end].fill(u64::MAX);
    } else {
        note_finite(mask, at, rows, |_| true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::color;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quantisation_is_the_canonical_one(lanes in [prop::num::f32::ANY; 4]) {
            let [r, g, b, a] = lanes;
            prop_assert_eq!(quantize(r, g, b, a), color::quantize(lanes));
        }

        #[test]
        fn quantisation_inside(lanes in [-0.1f32..1.1, -0.1f32..1.1, 0f32..1.0, -0.1f32..1.1]) {
            let [r, g, b, a] = lanes;
            prop_assert_eq!(quantize(r, g, b, a), color::quantize(lanes));
        }
    }

    #[test]
    fn quantisation_at_every_half() {
        for k in 0..=510u32 {
            let v = k as f32 / 510.0;
            for v in [
                v,
                f32::from_bits(v.to_bits() + 1),
                f32::from_bits(v.to_bits().max(1) - 1),
            ] {
                assert_eq!(
                    quantize(v, v, v, 1.0),
                    color::quantize([v, v, v, 1.0]),
                    "{v}"
                );
                assert_eq!(quantize(v, v, v, v), color::quantize([v, v, v, v]), "{v}");
            }
        }
        assert_eq!(quantize(1.0, 0.0, 0.0, 0.5), [128, 0, 0, 128]);
        assert_eq!(quantize(0.0, 1.0, 0.0, 0.25), [0, 64, 0, 64]);
        assert_eq!(quantize(2.5, 0.0, 0.0, 1.0), [255, 0, 0, 255]);
        assert_eq!(quantize(-0.5, 0.5, 0.5, 1.0), [0, 128, 128, 255]);
        assert_eq!(
            quantize(f32::NAN, 1.0, f32::INFINITY, 1.0),
            [0, 255, 255, 255]
        );
    }

    #[test]
    fn one_alpha_is_an_alpha_in_each_row() {
        let lane = |k: usize| -> Vec<f32> {
            (0..77)
                .map(|i| ((i * 7 + k * 31) % 99) as f32 / 80.0)
                .collect()
        };
        let [r, g, mut b] = [0, 1, 2].map(lane);
        for a in [1.0, 0.3, 0.0, -1.0, 2.0, f32::NAN] {
            let column = vec![a; 77];
            let lanes = [&r[..], &g, &b, &column];
            for simd in [Width::Baseline, Width::Widest] {
                let (mut one, mut many) = ([[7; 4]; 77], [[9; 4]; 77]);
                let finite = Rows::U8x4(&mut one).store(lanes, Some(a), simd);
                assert_eq!(finite, Rows::U8x4(&mut many).store(lanes, None, simd));
                assert_eq!(finite, a.finite());
                assert_eq!(one, many, "{a}");
            }
        }
        b[50] = f32::INFINITY;
        let lanes = [&r[..], &g, &b, &[]];
        assert!(!Rows::U8x4(&mut [[0; 4]; 77]).store(lanes, Some(1.0), Width::Widest));
    }

    #[test]
    fn a_sum_that_overflows_is_no_infinite_lane() {
        let (x, y) = ([1.0, 3e38, -3e38], [2.0, 3e38, -3e38]);
        let mut rows = [[0.0; 2]; 3];
        assert!(Rows::F32x2(&mut rows).store([&x, &y, &[], &[]], None, Width::Widest));
        assert_eq!(rows, [[1.0, 2.0], [3e38; 2], [-3e38; 2]]);
        let y = [2.0, f32::NEG_INFINITY, 0.0];
        let x = [1.0, f32::INFINITY, 0.0];
        assert!(!Rows::F32x2(&mut rows).store([&x, &y, &[], &[]], None, Width::Widest));
    }

    #[test]
    fn integers_saturate() {
        let lane = [-1.0, 0.5, 1.49, 65_535.5, 1e20, f32::NAN, -0.5];
        let mut small = [7u16; 7];
        assert!(!Rows::U16(&mut small).store([&lane, &[], &[], &[]], None, Width::Widest));
        assert_eq!(small, [0, 1, 1, 65_535, 65_535, 0, 0]);
        let mut large = [7u32; 7];
        Rows::U32(&mut large).store([&lane, &[], &[], &[]], None, Width::Widest);
        assert_eq!(large, [0, 1, 1, 65_536, u32::MAX, 0, 0]);
    }

    #[test]
    fn masks() {
        let mut mask = vec![0; 3];
        note_all_finite(&mut mask, 0, 128);
        assert_eq!(mask, [u64::MAX, u64::MAX, 0]);
        note_finite(&mut mask, 62, 4, |i| i != 1);
        assert_eq!(mask, [!(1 << 63), u64::MAX, 0]);
        note_all_finite(&mut mask, 60, 8);
        assert_eq!(mask, [u64::MAX, u64::MAX, 0]);
        note_all_finite(&mut mask, 128, 5);
        assert_eq!(mask[2] & 31, 31);
    }

    #[test]
    fn paths_are_listed_once() {
        let (a, b) = (Arc::<PathData>::default(), Arc::<PathData>::default());
        let (mut table, mut index) = (Vec::new(), [9; 4]);
        tabulate(
            &[a.clone(), b.clone(), a.clone(), b],
            &mut table,
            &mut index,
        );
        assert_eq!((table.len(), index), (2, [0, 1, 0, 1]));
    }
}
