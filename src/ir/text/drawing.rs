//! Columns and what is drawn.

use super::{Dump, spaced, word};
use crate::ir::*;
use std::fmt::Write;

impl Dump<'_> {
    pub(super) fn requests(&mut self) {
        let plan = &self.p.tables.materialize;
        let domains = &self.p.tables.graph.domains;
        for (i, request) in plan.requests.iter().enumerate() {
            let count = domains.get(request.domain.index()).map_or(0, |d| d.count);
            let bytes = u64::from(count) * u64::from(request.format.bytes());
            let mut row = format!(
                "{}  f{}  {}  {bytes} B  {}",
                self.str(request.key),
                request.field.0,
                word(&request.format),
                word(&request.policy)
            );
            let uniforms = derive::uniforms(self.p, &[ReqId::at(i)]);
            if !uniforms.is_empty() {
                let _ = write!(
                    row,
                    "  uniforms{}",
                    spaced(&uniforms, |s| format!("s{}", s.0))
                );
            }
            self.line("request", &row);
        }
        for (i, group) in plan.groups.iter().enumerate() {
            let mut row = format!("g{i}  {} ", self.domain_name(group.domain));
            for req in &group.reqs {
                let key = plan
                    .requests
                    .get(req.index())
                    .map_or("?", |r| self.str(r.key));
                let _ = write!(row, " {key}");
            }
            self.line("group", &row);
        }
    }

    pub(super) fn sinks(&mut self) {
        for sink in &self.p.tables.render.sinks {
            let mut row = format!("{}  {}", self.str(sink.key), word(&sink.kind));
            let outlined = |i: &SinkInput| matches!(self.str(i.name), "shape" | "shapeId" | "path");
            if sink.kind == SinkKind::Instances2d && !sink.inputs.iter().any(outlined) {
                row.push_str("  circle");
            }
            for input in &sink.inputs {
                match input.from {
                    InputRef::Req(_) => {}
                    from => {
                        let _ = write!(row, "  {} {}", self.str(input.name), self.input(from));
                    }
                }
            }
            let _ = write!(row, "  z {}", self.input(sink.z));
            if let Some(domain) = sink.domain {
                let _ = write!(row, "  {}", self.domain_name(domain));
            }
            if let Some(params) = sink.params {
                let _ = write!(row, "  {}", self.constant(params));
            }
            if let Some(parent) = sink.parent {
                let parent = &self.p.tables.render.sinks[parent.index()];
                let _ = write!(row, "  in {}#{}", self.str(parent.key), sink.at);
            }
            self.line("sink", &row);
        }
    }

    pub(super) fn input(&self, from: InputRef) -> String {
        let rows = &self.p.tables.render;
        match from {
            InputRef::Req(r) => format!("r{}", r.0),
            InputRef::Sig(s) => match self.p.tables.sig.nodes.get(s.index()).map(|n| &n.expr) {
                Some(SignalExpr::Const(c)) => self.constant(*c),
                _ => format!("s{}", s.0),
            },
            InputRef::Const(c) => self.constant(c),
            InputRef::Camera(i) => self.param_row(rows.cameras.get(i.index())),
            InputRef::Mesh(i) => self.param_row(rows.meshes.get(i.index())),
            InputRef::Effect(i) => self.param_row(rows.effects.get(i.index())),
            InputRef::Shape(i) => match rows.shapes.get(i.index()) {
                Some(ShapeRow::Star { points, inner }) => {
                    format!("star {points} {}", self.input(*inner))
                }
                Some(ShapeRow::Ring { inner }) => format!("ring {}", self.input(*inner)),
                Some(ShapeRow::Path(c)) => format!("path {}", self.constant(*c)),
                Some(shape) => word(shape),
                None => "?".to_owned(),
            },
        }
    }

    pub(super) fn param_row(&self, row: Option<&ParamRow>) -> String {
        let Some(row) = row else {
            return "?".to_owned();
        };
        let mut text = self.str(row.kind).to_owned();
        for param in &row.params {
            let _ = write!(text, " {} {}", self.str(param.name), self.input(param.from));
        }
        text
    }
}
