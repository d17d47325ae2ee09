//! Rails: six of them, each with its name, its type, a generator that fits and a bus that fits.

use super::Findings;
use super::chains::are_points;
use crate::ir::*;
use crate::types::{Domain, Family};

pub(super) fn check(f: &mut Findings<'_>) {
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
        let driven = derive::params_of(&rail.generator)
            .into_iter()
            .any(|param| matches!(param, Param::Drive { .. }));
        if rail.read == RailRead::InternalNow && (rail.drive != Drive::Internal || driven) {
            let message = "only a rail that is internal and not driven can be read as of now";
            f.add("ir-rail", TABLE, i, message);
        }
        if let Some(mirror) = rail.mirror
            && p.tables.graph.publishers[mirror.index()].from != rail.slot
        {
            f.add("ir-rail", TABLE, i, "the mirror does not publish the rail");
        }
        if !bus_fits(p, rail) {
            f.add(
                "ir-rail",
                TABLE,
                i,
                "the bus does not give values of the rail's type",
            );
        }
        if !shape_fits(p, &rail.generator) {
            let message = "points and stops are lists of finite numbers, with places that ascend";
            f.add("ir-rail", TABLE, i, message);
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

/// Whether the points of a curve and the stops of a palette, if there are any, can be followed.
fn shape_fits(p: &Program, generator: &Generator) -> bool {
    match generator {
        Generator::Energy {
            curve: EnergyCurve::Points(c),
            ..
        } => are_points(p, *c),
        Generator::Palette { stops: Some(c), .. } => are_stops(p, *c),
        _ => true,
    }
}

/// Whether a constant is a list of stops: a place, ascending, and r, g, b, a each.
fn are_stops(p: &Program, id: ConstId) -> bool {
    let constants = &p.tables.constants;
    let row = &constants.index[id.index()];
    let numbers: Option<Vec<f64>> = match row.pool {
        Pool::F64 => {
            let range = row.at as usize..row.at as usize + row.len as usize;
            constants.f64.get(range).map(<[f64]>::to_vec)
        }
        Pool::Json => {
            let rows = constants
                .json_text(id)
                .and_then(|text| serde_json::from_str(text).ok());
            rows.map(|rows: Vec<[f64; 5]>| rows.concat())
        }
        _ => None,
    };
    numbers.is_some_and(|list| {
        let whole = !list.is_empty() && list.len() % 5 == 0;
        whole && list.iter().all(|v| v.is_finite()) && list.iter().step_by(5).is_sorted()
    })
}

/// Whether what drives a rail, if anything does, is a signal or event of its type.
fn bus_fits(p: &Program, rail: &Rail) -> bool {
    let Some(user) = &rail.user else { return true };
    let value = match user.r#use {
        Some(used) => p.tables.transforms.uses[used.index()].at,
        None => p.tables.graph.buses[user.bus.index()].root,
    };
    let domain = p.types[rail.r#type.index()].domain;
    match value {
        ValueRef::Sig(s) => {
            let ty = p.tables.sig.nodes[s.index()].r#type;
            domain != Domain::Trigger && p.types[ty.index()].domain.lanes() == domain.lanes()
        }
        ValueRef::Event(_) => domain == Domain::Trigger,
        ValueRef::Const(c) => {
            let row = &p.tables.constants.index[c.index()];
            domain == Domain::Trigger
                || (row.pool == Pool::F64 && row.len as usize == domain.lanes())
        }
        _ => false,
    }
}
