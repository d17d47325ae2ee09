//! Where the words of arrows stand: each on its own arrow, as near as can be to the place that the
//! layout made for it, and over no box and no other words.

/// px of the letters.
pub(super) const FONT: f64 = 11.0;
/// px of a line of words.
pub(super) const HEIGHT: f64 = 14.0;

/// Places along each piece of an arrow that are tried.
const TRIED: u32 = 24;
/// px between words and boxes.
const GAP: f64 = 3.0;

/// A point, px.
pub(super) type Spot = (f64, f64);

/// A rectangle: left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area(pub(super) [f64; 4]);

impl Area {
    /// Around a point.
    pub(super) fn around((x, y): Spot, width: f64, height: f64) -> Self {
        let (w, h) = (width / 2.0, height / 2.0);
        Self([x - w, y - h, x + w, y + h])
    }

    /// How much of two areas is common, px².
    fn common(self, other: Self) -> f64 {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        (c.min(g) - a.max(e)).max(0.0) * (d.min(h) - b.max(f)).max(0.0)
    }
}

/// An arrow: where it begins, and its pieces, each with two handles and an end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    pub(super) start: Spot,
    pub(super) pieces: Vec<[Spot; 3]>,
}

impl Curve {
    /// Where it begins and ends.
    pub(super) fn ends(&self) -> [Spot; 2] {
        let end = self.pieces.last().map_or(self.start, |piece| piece[2]);
        [self.start, end]
    }

    /// Points along the arrow.
    fn points(&self) -> Vec<Spot> {
        let mut from = self.start;
        let mut points = Vec::new();
        for piece in &self.pieces {
            points.extend((1..TRIED).map(|k| on(from, piece, f64::from(k) / f64::from(TRIED))));
            from = piece[2];
        }
        points
    }
}

/// A point of a cubic Bézier curve.
fn on(a: Spot, &[b, c, d]: &[Spot; 3], t: f64) -> Spot {
    let s = 1.0 - t;
    let mix = |a: f64, b: f64, c: f64, d: f64| {
        s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
    };
    (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
}

/// The middle of words of this width on an arrow.
pub(super) fn place(curve: &Curve, wish: Spot, width: f64, taken: &[Area]) -> Spot {
    let covered = |spot: Spot| -> f64 {
        let own = Area::around(spot, width + 2.0 * GAP, HEIGHT + GAP);
        taken.iter().map(|area| own.common(*area)).sum()
    };
    let far = |spot: Spot| (spot.0 - wish.0).abs() + (spot.1 - wish.1).abs();
    let points = curve.points().into_iter();
    let better = |a: &Spot, b: &Spot| {
        let by_cover = covered(*a).total_cmp(&covered(*b));
        by_cover.then(far(*a).total_cmp(&far(*b)))
    };
    points.min_by(better).unwrap_or(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn straight() -> Curve {
        let at = |x: f64| (x, 0.0);
        Curve {
            start: at(0.0),
            pieces: vec![[at(100.0), at(200.0), at(300.0)]],
        }
    }

    #[test]
    fn words_stand_on_their_arrow_beside_what_is_there() {
        let free = place(&straight(), (150.0, 40.0), 40.0, &[]);
        assert_eq!(free, (150.0, 0.0));
        let boxed = [Area::around((150.0, 0.0), 60.0, 20.0)];
        let (x, y) = place(&straight(), (150.0, 0.0), 40.0, &boxed);
        assert!(
            y == 0.0 && (x - 150.0).abs() >= 50.0 && (x - 150.0).abs() < 80.0,
            "{x}"
        );
        // Where all is taken, as little as can be is covered.
        let full = [Area::around((100.0, 0.0), 400.0, 20.0)];
        let (x, _) = place(&straight(), (50.0, 0.0), 40.0, &full);
        assert!(x > 270.0, "{x}");
    }
}
