//! Finished columns, as sinks, reductions and probes read them.
//!
//! A [`Buffer`] is one column of a domain in one format: `Column::One` where the value is the same
//! for every element (no buffer exists then), else one row per element. Rows never change once they
//! are handed out. A NaN in a float column is the one quiet NaN.

use crate::ir::Format;
use crate::render_tree::{Column, PathData};
use std::sync::Arc;

/// One column in one format.
#[derive(Debug, Clone, PartialEq)]
pub enum Buffer {
    /// Numbers.
    F32(Column<f32>),
    /// Points.
    F32x2(Column<[f32; 2]>),
    /// Points in space.
    F32x3(Column<[f32; 3]>),
    /// Colours (straight) or rotations.
    F32x4(Column<[f32; 4]>),
    /// Colours, premultiplied bytes.
    U8x4(Column<[u8; 4]>),
    /// Numbers rounded half up, saturated.
    U16(Column<u16>),
    /// Numbers rounded half up, saturated.
    U32(Column<u32>),
    /// Outlines.
    Path(PathColumn),
}

/// A table of outlines and which element has which.
#[derive(Debug, Clone, PartialEq)]
pub struct PathColumn {
    /// Index into `table`.
    pub index: Column<u32>,
    /// Outlines in order of first use; never empty.
    pub table: Arc<Vec<Arc<PathData>>>,
}

impl Buffer {
    /// Whether all elements have this very outline.
    pub(super) fn is_outline(&self, outline: &Arc<PathData>) -> bool {
        let Self::Path(column) = self else {
            return false;
        };
        column.index == Column::One(0)
            && matches!(&column.table[..], [one] if Arc::ptr_eq(one, outline))
    }

    /// A column of zeros without rows: what a request has before it first ran.
    pub(super) fn empty(format: Format) -> Self {
        match format {
            Format::F32 => Self::F32(Column::One(0.0)),
            Format::F32x2 => Self::F32x2(Column::One([0.0; 2])),
            Format::F32x3 => Self::F32x3(Column::One([0.0; 3])),
            Format::F32x4 => Self::F32x4(Column::One([0.0; 4])),
            Format::U8x4 => Self::U8x4(Column::One([0; 4])),
            Format::U16 => Self::U16(Column::One(0)),
            Format::U32 => Self::U32(Column::One(0)),
            Format::Path => Self::Path(PathColumn {
                index: Column::One(0),
                table: Arc::new(vec![Arc::new(PathData::default())]),
            }),
        }
    }

    /// A column of up to four lanes; what is missing is 0. `same`: the first row is that of all.
    pub(in crate::vm) fn of_lanes(rows: &[Vec<f64>], lanes: usize, same: bool) -> Self {
        fn column<const N: usize>(rows: &[Vec<f64>], same: bool) -> Column<[f32; N]> {
            let row = |r: &Vec<f64>| std::array::from_fn(|k| r.get(k).map_or(0.0, |&v| v as f32));
            match rows {
                [first, ..] if same => Column::One(row(first)),
                rows => Column::Many(Arc::new(rows.iter().map(row).collect())),
            }
        }
        match lanes {
            0 | 1 => Self::F32(match column::<1>(rows, same) {
                Column::One([v]) => Column::One(v),
                Column::Many(rows) => Column::Many(Arc::new(rows.iter().map(|[v]| *v).collect())),
            }),
            2 => Self::F32x2(column(rows, same)),
            3 => Self::F32x3(column(rows, same)),
            _ => Self::F32x4(column(rows, same)),
        }
    }

    /// Rows, if elements have rows of their own.
    pub fn rows(&self) -> Option<usize> {
        fn rows<T>(column: &Column<T>) -> Option<usize> {
            match column {
                Column::One(_) => None,
                Column::Many(rows) => Some(rows.len()),
            }
        }
        match self {
            Self::F32(c) => rows(c),
            Self::F32x2(c) => rows(c),
            Self::F32x3(c) => rows(c),
            Self::F32x4(c) => rows(c),
            Self::U8x4(c) => rows(c),
            Self::U16(c) => rows(c),
            Self::U32(c) => rows(c),
            Self::Path(c) => rows(&c.index),
        }
    }

    /// The format of the rows.
    pub fn format(&self) -> Format {
        match self {
            Self::F32(_) => Format::F32,
            Self::F32x2(_) => Format::F32x2,
            Self::F32x3(_) => Format::F32x3,
            Self::F32x4(_) => Format::F32x4,
            Self::U8x4(_) => Format::U8x4,
            Self::U16(_) => Format::U16,
            Self::U32(_) => Format::U32,
            Self::Path(_) => Format::Path,
        }
    }

    /// Bytes of the rows; one row for a column that is the same everywhere.
    pub fn bytes(&self) -> u64 {
        fn rows<T>(column: &Column<T>) -> u64 {
            match column {
                Column::One(_) => 1,
                Column::Many(rows) => rows.len() as u64,
            }
        }
        let rows = match self {
            Self::F32(c) => rows(c),
            Self::F32x2(c) => rows(c),
            Self::F32x3(c) => rows(c),
            Self::F32x4(c) => rows(c),
            Self::U8x4(c) => rows(c),
            Self::U16(c) => rows(c),
            Self::U32(c) => rows(c),
            Self::Path(c) => rows(&c.index),
        };
        rows * u64::from(self.format().bytes())
    }

    /// Lane `lane` of row `i` as a number; bytes and integers as they are, 0 for paths.
    ///
    /// # Panics
    /// Never for `i` below the domain's count and `lane` below the format's lanes.
    pub fn number(&self, i: usize, lane: usize) -> f64 {
        match self {
            Self::F32(c) => f64::from(c.at(i)),
            Self::F32x2(c) => f64::from(c.at(i)[lane]),
            Self::F32x3(c) => f64::from(c.at(i)[lane]),
            Self::F32x4(c) => f64::from(c.at(i)[lane]),
            Self::U8x4(c) => f64::from(c.at(i)[lane]),
            Self::U16(c) => f64::from(c.at(i)),
            Self::U32(c) => f64::from(c.at(i)),
            Self::Path(_) => 0.0,
        }
    }
}

/// Which elements had only finite channels, before any quantisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finite<'a> {
    /// All of them.
    All,
    /// None of them.
    No,
    /// Bit `i % 64` of word `i / 64`.
    Mask(&'a [u64]),
}

impl Finite<'_> {
    /// Whether element `i` had only finite channels.
    #[inline]
    pub fn at(self, i: usize) -> bool {
        match self {
            Self::All => true,
            Self::No => false,
            Self::Mask(words) => words.get(i / 64).is_some_and(|w| w >> (i % 64) & 1 == 1),
        }
    }
}
