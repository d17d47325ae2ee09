//! A column becomes one value per lane: the only operation across elements.
//!
//! Sums have one fixed tree, whatever the machine: pairs of neighbours are added, then pairs of
//! these sums, level by level; an odd last one is carried up unchanged. All in f64.

use super::buffer::Buffer;
use crate::ir::ReduceOp;
use crate::math::Real;
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
    if count == 0 {
        return None;
    }
    let value = match column {
        Column::One(value) => {
            let value = lane(*value);
            match op {
                ReduceOp::Sum => sum_of_equal(value, count),
                ReduceOp::Avg => sum_of_equal(value, count) / count as f64,
                ReduceOp::Min | ReduceOp::Max | ReduceOp::First => value,
            }
        }
        Column::Many(rows) => {
            let mut lanes = rows.iter().take(count).map(|&row| lane(row));
            match op {
                ReduceOp::Sum => sum(lanes),
                ReduceOp::Avg => sum(lanes) / count as f64,
                ReduceOp::First => lanes.next()?,
                ReduceOp::Min => lanes.reduce(Real::min)?,
                ReduceOp::Max => lanes.reduce(Real::max)?,
            }
        }
    };
    Some(value.canonical())
}

/// The tree sum. Works like a binary counter: a partial sum of 2^k rows waits in place k for its
/// neighbour; what is left at the end is joined from the last rows up, as carrying does.
fn sum(lanes: impl Iterator<Item = f64>) -> f64 {
    let mut waiting = [0.0; usize::BITS as usize];
    let mut taken = 0usize;
    for value in lanes {
        let mut value = value;
        let mut place = 0;
        while taken >> place & 1 == 1 {
            value += waiting[place];
            place += 1;
        }
        waiting[place] = value;
        taken += 1;
    }
    let mut total = None;
    for (place, &value) in waiting.iter().enumerate() {
        if taken >> place & 1 == 1 {
            total = Some(total.map_or(value, |rest| value + rest));
        }
    }
    total.unwrap_or(0.0)
}

/// The same tree over `count` equal rows, level by level: all nodes of a level are equal but the
/// last.
fn sum_of_equal(value: f64, count: usize) -> f64 {
    let (mut nodes, mut node, mut last) = (count, value, value);
    while nodes > 1 {
        if nodes % 2 == 0 {
            last += node;
        }
        node += node;
        nodes = nodes.div_ceil(2);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Arc;

    /// The tree as it is defined.
    fn levels(mut rows: Vec<f64>) -> f64 {
        while rows.len() > 1 {
            rows = rows
                .chunks(2)
                .map(|p| if p.len() == 2 { p[0] + p[1] } else { p[0] })
                .collect();
        }
        rows[0]
    }

    fn many(rows: &[f32]) -> Buffer {
        Buffer::F32(Column::Many(Arc::new(rows.to_vec())))
    }

    #[test]
    fn order_matters_and_is_the_tree() {
        // (1e16 + 1) + (1 + 1) in f64: the first pair loses its 1, the second adds 2.
        let rows = [1e16, 1.0, 1.0, 1.0].map(|v| v as f32);
        let big = f64::from(1e16f32);
        let want = (big + 1.0) + 2.0;
        assert_ne!(want, ((big + 1.0) + 1.0) + 1.0);
        assert_eq!(reduce(&many(&rows), 0, 4, ReduceOp::Sum), Some(want));
    }

    #[test]
    fn nan_wins_except_in_first() {
        let rows = [1.0, f32::NAN, 3.0];
        for op in [ReduceOp::Sum, ReduceOp::Avg, ReduceOp::Min, ReduceOp::Max] {
            assert!(
                reduce(&many(&rows), 0, 3, op).is_some_and(f64::is_nan),
                "{op:?}"
            );
        }
        assert_eq!(reduce(&many(&rows), 0, 3, ReduceOp::First), Some(1.0));
        assert_eq!(reduce(&many(&[]), 0, 0, ReduceOp::Avg), None);
    }

    #[test]
    fn lanes_are_apart() {
        let rows = Arc::new(vec![[1.0, 10.0], [2.0, 20.0], [4.0, 60.0]]);
        let buffer = Buffer::F32x2(Column::Many(rows));
        assert_eq!(reduce(&buffer, 0, 3, ReduceOp::Sum), Some(7.0));
        assert_eq!(reduce(&buffer, 1, 3, ReduceOp::Avg), Some(30.0));
        assert_eq!(reduce(&buffer, 1, 3, ReduceOp::Min), Some(10.0));
        assert_eq!(reduce(&buffer, 0, 3, ReduceOp::Max), Some(4.0));
    }

    proptest! {
        #[test]
        fn counter_equals_levels(rows in prop::collection::vec(-1e6f32..1e6, 1..300)) {
            let want = levels(rows.iter().map(|&v| f64::from(v)).collect());
            let got = reduce(&many(&rows), 0, rows.len(), ReduceOp::Sum);
            prop_assert_eq!(got.map(f64::to_bits), Some(want.to_bits()));
        }

        #[test]
        fn equal_rows_equal_levels(value in -1e6f32..1e6, count in 1usize..3000) {
            let want = levels(vec![f64::from(value); count]);
            let one = Buffer::F32(Column::One(value));
            prop_assert_eq!(reduce(&one, 0, count, ReduceOp::Sum), Some(want));
        }
    }
}
