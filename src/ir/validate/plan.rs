//! The materialisation plan: formats that fit, each request in one group and asked for, kernels whose
//! uniforms are as derived.

use super::Findings;
use crate::ir::*;
use crate::types::Domain;

pub(super) fn check(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/materialize/requests";
    let p = f.program;
    let plan = &p.tables.materialize;
    let mut groups = vec![0u32; plan.requests.len()];
    let uniforms = derive::group_uniforms(p);
    for (i, group) in plan.groups.iter().enumerate() {
        let table = "/tables/materialize/groups";
        for req in &group.reqs {
            groups[req.index()] += 1;
            if plan.requests[req.index()].domain != group.domain {
                f.add(
                    "ir-request",
                    table,
                    i,
                    "a group holds requests over one domain",
                );
            }
        }
        if !group.reqs.windows(2).all(|w| w[0] < w[1]) {
            f.add(
                "ir-request",
                table,
                i,
                "the requests of a group must ascend",
            );
        }
        if group.uniforms != uniforms[i] {
            f.add(
                "ir-request",
                table,
                i,
                "the uniforms are not what the kernel reads",
            );
        }
    }
    for (i, request) in plan.requests.iter().enumerate() {
        let node = &p.tables.field.nodes[request.field.index()];
        let domain = p.types[node.r#type.index()].domain;
        let fits = match request.format {
            Format::U8x4 => domain == Domain::Color,
            Format::Path => domain == Domain::Path,
            format => domain.lanes() == format.lanes(),
        };
        if !fits || node.wide {
            f.add("ir-request", TABLE, i, "the format does not fit the field");
        }
        if node.dom.is_some_and(|d| d != request.domain) {
            f.add("ir-domain", TABLE, i, "the field is over another domain");
        }
        let wanted = match request.consumer {
            Consumer::Sink { .. } | Consumer::Reduce(_) => RequestPolicy::PerFrame,
            Consumer::Probe(_) => request.policy,
        };
        if request.policy != wanted {
            let message = "what is drawn or reduced is needed in every frame";
            f.add("ir-request", TABLE, i, message);
        }
        if !is_asked_for(p, i, request) {
            f.add("ir-request", TABLE, i, "its consumer does not ask for it");
        }
        if groups[i] != 1 {
            f.add(
                "ir-request",
                TABLE,
                i,
                "each request is in exactly one group",
            );
        }
    }
}

/// Whether the consumer that a request names reads it.
fn is_asked_for(p: &Program, i: usize, request: &Request) -> bool {
    match request.consumer {
        Consumer::Sink { sink, input } => {
            let inputs = &p.tables.render.sinks[sink.index()].inputs;
            let read = inputs.get(input as usize).map(|input| input.from);
            read == Some(InputRef::Req(ReqId::at(i)))
        }
        Consumer::Reduce(s) => match p.tables.sig.nodes[s.index()].expr {
            SignalExpr::Reduce { field, .. } => field == request.field,
            _ => false,
        },
        Consumer::Probe(_) => true,
    }
}
