//! Cameras: from parameters to the view of a frame.
//!
//! In: a row of the camera table and the registers. Out: a [`View`] that takes points of space to the
//! picture, or the name of the parameter that makes the camera illegal. Right-handed, y up, looking
//! along −z; everything in f64. Read next: `project` and `mesh`, which draw with a view.

use super::layers::Bad;
use super::registers::Registers;
use super::sinks::{Named, Source};
use crate::ir::{ParamRow, Program};
use crate::math::Real;
use crate::math::vec::{cross, dot, length, normalize};

/// A camera of the program and what it sees in this frame.
#[derive(Debug)]
pub(super) struct Camera {
    pub(super) key: std::sync::Arc<str>,
    position: Source,
    target: Source,
    up: Source,
    lens: Lens,
    near: Source,
    far: Source,
    viewport: [f64; 2],
    /// The view of this frame.
    pub(super) view: Result<View, Bad>,
}

/// What makes the picture of a camera large or small.
#[derive(Debug)]
enum Lens {
    /// The angle from the lower to the upper edge, radians.
    Perspective(Source),
    /// What fills the height of the picture.
    Orthographic(Source),
}

impl Camera {
    pub(super) fn new(program: &Program, row: &ParamRow) -> Self {
        let strings = &program.tables.strings;
        let named = Named::new(program, &row.params, None);
        let number = |name, missing| named.source(name, [missing, 0.0, 0.0, 0.0]);
        let lens = match strings[row.kind.index()].as_str() {
            "orthographic" => Lens::Orthographic(number("orthoHeight", 10.0)),
            _ => Lens::Perspective(number("fov", std::f64::consts::FRAC_PI_3)),
        };
        let viewport = &program.viewport;
        Self {
            key: strings[row.key.index()].as_str().into(),
            position: named.source("position", [0.0, 0.0, 100.0, 0.0]),
            target: named.source("target", [0.0; 4]),
            up: named.source("up", [0.0, 1.0, 0.0, 0.0]),
            lens,
            near: number("near", 0.1),
            far: number("far", 1000.0),
            viewport: [f64::from(viewport.width), f64::from(viewport.height)],
            view: Err("camera"),
        }
    }

    /// Looks at the parameters of this frame.
    pub(super) fn look(&mut self, registers: &Registers) {
        self.view = self.seen(registers);
    }

    fn seen(&self, registers: &Registers) -> Result<View, Bad> {
        let point = |source: Source, name: Bad| {
            let [x, y, z, _] = source.lanes(registers);
            let point = [x, y, z];
            let finite = point.iter().all(|v| v.is_finite());
            if finite { Ok(point) } else { Err(name) }
        };
        let number = |source: Source, name: Bad, legal: &dyn Fn(f64) -> bool| {
            let value = source.number(registers);
            let good = value.is_finite() && legal(value);
            if good { Ok(value) } else { Err(name) }
        };
        let position = point(self.position, "position")?;
        let target = point(self.target, "target")?;
        let up = point(self.up, "up")?;
        let projection = match self.lens {
            Lens::Perspective(fov) => {
                let angle = number(fov, "fov", &|v| 0.0 < v && v < std::f64::consts::PI)?;
                Projection::Perspective(1.0 / Real::tan(angle / 2.0))
            }
            Lens::Orthographic(height) => {
                Projection::Orthographic(number(height, "orthoHeight", &|v| v > 0.0)?)
            }
        };
        let near = number(self.near, "near", &|v| v > 0.0)?;
        let far = number(self.far, "far", &|v| v > near)?;
        let axes = axes(position, target, up);
        if !axes.as_flattened().iter().all(|v| v.is_finite()) {
            return Err("position");
        }
        Ok(View {
            eye: position,
            axes,
            projection,
            near,
            far,
            viewport: self.viewport,
        })
    }
}

/// What a camera sees in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct View {
    eye: [f64; 3],
    /// Right, up, and towards the viewer: unit vectors at right angles.
    axes: [[f64; 3]; 3],
    projection: Projection,
    pub(super) near: f64,
    pub(super) far: f64,
    viewport: [f64; 2],
}

/// How space becomes flat.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Projection {
    /// 1 / tan(fov / 2).
    Perspective(f64),
    /// What fills the height of the picture.
    Orthographic(f64),
}

impl View {
    /// A point as the camera sees it: right, up, towards the viewer.
    #[inline]
    pub(super) fn seen(&self, p: [f64; 3]) -> [f64; 3] {
        let d = std::array::from_fn(|i| p[i] - self.eye[i]);
        self.axes.map(|axis| dot(axis, d))
    }

    /// What a seen point is divided by: its distance along the line of sight, or 1.
    #[inline]
    pub(super) fn divisor(&self, v: [f64; 3]) -> f64 {
        match self.projection {
            Projection::Perspective(_) => -v[2],
            Projection::Orthographic(_) => 1.0,
        }
    }

    /// Where a seen point is in the picture; −1 and 1 are its edges, y up.
    #[inline]
    pub(super) fn ndc(&self, v: [f64; 3]) -> [f64; 2] {
        let [width, height] = self.viewport;
        let aspect = width / height;
        match self.projection {
            Projection::Perspective(g) => {
                let w = -v[2];
                [g * v[0] / (aspect * w), g * v[1] / w]
            }
            Projection::Orthographic(h) => [2.0 * v[0] / (h * aspect), 2.0 * v[1] / h],
        }
    }

    /// Where a seen point is between the near plane, −1, and the far plane, 1.
    #[inline]
    pub(super) fn depth(&self, v: [f64; 3]) -> f64 {
        let (n, f) = (self.near, self.far);
        match self.projection {
            Projection::Perspective(_) => ((f + n) * v[2] + 2.0 * f * n) / ((n - f) * -v[2]),
            Projection::Orthographic(_) => (2.0 * v[2] + f + n) / (n - f),
        }
    }

    /// User px of a place in the picture.
    #[inline]
    pub(super) fn screen(&self, ndc: [f64; 2]) -> [f64; 2] {
        let [width, height] = self.viewport;
        [(ndc[0] / 2.0 + 0.5) * width, (0.5 - ndc[1] / 2.0) * height]
    }

    /// User px of a length of 1 at a divisor.
    #[inline]
    pub(super) fn px_per_unit(&self, divisor: f64) -> f64 {
        let height = self.viewport[1];
        match self.projection {
            Projection::Perspective(g) => g * height / (2.0 * divisor),
            Projection::Orthographic(h) => height / h,
        }
    }
}

/// Right, up, and towards the viewer.
fn axes(position: [f64; 3], target: [f64; 3], up: [f64; 3]) -> [[f64; 3]; 3] {
    const X: [f64; 3] = [1.0, 0.0, 0.0];
    const Y: [f64; 3] = [0.0, 1.0, 0.0];
    let back = std::array::from_fn(|i| position[i] - target[i]);
    let z = match unit(back) {
        [0.0, 0.0, 0.0] => [0.0, 0.0, 1.0],
        z => z,
    };
    let substitute = if up[1].abs() > 0.9 { X } else { Y };
    // The last one counts where an `up` that is no unit vector makes the substitute fail too.
    let across = [up, substitute, X].map(|up| cross(up, z));
    let x = across.into_iter().find(|across| length(*across) >= 1e-6);
    let x = unit(x.unwrap_or(Y));
    [x, cross(z, x), z]
}

/// The direction of a vector of any length; 0 for 0.
fn unit(v: [f64; 3]) -> [f64; 3] {
    let largest = v.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    normalize(v.map(|x| x.div0(largest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(position: [f64; 3], target: [f64; 3], projection: Projection) -> View {
        View {
            eye: position,
            axes: axes(position, target, [0.0, 1.0, 0.0]),
            projection,
            near: 0.1,
            far: 1000.0,
            viewport: [800.0, 600.0],
        }
    }

    /// The quaternion (x, y, z, w) of an orientation with w > 0.
    fn quaternion([x, y, z]: [[f64; 3]; 3]) -> [f64; 4] {
        let w = (1.0 + x[0] + y[1] + z[2]).sqrt() / 2.0;
        let part = |a: f64, b: f64| (a - b) / (4.0 * w);
        [part(y[2], z[1]), part(z[0], x[2]), part(x[1], y[0]), w]
    }

    #[track_caller]
    fn close<const N: usize>(got: [f64; N], want: [f64; N], tolerance: f64) {
        let near = got
            .iter()
            .zip(want)
            .all(|(a, b)| (a - b).abs() <= tolerance);
        assert!(near, "{got:?} is not {want:?}");
    }

    #[test]
    fn the_orientation_of_a_camera_above() {
        let axes = axes([0.0, 50.0, 100.0], [0.0; 3], [0.0, 1.0, 0.0]);
        let want = [-0.2297529205473612, 0.0, 0.0, 0.9732489894677302];
        close(quaternion(axes), want, 1e-15);
    }

    #[test]
    fn the_default_camera() {
        let g = 1.0 / Real::tan(std::f64::consts::FRAC_PI_6);
        let view = view([0.0, 0.0, 100.0], [0.0; 3], Projection::Perspective(g));
        let middle = view.seen([0.0; 3]);
        assert_eq!(
            (view.divisor(middle), view.ndc(middle)),
            (100.0, [0.0, 0.0])
        );
        assert_eq!(view.screen([0.0, 0.0]), [400.0, 300.0]);
        close([view.px_per_unit(100.0)], [5.19615], 1e-5);
        let corner = view.seen([10.0, 10.0, 50.0]);
        assert_eq!(view.divisor(corner), 50.0);
        close(view.ndc(corner), [0.259808, 0.346410], 1e-6);
        let screen = view.screen(view.ndc(corner));
        close(screen, [503.92305, 196.07695], 1e-5);
    }

    #[test]
    fn depth_runs_from_minus_one_to_one() {
        for projection in [Projection::Perspective(2.0), Projection::Orthographic(4.0)] {
            let view = view([0.0; 3], [0.0, 0.0, -1.0], projection);
            close([view.depth([0.3, 0.2, -0.1])], [-1.0], 1e-12);
            close([view.depth([0.3, 0.2, -1000.0])], [1.0], 1e-12);
        }
    }

    #[test]
    fn an_orthographic_view_has_one_scale() {
        let view = view([0.0, 0.0, 5.0], [0.0; 3], Projection::Orthographic(10.0));
        for z in [-50.0, 0.0, 4.0] {
            let v = view.seen([1.0, 1.0, z]);
            close(view.screen(view.ndc(v)), [460.0, 240.0], 1e-12);
            assert_eq!(view.px_per_unit(view.divisor(v)), 60.0);
        }
    }

    #[test]
    fn axes_are_a_right_handed_frame_even_where_up_says_nothing() {
        let cases: [([f64; 3], [f64; 3]); 9] = [
            ([0.0, 10.0, 0.0], [0.0, 1.0, 0.0]),
            ([0.0, -10.0, 0.0], [0.0, 1.0, 0.0]),
            ([0.0, 10.0, 0.0], [0.0, 0.5, 0.0]),
            ([0.0, 10.0, 0.0], [0.0; 3]),
            ([5.0, 0.0, 0.0], [1.0, 0.0, 0.0]),
            ([0.0; 3], [0.0, 0.0, 1.0]),
            ([1e-300, 0.0, 0.0], [0.0, 1.0, 0.0]),
            ([1e200, 1e200, 0.0], [0.0, 1e200, 0.0]),
            ([3.0, -4.0, 12.0], [0.1, 0.2, 0.9]),
        ];
        for (position, up) in cases {
            let [x, y, z] = axes(position, [0.0; 3], up);
            for axis in [x, y, z] {
                close([length(axis)], [1.0], 1e-12);
            }
            close(cross(x, y), z, 1e-12);
        }
        // Straight down with a vertical `up`: the x axis is up in the picture.
        let down = axes([0.0, 9.0, 0.0], [0.0; 3], [0.0, 1.0, 0.0]);
        assert_eq!(down[..2], [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
    }
}
