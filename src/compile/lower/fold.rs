//! What can be computed when the patch is compiled: chains and buses over constants.

use crate::ir::op::{Counts, eval};
use crate::ir::{Builder, Chain, ChainOperand, Combine, SignalId};
use crate::types::{Domain, Family};

/// The value of a chain on a constant; `None` if something on the way varies, or an opcode reads more
/// than its operands.
pub(super) fn chain(
    build: &Builder,
    chain: &Chain,
    src: SignalId,
    args: &[SignalId],
) -> Option<Vec<f64>> {
    let mut running = build.folded(src)?;
    let args: Vec<Vec<f64>> = args
        .iter()
        .map(|a| build.folded(*a))
        .collect::<Option<_>>()?;
    for step in &chain.steps {
        if !step.op.is_numeric() {
            return None;
        }
        let mut operands: Vec<&[f64]> = vec![&running];
        for operand in &step.operands {
            operands.push(match operand {
                ChainOperand::Const(c) => build.f64s(*c),
                ChainOperand::Arg(k) => args.get(*k as usize)?,
            });
        }
        let lanes = build.types[step.to.index()].domain.lanes();
        let mut out = vec![0.0; lanes];
        eval::<f64>(
            step.op,
            step.imm,
            &operands,
            &mut out,
            &mut Counts::default(),
        );
        running = out;
    }
    Some(running)
}

/// The value of a bus whose terms are constants, by the rules that the engine follows: serial from
/// the left, a NaN makes sum, average, largest and smallest NaN.
pub(super) fn combine(
    build: &Builder,
    domain: Domain,
    mode: Combine,
    terms: &[SignalId],
) -> Option<Vec<f64>> {
    let terms: Vec<Vec<f64>> = terms
        .iter()
        .map(|t| build.folded(*t))
        .collect::<Option<_>>()?;
    let (last, rest) = terms.split_last()?;
    if rest.is_empty() {
        return Some(last.clone());
    }
    let boolean = domain.family() == Family::Boolean;
    let phase = domain.family() == Family::Phase;
    let color = domain.family() == Family::Color;
    let lanes = domain.lanes();
    let count = terms.len() as f64;
    let per_lane = |lane: &dyn Fn(usize) -> f64| (0..lanes).map(lane).collect::<Vec<f64>>();
    let fold = |i: usize, f: &dyn Fn(f64, f64) -> f64| {
        let mut values = terms.iter().map(|t| t[i]);
        let first = values.next().unwrap_or(0.0);
        values.fold(first, f)
    };
    let truth = |b: bool| vec![f64::from(u8::from(b))];
    let on = terms.iter().filter(|t| t[0] > 0.5).count();
    let wrapped = |v: f64| if phase { wrap(v) } else { v };
    Some(match mode {
        Combine::Last => last.clone(),
        Combine::Sum | Combine::Max if boolean => truth(on > 0),
        Combine::Min if boolean => truth(on == terms.len()),
        Combine::Average if boolean => truth(on * 2 > terms.len()),
        Combine::Layer if boolean => truth(on > 0),
        Combine::Layer if color => layer(&terms),
        Combine::Layer => last.clone(),
        Combine::Sum => per_lane(&|i| wrapped(fold(i, &|a, b| a + b))),
        Combine::Average => per_lane(&|i| wrapped(fold(i, &|a, b| a + b) / count)),
        Combine::Max => per_lane(&|i| fold(i, &max)),
        Combine::Min => per_lane(&|i| fold(i, &min)),
    })
}

/// Source-over in order, straight alpha, the first at the bottom.
fn layer(terms: &[Vec<f64>]) -> Vec<f64> {
    let mut below = terms[0].clone();
    for over in &terms[1..] {
        let rest = below[3] * (1.0 - over[3]);
        let alpha = over[3] + rest;
        for i in 0..3 {
            let sum = over[i] * over[3] + below[i] * rest;
            below[i] = if alpha == 0.0 { 0.0 } else { sum / alpha };
        }
        below[3] = alpha;
    }
    below
}

fn wrap(v: f64) -> f64 {
    let fraction = v - v.floor();
    if fraction == 1.0 { 0.0 } else { fraction }
}

fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if b < a {
        b
    } else {
        a
    }
}

fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if b > a {
        b
    } else {
        a
    }
}
