//! Types: worlds and domains that go together, and what a value has by where it lives.

use super::Findings;
use crate::ir::text::word;
use crate::ir::*;
use crate::types::{Domain, Type, World};
use std::collections::HashSet;

const TABLE: &str = "/types";

pub(super) fn check(f: &mut Findings<'_>) {
    let mut seen = HashSet::new();
    for (i, desc) in f.program.types.iter().enumerate() {
        if !exists(desc.ty()) {
            let world = word(&desc.world);
            let message = format!("a {} has no world `{world}`", desc.domain.name());
            f.add("ir-type", TABLE, i, message);
        }
        if !seen.insert(desc) {
            f.add("ir-duplicate-key", TABLE, i, "the type is there twice");
        }
    }
}

/// Whether values of a domain exist in a world.
fn exists(ty: Type) -> bool {
    let values = [World::Scalar, World::Signal, World::Field];
    match ty.domain {
        Domain::Bounds | Domain::Mat4 => matches!(ty.world, World::Scalar | World::Signal),
        Domain::Trigger => ty.world == World::Event,
        // A bus may carry a text, which is the same in every frame.
        Domain::String => matches!(ty.world, World::Scalar | World::Signal),
        Domain::Path => matches!(ty.world, World::Scalar | World::Field),
        domain if domain.lanes() > 0 => values.contains(&ty.world),
        _ => ty.world == World::Special,
    }
}

/// The type of a value by where it lives; `None` for no value.
pub(super) fn of_value(p: &Program, value: ValueRef) -> Option<Type> {
    let t = &p.tables;
    let ty = |id: TypeId| p.types[id.index()].ty();
    Some(match value {
        ValueRef::None => return None,
        ValueRef::Sig(s) => ty(t.sig.nodes[s.index()].r#type),
        ValueRef::Field(x) => ty(t.field.nodes[x.index()].r#type),
        ValueRef::Const(c) | ValueRef::Path(c) => ty(t.constants.index[c.index()].r#type),
        ValueRef::Bus(b) => ty(t.graph.buses[b.index()].r#type),
        ValueRef::Event(_) | ValueRef::TimeEvent(_) => Type::TRIGGER,
        ValueRef::Domain(_) => Type::new(World::Special, Domain::Domain),
        ValueRef::Rail(r) => ty(t.rails[r.index()].r#type),
        ValueRef::Sink(_) | ValueRef::Frame => Type::new(World::Special, Domain::RenderTree),
        ValueRef::Camera(_) => Type::new(World::Special, Domain::Camera),
        ValueRef::Req(r) => {
            let field = t.materialize.requests[r.index()].field;
            ty(t.field.nodes[field.index()].r#type)
        }
        ValueRef::Time(_) => Type::signal(Domain::Number),
    })
}

/// Whether a value may stand where `wanted` is expected: the same shape, in a world that changes no
/// more often.
pub(super) fn stands_in(value: Type, wanted: Type) -> bool {
    let worlds: &[World] = match wanted.world {
        World::Field => &[World::Scalar, World::Signal, World::Field],
        World::Signal => &[World::Scalar, World::Signal],
        World::Scalar => &[World::Scalar],
        World::Event => &[World::Event],
        World::Special => &[World::Special],
    };
    worlds.contains(&value.world) && same_shape(value.domain, wanted.domain)
}

/// Whether values of two domains are stored alike: as many numbers, or the same thing.
pub(super) fn same_shape(a: Domain, b: Domain) -> bool {
    if a.lanes() > 0 {
        a.lanes() == b.lanes()
    } else {
        a == b
    }
}

/// Whether a constant is one value of a domain.
pub(super) fn is_constant(p: &Program, id: ConstId, domain: Domain) -> bool {
    let row = &p.tables.constants.index[id.index()];
    let own = p.types[row.r#type.index()].domain;
    let count = domain.lanes().max(1);
    row.len as usize == count && same_shape(own, domain)
}
