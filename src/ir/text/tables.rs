//! Domains, chains, cells, rails and buses.

use super::{Dump, slice, word};
use crate::ir::*;
use std::fmt::Write;

impl Dump<'_> {
    pub(super) fn domains(&mut self) {
        for domain in &self.p.tables.graph.domains {
            let ids = match domain.ids {
                ElementIds::Sequential => "sequential".to_owned(),
                ElementIds::Grid { rows, cols } => format!("grid {rows}x{cols}"),
                ElementIds::Prefix(prefix) => format!("prefix {}", self.str(prefix)),
                ElementIds::Custom(_) => "custom".to_owned(),
            };
            self.line(
                "domain",
                &format!("{}  {}  {ids}", self.str(domain.key), domain.count),
            );
        }
    }

    pub(super) fn chains(&mut self) {
        for (i, chain) in self.p.tables.transforms.chains.iter().enumerate() {
            let (from, to) = (self.domain_word(chain.from), self.domain_word(chain.to));
            let mut row = format!("c{i}  {from} -> {to}");
            for step in &chain.steps {
                let _ = write!(row, "  {}", self.chain_step(step));
                let _ = match step.origin {
                    Some(Origin::Lens { id, at }) => {
                        let lens = &self.p.tables.transforms.lenses[id.index()];
                        write!(row, "  (lens {}#{at})", self.str(lens.id))
                    }
                    Some(Origin::Adapter { id, at }) => {
                        let adapter = &self.p.tables.transforms.adapters[id.index()];
                        write!(row, "  (adapter {}#{at})", self.str(adapter.id))
                    }
                    Some(Origin::Implicit) => write!(row, "  (implicit)"),
                    None => Ok(()),
                };
            }
            self.line("chain", &row);
        }
    }

    pub(super) fn cells(&mut self) {
        for cell in &self.p.tables.state.cells {
            let mut row = format!("{}  {}", self.str(cell.key), word(&cell.op));
            if cell.imm != 0 {
                let _ = write!(row, ":{}", cell.imm);
            }
            for arg in &cell.args {
                let _ = match arg {
                    Operand::Sig(s) => write!(row, " s{}", s.0),
                    Operand::Event(e) => write!(row, " e{}", e.0),
                };
            }
            if let Some(init) = cell.init {
                let _ = write!(row, "  init {}", self.constant(init));
            }
            self.line("cell", &row);
        }
    }

    pub(super) fn rails(&mut self) {
        let tables = &self.p.tables;
        for (i, rail) in tables.rails.iter().enumerate() {
            let id = RailId::at(i);
            let read = tables
                .sig
                .nodes
                .iter()
                .any(|n| n.expr == SignalExpr::Rail(id))
                || tables
                    .event
                    .nodes
                    .iter()
                    .any(|n| n.expr == EventExpr::Rail(id));
            if !read && rail.user.is_none() && rail.mirror.is_none() {
                continue;
            }
            let generator = self.generator(&rail.generator);
            let (drive, read) = (word(&rail.drive), word(&rail.read));
            let name = self.str(rail.key);
            let combine = word(&rail.combine);
            self.line(
                "rail",
                &format!("{name}  {generator}  {drive} {combine}  {read}"),
            );
        }
    }

    pub(super) fn param(&self, param: &Param) -> String {
        match param {
            Param::Const(c) => self.constant(*c),
            Param::Drive { sig, base } => format!("s{} base {}", sig.0, self.constant(*base)),
        }
    }

    pub(super) fn buses(&mut self) {
        let graph = &self.p.tables.graph;
        for bus in &graph.buses {
            let mut row = format!(
                "{}  {}  silent {}  {}",
                self.str(bus.key),
                word(&bus.combine),
                self.constant(bus.silent),
                self.value_ref(bus.root)
            );
            for publisher in slice(&graph.publishers, bus.pubs) {
                let _ = write!(
                    row,
                    "  <- {} {}{}{}",
                    self.str(publisher.key),
                    self.slot_path(publisher.from),
                    self.via(publisher.r#use),
                    if publisher.enabled {
                        format!(" (sortKey {})", publisher.sort_key)
                    } else {
                        " (off)".to_owned()
                    }
                );
            }
            for listener in slice(&graph.listeners, bus.lis) {
                let _ = write!(
                    row,
                    "  -> {} {}{}{}",
                    self.str(listener.key),
                    self.slot_path(listener.to),
                    self.via(listener.r#use),
                    if listener.enabled { "" } else { " (off)" }
                );
            }
            self.line("bus", &row);
        }
    }

    pub(super) fn via(&self, id: Option<UseId>) -> String {
        id.and_then(|id| self.p.tables.transforms.uses.get(id.index()))
            .map_or_else(String::new, |u| format!(" via c{}", u.chain.0))
    }
}
