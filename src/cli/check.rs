//! `oscilla check`: everything that is wrong with patches, at once.

use super::args::CheckArgs;
use super::console::{self, Console};
use super::failure::{Failure, Status, worst};
use super::inputs;
use super::load::{Loaded, load};
use super::studio::Host;
use crate::diag::{Diagnostic, Severity};
use crate::export::integrity::{self, Verdict};
use crate::export::{Plan, PlanOptions};
use crate::vm::EngineOptions;
use std::path::Path;
use std::sync::atomic::AtomicBool;

pub(super) fn run(args: &CheckArgs, console: &mut Console) -> Result<Status, Failure> {
    let mut status = Status::Done;
    let mut all: Vec<Diagnostic> = Vec::new();
    for path in &args.patches {
        let report = examine(path, args);
        status = status.max(report.status);
        if !args.json {
            console.findings(&report.findings, report.uncounted);
            if report.status == Status::Done {
                console.say(format!("{}: {}", path.display(), report.summary));
            }
        }
        all.extend(report.findings);
    }
    if args.json {
        let text = serde_json::to_string_pretty(&all).unwrap_or_default();
        console::data(|out| writeln!(out, "{text}"))?;
    }
    Ok(status)
}

/// What was found about one patch.
struct Report {
    status: Status,
    findings: Vec<Diagnostic>,
    uncounted: usize,
    /// For people, if nothing is wrong.
    summary: String,
}

fn examine(path: &Path, args: &CheckArgs) -> Report {
    let failed = |mut failure: Failure| {
        for finding in &mut failure.findings {
            if finding.file.is_empty() {
                finding.file = path.display().to_string();
            }
        }
        Report {
            status: failure.status,
            findings: failure.findings,
            uncounted: failure.uncounted,
            summary: String::new(),
        }
    };
    let loaded = match load(path, &args.patch_flags, args.strict) {
        Ok(loaded) => loaded,
        Err(failure) => return failed(failure),
    };
    if loaded.program.is_none() {
        return failed(Failure::invalid(&loaded.diagnostics));
    }
    let mut findings = loaded.diagnostics.list().to_vec();
    let uncounted = loaded.diagnostics.dropped();
    match analyse(&loaded, args) {
        Err(failure) => failed(failure),
        Ok((summary, verdict, warnings)) => {
            findings.extend(warnings.into_iter().map(|mut warning| {
                if warning.file.is_empty() {
                    warning.file = path.display().to_string();
                }
                warning
            }));
            if let Some(verdict) = verdict.filter(|verdict| *verdict != Verdict::Exact) {
                let message = format!("the loop is {verdict}");
                let mut finding = Diagnostic::warning("loop-not-closed", "", message);
                finding.file = path.display().to_string();
                if args.strict {
                    finding.severity = Severity::Error;
                }
                findings.push(finding);
            }
            let broken = worst(&findings) == Some(Severity::Error);
            Report {
                status: if broken {
                    Status::Invalid
                } else {
                    Status::Done
                },
                findings,
                uncounted,
                summary,
            }
        }
    }
}

/// What an export with no flags would be, and whether its loop closes.
fn analyse(
    loaded: &Loaded,
    args: &CheckArgs,
) -> Result<(String, Option<Verdict>, Vec<Diagnostic>), Failure> {
    let Some(program) = &loaded.program else {
        return Ok((String::new(), None, Vec::new()));
    };
    let (inputs, mut warnings) =
        inputs::open(&args.inputs, &[program], &loaded.places, args.strict)?;
    warnings.extend(loaded.advice.iter().cloned());
    let plan = Plan::new(&program.time_model, program.memory, &PlanOptions::default())?;
    let host = Host::new(program, &inputs, EngineOptions::default())?;
    let verdict = integrity::check(&plan, host, &AtomicBool::new(false))?;
    let mut summary = format!(
        "ok, {}, {} frames in {} ms at 60 fps",
        plan.model_name(),
        plan.frames(),
        plan.duration_ms()
    );
    if let Some(verdict) = &verdict {
        summary.push_str(", loop ");
        summary.push_str(verdict.word());
    }
    Ok((summary, verdict, warnings))
}
