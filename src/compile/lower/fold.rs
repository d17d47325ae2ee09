//! What can be computed when the patch is compiled: chains and buses over constants.

use crate::ir::meet::{self, How, Term};
use crate::ir::op::{Counts, Op, eval};
use crate::ir::{Builder, Chain, ChainOperand, Combine, SignalId};
use crate::math::hash;
use crate::types::Domain;

/// The value of a chain on a constant; `None` if something on the way varies.
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
        let offset = step.op == Op::PerElementOffset;
        if !step.op.is_numeric() && !offset {
            return None;
        }
        let mut operands: Vec<&[f64]> = vec![&running];
        for operand in &step.operands {
            operands.push(match operand {
                ChainOperand::Const(c) => build.f64s(*c),
                ChainOperand::Arg(k) => args.get(*k as usize)?,
            });
        }
        let hash;
        if offset && operands.len() > 2 {
            // A signal is element 0.
            let seed = operands[2].first().copied().unwrap_or_default();
            hash = [hash::element_hash(0, seed, build.seed.value())];
            operands[2] = &hash;
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
    let last = terms.last()?;
    let how = meet::how(mode, domain.family(), terms.len());
    match how {
        How::Last => return Some(last.clone()),
        How::Over => {
            let colors = terms.iter().map(|t| std::array::from_fn(|k| t[k]));
            return colors.reduce(meet::over).map(|color| color.to_vec());
        }
        _ => {}
    }
    let lane = |k: usize| {
        let mut out = [0.0];
        let list = terms.iter().map(|lanes| Term {
            lanes: &lanes[k..=k],
            rows: 1,
        });
        meet::lanes(how, list, &[0.0], &mut out);
        out[0]
    };
    Some((0..domain.lanes()).map(lane).collect())
}
