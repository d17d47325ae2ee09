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
    let picture = args.plot.as_deref().map(Picture::of).transpose()?;
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
        let titles = targets(args);
        let drawn = match picture {
            Some(Picture::Png) => plot.png(&titles),
            Some(Picture::Svg) | None => plot.svg(&titles),
        };
        let bytes = drawn.map_err(Failure::usage)?;
        save(path, |out| out.write_all(&bytes))?;
        console.say(format!("plot in `{}`", path.display()));
    }
    Ok(Status::Done)
}

/// What a plot is drawn as.
#[derive(Clone, Copy)]
enum Picture {
    Svg,
    Png,
}

impl Picture {
    /// By the ending of the file; standard output is SVG.
    fn of(path: &Path) -> Result<Self, Failure> {
        let is = |ending: &str| {
            let of = path.extension();
            of.is_some_and(|of| of.eq_ignore_ascii_case(ending))
        };
        if is("svg") || path == Path::new("-") {
            return Ok(Self::Svg);
        }
        if is("png") {
            return Ok(Self::Png);
        }
        let message = format!("`{}` is no name of a plot", path.display());
        Err(Failure::usage(message).hint("write `--plot plot.svg` or `--plot plot.png`"))
    }
}

/// What to look at, each once.
fn targets(args: &ProbeArgs) -> Vec<&str> {
    let mut targets: Vec<&str> = Vec::with_capacity(args.at.len());
    for target in &args.at {
        if !targets.contains(&target.as_str()) {
            targets.push(target);
        }
    }
    targets
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
        let at = targets(args);
        let tree = at.contains(&"tree");
        if tree {
            if args.stats || args.plot.is_some() {
                return Err(Failure::usage("`tree` has no numbers to sum up or plot"));
            }
            return match (at.len(), args.format) {
                (1, None | Some(ProbeFormat::Jsonl)) => Ok(Self::Tree),
                (1, Some(_)) => Err(Failure::usage("`tree` is printed as `--format jsonl` only")),
                _ => Err(Failure::usage("`tree` is probed alone")),
            };
        }
        let mut probes = Vec::with_capacity(at.len());
        for text in at {
            let id = text
                .parse::<Target>()
                .and_then(|target| host.engine_mut().watch(target));
            probes.push((text.to_owned(), id.map_err(|error| unknown(&error))?));
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
        ProbeError::Unknown { near, .. } | ProbeError::Text { near, .. } if !near.is_empty() => {
            let list: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
            failure.hint(format!("did you mean {}?", list.join(" or ")))
        }
        _ => failure,
    }
}
