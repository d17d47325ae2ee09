//! `oscilla inspect`: what a patch became, in tables, as a drawing, or one value back to its sources.

mod tables;

use super::args::{InspectArgs, Section};
use super::console::{self, Console};
use super::failure::{Failure, Status};
use super::load::load;
use crate::ir::facts::Facts;
use serde_json::Value;

pub(super) fn run(args: &InspectArgs, console: &mut Console) -> Result<Status, Failure> {
    let ready = load(&args.patch, &args.patch_flags, false)?.into_program(console)?;
    let facts = Facts::of(&ready.program);
    let sections: &[Section] = match args.section.as_slice() {
        [] => &Section::ALL,
        some => some,
    };
    if args.json {
        let text = json(&facts, sections);
        console::data(|out| writeln!(out, "{text}"))?;
    } else {
        console::data(|out| {
            sections
                .iter()
                .try_for_each(|section| tables::print(*section, &facts, out))
        })?;
    }
    Ok(Status::Done)
}

/// The chosen sections as one object; what the program is always stands first.
fn json(facts: &Facts, sections: &[Section]) -> String {
    let mut all = match serde_json::to_value(facts) {
        Ok(Value::Object(map)) => map,
        // Plain data with string keys is always an object.
        _ => serde_json::Map::new(),
    };
    all.retain(|key, _| key == "program" || sections.iter().any(|s| s.key() == key));
    serde_json::to_string_pretty(&all).unwrap_or_default()
}
