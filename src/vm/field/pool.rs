//! Buffers that come back.
//!
//! The store gives an old column to the pool when a new one takes its place. Trees and probes may
//! still hold it then; it is used again once nobody does. Shelves are by row type; on a shelf a
//! buffer serves every element count that rounds up to the same multiple of 64. Tables of outlines are
//! as long as there are different ones, so each serves every count.
//!
//! A program's counts are fixed, so there are never more buffers than its columns needed at once, in two
//! frames: they stay, and a column that rested takes no memory when it moves again. Those of a program
//! before a swap may be of no use, and go if nobody takes them soon.

use super::buffer::{Buffer, PathColumn};
use super::output::{self, Open};
use crate::ir::Format;
use crate::path::PathData;
use crate::render_tree::Column;
use std::sync::Arc;

/// Frames that a buffer of another program may lie unused.
const PATIENCE: u64 = 2;

/// Buffers of one row type.
#[derive(Debug)]
struct Shelf<T> {
    waiting: Vec<Waiting<T>>,
}

#[derive(Debug)]
struct Waiting<T> {
    rows: Arc<Vec<T>>,
    /// Frame after which it goes.
    until: Option<u64>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
        }
    }
}

fn size_class(rows: usize) -> usize {
    rows.next_multiple_of(64)
}

impl<T: Clone> Shelf<T> {
    /// A buffer of `rows` rows with any content that nobody else holds; new rows are `blank`.
    fn take(&mut self, rows: usize, blank: &T) -> Arc<Vec<T>> {
        let class = size_class(rows);
        let fits = |w: &mut Waiting<T>| {
            size_class(w.rows.len()) == class && Arc::get_mut(&mut w.rows).is_some()
        };
        // The latest first: it is the likeliest to be in a cache of the processor.
        let Some(at) = self.waiting.iter_mut().rposition(fits) else {
            let mut fresh = Vec::with_capacity(class);
            fresh.resize(rows, blank.clone());
            return Arc::new(fresh);
        };
        let mut buffer = self.waiting.swap_remove(at).rows;
        if let Some(content) = Arc::get_mut(&mut buffer) {
            content.resize(rows, blank.clone());
        }
        buffer
    }

    /// An empty buffer of any size that nobody else holds.
    fn take_any(&mut self) -> Arc<Vec<T>> {
        let free = |w: &mut Waiting<T>| Arc::get_mut(&mut w.rows).is_some();
        let Some(at) = self.waiting.iter_mut().rposition(free) else {
            return Arc::default();
        };
        let mut buffer = self.waiting.swap_remove(at).rows;
        if let Some(content) = Arc::get_mut(&mut buffer) {
            content.clear();
        }
        buffer
    }

    fn put(&mut self, column: Column<T>) {
        if let Column::Many(rows) = column {
            self.keep(rows);
        }
    }

    fn keep(&mut self, rows: Arc<Vec<T>>) {
        self.waiting.push(Waiting { rows, until: None });
    }

    fn age(&mut self, frame: u64) {
        for waiting in &mut self.waiting {
            waiting.until = Some(frame + PATIENCE);
        }
    }

    fn trim(&mut self, frame: u64) {
        self.waiting
            .retain(|w| w.until.is_none_or(|until| frame <= until));
    }
}

/// All shelves.
#[derive(Debug, Default)]
pub(super) struct Pool {
    f32: Shelf<f32>,
    f32x2: Shelf<[f32; 2]>,
    f32x3: Shelf<[f32; 3]>,
    f32x4: Shelf<[f32; 4]>,
    u8x4: Shelf<[u8; 4]>,
    u16: Shelf<u16>,
    u32: Shelf<u32>,
    /// Divisors that are looked through.
    f64: Shelf<f64>,
    /// An outline an element, while a column is made.
    paths: Shelf<Arc<PathData>>,
    /// The outlines of a column, each once.
    tables: Shelf<Arc<PathData>>,
    /// What a new row of outlines holds.
    blank: Arc<PathData>,
    /// Finite bits that nobody reads.
    masks: Vec<Vec<u64>>,
}

impl Pool {
    /// A buffer to write.
    pub(super) fn open(&mut self, format: Format, rows: usize) -> Open {
        match format {
            Format::F32 => Open::F32(self.f32.take(rows, &0.0)),
            Format::F32x2 => Open::F32x2(self.f32x2.take(rows, &[0.0; 2])),
            Format::F32x3 => Open::F32x3(self.f32x3.take(rows, &[0.0; 3])),
            Format::F32x4 => Open::F32x4(self.f32x4.take(rows, &[0.0; 4])),
            Format::U8x4 => Open::U8x4(self.u8x4.take(rows, &[0; 4])),
            Format::U16 => Open::U16(self.u16.take(rows, &0)),
            Format::U32 => Open::U32(self.u32.take(rows, &0)),
            Format::Path => Open::Path(self.paths.take(rows, &self.blank)),
        }
    }

    /// Memory for a wide lane that is only looked through.
    pub(super) fn open_wide(&mut self, rows: usize) -> Open {
        Open::Lane64(self.f64.take(rows, &0.0))
    }

    /// The finished column; none of a lane.
    pub(super) fn close(&mut self, open: Open) -> Option<Buffer> {
        let Open::Path(rows) = open else {
            return open.close();
        };
        let mut table = self.tables.take_any();
        let mut index = self.u32.take(rows.len(), &0);
        if let (Some(table), Some(index)) = (Arc::get_mut(&mut table), Arc::get_mut(&mut index)) {
            output::tabulate(&rows, table, index);
        }
        self.paths.keep(rows);
        Some(Buffer::Path(PathColumn {
            index: Column::Many(index),
            table,
        }))
    }

    /// Rows that were only looked through.
    pub(super) fn drop_rows(&mut self, open: Open) {
        if let Open::Lane64(rows) = open {
            self.f64.keep(rows);
        } else if let Some(buffer) = open.close() {
            self.retire(buffer);
        }
    }

    /// Memory for finite bits.
    pub(super) fn mask(&mut self) -> Vec<u64> {
        self.masks.pop().unwrap_or_default()
    }

    /// Finite bits that nobody needs any more.
    pub(super) fn drop_mask(&mut self, mask: Vec<u64>) {
        self.masks.push(mask);
    }

    /// A column that the store no longer needs.
    pub(super) fn retire(&mut self, buffer: Buffer) {
        match buffer {
            Buffer::F32(c) => self.f32.put(c),
            Buffer::F32x2(c) => self.f32x2.put(c),
            Buffer::F32x3(c) => self.f32x3.put(c),
            Buffer::F32x4(c) => self.f32x4.put(c),
            Buffer::U8x4(c) => self.u8x4.put(c),
            Buffer::U16(c) => self.u16.put(c),
            Buffer::U32(c) => self.u32.put(c),
            Buffer::Path(PathColumn { index, table }) => {
                // The table of a single outline is not from here.
                if matches!(index, Column::Many(_)) {
                    self.u32.put(index);
                    self.tables.keep(table);
                }
            }
        }
    }

    /// Another program begins with these buffers: those that it does not use soon go.
    pub(super) fn age(&mut self, frame: u64) {
        self.f32.age(frame);
        self.f32x2.age(frame);
        self.f32x3.age(frame);
        self.f32x4.age(frame);
        self.u8x4.age(frame);
        self.u16.age(frame);
        self.u32.age(frame);
        self.f64.age(frame);
        self.paths.age(frame);
        self.tables.age(frame);
    }

    /// Lets go of what another program left and this one did not use.
    pub(super) fn trim(&mut self, frame: u64) {
        self.f32.trim(frame);
        self.f32x2.trim(frame);
        self.f32x3.trim(frame);
        self.f32x4.trim(frame);
        self.u8x4.trim(frame);
        self.u16.trim(frame);
        self.u32.trim(frame);
        self.f64.trim(frame);
        self.paths.trim(frame);
        self.tables.trim(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(column: &Column<f32>) -> *const f32 {
        match column {
            Column::Many(rows) => rows.as_ptr(),
            Column::One(_) => std::ptr::null(),
        }
    }

    fn column(pool: &mut Pool, rows: usize) -> Column<f32> {
        let open = pool.open(Format::F32, rows);
        match pool.close(open) {
            Some(Buffer::F32(column)) => column,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_buffer_returns_when_the_last_holder_lets_go() {
        let mut pool = Pool::default();
        let first = column(&mut pool, 100);
        let at = pointer(&first);
        let held = first.clone();
        pool.retire(Buffer::F32(first));
        let second = column(&mut pool, 100);
        assert_ne!(pointer(&second), at, "still held by a tree");
        drop(held);
        let third = column(&mut pool, 70);
        assert_eq!(pointer(&third), at, "100 and 70 rows both round up to 128");
        let Column::Many(rows) = third else {
            panic!("no rows")
        };
        assert_eq!(rows.len(), 70);
    }

    #[test]
    fn only_what_another_program_left_goes() {
        let mut pool = Pool::default();
        let old = column(&mut pool, 100);
        let at = pointer(&old);
        pool.retire(Buffer::F32(old));
        let other = column(&mut pool, 200);
        assert_ne!(pointer(&other), at, "another size");
        pool.trim(1000);
        assert_eq!(
            pool.f32.waiting.len(),
            1,
            "a column that rests may move again"
        );
        pool.retire(Buffer::F32(other));
        pool.age(1000);
        let taken = column(&mut pool, 100);
        assert_eq!(pointer(&taken), at);
        pool.retire(Buffer::F32(taken));
        pool.trim(1000 + PATIENCE);
        assert_eq!(pool.f32.waiting.len(), 2);
        pool.trim(1001 + PATIENCE);
        assert_eq!(pool.f32.waiting.len(), 1, "the one that was used");
    }
}
