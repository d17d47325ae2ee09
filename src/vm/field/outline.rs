//! Opcodes on outlines: one element at a time, since an outline is no number.

use crate::math::{Real, vec};
use crate::path::PathData;
use crate::path::measure::Measure;
use std::sync::Arc;

/// Scaled, then turned by radians, then moved; all about the origin, in f32.
pub(super) fn moved(path: &PathData, by: [f32; 2], angle: f32, scale: f32) -> PathData {
    let (sin, cos) = (Real::sin(angle), Real::cos(angle));
    let point = |&[x, y]: &[f32; 2]| {
        let [x, y] = vec::turn([x * scale, y * scale], cos, sin);
        [x + by[0], y + by[1]]
    };
    PathData {
        cmds: path.cmds.clone(),
        pts: path.pts.iter().map(point).collect(),
    }
}

/// Points mixed by `k` where the commands are equal, else the first outline.
pub(super) fn morphed(a: &Arc<PathData>, b: &PathData, k: f32) -> Arc<PathData> {
    if a.cmds != b.cmds || a.pts.len() != b.pts.len() {
        return a.clone();
    }
    let mix = |(a, b): (&[f32; 2], &[f32; 2])| std::array::from_fn(|i| a[i] + (b[i] - a[i]) * k);
    let pts = a.pts.iter().zip(&b.pts).map(mix).collect();
    Arc::new(PathData {
        cmds: a.cmds.clone(),
        pts,
    })
}

/// Points on outlines; the outline of the previous call stays measured.
#[derive(Debug, Default)]
pub(super) struct Walker {
    last: Option<(Arc<PathData>, Measure)>,
}

impl Walker {
    /// The point at `u`: by length, or by parameter.
    pub(super) fn point(&mut self, path: &Arc<PathData>, u: f64, parametric: bool) -> [f64; 2] {
        let known = self.last.take().filter(|(p, _)| Arc::ptr_eq(p, path));
        let (path, measure) = known.unwrap_or_else(|| (path.clone(), Measure::new(path)));
        let point = if parametric {
            measure.parametric(u)
        } else {
            measure.even(u)
        };
        self.last = Some((path, measure));
        point
    }
}
