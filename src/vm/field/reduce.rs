//! A finished column becomes one value per lane.

use super::buffer::Buffer;
use crate::ir::{ReduceOp, reduce};
use crate::render_tree::Column;

/// Lane `lane` of the first `count` rows, reduced; `None` without rows.
pub(super) fn reduce(buffer: &Buffer, lane: usize, count: usize, op: ReduceOp) -> Option<f64> {
    match buffer {
        Buffer::F32(c) => column(c, count, op, f64::from),
        Buffer::F32x2(c) => column(c, count, op, |v| f64::from(v[lane])),
        Buffer::F32x3(c) => column(c, count, op, |v| f64::from(v[lane])),
        Buffer::F32x4(c) => column(c, count, op, |v| f64::from(v[lane])),
        Buffer::U8x4(c) => column(c, count, op, |v| f64::from(v[lane])),
        Buffer::U16(c) => column(c, count, op, f64::from),
        Buffer::U32(c) => column(c, count, op, f64::from),
        Buffer::Path(_) => None,
    }
}

fn column<T: Copy>(
    column: &Column<T>,
    count: usize,
    op: ReduceOp,
    lane: impl Fn(T) -> f64,
) -> Option<f64> {
    match column {
        Column::One(value) => reduce::equal(op, lane(*value), count),
        Column::Many(rows) => {
            let rows = &rows[..count.min(rows.len())];
            reduce::lane(op, rows.iter().map(|&row| lane(row)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn lanes_are_apart_and_one_row_stands_for_all() {
        let rows = Arc::new(vec![[1.0, 10.0], [2.0, 20.0], [4.0, 60.0]]);
        let buffer = Buffer::F32x2(Column::Many(rows));
        assert_eq!(reduce(&buffer, 0, 3, ReduceOp::Sum), Some(7.0));
        assert_eq!(reduce(&buffer, 1, 3, ReduceOp::Avg), Some(30.0));
        assert_eq!(reduce(&buffer, 1, 3, ReduceOp::Min), Some(10.0));
        assert_eq!(reduce(&buffer, 0, 3, ReduceOp::Max), Some(4.0));
        let one = Buffer::F32(Column::One(0.1));
        let many = Buffer::F32(Column::Many(Arc::new(vec![0.1; 1000])));
        let sums = [one, many].map(|b| reduce(&b, 0, 1000, ReduceOp::Sum).map(f64::to_bits));
        assert_eq!(sums[0], sums[1]);
    }
}
