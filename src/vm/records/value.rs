//! A value in a few numbers: as a record of its own, or as what a publisher brought to its bus.

use super::Teller;
use crate::ir::*;
use crate::types::Domain;
use crate::vm::field::Stats;
use crate::vm::field::lane::{self, Element};
use crate::vm::pulse::PulseList;
use crate::vm::trace::{Carried, Side, SpanKind, Subject, Tracer, ValueRecord, ValueTag, flags};
use std::collections::{BTreeMap, BTreeSet};

/// Elements of a field that are looked at for its numbers.
const ELEMENTS: u32 = 256;

/// Fields in a few numbers.
pub(super) type Fields = BTreeMap<FieldId, Carried>;

impl<T: Tracer> Teller<'_, T> {
    /// A value of this frame; one of a field must be among `fields`.
    pub(super) fn carried(&self, value: ValueRef, fields: &Fields) -> Carried {
        let (program, stores) = (self.program, self.stores);
        match value {
            ValueRef::Sig(id) => {
                let ty = program.tables.sig.nodes[id.index()].r#type;
                lanes(program.types[ty.index()].domain, stores.registers.get(id))
            }
            ValueRef::Const(id) => {
                let ty = program.tables.constants.index[id.index()].r#type;
                let domain = program.types[ty.index()].domain;
                let all = crate::vm::sinks::constant(program, id);
                lanes(domain, &all[..domain.lanes().min(4)])
            }
            ValueRef::Time(time) => lanes(Domain::Number, &[stores.time[time as usize]]),
            ValueRef::Event(id) => train(&stores.events[id.index()]),
            ValueRef::Rail(id) => {
                let ty = program.tables.rails[id.index()].r#type;
                match (program.types[ty.index()].domain, stores.rails.seen(id)) {
                    (Domain::Trigger, (_, pulses)) => train(pulses),
                    (domain, (values, _)) => lanes(domain, values),
                }
            }
            ValueRef::Field(id) => fields.get(&id).copied().unwrap_or(Carried::Nothing),
            ValueRef::Req(id) => {
                let field = program.tables.materialize.requests[id.index()].field;
                self.carried(ValueRef::Field(field), fields)
            }
            _ => Carried::Nothing,
        }
    }

    /// Fields worked out for their first elements, all in one pass.
    pub(super) fn fields(&self, wanted: &BTreeSet<FieldId>) -> Fields {
        let program = self.program;
        let tables = &program.tables;
        let reached = lane::reached(program, wanted.iter().copied());
        let over = |field: FieldId| {
            let domain = tables.field.nodes[field.index()].dom;
            domain.map(|d| tables.graph.domains[d.index()].count)
        };
        let most = wanted.iter().map(|&field| over(field).unwrap_or(1)).max();
        let mut rows: BTreeMap<FieldId, Vec<Vec<f64>>> = BTreeMap::new();
        for index in 0..most.unwrap_or(0).min(ELEMENTS) {
            let element = Element {
                program,
                registers: &self.stores.registers,
                histories: &self.stores.cells,
                index,
            };
            let values = element.over(&reached);
            for &field in wanted {
                let inside = index < over(field).unwrap_or(1);
                if let Some(value) = values.get(&field).filter(|_| inside) {
                    rows.entry(field).or_default().push(value.clone());
                }
            }
        }
        let carried = rows.into_iter().map(|(field, rows)| {
            let ty = tables.field.nodes[field.index()].r#type;
            let first = lanes(program.types[ty.index()].domain, &rows[0]);
            (field, column(first, over(field), &rows))
        });
        carried.collect()
    }

    /// Writes a value down, if there is one.
    pub(super) fn tell(&mut self, kind: SpanKind, subject: Subject, side: Side, value: Carried) {
        let (tag, lanes, more) = match value {
            Carried::Nothing => return,
            Carried::Lanes { tag, lanes: l } => (tag, [l[0], l[1], l[2], l[3], 0.0, 0.0], 0),
            Carried::Pulses {
                count,
                t_ms,
                value,
                folded,
            } => {
                let folded = if folded { flags::FOLDED } else { 0 };
                (
                    ValueTag::Pulses,
                    [count as f64, t_ms, value, 0.0, 0.0, 0.0],
                    folded,
                )
            }
            Carried::Field {
                of,
                min,
                max,
                mean,
                nan,
                ..
            } => {
                let lanes = [f64::from(of), min, max, mean, f64::from(nan), 0.0];
                let nan = if nan > 0 { flags::NAN } else { 0 };
                (ValueTag::ColumnStats, lanes, nan)
            }
        };
        self.tracer.value(ValueRecord {
            kind,
            subject,
            side,
            tag,
            lanes,
            hash: 0,
            flags: more | not_finite(&lanes[..tag.lanes().len()]),
        });
    }
}

fn lanes(domain: Domain, values: &[f64]) -> Carried {
    let mut lanes = [0.0; 4];
    for (lane, value) in lanes.iter_mut().zip(values) {
        *lane = *value;
    }
    Carried::Lanes {
        tag: tag(domain),
        lanes,
    }
}

fn train(list: &PulseList) -> Carried {
    let last = list.kept().last();
    Carried::Pulses {
        count: list.count(),
        t_ms: last.map_or(0.0, |p| p.t_ms),
        value: last.map_or(0.0, |p| p.value),
        folded: list.folded() > 0,
    }
}

/// A field by its first elements; one that is the same for all is a value like any other.
fn column(first: Carried, of: Option<u32>, rows: &[Vec<f64>]) -> Carried {
    let (Some(of), Carried::Lanes { tag, lanes }) = (of, first) else {
        return first;
    };
    let lane = |row: &Vec<f64>| row.first().copied().unwrap_or(f64::NAN);
    let Stats {
        count,
        min,
        max,
        mean,
        nan,
        ..
    } = Stats::of(rows.iter().map(lane));
    Carried::Field {
        tag,
        first: lanes,
        of,
        seen: count as u32,
        min,
        max,
        mean,
        nan: nan as u32,
    }
}

fn not_finite(values: &[f64]) -> u16 {
    let nan = values.iter().any(|v| v.is_nan());
    let inf = values.iter().any(|v| v.is_infinite());
    (if nan { flags::NAN } else { 0 }) | if inf { flags::INF } else { 0 }
}

pub(super) fn record(
    kind: SpanKind,
    subject: Subject,
    side: Side,
    domain: Domain,
    values: &[f64],
) -> ValueRecord {
    let mut lanes = [0.0; 6];
    for (lane, value) in lanes.iter_mut().zip(values) {
        *lane = *value;
    }
    ValueRecord {
        kind,
        subject,
        side,
        tag: tag(domain),
        lanes,
        hash: 0,
        flags: not_finite(values),
    }
}

pub(super) fn pulses(
    kind: SpanKind,
    subject: Subject,
    side: Side,
    list: &PulseList,
) -> ValueRecord {
    let last = list.kept().last();
    let numbers = [
        list.count() as f64,
        last.map_or(0.0, |p| p.t_ms),
        last.map_or(0.0, |p| p.value),
    ];
    let folded = if list.folded() > 0 { flags::FOLDED } else { 0 };
    ValueRecord {
        tag: ValueTag::Pulses,
        flags: folded,
        ..record(kind, subject, side, Domain::Vec3, &numbers)
    }
}

fn tag(domain: Domain) -> ValueTag {
    match domain {
        Domain::Boolean => ValueTag::Boolean,
        Domain::Color => ValueTag::Color,
        domain => match domain.lanes() {
            1 => ValueTag::Number,
            2 => ValueTag::Vec2,
            3 => ValueTag::Vec3,
            _ => ValueTag::Vec4,
        },
    }
}
