//! What a column was made of, and what came out: in a few numbers and a hash.

use super::{Teller, chain_relation};
use crate::ir::*;
use crate::vm::field::{Outcome, RequestReport};
use crate::vm::trace::{Relation, Side, SpanKind, Subject, Tracer, ValueRecord, ValueTag, flags};
use std::collections::BTreeSet;

impl<T: Tracer> Teller<'_, T> {
    /// A column that was computed: what went in and what came out.
    pub(super) fn column(&mut self, row: &RequestReport, told: &mut BTreeSet<BusId>) {
        if !matches!(row.outcome, Outcome::Miss(_)) {
            return;
        }
        let request = &self.program.tables.materialize.requests[row.req.index()];
        let subject = Subject::Request(row.req);
        self.edge(
            Subject::Field(request.field),
            subject,
            Relation::Materialize,
            false,
            0,
        );
        self.rows(request.field, subject, told);
        let stats = self
            .stores
            .fields
            .column(row.req)
            .stats(request_count(self.program, request));
        let lanes = [
            stats.count as f64,
            stats.min,
            stats.max,
            stats.mean,
            stats.nan as f64,
            0.0,
        ];
        self.tracer.value(ValueRecord {
            kind: SpanKind::Materialize,
            subject,
            side: Side::After,
            tag: ValueTag::ColumnStats,
            lanes,
            hash: stats.hash,
            flags: if stats.nan > 0 { flags::NAN } else { 0 },
        });
    }

    /// Signals, cells, bus terms and chains in the rows that a column is made of.
    fn rows(&mut self, root: FieldId, column: Subject, told: &mut BTreeSet<BusId>) {
        let program = self.program;
        let nodes = &program.tables.field.nodes;
        let mut seen = vec![false; nodes.len()];
        let mut work = vec![root];
        while let Some(id) = work.pop() {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            let expr = &nodes[id.index()].expr;
            match expr {
                FieldExpr::Broadcast(signal) => {
                    self.edge(Subject::Signal(*signal), column, Relation::Sample, false, 0);
                }
                FieldExpr::History(cell) => {
                    self.edge(Subject::Cell(*cell), column, Relation::StateRead, false, 0);
                }
                FieldExpr::Transform { src, chain, .. } => {
                    let chain = &program.tables.transforms.chains[chain.index()];
                    let (relation, flags) = chain_relation(chain);
                    self.edge(
                        Subject::Field(*src),
                        Subject::Field(id),
                        relation,
                        false,
                        flags,
                    );
                }
                // A bus of fields is evaluated with the columns that read it; it is told once a step.
                FieldExpr::Combine { bus, .. } if told.insert(*bus) => self.publishers(*bus),
                _ => {}
            }
            operands::of_field(expr, &mut |value| {
                if let ValueRef::Field(operand) = value {
                    work.push(operand);
                }
            });
        }
    }
}

fn request_count(program: &Program, request: &Request) -> usize {
    let domain = program.tables.graph.domains.get(request.domain.index());
    domain.map_or(0, |d| d.count as usize)
}
