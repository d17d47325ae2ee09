//! A column in six numbers.

use super::buffer::Buffer;
use crate::ir::Format;
use crate::math::color;

/// What a column is like: of vectors their lengths, of colours their luma (bytes as they are stored).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    /// Elements.
    pub count: usize,
    /// Smallest, NaN left out; NaN without a number.
    pub min: f64,
    /// Largest, NaN left out; NaN without a number.
    pub max: f64,
    /// Mean, NaN left out; NaN without a number.
    pub mean: f64,
    /// Elements that are NaN.
    pub nan: usize,
    /// The first 8 bytes of the BLAKE3 of all lanes.
    pub hash: u64,
}

impl Stats {
    /// Of numbers in order.
    pub fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let mut hash = blake3::Hasher::new();
        Self::hashed(numbers.inspect(|v| {
            hash.update(&v.to_bits().to_le_bytes());
        }))
        .with(&hash)
    }

    fn hashed(numbers: impl Iterator<Item = f64>) -> Self {
        let (mut count, mut nan, mut sum) = (0, 0, 0.0);
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in numbers {
            count += 1;
            if value.is_nan() {
                nan += 1;
                continue;
            }
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
            sum += value;
        }
        let some = count > nan;
        let number = |value: f64| if some { value } else { f64::NAN };
        Self {
            count,
            min: number(min),
            max: number(max),
            mean: number(sum / (count - nan) as f64),
            nan,
            hash: 0,
        }
    }

    fn with(self, hash: &blake3::Hasher) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize().as_bytes()[..8]);
        Self {
            hash: u64::from_le_bytes(first),
            ..self
        }
    }
}

impl Buffer {
    /// Of the first `count` elements.
    pub fn stats(&self, count: usize) -> Stats {
        let lanes = self.format().lanes().max(1);
        let mut hash = blake3::Hasher::new();
        let numbers = (0..count).map(|i| {
            let row: [f64; 4] = std::array::from_fn(|k| match k < lanes {
                true => self.number(i, k),
                false => 0.0,
            });
            for lane in &row[..lanes] {
                hash.update(&lane.to_bits().to_le_bytes());
            }
            self.magnitude(row)
        });
        Stats::hashed(numbers).with(&hash)
    }

    /// One number for a row.
    fn magnitude(&self, row: [f64; 4]) -> f64 {
        match self.format() {
            Format::U8x4 | Format::F32x4 => color::luma(row),
            Format::F32x2 | Format::F32x3 => {
                let squares = row.iter().fold(0.0, |sum, lane| sum + lane * lane);
                squares.sqrt()
            }
            Format::F32 | Format::U16 | Format::U32 | Format::Path => row[0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render_tree::Column;
    use std::sync::Arc;

    #[test]
    fn nan_is_counted_and_left_out() {
        let stats = Stats::of([3.0, f64::NAN, -1.0].into_iter());
        assert_eq!((stats.count, stats.nan), (3, 1));
        assert_eq!((stats.min, stats.max, stats.mean), (-1.0, 3.0, 1.0));
        let none = Stats::of([f64::NAN].into_iter());
        assert!(none.min.is_nan() && none.max.is_nan() && none.mean.is_nan());
    }

    #[test]
    fn vectors_count_by_their_length() {
        let rows = vec![[3.0, 4.0], [0.0, -1.0]];
        let stats = Buffer::F32x2(Column::Many(Arc::new(rows))).stats(2);
        assert_eq!((stats.min, stats.max, stats.mean), (1.0, 5.0, 3.0));
        let one = Buffer::F32x2(Column::One([3.0, 4.0])).stats(2);
        assert_eq!((one.count, one.mean), (2, 5.0));
        assert_ne!(stats.hash, one.hash);
    }
}
