//! `Render2dCanvas`: opaque black in place of the background.

use super::SINK;
use crate::blocks::{Block, Family, SinkSpec};
use crate::ir::{InputRef, SinkKind};
use crate::types::Domain;
use serde_json::json;

/// Opaque black in place of the background.
pub(in crate::blocks) static RENDER_2D_CANVAS: Block = Block {
    name: "Render2dCanvas",
    family: Family::Other,
    summary: "opaque black in place of the background",
    details: "Clears the whole image to opaque black before everything else is drawn. Several give \
              the same result as one. Alone it is no drawing.",
    lower: |l| {
        let black = l.build.const_f64(Domain::Color, &[0.0, 0.0, 0.0, 1.0]);
        let lowest = l.num(f64::NEG_INFINITY);
        let clear = SinkSpec {
            key: String::new(),
            kind: SinkKind::Clear,
            domain: None,
            columns: Vec::new(),
            inputs: vec![("color", InputRef::Const(black))],
            params: json!({}),
            z: lowest,
            children: Vec::new(),
        };
        l.sink("", clear);
    },
    ..SINK
};
