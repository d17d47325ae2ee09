//! What kind of value flows where: world × domain.
//!
//! A *world* says how often a value exists (once, once a frame, once per element, as pulses), a
//! *domain* what it is (a number, a colour…). Domains fall into families; inside a family a value
//! passes unchanged.

mod ids;

pub use ids::Ids;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Largest width and height of a frame at scale 1, in px.
pub const MAX_SIDE: u32 = 16_384;

/// How often a value exists.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum World {
    /// Known at compile time.
    Scalar,
    /// One value per frame.
    Signal,
    /// One value per element of a domain.
    Field,
    /// Pulses in the interval of the frame.
    Event,
    /// A table row: a domain, a camera, something drawn.
    Special,
}

/// What a value is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Domain {
    /// A plain number.
    Number,
    /// A number meant to be in 0…1.
    Unit01,
    /// A number of milliseconds.
    TimeMs,
    /// A phase in turns, nominally 0 ≤ p < 1.
    Phase01,
    /// 0 or 1; true is > 0.5.
    Boolean,
    /// Two numbers.
    Vec2,
    /// Three numbers.
    Vec3,
    /// Four numbers.
    Vec4,
    /// A rotation x, y, z, w.
    Quat,
    /// r, g, b, a: straight alpha, sRGB-encoded, unclamped.
    Color,
    /// minX, minY, maxX, maxY.
    Bounds,
    /// Sixteen numbers, column-major.
    Mat4,
    /// A pulse.
    Trigger,
    /// A text; constants only.
    String,
    /// An outline.
    Path,
    /// How a stroke looks.
    StrokeStyle,
    /// An effect.
    FilterDef,
    /// A solid.
    Mesh,
    /// A viewpoint.
    Camera,
    /// Element identity and count.
    Domain,
    /// Something drawn.
    RenderTree,
    /// A stream of drawing commands.
    RenderCmds,
}

/// Domains between which a value passes unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// number, unit01, timeMs.
    Number,
    /// phase01.
    Phase,
    /// boolean.
    Boolean,
    /// vec2.
    Vec2,
    /// vec3.
    Vec3,
    /// color.
    Color,
    /// trigger.
    Trigger,
    /// string.
    String,
    /// path.
    Path,
    /// domain.
    Domain,
    /// renderTree, renderCmds.
    Render,
    /// camera.
    Camera,
    /// Only inside programs: vec4, quat, bounds, mat4, mesh…
    Internal,
}

impl Domain {
    /// Numbers per value; 0 for what is not made of numbers.
    pub const fn lanes(self) -> usize {
        match self {
            Self::Number | Self::Unit01 | Self::TimeMs | Self::Phase01 | Self::Boolean => 1,
            Self::Vec2 => 2,
            Self::Vec3 => 3,
            Self::Vec4 | Self::Quat | Self::Color | Self::Bounds => 4,
            Self::Mat4 => 16,
            _ => 0,
        }
    }

    /// The family the domain belongs to.
    pub const fn family(self) -> Family {
        match self {
            Self::Number | Self::Unit01 | Self::TimeMs => Family::Number,
            Self::Phase01 => Family::Phase,
            Self::Boolean => Family::Boolean,
            Self::Vec2 => Family::Vec2,
            Self::Vec3 => Family::Vec3,
            Self::Color => Family::Color,
            Self::Trigger => Family::Trigger,
            Self::String => Family::String,
            Self::Path => Family::Path,
            Self::Domain => Family::Domain,
            Self::RenderTree | Self::RenderCmds => Family::Render,
            Self::Camera => Family::Camera,
            _ => Family::Internal,
        }
    }

    /// The word used in patches and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Unit01 => "unit01",
            Self::TimeMs => "timeMs",
            Self::Phase01 => "phase",
            Self::Boolean => "boolean",
            Self::Vec2 => "vec2",
            Self::Vec3 => "vec3",
            Self::Vec4 => "vec4",
            Self::Quat => "quat",
            Self::Color => "color",
            Self::Bounds => "bounds",
            Self::Mat4 => "mat4",
            Self::Trigger => "trigger",
            Self::String => "string",
            Self::Path => "path",
            Self::StrokeStyle => "strokeStyle",
            Self::FilterDef => "filterDef",
            Self::Mesh => "mesh",
            Self::Camera => "camera",
            Self::Domain => "domain",
            Self::RenderTree => "renderTree",
            Self::RenderCmds => "renderCmds",
        }
    }
}

/// World and domain of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type {
    /// How often it exists.
    pub world: World,
    /// What it is.
    pub domain: Domain,
}

impl Type {
    /// A type from its two halves.
    pub const fn new(world: World, domain: Domain) -> Self {
        Self { world, domain }
    }

    /// A signal of `domain`.
    pub const fn signal(domain: Domain) -> Self {
        Self::new(World::Signal, domain)
    }

    /// A field of `domain`.
    pub const fn field(domain: Domain) -> Self {
        Self::new(World::Field, domain)
    }

    /// The pulse type.
    pub const TRIGGER: Self = Self::new(World::Event, Domain::Trigger);
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.domain.name();
        match self.world {
            World::Field => write!(f, "field {name}"),
            World::Scalar => write!(f, "constant {name}"),
            _ => f.write_str(name),
        }
    }
}

/// A type as it stands in a program, with words for people.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TypeDesc {
    /// How often it exists.
    pub world: World,
    /// What it is.
    pub domain: Domain,
    /// Such as `point` or `bpm`; no effect on values.
    #[serde(default)]
    pub semantics: Option<String>,
    /// Such as `px` or `deg`; no effect on values.
    #[serde(default)]
    pub unit: Option<String>,
}

impl TypeDesc {
    /// Without the words.
    pub fn ty(&self) -> Type {
        Type::new(self.world, self.domain)
    }
}

impl From<Type> for TypeDesc {
    fn from(ty: Type) -> Self {
        Self {
            world: ty.world,
            domain: ty.domain,
            semantics: None,
            unit: None,
        }
    }
}

/// One step of an implicit conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// number → phase: wrap, so 1 becomes 0.
    Wrap,
    /// Another name for the same number.
    Relabel,
    /// number → boolean: v > 0.5.
    Above,
    /// trigger → number: pulses of the frame.
    Count,
    /// trigger → boolean: any pulse.
    Fired,
    /// number, boolean → trigger: a pulse where v rises over 0.5. Keeps one state cell.
    Rise,
    /// scalar → signal.
    Hold,
    /// signal or scalar → field: the same for every element.
    Broadcast,
}

/// The implicit conversion from one type to another: domain first, then world. `None` where
/// there is none; then only an adapter helps.
pub fn implicit(from: Type, to: Type) -> Option<Vec<Conversion>> {
    let mut steps = Vec::new();
    let (a, b) = (from.domain.family(), to.domain.family());
    match (a, b) {
        _ if a == b => {
            if from.domain != to.domain {
                steps.push(Conversion::Relabel);
            }
        }
        (Family::Phase | Family::Boolean, Family::Number) => steps.push(Conversion::Relabel),
        (Family::Number, Family::Phase) => steps.push(Conversion::Wrap),
        (Family::Number, Family::Boolean) => steps.push(Conversion::Above),
        (Family::Trigger, Family::Number) => steps.push(Conversion::Count),
        (Family::Trigger, Family::Boolean) => steps.push(Conversion::Fired),
        (Family::Number | Family::Boolean, Family::Trigger) if from.world != World::Field => {
            steps.push(Conversion::Rise);
        }
        _ => return None,
    }
    let world = match (a, b) {
        (Family::Trigger, Family::Number | Family::Boolean) => World::Signal,
        (Family::Number | Family::Boolean, Family::Trigger) => World::Event,
        _ => from.world,
    };
    match (world, to.world) {
        (x, y) if x == y => {}
        (World::Scalar, World::Signal) => steps.push(Conversion::Hold),
        (World::Scalar | World::Signal, World::Field) => steps.push(Conversion::Broadcast),
        _ => return None,
    }
    Some(steps)
}
