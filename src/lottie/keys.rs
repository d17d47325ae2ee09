//! Properties: one value, or the fewest keyframes.
//!
//! In: the values of a channel, frame by frame, and how far off they may be. Out: the JSON of a property.
//! Values are rounded first, to decimals that use at most a quarter of the tolerance; the lines between
//! kept keyframes may use the rest. A stretch ends where the next frame is somebody else's (`fresh`), or
//! where the value jumps: its last keyframe is held, so that nothing is swept across the picture.

use super::json::{decimal, level, share};
use super::{LEVEL_TOLERANCE, TOLERANCE};
use crate::motion::thin::{is_constant, thin};

/// A step is a jump if it is longer than this many tolerances…
const JUMP: f64 = 50.0;
/// …and than this many times the steps before and after it.
const OUTLIER: f64 = 8.0;

/// The times of all frames, as numbers and as text. Where an animation closes, its first frame stands once
/// more at the end.
#[derive(Debug)]
pub(super) struct Clock {
    times: Vec<f64>,
    texts: Vec<String>,
    /// Where the animation ends, frames.
    pub(super) end: String,
}

/// A stretch of frames, the last of them not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Clock {
    pub(super) fn new(times: Vec<f64>, end: f64) -> Self {
        let text = |time: f64| {
            let mut text = String::new();
            decimal(&mut text, (time * 1e4 + 0.5).floor(), 4);
            text
        };
        Self {
            texts: times.iter().copied().map(text).collect(),
            times,
            end: text(end),
        }
    }

    /// All frames.
    pub(super) fn whole(&self) -> Span {
        Span {
            from: 0,
            to: self.times.len(),
        }
    }

    /// Number of frames.
    pub(super) fn frames(&self) -> usize {
        self.times.len()
    }

    /// Whether a stretch begins before the end; the copy of the first frame alone does not.
    pub(super) fn is_shown(&self, span: Span) -> bool {
        self.texts[span.from] != self.end
    }

    /// Appends where a layer of a stretch begins and ends.
    pub(super) fn write(&self, span: Span, out: &mut String) {
        let end = self.texts.get(span.to).unwrap_or(&self.end);
        for part in [
            "\"ip\":",
            &self.texts[span.from],
            ",\"op\":",
            end,
            ",\"st\":0",
        ] {
            out.push_str(part);
        }
    }
}

/// How values are rounded and written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    tolerance: f64,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// With so many decimals.
    Decimal(usize),
    /// A level of a colour, 0…255.
    Level,
    /// An alpha, 0…255, as a percentage.
    Share,
}

impl Unit {
    /// User px and degrees.
    pub(super) const PLACE: Self = Self {
        tolerance: TOLERANCE,
        form: Form::Decimal(2),
    };
    /// Channels of a colour, 0…255.
    pub(super) const LEVEL: Self = Self {
        tolerance: LEVEL_TOLERANCE,
        form: Form::Level,
    };
    /// Alpha, 0…255.
    pub(super) const SHARE: Self = Self {
        tolerance: LEVEL_TOLERANCE,
        form: Form::Share,
    };

    /// Numbers that may be off by `tolerance`; > 0.
    pub(super) fn within(tolerance: f64) -> Self {
        let mut digits = 0;
        let mut half = 0.5;
        while half > tolerance / 4.0 && digits < 9 {
            half /= 10.0;
            digits += 1;
        }
        Self {
            tolerance: tolerance.max(half),
            form: Form::Decimal(digits),
        }
    }

    /// Whole numbers of the last decimal in one unit.
    fn power(self) -> f64 {
        match self.form {
            Form::Decimal(digits) => (0..digits).fold(1.0, |power, _| power * 10.0),
            Form::Level | Form::Share => 1.0,
        }
    }

    /// What is left of the tolerance after rounding, in whole numbers of the last decimal.
    fn slack(self) -> f64 {
        match self.form {
            Form::Decimal(_) => self.tolerance * self.power() - 0.5,
            // Bytes, which nothing rounds.
            Form::Level | Form::Share => self.tolerance,
        }
    }

    fn write(self, scaled: f64, out: &mut String) {
        match self.form {
            Form::Decimal(digits) => decimal(out, scaled, digits),
            Form::Level => level(out, scaled as u8),
            Form::Share => share(out, scaled as u8),
        }
    }
}

/// What a value is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// One number.
    Number,
    /// So many.
    List(usize),
    /// A piece of an outline, of so many vertices: of each x, y, and both tangents.
    Bezier { vertices: usize, closed: bool },
}

impl Value {
    /// Numbers a frame.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Number => 1,
            Self::List(width) => width,
            Self::Bezier { vertices, .. } => vertices * 6,
        }
    }
}

/// Values of a channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel<'a> {
    /// As many numbers a frame as `value` says; of the frames of the span, or of the first alone.
    pub(super) values: &'a [f64],
    pub(super) value: Value,
    pub(super) unit: Unit,
    /// Whether nothing lies between two values.
    pub(super) steps: bool,
}

/// A keyframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    frame: usize,
    /// Whether the value stays until the next one.
    holds: bool,
}

/// Writes properties, keeping its buffers.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    clock: &'a Clock,
    scaled: Vec<f64>,
    tolerance: Vec<f64>,
    kept: Vec<usize>,
    keys: Vec<Key>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(clock: &'a Clock) -> Self {
        Self {
            clock,
            scaled: Vec::new(),
            tolerance: Vec::new(),
            kept: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Appends `"name":{…}`. `fresh` tells frames of the span whose values do not go on from the frame
    /// before; empty if all do.
    pub(super) fn write(
        &mut self,
        name: &str,
        channel: Channel,
        (span, fresh): (Span, &[bool]),
        out: &mut String,
    ) {
        self.choose(channel, span, fresh);
        out.push('"');
        out.push_str(name);
        if self.keys.len() < 2 {
            out.push_str("\":{\"a\":0,\"k\":");
            self.value(channel, 0, false, out);
            return out.push('}');
        }
        out.push_str("\":{\"a\":1,\"k\":[");
        for (i, key) in self.keys.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str("{\"t\":");
            out.push_str(&self.clock.texts[span.from + key.frame]);
            out.push_str(",\"s\":");
            self.value(channel, key.frame, true, out);
            out.push_str(match (i + 1 == self.keys.len(), key.holds) {
                (true, _) => "}",
                (false, true) => ",\"h\":1}",
                // Easing that is none.
                (false, false) => ",\"i\":{\"x\":1,\"y\":1},\"o\":{\"x\":0,\"y\":0}}",
            });
        }
        out.push_str("]}");
    }

    /// Whether one value is enough.
    pub(super) fn is_constant(&mut self, channel: Channel) -> bool {
        self.scale(channel);
        is_constant(&self.scaled, &self.tolerance)
    }

    /// Rounds the values.
    fn scale(&mut self, channel: Channel) {
        let power = channel.unit.power();
        let rounded = |value: &f64| (value * power + 0.5).floor();
        self.scaled.clear();
        self.scaled.extend(channel.values.iter().map(rounded));
        self.tolerance.clear();
        let slack = if channel.steps {
            0.0
        } else {
            channel.unit.slack()
        };
        self.tolerance.resize(channel.value.width(), slack);
    }

    /// Finds the keyframes: none or one if the value never changes.
    fn choose(&mut self, channel: Channel, span: Span, fresh: &[bool]) {
        self.keys.clear();
        if self.is_constant(channel) {
            return;
        }
        let frames = channel.values.len() / channel.value.width();
        let times = &self.clock.times[span.from..span.from + frames];
        let ends = self.stretches(channel, frames, fresh);
        let mut from = 0;
        for to in ends {
            self.stretch(times, from, to);
            from = to;
        }
        // The last of all has nothing to go to.
        if let Some(last) = self.keys.last_mut() {
            last.holds = true;
        }
    }

    /// The ends of stretches in which each value goes on from the one before.
    fn stretches(&self, channel: Channel, frames: usize, fresh: &[bool]) -> Vec<usize> {
        let width = channel.value.width();
        let step = |to: usize| -> f64 {
            let at = |frame: usize| &self.scaled[frame * width..(frame + 1) * width];
            let pairs = at(to - 1).iter().zip(at(to)).zip(&self.tolerance);
            pairs.fold(0.0, |most, ((a, b), slack)| {
                f64::max(most, (a - b).abs() / slack.max(1e-9))
            })
        };
        let steps: Vec<f64> = (1..frames).map(step).collect();
        let is_jump = |i: usize| {
            let before = if i > 0 { steps[i - 1] } else { 0.0 };
            let after = steps.get(i + 1).copied().unwrap_or(0.0);
            steps[i] > JUMP && steps[i] > OUTLIER * before.max(after)
        };
        let ends = (1..frames).filter(|&frame| {
            let new = fresh.get(frame).is_some_and(|&fresh| fresh);
            let stepped = channel.steps && steps[frame - 1] > 0.0;
            new || stepped || is_jump(frame - 1)
        });
        ends.chain(std::iter::once(frames)).collect()
    }

    /// Keyframes of the frames from `from` to before `to`. A value that is only continued needs none.
    fn stretch(&mut self, times: &[f64], from: usize, to: usize) {
        let width = self.tolerance.len();
        let values = &self.scaled[from * width..to * width];
        let goes_on = |key: &Key| {
            let held = &self.scaled[key.frame * width..(key.frame + 1) * width];
            let close = |((a, b), slack): ((&f64, &f64), &f64)| (a - b).abs() <= *slack;
            let stays = |value: &[f64]| value.iter().zip(held).zip(&self.tolerance).all(close);
            values.chunks_exact(width).all(stays)
        };
        if self.keys.last().is_some_and(goes_on) {
            return;
        }
        if is_constant(values, &self.tolerance) {
            let holds = true;
            return self.keys.push(Key { frame: from, holds });
        }
        thin(&times[from..to], values, &self.tolerance, &mut self.kept);
        let last = self.kept.len() - 1;
        let keys = self.kept.iter().enumerate().map(|(i, frame)| Key {
            frame: from + frame,
            holds: i == last,
        });
        self.keys.extend(keys);
    }

    /// Appends the value of a frame; in keyframes single ones stand in lists.
    fn value(&self, channel: Channel, frame: usize, keyed: bool, out: &mut String) {
        let width = channel.value.width();
        let numbers = &self.scaled[frame * width..(frame + 1) * width];
        let unit = channel.unit;
        match channel.value {
            Value::Number if !keyed => unit.write(numbers[0], out),
            Value::Number | Value::List(_) => list(unit, numbers.iter().copied(), out),
            Value::Bezier { closed, .. } => {
                out.push_str(match (keyed, closed) {
                    (false, true) => "{\"c\":true",
                    (false, false) => "{\"c\":false",
                    (true, true) => "[{\"c\":true",
                    (true, false) => "[{\"c\":false",
                });
                for (name, part) in [(",\"v\":[", 0), (",\"i\":[", 2), (",\"o\":[", 4)] {
                    out.push_str(name);
                    for (i, vertex) in numbers.chunks_exact(6).enumerate() {
                        if i > 0 {
                            out.push(',');
                        }
                        list(unit, vertex[part..part + 2].iter().copied(), out);
                    }
                    out.push(']');
                }
                out.push_str(if keyed { "}]" } else { "}" });
            }
        }
    }
}

fn list(unit: Unit, numbers: impl Iterator<Item = f64>, out: &mut String) {
    out.push('[');
    for (i, number) in numbers.enumerate() {
        if i > 0 {
            out.push(',');
        }
        unit.write(number, out);
    }
    out.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn property(values: &[f64], unit: Unit, fresh: &[bool], steps: bool) -> serde_json::Value {
        let times = (0..values.len()).map(|i| i as f64).collect();
        let clock = Clock::new(times, values.len() as f64);
        let channel = Channel {
            values,
            value: Value::Number,
            unit,
            steps,
        };
        let mut out = String::from("{");
        Keys::new(&clock).write("x", channel, (clock.whole(), fresh), &mut out);
        out.push('}');
        serde_json::from_str::<serde_json::Value>(&out).unwrap()["x"].take()
    }

    /// What a player shows at a frame.
    fn shown(property: &serde_json::Value, frame: f64) -> f64 {
        if property["a"] == 0 {
            return property["k"].as_f64().unwrap();
        }
        let keys = property["k"].as_array().unwrap();
        let time = |i: usize| keys[i]["t"].as_f64().unwrap();
        let value = |i: usize| keys[i]["s"][0].as_f64().unwrap();
        let i = (0..keys.len()).rev().find(|&i| time(i) <= frame).unwrap();
        if i + 1 == keys.len() || keys[i]["h"] == 1 {
            return value(i);
        }
        assert_eq!(
            (&keys[i]["o"]["x"], &keys[i]["i"]["x"]),
            (&0.into(), &1.into())
        );
        let u = (frame - time(i)) / (time(i + 1) - time(i));
        value(i) + (value(i + 1) - value(i)) * u
    }

    #[test]
    fn what_stays_is_one_value_and_what_goes_straight_two() {
        let unit = Unit::PLACE;
        let same = property(&[5.0, 5.01, 4.99], unit, &[], false);
        assert_eq!(same, serde_json::json!({"a": 0, "k": 5}));
        let line = property(&[0.0, 1.0, 2.0, 3.0], unit, &[], false);
        assert_eq!(line["k"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn jumps_are_held_and_not_swept() {
        let saw: Vec<f64> = (0..60).map(|i| f64::from(i % 20) * 10.0).collect();
        let keys = property(&saw, Unit::PLACE, &[], false);
        assert_eq!(keys["k"].as_array().unwrap().len(), 6, "{keys}");
        assert_eq!(shown(&keys, 19.5), 190.0);
        assert_eq!(shown(&keys, 18.5), 185.0);
        // A quick start and a quick turn are no jumps.
        let keys = property(&[0.0, 0.0, 5.0, 10.0, 5.0, 0.0], Unit::PLACE, &[], false);
        assert_eq!(shown(&keys, 1.5), 2.5);
        // Steps of something that stands between them are.
        let keys = property(&[0.0, 0.0, 5.0, 5.0, 9.0, 9.0], Unit::PLACE, &[], false);
        assert_eq!(
            (shown(&keys, 1.9), keys["k"].as_array().unwrap().len()),
            (0.0, 3)
        );
    }

    #[test]
    fn others_and_steps_are_not_gone_to() {
        let other = property(&[0.0, 1.0, 2.0], Unit::PLACE, &[true, false, true], false);
        assert_eq!(shown(&other, 0.5), 0.5);
        assert_eq!(shown(&other, 1.5), 1.0);
        let steps = property(&[0.0, 255.0, 255.0, 0.0], Unit::SHARE, &[], true);
        assert_eq!(shown(&steps, 0.9), 0.0);
        assert_eq!(steps["k"].as_array().unwrap().len(), 3);
    }

    proptest! {
        #[test]
        fn every_frame_is_within_the_tolerance(
            values in prop::collection::vec(-300.0..300.0f64, 1..40),
            smooth in any::<bool>(),
            fresh in prop::collection::vec(any::<bool>(), 40),
            tolerance in 1e-4..1.0f64,
        ) {
            let values: Vec<f64> = if smooth {
                let sums = values.iter().scan(0.0, |sum, v| { *sum += v / 1000.0; Some(*sum) });
                sums.collect()
            } else {
                values
            };
            let fresh = if smooth { &[][..] } else { &fresh[..values.len()] };
            for unit in [Unit::within(tolerance), Unit::PLACE] {
                let found = property(&values, unit, fresh, false);
                for (i, value) in values.iter().enumerate() {
                    let off = (shown(&found, i as f64) - value).abs();
                    prop_assert!(off <= unit.tolerance + 1e-9, "{} {}", i, off);
                }
            }
        }

        #[test]
        fn levels_are_within_one(values in prop::collection::vec(0u8.., 1..40)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let found = property(&values, Unit::LEVEL, &[], false);
            for (i, value) in values.iter().enumerate() {
                let off = shown(&found, i as f64) * 255.0 - value;
                // A level on the line, and a part of one for the decimals of its ends.
                prop_assert!((-1.0 - 1e-9..=1.5).contains(&off), "{} {}", i, off);
            }
        }
    }
}
