//! Buses, domains, rails, requests and roots.

use super::*;
use crate::ir::*;
use crate::types::{Domain, Family};

pub(super) fn check(f: &mut Findings<'_>) {
    domains(f);
    buses(f);
    rails(f);
    requests(f);
    roots(f);
    keys(f);
}

fn domains(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/graph/domains";
    for (i, row) in f.program.tables.graph.domains.iter().enumerate() {
        if let ElementIds::Grid { rows, cols } = row.ids
            && u64::from(rows) * u64::from(cols) != u64::from(row.count)
        {
            f.add("ir-domain", TABLE, i, "rows × columns is not the count");
        }
        if let ElementIds::Custom(c) = row.ids {
            let constants = &f.program.tables.constants;
            let c = &constants.index[c.index()];
            let list: Option<Vec<String>> = (c.pool == Pool::Json)
                .then(|| constants.json.get(c.at as usize))
                .flatten()
                .and_then(|text| serde_json::from_str(text).ok());
            let unique = |list: &Vec<String>| {
                let mut sorted: Vec<&String> = list.iter().collect();
                sorted.sort();
                sorted.windows(2).all(|w| w[0] != w[1])
            };
            if !list.is_some_and(|l| l.len() == row.count as usize && unique(&l)) {
                f.add(
                    "ir-domain",
                    TABLE,
                    i,
                    "the ids are not `count` unique texts",
                );
            }
        }
    }
}

fn buses(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/graph/buses";
    let graph = &f.program.tables.graph;
    let (mut next_pub, mut next_lis) = (0, 0);
    for (i, bus) in graph.buses.iter().enumerate() {
        if (bus.pubs[0], bus.lis[0]) != (next_pub, next_lis) {
            f.add(
                "ir-bus",
                TABLE,
                i,
                "the slices must cover the flat tables in order",
            );
            return;
        }
        next_pub += bus.pubs[1];
        next_lis += bus.lis[1];
        let publishers = &graph.publishers[bus.pubs[0] as usize..next_pub as usize];
        let mut enabled = 0;
        let ordered = publishers.iter().all(|p| {
            let fits = match p.order {
                Some(order) => p.enabled && order == enabled,
                None => !p.enabled,
            };
            enabled += u32::from(p.enabled);
            fits && p.bus == BusId::at(i)
        });
        let auto = |p: &Publisher| {
            f.program.tables.strings[p.key.index()].starts_with("auto-")
                && is_time(f.program, p.from)
        };
        let sorted = publishers.windows(2).all(|w| {
            let keys = |p: &Publisher| (!p.enabled, p.sort_key, !auto(p));
            let (a, b) = (keys(&w[0]), keys(&w[1]));
            a.0.cmp(&b.0)
                .then_with(|| {
                    if a.0 {
                        std::cmp::Ordering::Equal
                    } else {
                        a.1.total_cmp(&b.1)
                    }
                })
                .then_with(|| {
                    if a.0 {
                        std::cmp::Ordering::Equal
                    } else {
                        a.2.cmp(&b.2)
                    }
                })
                .then_with(|| w[0].key.cmp(&w[1].key))
                .is_le()
        });
        if !ordered || !sorted {
            f.add(
                "ir-bus",
                TABLE,
                i,
                "the publishers are not in combine order",
            );
        }
        let terms = match bus.root {
            ValueRef::Sig(s) => match &f.program.tables.sig.nodes[s.index()].expr {
                SignalExpr::Combine {
                    terms,
                    mode,
                    bus: own,
                    ..
                } => Some((terms.len(), *mode == bus.combine && own.index() == i)),
                _ => None,
            },
            ValueRef::Event(e) => match &f.program.tables.event.nodes[e.index()].expr {
                EventExpr::Combine {
                    terms,
                    mode,
                    bus: own,
                } => Some((
                    terms.len(),
                    *mode == bus.combine && *own == Some(BusId::at(i)),
                )),
                _ => None,
            },
            ValueRef::Field(x) => match &f.program.tables.field.nodes[x.index()].expr {
                FieldExpr::Combine {
                    terms,
                    mode,
                    bus: own,
                    ..
                } => Some((terms.len(), *mode == bus.combine && own.index() == i)),
                _ => None,
            },
            ValueRef::Const(_) => Some((enabled as usize, true)),
            _ => None,
        };
        if terms != Some((enabled as usize, true)) {
            f.add(
                "ir-bus",
                TABLE,
                i,
                "the root must combine the enabled publishers of the bus",
            );
        }
    }
    if next_pub as usize != graph.publishers.len() || next_lis as usize != graph.listeners.len() {
        f.add(
            "ir-bus",
            TABLE,
            graph.buses.len(),
            "publishers or listeners belong to no bus",
        );
    }
}

/// Whether a slot belongs to a block of capability `time`.
fn is_time(p: &Program, slot: SlotId) -> bool {
    match p.tables.graph.slots[slot.index()].owner {
        SlotOwner::Block { block, .. } => {
            p.tables.graph.blocks[block.index()].capability == Capability::Time
        }
        _ => false,
    }
}

fn rails(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/rails";
    let p = f.program;
    let wanted = [
        ("phaseA", Family::Phase),
        ("phaseB", Family::Phase),
        ("pulseA", Family::Trigger),
        ("pulseB", Family::Trigger),
        ("energy", Family::Number),
        ("palette", Family::Color),
    ];
    if p.tables.rails.len() != wanted.len() {
        f.add("ir-rail", TABLE, 0, "there must be six rails");
        return;
    }
    for (i, (rail, (name, family))) in p.tables.rails.iter().zip(wanted).enumerate() {
        let own = p.types[rail.r#type.index()].domain.family();
        if p.tables.strings[rail.key.index()] != name || own != family {
            f.add("ir-rail", TABLE, i, format!("rail {i} must be `{name}`"));
        }
        let phase = |id: RailId| id.index() < 2;
        let generator = match &rail.generator {
            Generator::Cycle { .. } => i < 2,
            Generator::Division { of, n } => (2..4).contains(&i) && phase(*of) && *n >= 1,
            Generator::Energy { source, .. } => i == 4 && phase(*source),
            Generator::Palette { source, .. } => i == 5 && phase(*source),
        };
        let number = |c: ConstId| {
            let row = &p.tables.constants.index[c.index()];
            row.pool == Pool::F64 && row.len == 1
        };
        let params = derive::params_of(&rail.generator)
            .into_iter()
            .all(|param| match param {
                Param::Const(c) => number(*c),
                Param::Drive { base, sig } => {
                    let ty = p.tables.sig.nodes[sig.index()].r#type;
                    number(*base) && p.types[ty.index()].domain.lanes() == 1
                }
            });
        if !generator || !params {
            f.add("ir-rail", TABLE, i, "the generator does not fit the rail");
        }
        if rail.combine == Combine::Layer {
            f.add("ir-rail", TABLE, i, "rails do not layer");
        }
        if rail.user.is_none() && rail.drive != Drive::Internal {
            f.add("ir-rail", TABLE, i, "a rail without a bus must be internal");
        }
        let silent = &p.tables.constants.index[rail.silent.index()];
        let lanes = p.types[rail.r#type.index()].domain.lanes();
        if lanes > 0 && (silent.pool != Pool::F64 || silent.len as usize != lanes) {
            f.add(
                "ir-const",
                TABLE,
                i,
                "the silent value does not fit the rail",
            );
        }
    }
}

fn requests(f: &mut Findings<'_>) {
    const TABLE: &str = "/tables/materialize/requests";
    let p = f.program;
    let plan = &p.tables.materialize;
    let mut groups = vec![0u32; plan.requests.len()];
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
        if group.uniforms != derive::uniforms(p, &group.reqs) {
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

fn roots(f: &mut Findings<'_>) {
    let p = f.program;
    let frame = p.outputs.first().is_some_and(|o| {
        o.kind == OutputKind::RenderTree
            && o.slot == p.roots.frame
            && p.tables.graph.slots[o.slot.index()].owner == SlotOwner::Frame
    });
    if !frame {
        f.add(
            "ir-root",
            "/outputs",
            0,
            "the first output must be the frame",
        );
    }
    if p.roots.sinks != p.tables.render.root {
        f.add(
            "ir-root",
            "/roots/sinks",
            0,
            "the roots are not the root sinks",
        );
    }
    let buses: Vec<ValueRef> = p.tables.graph.buses.iter().map(|b| b.root).collect();
    if p.roots.bus != buses {
        f.add(
            "ir-root",
            "/roots/bus",
            0,
            "the roots are not the bus roots",
        );
    }
    for (i, slot) in p.tables.graph.slots.iter().enumerate() {
        let lanes = |ty: TypeId| p.types[ty.index()].domain.lanes();
        let fits = match slot.r#ref {
            ValueRef::Sig(s) => lanes(p.tables.sig.nodes[s.index()].r#type) == lanes(slot.r#type),
            ValueRef::Field(x) => {
                lanes(p.tables.field.nodes[x.index()].r#type) == lanes(slot.r#type)
            }
            _ => true,
        };
        if !fits {
            f.add(
                "ir-type",
                "/tables/graph/slots",
                i,
                "the slot has another type than its value",
            );
        }
    }
}

/// Keys are unique in each table.
fn keys(f: &mut Findings<'_>) {
    let t = &f.program.tables;
    let tables: [(&str, Vec<StrId>); 7] = [
        (
            "/tables/graph/blocks",
            t.graph.blocks.iter().map(|r| r.key).collect(),
        ),
        (
            "/tables/graph/slots",
            t.graph.slots.iter().map(|r| r.key).collect(),
        ),
        (
            "/tables/graph/buses",
            t.graph.buses.iter().map(|r| r.key).collect(),
        ),
        (
            "/tables/graph/publishers",
            t.graph.publishers.iter().map(|r| r.key).collect(),
        ),
        (
            "/tables/graph/domains",
            t.graph.domains.iter().map(|r| r.key).collect(),
        ),
        (
            "/tables/materialize/requests",
            t.materialize.requests.iter().map(|r| r.key).collect(),
        ),
        (
            "/schedule/steps",
            f.program.schedule.steps.iter().map(|r| r.key).collect(),
        ),
    ];
    let mut seen = vec![u32::MAX; t.strings.len()];
    for (table, (name, keys)) in tables.iter().enumerate() {
        for (i, key) in keys.iter().enumerate() {
            if std::mem::replace(&mut seen[key.index()], table as u32) == table as u32 {
                let key = f.program.tables.strings[key.index()].clone();
                f.add(
                    "ir-duplicate-key",
                    name,
                    i,
                    format!("key `{key}` is there twice"),
                );
            }
        }
    }
}
