//! Which frames need a keyframe: the fewest, from the left, between which straight lines stay close.
//!
//! In: times and values of one channel. Out: the indices that are kept, first and last among them. From
//! each kept frame the next one is the farthest that a line can reach while passing every frame between
//! within the tolerance: the slopes that do form a cone, which each frame can only narrow.

/// Fills `kept`. Values of one frame are `D` numbers, each with its own tolerance; times rise.
pub(super) fn thin<const D: usize>(
    times: &[f64],
    values: &[[f64; D]],
    tolerance: [f64; D],
    kept: &mut Vec<usize>,
) {
    kept.clear();
    let count = times.len().min(values.len());
    let mut from = 0;
    if count > 0 {
        kept.push(0);
    }
    while from + 1 < count {
        from = reach(&times[..count], &values[..count], tolerance, from);
        kept.push(from);
    }
}

/// The farthest frame that a line from `from` may go to; at least the next one.
fn reach<const D: usize>(
    times: &[f64],
    values: &[[f64; D]],
    tolerance: [f64; D],
    from: usize,
) -> usize {
    let mut cone = [(f64::NEG_INFINITY, f64::INFINITY); D];
    let mut best = from + 1;
    for to in from + 1..times.len() {
        let span = times[to] - times[from];
        let mut inside = true;
        let mut open = true;
        for d in 0..D {
            let rise = values[to][d] - values[from][d];
            let (low, high) = cone[d];
            let slope = rise / span;
            inside &= slope >= low && slope <= high;
            cone[d] = (
                low.max((rise - tolerance[d]) / span),
                high.min((rise + tolerance[d]) / span),
            );
            open &= cone[d].0 <= cone[d].1;
        }
        if inside {
            best = to;
        }
        if !open {
            break;
        }
    }
    best
}

/// Whether all values are within the tolerance of the first.
pub(super) fn is_constant<const D: usize>(values: &[[f64; D]], tolerance: [f64; D]) -> bool {
    let Some(first) = values.first() else {
        return true;
    };
    values
        .iter()
        .all(|value| (0..D).all(|d| (value[d] - first[d]).abs() <= tolerance[d]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept(values: &[f64], tolerance: f64) -> Vec<usize> {
        let times: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
        let values: Vec<[f64; 1]> = values.iter().map(|&v| [v]).collect();
        let mut kept = Vec::new();
        thin(&times, &values, [tolerance], &mut kept);
        kept
    }

    #[test]
    fn lines_need_their_ends_and_corners_stay() {
        assert_eq!(kept(&[0.0, 1.0, 2.0, 3.0], 0.0), [0, 3]);
        assert_eq!(kept(&[0.0, 1.0, 2.0, 1.0, 0.0], 0.0), [0, 2, 4]);
        assert_eq!(kept(&[0.0, 0.01, -0.01, 0.0], 0.02), [0, 3]);
        assert_eq!(kept(&[0.0, 0.0, 5.0, 5.0], 0.02), [0, 1, 2, 3]);
        assert_eq!(kept(&[1.0], 0.1), [0]);
    }

    proptest! {
        #[test]
        fn every_frame_is_within_the_tolerance(
            values in prop::collection::vec(-2.0..2.0f64, 2..40),
            tolerance in 0.0..1.0f64,
        ) {
            let kept = kept(&values, tolerance);
            prop_assert_eq!((kept[0], kept[kept.len() - 1]), (0, values.len() - 1));
            for pair in kept.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                for i in a..b {
                    let u = (i - a) as f64 / (b - a) as f64;
                    let line = values[a] + (values[b] - values[a]) * u;
                    prop_assert!((line - values[i]).abs() <= tolerance + 1e-9);
                }
            }
        }
    }
}
