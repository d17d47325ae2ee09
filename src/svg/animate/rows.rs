//! Rows of instances, paths and strokes alike: what one element is in one frame.

use super::super::look::{Look, Row};
use crate::render_tree::{
    Blend, FillRule, Ids, Instances2d, Pass, PathData, Paths2d, Shape, Source, StrokeStyle,
    Strokes2d,
};
use std::sync::Arc;

/// A pass that is made of rows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows<'a> {
    Instances(&'a Instances2d),
    Paths(&'a Paths2d),
    Strokes(&'a Strokes2d),
}

/// What a row draws, before it is placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Outline<'a> {
    Shape(&'a Shape),
    Path(&'a PathData),
}

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    pub(super) pos: [f32; 2],
    pub(super) rotation: f32,
    /// Radius of a shape, factor of a path.
    pub(super) scale: f32,
}

impl<'a> Rows<'a> {
    pub(super) fn of(pass: &'a Pass) -> Option<Self> {
        match pass {
            Pass::Instances2d(pass) => Some(Self::Instances(pass)),
            Pass::Paths2d(pass) => Some(Self::Paths(pass)),
            Pass::Strokes2d(pass) => Some(Self::Strokes(pass)),
            Pass::Clear(_) | Pass::Group(_) | Pass::PostFx(_) => None,
        }
    }

    pub(super) fn sink(self) -> &'a Arc<str> {
        match self {
            Self::Instances(pass) => &pass.sink,
            Self::Paths(pass) => &pass.sink,
            Self::Strokes(pass) => &pass.sink,
        }
    }

    pub(super) fn count(self) -> usize {
        match self {
            Self::Instances(pass) => pass.count as usize,
            Self::Paths(pass) => pass.count as usize,
            Self::Strokes(pass) => pass.count as usize,
        }
    }

    pub(super) fn elements(self) -> Option<&'a [u32]> {
        match self {
            Self::Instances(pass) => pass.element.as_ref().map(|list| list.as_slice()),
            Self::Paths(pass) => pass.element.as_ref().map(|list| list.as_slice()),
            Self::Strokes(pass) => pass.element.as_ref().map(|list| list.as_slice()),
        }
    }

    /// Element of a row.
    pub(super) fn element(self, i: usize) -> u32 {
        self.elements().map_or(i as u32, |list| list[i])
    }

    pub(super) fn ids(self) -> &'a Ids {
        match self {
            Self::Instances(pass) => &pass.ids,
            Self::Paths(pass) => &pass.ids,
            Self::Strokes(pass) => &pass.ids,
        }
    }

    pub(super) fn blend(self) -> Blend {
        match self {
            Self::Instances(pass) => pass.blend,
            Self::Paths(pass) => pass.blend,
            Self::Strokes(pass) => pass.blend,
        }
    }

    pub(super) fn fill_rule(self) -> FillRule {
        match self {
            Self::Paths(pass) => pass.fill_rule,
            Self::Instances(_) | Self::Strokes(_) => FillRule::Nonzero,
        }
    }

    pub(super) fn style(self) -> Option<&'a StrokeStyle> {
        match self {
            Self::Instances(_) => None,
            Self::Paths(pass) => Some(&pass.style),
            Self::Strokes(pass) => Some(&pass.style),
        }
    }

    /// Whether an element may have many rows, whose order is nobody's business but the camera's.
    pub(super) fn is_solid(self) -> bool {
        matches!(self, Self::Paths(pass) if pass.source == Source::Meshes3d)
    }

    pub(super) fn look(self) -> Look<'a> {
        match self {
            Self::Instances(pass) => Look {
                fill: Some(&pass.rgba),
                stroke_width: &pass.stroke_width,
                width_unit: 1.0,
                stroke: &pass.stroke_rgba,
            },
            Self::Paths(pass) => Look {
                fill: Some(&pass.rgba),
                stroke_width: &pass.stroke_width,
                width_unit: 1.0,
                stroke: &pass.stroke_rgba,
            },
            Self::Strokes(pass) => Look {
                fill: None,
                stroke_width: &pass.stroke_width,
                width_unit: 1.0,
                stroke: &pass.stroke_rgba,
            },
        }
    }

    pub(super) fn row(self, i: usize) -> Row {
        self.look().row(i)
    }

    pub(super) fn outline(self, i: usize) -> Option<Outline<'a>> {
        let path = |paths: &'a [Arc<PathData>], at: u32| {
            paths.get(at as usize).map(|path| Outline::Path(path))
        };
        match self {
            Self::Instances(pass) => pass
                .shapes
                .get(usize::from(pass.shape_id.at(i)))
                .map(Outline::Shape),
            Self::Paths(pass) => path(&pass.paths, pass.path_of.at(i)),
            Self::Strokes(pass) => path(&pass.paths, pass.path_of.at(i)),
        }
    }

    pub(super) fn placed(self, i: usize) -> Placed {
        match self {
            Self::Instances(pass) => Placed {
                pos: pass.pos.at(i),
                rotation: pass.rotation.at(i),
                scale: pass.size.at(i),
            },
            Self::Paths(pass) => Placed {
                pos: pass.pos.at(i),
                rotation: pass.rotation.at(i),
                scale: pass.scale.at(i),
            },
            Self::Strokes(_) => Placed {
                pos: [0.0; 2],
                rotation: 0.0,
                scale: 1.0,
            },
        }
    }
}
