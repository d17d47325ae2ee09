//! `oscilla inspect`: what a patch became, in tables, as a drawing, or one value back to its sources.

mod drawing;
mod explain;
mod graph;
mod tables;

use super::args::{GraphFlag, InspectArgs, Section};
use super::console::Console;
use super::failure::{Failure, Status};
use super::job;
use super::load::{Ready, load};
use super::probe::unknown;
use super::save::save;
use super::signals::Stop;
use super::studio::Host;
use crate::export::Walk;
use crate::ir::facts::Facts;
use crate::vm::Target;
use graph::Graph;
use serde_json::Value;
use std::path::Path;

pub(super) fn run(args: &InspectArgs, console: &mut Console) -> Result<Status, Failure> {
    let evaluate = &args.evaluate;
    if let Some(target) = &args.explain {
        return explained(args, &evaluate.ready(console)?, target);
    }
    let ready = load(&evaluate.patch, &evaluate.patch_flags, evaluate.strict)?;
    let ready = ready.into_program(console)?;
    let facts = Facts::of(&ready.program);
    if let Some(format) = args.graph {
        let text = drawn(&Graph::new(&facts), format)?;
        write(args, &text)?;
        return Ok(Status::Done);
    }
    let sections: &[Section] = match args.section.as_slice() {
        [] => &Section::ALL,
        some => some,
    };
    if args.json {
        write(args, &(json(&facts, sections) + "\n"))?;
    } else {
        let mut text = Vec::new();
        for section in sections {
            tables::print(*section, &facts, &mut text)?;
        }
        write(args, &String::from_utf8_lossy(&text))?;
    }
    Ok(Status::Done)
}

fn write(args: &InspectArgs, text: &str) -> Result<(), Failure> {
    let out = args.out.as_deref().unwrap_or(Path::new("-"));
    save(out, |out| out.write_all(text.as_bytes()))
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

fn drawn(graph: &Graph, format: GraphFlag) -> Result<String, Failure> {
    match format {
        GraphFlag::Dot => Ok(graph.dot()),
        GraphFlag::Mermaid => Ok(graph.mermaid()),
        GraphFlag::Svg if graph.nodes.len() + graph.arrows.len() > 2 * drawing::MAX => {
            let message = format!(
                "{} boxes and {} arrows are too many to draw, {} are allowed",
                graph.nodes.len(),
                graph.arrows.len(),
                2 * drawing::MAX
            );
            Err(Failure::usage(message).hint("write `--graph dot` and draw it with Graphviz"))
        }
        GraphFlag::Svg => drawing::svg(graph).map_err(Failure::usage),
    }
}

/// Evaluates one frame, and everything that the value needs in it.
fn explained(args: &InspectArgs, ready: &Ready, target: &str) -> Result<Status, Failure> {
    let target: Target = target.parse().map_err(|error| unknown(&error))?;
    let (plan, frames) = job::plan_to_watch(&args.evaluate.plan, &ready.program)?;
    let mut host = Host::new(
        &ready.program,
        &ready.inputs,
        args.evaluate.engine_options(),
    )?;
    if let Err(error) = host.engine().explain(&target) {
        return Err(unknown(&error));
    }
    // Every value on the way is to be this frame's.
    host.engine_mut().run_everything();
    let stop = Stop::listen()?;
    let mut walk = Walk::new(&plan, host);
    let frame = frames.first();
    let made = walk.frame(frame, stop.flag());
    let Some(made) = made.map_err(|error| Failure::frame(frame, &error))? else {
        return Ok(stop.status());
    };
    let explained = walk.source().engine().explain(&target);
    let explanation = explained.map_err(|error| unknown(&error))?;
    let t_ms = made.tree.t_ms;
    let mut text = Vec::new();
    if args.json {
        let mut object = explain::to_json(&explanation);
        object["frame"] = frame.into();
        object["tMs"] = t_ms.into();
        text.extend(
            serde_json::to_string_pretty(&object)
                .unwrap_or_default()
                .bytes(),
        );
        text.push(b'\n');
    } else {
        text.extend(format!("frame {frame} at {t_ms} ms\n").bytes());
        explain::print(&explanation, &mut text)?;
    }
    write(args, &String::from_utf8_lossy(&text))?;
    Ok(Status::Done)
}
