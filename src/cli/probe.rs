//! `oscilla probe`: numbers in place of pictures.
//!
//! One JSON object a frame, or a line a frame (a line per element where a target is a column). The
//! frames are those of the plan, warm-up included, so a value here is the value in the picture.

mod cells;
mod plot;

use super::args::{ProbeArgs, ProbeFormat};
use super::console::{self, Console};
use super::failure::{Failure, Status};
use super::job;
use super::render::judge;
use super::save::save;
use super::signals::Stop;
use super::studio::Host;
use crate::export::{Evaluated, Walk, integrity};
use crate::render_tree::json;
use crate::vm::{ProbeError, ProbeId, Target};
use cells::{Named, Sheet, json_object, stats_object};
use plot::Plot;
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(args: &ProbeArgs, console: &mut Console) -> Result<Status, Failure> {
    let ready = args.evaluate.ready(console)?;
    let (plan, frames) = job::plan_to_watch(&args.evaluate.plan, &ready.program)?;
    let options = args.evaluate.engine_options();
    let mut host = Host::new(&ready.program, &ready.inputs, options.clone())?;
    check_plot(args)?;
    let mut printer = Printer::new(args, &mut host)?;
    let stop = Stop::listen()?;
    if args.evaluate.plan.require_closed_loop {
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
        Some(failure) => return Err(failure),
        None if stopped => return Ok(stop.status()),
        None => {}
    }
    if let (Some(path), Printer::Plot(_, plot)) = (&args.plot, printer) {
        let text = plot.svg(&args.at.join(", ")).map_err(Failure::usage)?;
        save(path, |out| out.write_all(text.as_bytes()))?;
        console.say(format!("plot in `{}`", path.display()));
    }
    Ok(Status::Done)
}

/// Only SVG is drawn: its text needs no font of ours.
fn check_plot(args: &ProbeArgs) -> Result<(), Failure> {
    let Some(path) = &args.plot else {
        return Ok(());
    };
    let svg = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("svg"));
    if svg || path == Path::new("-") {
        return Ok(());
    }
    let message = format!("plots are SVG files, and `{}` is none", path.display());
    Err(Failure::usage(message)
        .hint("write `--plot plot.svg`; a browser turns it into other formats"))
}

/// Targets and how they are printed.
enum Printer {
    Tree,
    Jsonl(Vec<(String, ProbeId)>),
    Sheet(Vec<(String, ProbeId)>, Sheet),
    /// Six numbers a target, as JSON or in a sheet.
    Stats(Vec<(String, ProbeId)>, Option<Sheet>),
    Plot(Vec<(String, ProbeId)>, Box<Plot>),
}

impl Printer {
    fn new(args: &ProbeArgs, host: &mut Host) -> Result<Self, Failure> {
        let tree = args.at.iter().any(|target| target == "tree");
        if tree {
            if args.stats || args.plot.is_some() {
                return Err(Failure::usage("`tree` has no numbers to sum up or plot"));
            }
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
        if args.plot.is_some() {
            return Ok(Self::Plot(probes, Box::default()));
        }
        Ok(match args.format {
            Some(ProbeFormat::Jsonl) if args.stats => Self::Stats(probes, None),
            Some(ProbeFormat::Csv) if args.stats => Self::Stats(probes, Some(Sheet::csv())),
            _ if args.stats => Self::Stats(probes, Some(Sheet::table())),
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
                .collect::<Vec<Named>>()
        };
        let counted = |probes: &[(String, ProbeId)]| -> Vec<usize> {
            let count = |(_, id): &(String, ProbeId)| host.engine().elements(*id).unwrap_or(1);
            probes.iter().map(count).collect()
        };
        match self {
            Self::Stats(probes, None) => {
                let (values, counts) = (values(probes), counted(probes));
                writeln!(out, "{}", stats_object(frame, t_ms, &values, &counts))
            }
            Self::Stats(probes, Some(sheet)) => {
                let (values, counts) = (values(probes), counted(probes));
                sheet.stats(frame, t_ms, &values, &counts, out)
            }
            Self::Plot(probes, plot) => {
                let (values, counts) = (values(probes), counted(probes));
                plot.take(t_ms, &values, &counts);
                Ok(())
            }
            Self::Tree => writeln!(out, "{}", json::to_string(&evaluated.tree)),
            Self::Jsonl(probes) => writeln!(out, "{}", json_object(frame, t_ms, &values(probes))),
            Self::Sheet(probes, sheet) => sheet.print(frame, t_ms, &values(probes), out),
        }
    }
}

pub(super) fn unknown(error: &ProbeError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error {
        ProbeError::Unknown { near, .. } if !near.is_empty() => {
            let list: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
            failure.hint(format!("did you mean {}?", list.join(" or ")))
        }
        _ => failure,
    }
}
