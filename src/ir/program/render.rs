//! What is drawn, and which columns that takes: the materialisation plan and the sinks.

use crate::ir::ids::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is turned into buffers, and why.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Materialize {
    /// Sink, then input order.
    pub requests: Vec<Request>,
    /// Requests that run as one kernel.
    pub groups: Vec<Group>,
}

/// One column that somebody needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// `sink.input`.
    pub key: StrId,
    /// Which field (narrow).
    pub field: FieldId,
    /// Over which elements.
    pub domain: DomainId,
    /// How it is packed.
    pub format: Format,
    /// Who needs it.
    pub consumer: Consumer,
    /// When.
    pub policy: RequestPolicy,
    /// Its address.
    pub out: SlotId,
}

/// Who needs a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Consumer {
    /// An input of a sink.
    Sink {
        /// The sink.
        sink: SinkId,
        /// Position in its inputs.
        input: u32,
    },
    /// A reduction.
    Reduce(SignalId),
    /// Only probes.
    Probe(BlockId),
}

/// How a column is packed: element-major, little-endian, no padding.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// A number.
    F32,
    /// Two.
    F32x2,
    /// Three.
    F32x3,
    /// Four.
    F32x4,
    /// A quantised, premultiplied colour.
    U8x4,
    /// Saturating, round half up.
    U16,
    /// Saturating, round half up.
    U32,
    /// A path per element.
    Path,
}

impl Format {
    /// Bytes per element (4 for a path index).
    pub const fn bytes(self) -> u32 {
        match self {
            Self::U16 => 2,
            Self::F32 | Self::U8x4 | Self::U32 | Self::Path => 4,
            Self::F32x2 => 8,
            Self::F32x3 => 12,
            Self::F32x4 => 16,
        }
    }

    /// Lanes that the field must have.
    pub const fn lanes(self) -> usize {
        match self {
            Self::F32 | Self::U16 | Self::U32 => 1,
            Self::F32x2 => 2,
            Self::F32x3 => 3,
            Self::F32x4 | Self::U8x4 => 4,
            Self::Path => 0,
        }
    }
}

/// When a request runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RequestPolicy {
    /// A drawn sink needs it.
    PerFrame,
    /// Only probes and exports ask.
    OnDemand,
}

/// Requests over one domain that run as one kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Over which elements.
    pub domain: DomainId,
    /// Its requests, ascending.
    pub reqs: Vec<ReqId>,
    /// Signals the kernel reads, ascending.
    pub uniforms: Vec<SignalId>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Render {
    /// By block.
    pub sinks: Vec<Sink>,
    /// Those without a parent, in document order.
    pub root: Vec<SinkId>,
    /// Viewpoints.
    pub cameras: Vec<ParamRow>,
    /// Solids.
    pub meshes: Vec<ParamRow>,
    /// Outlines of instances.
    pub shapes: Vec<ShapeRow>,
    /// Effects of postfx sinks.
    pub effects: Vec<ParamRow>,
}

/// Something that draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sink {
    /// What it draws.
    pub kind: SinkKind,
    /// Block id.
    pub key: StrId,
    /// Over which elements.
    pub domain: Option<DomainId>,
    /// Named inputs.
    pub inputs: Vec<SinkInput>,
    /// Static parameters (json).
    pub params: Option<ConstId>,
    /// Order among siblings.
    pub z: InputRef,
    /// The sink it draws into.
    pub parent: Option<SinkId>,
    /// Number of the parent's input, 0 without one.
    pub at: u32,
}

/// Sink kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SinkKind {
    /// color.
    Clear,
    /// pos, size, color; rotation, shape, strokeWidth, strokeColor, sortKey.
    Instances2d,
    /// path; fillColor, strokeColor, strokeWidth, pos, rotation, scale.
    Paths2d,
    /// pos, width, color.
    Strokes2d,
    /// pos, size, color, camera.
    Instances3d,
    /// mesh, pos, color, camera; rotation, scale, light.
    Meshes3d,
    /// children; transform, opacity, clip.
    Group,
    /// children, effect.
    Postfx,
}

/// A named input of a sink.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SinkInput {
    /// Such as `pos`.
    pub name: StrId,
    /// Where it comes from.
    pub from: InputRef,
}

/// Where a sink or table row reads a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum InputRef {
    /// A column.
    Req(ReqId),
    /// A signal.
    Sig(SignalId),
    /// A constant.
    Const(ConstId),
    /// A camera.
    Camera(CameraId),
    /// A mesh.
    Mesh(MeshId),
    /// A shape.
    Shape(ShapeId),
    /// An effect.
    Effect(EffectId),
}

/// A parameter list (camera, mesh, effect).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParamRow {
    /// `block/port`.
    pub key: StrId,
    /// Kind word, such as `perspective` or `glow`.
    pub kind: StrId,
    /// Named parameters.
    pub params: Vec<SinkInput>,
}

/// An outline of instances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ShapeRow {
    /// Radius 1.
    Circle,
    /// Corners (±1, ±1).
    Square,
    /// Corners at −90°, 30°, 150°.
    Triangle,
    /// 2·points corners.
    Star {
        /// ≥ 3.
        points: u32,
        /// Inner radius; clamped to 0.05…0.95 when used.
        inner: InputRef,
    },
    /// Two circles.
    Ring {
        /// Inner radius; clamped to 0.05…0.95 when used.
        inner: InputRef,
    },
    /// A path constant.
    Path(ConstId),
}
