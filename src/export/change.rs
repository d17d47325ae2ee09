//! Where two frames differ: the smallest rectangle that holds every change.
//!
//! Animation formats write only that rectangle. Pixels are any comparable values: colours for formats
//! that keep colours, shown palette colours for GIF.

/// A part of a picture, px from the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: usize,
    /// Upper edge.
    pub y: usize,
    /// ≥ 1.
    pub width: usize,
    /// ≥ 1.
    pub height: usize,
}

impl Rect {
    /// The pixel at the top left.
    pub const CORNER: Self = Self {
        x: 0,
        y: 0,
        width: 1,
        height: 1,
    };

    /// A whole picture.
    pub fn whole(width: usize, height: usize) -> Self {
        Self {
            x: 0,
            y: 0,
            width,
            height,
        }
    }

    /// The smallest one that holds both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let below = (self.y + self.height).max(other.y + other.height);
        Self {
            x,
            y,
            width: right - x,
            height: below - y,
        }
    }

    /// Its upper left corner moved onto even numbers, its lower right one kept.
    #[must_use]
    pub fn from_even(self) -> Self {
        let (odd_x, odd_y) = (self.x % 2, self.y % 2);
        Self {
            x: self.x - odd_x,
            y: self.y - odd_y,
            width: self.width + odd_x,
            height: self.height + odd_y,
        }
    }

    /// The rows of this part of a picture that is `stride` pixels wide.
    pub fn rows<T>(self, pixels: &[T], stride: usize) -> impl Iterator<Item = &[T]> {
        let rows = pixels.chunks_exact(stride).skip(self.y).take(self.height);
        rows.map(move |row| &row[self.x..self.x + self.width])
    }
}

/// The smallest rectangle outside of which two pictures of the same size agree; `None` if they agree
/// everywhere.
pub fn changed<T: PartialEq>(before: &[T], after: &[T], width: usize) -> Option<Rect> {
    bounds(before, after, width, |before, after| before != after)
}

/// The smallest rectangle that holds every pixel for which `differs` holds.
pub fn bounds<T: PartialEq>(
    before: &[T],
    after: &[T],
    width: usize,
    differs: impl Fn(&T, &T) -> bool,
) -> Option<Rect> {
    let rows = || before.chunks_exact(width).zip(after.chunks_exact(width));
    let mut found: Option<Rect> = None;
    for (y, (before, after)) in rows().enumerate() {
        // Equal rows, the common case, are compared as memory.
        if before == after {
            continue;
        }
        let differs = |(before, after): (&T, &T)| differs(before, after);
        let mut pixels = before.iter().zip(after);
        if let Some(left) = pixels.clone().position(differs) {
            let right = pixels.rposition(differs).unwrap_or(left);
            let row = Rect {
                x: left,
                y,
                width: right - left + 1,
                height: 1,
            };
            found = Some(found.map_or(row, |found| found.join(row)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_pictures_have_no_rectangle() {
        assert_eq!(changed(&[1, 2, 3, 4], &[1, 2, 3, 4], 2), None);
    }

    #[test]
    fn even_corners_keep_the_far_one() {
        let rect = Rect {
            x: 3,
            y: 4,
            width: 5,
            height: 1,
        };
        assert_eq!(
            rect.from_even(),
            Rect {
                x: 2,
                y: 4,
                width: 6,
                height: 1
            }
        );
    }

    proptest! {
        #[test]
        fn the_rectangle_holds_all_changes_and_touches_them(
            before in prop::collection::vec(0u8..3, 12 * 7),
            spots in prop::collection::vec((0usize..12 * 7, 0u8..3), 0..4),
        ) {
            let mut after = before.clone();
            for (at, value) in spots {
                after[at] = value;
            }
            let places: Vec<(usize, usize)> = (0..before.len())
                .filter(|&i| before[i] != after[i])
                .map(|i| (i % 12, i / 12))
                .collect();
            let expected = places.first().map(|&first| {
                places.iter().fold(
                    Rect { x: first.0, y: first.1, width: 1, height: 1 },
                    |rect, &(x, y)| rect.join(Rect { x, y, width: 1, height: 1 }),
                )
            });
            prop_assert_eq!(changed(&before, &after, 12), expected);
        }
    }
}
