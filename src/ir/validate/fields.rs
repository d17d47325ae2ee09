//! Fields: as signals, and wide and narrow rows that meet only at `narrow`, operands over one domain.

use super::Findings;
use super::expressions::{
    Judged, apply, combine, domain, is_value, of_bus, same_lanes, signal_domain,
};
use crate::ir::*;
use crate::types::{Domain, World};

const FIELD: &str = "/tables/field/nodes";

pub(super) fn check(f: &mut Findings<'_>) {
    let p = f.program;
    let mut judged = Judged::default();
    for (i, node) in p.tables.field.nodes.iter().enumerate() {
        let own = domain(f, node.r#type);
        let is_path = own == Domain::Path;
        if p.types[node.r#type.index()].world != World::Field || (own.lanes() == 0 && !is_path) {
            f.add(
                "ir-type",
                FIELD,
                i,
                "a field must be a field of numbers or paths",
            );
        }
        let (mut late, mut wrong_domain, mut wrong_width) = (false, false, false);
        let free = matches!(
            node.expr,
            FieldExpr::OnDomain { .. } | FieldExpr::Combine { .. }
        );
        operands::of_field(&node.expr, &mut |value| {
            if let ValueRef::Field(id) = value {
                late |= id.index() >= i;
                let operand = &p.tables.field.nodes[id.index()];
                wrong_domain |= !free && operand.dom.is_some() && operand.dom != node.dom;
                wrong_width |= match node.expr {
                    FieldExpr::Narrow(_) => !operand.wide || node.wide,
                    FieldExpr::Apply { .. } => operand.wide != node.wide,
                    _ => operand.wide || node.wide,
                };
            }
        });
        if late {
            f.add(
                "ir-operand-order",
                FIELD,
                i,
                "an operand must come before its user",
            );
            continue;
        }
        if wrong_domain {
            f.add(
                "ir-domain",
                FIELD,
                i,
                "operands must be over the row's domain or over none",
            );
        }
        if wrong_width {
            f.add(
                "ir-precision",
                FIELD,
                i,
                "wide and narrow rows meet only at `narrow`",
            );
        }
        field(f, i, node, own, &mut judged);
    }
}

fn field(f: &mut Findings<'_>, i: usize, node: &FieldNode, own: Domain, judged: &mut Judged) {
    let p = f.program;
    let pool = if node.wide { Pool::F64 } else { Pool::F32 };
    let count = node.dom.map(|d| p.tables.graph.domains[d.index()].count);
    let of = |id: FieldId| domain(f, p.tables.field.nodes[id.index()].r#type);
    match &node.expr {
        FieldExpr::Const(c) => {
            let row = &p.tables.constants.index[c.index()];
            let path = own == Domain::Path && row.pool == Pool::Paths;
            if !path && !is_value(f, *c, pool, own.lanes()) {
                f.add("ir-const", FIELD, i, "the constant does not fit the field");
            }
        }
        FieldExpr::Array(c) => {
            let rows = count.unwrap_or(0) as usize;
            if count.is_none() || !is_value(f, *c, pool, own.lanes() * rows) {
                f.add("ir-domain", FIELD, i, "the column does not fit the domain");
            }
        }
        FieldExpr::Broadcast(s) => {
            if !same_lanes(signal_domain(f, *s), own) {
                f.add("ir-type", FIELD, i, "the signal has another type");
            }
        }
        FieldExpr::Index | FieldExpr::Count | FieldExpr::IdHash { .. } => {
            if count.is_none() || !node.wide || own.lanes() != 1 {
                f.add(
                    "ir-domain",
                    FIELD,
                    i,
                    "the row must be a wide number over a domain",
                );
            }
            if let FieldExpr::IdHash { salt, .. } = node.expr
                && !is_salt(p, salt)
            {
                f.add("ir-const", FIELD, i, "the salt is no number and no text");
            }
        }
        FieldExpr::History(cell) => {
            let cell = &p.tables.state.cells[cell.index()];
            if cell.op != StateOp::History || count != Some(cell.imm) || own.lanes() != 1 {
                f.add("ir-domain", FIELD, i, "the history does not fit the domain");
            }
        }
        FieldExpr::Apply { op, args, imm } => {
            let domains: Vec<Domain> = args.iter().map(|a| of(*a)).collect();
            apply(f, FIELD, i, (*op, *imm), &domains, own);
        }
        FieldExpr::Narrow(src) => {
            if of(*src) != own {
                f.add("ir-type", FIELD, i, "narrowing does not change the type");
            }
        }
        FieldExpr::Transform { src, chain, args } => {
            let from = of(*src);
            judged.check(f, FIELD, i, (*chain, args), (from, own));
        }
        FieldExpr::OnDomain { src, missing } => {
            let fits = match own {
                Domain::Path => is_value(f, *missing, Pool::Paths, 1),
                own => is_value(f, *missing, Pool::F32, own.lanes()),
            };
            if of(*src) != own || count.is_none() || !fits {
                f.add(
                    "ir-type",
                    FIELD,
                    i,
                    "source and missing value must have the row's type",
                );
            }
        }
        FieldExpr::Combine {
            bus,
            mode,
            terms,
            silent,
        } => {
            let fits = terms.iter().all(|t| same_lanes(of(*t), own));
            of_bus(f, FIELD, i, ValueRef::Field(FieldId::at(i)), *bus);
            if !fits || !is_value(f, *silent, Pool::F32, own.lanes()) {
                f.add(
                    "ir-type",
                    FIELD,
                    i,
                    "terms and silent value must have the bus's type",
                );
            }
            combine(f, FIELD, i, *mode, own);
        }
    }
}

/// Whether a constant is a number or a text.
fn is_salt(p: &Program, id: ConstId) -> bool {
    let row = &p.tables.constants.index[id.index()];
    match p.tables.constants.json_text(id) {
        Some(text) => serde_json::from_str::<String>(text).is_ok(),
        None => row.pool == Pool::F64 && row.len == 1,
    }
}
