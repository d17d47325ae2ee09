//! What values came to. Fields are noted while the graph is walked and worked out at the end, all in
//! one pass over the elements, so that a long chain of fields is computed once and not once a value.

use super::{ELEMENTS, Explainer, FIRST, Origin, Seen};
use crate::ir::*;
use crate::vm::evaluate::Stores;
use crate::vm::field::Stats;
use crate::vm::field::lane::{self, Element};

/// Rows, times elements, that are worked out at most (as long as each field has its first few).
const BUDGET: usize = 1 << 20;

/// Where a value goes: a node, or a stage of it.
pub(super) type Slot = (usize, Option<usize>);

/// Fields whose values are wanted.
#[derive(Default)]
pub(super) struct Fields {
    values: Vec<Wanted>,
    /// Chains on fields: the field that applies it, and its first stage.
    chains: Vec<(FieldId, (usize, usize))>,
}

/// A field whose value is wanted.
struct Wanted {
    field: FieldId,
    /// Its elements; `None` = it is the same for all.
    of: Option<u32>,
    to: Slot,
    rows: Vec<Vec<f64>>,
}

impl Explainer<'_> {
    /// A value of this frame; that of a field is filled in later.
    pub(super) fn value(&mut self, value: ValueRef, to: Slot) -> Seen {
        let program = self.program();
        let tables = &program.tables;
        match value {
            ValueRef::Sig(id) => Seen::Lanes(self.stores.registers.get(id).to_vec()),
            ValueRef::Event(id) => Seen::Pulses(self.stores.events[id.index()].count()),
            ValueRef::Const(id) => {
                let row = &tables.constants.index[id.index()];
                let lanes = program.types[row.r#type.index()].domain.lanes().min(4);
                Seen::Lanes(crate::vm::sinks::constant(program, id)[..lanes].to_vec())
            }
            ValueRef::Time(time) => Seen::Lanes(vec![self.stores.time[time as usize]]),
            ValueRef::Rail(id) => match self.stores.rails.seen(id) {
                ([], pulses) => Seen::Pulses(pulses.count()),
                (lanes, _) => Seen::Lanes(lanes.to_vec()),
            },
            ValueRef::Bus(id) => match tables.graph.buses[id.index()].root {
                ValueRef::Bus(_) => Seen::Nothing,
                root => self.value(root, to),
            },
            ValueRef::Req(id) => {
                let request = &tables.materialize.requests[id.index()];
                self.fields
                    .want(program, request.field, Some(request.domain), to);
                Seen::Nothing
            }
            ValueRef::Field(id) => {
                let domain = tables.field.nodes[id.index()].dom;
                self.fields.want(program, id, domain, to);
                Seen::Nothing
            }
            _ => Seen::Nothing,
        }
    }
}

impl Fields {
    fn want(&mut self, program: &Program, field: FieldId, domain: Option<DomainId>, to: Slot) {
        let domains = &program.tables.graph.domains;
        self.values.push(Wanted {
            field,
            of: domain.map(|d| domains.get(d.index()).map_or(0, |d| d.count)),
            to,
            rows: Vec::new(),
        });
    }

    /// Every step of a chain that `field` applies is wanted, from the stage `first` of a node on.
    pub(super) fn chain(&mut self, field: FieldId, first: (usize, usize)) {
        self.chains.push((field, first));
    }

    /// Works everything out and puts it where it is wanted.
    pub(super) fn fill(mut self, program: &Program, stores: &Stores, nodes: &mut [Origin]) {
        let tables = &program.tables;
        let over = |field: FieldId| {
            let domain = tables.field.nodes[field.index()].dom;
            domain.map(|d| tables.graph.domains[d.index()].count)
        };
        // (field, first stage, rows by step)
        let mut steps = Vec::new();
        for &(field, first) in &self.chains {
            if let FieldExpr::Transform { src, chain, args } =
                &tables.field.nodes[field.index()].expr
            {
                let chain = &tables.transforms.chains[chain.index()];
                let rows: Vec<Vec<Vec<f64>>> = vec![Vec::new(); chain.steps.len()];
                steps.push((field, first, (*src, chain, args), rows));
            }
        }
        let roots = self.values.iter().map(|wanted| wanted.field);
        let reached = lane::reached(program, roots.chain(steps.iter().map(|step| step.0)));
        let most = (BUDGET / reached.rows().len().max(1)).clamp(FIRST, ELEMENTS as usize) as u32;
        let counts = self.values.iter().map(|wanted| wanted.of.unwrap_or(1));
        for index in 0..counts.max().unwrap_or(0).min(most) {
            let element = Element {
                program,
                registers: &stores.registers,
                histories: &stores.cells,
                index,
            };
            let rows = element.over(&reached);
            for wanted in &mut self.values {
                if index < wanted.of.unwrap_or(1) {
                    wanted.rows.extend(rows.get(&wanted.field).cloned());
                }
            }
            for (field, _, (src, chain, args), made) in &mut steps {
                if let Some(value) = rows.get(src)
                    && index < over(*field).unwrap_or(1)
                {
                    let each = &mut |k: usize, lanes: &[f64]| made[k].push(lanes.to_vec());
                    element.chain(chain, value.clone(), args, each);
                }
            }
        }
        for wanted in self.values {
            let (node, stage) = wanted.to;
            let seen = field(wanted.of, wanted.rows);
            match stage {
                Some(stage) => nodes[node].stages[stage].after = seen,
                None => nodes[node].value = seen,
            }
        }
        for (id, (node, first), _, made) in steps {
            let stages = nodes[node].stages[first..].iter_mut();
            for (stage, rows) in stages.zip(made) {
                stage.after = field(over(id), rows);
            }
        }
    }
}

fn field(of: Option<u32>, mut rows: Vec<Vec<f64>>) -> Seen {
    match of {
        _ if rows.is_empty() => Seen::Nothing,
        None => Seen::Same(rows.swap_remove(0)),
        Some(of) => {
            let lane = |lanes: &Vec<f64>| lanes.first().copied().unwrap_or(f64::NAN);
            let stats = Stats::of(rows.iter().map(lane));
            rows.truncate(FIRST);
            Seen::Field {
                first: rows,
                of,
                stats,
            }
        }
    }
}
