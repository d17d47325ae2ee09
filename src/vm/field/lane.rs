//! The rows behind a field at one element, one opcode at a time: slow, plain, and bit for bit what the
//! kernels give. For those who want to see how a value came about; no frame is made with it.

use super::Histories;
use super::combine::{self, Term};
use super::graph::How;
use super::lower::{meet, numbers};
use crate::ir::op::{self, Counts, Op};
use crate::ir::*;
use crate::math::{hash, number_text};
use crate::types::Family;
use crate::vm::Registers;
use std::collections::{BTreeMap, BTreeSet};

/// What an element's rows read.
#[derive(Clone, Copy)]
pub(in crate::vm) struct Element<'a> {
    pub(in crate::vm) program: &'a Program,
    pub(in crate::vm) registers: &'a Registers,
    pub(in crate::vm) histories: &'a dyn Histories,
    /// Its index.
    pub(in crate::vm) index: u32,
}

/// Lanes by row; rows without numbers (outlines, and what is made of them) are left out.
pub(in crate::vm) type Rows = BTreeMap<FieldId, Vec<f64>>;

/// The fields that `roots` are made of, themselves included.
pub(in crate::vm) fn reached(
    program: &Program,
    roots: impl IntoIterator<Item = FieldId>,
) -> BTreeSet<FieldId> {
    let nodes = &program.tables.field.nodes;
    let mut reached = BTreeSet::new();
    let mut work: Vec<FieldId> = roots.into_iter().collect();
    while let Some(id) = work.pop() {
        if reached.insert(id) {
            operands::of_field(&nodes[id.index()].expr, &mut |value| {
                if let ValueRef::Field(operand) = value {
                    work.push(operand);
                }
            });
        }
    }
    reached
}

impl Element<'_> {
    /// The rows that a field is made of, itself included. A row over a smaller domain has no value
    /// here and is left out.
    pub(in crate::vm) fn rows(&self, root: FieldId) -> Rows {
        self.over(&reached(self.program, [root]))
    }

    /// The rows of `fields`, which are in order and have all that they are made of among them: what
    /// [`reached`] gives.
    pub(in crate::vm) fn over(&self, fields: &BTreeSet<FieldId>) -> Rows {
        let mut rows = Rows::new();
        // Operands stand before users.
        for &id in fields {
            if self.has(id)
                && let Some(lanes) = self.row(id, &rows)
            {
                rows.insert(id, lanes);
            }
        }
        rows
    }

    fn count(&self, domain: DomainId) -> u32 {
        let domains = &self.program.tables.graph.domains;
        domains.get(domain.index()).map_or(0, |d| d.count)
    }

    fn has(&self, field: FieldId) -> bool {
        let domain = self.program.tables.field.nodes[field.index()].dom;
        domain.is_none_or(|d| self.index < self.count(d))
    }

    fn row(&self, id: FieldId, rows: &Rows) -> Option<Vec<f64>> {
        let program = self.program;
        let node = &program.tables.field.nodes[id.index()];
        let domain = program.types[node.r#type.index()].domain;
        let lanes = domain.lanes();
        let round = |v: f64| if node.wide { v } else { f64::from(v as f32) };
        let get = |id: &FieldId| rows.get(id).cloned();
        Some(match &node.expr {
            FieldExpr::Const(c) => numbers(program, *c)?,
            FieldExpr::Array(c) => {
                let at = self.index as usize * lanes;
                numbers(program, *c)?.get(at..at + lanes)?.to_vec()
            }
            FieldExpr::Broadcast(s) => {
                let lanes = self.registers.get(*s).iter();
                lanes.map(|&v| round(v)).collect()
            }
            FieldExpr::Index => vec![f64::from(self.index)],
            FieldExpr::Count => vec![f64::from(self.count(node.dom?))],
            FieldExpr::IdHash { r#fn, salt } => vec![self.id_hash(node.dom?, *r#fn, *salt)],
            FieldExpr::History(cell) => {
                vec![round(
                    *self.histories.history(*cell).0.get(self.index as usize)?,
                )]
            }
            FieldExpr::Apply { op, args, imm } => {
                let args: Option<Vec<Vec<f64>>> = args.iter().map(get).collect();
                eval(*op, *imm, &args?, lanes, node.wide)?
            }
            FieldExpr::Narrow(src) => get(src)?.iter().map(|&v| f64::from(v as f32)).collect(),
            FieldExpr::Transform { src, chain, args } => self.chain(
                &program.tables.transforms.chains[chain.index()],
                get(src)?,
                args,
                &mut |_, _| {},
            )?,
            FieldExpr::OnDomain { src, missing } => match get(src) {
                Some(lanes) => lanes,
                None if self.has(*src) => return None,
                None => numbers(program, *missing)?,
            },
            FieldExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => {
                if domain.family() == Family::Path {
                    return None;
                }
                let terms: Vec<Option<Vec<f64>>> = terms.iter().map(get).collect();
                let how = meet::how(*mode, domain.family(), terms.len());
                meet(how, &terms, numbers(program, *silent)?)
            }
        })
    }

    /// A chain on a narrow row; its parameters are the same for every element. `visit` gets what each
    /// step made.
    pub(in crate::vm) fn chain(
        &self,
        chain: &Chain,
        src: Vec<f64>,
        args: &[SignalId],
        visit: &mut dyn FnMut(usize, &[f64]),
    ) -> Option<Vec<f64>> {
        let program = self.program;
        let mut running = src;
        for (k, step) in chain.steps.iter().enumerate() {
            let mut operands = vec![running];
            for operand in &step.operands {
                let lanes = match operand {
                    ChainOperand::Const(c) => numbers(program, *c)?,
                    ChainOperand::Arg(k) => self.registers.get(*args.get(*k as usize)?).to_vec(),
                };
                operands.push(lanes.iter().map(|&v| f64::from(v as f32)).collect());
            }
            if step.op == Op::PerElementOffset
                && let Some(ChainOperand::Const(seed)) = step.operands.get(1)
            {
                let seed = *numbers(program, *seed)?.first()?;
                let hash = hash::element_hash(self.index, seed, program.seed);
                operands[2] = vec![f64::from(hash as f32)];
            }
            let lanes = program.types[step.to.index()].domain.lanes();
            running = eval(step.op, step.imm, &operands, lanes, false)?;
            visit(k, &running);
        }
        Some(running)
    }

    fn id_hash(&self, domain: DomainId, function: IdHash, salt: ConstId) -> f64 {
        let program = self.program;
        let mut id = String::new();
        crate::vm::sinks::ids(program, domain).write(self.index, &mut id);
        let number = numbers(program, salt).and_then(|n| n.first().copied());
        let row = &program.tables.constants.index[salt.index()];
        let json =
            (row.pool == Pool::Json).then(|| &program.tables.constants.json[row.at as usize]);
        // A salt is a number, or a text where a block tells two hashes of one seed apart.
        let text = match json {
            Some(json) => serde_json::from_str(json).unwrap_or_else(|_| json.clone()),
            None => number_text(number.unwrap_or_default()),
        };
        let key = format!("{id}-{text}");
        match function {
            IdHash::Stable => hash::seeded(hash::stable_hash(&key), program.seed, &key),
            IdHash::ById => {
                let hash = hash::hash01(&id, number.unwrap_or_default());
                hash::seeded(hash, program.seed, &key)
            }
            IdHash::Offset if program.seed == 0 => 0.0,
            IdHash::Offset => hash::seed_offset(program.seed, &key),
        }
    }
}

/// Terms of a bus at one element; those that are not there take no part.
fn meet(how: How, terms: &[Option<Vec<f64>>], silent: Vec<f64>) -> Vec<f64> {
    let there = || terms.iter().flatten();
    if there().next().is_none() {
        return silent;
    }
    if how == How::Over {
        let color = |t: &Vec<f64>| std::array::from_fn(|k| t.get(k).map_or(0.0, |&v| v as f32));
        let result = there().map(color).reduce(combine::over).unwrap_or_default();
        return result.map(f64::from).to_vec();
    }
    let lane = |k: usize| {
        let lanes: Vec<Option<[f32; 1]>> = terms
            .iter()
            .map(|t| t.as_ref().map(|t| [t[k] as f32]))
            .collect();
        let list = lanes.iter().map(|lane| match lane {
            Some(lane) => Term {
                lanes: lane,
                rows: 1,
            },
            None => Term {
                lanes: &[],
                rows: 0,
            },
        });
        let mut out = [0.0];
        combine::lanes(how, list, &[silent[k] as f32], &mut out);
        f64::from(out[0])
    };
    (0..silent.len()).map(lane).collect()
}

/// An opcode on numbers; `None` for those on outlines.
fn eval(op: Op, imm: u32, args: &[Vec<f64>], lanes: usize, wide: bool) -> Option<Vec<f64>> {
    if matches!(op, Op::PathPoint | Op::PathMove | Op::PathMorph) {
        return None;
    }
    let mut counts = Counts::default();
    if wide {
        let args: Vec<&[f64]> = args.iter().map(Vec::as_slice).collect();
        let mut out = vec![0.0; lanes];
        op::eval(op, imm, &args, &mut out, &mut counts);
        return Some(out);
    }
    let narrow = |a: &Vec<f64>| a.iter().map(|&v| v as f32).collect();
    let args: Vec<Vec<f32>> = args.iter().map(narrow).collect();
    let args: Vec<&[f32]> = args.iter().map(Vec::as_slice).collect();
    let mut out = vec![0.0f32; lanes];
    op::eval(op, imm, &args, &mut out, &mut counts);
    Some(out.iter().map(|&v| f64::from(v)).collect())
}
