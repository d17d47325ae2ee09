//! Buffers that come back.
//!
//! The store gives an old column to the pool when a new one takes its place. Trees and probes may
//! still hold it then; it is used again once nobody does. Shelves are by row type; on a shelf a
//! buffer serves every element count that rounds up to the same multiple of 64.

use super::buffer::Buffer;
use super::output::Open;
use crate::ir::Format;
use crate::render_tree::Column;
use std::sync::Arc;

/// Frames that a buffer may lie unused.
const PATIENCE: u64 = 2;

/// Buffers of one row type.
#[derive(Debug)]
struct Shelf<T> {
    waiting: Vec<Waiting<T>>,
}

#[derive(Debug)]
struct Waiting<T> {
    rows: Arc<Vec<T>>,
    /// Last frame in which somebody held it.
    since: u64,
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

impl<T: Clone + Default> Shelf<T> {
    /// A buffer of `rows` rows with any content that nobody else holds.
    fn take(&mut self, rows: usize) -> Arc<Vec<T>> {
        let class = size_class(rows);
        let fits = |w: &mut Waiting<T>| {
            size_class(w.rows.len()) == class && Arc::get_mut(&mut w.rows).is_some()
        };
        // The latest first: it is the likeliest to be in a cache of the processor.
        let Some(at) = self.waiting.iter_mut().rposition(fits) else {
            let mut fresh = Vec::with_capacity(class);
            fresh.resize(rows, T::default());
            return Arc::new(fresh);
        };
        let mut buffer = self.waiting.swap_remove(at).rows;
        if let Some(content) = Arc::get_mut(&mut buffer) {
            content.resize(rows, T::default());
        }
        buffer
    }

    fn put(&mut self, column: Column<T>, frame: u64) {
        if let Column::Many(rows) = column {
            self.waiting.push(Waiting { rows, since: frame });
        }
    }

    fn trim(&mut self, frame: u64) {
        self.waiting.retain_mut(|w| {
            if Arc::get_mut(&mut w.rows).is_none() {
                w.since = frame;
            }
            frame <= w.since + PATIENCE
        });
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
}

impl Pool {
    /// A buffer to write.
    pub(super) fn open(&mut self, format: Format, rows: usize) -> Open {
        match format {
            Format::F32 => Open::F32(self.f32.take(rows)),
            Format::F32x2 => Open::F32x2(self.f32x2.take(rows)),
            Format::F32x3 => Open::F32x3(self.f32x3.take(rows)),
            Format::F32x4 => Open::F32x4(self.f32x4.take(rows)),
            Format::U8x4 => Open::U8x4(self.u8x4.take(rows)),
            Format::U16 => Open::U16(self.u16.take(rows)),
            Format::U32 => Open::U32(self.u32.take(rows)),
            // Outlines are shared one by one; their list is not worth keeping.
            Format::Path => Open::Path(Arc::new(vec![Arc::default(); rows])),
        }
    }

    /// A column that the store no longer needs.
    pub(super) fn retire(&mut self, buffer: Buffer, frame: u64) {
        match buffer {
            Buffer::F32(c) => self.f32.put(c, frame),
            Buffer::F32x2(c) => self.f32x2.put(c, frame),
            Buffer::F32x3(c) => self.f32x3.put(c, frame),
            Buffer::F32x4(c) => self.f32x4.put(c, frame),
            Buffer::U8x4(c) => self.u8x4.put(c, frame),
            Buffer::U16(c) => self.u16.put(c, frame),
            Buffer::U32(c) => self.u32.put(c, frame),
            Buffer::Path(_) => {}
        }
    }

    /// Lets go of what lay unused for two frames.
    pub(super) fn trim(&mut self, frame: u64) {
        self.f32.trim(frame);
        self.f32x2.trim(frame);
        self.f32x3.trim(frame);
        self.f32x4.trim(frame);
        self.u8x4.trim(frame);
        self.u16.trim(frame);
        self.u32.trim(frame);
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
        match pool.open(Format::F32, rows).close() {
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
        pool.retire(Buffer::F32(first), 0);
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
    fn sizes_and_patience() {
        let mut pool = Pool::default();
        let old = column(&mut pool, 100);
        let at = pointer(&old);
        pool.retire(Buffer::F32(old), 0);
        let other = column(&mut pool, 200);
        assert_ne!(pointer(&other), at, "another size");
        pool.trim(2);
        assert_eq!(pool.f32.waiting.len(), 1);
        pool.trim(3);
        assert_eq!(pool.f32.waiting.len(), 0);
        let held = column(&mut pool, 100);
        pool.retire(Buffer::F32(held.clone()), 3);
        pool.trim(9);
        assert_eq!(
            pool.f32.waiting.len(),
            1,
            "held ones wait as long as they are held"
        );
        drop(held);
        pool.trim(12);
        assert_eq!(pool.f32.waiting.len(), 0);
    }
}
