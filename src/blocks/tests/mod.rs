//! Tests of the library: definitions, lenses, adapters, lowerings.
//!
//! [`Rig`] lowers one block as the compiler would: inputs that are not given get the library default.

mod catalogue;
mod chains;
mod fields;
mod scene;
mod signals;
mod sinks;
mod state;

use super::*;
use crate::diag::Diagnostics;
use crate::ir::{
    Builder, DomainId, ElementIds, FieldExpr, FieldId, SignalExpr, SignalId, StateId, TimeModel,
};
use crate::math::parse_color;
use crate::types::{Domain, Type};

/// One block to lower.
struct Rig {
    block: &'static Block,
    build: Builder,
    given: Vec<(&'static str, Value)>,
    facts: PatchFacts,
    direct: Option<crate::ir::PhaseSource>,
}

/// What came out.
struct Lowered {
    block: &'static Block,
    build: Builder,
    outputs: Vec<Value>,
    sinks: Vec<SinkSpec>,
    cells: Vec<StateId>,
    diagnostics: Diagnostics,
    time_model: Option<TimeModel>,
}

impl Rig {
    fn new(name: &str) -> Self {
        Self {
            block: find(name).unwrap_or_else(|| panic!("no block {name}")),
            build: Builder::new(),
            given: Vec::new(),
            facts: PatchFacts {
                width: 800,
                height: 600,
            },
            direct: None,
        }
    }

    fn give(mut self, port: &'static str, value: Value) -> Self {
        assert!(self.block.input(port).is_some(), "{port}");
        self.given.push((port, value));
        self
    }

    fn number(mut self, port: &'static str, value: f64) -> Self {
        let (_, input) = self.block.input(port).unwrap();
        let signal = self.build.constant(input.domain, &[value]);
        self.give(port, Value::Signal(signal))
    }

    fn lanes(mut self, port: &'static str, value: &[f64]) -> Self {
        let (_, input) = self.block.input(port).unwrap();
        let signal = self.build.constant(input.domain, value);
        self.give(port, Value::Signal(signal))
    }

    fn color(self, port: &'static str, text: &str) -> Self {
        self.lanes(port, &parse_color(text).unwrap())
    }

    fn text(self, port: &'static str, value: &str) -> Self {
        self.give(port, Value::Text(value.to_owned()))
    }

    /// A signal that does not fold.
    fn varying(mut self, port: &'static str) -> Self {
        let (_, input) = self.block.input(port).unwrap();
        let signal = varying(&mut self.build, input.domain);
        self.give(port, Value::Signal(signal))
    }

    /// A plain domain at the input `domain`.
    fn elements(mut self, count: u32) -> Self {
        let domain = plain(&mut self.build, "test/domain", count);
        self.give("domain", Value::Domain(domain))
    }

    fn lower(mut self) -> Lowered {
        let inputs: Vec<Bound> = self
            .block
            .inputs
            .iter()
            .map(|input| {
                let given = self.given.iter().find(|(name, _)| *name == input.name);
                Bound {
                    given: given.is_some(),
                    value: match given {
                        Some((_, value)) => value.clone(),
                        None => default(&mut self.build, input),
                    },
                    at: "",
                    direct: self.direct.filter(|_| input.name == "phase"),
                }
            })
            .collect();
        let mut lowered = Lowered {
            block: self.block,
            build: self.build,
            outputs: vec![Value::None; self.block.outputs.len()],
            sinks: Vec::new(),
            cells: Vec::new(),
            diagnostics: Diagnostics::new(),
            time_model: None,
        };
        let mut lowering = Lowering {
            block: self.block,
            id: "b",
            at: "/blocks/0",
            inputs: &inputs,
            outputs: &mut lowered.outputs,
            build: &mut lowered.build,
            facts: &self.facts,
            diagnostics: &mut lowered.diagnostics,
            sinks: &mut lowered.sinks,
            time_model: &mut lowered.time_model,
            cells: &mut lowered.cells,
        };
        (self.block.lower)(&mut lowering);
        if let Some(close) = self.block.close {
            close(&mut lowering);
        }
        lowered
    }
}

impl Lowered {
    fn out(&self, name: &str) -> &Value {
        let (at, _) = self.block.output(name).unwrap();
        &self.outputs[at]
    }

    fn signal(&self, name: &str) -> SignalId {
        match self.out(name) {
            Value::Signal(id) => *id,
            other => panic!("{name} is {other:?}"),
        }
    }

    fn field(&self, name: &str) -> FieldId {
        match self.out(name) {
            Value::Field(id) => *id,
            other => panic!("{name} is {other:?}"),
        }
    }

    /// Lanes of an output that folded.
    fn folded(&self, name: &str) -> Vec<f64> {
        let id = self.signal(name);
        self.build
            .folded(id)
            .unwrap_or_else(|| panic!("{name} does not fold"))
    }

    /// Lanes of a field output that folded to one constant.
    fn constant_lanes(&self, name: &str) -> Vec<f32> {
        match self.build.tables.field.nodes[self.field(name).index()].expr {
            FieldExpr::Const(c) => self.build.f32s(c).to_vec(),
            ref other => panic!("{name} is {other:?}"),
        }
    }

    /// The signals in a form for people: `wave.0 s0`, constants by value.
    fn signals(&self) -> Vec<String> {
        let nodes = &self.build.tables.sig.nodes;
        nodes
            .iter()
            .map(|node| match &node.expr {
                SignalExpr::Const(c) => format!("const {:?}", self.build.f64s(*c)),
                SignalExpr::Apply { op, args, imm } => {
                    let args: Vec<String> = args.iter().map(|a| format!("s{}", a.0)).collect();
                    format!("{op:?}.{imm} {}", args.join(" "))
                }
                other => format!("{other:?}"),
            })
            .collect()
    }

    fn codes(&self) -> Vec<&'static str> {
        self.diagnostics.list().iter().map(|d| d.code).collect()
    }
}

fn varying(build: &mut Builder, domain: Domain) -> SignalId {
    let time = SignalExpr::Time(crate::ir::TimeValue::DtMs);
    build.signal(Type::signal(domain), time)
}

fn plain(build: &mut Builder, key: &str, count: u32) -> DomainId {
    build.domain(key, count, ElementIds::Sequential, None)
}

/// A field of numbers that does not fold, over a domain.
fn lanes_over(build: &mut Builder, domain: DomainId) -> FieldId {
    let index = build.index(domain);
    build.narrow(index)
}

fn default(build: &mut Builder, input: &Input) -> Value {
    let constant =
        |build: &mut Builder, lanes: &[f64]| Value::Signal(build.constant(input.domain, lanes));
    match input.default {
        Default::Number(count) if input.mark == Mark::Domain => {
            let key = format!("b/{}", input.name);
            Value::Domain(plain(build, &key, count as u32))
        }
        Default::Number(v) => constant(build, &[v]),
        Default::Vec2(v) => constant(build, &v),
        Default::Vec3(v) => constant(build, &v),
        Default::Color(text) => constant(build, &parse_color(text).unwrap()),
        Default::Text(text) => Value::Text(text.to_owned()),
        Default::Path(_) => Value::Path(crate::path::PathData::default()),
        Default::Time => {
            let time = SignalExpr::Time(crate::ir::TimeValue::TAbsMs);
            Value::Signal(build.signal(Type::signal(Domain::TimeMs), time))
        }
        Default::Required | Default::None => Value::None,
    }
}

fn hex(lanes: &[f64]) -> String {
    let byte = |v: &f64| ((v.clamp(0.0, 1.0) * 255.0 + 0.5).floor()) as u8;
    let bytes: Vec<String> = lanes[..3]
        .iter()
        .map(|v| format!("{:02x}", byte(v)))
        .collect();
    format!("#{}", bytes.concat())
}

#[track_caller]
fn near(got: f64, want: f64) {
    assert!(
        (got - want).abs() <= 1e-14 * want.abs().max(1.0),
        "{got} is not {want}"
    );
}
