//! What a frame depends on beyond its own time, and what kernels read: walks over the expressions that
//! the sinks can reach.

use crate::ir::operands;
use crate::ir::*;

/// What a frame depends on beyond its own time, from what the sinks can reach.
pub fn memory(program: &Program) -> Memory {
    let mut memory = Memory::None;
    let mut seen = Seen::new(program);
    let mut work: Vec<ValueRef> = Vec::new();
    for sink in &program.tables.render.sinks {
        operands::of_sink(program, sink, &mut |r| work.push(r));
    }
    let tables = &program.tables;
    while let Some(value) = work.pop() {
        if !seen.first(value) {
            continue;
        }
        let mut push = |r| work.push(r);
        match value {
            ValueRef::Sig(id) => {
                let Some(node) = tables.sig.nodes.get(id.index()) else {
                    continue;
                };
                match node.expr {
                    SignalExpr::StateOut(_) | SignalExpr::StatePrev(_) => return Memory::State,
                    SignalExpr::Time(TimeValue::DtMs) => memory = memory.max(Memory::Previous),
                    _ => {}
                }
                operands::of_signal(program, &node.expr, &mut push);
            }
            ValueRef::Event(id) => {
                let Some(node) = tables.event.nodes.get(id.index()) else {
                    continue;
                };
                match node.expr {
                    EventExpr::StateEvents(_) => return Memory::State,
                    EventExpr::Empty | EventExpr::Gate { .. } | EventExpr::Combine { .. } => {}
                    _ => memory = memory.max(Memory::Previous),
                }
                operands::of_event(program, &node.expr, &mut push);
            }
            ValueRef::Field(id) => {
                let Some(node) = tables.field.nodes.get(id.index()) else {
                    continue;
                };
                if matches!(node.expr, FieldExpr::History(_)) {
                    return Memory::State;
                }
                operands::of_field(&node.expr, &mut push);
            }
            ValueRef::Req(id) => {
                let Some(request) = tables.materialize.requests.get(id.index()) else {
                    continue;
                };
                push(ValueRef::Field(request.field));
            }
            ValueRef::Camera(id) => {
                let params = tables.render.cameras.get(id.index());
                for param in params.map(|c| c.params.as_slice()).unwrap_or_default() {
                    operands::of_input(program, param.from, &mut push);
                }
            }
            ValueRef::Rail(id) => memory = memory.max(rail_memory(program, id)),
            _ => {}
        }
    }
    memory
}

/// What any value of a frame may depend on beyond its own time, also one that nothing drawn reads: for
/// who looks at values, not pictures. Never less than [`memory`].
pub fn memory_of_all(program: &Program) -> Memory {
    if !program.tables.state.cells.is_empty() {
        return Memory::State;
    }
    let rails = 0..program.tables.rails.len();
    let rails = rails.map(|i| rail_memory(program, RailId::at(i)));
    // Events and `dtMs` need the sample before.
    rails.fold(memory(program).max(Memory::Previous), Ord::max)
}

/// What reading a rail depends on.
fn rail_memory(program: &Program, id: RailId) -> Memory {
    let Some(rail) = program.tables.rails.get(id.index()) else {
        return Memory::None;
    };
    let driven = |p: &Param| matches!(p, Param::Drive { .. });
    let source_driven =
        |id: RailId| match program.tables.rails.get(id.index()).map(|r| &r.generator) {
            Some(Generator::Cycle {
                period_ms, offset, ..
            }) => driven(period_ms) || driven(offset),
            _ => false,
        };
    let (driven, pulses) = match &rail.generator {
        Generator::Cycle {
            period_ms, offset, ..
        } => (driven(period_ms) || driven(offset), false),
        Generator::Division { of, .. } => (source_driven(*of), true),
        Generator::Energy {
            source, min, max, ..
        } => (driven(min) || driven(max) || source_driven(*source), false),
        Generator::Palette { source, .. } => (source_driven(*source), false),
    };
    match (rail.drive, rail.read) {
        _ if driven => Memory::State,
        (Drive::Patched | Drive::Mixed, _) => Memory::State,
        (Drive::Internal, RailRead::InternalNow) if !pulses => Memory::None,
        (Drive::Internal, _) => Memory::Previous,
    }
}

/// Signals that the kernel of these requests reads, ascending.
pub fn uniforms(program: &Program, requests: &[ReqId]) -> Vec<SignalId> {
    walk(
        program,
        fields_of(program, requests),
        &mut Seen::new(program),
    )
}

/// Signals that these fields read, ascending.
pub fn uniforms_of(program: &Program, fields: impl IntoIterator<Item = FieldId>) -> Vec<SignalId> {
    walk(program, fields, &mut Seen::new(program))
}

fn fields_of(program: &Program, requests: &[ReqId]) -> impl Iterator<Item = FieldId> {
    let rows = &program.tables.materialize.requests;
    let rows = requests.iter().filter_map(|r| rows.get(r.index()));
    rows.map(|r| r.field)
}

/// Signals that the kernel of each group reads, ascending.
pub fn group_uniforms(program: &Program) -> Vec<Vec<SignalId>> {
    let mut seen = Seen::new(program);
    let groups = program.tables.materialize.groups.iter();
    groups
        .map(|group| {
            seen.forget();
            walk(program, fields_of(program, &group.reqs), &mut seen)
        })
        .collect()
}

fn walk(
    program: &Program,
    fields: impl IntoIterator<Item = FieldId>,
    seen: &mut Seen,
) -> Vec<SignalId> {
    let tables = &program.tables;
    let mut uniforms = Vec::new();
    let mut work: Vec<ValueRef> = fields.into_iter().map(ValueRef::Field).collect();
    while let Some(value) = work.pop() {
        if !seen.first(value) {
            continue;
        }
        match value {
            ValueRef::Sig(id) => uniforms.push(id),
            ValueRef::Field(id) => {
                if let Some(node) = tables.field.nodes.get(id.index()) {
                    operands::of_field(&node.expr, &mut |r| work.push(r));
                }
            }
            _ => {}
        }
    }
    uniforms.sort_unstable();
    uniforms
}

/// Parameters of a rail generator.
pub fn params_of(generator: &Generator) -> Vec<&Param> {
    match generator {
        Generator::Cycle {
            period_ms, offset, ..
        } => vec![period_ms, offset],
        Generator::Energy { min, max, .. } => vec![min, max],
        Generator::Division { .. } | Generator::Palette { .. } => Vec::new(),
    }
}

/// Which rows a walk has met.
struct Seen {
    sig: Vec<u32>,
    event: Vec<u32>,
    field: Vec<u32>,
    walk: u32,
}

impl Seen {
    fn new(program: &Program) -> Self {
        let t = &program.tables;
        Self {
            sig: vec![0; t.sig.nodes.len()],
            event: vec![0; t.event.nodes.len()],
            field: vec![0; t.field.nodes.len()],
            walk: 1,
        }
    }

    /// Begins another walk.
    fn forget(&mut self) {
        self.walk += 1;
    }

    /// Whether this is the first meeting (always true for what is no expression row).
    fn first(&mut self, value: ValueRef) -> bool {
        let entry = match value {
            ValueRef::Sig(id) => self.sig.get_mut(id.index()),
            ValueRef::Event(id) => self.event.get_mut(id.index()),
            ValueRef::Field(id) => self.field.get_mut(id.index()),
            _ => return true,
        };
        entry.is_some_and(|seen| std::mem::replace(seen, self.walk) != self.walk)
    }
}
