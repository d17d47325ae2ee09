//! Dense indices into the tables of a program, one type per table.
//!
//! An index says where a row is today; a *key* (a string in the pool) says which thing it is for
//! ever. Swaps, checkpoints and recordings match by key, never by index.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// Position in the table.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The index of the row at `position`; tables are limited to 2²⁴ rows, so it saturates
            /// only where validation refuses anyway.
            #[inline]
            pub const fn at(position: usize) -> Self {
                if position > u32::MAX as usize { Self(u32::MAX) } else { Self(position as u32) }
            }
        }
    )*};
}

ids! {
    /// Row of `types`.
    TypeId
    /// Row of the string pool.
    StrId
    /// Row of the constant index.
    ConstId
    /// Row of `graph.blocks`.
    BlockId
    /// Row of `graph.slots`.
    SlotId
    /// Row of `graph.buses`.
    BusId
    /// Row of `graph.publishers`.
    PubId
    /// Row of `graph.listeners`.
    LisId
    /// Row of `graph.domains`.
    DomainId
    /// Row of `graph.externals`.
    ExtId
    /// Row of `graph.defaults`.
    DefId
    /// Row of `rails`.
    RailId
    /// Row of `sig.nodes`.
    SignalId
    /// Row of `event.nodes`.
    EventId
    /// Row of `field.nodes`.
    FieldId
    /// Row of `transforms.chains`.
    ChainId
    /// Row of `transforms.uses`.
    UseId
    /// Row of `transforms.lenses`.
    LensId
    /// Row of `transforms.adapters`.
    AdapterId
    /// Row of `transforms.curves`.
    CurveId
    /// Row of `state.cells`.
    StateId
    /// Row of `materialize.requests`.
    ReqId
    /// Row of `materialize.groups`.
    GroupId
    /// Row of `render.sinks`.
    SinkId
    /// Row of `render.cameras`.
    CameraId
    /// Row of `render.meshes`.
    MeshId
    /// Path in the constant pool.
    PathId
    /// Row of `render.shapes`.
    ShapeId
    /// Row of `render.effects`.
    EffectId
    /// Row of `schedule.steps`.
    StepId
}
