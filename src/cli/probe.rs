//! `oscilla probe`: numbers in place of pictures.
//!
//! One JSON object a frame, or a line a frame (a line per element where a target is a column). The
//! frames are those of the plan, warm-up included, so a value here is the value in the picture.

mod cells;

use super::args::{ProbeArgs, ProbeFormat};
use super::console::{self, Console};
use super::failure::{Failure, Status};
use super::job;
use super::load::load;
use super::render::judge;
use super::signals::Stop;
use super::studio::Host;
use crate::export::{Evaluated, Walk, integrity};
use crate::render_tree::json;
use crate::vm::{EngineOptions, ProbeError, ProbeId, Target};
use cells::{Sheet, json_object};
use std::io::{self, Write};

pub(super) fn run(args: &ProbeArgs, console: &mut Console) -> Result<Status, Failure> {
    let ready = load(&args.patch, &args.patch_flags, args.strict)?
        .into_program(console)?
        .with_inputs(&args.inputs, &[], args.strict, console)?;
    let (plan, frames) = job::plan(&args.plan, &ready.program)?;
    let options = EngineOptions {
        strict: args.strict,
        ..EngineOptions::default()
    };
    let mut host = Host::new(&ready.program, &ready.inputs, options.clone())?;
    let mut printer = Printer::new(args, &mut host)?;
    let stop = Stop::listen()?;
    if args.plan.require_closed_loop {
        let other = Host::new(&ready.program, &ready.inputs, options)?;
        let verdict = integrity::check(&plan, other, stop.flag())?;
        judge(verdict.as_ref(), &plan, true, console)?;
    }
    let mut walk = Walk::new(&plan, host);
    let mut failure = None;
    let mut stopped = false;
    console::data(|out| {
        for frame in frames.iter() {
            match walk.frame(frame, stop.flag()) {
                Err(error) => {
                    failure = Some(Failure::frame(frame, &error));
                    return Ok(());
                }
                Ok(None) => {
                    stopped = true;
                    return Ok(());
                }
                Ok(Some(evaluated)) => printer.print(&evaluated, walk.source(), out)?,
            }
        }
        Ok(())
    })?;
    match failure {
        Some(failure) => Err(failure),
        None if stopped => Ok(stop.status()),
        None => Ok(Status::Done),
    }
}

/// Targets and how they are printed.
enum Printer {
    Tree,
    Jsonl(Vec<(String, ProbeId)>),
    Sheet(Vec<(String, ProbeId)>, Sheet),
}

impl Printer {
    fn new(args: &ProbeArgs, host: &mut Host) -> Result<Self, Failure> {
        let tree = args.at.iter().any(|target| target == "tree");
        if tree {
            return match (args.at.len(), args.format) {
                (1, None | Some(ProbeFormat::Jsonl)) => Ok(Self::Tree),
                (1, Some(_)) => Err(Failure::usage("`tree` is printed as `--format jsonl` only")),
                _ => Err(Failure::usage("`tree` is probed alone")),
            };
        }
        let mut probes = Vec::with_capacity(args.at.len());
        for text in &args.at {
            let id = text
                .parse::<Target>()
                .and_then(|target| host.engine_mut().watch(target));
            probes.push((text.clone(), id.map_err(|error| unknown(&error))?));
        }
        Ok(match args.format {
            Some(ProbeFormat::Jsonl) => Self::Jsonl(probes),
            Some(ProbeFormat::Csv) => Self::Sheet(probes, Sheet::csv()),
            Some(ProbeFormat::Table) | None => Self::Sheet(probes, Sheet::table()),
        })
    }

    fn print(&mut self, evaluated: &Evaluated, host: &Host, out: &mut dyn Write) -> io::Result<()> {
        let (frame, t_ms) = (evaluated.tree.frame, evaluated.tree.t_ms);
        let values = |probes: &[(String, ProbeId)]| {
            probes
                .iter()
                .map(|(name, id)| {
                    (
                        name.clone(),
                        host.engine().probe(*id).map(|s| s.value.clone()),
                    )
                })
                .collect::<Vec<_>>()
        };
        match self {
            Self::Tree => writeln!(out, "{}", json::to_string(&evaluated.tree)),
            Self::Jsonl(probes) => writeln!(out, "{}", json_object(frame, t_ms, &values(probes))),
            Self::Sheet(probes, sheet) => sheet.print(frame, t_ms, &values(probes), out),
        }
    }
}

fn unknown(error: &ProbeError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        ProbeError::Unknown { near, .. } if !near.is_empty() => {
            let list: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
            failure.hint(format!("did you mean {}?", list.join(" or ")))
        }
        _ => failure,
    }
}
