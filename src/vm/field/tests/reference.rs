//! The meaning of a row, one element at a time, by recursion and [`op::eval`]: slow and plain.

use super::*;
use crate::ir::op::{self, Counts};
use crate::math::{Real, hash, number_text};
use crate::vm::field::lane::Element;

/// Lanes of element `i` of a row.
pub(super) fn row(run: &Run, field: FieldId, i: u32) -> Vec<f64> {
    let program = &run.program;
    let node = &program.tables.field.nodes[field.index()];
    let domain = program.types[node.r#type.index()].domain;
    let lanes = domain.lanes();
    let round = |v: f64| if node.wide { v } else { f64::from(v as f32) };
    let count = |d: DomainId| program.tables.graph.domains[d.index()].count;
    let has = |f: FieldId| {
        let dom = program.tables.field.nodes[f.index()].dom;
        dom.is_none_or(|d| i < count(d))
    };
    let numbers = |c: ConstId| program.tables.constants.numbers(c).expect("numbers");
    match &node.expr {
        FieldExpr::Const(c) => numbers(*c),
        FieldExpr::Array(c) => numbers(*c)[i as usize * lanes..][..lanes].to_vec(),
        FieldExpr::Broadcast(s) => run.registers.get(*s).iter().map(|&v| round(v)).collect(),
        FieldExpr::Index => vec![f64::from(i)],
        FieldExpr::Count => vec![f64::from(count(node.dom.expect("a domain")))],
        FieldExpr::IdHash { r#fn, salt } => {
            let ids = program.tables.graph.domains[node.dom.expect("a domain").index()].ids;
            let id = match ids {
                ElementIds::Grid { cols, .. } => format!("row-{}-col-{}", i / cols, i % cols),
                _ => i.to_string(),
            };
            let salt = numbers(*salt)[0];
            let key = format!("{id}-{}", number_text(salt));
            vec![match r#fn {
                IdHash::Stable => hash::seeded(hash::stable_hash(&key), program.seed, &key),
                IdHash::ById => hash::seeded(hash::hash01(&id, salt), program.seed, &key),
                IdHash::Offset if program.seed == 0 => 0.0,
                IdHash::Offset => hash::seed_offset(program.seed, &key),
            }]
        }
        FieldExpr::History(cell) => vec![round(run.cells.history(*cell).0[i as usize])],
        FieldExpr::Apply { op, args, imm } => {
            let args: Vec<Vec<f64>> = args.iter().map(|&a| row(run, a, i)).collect();
            eval(*op, *imm, &args, lanes, node.wide)
        }
        FieldExpr::Narrow(src) => row(run, *src, i)
            .iter()
            .map(|&v| f64::from(v as f32))
            .collect(),
        FieldExpr::Transform { src, chain, args } => {
            let mut value = row(run, *src, i);
            for step in &program.tables.transforms.chains[chain.index()].steps {
                let mut operands = vec![value];
                for operand in &step.operands {
                    let lanes: Vec<f64> = match operand {
                        ChainOperand::Const(c) => numbers(*c),
                        ChainOperand::Arg(k) => run.registers.get(args[*k as usize]).to_vec(),
                    };
                    operands.push(lanes.iter().map(|&v| round(v)).collect());
                }
                if step.op == Op::PerElementOffset {
                    let ChainOperand::Const(seed) = step.operands[1] else {
                        panic!("seed")
                    };
                    let h = hash::element_hash(i, numbers(seed)[0], program.seed);
                    operands[2] = vec![round(h)];
                }
                let to = program.types[step.to.index()].domain.lanes();
                value = eval(step.op, step.imm, &operands, to, node.wide);
            }
            value
        }
        FieldExpr::OnDomain { src, .. } if has(*src) => row(run, *src, i),
        FieldExpr::OnDomain { missing, .. } => numbers(*missing),
        FieldExpr::Combine {
            mode,
            terms,
            silent,
            ..
        } => {
            let there: Vec<Vec<f64>> = terms
                .iter()
                .filter(|&&t| has(t))
                .map(|&t| row(run, t, i))
                .collect();
            if there.is_empty() {
                return numbers(*silent);
            }
            (0..lanes)
                .map(|lane| {
                    let lane: Vec<f32> = there.iter().map(|t| t[lane] as f32).collect();
                    f64::from(combine(*mode, &lane, terms.len()))
                })
                .collect()
        }
    }
}

/// A bus of numbers.
fn combine(mode: Combine, terms: &[f32], all: usize) -> f32 {
    let fold = |f: fn(f32, f32) -> f32| terms.iter().copied().reduce(f).unwrap_or_default();
    match mode {
        Combine::Last | Combine::Layer => terms[terms.len() - 1],
        Combine::Sum => fold(|a, b| a + b),
        Combine::Average => fold(|a, b| a + b) / all as f32,
        Combine::Max => fold(Real::max),
        Combine::Min => fold(Real::min),
    }
}

fn eval(op: Op, imm: u32, args: &[Vec<f64>], lanes: usize, wide: bool) -> Vec<f64> {
    let mut counts = Counts::default();
    if wide {
        let args: Vec<&[f64]> = args.iter().map(Vec::as_slice).collect();
        let mut out = vec![0.0; lanes];
        op::eval(op, imm, &args, &mut out, &mut counts);
        out
    } else {
        let args: Vec<Vec<f32>> = args
            .iter()
            .map(|a| a.iter().map(|&v| v as f32).collect())
            .collect();
        let args: Vec<&[f32]> = args.iter().map(Vec::as_slice).collect();
        let mut out = vec![0.0f32; lanes];
        op::eval(op, imm, &args, &mut out, &mut counts);
        out.iter().map(|&v| f64::from(v)).collect()
    }
}

/// All rows of a float request equal the reference bit for bit.
pub(super) fn check(run: &Run, req: ReqId) {
    let request = &run.program.tables.materialize.requests[req.index()];
    let count = run.program.tables.graph.domains[request.domain.index()].count;
    for i in 0..count {
        let want = row(run, request.field, i);
        let element = Element {
            program: &run.program,
            registers: &run.registers,
            histories: &run.cells,
            index: i,
        };
        let rows = element.rows(request.field);
        let bits = |lanes: &[f64]| {
            lanes
                .iter()
                .map(|v| v.canonical().to_bits())
                .collect::<Vec<_>>()
        };
        let walked = rows.get(&request.field).map(|lanes| bits(lanes));
        assert_eq!(walked, Some(bits(&want)), "request {} element {i}", req.0);
        for (lane, &want) in want.iter().enumerate() {
            let got = run.at(req, i as usize, lane);
            let (got, want) = (got.canonical(), want.canonical());
            assert_eq!(
                got.to_bits(),
                want.to_bits(),
                "request {} element {i} lane {lane}: {got} instead of {want}",
                req.0,
            );
        }
        let finite = want.iter().all(|v| v.is_finite());
        assert_eq!(
            run.store.finite(req).at(i as usize),
            finite,
            "finite bit of {i}"
        );
    }
}
