//! Signals, events and fields.

use super::{Dump, spaced, word};
use crate::ir::*;

impl Dump<'_> {
    pub(in crate::ir) fn signals(&mut self) {
        for (i, node) in self.p.tables.sig.nodes.iter().enumerate() {
            let expr = self.signal(&node.expr);
            let ty = self.domain_word(node.r#type);
            let note = self.provenance(self.p.debug.sig_prov.get(i));
            self.line("sig", &format!("s{i:<3} {ty:<8} {expr}{note}"));
        }
    }

    pub(in crate::ir) fn signal(&self, expr: &SignalExpr) -> String {
        match expr {
            SignalExpr::Const(c) => format!("const {}", self.constant(*c)),
            SignalExpr::Time(value) => format!("time.{}", word(value)),
            SignalExpr::Rail(rail) => format!("rail {}", self.rail_name(*rail)),
            SignalExpr::External(x) => {
                format!(
                    "external {}",
                    self.str(self.p.tables.graph.externals[x.index()].key)
                )
            }
            SignalExpr::Apply { op, args, imm } => {
                format!(
                    "{}{}",
                    self.op(*op, *imm),
                    spaced(args, |a| format!("s{}", a.0))
                )
            }
            SignalExpr::Transform { src, chain, args } => {
                format!(
                    "transform s{} c{}{}",
                    src.0,
                    chain.0,
                    spaced(args, |a| format!("s{}", a.0))
                )
            }
            SignalExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => self.combine(
                *mode,
                terms.iter().map(|t| format!("s{}", t.0)),
                Some(*silent),
            ),
            SignalExpr::StateOut(cell) => format!("stateOut {}", self.cell_name(*cell)),
            SignalExpr::StatePrev(cell) => format!("statePrev {}", self.cell_name(*cell)),
            SignalExpr::Event { of, view } => format!("event e{} {}", of.0, word(view)),
            SignalExpr::Reduce { field, domain, op } => {
                let over = domain.map_or("*", |d| self.domain_name(d));
                format!("reduce {} f{} {over}", word(op), field.0)
            }
        }
    }

    pub(in crate::ir) fn combine(
        &self,
        mode: Combine,
        terms: impl Iterator<Item = String>,
        silent: Option<ConstId>,
    ) -> String {
        let terms: Vec<String> = terms.collect();
        let silent = match silent {
            Some(c) if terms.is_empty() => format!(" silent {}", self.constant(c)),
            _ => String::new(),
        };
        format!("combine {} [{}]{silent}", word(&mode), terms.join(" "))
    }

    pub(in crate::ir) fn events(&mut self) {
        for (i, node) in self.p.tables.event.nodes.iter().enumerate() {
            let expr = self.event(&node.expr);
            let note = self.provenance(self.p.debug.event_prov.get(i));
            self.line("event", &format!("e{i}  {expr}{note}"));
        }
    }

    pub(in crate::ir) fn event(&self, expr: &EventExpr) -> String {
        match expr {
            EventExpr::Empty => "empty".to_owned(),
            EventExpr::FirstFrame => "firstFrame".to_owned(),
            EventExpr::Time(event) => format!("time.{}", word(event)),
            EventExpr::Rail(rail) => format!("rail {}", self.rail_name(*rail)),
            EventExpr::External(x) => {
                format!(
                    "external {}",
                    self.str(self.p.tables.graph.externals[x.index()].key)
                )
            }
            EventExpr::Divide {
                of: PhaseSource::Time,
                by,
            } => format!("divide time s{}", by.0),
            EventExpr::Divide {
                of: PhaseSource::Rail(rail),
                by,
            } => {
                format!("divide {} s{}", self.rail_name(*rail), by.0)
            }
            EventExpr::StateEvents(cell) => format!("stateEvents {}", self.cell_name(*cell)),
            EventExpr::Gate { src, open } => format!("gate e{} s{}", src.0, open.0),
            EventExpr::Combine { mode, terms, .. } => {
                self.combine(*mode, terms.iter().map(|t| format!("e{}", t.0)), None)
            }
        }
    }

    pub(in crate::ir) fn fields(&mut self) {
        for (i, node) in self.p.tables.field.nodes.iter().enumerate() {
            let over = node.dom.map_or("*", |d| self.domain_name(d));
            let ty = self.domain_word(node.r#type);
            let wide = if node.wide { " wide" } else { "" };
            let expr = self.field(&node.expr);
            let note = self.provenance(self.p.debug.field_prov.get(i));
            self.line(
                "field",
                &format!("f{i:<3} {ty:<8} {over}{wide}  {expr}{note}"),
            );
        }
    }

    pub(in crate::ir) fn field(&self, expr: &FieldExpr) -> String {
        let rows = |list: &[FieldId]| spaced(list, |a| format!("f{}", a.0));
        match expr {
            FieldExpr::Const(c) => format!("const {}", self.constant(*c)),
            FieldExpr::Array(c) => format!("array {}", self.constant(*c)),
            FieldExpr::Broadcast(s) => format!("broadcast s{}", s.0),
            FieldExpr::Index => "index".to_owned(),
            FieldExpr::Count => "count".to_owned(),
            FieldExpr::IdHash { r#fn, salt } => {
                format!("idHash {} {}", word(r#fn), self.constant(*salt))
            }
            FieldExpr::History(cell) => format!("history {}", self.cell_name(*cell)),
            FieldExpr::Apply { op, args, imm } => format!("{}{}", self.op(*op, *imm), rows(args)),
            FieldExpr::Narrow(f) => format!("narrow f{}", f.0),
            FieldExpr::Transform { src, chain, args } => {
                format!(
                    "transform f{} c{}{}",
                    src.0,
                    chain.0,
                    spaced(args, |a| format!("s{}", a.0))
                )
            }
            FieldExpr::OnDomain { src, missing } => {
                format!("onDomain f{} missing {}", src.0, self.constant(*missing))
            }
            FieldExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => self.combine(
                *mode,
                terms.iter().map(|t| format!("f{}", t.0)),
                Some(*silent),
            ),
        }
    }
}
