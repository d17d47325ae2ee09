//! What a test's program runs, and in which order.

use super::{Bench, cyclic};
use crate::ir::*;

impl Bench {
    /// Steps in order: what is computed, by rank, with the buses and reductions in between, rails,
    /// columns, sinks.
    pub(super) fn schedule(&mut self) -> Vec<(StepKind, Phase, Vec<ValueRef>)> {
        for name in RANKS {
            let key = self.build.text(name);
            self.build.tables.graph.blocks.push(BlockRow {
                key,
                r#type: key,
                capability: Capability::Pure,
                r#in: Vec::new(),
                out: Vec::new(),
                compiler_tag: None,
            });
        }
        self.source();
        let mut steps = vec![
            (StepKind::ExternalSample, Phase::External, Vec::new()),
            (StepKind::TimeDerive, Phase::TimeDerive, Vec::new()),
            (StepKind::TimeConsole, Phase::TimeConsole, Vec::new()),
        ];
        let order = self.order();
        let plan = &mut self.build.tables.materialize;
        for (rank, (run, barriers)) in order.into_iter().enumerate() {
            let phase = if rank == 0 {
                Phase::PreBus
            } else {
                Phase::PostBus
            };
            if !run.is_empty() {
                let block = BlockId::at(rank);
                steps.push((StepKind::NodeEval { block }, phase, run));
            }
            for (barrier, value) in barriers {
                match barrier {
                    Barrier::Bus(bus) => {
                        steps.push((StepKind::BusEval { bus }, Phase::BusEval, vec![value]));
                    }
                    Barrier::Reduce(sig) => {
                        let group = GroupId::at(plan.groups.len());
                        let wanted = Consumer::Reduce(sig);
                        let req = plan.requests.iter().position(|r| r.consumer == wanted);
                        let req = ReqId::at(req.expect("a reduction has a request"));
                        plan.groups.push(Group {
                            domain: plan.requests[req.index()].domain,
                            reqs: vec![req],
                            uniforms: Vec::new(),
                        });
                        let kind = StepKind::Materialize { group };
                        steps.push((kind, Phase::PostBus, Vec::new()));
                        let kind = StepKind::Reduce { sig };
                        steps.push((kind, Phase::PostBus, vec![value]));
                    }
                }
            }
        }
        for rail in 0..6 {
            let kind = StepKind::RailResolve { rail: RailId(rail) };
            steps.push((kind, Phase::RailResolve, Vec::new()));
        }
        steps.push((StepKind::StateCommit, Phase::RailResolve, Vec::new()));
        let drawn = |r: &Request| !matches!(r.consumer, Consumer::Reduce(_));
        for domain in 0..self.build.tables.graph.domains.len() {
            let requests = plan.requests.iter().enumerate();
            let reqs: Vec<ReqId> = requests
                .filter(|(_, r)| drawn(r) && r.domain.index() == domain)
                .map(|(i, _)| ReqId::at(i))
                .collect();
            if !reqs.is_empty() {
                let group = GroupId::at(plan.groups.len());
                plan.groups.push(Group {
                    domain: DomainId::at(domain),
                    reqs,
                    uniforms: Vec::new(),
                });
                steps.push((StepKind::Materialize { group }, Phase::Render, Vec::new()));
            }
        }
        let sinks = &self.build.tables.render.sinks;
        let depth = |mut i: usize| {
            let mut depth = 0;
            while let Some(parent) = sinks[i].parent {
                (depth, i) = (depth + 1, parent.index());
            }
            depth
        };
        let mut order: Vec<usize> = (0..sinks.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(depth(i)));
        for i in order {
            let sink = SinkId::at(i);
            steps.push((StepKind::SinkEval { sink }, Phase::Render, Vec::new()));
        }
        steps.push((StepKind::RenderAssemble, Phase::RenderAssemble, Vec::new()));
        steps
    }

    /// A block with an output, from which everything is published.
    fn source(&mut self) {
        let [key, out] = ["source", "out"].map(|word| self.build.text(word));
        let value = self.num(0.0);
        self.build.tables.graph.blocks.push(BlockRow {
            key,
            r#type: key,
            capability: Capability::Pure,
            r#in: Vec::new(),
            out: vec![Port {
                name: out,
                slot: SlotId::default(),
                r#ref: ValueRef::Sig(value),
                src: PortSource::None,
                r#use: None,
            }],
            compiler_tag: None,
        });
    }

    /// Computed nodes in evaluation order by rank: how many buses and reductions come before on the
    /// longest way. Each rank ends with its own buses and reductions.
    fn order(&self) -> Vec<Rank> {
        let program = self.probe();
        let tables = &program.tables;
        let mut order: Vec<(ValueRef, usize)> = Vec::new();
        let signals = (0..tables.sig.nodes.len()).map(|i| ValueRef::Sig(SignalId::at(i)));
        let events = (0..tables.event.nodes.len()).map(|i| ValueRef::Event(EventId::at(i)));
        for root in signals.chain(events) {
            self.visit(&program, root, &mut order);
        }
        let mut ranks: Vec<Rank> = Vec::new();
        for (value, rank) in order {
            // A barrier counts itself; it ends the rank before.
            let (rank, barrier) = match barrier(&program, value) {
                Some(barrier) => (rank - 1, Some(barrier)),
                None => (rank, None),
            };
            ranks.resize_with(ranks.len().max(rank + 1), Rank::default);
            match barrier {
                Some(barrier) => ranks[rank].1.push((barrier, value)),
                None => ranks[rank].0.push(value),
            }
        }
        ranks
    }

    /// Enough of a program to walk operands.
    fn probe(&self) -> Program {
        Program {
            ir_version: 1,
            format_version: 1,
            patch_id: String::new(),
            patch_revision: 0,
            compile_id: String::new(),
            program_hash: String::new(),
            seed: 0,
            memory: Memory::None,
            time_model: cyclic(1.0),
            viewport: Viewport {
                width: 1,
                height: 1,
                background: [0.0; 4],
            },
            types: self.build.types.clone(),
            tables: self.build.tables.clone(),
            schedule: Schedule::default(),
            outputs: Vec::new(),
            roots: Roots::default(),
            debug: Debug::default(),
            meta: Meta::default(),
        }
    }

    /// Post-order; gives how many barriers lie on the longest way to `value`, itself included.
    fn visit(
        &self,
        program: &Program,
        value: ValueRef,
        order: &mut Vec<(ValueRef, usize)>,
    ) -> usize {
        let tables = &program.tables;
        let computed = match value {
            ValueRef::Sig(id) => operands::is_computed_signal(&tables.sig.nodes[id.index()].expr),
            ValueRef::Event(id) => {
                operands::is_computed_event(&tables.event.nodes[id.index()].expr)
            }
            _ => false,
        };
        if !computed {
            return 0;
        }
        if let Some((_, rank)) = order.iter().find(|(v, _)| *v == value) {
            return *rank;
        }
        let mut reads = Vec::new();
        match value {
            ValueRef::Sig(id) => {
                let expr = &tables.sig.nodes[id.index()].expr;
                operands::of_signal(program, expr, &mut |v| reads.push(v));
            }
            ValueRef::Event(id) => {
                let expr = &tables.event.nodes[id.index()].expr;
                operands::of_event(program, expr, &mut |v| reads.push(v));
            }
            _ => {}
        }
        let before = reads
            .into_iter()
            .map(|read| self.visit(program, read, order));
        let rank = before.max().unwrap_or(0) + usize::from(barrier(program, value).is_some());
        order.push((value, rank));
        rank
    }
}

/// Names of the blocks that compute what is not a barrier.
pub(super) const RANKS: [&str; 4] = ["early", "late", "later", "last"];

/// Nodes of a block, then the barriers behind it.
type Rank = (Vec<ValueRef>, Vec<(Barrier, ValueRef)>);

/// What has a step of its own.
#[derive(Clone, Copy)]
enum Barrier {
    Bus(BusId),
    Reduce(SignalId),
}

fn barrier(program: &Program, value: ValueRef) -> Option<Barrier> {
    if let ValueRef::Sig(id) = value
        && matches!(
            program.tables.sig.nodes[id.index()].expr,
            SignalExpr::Reduce { .. }
        )
    {
        return Some(Barrier::Reduce(id));
    }
    let buses = &program.tables.graph.buses;
    let bus = buses.iter().position(|bus| bus.root == value)?;
    Some(Barrier::Bus(BusId::at(bus)))
}
