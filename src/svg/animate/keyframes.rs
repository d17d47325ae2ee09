//! The style sheet of an animated document: blocks of keyframes, each once.
//!
//! In: the values of a channel at the frames it keeps. Out: `@keyframes`, and the names that elements
//! list in their `animation-name`. Offsets are percents of the whole; equal blocks share a name.
//!
//! What changes at once changes a little before its frame: a viewer that asks for exactly the time of the
//! frame, and rounds on the way, shall not see the frame before it.

use super::super::text::{number, whole};
use std::collections::BTreeMap;

/// Keyframes of a document.
#[derive(Debug, Default)]
pub(super) struct Keyframes {
    /// Offsets of the frames as text, percent.
    offsets: Vec<String>,
    /// The same for what changes at once.
    steps: Vec<String>,
    /// Number of the block with this text.
    blocks: BTreeMap<String, u32>,
    /// All blocks, in order of first use.
    pub(super) sheet: String,
    block: String,
}

impl Keyframes {
    /// For frames at these fractions of the whole.
    pub(super) fn new(fractions: &[f64]) -> Self {
        let percent = |fraction: &f64| {
            let mut text = String::new();
            number(&mut text, fraction * 100.0);
            text.push('%');
            text
        };
        Self {
            offsets: fractions.iter().map(percent).collect(),
            steps: steps(fractions),
            ..Self::default()
        }
    }

    /// A channel whose value at each of `kept` is what `value` appends: `property:value`.
    pub(super) fn linear(
        &mut self,
        kept: &[usize],
        mut value: impl FnMut(usize, &mut String),
    ) -> u32 {
        self.block.clear();
        for &frame in kept {
            self.block.push_str(&self.offsets[frame]);
            self.block.push('{');
            value(frame, &mut self.block);
            self.block.push('}');
        }
        self.name()
    }

    /// Whether something is seen, frame by frame; it changes at frames and nowhere between.
    pub(super) fn visibility(&mut self, seen: impl Iterator<Item = bool>) -> u32 {
        self.block.clear();
        let mut last = None;
        let end = self.offsets.len().saturating_sub(1);
        for (frame, seen) in seen.enumerate().take(self.offsets.len()) {
            if last != Some(seen) || frame == end {
                let word = if seen { "visible" } else { "hidden" };
                self.block.push_str(&self.steps[frame]);
                self.block.push_str("{visibility:");
                self.block.push_str(word);
                self.block.push_str(";animation-timing-function:step-end}");
                last = Some(seen);
            }
        }
        self.name()
    }

    /// The number of the block; written if it is new.
    fn name(&mut self) -> u32 {
        if let Some(&number) = self.blocks.get(&self.block) {
            return number;
        }
        let number = self.blocks.len() as u32;
        self.sheet.push_str("    @keyframes k");
        whole(&mut self.sheet, number);
        self.sheet.push('{');
        self.sheet.push_str(&self.block);
        self.sheet.push_str("}\n");
        self.blocks.insert(self.block.clone(), number);
        number
    }
}

/// Least distance of a step to its frame, in units of the last digit; the largest is one more.
const EARLY: f64 = 0.5;
/// At least so many of these units have room between two frames.
const UNITS: f64 = 1000.0;
/// Digits behind the point that an f64 has for any percentage.
const DIGITS_MAX: usize = 13;

/// Offsets that are reached for certain when their frame is due, and not earlier than by a part in five
/// hundred of the time between frames. The ends are exact.
fn steps(fractions: &[f64]) -> Vec<String> {
    let gaps = fractions.windows(2).map(|pair| pair[1] - pair[0]);
    let gap = gaps.filter(|gap| *gap > 0.0).fold(1.0, f64::min);
    let mut digits = 0;
    let mut units = 1.0;
    while units * gap * 100.0 < UNITS && digits < DIGITS_MAX {
        (digits, units) = (digits + 1, units * 10.0);
    }
    let step = |&fraction: &f64| {
        if fraction <= 0.0 || fraction >= 1.0 {
            let end = if fraction <= 0.0 { "0%" } else { "100%" };
            return end.to_owned();
        }
        let early = (fraction * 100.0 * units - EARLY).floor().max(0.0) / units;
        let text = format!("{early:.digits$}");
        let text = match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.'),
            false => &text,
        };
        format!("{text}%")
    };
    fractions.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_reached_when_its_frame_is_due() {
        for frames in [1, 2, 3, 7, 12, 24, 60, 240, 999, 20_000] {
            let fractions: Vec<f64> = (0..=frames)
                .map(|i| f64::from(i) / f64::from(frames))
                .collect();
            let steps = steps(&fractions);
            let read = |text: &String| {
                let text = text.strip_suffix('%').unwrap();
                (text.parse::<f64>().unwrap(), text.parse::<f32>().unwrap())
            };
            for (frame, step) in steps.iter().enumerate() {
                let exact = frame as f64 / f64::from(frames);
                let (wide, narrow) = read(step);
                if frame == 0 || frame == steps.len() - 1 {
                    assert_eq!(wide, exact * 100.0);
                    continue;
                }
                let early = (exact - wide / 100.0) * f64::from(frames);
                assert!(
                    (0.00004..0.0016).contains(&early),
                    "{frames} {frame}: {step}"
                );
                // Some viewers read offsets as f32.
                if frames < 1000 {
                    assert!(f64::from(narrow) < exact * 100.0, "{frames} {frame}");
                }
            }
        }
    }

    #[test]
    fn equal_blocks_are_written_once() {
        let mut keyframes = Keyframes::new(&[0.0, 1.0 / 3.0, 1.0]);
        let mut block = |n: usize| {
            keyframes.linear(&[0, 2], |frame, out| {
                out.push_str("opacity:");
                number(out, (frame * n) as f64);
            })
        };
        assert_eq!((block(1), block(2), block(1)), (0, 1, 0));
        assert_eq!(
            keyframes.sheet,
            "    @keyframes k0{0%{opacity:0}100%{opacity:2}}\n    @keyframes k1{0%{opacity:0}100%{opacity:4}}\n"
        );
    }

    #[test]
    fn visibility_steps() {
        let mut keyframes = Keyframes::new(&[0.0, 0.25, 0.5, 1.0]);
        keyframes.visibility([true, false, false, true].into_iter());
        let step = "animation-timing-function:step-end";
        let expected = format!(
            "    @keyframes k0{{0%{{visibility:visible;{step}}}24.99%{{visibility:hidden;{step}}}100%{{visibility:visible;{step}}}}}\n"
        );
        assert_eq!(keyframes.sheet, expected);
    }
}
