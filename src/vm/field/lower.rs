//! Field rows → lane graph.
//!
//! Vector opcodes that work lane by lane become one node per lane, chains become the nodes of their
//! steps, and a row seen over a smaller domain becomes itself. Rows must obey what validation checks
//! (operands first, widths, lanes); the first that does not is reported as [`FieldError::Malformed`].

mod chain;
mod meet;

use super::FieldError;
use super::graph::{Bank, Graph, Kind, Part, Value};
use crate::ir::meet::{How, how};
use crate::ir::{
    ChainId, ChainOperand, ConstId, FieldExpr, FieldId, FieldNode, Op, Pool, Program, SignalExpr,
    SignalId,
};
use crate::types::Domain;

/// The lanes of every row that a request needs.
#[derive(Debug, Default)]
pub(super) struct Rows {
    lanes: Vec<Vec<Value>>,
}

impl Rows {
    /// Lanes of a row; one for a path.
    pub(super) fn of(&self, field: FieldId) -> &[Value] {
        self.lanes.get(field.index()).map_or(&[], Vec::as_slice)
    }
}

/// Takes the rows that the requests of `program` reach apart.
pub(super) fn lower(program: &Program, graph: &mut Graph) -> Result<Rows, FieldError> {
    let nodes = &program.tables.field.nodes;
    let mut needed = vec![false; nodes.len()];
    for request in &program.tables.materialize.requests {
        mark(&mut needed, request.field, None)?;
    }
    for at in (0..nodes.len()).rev().filter(|&at| nodes.get(at).is_some()) {
        if needed[at] {
            for operand in operands(&nodes[at].expr) {
                mark(&mut needed, operand, Some(FieldId::at(at)))?;
            }
        }
    }
    let mut lowering = Lowering {
        program,
        graph,
        rows: Rows::default(),
    };
    for (at, node) in nodes.iter().enumerate() {
        let lanes = if needed[at] {
            let field = FieldId::at(at);
            let malformed = |what| FieldError::Malformed { field, what };
            let lanes = lowering.row(node).map_err(malformed)?;
            let want = lowering.domain(node).map_err(malformed)?;
            if lanes.len() != lanes_of(want) {
                return Err(malformed("its lanes are not those of its type"));
            }
            lanes
        } else {
            Vec::new()
        };
        lowering.rows.lanes.push(lanes);
    }
    Ok(lowering.rows)
}

fn mark(needed: &mut [bool], field: FieldId, user: Option<FieldId>) -> Result<(), FieldError> {
    let before = user.map_or(needed.len(), FieldId::index);
    match needed.get_mut(field.index()) {
        Some(flag) if field.index() < before => {
            *flag = true;
            Ok(())
        }
        _ => Err(FieldError::Malformed {
            field,
            what: "it does not stand before its user",
        }),
    }
}

fn operands(expr: &FieldExpr) -> Vec<FieldId> {
    match expr {
        FieldExpr::Apply { args, .. } => args.clone(),
        FieldExpr::Combine { terms, .. } => terms.clone(),
        FieldExpr::Narrow(src)
        | FieldExpr::Transform { src, .. }
        | FieldExpr::OnDomain { src, .. } => vec![*src],
        _ => Vec::new(),
    }
}

/// Lanes in the graph: a path is one.
fn lanes_of(domain: Domain) -> usize {
    if domain == Domain::Path {
        1
    } else {
        domain.lanes()
    }
}

/// Which rule a row breaks.
type Fallible<T> = Result<T, &'static str>;

struct Lowering<'a> {
    program: &'a Program,
    graph: &'a mut Graph,
    rows: Rows,
}

impl Lowering<'_> {
    fn domain(&self, node: &FieldNode) -> Fallible<Domain> {
        let ty = self
            .program
            .types
            .get(node.r#type.index())
            .ok_or("it has no type")?;
        Ok(ty.domain)
    }

    fn row(&mut self, node: &FieldNode) -> Fallible<Vec<Value>> {
        let domain = self.domain(node)?;
        let bank = match (domain, node.wide) {
            (Domain::Path, true) => return Err("an outline is not wide"),
            (Domain::Path, false) => Bank::Path,
            (_, true) => Bank::Wide,
            (_, false) => Bank::Narrow,
        };
        let lanes = lanes_of(domain);
        let count = match node.dom {
            None => None,
            Some(d) => Some(
                self.program
                    .tables
                    .graph
                    .domains
                    .get(d.index())
                    .ok_or("no domain")?,
            ),
        };
        let count = count.map(|d| d.count);
        match &node.expr {
            FieldExpr::Const(id) => self.constant(*id, bank, lanes),
            FieldExpr::Array(id) => self.array(*id, bank, lanes),
            FieldExpr::Broadcast(signal) => self.signal(*signal, bank, lanes),
            FieldExpr::Index => Ok(vec![self.graph.node(Kind::Index, Bank::Wide, 1, &[])]),
            FieldExpr::Count => {
                let count = count.ok_or("count of no domain")?;
                Ok(vec![self.graph.number(Bank::Wide, f64::from(count))])
            }
            FieldExpr::IdHash { r#fn, salt } => {
                let domain = node.dom.ok_or("ids of no domain")?;
                self.program
                    .tables
                    .constants
                    .index
                    .get(salt.index())
                    .ok_or("no salt")?;
                let kind = Kind::IdHash {
                    domain,
                    hash: *r#fn,
                    salt: *salt,
                };
                Ok(vec![self.graph.node(kind, Bank::Wide, 1, &[])])
            }
            FieldExpr::History(cell) => {
                self.program
                    .tables
                    .state
                    .cells
                    .get(cell.index())
                    .ok_or("no such cell")?;
                Ok(vec![self.graph.node(Kind::History(*cell), bank, 1, &[])])
            }
            FieldExpr::Narrow(src) => {
                let lanes = self.operand(*src, Bank::Wide)?;
                Ok(self.each(lanes.len(), |g, i| {
                    g.node(Kind::Narrow, Bank::Narrow, 1, &lanes[i..=i])
                }))
            }
            FieldExpr::Apply { op, args, imm } => {
                let mut lowered = Vec::new();
                for (at, &arg) in args.iter().enumerate() {
                    if takes_path(*op, at) || (*op == Op::Select && bank == Bank::Path && at > 0) {
                        lowered.push(self.operand(arg, Bank::Path)?);
                    } else {
                        let wide = if node.wide { Bank::Wide } else { Bank::Narrow };
                        lowered.push(self.operand(arg, wide)?);
                    }
                }
                if *op == Op::PerElementOffset {
                    let seed = lowered
                        .get(2)
                        .and_then(|s| self.constant_value(*s.first()?));
                    lowered[2] = self.element_hash(bank, seed)?;
                }
                self.apply(*op, *imm, bank, lanes, lowered)
            }
            FieldExpr::Transform { src, chain, args } => {
                let value = self.operand(*src, bank)?;
                self.chain(*chain, bank, value, args)
            }
            FieldExpr::OnDomain { src, missing } => {
                let lanes = self.operand(*src, bank)?;
                let rows = self.rows_of(*src)?;
                if rows >= count.ok_or("it is over no domain")? {
                    return Ok(lanes);
                }
                let missing = self.constant(*missing, bank, lanes.len())?;
                let kind = Kind::OnDomain { rows };
                Ok(self.each(lanes.len(), |g, i| {
                    g.node(kind.clone(), bank, 1, &[lanes[i], missing[i]])
                }))
            }
            FieldExpr::Combine {
                mode,
                terms,
                silent,
                ..
            } => {
                let silent = self.constant(*silent, bank, lanes)?;
                let how = how(*mode, domain.family(), terms.len());
                let mut rows = Vec::new();
                let mut lowered = Vec::new();
                for &term in terms {
                    let all = count.is_none_or(|n| self.rows_of(term).is_ok_and(|r| r >= n));
                    rows.push(if all { u32::MAX } else { self.rows_of(term)? });
                    lowered.push(self.operand(term, bank)?);
                }
                Ok(self.combine(how, bank, &rows, &lowered, silent))
            }
        }
    }

    fn each(&mut self, lanes: usize, f: impl Fn(&mut Graph, usize) -> Value) -> Vec<Value> {
        (0..lanes).map(|i| f(self.graph, i)).collect()
    }

    fn operand(&self, field: FieldId, bank: Bank) -> Fallible<Vec<Value>> {
        let lanes = self.rows.of(field);
        match lanes.first() {
            Some(&first) if self.graph.of(first).bank == bank => Ok(lanes.to_vec()),
            _ => Err("an operand has another width"),
        }
    }

    /// Elements that a row has; all if it is over no domain.
    fn rows_of(&self, field: FieldId) -> Fallible<u32> {
        let tables = &self.program.tables;
        let node = tables.field.nodes.get(field.index()).ok_or("no such row")?;
        match node.dom {
            None => Ok(u32::MAX),
            Some(d) => Ok(tables
                .graph
                .domains
                .get(d.index())
                .ok_or("no domain")?
                .count),
        }
    }

    fn constant(&mut self, id: ConstId, bank: Bank, lanes: usize) -> Fallible<Vec<Value>> {
        let row = *self
            .program
            .tables
            .constants
            .index
            .get(id.index())
            .ok_or("no constant")?;
        if bank == Bank::Path {
            let inside = (row.at as usize) < self.program.tables.constants.paths.len();
            if row.pool != Pool::Paths || !inside {
                return Err("its constant is no path");
            }
            return Ok(vec![self.graph.node(Kind::PathConst(row.at), bank, 1, &[])]);
        }
        let values = self
            .program
            .tables
            .constants
            .numbers(id)
            .ok_or("its constant is no number")?;
        if values.len() != lanes {
            return Err("its constant has other lanes");
        }
        Ok(values.iter().map(|&v| self.graph.number(bank, v)).collect())
    }

    fn array(&mut self, id: ConstId, bank: Bank, lanes: usize) -> Fallible<Vec<Value>> {
        let constants = &self.program.tables.constants;
        let row = *constants.index.get(id.index()).ok_or("no constant")?;
        let (pool, entries) = match bank {
            Bank::Narrow => (Pool::F32, constants.f32.len()),
            Bank::Wide => (Pool::F64, constants.f64.len()),
            Bank::Path => (Pool::Paths, constants.paths.len()),
        };
        let end = row.at as usize + row.len as usize;
        if row.pool != pool || end > entries {
            return Err("its column is not in the pool of its width");
        }
        let rows = row.len / lanes.max(1) as u32;
        if bank == Bank::Path {
            let kind = Kind::PathArray { at: row.at, rows };
            return Ok(vec![self.graph.node(kind, bank, 1, &[])]);
        }
        let stride = lanes as u32;
        Ok(self.each(lanes, |g, lane| {
            let kind = Kind::Array {
                at: row.at + lane as u32,
                stride,
                rows,
            };
            g.node(kind, bank, 1, &[])
        }))
    }

    fn signal(&mut self, id: SignalId, bank: Bank, lanes: usize) -> Fallible<Vec<Value>> {
        if self.signal_lanes(id)? != lanes || bank == Bank::Path {
            return Err("its signal has other lanes");
        }
        Ok(self.each(lanes, |g, lane| {
            g.node(
                Kind::Signal {
                    id,
                    lane: lane as u32,
                },
                bank,
                1,
                &[],
            )
        }))
    }

    fn signal_lanes(&self, id: SignalId) -> Fallible<usize> {
        let node = self
            .program
            .tables
            .sig
            .nodes
            .get(id.index())
            .ok_or("no such signal")?;
        let ty = self.program.types.get(node.r#type.index());
        Ok(ty.ok_or("a signal has no type")?.domain.lanes())
    }

    /// What `perElementOffset` reads in place of its seed.
    fn element_hash(&mut self, bank: Bank, seed: Option<f64>) -> Fallible<Vec<Value>> {
        let seed = seed.ok_or("its seed is not constant")?;
        Ok(vec![self.graph.node(
            Kind::ElementHash {
                seed: seed.to_bits(),
            },
            bank,
            1,
            &[],
        )])
    }

    /// An opcode on the lanes of its operands.
    fn apply(
        &mut self,
        op: Op,
        imm: u32,
        bank: Bank,
        lanes: usize,
        args: Vec<Vec<Value>>,
    ) -> Fallible<Vec<Value>> {
        if args.len() != op.arity() {
            return Err("its opcode takes another number of operands");
        }
        let parts: Vec<Value> = args.iter().flatten().copied().collect();
        if matches!(op, Op::HslToRgb | Op::Jitter) && parts.len() != 4 {
            return Err("its operands have other lanes");
        }
        let width = args.first().map_or(0, Vec::len) as u32;
        match (op, imm) {
            (Op::Vec2Make | Op::Vec3Make | Op::Vec4Make | Op::ColorMake, _) | (Op::Cast, 1 | 2) => {
                Ok(parts)
            }
            (Op::Lane, _) => Ok(vec![*parts.get(imm as usize).ok_or("it has no such lane")?]),
            (Op::WithAlpha, _) if parts.len() == 5 => Ok([&parts[..3], &parts[4..]].concat()),
            (Op::Cast, 5) => Ok([parts, vec![self.graph.number(bank, 0.0)]].concat()),
            (Op::Cast, 6) if parts.len() == 3 => Ok(parts[..2].to_vec()),
            (Op::HslToRgb, _) => Ok(self.hsl_to_rgb(bank, &parts)),
            (Op::Jitter, _) => Ok(self.jitter(bank, &parts)),
            _ if op.is_lanewise() && bank != Bank::Path => {
                let fits = |a: &Vec<Value>| a.len() == 1 || a.len() == lanes;
                if !args.iter().all(fits) {
                    return Err("its operands differ in lanes");
                }
                let kind = Kind::Apply { op, imm, width: 1 };
                Ok(self.each(lanes, |g, i| {
                    let lane: Vec<Value> = args.iter().map(|a| a[i.min(a.len() - 1)]).collect();
                    g.node(kind.clone(), bank, 1, &lane)
                }))
            }
            _ => {
                let kind = Kind::Apply { op, imm, width };
                let first = self.graph.node(kind, bank, lanes as u8, &parts);
                Ok(self.graph.outs(first))
            }
        }
    }

    /// `hslToRgb` in its parts; alpha stays where it is.
    fn hsl_to_rgb(&mut self, bank: Bank, parts: &[Value]) -> Vec<Value> {
        let chroma = Kind::Part(Part::Chroma);
        let chroma = self.graph.node(chroma, bank, 2, &parts[1..3]);
        let operands = [&parts[..1], &self.graph.outs(chroma)].concat();
        let rgb = self.graph.node(Kind::Part(Part::Hue), bank, 3, &operands);
        [self.graph.outs(rgb), parts[3..].to_vec()].concat()
    }

    /// `jitter` in its parts.
    fn jitter(&mut self, bank: Bank, parts: &[Value]) -> Vec<Value> {
        let step = |op| Kind::Apply {
            op,
            imm: 0,
            width: 1,
        };
        let &[random, phase, amount, frequency] = parts else {
            return Vec::new();
        };
        let turns = self.graph.node(step(Op::Mul), bank, 1, &[phase, frequency]);
        let moved = self.graph.node(step(Op::Fract), bank, 1, &[turns]);
        let drift = Kind::Part(Part::Drift);
        let drift = self.graph.node(drift, bank, 2, &[random, moved, amount]);
        self.graph.outs(drift)
    }

    /// The number of a constant node.
    fn constant_value(&self, value: Value) -> Option<f64> {
        let node = self.graph.of(value);
        match (&node.kind, node.bank) {
            (Kind::Const(bits), Bank::Wide) => Some(f64::from_bits(*bits)),
            (Kind::Const(bits), _) => Some(f64::from(f32::from_bits(*bits as u32))),
            _ => None,
        }
    }
}

/// Whether operand `at` of an opcode is an outline.
fn takes_path(op: Op, at: usize) -> bool {
    match op {
        Op::PathPoint | Op::PathMove => at == 0,
        Op::PathMorph => at < 2,
        _ => false,
    }
}
