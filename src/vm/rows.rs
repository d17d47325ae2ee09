//! What passes of rows have in common: columns from sources, buffers that are used again, and the
//! question whether anything changed since the frame before.
//!
//! In: [`Source`]s and the stores. Out: columns of the tree. `instances`, `paths`, `strokes` and
//! `project` build their passes of these.

use super::field::{Buffer, FieldStore, Finite};
use super::registers::Registers;
use super::sinks::Source;
use crate::math::color;
use crate::render_tree::Column;
use std::sync::Arc;

/// Three buffers: one in the tree, one in the tree being built, one that the host may still hold.
#[derive(Debug)]
pub(super) struct Pool<T>([Arc<Vec<T>>; 3]);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Arc::new(Vec::new())))
    }
}

impl<T> Pool<T> {
    /// A shared list of `rows`; allocates only while all earlier ones are still held.
    pub(super) fn fill(&mut self, rows: impl Iterator<Item = T>) -> Arc<Vec<T>> {
        for slot in &mut self.0 {
            if let Some(list) = Arc::get_mut(slot) {
                list.clear();
                list.extend(rows);
                return Arc::clone(slot);
            }
        }
        let list = Arc::new(rows.collect());
        self.0[0] = Arc::clone(&list);
        list
    }
}

/// Keeps only `rows` of a column, in that order.
pub(super) fn pick<T: Copy>(column: &mut Column<T>, rows: &[u32], pool: &mut Pool<T>) {
    if let Column::Many(all) = column {
        let picked = pool.fill(rows.iter().map(|&i| all[i as usize]));
        *column = Column::Many(picked);
    }
}

/// What a pass was made of: revisions of columns and bits of signals.
#[derive(Debug, Default)]
pub(super) struct Made {
    of: Vec<u64>,
    now: Vec<u64>,
}

impl Made {
    /// Whether the sources are the same as at the last call; remembers them.
    pub(super) fn same(
        &mut self,
        sources: impl Iterator<Item = Source>,
        fields: &FieldStore,
        registers: &Registers,
    ) -> bool {
        self.now.clear();
        for source in sources {
            match source {
                Source::Req(req) => self.now.push(fields.revision(req)),
                Source::Sig(_) => {
                    let lanes = source.lanes(registers);
                    self.now.extend(lanes.map(f64::to_bits));
                }
                Source::Const(_) => {}
            }
        }
        std::mem::swap(&mut self.of, &mut self.now);
        self.of == self.now
    }
}

/// A column of points, shared with the store.
pub(super) fn points(
    source: Source,
    fields: &FieldStore,
    registers: &Registers,
) -> Column<[f32; 2]> {
    match source {
        Source::Req(req) => match fields.column(req) {
            Buffer::F32x2(column) => column.clone(),
            _ => Column::One([0.0; 2]),
        },
        source => {
            let [x, y, ..] = source.lanes(registers);
            Column::One([x as f32, y as f32])
        }
    }
}

/// A column of points in space, shared with the store.
pub(super) fn points3(
    source: Source,
    fields: &FieldStore,
    registers: &Registers,
) -> Column<[f32; 3]> {
    match source {
        Source::Req(req) => match fields.column(req) {
            Buffer::F32x3(column) => column.clone(),
            _ => Column::One([0.0; 3]),
        },
        source => {
            let [x, y, z, _] = source.lanes(registers);
            Column::One([x, y, z].map(|v| v as f32))
        }
    }
}

/// Premultiplied bytes.
pub(super) fn bytes(source: Source, fields: &FieldStore, registers: &Registers) -> Column<[u8; 4]> {
    match source {
        Source::Req(req) => match fields.column(req) {
            Buffer::U8x4(column) => column.clone(),
            _ => Column::One([0; 4]),
        },
        _ => Column::One(color::quantize(source.lanes(registers).map(|v| v as f32))),
    }
}

/// Which elements of an input are finite.
pub(super) fn finite<'a>(
    source: Source,
    lanes: usize,
    fields: &'a FieldStore,
    registers: &Registers,
) -> Finite<'a> {
    match source {
        Source::Req(req) => fields.finite(req),
        _ => {
            let values = source.lanes(registers);
            // Lanes are f32 in a pass: what does not fit there is not finite either.
            let finite = values[..lanes].iter().all(|v| (*v as f32).is_finite());
            if finite { Finite::All } else { Finite::No }
        }
    }
}
