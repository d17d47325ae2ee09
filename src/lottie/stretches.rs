//! Which frames can share layers: neighbours between which nothing differs but what keyframes can say.

use super::effect;
use super::elements::same_style;
use crate::math::affine::Affine;
use crate::motion::passes::blends;
use crate::render_tree::rows::Rows;
use crate::render_tree::{Clip, Group, Pass};
use std::ops::Range;

/// Ranges of neighbours that are all like their first.
pub(super) fn runs(count: usize, same: impl Fn(usize, usize) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut from = 0;
    for i in 1..=count {
        if i == count || !same(from, i) {
            runs.push(from..i);
            from = i;
        }
    }
    runs
}

/// Whether nothing between two passes of a kind differs but what keyframes can say.
pub(super) fn alike(a: &Pass, b: &Pass) -> bool {
    match (a, b) {
        (Pass::Group(a), Pass::Group(b)) => {
            let usable = |group: &Group| Affine::from_row(group.transform).is_usable();
            let layer =
                a.is_plain() == b.is_plain() || !(blends(&a.children) || blends(&b.children));
            a.blend == b.blend && usable(a) == usable(b) && layer && same_clip(&a.clip, &b.clip)
        }
        (Pass::PostFx(a), Pass::PostFx(b)) => {
            let pairs = a.effects.iter().zip(&b.effects);
            let same = pairs.into_iter().all(|(a, b)| effect::same_kind(a, b));
            a.effects.len() == b.effects.len() && same
        }
        (a, b) => match (Rows::of(a), Rows::of(b)) {
            (Some(a), Some(b)) => {
                a.blend() == b.blend()
                    && a.fill_rule() == b.fill_rule()
                    && a.is_solid() == b.is_solid()
                    && same_style(a.style(), b.style())
                    && a.ids() == b.ids()
            }
            _ => true,
        },
    }
}

fn same_clip(a: &Clip, b: &Clip) -> bool {
    match (a, b) {
        (Clip::None, Clip::None) | (Clip::Rect(_), Clip::Rect(_)) => true,
        (Clip::Path(a, a_rule), Clip::Path(b, b_rule)) => a_rule == b_rule && a.cmds == b.cmds,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_are_alike_are_one_run() {
        let list = [1, 1, 2, 2, 2, 1];
        assert_eq!(runs(6, |a, b| list[a] == list[b]), [0..2, 2..5, 5..6]);
        assert_eq!(runs(0, |_, _| true), [0..0; 0]);
    }
}
