//! What a sink needs per element, as columns over the elements that it draws.
//!
//! A field over fewer elements is completed with the input's default; where the position is missing
//! the element does not exist, so the sink draws over a shorter domain rather than over elements that
//! would paint nothing.

use crate::blocks::rows::{Lane, Row};
use crate::blocks::{Column, Default, Lowering, Value};
use crate::ir::{DomainId, FieldExpr, Format, Op};
use crate::path::{self, PathData};
use crate::types::Domain;

/// The domain that is drawn: the elements of `domain` that have a position.
pub(super) fn drawn(l: &mut Lowering<'_>, positions: &str) -> DomainId {
    let domain = l.domain("domain");
    warn_short_fields(l, domain, positions);
    let field = l.field(positions);
    match l.build.field_over(field.0) {
        Some(over) => {
            let count = l.build.count(over);
            l.shortened(domain, count, "drawn")
        }
        None => domain,
    }
}

/// Says which fields do not reach all elements.
fn warn_short_fields(l: &mut Lowering<'_>, domain: DomainId, positions: &str) {
    let elements = l.build.count(domain);
    for input in l.block.inputs {
        let Value::Field(field) = l.bound(input.name).value else {
            continue;
        };
        let Some(over) = l.build.field_over(field) else {
            continue;
        };
        let count = l.build.count(over);
        if count < elements {
            let read = match count {
                1 => "1 element".to_owned(),
                count => format!("{count} elements"),
            };
            let message = format!(
                "`{}` reads {read} at `{}`, but draws {elements}",
                l.id, input.name
            );
            let hint = if input.name == positions {
                "elements without a position are not drawn".to_owned()
            } else {
                "the others get the default".to_owned()
            };
            l.warning("field-size-mismatch", input.name, message, hint);
        }
    }
}

/// An input over the drawn domain, completed with its default.
pub(super) fn column(l: &mut Lowering<'_>, port: &str, drawn: DomainId) -> Lane {
    let field = l.field(port);
    if l.build.field_type(field.0).domain == Domain::Path {
        let missing = missing_path(l, port);
        return Lane(l.build.on_domain_path(field.0, drawn, missing));
    }
    let missing = missing(l, port);
    Lane(l.build.on_domain(field.0, drawn, &missing))
}

/// The default outline of an input.
fn missing_path(l: &Lowering<'_>, port: &str) -> PathData {
    match l.block.input(port).map(|(_, input)| input.default) {
        Some(Default::Path(text)) => path::text::parse(text).unwrap_or_default(),
        _ => PathData::default(),
    }
}

/// The default of an input, as lanes.
fn missing(l: &Lowering<'_>, port: &str) -> Vec<f32> {
    let Some((_, input)) = l.block.input(port) else {
        return Vec::new();
    };
    match input.default {
        Default::Number(v) => vec![v as f32],
        Default::Vec2(v) => v.map(|x| x as f32).to_vec(),
        Default::Vec3(v) => v.map(|x| x as f32).to_vec(),
        Default::Color("#ffffff") => vec![1.0; 4],
        Default::Color("#000000") => vec![0.0, 0.0, 0.0, 1.0],
        _ => vec![0.0; input.domain.lanes()],
    }
}

/// A colour with the opacity in its alpha.
pub(super) fn paint(l: &mut Lowering<'_>, port: &str, opacity: Lane, drawn: DomainId) -> Lane {
    let color = column(l, port, drawn);
    match Row::is(opacity, l, 1.0) {
        true => color,
        false => l.op(Op::MulAlpha, &[color, opacity]),
    }
}

/// A column of the sink, made from an input.
pub(super) fn filed(name: &'static str, port: &'static str, row: Lane, format: Format) -> Column {
    Column {
        name,
        port,
        field: row.0,
        format,
    }
}

/// Whether a row is the same constant for every element.
pub(super) fn is_constant(l: &Lowering<'_>, row: Lane, lanes: &[f32]) -> bool {
    match l.build.tables.field.nodes[row.0.index()].expr {
        FieldExpr::Const(c) => l.build.f32s(c) == lanes,
        _ => false,
    }
}
