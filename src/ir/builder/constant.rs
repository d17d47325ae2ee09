//! What a constant holds, compared bit by bit, so that each is stored once.

use crate::ir::ids::TypeId;
use crate::ir::program::{ConstRow, Constants, Pool};
use crate::path::PathData;
use std::hash::{Hash, Hasher};

/// What is or shall be in a pool.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content<'a> {
    F64(&'a [f64]),
    F32(&'a [f32]),
    I32(&'a [i32]),
    Json(&'a str),
    Path(&'a PathData),
}

impl<'a> Content<'a> {
    /// What a row of the index stands for.
    pub(super) fn of(constants: &'a Constants, row: &ConstRow) -> Self {
        let (at, len) = (row.at as usize, row.len as usize);
        match row.pool {
            Pool::F64 => Self::F64(&constants.f64[at..at + len]),
            Pool::F32 => Self::F32(&constants.f32[at..at + len]),
            Pool::I32 => Self::I32(&constants.i32[at..at + len]),
            Pool::Json => Self::Json(&constants.json[at]),
            Pool::Paths => Self::Path(&constants.paths[at]),
        }
    }

    /// Appends to the pool; gives the row of the index.
    pub(super) fn store(self, constants: &mut Constants, r#type: TypeId) -> ConstRow {
        let (pool, at, len) = match self {
            Self::F64(values) => {
                let at = constants.f64.len();
                let bits = values.iter().map(|v| f64::from_bits(bits64(*v)));
                constants.f64.extend(bits);
                (Pool::F64, at, values.len())
            }
            Self::F32(values) => {
                let at = constants.f32.len();
                let bits = values.iter().map(|v| f32::from_bits(bits32(*v)));
                constants.f32.extend(bits);
                (Pool::F32, at, values.len())
            }
            Self::I32(values) => {
                constants.i32.extend_from_slice(values);
                (Pool::I32, constants.i32.len() - values.len(), values.len())
            }
            Self::Json(json) => {
                constants.json.push(json.to_owned());
                (Pool::Json, constants.json.len() - 1, 1)
            }
            Self::Path(path) => {
                constants.paths.push(path.clone());
                (Pool::Paths, constants.paths.len() - 1, 1)
            }
        };
        ConstRow {
            pool,
            at: at as u32,
            len: len as u32,
            r#type,
        }
    }
}

/// Bits of a value; those of all NaNs are the same.
fn bits64(value: f64) -> u64 {
    if value.is_nan() { f64::NAN } else { value }.to_bits()
}

/// As [`bits64`].
fn bits32(value: f32) -> u32 {
    if value.is_nan() { f32::NAN } else { value }.to_bits()
}

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::F64(a), Self::F64(b)) => a
                .iter()
                .copied()
                .map(bits64)
                .eq(b.iter().copied().map(bits64)),
            (Self::F32(a), Self::F32(b)) => a
                .iter()
                .copied()
                .map(bits32)
                .eq(b.iter().copied().map(bits32)),
            (Self::I32(a), Self::I32(b)) => a == b,
            (Self::Json(a), Self::Json(b)) => a == b,
            (Self::Path(a), Self::Path(b)) => a.cmds == b.cmds && points(a).eq(points(b)),
            _ => false,
        }
    }
}

impl Eq for Content<'_> {}

impl Hash for Content<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::F64(values) => values.iter().for_each(|v| state.write_u64(bits64(*v))),
            Self::F32(values) => values.iter().for_each(|v| state.write_u32(bits32(*v))),
            Self::I32(values) => values.hash(state),
            Self::Json(json) => json.hash(state),
            Self::Path(path) => {
                path.cmds.hash(state);
                points(path).for_each(|bits| state.write_u32(bits));
            }
        }
    }
}

/// Bits of the coordinates of an outline.
fn points(path: &PathData) -> impl Iterator<Item = u32> {
    path.pts.iter().flatten().map(|v| v.to_bits())
}
