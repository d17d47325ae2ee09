//! Sinks: what is drawn, resolved once from the program's tables.
//!
//! In: the sink rows. Out: a [`Plan`] each, with every input found by name, so that a frame looks
//! nothing up. Read next: `elements`, `instances`, `paths`, `strokes` and `layers`, which turn plans into passes, and `assemble`,
//! which nests and orders them.

use super::elements::Elements;
use super::field::{Buffer, FieldStore};
use super::frame::EngineError;
use super::health::Fault;
use super::instances;
use super::layers;
use super::mesh;
use super::paths;
use super::project;
use super::registers::Registers;
use super::strokes;
use crate::ir::{
    ConstId, DomainId, InputRef, Pool, Program, ReqId, SignalId, Sink, SinkInput, SinkKind,
};
use crate::render_tree::{Blend, Cap, Column, Ids, Join, StrokeStyle};
use std::sync::Arc;

/// Where a value of a sink comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Source {
    /// A column.
    Req(ReqId),
    /// The same for every element.
    Sig(SignalId),
    /// The same in every frame.
    Const([f64; 4]),
}

/// A sink, ready to draw.
#[derive(Debug)]
pub(super) struct Plan {
    /// Block id.
    pub(super) key: Arc<str>,
    pub(super) z: Source,
    pub(super) at: u32,
    pub(super) kind: Kind,
    /// Sinks drawn into this one.
    pub(super) children: Vec<usize>,
}

/// What a sink draws.
#[derive(Debug)]
pub(super) enum Kind {
    Clear(Source),
    Instances(Box<instances::Plan>),
    Paths(Box<paths::Plan>),
    Strokes(Box<strokes::Plan>),
    Discs(Box<project::Discs>),
    Solids(Box<mesh::Solids>),
    Group(Box<layers::Group>),
    PostFx(layers::Effect),
}

impl Kind {
    /// What is drawn one after the other, if this is a sink of such.
    pub(super) fn elements(&self) -> Option<&Elements> {
        match self {
            Self::Instances(plan) => Some(plan.elements()),
            Self::Paths(plan) => Some(plan.elements()),
            Self::Strokes(plan) => Some(plan.elements()),
            Self::Discs(discs) => Some(discs.elements()),
            Self::Solids(solids) => Some(solids.elements()),
            Self::Clear(_) | Self::Group(_) | Self::PostFx(_) => None,
        }
    }

    /// The elements of the sink and the input that a fault is about.
    pub(super) fn behind(&self, fault: Fault) -> Option<(DomainId, Source)> {
        let elements = self.elements()?;
        Some((elements.domain, elements.source(fault)))
    }
}

/// The inputs of a row by name.
pub(super) struct Named<'a> {
    pub(super) program: &'a Program,
    pub(super) rows: &'a [SinkInput],
    /// Static parameters.
    pub(super) params: serde_json::Value,
}

impl<'a> Named<'a> {
    pub(super) fn new(
        program: &'a Program,
        rows: &'a [SinkInput],
        params: Option<ConstId>,
    ) -> Self {
        let text = params.and_then(|c| program.tables.constants.json_text(c));
        let params = text.and_then(|t| serde_json::from_str(t).ok());
        Self {
            program,
            rows,
            params: params.unwrap_or_default(),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<InputRef> {
        let strings = &self.program.tables.strings;
        let row = self.rows.iter().find(|i| strings[i.name.index()] == name);
        row.map(|i| i.from)
    }

    /// A value, `missing` where there is none.
    pub(super) fn source(&self, name: &str, missing: [f64; 4]) -> Source {
        match self.get(name) {
            Some(InputRef::Req(req)) => Source::Req(req),
            Some(InputRef::Sig(sig)) => Source::Sig(sig),
            Some(InputRef::Const(c)) => Source::Const(constant(self.program, c)),
            _ => Source::Const(missing),
        }
    }

    /// A word: a text constant among the inputs, or a static parameter.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        if let Some(InputRef::Const(c)) = self.get(name)
            && let Some(text) = self.program.tables.constants.json_text(c)
        {
            return serde_json::from_str(text).ok();
        }
        let word = self.params.get(name)?.as_str()?;
        Some(word.to_owned())
    }

    /// A static parameter that is a number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.params.get(name)?.as_f64()
    }

    /// A static parameter that is true.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.params.get(name).and_then(|v| v.as_bool()) == Some(true)
    }

    /// Caps, joins and dashes; a pattern that no line can have is solid.
    pub(super) fn style(&self) -> StrokeStyle {
        let number = |v: &serde_json::Value| v.as_f64().map(|v| v as f32);
        let list = self.params.get("dash").and_then(|v| v.as_array());
        let dash: Option<Vec<f32>> = list.and_then(|list| list.iter().map(number).collect());
        let possible = |v: &f32| v.is_finite() && *v >= 0.0;
        let dash = dash.filter(|d| d.iter().all(possible) && d.iter().any(|v| *v > 0.0));
        let miter = self.number("miterLimit").map_or(4.0, |v| v as f32);
        StrokeStyle {
            cap: match self.word("cap").as_deref() {
                Some("round") => Cap::Round,
                Some("square") => Cap::Square,
                _ => Cap::Butt,
            },
            join: match self.word("join").as_deref() {
                Some("round") => Join::Round,
                Some("bevel") => Join::Bevel,
                _ => Join::Miter,
            },
            miter_limit: if miter.is_finite() {
                miter.max(1.0)
            } else {
                4.0
            },
            dash: dash.unwrap_or_default(),
            dash_offset: 0.0,
            non_scaling: false,
        }
    }

    pub(super) fn blend(&self) -> Blend {
        match self.word("blend").as_deref() {
            Some("add") => Blend::Add,
            Some("multiply") => Blend::Multiply,
            Some("screen") => Blend::Screen,
            _ => Blend::Normal,
        }
    }
}

/// The first four entries of a constant; missing ones are 0.
pub(super) fn constant(program: &Program, id: ConstId) -> [f64; 4] {
    let constants = &program.tables.constants;
    let row = &constants.index[id.index()];
    let range = row.at as usize..(row.at + row.len) as usize;
    let mut lanes = [0.0; 4];
    match row.pool {
        Pool::F64 => {
            let values = &constants.f64[range];
            lanes.iter_mut().zip(values).for_each(|(l, v)| *l = *v);
        }
        Pool::F32 => {
            let values = &constants.f32[range];
            lanes
                .iter_mut()
                .zip(values)
                .for_each(|(l, v)| *l = f64::from(*v));
        }
        _ => {}
    }
    lanes
}

impl Source {
    /// The value where it is the same for every element; of a column: zeros.
    pub(super) fn lanes(self, registers: &Registers) -> [f64; 4] {
        match self {
            Self::Const(lanes) => lanes,
            Self::Sig(id) => {
                let mut lanes = [0.0; 4];
                let values = registers.get(id);
                lanes.iter_mut().zip(values).for_each(|(l, v)| *l = *v);
                lanes
            }
            Self::Req(_) => [0.0; 4],
        }
    }

    pub(super) fn number(self, registers: &Registers) -> f64 {
        self.lanes(registers)[0]
    }

    /// A column of numbers, shared with the store.
    pub(super) fn numbers(self, fields: &FieldStore, registers: &Registers) -> Column<f32> {
        match self {
            Self::Req(req) => match fields.column(req) {
                Buffer::F32(column) => column.clone(),
                _ => Column::One(0.0),
            },
            _ => Column::One(self.number(registers) as f32),
        }
    }
}

/// Plans of all sinks, by SinkId.
pub(super) fn plans(program: &Program) -> Result<Vec<Plan>, EngineError> {
    let sinks = &program.tables.render.sinks;
    let mut plans = Vec::with_capacity(sinks.len());
    for sink in sinks {
        let key: Arc<str> = program.tables.strings[sink.key.index()].as_str().into();
        let named = Named::new(program, &sink.inputs, sink.params);
        let z = match sink.z {
            InputRef::Sig(id) => Source::Sig(id),
            InputRef::Const(c) => Source::Const(constant(program, c)),
            _ => Source::Const([0.0; 4]),
        };
        plans.push(Plan {
            z,
            at: sink.at,
            kind: kind(program, sink, &named, &key)?,
            key,
            children: Vec::new(),
        });
    }
    for (i, sink) in sinks.iter().enumerate() {
        if let Some(parent) = sink.parent {
            plans[parent.index()].children.push(i);
        }
    }
    Ok(plans)
}

fn kind(program: &Program, sink: &Sink, named: &Named<'_>, key: &str) -> Result<Kind, EngineError> {
    let refused = |kind| EngineError::Sink {
        key: key.to_owned(),
        kind,
    };
    Ok(match sink.kind {
        SinkKind::Clear => Kind::Clear(named.source("color", [0.0, 0.0, 0.0, 1.0])),
        SinkKind::Instances2d => {
            let domain = sink.domain.unwrap_or_default();
            Kind::Instances(Box::new(instances::Plan::new(named, domain)))
        }
        SinkKind::Paths2d => {
            let domain = sink.domain.unwrap_or_default();
            Kind::Paths(Box::new(paths::Plan::new(named, domain)))
        }
        SinkKind::Strokes2d => {
            let domain = sink.domain.unwrap_or_default();
            Kind::Strokes(Box::new(strokes::Plan::new(named, domain)))
        }
        SinkKind::Group => Kind::Group(Box::new(layers::Group::new(named))),
        SinkKind::Postfx => match layers::Effect::new(program, named) {
            Some(effect) => Kind::PostFx(effect),
            None => return Err(refused("an effect other than blur, glow and grade")),
        },
        SinkKind::Instances3d => {
            let domain = sink.domain.unwrap_or_default();
            Kind::Discs(Box::new(project::Discs::new(named, domain)))
        }
        SinkKind::Meshes3d => {
            let domain = sink.domain.unwrap_or_default();
            Kind::Solids(Box::new(mesh::Solids::new(named, domain)?))
        }
    })
}

/// Names of the elements of a domain, for passes.
pub(super) fn ids(program: &Program, domain: DomainId) -> Arc<Ids> {
    Arc::new(program.tables.ids(domain))
}
