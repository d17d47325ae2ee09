//! What each kind of sink, camera, solid and effect takes, as data: names, shapes, what must be there.
//!
//! The engine looks inputs up by these names and nothing else, so a name that is not here would be
//! silently without effect. Read next: `sinks` and `scene`, which hold rows to it.

use crate::ir::{Format, SinkKind};

/// One named input of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) required: bool,
}

/// What an input may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Takes {
    /// A column of this format.
    Column(Format),
    /// One value of so many lanes for all elements: a signal or constant.
    Value(usize),
    /// A number, or one for each of so many lanes.
    NumberOr(usize),
    /// A constant number in a range; `true`: a whole one.
    Fixed(f64, f64, bool),
    /// A constant outline.
    Outline,
    /// One of these words, as a text constant.
    Word(&'static [&'static str]),
    /// A row of the table of cameras.
    Camera,
    /// A row of the table of solids.
    Mesh,
    /// A row of the table of outlines.
    Shape,
    /// A row of the table of effects.
    Effect,
}

/// One static parameter of a sink.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Param {
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any number.
    Number,
    /// True or false.
    Flag,
    /// A list of lengths, at least one of them above 0.
    Lengths,
}

const fn must(name: &'static str, takes: Takes) -> Slot {
    Slot {
        name,
        takes,
        required: true,
    }
}

const fn may(name: &'static str, takes: Takes) -> Slot {
    Slot {
        name,
        takes,
        required: false,
    }
}

use Format::{F32, F32x2, F32x3, F32x4, U8x4, U16};
use Takes::{Camera, Column, Effect, Fixed, Mesh, NumberOr, Outline, Shape, Value, Word};

const BLEND: (&str, Param) = (
    "blend",
    Param::Word(&["normal", "add", "multiply", "screen"]),
);
const RULE: &[&str] = &["nonzero", "evenodd"];
const CAP: (&str, Param) = ("cap", Param::Word(&["butt", "round", "square"]));
const JOIN: (&str, Param) = ("join", Param::Word(&["miter", "round", "bevel"]));
const MITER: (&str, Param) = ("miterLimit", Param::Number);
const DASH: (&str, Param) = ("dash", Param::Lengths);

/// Inputs of a sink.
pub(super) const fn inputs(kind: SinkKind) -> &'static [Slot] {
    match kind {
        SinkKind::Clear => const { &[must("color", Value(4))] },
        SinkKind::Instances2d => {
            const {
                &[
                    must("pos", Column(F32x2)),
                    must("size", Column(F32)),
                    must("color", Column(U8x4)),
                    may("rotation", Column(F32)),
                    may("shape", Shape),
                    may("shapeId", Column(U16)),
                    may("strokeWidth", Column(F32)),
                    may("strokeColor", Column(U8x4)),
                    may("path", Column(Format::Path)),
                    may("sortKey", Column(F32)),
                ]
            }
        }
        SinkKind::Paths2d => {
            const {
                &[
                    must("path", Column(Format::Path)),
                    may("fillColor", Column(U8x4)),
                    may("strokeColor", Column(U8x4)),
                    may("strokeWidth", Column(F32)),
                    may("pos", Column(F32x2)),
                    may("rotation", Column(F32)),
                    may("scale", Column(F32)),
                ]
            }
        }
        SinkKind::Strokes2d => {
            const {
                &[
                    must("pos", Column(F32x2)),
                    must("width", Column(F32)),
                    must("color", Column(U8x4)),
                ]
            }
        }
        SinkKind::Instances3d => {
            const {
                &[
                    must("pos", Column(F32x3)),
                    must("size", Column(F32)),
                    must("color", Column(U8x4)),
                    must("camera", Camera),
                ]
            }
        }
        SinkKind::Meshes3d => {
            const {
                &[
                    must("mesh", Mesh),
                    must("pos", Column(F32x3)),
                    must("color", Column(F32x4)),
                    must("camera", Camera),
                    may("rotation", Column(F32x4)),
                    may("scale", Column(F32x3)),
                    may("ambient", Value(1)),
                    may("light", Value(3)),
                ]
            }
        }
        SinkKind::Group => {
            const {
                &[
                    may("translate", Value(2)),
                    may("rotation", Value(1)),
                    may("scale", Value(2)),
                    may("center", Value(2)),
                    may("opacity", Value(1)),
                    may("clipX", Value(1)),
                    may("clipY", Value(1)),
                    may("clipWidth", Value(1)),
                    may("clipHeight", Value(1)),
                    may("clipPath", Outline),
                ]
            }
        }
        SinkKind::Postfx => const { &[must("effect", Effect)] },
    }
}

/// Static parameters of a sink.
pub(super) const fn params(kind: SinkKind) -> &'static [(&'static str, Param)] {
    match kind {
        SinkKind::Clear | SinkKind::Meshes3d | SinkKind::Postfx => &[],
        SinkKind::Instances2d => &[BLEND],
        SinkKind::Paths2d => &[
            BLEND,
            ("fillRule", Param::Word(RULE)),
            CAP,
            JOIN,
            MITER,
            DASH,
        ],
        SinkKind::Strokes2d => &[
            BLEND,
            ("closed", Param::Flag),
            ("smooth", Param::Flag),
            ("groupSize", Param::Number),
            CAP,
            JOIN,
            MITER,
            DASH,
        ],
        SinkKind::Instances3d => &[BLEND, ("sizeMode", Param::Word(&["px", "world"]))],
        SinkKind::Group => &[BLEND, ("clipRule", Param::Word(RULE))],
    }
}

/// Parameters of a camera; `None` for a projection that nobody knows.
pub(super) fn camera(kind: &str) -> Option<Vec<Slot>> {
    let lens = match kind {
        "perspective" => "fov",
        "orthographic" => "orthoHeight",
        _ => return None,
    };
    Some(vec![
        may("position", Value(3)),
        may("target", Value(3)),
        may("up", Value(3)),
        may(lens, Value(1)),
        may("near", Value(1)),
        may("far", Value(1)),
    ])
}

/// Corners that an outline may be asked for.
pub(super) const CORNERS: std::ops::RangeInclusive<f64> = 3.0..=4096.0;

/// Parameters of a solid; `None` for a profile that nobody knows.
pub(super) fn mesh(kind: &str) -> Option<&'static [Slot]> {
    const DEPTH: Slot = may("depth", Fixed(f64::MIN_POSITIVE, f64::MAX, false));
    const CAPS: Slot = may("caps", Word(&["both", "front", "back", "none"]));
    const RADIUS: Slot = may("radius", Fixed(f64::MIN, f64::MAX, false));
    const ROUND: Slot = may("corners", Fixed(*CORNERS.start(), *CORNERS.end(), true));
    const INNER: Slot = may("inner", Fixed(f64::MIN, f64::MAX, false));
    const PATH: Slot = must("path", Outline);
    Some(match kind {
        "circle" | "ngon" => &[RADIUS, ROUND, DEPTH, CAPS],
        "star" => &[RADIUS, ROUND, INNER, DEPTH, CAPS],
        "path" => &[PATH, DEPTH, CAPS],
        _ => return None,
    })
}

/// Parameters of an effect; `None` for one that nobody knows.
pub(super) fn effect(kind: &str) -> Option<&'static [Slot]> {
    Some(match kind {
        "blur" => const { &[may("sigma", Value(1))] },
        "glow" => {
            const {
                &[
                    may("sigma", Value(1)),
                    may("gain", Value(1)),
                    may("tint", Value(4)),
                    may("mode", Word(&["add", "under"])),
                ]
            }
        }
        "grade" => {
            const {
                &[
                    may("exposure", Value(1)),
                    may("contrast", Value(1)),
                    may("saturation", Value(1)),
                    may("hue", Value(1)),
                    may("gamma", NumberOr(3)),
                ]
            }
        }
        _ => return None,
    })
}
