//! Vectors of two to four numbers as arrays, straight-line code for lanes.

use super::real::Real;

/// Sum of products, from part 0 up.
#[inline(always)]
pub fn dot<R: Real, const N: usize>(a: [R; N], b: [R; N]) -> R {
    let mut sum = R::ZERO;
    for i in 0..N {
        let product = a[i] * b[i];
        // The first product itself: 0 + (−0) would be +0.
        sum = if i == 0 { product } else { sum + product };
    }
    sum
}

/// √(v·v).
#[inline(always)]
pub fn length<R: Real, const N: usize>(v: [R; N]) -> R {
    dot(v, v).sqrt()
}

/// v / |v|; 0 where |v| = 0.
#[inline(always)]
pub fn normalize<R: Real, const N: usize>(v: [R; N]) -> [R; N] {
    let size = length(v);
    v.map(|x| x.div0(size))
}

/// The vector at right angles to both, right-handed.
#[inline(always)]
pub fn cross<R: Real>([ax, ay, az]: [R; 3], [bx, by, bz]: [R; 3]) -> [R; 3] {
    [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}

/// `v` turned by the angle whose cosine and sine are given. Positive turns clockwise on screen,
/// where y points down.
#[inline(always)]
pub fn turn<R: Real>([x, y]: [R; 2], cos: R, sin: R) -> [R; 2] {
    [x * cos - y * sin, x * sin + y * cos]
}

/// `v` turned about the origin by radians.
#[inline(always)]
pub fn rotate<R: Real>(v: [R; 2], angle: R) -> [R; 2] {
    turn(v, angle.cos(), angle.sin())
}

/// `v` turned about `center` by radians.
#[inline(always)]
pub fn rotate_about<R: Real>([x, y]: [R; 2], [cx, cy]: [R; 2], angle: R) -> [R; 2] {
    let [dx, dy] = rotate([x - cx, y - cy], angle);
    [cx + dx, cy + dy]
}

/// `v` turned about `center` by `strength` turns there and less with distance d: strength /
/// (1 + d/radius) turns. `v` itself for radius ≤ 0.
#[inline(always)]
pub fn swirl<R: Real>(v: [R; 2], strength: R, center: [R; 2], radius: R) -> [R; 2] {
    let d = [v[0] - center[0], v[1] - center[1]];
    let turns = strength / (R::ONE + length(d) / radius);
    let (sin, cos) = turns.sin_cos_turns();
    let [dx, dy] = turn(d, cos, sin);
    if radius <= R::ZERO {
        v
    } else {
        [center[0] + dx, center[1] + dy]
    }
}

/// A drift to and fro along one direction: `r` (in turns) gives the direction and the place in the
/// cycle, `phase`·`frequency` moves it, `amount` is the amplitude.
#[inline(always)]
pub fn jitter<R: Real>(r: R, phase: R, amount: R, frequency: R) -> [R; 2] {
    drift(r, (phase * frequency).fract(), amount)
}

/// [`jitter`] at `moved` turns of its cycle.
#[inline(always)]
pub fn drift<R: Real>(r: R, moved: R, amount: R) -> [R; 2] {
    let m = (moved + r).sin_turns() * amount;
    let (sin, cos) = r.sin_cos_turns();
    [cos * m, sin * m]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: [f64; 2], b: [f64; 2]) {
        for i in 0..2 {
            assert!(
                (a[i] - b[i]).abs() <= 4.0 * f64::EPSILON * 100.0,
                "{a:?} {b:?}"
            );
        }
    }

    #[test]
    fn swirl_of_the_defaults_is_a_quarter_turn() {
        assert_eq!(swirl([100.0, 0.0], 0.5, [0.0, 0.0], 100.0), [0.0, 100.0]);
        assert_eq!(swirl([100.0f32, 0.0], 0.5, [0.0, 0.0], 100.0), [0.0, 100.0]);
        assert_eq!(swirl([3.0, 4.0], 0.5, [0.0, 0.0], 0.0), [3.0, 4.0]);
        assert_eq!(swirl([3.0, 4.0], 0.5, [0.0, 0.0], -1.0), [3.0, 4.0]);
    }

    #[test]
    fn jitter_check_values() {
        let at = |r| jitter(r, 0.3, 5.0, 2.0);
        let close = |a: [f64; 2], b: [f64; 2]| {
            for i in 0..2 {
                assert!(
                    (a[i] - b[i]).abs() <= 4.0 * f64::EPSILON * 4.0,
                    "{a:?} {b:?}"
                );
            }
        };
        close(at(0.0), [-2.938926261462365, 0.0]);
        close(at(0.25), [0.0, -4.045084971874738]);
        close(at(0.6), [-3.8471044214690666, -2.7950849718747364]);
    }

    #[test]
    fn rotation_is_clockwise_on_screen() {
        near(rotate([1.0, 0.0], std::f64::consts::FRAC_PI_2), [0.0, 1.0]);
        near(
            rotate_about([11.0, 5.0], [10.0, 5.0], std::f64::consts::PI),
            [9.0, 5.0],
        );
    }

    #[test]
    fn lengths_and_directions() {
        assert_eq!(length([3.0, 4.0]), 5.0);
        assert_eq!(normalize([0.0, 0.0, 0.0]), [0.0, 0.0, 0.0]);
        assert_eq!(normalize([0.0, -2.0]), [0.0, -1.0]);
        assert_eq!(cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]), [0.0, 0.0, 1.0]);
        assert_eq!(dot([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), 32.0);
        // From part 0 up: (1e16 + 1) − 1e16 loses the 1, another order would keep it.
        assert_eq!(dot([1e16, 1.0, -1e16], [1.0, 1.0, 1.0]), 0.0);
        assert!(normalize([f64::NAN, 1.0])[1].is_nan());
    }
}
