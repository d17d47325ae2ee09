//! How the publishers of a bus, or the two sides of a rail, meet.
//!
//! Serial from the left, in stored order, on f64 lanes. Phases wrap after a sum or average; booleans
//! vote; a NaN operand gives NaN in sums, averages and extremes. One term is its own value whatever
//! the mode. The tape does the same with opcodes; a test holds the two together.

use super::pulse::PulseList;
use crate::ir::Combine;
use crate::math::Real;
use crate::types::Family;

/// Combines two values of a family into `out`.
pub(super) fn pair(mode: Combine, family: Family, a: &[f64], b: &[f64], out: &mut [f64]) {
    if family == Family::Color && mode == Combine::Layer {
        if let (&[r, g, bl, al], &[r2, g2, b2, a2]) = (a, b) {
            out.copy_from_slice(&over([r, g, bl, al], [r2, g2, b2, a2]));
        }
        return;
    }
    for ((&a, &b), out) in a.iter().zip(b).zip(out) {
        *out = lane(mode, family, a, b);
    }
}

fn lane(mode: Combine, family: Family, a: f64, b: f64) -> f64 {
    if family == Family::Boolean {
        let (x, y) = (a.truth(), b.truth());
        return match mode {
            Combine::Last => b,
            Combine::Sum | Combine::Max | Combine::Layer => f64::from_bool(x || y),
            // More than half of two is both.
            Combine::Average | Combine::Min => f64::from_bool(x && y),
        };
    }
    let wrap = |v: f64| {
        if family == Family::Phase {
            Real::fract(v)
        } else {
            v
        }
    };
    match mode {
        Combine::Last | Combine::Layer => b,
        Combine::Sum => wrap(a + b),
        Combine::Average => wrap((a + b) / 2.0),
        Combine::Max => Real::max(a, b),
        Combine::Min => Real::min(a, b),
    }
}

/// Source-over of straight colour `s` on `b`.
pub(super) fn over(b: [f64; 4], s: [f64; 4]) -> [f64; 4] {
    let rest = b[3] * (1.0 - s[3]);
    let alpha = s[3] + rest;
    let channel = |i: usize| {
        if alpha == 0.0 {
            0.0
        } else {
            (s[i] * s[3] + b[i] * rest) / alpha
        }
    };
    [channel(0), channel(1), channel(2), alpha]
}

/// Combines event lists into `out`, which must not be among them.
pub(super) fn events<'a>(
    mode: Combine,
    terms: impl Iterator<Item = &'a PulseList> + Clone,
    out: &mut PulseList,
) {
    out.clear();
    let chosen = match mode {
        Combine::Sum => {
            terms.for_each(|term| out.merge(term));
            return;
        }
        Combine::Last => terms.last(),
        Combine::Min => terms.min_by_key(|term| term.count()),
        // `max_by_key` gives the last of equals; the first is wanted.
        Combine::Average | Combine::Max | Combine::Layer => terms.reduce(|best, term| {
            if term.count() > best.count() {
                term
            } else {
                best
            }
        }),
    };
    if let Some(list) = chosen {
        out.copy_from(list);
    }
}

#[cfg(test)]
mod tests {
    use super::super::pulse::Pulse;
    use super::*;

    fn list(times: &[f64]) -> PulseList {
        let mut list = PulseList::new();
        for &t_ms in times {
            list.push(Pulse { t_ms, value: t_ms });
        }
        list
    }

    #[test]
    fn event_modes_pick_or_merge_lists() {
        let lists = [list(&[3.0]), list(&[1.0, 2.0]), list(&[4.0, 5.0])];
        let times = |mode| {
            let mut out = list(&[9.0]);
            events(mode, lists.iter(), &mut out);
            out.kept().iter().map(|p| p.t_ms).collect::<Vec<_>>()
        };
        assert_eq!(times(Combine::Sum), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(times(Combine::Max), [1.0, 2.0]);
        assert_eq!(times(Combine::Average), [1.0, 2.0]);
        assert_eq!(times(Combine::Min), [3.0]);
        assert_eq!(times(Combine::Last), [4.0, 5.0]);
    }

    #[test]
    fn values_meet_by_family() {
        let one = |mode, family, a, b| {
            let mut out = [0.0];
            pair(mode, family, &[a], &[b], &mut out);
            out[0]
        };
        assert_eq!(one(Combine::Sum, Family::Number, 1.5, 2.0), 3.5);
        assert_eq!(one(Combine::Sum, Family::Phase, 0.75, 0.5), 0.25);
        assert_eq!(one(Combine::Average, Family::Boolean, 1.0, 0.0), 0.0);
        assert_eq!(one(Combine::Sum, Family::Boolean, 1.0, 0.0), 1.0);
        assert!(one(Combine::Max, Family::Number, f64::NAN, 1.0).is_nan());
        assert_eq!(one(Combine::Last, Family::Number, f64::NAN, 1.0), 1.0);
    }

    #[test]
    fn a_half_red_layer_over_blue() {
        let out = over([0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 0.5]);
        assert_eq!(out, [0.5, 0.0, 0.5, 1.0]);
        assert_eq!(over([0.0; 4], [0.0; 4]), [0.0; 4]);
    }
}
