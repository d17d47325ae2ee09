//! Every index: in range of its table.
//!
//! One walk over the whole program calls a function for each index that a row holds; the files below
//! say which those are.

mod expressions;
mod frame;
mod graph;

use super::Findings;
use crate::diag::KEPT;
use crate::ir::*;

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    let mut bad: Vec<(&str, usize, String)> = Vec::new();
    visit(p, &mut |table, row, id| {
        let (name, index, len) = id.place(p);
        if index >= len && bad.len() < KEPT {
            let message = format!("there is no {name} {index}, the table has {len} rows");
            bad.push((table, row, message));
        }
    });
    for (table, row, message) in bad {
        f.add("ir-index", table, row, message);
    }
}

/// An index of any table.
enum AnyId {
    Type(TypeId),
    Str(StrId),
    Const(ConstId),
    Block(BlockId),
    Slot(SlotId),
    Bus(BusId),
    Pub(PubId),
    Lis(LisId),
    Domain(DomainId),
    Ext(ExtId),
    Def(DefId),
    Rail(RailId),
    Signal(SignalId),
    Event(EventId),
    Field(FieldId),
    Chain(ChainId),
    Use(UseId),
    Lens(LensId),
    Adapter(AdapterId),
    Curve(CurveId),
    State(StateId),
    Req(ReqId),
    Group(GroupId),
    Sink(SinkId),
    Camera(CameraId),
    Mesh(MeshId),
    Shape(ShapeId),
    Effect(EffectId),
    Step(StepId),
    /// A port of a block, which need not exist.
    Port(BlockId, Direction, u32),
    /// An input of a sink, which need not exist.
    Input(SinkId, u32),
}

impl AnyId {
    /// Table name, position, rows of the table.
    fn place(&self, p: &Program) -> (&'static str, usize, usize) {
        let t = &p.tables;
        match self {
            Self::Type(i) => ("type", i.index(), p.types.len()),
            Self::Str(i) => ("string", i.index(), t.strings.len()),
            Self::Const(i) => ("constant", i.index(), t.constants.index.len()),
            Self::Block(i) => ("block", i.index(), t.graph.blocks.len()),
            Self::Slot(i) => ("slot", i.index(), t.graph.slots.len()),
            Self::Bus(i) => ("bus", i.index(), t.graph.buses.len()),
            Self::Pub(i) => ("publisher", i.index(), t.graph.publishers.len()),
            Self::Lis(i) => ("listener", i.index(), t.graph.listeners.len()),
            Self::Domain(i) => ("domain", i.index(), t.graph.domains.len()),
            Self::Ext(i) => ("channel", i.index(), t.graph.externals.len()),
            Self::Def(i) => ("default", i.index(), t.graph.defaults.len()),
            Self::Rail(i) => ("rail", i.index(), t.rails.len()),
            Self::Signal(i) => ("signal", i.index(), t.sig.nodes.len()),
            Self::Event(i) => ("event", i.index(), t.event.nodes.len()),
            Self::Field(i) => ("field", i.index(), t.field.nodes.len()),
            Self::Chain(i) => ("chain", i.index(), t.transforms.chains.len()),
            Self::Use(i) => ("use", i.index(), t.transforms.uses.len()),
            Self::Lens(i) => ("lens", i.index(), t.transforms.lenses.len()),
            Self::Adapter(i) => ("adapter", i.index(), t.transforms.adapters.len()),
            Self::Curve(i) => ("curve", i.index(), t.transforms.curves.len()),
            Self::State(i) => ("cell", i.index(), t.state.cells.len()),
            Self::Req(i) => ("request", i.index(), t.materialize.requests.len()),
            Self::Group(i) => ("group", i.index(), t.materialize.groups.len()),
            Self::Sink(i) => ("sink", i.index(), t.render.sinks.len()),
            Self::Camera(i) => ("camera", i.index(), t.render.cameras.len()),
            Self::Mesh(i) => ("mesh", i.index(), t.render.meshes.len()),
            Self::Shape(i) => ("shape", i.index(), t.render.shapes.len()),
            Self::Effect(i) => ("effect", i.index(), t.render.effects.len()),
            Self::Step(i) => ("step", i.index(), p.schedule.steps.len()),
            Self::Port(block, dir, at) => {
                let row = t.graph.blocks.get(block.index());
                let ports = row.map(|row| match dir {
                    Direction::In => row.r#in.len(),
                    Direction::Out => row.out.len(),
                });
                ("port of the block", *at as usize, ports.unwrap_or(0))
            }
            Self::Input(sink, at) => {
                let row = t.render.sinks.get(sink.index());
                let inputs = row.map_or(0, |row| row.inputs.len());
                ("input of the sink", *at as usize, inputs)
            }
        }
    }
}

type Visit<'a> = dyn FnMut(&'static str, usize, AnyId) + 'a;

/// Calls `visit` with table, row and index, for every index that a program holds.
fn visit(p: &Program, visit: &mut Visit<'_>) {
    graph::graph(p, visit);
    expressions::expressions(p, visit);
    expressions::transforms(p, visit);
    expressions::state(p, visit);
    frame::rails(p, visit);
    frame::render(p, visit);
    frame::schedule(p, visit);
}

fn value_ref(visit: &mut Visit<'_>, table: &'static str, row: usize, value: ValueRef) {
    visit(
        table,
        row,
        match value {
            ValueRef::None | ValueRef::Time(_) | ValueRef::TimeEvent(_) | ValueRef::Frame => return,
            ValueRef::Sig(i) => AnyId::Signal(i),
            ValueRef::Field(i) => AnyId::Field(i),
            ValueRef::Const(i) | ValueRef::Path(i) => AnyId::Const(i),
            ValueRef::Bus(i) => AnyId::Bus(i),
            ValueRef::Event(i) => AnyId::Event(i),
            ValueRef::Domain(i) => AnyId::Domain(i),
            ValueRef::Rail(i) => AnyId::Rail(i),
            ValueRef::Sink(i) => AnyId::Sink(i),
            ValueRef::Camera(i) => AnyId::Camera(i),
            ValueRef::Req(i) => AnyId::Req(i),
        },
    );
}
