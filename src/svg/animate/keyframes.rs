//! The style sheet of an animated document: blocks of keyframes, each once.
//!
//! In: the values of a channel at the frames it keeps. Out: `@keyframes`, and the names that elements
//! list in their `animation-name`. Offsets are percents of the whole; equal blocks share a name.

use super::super::text::{number, whole};
use std::collections::BTreeMap;

/// Keyframes of a document.
#[derive(Debug, Default)]
pub(super) struct Keyframes {
    /// Offsets of the frames as text, percent.
    offsets: Vec<String>,
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
                self.block.push_str(&self.offsets[frame]);
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

#[cfg(test)]
mod tests {
    use super::*;

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
            "    @keyframes k0{{0%{{visibility:visible;{step}}}25%{{visibility:hidden;{step}}}100%{{visibility:visible;{step}}}}}\n"
        );
        assert_eq!(keyframes.sheet, expected);
    }
}
