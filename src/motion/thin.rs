//! Which frames need a keyframe: the fewest, from the left, between which straight lines stay close.
//!
//! In: times and values of one channel. Out: the indices that are kept, first and last among them. From
//! each kept frame the next one is the farthest that a line can reach while passing every frame between
//! within the tolerance: the slopes that do form a cone, which each frame can only narrow.

/// Fills `kept`. Values are as many numbers a frame as there are tolerances; times rise.
pub(crate) fn thin(times: &[f64], values: &[f64], tolerance: &[f64], kept: &mut Vec<usize>) {
    kept.clear();
    let width = tolerance.len().max(1);
    let count = times.len().min(values.len() / width);
    let mut cone = Vec::with_capacity(width);
    let mut from = 0;
    if count > 0 {
        kept.push(0);
    }
    while from + 1 < count {
        from = reach(&times[..count], values, tolerance, (from, &mut cone));
        kept.push(from);
    }
}

/// The farthest frame that a line from `from` may go to; at least the next one.
fn reach(
    times: &[f64],
    values: &[f64],
    tolerance: &[f64],
    (from, cone): (usize, &mut Vec<(f64, f64)>),
) -> usize {
    let width = tolerance.len();
    cone.clear();
    cone.resize(width, (f64::NEG_INFINITY, f64::INFINITY));
    let mut best = from + 1;
    for to in from + 1..times.len() {
        let span = times[to] - times[from];
        let mut inside = true;
        let mut open = true;
        for d in 0..width {
            let rise = values[to * width + d] - values[from * width + d];
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
pub(crate) fn is_constant(values: &[f64], tolerance: &[f64]) -> bool {
    let width = tolerance.len().max(1);
    let Some(first) = values.get(..width) else {
        return true;
    };
    let close = |(d, value): (usize, &f64)| (value - first[d]).abs() <= tolerance[d];
    values
        .chunks_exact(width)
        .all(|value| value.iter().enumerate().all(close))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept(values: &[f64], tolerance: f64) -> Vec<usize> {
        let times: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
        let mut kept = Vec::new();
        thin(&times, values, &[tolerance], &mut kept);
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
