//! The faces of a sink in the order of painting, and their pass.
//!
//! Points of all faces stand one after the other; faces name their part. The outlines of the pass are
//! buffers that are used again when the tree before last is gone.

use super::super::project::ascending;
use super::super::rows::Pool;
use crate::render_tree::{
    Blend, Cap, Cmd, Column, FillRule, Ids, Join, PathData, Paths2d, Source, StrokeStyle,
};
use std::sync::Arc;

/// Width of the stroke that hides the seams between opaque faces, device px.
const SEAM: f32 = 0.5;

/// A face in the picture. The order of faces is the order of painting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Face {
    /// Smaller for what is farther.
    nearness: u64,
    element: u32,
    number: u32,
    rgba: [u8; 4],
    start: u32,
    end: u32,
}

impl Face {
    /// A face of an element with its corners as the camera sees them.
    pub(super) fn new(element: u32, number: usize, rgba: [u8; 4], seen: &[[f64; 3]]) -> Self {
        let sum: f64 = seen.iter().map(|v| -v[2]).sum();
        Self {
            nearness: !ascending(sum / seen.len() as f64),
            element,
            number: number as u32,
            rgba,
            start: 0,
            end: 0,
        }
    }
}

/// How a face came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Its outside is seen.
    Facing,
    /// Its inside is seen, or its edge.
    Away,
    /// A corner is farther aside than a number can say; the face is not listed.
    Beyond,
}

/// The faces of a sink.
#[derive(Debug, Default)]
pub(super) struct Faces {
    list: Vec<Face>,
    points: Vec<[f32; 2]>,
    outlines: Outlines,
    path_of: Pool<u32>,
    rgba: Pool<[u8; 4]>,
    width: Pool<f32>,
    element: Pool<u32>,
    style: Option<Arc<StrokeStyle>>,
}

impl Faces {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.points.clear();
    }

    /// Lists a face with its corners in the picture, user px.
    pub(super) fn push(
        &mut self,
        mut face: Face,
        corners: impl Iterator<Item = [f64; 2]> + Clone,
    ) -> Shown {
        face.start = self.points.len() as u32;
        let rounded = corners.clone().map(|corner| corner.map(|v| v as f32));
        self.points.extend(rounded);
        face.end = self.points.len() as u32;
        let added = &self.points[face.start as usize..];
        if !added.iter().flatten().all(|v| v.is_finite()) {
            self.points.truncate(face.start as usize);
            return Shown::Beyond;
        }
        self.list.push(face);
        let next = corners.clone().cycle().skip(1);
        let area: f64 = corners
            .zip(next)
            .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
            .sum();
        // y points down, so what is counter-clockwise for the viewer is negative here.
        if area < 0.0 {
            Shown::Facing
        } else {
            Shown::Away
        }
    }

    /// Takes the last face back.
    pub(super) fn pop(&mut self) {
        if let Some(face) = self.list.pop() {
            self.points.truncate(face.start as usize);
        }
    }

    /// Brings the faces into the order of painting.
    pub(super) fn sort(&mut self) {
        // Element and number break all ties, so an unstable (not allocating) sort gives one result.
        self.list.sort_unstable();
    }

    /// The pass.
    pub(super) fn pass(&mut self, sink: &Arc<str>, ids: &Arc<Ids>) -> Paths2d {
        let list = &self.list;
        let count = list.len() as u32;
        let in_order = list.iter().zip(0..).all(|(face, i)| face.element == i);
        let opaque = |face: &Face| face.rgba[3] == 255;
        let stroke_width = if list.iter().all(opaque) {
            Column::One(SEAM)
        } else {
            let width = |face: &Face| if opaque(face) { SEAM } else { 0.0 };
            Column::Many(self.width.fill(list.iter().map(width)))
        };
        let rgba = Column::Many(self.rgba.fill(list.iter().map(|face| face.rgba)));
        let style = self.style.get_or_insert_with(|| {
            Arc::new(StrokeStyle {
                cap: Cap::Butt,
                join: Join::Round,
                miter_limit: 4.0,
                non_scaling: true,
                ..StrokeStyle::default()
            })
        });
        Paths2d {
            sink: Arc::clone(sink),
            source: Source::Meshes3d,
            count,
            paths: self.outlines.fill(list, &self.points),
            path_of: Column::Many(self.path_of.fill(0..count)),
            pos: Column::One([0.0; 2]),
            rotation: Column::One(0.0),
            scale: Column::One(1.0),
            stroke_rgba: rgba.clone(),
            rgba,
            stroke_width,
            fill_rule: FillRule::Nonzero,
            style: Arc::clone(style),
            blend: Blend::Normal,
            element: (!in_order).then(|| self.element.fill(list.iter().map(|face| face.element))),
            ids: Arc::clone(ids),
        }
    }
}

/// Three lists of outlines, as [`Pool`] has of rows; outlines that a list does not need wait.
#[derive(Debug, Default)]
struct Outlines {
    lists: [Arc<Vec<Arc<PathData>>>; 3],
    waiting: Vec<Arc<PathData>>,
}

impl Outlines {
    fn fill(&mut self, faces: &[Face], points: &[[f32; 2]]) -> Arc<Vec<Arc<PathData>>> {
        let free = self
            .lists
            .iter_mut()
            .position(|list| Arc::get_mut(list).is_some());
        let at = free.unwrap_or(0);
        let slot = &mut self.lists[at];
        if free.is_none() {
            *slot = Arc::default();
        }
        if let Some(list) = Arc::get_mut(slot) {
            while list.len() > faces.len() {
                self.waiting.extend(list.pop());
            }
            while list.len() < faces.len() {
                list.push(self.waiting.pop().unwrap_or_default());
            }
            for (outline, face) in list.iter_mut().zip(faces) {
                let corners = &points[face.start as usize..face.end as usize];
                write(Arc::make_mut(outline), corners);
            }
        }
        Arc::clone(slot)
    }
}

/// Replaces an outline by a closed polygon.
fn write(outline: &mut PathData, corners: &[[f32; 2]]) {
    outline.pts.clear();
    outline.pts.extend_from_slice(corners);
    outline.cmds.clear();
    outline.cmds.push(Cmd::M as u8);
    outline.cmds.resize(corners.len(), Cmd::L as u8);
    outline.cmds.push(Cmd::Z as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(faces: &mut Faces, count: u32) -> Paths2d {
        faces.clear();
        for element in 0..count {
            let seen = [[0.0, 0.0, -f64::from(element)]; 3];
            let face = Face::new(element, 0, [9, 9, 9, 255], &seen);
            faces.push(face, [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]].into_iter());
        }
        faces.sort();
        faces.pass(&"s".into(), &Arc::new(Ids::Sequential))
    }

    #[test]
    fn far_faces_come_first() {
        let pass = pass(&mut Faces::default(), 3);
        assert_eq!(pass.element.as_deref(), Some(&vec![2, 1, 0]));
        assert!(pass.paths.iter().all(|path| path.is_well_formed()));
    }

    #[test]
    fn outlines_are_used_again_when_their_tree_is_gone() {
        let mut faces = Faces::default();
        let first = pass(&mut faces, 4);
        let places: Vec<_> = first.paths.iter().map(Arc::as_ptr).collect();
        let second = pass(&mut faces, 4);
        assert!(!Arc::ptr_eq(&first.paths, &second.paths));
        drop(first);
        // Fewer for a while, then as many: the same buffers.
        drop(pass(&mut faces, 2));
        let fourth = pass(&mut faces, 4);
        let mut now: Vec<_> = fourth.paths.iter().map(Arc::as_ptr).collect();
        let mut then = places;
        now.sort();
        then.sort();
        assert_eq!(now, then);
        drop(second);
    }

    #[test]
    fn a_face_beyond_all_numbers_is_not_listed() {
        let mut faces = Faces::default();
        let face = Face::new(0, 0, [255; 4], &[[0.0, 0.0, -1.0]; 3]);
        let far = [[0.0, 0.0], [1e39, 0.0], [0.0, 1.0]];
        assert_eq!(faces.push(face, far.into_iter()), Shown::Beyond);
        assert_eq!(faces.pass(&"s".into(), &Arc::new(Ids::Sequential)).count, 0);
    }
}
