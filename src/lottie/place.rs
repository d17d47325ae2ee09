//! Places: what groups do to what is in them, as null layers.
//!
//! In: the transforms of a group in all frames. Out: the inside of a layer's transform, taken apart into a
//! place, a turn and factors, and the maps to the document that stroke widths ask for.

use super::keys::{Channel, Clock, Span, Unit, Value};
use super::layers::{Stage, not_representable};
use super::{LottieError, TOLERANCE, outline};
use crate::math::affine::Affine;
use crate::math::{Real, number_text};
use crate::render_tree::Group;

/// Where a pass stands: a chain of transforms.
pub(super) struct Place<'p> {
    pub(super) outer: Option<&'p Place<'p>>,
    pub(super) number: u32,
    /// Transform of the null layer; empty if it changes nothing.
    pub(super) ks: String,
    pub(super) span: Span,
    /// From the space of the pass to that of the document, frame by frame.
    maps: Vec<Affine>,
}

impl<'p> Place<'p> {
    /// The whole document, in user px.
    pub(super) fn root(scale: f64, clock: &Clock) -> Self {
        let mut ks = String::new();
        if scale != 1.0 {
            ks.push_str("\"s\":{\"a\":0,\"k\":[");
            for i in 0..2 {
                ks.push_str(&number_text(scale * 100.0));
                ks.push_str(if i == 0 { "," } else { "]}" });
            }
        }
        Self {
            outer: None,
            number: 0,
            ks,
            span: clock.whole(),
            maps: vec![Affine::scale(scale); clock.frames()],
        }
    }

    /// The whole document.
    pub(super) fn origin(&self) -> &Place<'p> {
        self.outer.map_or(self, Place::origin)
    }

    /// How much larger lengths become in a frame.
    pub(super) fn growth(&self, frame: usize) -> f64 {
        self.maps[frame].growth().max(f64::MIN_POSITIVE)
    }
}

impl Stage<'_> {
    /// The place inside a group. Its transform turns and scales about the middle of the picture, as most
    /// patches do, so that what only turns has no other keyframes.
    pub(super) fn inside<'p>(
        &mut self,
        groups: &[&Group],
        span: Span,
        outer: &'p Place<'p>,
    ) -> Result<Place<'p>, LottieError> {
        let own: Vec<Affine> = groups
            .iter()
            .map(|g| Affine::from_row(g.transform))
            .collect();
        let mut maps = outer.maps.clone();
        for frame in span.from..span.to {
            let own = own[(frame - span.from).min(own.len() - 1)];
            maps[frame] = own.then(&outer.maps[frame]);
        }
        let mut ks = String::new();
        if own.iter().any(|map| *map != Affine::IDENTITY) {
            ks = self.transform(&own, span).ok_or_else(|| {
                not_representable(&groups[0].sink, "it is skewed, which is not written")
            })?;
        }
        self.places += 1;
        Ok(Place {
            outer: Some(outer),
            number: self.places,
            ks,
            span,
            maps,
        })
    }

    /// The inside of a transform; `None` if a map skews.
    fn transform(&mut self, maps: &[Affine], span: Span) -> Option<String> {
        let middle = self.size.map(|side| side / 2.0);
        let (mut places, mut turns, mut scales) = (Vec::new(), Vec::new(), Vec::new());
        let mut last = None;
        for map in maps {
            let (turn, factors) = decompose(map, last)?;
            last = Some(turn);
            places.extend(map.apply(middle));
            turns.push(turn);
            scales.extend(factors.map(|factor| factor * 100.0));
        }
        let reach = self.size[0].max(self.size[1]).max(1.0);
        let [x, y] = middle.map(number_text);
        let mut ks = format!("\"a\":{{\"a\":0,\"k\":[{x},{y}]}},");
        let pair = |values, unit| Channel {
            values,
            value: Value::List(2),
            unit,
            steps: false,
        };
        let when = (span, &[][..]);
        self.keys
            .write("p", pair(&places, Unit::PLACE), when, &mut ks);
        if turns.iter().any(|&turn| turn != 0.0) {
            ks.push(',');
            self.keys.write("r", outline::length(&turns), when, &mut ks);
        }
        if scales.iter().any(|&scale| scale != 100.0) {
            ks.push(',');
            let unit = Unit::within(TOLERANCE * 100.0 / reach);
            self.keys.write("s", pair(&scales, unit), when, &mut ks);
        }
        Some(ks)
    }
}

/// A turn in degrees, near `last`, and the factors of both axes; `None` if the map skews.
fn decompose(map: &Affine, last: Option<f64>) -> Option<(f64, [f64; 2])> {
    let size = map.a * map.a + map.b * map.b + map.c * map.c + map.d * map.d;
    if (map.a * map.c + map.b * map.d).abs() > size * 1e-6 {
        return None;
    }
    let x = (map.a * map.a + map.b * map.b).sqrt();
    let y = (map.a * map.d - map.b * map.c) / x;
    let turn = Real::atan2(map.b, map.a) * (180.0 / std::f64::consts::PI);
    let Some(last) = last else {
        return Some((turn, [x, y]));
    };
    let near = |turn: f64| turn + 360.0 * ((last - turn) / 360.0 + 0.5).floor();
    // Half a turn is both axes mirrored.
    let (one, other) = (near(turn), near(turn + 180.0));
    if (one - last).abs() <= (other - last).abs() {
        Some((one, [x, y]))
    } else {
        Some((other, [-x, -y]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::affine::Turn;

    #[test]
    fn maps_are_taken_apart_and_turn_the_short_way() {
        let map = |turn: f32, x: f64, y: f64| {
            let turned = Affine::place(1.0, Turn::new(turn), [3.0, 4.0]);
            Affine::from_row([x, 0.0, 0.0, y, 0.0, 0.0]).then(&turned)
        };
        let close = |found: Option<(f64, [f64; 2])>, turn: f64, x: f64, y: f64| {
            let (t, [a, b]) = found.unwrap();
            let off = (t - turn).abs() + (a - x).abs() + (b - y).abs();
            assert!(off < 1e-4, "{t} {a} {b}");
        };
        let quarter = std::f32::consts::FRAC_PI_2;
        close(decompose(&map(quarter, 2.0, 3.0), None), 90.0, 2.0, 3.0);
        close(
            decompose(&map(-quarter, 2.0, 3.0), Some(265.0)),
            270.0,
            2.0,
            3.0,
        );
        // A mirror stays one while the rest turns.
        close(
            decompose(&map(0.1, -2.0, 3.0), Some(0.0)),
            5.7296,
            -2.0,
            3.0,
        );
        let skewed = Affine::from_row([1.0, 0.0, 0.5, 1.0, 0.0, 0.0]);
        assert_eq!(decompose(&skewed, None), None);
    }
}
