//! Rows of instances, paths and strokes alike: what one element is in one frame.
//!
//! In: a pass that is made of rows. Out: for each row its outline, where it is placed and what it paints,
//! in straight colours. Formats of shapes read passes this way; `raster` has its own columns.

use super::{
    Blend, Column, FillRule, Ids, Instances2d, Pass, PathData, Paths2d, Shape, Source, StrokeStyle,
    Strokes2d,
};
use crate::math::color::unpremultiply;
use std::sync::Arc;

/// Colour columns of a pass; strokes alone have no fill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) fill: Option<&'a Column<[u8; 4]>>,
    pub(crate) stroke_width: &'a Column<f32>,
    /// User px of the pass per unit of `stroke_width`.
    pub(crate) width_unit: f64,
    pub(crate) stroke: &'a Column<[u8; 4]>,
}

/// A straight colour; `None` paints nothing.
pub(crate) type Paint = Option<([u8; 3], u8)>;

/// What one row paints. It strokes if its width is above 0 and its colour is not transparent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) fill: Paint,
    pub(crate) stroke: Paint,
    /// 0 where nothing is stroked.
    pub(crate) width: f32,
}

impl Row {
    /// Without a stroke.
    pub(crate) fn filled(fill: Paint) -> Self {
        Self {
            fill,
            stroke: None,
            width: 0.0,
        }
    }
}

/// From premultiplied bytes.
pub(crate) fn paint(rgba: [u8; 4]) -> Paint {
    let [r, g, b, a] = unpremultiply(rgba);
    (a > 0).then_some(([r, g, b], a))
}

impl Look<'_> {
    #[inline]
    pub(crate) fn row(&self, i: usize) -> Row {
        let width = self.stroke_width.at(i);
        let stroke = if width > 0.0 {
            paint(self.stroke.at(i))
        } else {
            None
        };
        Row {
            fill: self.fill.and_then(|fill| paint(fill.at(i))),
            width: match stroke {
                Some(_) => (f64::from(width) * self.width_unit) as f32,
                None => 0.0,
            },
            stroke,
        }
    }
}

/// A pass that is made of rows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows<'a> {
    Instances(&'a Instances2d),
    Paths(&'a Paths2d),
    Strokes(&'a Strokes2d),
}

/// What a row draws, before it is placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Outline<'a> {
    Shape(&'a Shape),
    Path(&'a PathData),
}

/// Where a row is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Placed {
    pub(crate) pos: [f32; 2],
    pub(crate) rotation: f32,
    /// Radius of a shape, factor of a path.
    pub(crate) scale: f32,
}

impl<'a> Rows<'a> {
    pub(crate) fn of(pass: &'a Pass) -> Option<Self> {
        match pass {
            Pass::Instances2d(pass) => Some(Self::Instances(pass)),
            Pass::Paths2d(pass) => Some(Self::Paths(pass)),
            Pass::Strokes2d(pass) => Some(Self::Strokes(pass)),
            Pass::Clear(_) | Pass::Group(_) | Pass::PostFx(_) => None,
        }
    }

    pub(crate) fn sink(self) -> &'a Arc<str> {
        match self {
            Self::Instances(pass) => &pass.sink,
            Self::Paths(pass) => &pass.sink,
            Self::Strokes(pass) => &pass.sink,
        }
    }

    pub(crate) fn count(self) -> usize {
        match self {
            Self::Instances(pass) => pass.count as usize,
            Self::Paths(pass) => pass.count as usize,
            Self::Strokes(pass) => pass.count as usize,
        }
    }

    pub(crate) fn elements(self) -> Option<&'a [u32]> {
        match self {
            Self::Instances(pass) => pass.element.as_ref().map(|list| list.as_slice()),
            Self::Paths(pass) => pass.element.as_ref().map(|list| list.as_slice()),
            Self::Strokes(pass) => pass.element.as_ref().map(|list| list.as_slice()),
        }
    }

    /// Element of a row.
    pub(crate) fn element(self, i: usize) -> u32 {
        self.elements().map_or(i as u32, |list| list[i])
    }

    pub(crate) fn ids(self) -> &'a Ids {
        match self {
            Self::Instances(pass) => &pass.ids,
            Self::Paths(pass) => &pass.ids,
            Self::Strokes(pass) => &pass.ids,
        }
    }

    pub(crate) fn blend(self) -> Blend {
        match self {
            Self::Instances(pass) => pass.blend,
            Self::Paths(pass) => pass.blend,
            Self::Strokes(pass) => pass.blend,
        }
    }

    pub(crate) fn fill_rule(self) -> FillRule {
        match self {
            Self::Paths(pass) => pass.fill_rule,
            Self::Instances(_) | Self::Strokes(_) => FillRule::Nonzero,
        }
    }

    pub(crate) fn style(self) -> Option<&'a StrokeStyle> {
        match self {
            Self::Instances(_) => None,
            Self::Paths(pass) => Some(&pass.style),
            Self::Strokes(pass) => Some(&pass.style),
        }
    }

    /// Whether an element may have many rows, whose order is nobody's business but the camera's.
    pub(crate) fn is_solid(self) -> bool {
        matches!(self, Self::Paths(pass) if pass.source == Source::Meshes3d)
    }

    pub(crate) fn look(self) -> Look<'a> {
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

    pub(crate) fn row(self, i: usize) -> Row {
        self.look().row(i)
    }

    pub(crate) fn outline(self, i: usize) -> Option<Outline<'a>> {
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

    pub(crate) fn placed(self, i: usize) -> Placed {
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

impl Outline<'_> {
    /// Whether it is the same outline; most are one and the same in memory.
    pub(crate) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Path(a), Self::Path(b)) if std::ptr::eq(a, b) => true,
            (Self::Shape(a), Self::Shape(b)) if std::ptr::eq(a, b) => true,
            (a, b) => a == b,
        }
    }

    /// How far from its origin it goes, at least 1.
    pub(crate) fn reach(self) -> f64 {
        let path = match self {
            Self::Shape(Shape::Path(path)) => path,
            Self::Shape(_) => return 1.0,
            Self::Path(path) => path,
        };
        let sizes = path.pts.iter().flatten().map(|v| f64::from(v.abs()));
        sizes.fold(1.0, f64::max)
    }
}
