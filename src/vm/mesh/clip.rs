//! Polygons in the space of a camera, cut at its near plane.

/// Replaces `out` by the part of a polygon that is not nearer than `near` (z ≤ −near). A part of a
/// concave polygon may come out as pieces joined along the plane, which enclose the same area.
pub(super) fn beyond(polygon: &[[f64; 3]], near: f64, out: &mut Vec<[f64; 3]>) {
    out.clear();
    let Some(&last) = polygon.last() else { return };
    let inside = |v: [f64; 3]| v[2] <= -near;
    let mut a = last;
    for &b in polygon {
        if inside(a) != inside(b) {
            let t = (-near - a[2]) / (b[2] - a[2]);
            let [x, y] = [0, 1].map(|i| a[i] + (b[i] - a[i]) * t);
            out.push([x, y, -near]);
        }
        if inside(b) {
            out.push(b);
        }
        a = b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipped(z: [f64; 4]) -> Vec<[f64; 3]> {
        let at = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]];
        let polygon: Vec<_> = at.iter().zip(z).map(|(p, z)| [p[0], p[1], z]).collect();
        let mut out = vec![[9.0; 3]];
        beyond(&polygon, 1.0, &mut out);
        out
    }

    #[test]
    fn what_is_beyond_stays_and_what_is_nearer_goes() {
        assert_eq!(clipped([-2.0; 4]).len(), 4);
        assert_eq!(clipped([-1.0; 4]).len(), 4, "on the plane is beyond");
        assert!(clipped([-0.5; 4]).is_empty());
    }

    #[test]
    fn edges_are_cut_on_the_plane() {
        let half = clipped([-2.0, 0.0, 0.0, -2.0]);
        let want = [
            [0.0, 0.0, -2.0],
            [2.0, 0.0, -1.0],
            [2.0, 4.0, -1.0],
            [0.0, 4.0, -2.0],
        ];
        assert_eq!(half, want);
        // One corner cut off makes five of four.
        assert_eq!(clipped([-2.0, -2.0, 0.0, -2.0]).len(), 5);
    }
}
