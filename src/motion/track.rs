//! One element over all frames, as channels of numbers.
//!
//! In: what the element is in each frame, or that it is not there. Out: channels without gaps: while an
//! element is away its values stay as they were (before it first comes: as they will be), and so does a
//! colour while nothing is painted with it. Turns are the nearest from frame to frame.

use crate::math::affine::degrees;
use crate::render_tree::Blend;
use crate::render_tree::rows::{Paint, Placed, Row};

/// Channels of one element; a value a frame.
#[derive(Debug, Default)]
pub(crate) struct Track {
    pub(crate) seen: Vec<bool>,
    /// x, y, degrees, scale.
    pub(crate) place: Vec<[f64; 4]>,
    pub(crate) fill: Ink,
    pub(crate) stroke: Ink,
    /// Stroke width, user px.
    pub(crate) width: Vec<[f64; 1]>,
}

/// A colour and how much of it.
#[derive(Debug, Default)]
pub(crate) struct Ink {
    /// Straight r, g, b, 0…255.
    pub(crate) rgb: Vec<[f64; 3]>,
    /// 0…255; 0 where nothing is painted.
    pub(crate) alpha: Vec<[f64; 1]>,
}

/// What one drawn thing paints of an element: where fill and stroke are blended one after the other, each is
/// a thing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Fill,
    Stroke,
}

impl Part {
    /// The parts of an element.
    pub(crate) fn of(blend: Blend, track: &Track) -> &'static [Self] {
        if blend != Blend::Normal && track.fill.paints() && track.stroke.paints() {
            &[Self::Fill, Self::Stroke]
        } else {
            &[Self::Whole]
        }
    }

    /// Whether it has the fill of an element that has one.
    pub(crate) fn fills(self, track: &Track) -> bool {
        self != Self::Stroke && track.fill.paints()
    }

    /// Whether it has the stroke of an element that has one.
    pub(crate) fn strokes(self, track: &Track) -> bool {
        self != Self::Fill && track.stroke.paints()
    }
}

impl Track {
    pub(crate) fn clear(&mut self) {
        self.seen.clear();
        self.place.clear();
        self.width.clear();
        for ink in [&mut self.fill, &mut self.stroke] {
            ink.rgb.clear();
            ink.alpha.clear();
        }
    }

    /// The next frame.
    pub(crate) fn push(&mut self, state: Option<(Placed, Row)>) {
        self.seen.push(state.is_some());
        let place = state.map(|(placed, _)| {
            let turn = degrees(placed.rotation);
            let [x, y] = placed.pos.map(f64::from);
            [x, y, self.unwrapped(turn), f64::from(placed.scale)]
        });
        hold(&mut self.place, place);
        let row = state.map(|(_, row)| row);
        self.fill.push(row.map(|row| row.fill));
        self.stroke.push(row.map(|row| row.stroke));
        let width = row.filter(|row| row.stroke.is_some());
        hold(&mut self.width, width.map(|row| [f64::from(row.width)]));
    }

    /// The turn nearest to the last one that shows the same.
    fn unwrapped(&self, turn: f64) -> f64 {
        match self.place.last() {
            Some(&[_, _, last, _]) if !last.is_nan() => {
                turn + 360.0 * ((last - turn) / 360.0 + 0.5).floor()
            }
            _ => turn,
        }
    }

    /// Closes the gaps, and adds a copy of frame `close`, if that stands at the very end.
    pub(crate) fn finish(&mut self, close: Option<usize>) {
        fill_gaps(&mut self.place, [0.0, 0.0, 0.0, 1.0]);
        fill_gaps(&mut self.width, [0.0]);
        for ink in [&mut self.fill, &mut self.stroke] {
            fill_gaps(&mut ink.rgb, [0.0; 3]);
            fill_gaps(&mut ink.alpha, [0.0]);
        }
        let Some(copy) = close.filter(|&frame| frame < self.seen.len()) else {
            return;
        };
        let [x, y, turn, scale] = self.place[copy];
        let turn = self.unwrapped(turn);
        self.place.push([x, y, turn, scale]);
        self.seen.push(self.seen[copy]);
        self.width.push(self.width[copy]);
        for ink in [&mut self.fill, &mut self.stroke] {
            ink.rgb.push(ink.rgb[copy]);
            ink.alpha.push(ink.alpha[copy]);
        }
    }
}

impl Ink {
    /// `None`: not there. `Some(None)`: there, but paints nothing.
    fn push(&mut self, paint: Option<Paint>) {
        let color = paint.flatten().map(|(rgb, _)| rgb.map(f64::from));
        hold(&mut self.rgb, color);
        let alpha = paint.map(|paint| [paint.map_or(0.0, |(_, alpha)| f64::from(alpha))]);
        hold(&mut self.alpha, alpha);
    }

    /// Whether anything is ever painted.
    pub(crate) fn paints(&self) -> bool {
        self.alpha.iter().any(|&[alpha]| alpha > 0.0)
    }

    /// As a paint, at a frame.
    pub(crate) fn at(&self, frame: usize) -> Paint {
        self.paints().then(|| {
            let rgb = self.rgb[frame].map(|v| v as u8);
            (rgb, self.alpha[frame][0] as u8)
        })
    }
}

/// Appends a value, or the last one again; NaN where there is none yet.
fn hold<const D: usize>(values: &mut Vec<[f64; D]>, value: Option<[f64; D]>) {
    let last = values.last().copied().unwrap_or([f64::NAN; D]);
    values.push(value.unwrap_or(last));
}

/// Gives the frames before the first value that value.
fn fill_gaps<const D: usize>(values: &mut [[f64; D]], neutral: [f64; D]) {
    let known = values.iter().position(|value| !value[0].is_nan());
    let first = known.map_or(neutral, |i| values[i]);
    let gap = known.unwrap_or(values.len());
    values[..gap].fill(first);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(rotation: f32) -> Placed {
        Placed {
            pos: [1.0, 2.0],
            rotation,
            scale: 3.0,
        }
    }

    fn row(fill: Paint) -> Row {
        Row {
            fill,
            stroke: None,
            width: 0.0,
        }
    }

    #[test]
    fn values_stay_while_an_element_is_away() {
        let mut track = Track::default();
        let red = Some(([255, 0, 0], 128));
        for fill in [None, Some(red), None, Some(None)] {
            track.push(fill.map(|fill| (placed(0.0), row(fill))));
        }
        track.finish(Some(0));
        assert_eq!(track.seen, [false, true, false, true, false]);
        assert_eq!(track.place, [[1.0, 2.0, 0.0, 3.0]; 5]);
        assert_eq!(track.fill.rgb, [[255.0, 0.0, 0.0]; 5]);
        assert_eq!(
            track.fill.alpha,
            [[128.0], [128.0], [128.0], [0.0], [128.0]]
        );
        assert!(!track.stroke.paints());
    }

    #[test]
    fn turns_go_the_short_way_and_close() {
        let mut track = Track::default();
        for quarter in 0..4u8 {
            let turn = f32::from(quarter) * std::f32::consts::FRAC_PI_2;
            // As a phase would: 0, 90, 180, −90 degrees.
            let turn = if quarter == 3 {
                turn - std::f32::consts::TAU
            } else {
                turn
            };
            track.push(Some((placed(turn), row(None))));
        }
        track.finish(Some(0));
        let turns: Vec<f64> = track.place.iter().map(|p| p[2].round()).collect();
        assert_eq!(turns, [0.0, 90.0, 180.0, 270.0, 360.0]);
    }
}
