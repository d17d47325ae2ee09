//! Which steps there are, and which nodes each runs.

use crate::compile::assemble::{Draft, StepUnit};
use crate::compile::edges;
use crate::ir::*;
/// The unit that computes a row, and its stage there.
type Owner = (usize, usize);

/// Which rows something needs: a port, a bus, a cell, a sink, a rail.
pub(super) struct Kept {
    /// Per signal.
    pub sig: Vec<bool>,
    /// Per event.
    pub event: Vec<bool>,
    /// Per field.
    pub field: Vec<bool>,
}

impl Kept {
    fn none(tables: &Tables) -> Self {
        Self {
            sig: vec![false; tables.sig.nodes.len()],
            event: vec![false; tables.event.nodes.len()],
            field: vec![false; tables.field.nodes.len()],
        }
    }

    /// Whether a row is needed; anything that is no expression is.
    pub(super) fn has(&self, value: ValueRef) -> bool {
        match value {
            ValueRef::Sig(id) => self.sig[id.index()],
            ValueRef::Event(id) => self.event[id.index()],
            ValueRef::Field(id) => self.field[id.index()],
            _ => true,
        }
    }

    fn add(&mut self, value: ValueRef) -> bool {
        let entry = match value {
            ValueRef::Sig(id) => &mut self.sig[id.index()],
            ValueRef::Event(id) => &mut self.event[id.index()],
            ValueRef::Field(id) => &mut self.field[id.index()],
            _ => return false,
        };
        !std::mem::replace(entry, true)
    }
}

/// Everything that the tables point at, in a fixed order.
pub(in crate::compile) fn roots(program: &Program, visit: &mut impl FnMut(ValueRef)) {
    let t = &program.tables;
    for slot in &t.graph.slots {
        visit(slot.r#ref);
    }
    for row in &t.transforms.uses {
        visit(row.at);
    }
    for domain in &t.graph.domains {
        domain
            .attrs
            .iter()
            .for_each(|attr| visit(ValueRef::Field(attr.field)));
    }
    for cell in 0..t.state.cells.len() {
        edges::of_cell(t, StateId::at(cell), visit);
    }
    for request in &t.materialize.requests {
        visit(ValueRef::Field(request.field));
        if let Consumer::Reduce(sig) = request.consumer {
            visit(ValueRef::Sig(sig));
        }
    }
    for sink in &t.render.sinks {
        operands::of_sink(program, sink, visit);
    }
    let rows = t
        .render
        .cameras
        .iter()
        .chain(&t.render.meshes)
        .chain(&t.render.effects);
    for param in rows.flat_map(|row| &row.params) {
        operands::of_input(program, param.from, visit);
    }
    for rail in &t.rails {
        for param in derive::params_of(&rail.generator) {
            if let Param::Drive { sig, .. } = param {
                visit(ValueRef::Sig(*sig));
            }
        }
    }
}

pub(super) fn kept(program: &Program) -> Kept {
    let t = &program.tables;
    let mut kept = Kept::none(t);
    let mut work = Vec::new();
    roots(program, &mut |root| {
        work.push(root);
        while let Some(value) = work.pop() {
            if kept.add(value) {
                edges::operands(t, value, &mut |operand| work.push(operand));
            }
        }
    });
    kept
}

/// Per owner, ascending: the computed nodes that it runs, operands first.
pub(super) fn runs(draft: &Draft, kept: &Kept) -> Vec<(Owner, Vec<ValueRef>)> {
    let tables = &draft.program.tables;
    let owner = |value: ValueRef| match value {
        ValueRef::Sig(id) => draft.marks.sig_owner[id.index()],
        ValueRef::Event(id) => draft.marks.event_owner[id.index()],
        _ => (usize::MAX, 0),
    };
    let needed = |value: &ValueRef| kept.has(*value) && edges::is_computed(tables, *value);
    let all = (0..tables.sig.nodes.len())
        .map(|i| ValueRef::Sig(SignalId::at(i)))
        .chain((0..tables.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i))));
    let mut members: Vec<(Owner, ValueRef)> = all
        .filter(needed)
        .map(|value| (owner(value), value))
        .collect();
    members.sort_by_key(|(owner, _)| *owner);
    let mut done = Kept::none(tables);
    let mut runs = Vec::new();
    let mut work = Vec::new();
    for members in members.chunk_by(|a, b| a.0 == b.0) {
        let own = members[0].0;
        let mut run = Vec::with_capacity(members.len());
        for (_, root) in members {
            work.push((*root, false));
            while let Some((value, operands_done)) = work.pop() {
                if operands_done {
                    run.push(value);
                    continue;
                }
                if owner(value) != own || !needed(&value) || !done.add(value) {
                    continue;
                }
                work.push((value, true));
                let first = work.len();
                edges::operands(tables, value, &mut |operand| work.push((operand, false)));
                work[first..].reverse();
            }
        }
        runs.push((own, run));
    }
    runs
}

/// Makes the steps, in any order.
pub(super) fn steps(draft: &mut Draft, runs: Vec<(Owner, Vec<ValueRef>)>) {
    let mut made: Vec<(StepKind, Vec<ValueRef>)> = vec![
        (StepKind::ExternalSample, Vec::new()),
        (StepKind::TimeDerive, Vec::new()),
        (StepKind::TimeConsole, Vec::new()),
    ];
    let t = &draft.program.tables;
    let mut buses: Vec<Vec<ValueRef>> = vec![Vec::new(); t.graph.buses.len()];
    for ((unit, stage), run) in runs {
        let reduce = run.iter().find_map(|value| match value {
            ValueRef::Sig(id) if stage > 0 => {
                let node = &t.sig.nodes[id.index()];
                matches!(node.expr, SignalExpr::Reduce { .. }).then_some(*id)
            }
            _ => None,
        });
        match (reduce, draft.units.get(unit)) {
            (Some(sig), _) => made.push((StepKind::Reduce { sig }, run)),
            (None, Some(StepUnit::Block(block))) => {
                made.push((StepKind::NodeEval { block: *block }, run));
            }
            (None, Some(StepUnit::Bus(bus))) => buses[bus.index()].extend(run),
            (None, _) => {}
        }
    }
    for (i, run) in buses.into_iter().enumerate() {
        made.push((StepKind::BusEval { bus: BusId::at(i) }, run));
    }
    let rails = (0..t.rails.len()).map(|i| StepKind::RailResolve {
        rail: RailId::at(i),
    });
    let groups = 0..t.materialize.groups.len();
    let groups = groups.map(|i| StepKind::Materialize {
        group: GroupId::at(i),
    });
    let cameras = 0..t.render.cameras.len();
    let cameras = cameras.map(|i| StepKind::CameraEval {
        camera: CameraId::at(i),
    });
    let meshes = (0..t.render.meshes.len()).map(|i| StepKind::MeshBuild {
        mesh: MeshId::at(i),
    });
    let sinks = (0..t.render.sinks.len()).map(|i| StepKind::SinkEval {
        sink: SinkId::at(i),
    });
    let rest = rails
        .chain([StepKind::StateCommit])
        .chain(groups)
        .chain(cameras);
    let rest = rest
        .chain(meshes)
        .chain(sinks)
        .chain([StepKind::RenderAssemble]);
    made.extend(rest.map(|kind| (kind, Vec::new())));
    // Equal texts become one when the pool is sorted.
    let texts: Vec<String> = {
        let keys = derive::StepKeys::new(&draft.program);
        made.iter().map(|(kind, _)| keys.of(*kind)).collect()
    };
    let first = draft.program.tables.strings.len();
    let keys: Vec<StrId> = (first..first + texts.len()).map(StrId::at).collect();
    draft.program.tables.strings.extend(texts);
    let steps = made.into_iter().zip(keys).map(|((kind, run), key)| Step {
        key,
        kind,
        phase: Phase::Render,
        run,
        reads: Vec::new(),
        writes: Vec::new(),
        deps: Vec::new(),
        // Known when the uniforms of the columns are.
        cache: Cache {
            policy: CachePolicy::PerFrame,
            uniforms: Vec::new(),
            epochs: Vec::new(),
        },
        demand: true,
    });
    draft.program.schedule.steps = steps.collect();
}
