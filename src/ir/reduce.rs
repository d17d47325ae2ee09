//! A column becomes one value per lane: the only operation across elements.
//!
//! Sums have one fixed tree, whatever the machine: pairs of neighbours are added, then pairs of
//! these sums, level by level; an odd last one is carried up unchanged. All in f64. The builder folds
//! with it what is known when a patch is compiled, the field store the finished columns of a frame.

use super::ReduceOp;
use crate::math::Real;
use crate::types::{Domain, Family};

/// One lane of all elements, reduced; `None` without elements.
pub fn lane(op: ReduceOp, mut lanes: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = lanes.len();
    if count == 0 {
        return None;
    }
    let value = match op {
        ReduceOp::Sum => sum(lanes),
        ReduceOp::Avg => sum(lanes) / count as f64,
        ReduceOp::First => lanes.next()?,
        ReduceOp::Min => lanes.reduce(Real::min)?,
        ReduceOp::Max => lanes.reduce(Real::max)?,
    };
    Some(value.canonical())
}

/// The same of `count` equal lanes, at no cost.
pub fn equal(op: ReduceOp, value: f64, count: usize) -> Option<f64> {
    if count == 0 {
        return None;
    }
    let value = match op {
        ReduceOp::Sum => sum_of_equal(value, count),
        ReduceOp::Avg => sum_of_equal(value, count) / count as f64,
        ReduceOp::Min | ReduceOp::Max | ReduceOp::First => value,
    };
    Some(value.canonical())
}

/// A lane of no elements: 0, but a colour is opaque.
pub fn none(domain: Domain, lane: usize) -> f64 {
    let opaque = domain.family() == Family::Color && lane == 3;
    if opaque { 1.0 } else { 0.0 }
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

    #[test]
    fn order_matters_and_is_the_tree() {
        // (1e16 + 1) + (1 + 1): the first pair loses its 1, the second adds 2.
        let rows = [1e16, 1.0, 1.0, 1.0];
        let want = (1e16 + 1.0) + 2.0;
        assert_ne!(want, ((1e16 + 1.0) + 1.0) + 1.0);
        assert_eq!(lane(ReduceOp::Sum, rows.into_iter()), Some(want));
    }

    #[test]
    fn nan_wins_except_in_first() {
        let rows = [1.0, f64::NAN, 3.0];
        for op in [ReduceOp::Sum, ReduceOp::Avg, ReduceOp::Min, ReduceOp::Max] {
            assert!(
                lane(op, rows.into_iter()).is_some_and(f64::is_nan),
                "{op:?}"
            );
        }
        assert_eq!(lane(ReduceOp::First, rows.into_iter()), Some(1.0));
        assert_eq!(lane(ReduceOp::Avg, [].into_iter()), None);
    }

    proptest! {
        #[test]
        fn counter_equals_levels(rows in prop::collection::vec(-1e6f64..1e6, 1..300)) {
            let want = levels(rows.clone());
            let got = lane(ReduceOp::Sum, rows.into_iter());
            prop_assert_eq!(got.map(f64::to_bits), Some(want.to_bits()));
        }

        #[test]
        fn equal_rows_equal_levels(value in -1e6f64..1e6, count in 1usize..3000) {
            let want = levels(vec![value; count]);
            prop_assert_eq!(equal(ReduceOp::Sum, value, count), Some(want));
        }
    }
}
