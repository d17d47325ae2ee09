//! How the publishers of a bus meet, lane by lane: of fields in f32, of constants in f64.
//!
//! A term takes part in the lanes that it has; an average divides by the number of all terms; a lane
//! that nobody has gets the silent value. Terms are taken from the left, nothing is reordered.

use crate::ir::Combine;
use crate::math::Real;
use crate::types::Family;

/// How the terms of a bus meet, lane by lane but for `Over`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// The last one.
    Last,
    /// Added from the left.
    Sum,
    /// Sum ÷ number of all terms.
    Average,
    /// Largest; NaN if one is.
    Max,
    /// Smallest; NaN if one is.
    Min,
    /// Sum, wrapped.
    PhaseSum,
    /// Average, wrapped.
    PhaseAverage,
    /// One above ½.
    Or,
    /// All above ½.
    And,
    /// More than half of all terms above ½.
    Majority,
    /// Colours, source-over; four lanes a term.
    Over,
}

/// How the terms of a bus of that family meet. One publisher alone is its value.
pub fn how(mode: Combine, family: Family, terms: usize) -> How {
    if terms == 1 {
        return How::Last;
    }
    match (family, mode) {
        (_, Combine::Last) | (Family::Path | Family::String, _) => How::Last,
        (Family::Boolean, Combine::Sum | Combine::Max | Combine::Layer) => How::Or,
        (Family::Boolean, Combine::Average) => How::Majority,
        (Family::Boolean, Combine::Min) => How::And,
        (Family::Color, Combine::Layer) => How::Over,
        (_, Combine::Layer) => How::Last,
        (Family::Phase, Combine::Sum) => How::PhaseSum,
        (Family::Phase, Combine::Average) => How::PhaseAverage,
        (_, Combine::Sum) => How::Sum,
        (_, Combine::Average) => How::Average,
        (_, Combine::Max) => How::Max,
        (_, Combine::Min) => How::Min,
    }
}

/// A term: its lane, and how many rows of this block it has.
#[derive(Debug, Clone, Copy)]
pub struct Term<'a, R> {
    /// Its lanes; shorter columns end with their domain.
    pub lanes: &'a [R],
    /// Rows of the block in which it takes part.
    pub rows: usize,
}

/// Combines one lane of `terms` into `out` (the block). Not for [`How::Over`].
pub fn lanes<'a, R: Real>(
    how: How,
    terms: impl Iterator<Item = Term<'a, R>> + Clone,
    silent: &[R],
    out: &mut [R],
) {
    let all = R::from_f64(terms.clone().count() as f64);
    let filled = match how {
        How::Last => fold(terms, out, |_, x| x, |x| x),
        How::Sum | How::Average | How::PhaseSum | How::PhaseAverage => {
            fold(terms, out, |a, x| a + x, |x| x)
        }
        How::Max => fold(terms, out, R::max, |x| x),
        How::Min => fold(terms, out, R::min, |x| x),
        How::Or => fold(terms, out, R::max, |x| R::from_bool(x.truth())),
        How::And => fold(terms, out, R::min, |x| R::from_bool(x.truth())),
        How::Majority => fold(terms, out, |a, x| a + x, |x| R::from_bool(x.truth())),
        How::Over => 0,
    };
    let (done, rest) = out.split_at_mut(filled);
    match how {
        How::Average => done.iter_mut().for_each(|y| *y /= all),
        How::PhaseSum => done.iter_mut().for_each(|y| *y = y.fract()),
        How::PhaseAverage => done.iter_mut().for_each(|y| *y = (*y / all).fract()),
        How::Majority => done
            .iter_mut()
            .for_each(|y| *y = R::from_bool(*y * R::TWO > all)),
        _ => {}
    }
    for (y, &x) in rest.iter_mut().zip(&silent[filled.min(silent.len())..]) {
        *y = x;
    }
}

/// Folds the terms; returns how many rows have at least one.
#[inline(always)]
fn fold<'a, R: Real>(
    terms: impl Iterator<Item = Term<'a, R>>,
    out: &mut [R],
    join: impl Fn(R, R) -> R,
    read: impl Fn(R) -> R,
) -> usize {
    let mut filled = 0;
    for term in terms {
        let rows = term.rows.min(term.lanes.len()).min(out.len());
        let (seen, new) = out[..rows.max(filled)].split_at_mut(filled);
        for (y, &x) in seen.iter_mut().zip(&term.lanes[..rows]) {
            *y = join(*y, read(x));
        }
        if rows > filled {
            for (y, &x) in new.iter_mut().zip(&term.lanes[filled..rows]) {
                *y = read(x);
            }
            filled = rows;
        }
    }
    filled
}

/// Straight colours over one another, the first at the bottom: a = sₐ + bₐ(1 − sₐ),
/// c = (s·sₐ + b·bₐ(1 − sₐ)) / a, and 0 where a = 0 (Porter and Duff's *over*, unpremultiplied).
pub fn over<R: Real>(below: [R; 4], source: [R; 4]) -> [R; 4] {
    let [.., ba] = below;
    let [.., sa] = source;
    let rest = ba * (R::ONE - sa);
    let a = sa + rest;
    let part = |k: usize| (source[k] * sa + below[k] * rest).div0(a);
    [part(0), part(1), part(2), a]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combine(how: How, terms: &[&[f32]]) -> Vec<f32> {
        let mut out = vec![9.0; 4];
        let list = terms.iter().map(|t| Term {
            lanes: t,
            rows: t.len(),
        });
        lanes(how, list, &[-1.0; 4], &mut out);
        out
    }

    #[test]
    fn sizes_differ() {
        let terms: [&[f32]; 3] = [&[1.0, 2.0], &[10.0, 20.0, 30.0], &[100.0]];
        assert_eq!(combine(How::Last, &terms), [100.0, 20.0, 30.0, -1.0]);
        assert_eq!(combine(How::Sum, &terms), [111.0, 22.0, 30.0, -1.0]);
        assert_eq!(combine(How::Max, &terms), [100.0, 20.0, 30.0, -1.0]);
        assert_eq!(combine(How::Min, &terms), [1.0, 2.0, 30.0, -1.0]);
        // By the number of all publishers, not of those present.
        assert_eq!(
            combine(How::Average, &terms),
            [37.0, 22.0 / 3.0, 10.0, -1.0]
        );
    }

    #[test]
    fn phases_wrap_and_booleans_vote() {
        let phases: [&[f32]; 2] = [&[0.75, 0.25], &[0.5]];
        assert_eq!(combine(How::PhaseSum, &phases)[..2], [0.25, 0.25]);
        assert_eq!(combine(How::PhaseAverage, &phases)[..2], [0.625, 0.125]);
        let votes: [&[f32]; 3] = [&[1.0, 0.7, 0.0, 1.0], &[0.0, 1.0], &[1.0, 0.2, 0.5, 0.0]];
        assert_eq!(combine(How::Or, &votes), [1.0, 1.0, 0.0, 1.0]);
        assert_eq!(combine(How::And, &votes), [0.0, 0.0, 0.0, 0.0]);
        assert_eq!(combine(How::Majority, &votes), [1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn nan_wins() {
        let terms: [&[f32]; 3] = [&[f32::NAN, 1.0], &[1.0, f32::NAN], &[2.0, 0.0]];
        for how in [How::Sum, How::Average, How::Max, How::Min] {
            assert!(
                combine(how, &terms)[..2].iter().all(|v| v.is_nan()),
                "{how:?}"
            );
        }
        assert_eq!(combine(How::Last, &terms)[..2], [2.0, 0.0]);
    }

    #[test]
    fn over_is_straight() {
        assert_eq!(
            over([1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.5]),
            [0.5, 0.0, 0.5, 1.0]
        );
        assert_eq!(over([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]), [0.0; 4]);
        assert_eq!(
            over([0.2, 0.4, 0.6, 0.0], [0.1, 0.3, 0.5, 0.5]),
            [0.1, 0.3, 0.5, 0.5]
        );
    }
}
