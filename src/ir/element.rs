//! The rows behind a field at one element, one opcode at a time: slow, plain, and bit for bit what
//! kernels give.
//!
//! In: the tables, the program seed, and through [`Live`] what the tables do not hold. Out: the lanes
//! of every row. The builder folds reductions with it; tools see with it how a value came about; no
//! frame is made with it. Read next: [`super::meet`] and [`super::id_hash`], which kernels use too.

use super::id_hash::IdTexts;
use super::meet::{self, How, Term};
use super::op::{self, Counts};
use super::*;
use crate::math::hash;
use crate::types::{Family, TypeDesc};
use std::collections::{BTreeMap, BTreeSet};

/// What rows read of a frame.
pub trait Live {
    /// Lanes of a signal; `None` where it is not known.
    fn signal(&self, id: SignalId) -> Option<&[f64]>;
    /// An entry of a history cell, oldest first; `None` where it is not known.
    fn history(&self, cell: StateId, entry: u32) -> Option<f64>;
}

/// Fields and all rows that they are made of.
#[derive(Debug)]
pub struct Behind {
    /// Operands before users.
    rows: Vec<FieldId>,
    ids: IdTexts,
}

/// Lanes by row; rows without numbers (outlines, and what is made of them) are left out.
pub type Rows = BTreeMap<FieldId, Vec<f64>>;

/// One element of one frame.
#[derive(Debug)]
pub struct Element<'a, L> {
    /// Rows and constants.
    pub tables: &'a Tables,
    /// Types of the rows.
    pub types: &'a [TypeDesc],
    /// Program seed.
    pub seed: u32,
    /// What changes.
    pub live: &'a L,
    /// Which one.
    pub index: u32,
}

impl Behind {
    /// Collects what `roots` read, themselves included.
    pub fn new(tables: &Tables, roots: impl IntoIterator<Item = FieldId>) -> Self {
        let nodes = &tables.field.nodes;
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
        let hashes = reached.iter().filter_map(|id| {
            let node = &nodes[id.index()];
            match node.expr {
                FieldExpr::IdHash { salt, .. } => Some((node.dom?, salt)),
                _ => None,
            }
        });
        let ids = IdTexts::new(tables, hashes);
        // Operands have smaller numbers than users.
        let rows = reached.into_iter().collect();
        Self { rows, ids }
    }

    /// The rows, operands before users.
    pub fn rows(&self) -> &[FieldId] {
        &self.rows
    }
}

impl<L: Live> Element<'_, L> {
    /// The lanes of all rows. A row over a smaller domain has no value here and is left out.
    pub fn rows(&self, behind: &Behind) -> Rows {
        let mut rows = Rows::new();
        for &id in &behind.rows {
            if self.has(id)
                && let Some(lanes) = self.row(id, &rows, &behind.ids)
            {
                rows.insert(id, lanes);
            }
        }
        rows
    }

    fn count(&self, domain: DomainId) -> u32 {
        let domains = &self.tables.graph.domains;
        domains.get(domain.index()).map_or(0, |d| d.count)
    }

    fn has(&self, field: FieldId) -> bool {
        let domain = self.tables.field.nodes[field.index()].dom;
        domain.is_none_or(|d| self.index < self.count(d))
    }

    fn numbers(&self, id: ConstId) -> Option<Vec<f64>> {
        self.tables.constants.numbers(id)
    }

    fn row(&self, id: FieldId, rows: &Rows, ids: &IdTexts) -> Option<Vec<f64>> {
        let node = &self.tables.field.nodes[id.index()];
        let domain = self.types[node.r#type.index()].domain;
        let lanes = domain.lanes();
        let round = |v: f64| if node.wide { v } else { f64::from(v as f32) };
        let get = |id: &FieldId| rows.get(id).cloned();
        Some(match &node.expr {
            FieldExpr::Const(c) => self.numbers(*c)?,
            FieldExpr::Array(c) => {
                let constants = &self.tables.constants;
                constants.entries(*c, self.index as usize * lanes, lanes)?
            }
            FieldExpr::Broadcast(s) => self.live.signal(*s)?.iter().map(|&v| round(v)).collect(),
            FieldExpr::Index => vec![f64::from(self.index)],
            FieldExpr::Count => vec![f64::from(self.count(node.dom?))],
            FieldExpr::IdHash { r#fn, salt } => {
                let hash = ids.of(node.dom?, *r#fn, *salt);
                vec![hash.hash(self.index, self.seed, &mut String::new())]
            }
            FieldExpr::History(cell) => vec![round(self.live.history(*cell, self.index)?)],
            FieldExpr::Apply { op, args, imm } => {
                let mut args: Vec<Vec<f64>> = args.iter().map(get).collect::<Option<_>>()?;
                if *op == Op::PerElementOffset {
                    let seed = *args.get(2)?.first()?;
                    args[2] = vec![round(hash::element_hash(self.index, seed, self.seed))];
                }
                eval(*op, *imm, &args, lanes, node.wide)?
            }
            FieldExpr::Narrow(src) => get(src)?.iter().map(|&v| f64::from(v as f32)).collect(),
            FieldExpr::Transform { src, chain, args } => self.chain(
                &self.tables.transforms.chains[chain.index()],
                get(src)?,
                args,
                &mut |_, _| {},
            )?,
            FieldExpr::OnDomain { src, missing } => match get(src) {
                Some(lanes) => lanes,
                None if self.has(*src) => return None,
                None => self.numbers(*missing)?,
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
                if terms.iter().any(|t| self.has(*t) && !rows.contains_key(t)) {
                    return None;
                }
                let terms: Vec<Option<Vec<f64>>> = terms.iter().map(get).collect();
                let how = meet::how(*mode, domain.family(), terms.len());
                join(how, &terms, self.numbers(*silent)?)
            }
        })
    }

    /// A chain on a narrow row; its parameters are the same for every element. `visit` gets what each
    /// step made.
    pub fn chain(
        &self,
        chain: &Chain,
        src: Vec<f64>,
        args: &[SignalId],
        visit: &mut dyn FnMut(usize, &[f64]),
    ) -> Option<Vec<f64>> {
        let mut running = src;
        for (k, step) in chain.steps.iter().enumerate() {
            let mut operands = vec![running];
            for operand in &step.operands {
                let lanes = match operand {
                    ChainOperand::Const(c) => self.numbers(*c)?,
                    ChainOperand::Arg(k) => self.live.signal(*args.get(*k as usize)?)?.to_vec(),
                };
                operands.push(lanes.iter().map(|&v| f64::from(v as f32)).collect());
            }
            if step.op == Op::PerElementOffset {
                let seed = self.seed_of(step, args)?;
                let hash = hash::element_hash(self.index, seed, self.seed);
                operands[2] = vec![f64::from(hash as f32)];
            }
            let lanes = self.types[step.to.index()].domain.lanes();
            running = eval(step.op, step.imm, &operands, lanes, false)?;
            visit(k, &running);
        }
        Some(running)
    }

    /// The seed of `perElementOffset`, in its full width.
    fn seed_of(&self, step: &ChainStep, args: &[SignalId]) -> Option<f64> {
        match step.operands.get(1)? {
            ChainOperand::Const(c) => self.numbers(*c)?.first().copied(),
            ChainOperand::Arg(k) => {
                let signal = *args.get(*k as usize)?;
                self.live.signal(signal)?.first().copied()
            }
        }
    }
}

/// Terms of a bus at one element; those that are not there take no part.
fn join(how: How, terms: &[Option<Vec<f64>>], silent: Vec<f64>) -> Vec<f64> {
    let there = || terms.iter().flatten();
    if there().next().is_none() {
        return silent;
    }
    if how == How::Over {
        let color = |t: &Vec<f64>| std::array::from_fn(|k| t.get(k).map_or(0.0, |&v| v as f32));
        let result = there().map(color).reduce(meet::over).unwrap_or_default();
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
        meet::lanes(how, list, &[silent[k] as f32], &mut out);
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
