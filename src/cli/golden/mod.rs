//! `oscilla golden`: what patches looked like, held against what they look like now.
//!
//! `record` writes a folder, `check` renders again and compares, `accept` and `reject` decide about what
//! differs, `report` shows it. A case is a patch or program by the stem of its file; its plan is remembered
//! in the record, so that a check needs no flags.
//!
//! Read in this order: `cases`, `plan`, `make`, `folder`, `check`, `why`, `sight`, `show`, `shell`.

mod cases;
mod check;
mod folder;
mod make;
mod plan;
mod show;
mod sight;
mod why;

use super::args::{
    CaseFlags, GoldenArgs, GoldenCheckArgs, GoldenCommand, GoldenRecordArgs, GoldenReportArgs,
    GoldenTakeArgs, RuleFlags, WhichFlags,
};
use super::console::{self, Console};
use super::crew;
use super::failure::{Failure, Status};
use super::save::{can_save, save};
use super::signals::Stop;
use crate::compare::golden::{Case, Outcome, junit};
use crate::diag;
use cases::Source;
use check::{Checked, How};
use folder::Folder;
use make::{Made, Ready};
use std::fs;

pub(super) fn run(args: &GoldenArgs, console: &mut Console) -> Result<Status, Failure> {
    match &args.command {
        GoldenCommand::Record(args) => record(args, console),
        GoldenCommand::Check(args) => check(args, console),
        GoldenCommand::Accept(args) => accept(args, console),
        GoldenCommand::Reject(args) => reject(args, console),
        GoldenCommand::Report(args) => report(args, console),
    }
}

/// In CI nobody looks at what is taken over.
fn refuse_in_ci(what: &str) -> Result<(), Failure> {
    let set = std::env::var("CI").is_ok_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"));
    if !set {
        return Ok(());
    }
    let message = format!("{what} is refused where `CI` is set: nobody would look at the pictures");
    Err(Failure::usage(message).hint("run it on your own machine, look, and commit"))
}

fn record(args: &GoldenRecordArgs, console: &Console) -> Result<Status, Failure> {
    refuse_in_ci("recording")?;
    let mut folder = Folder::open(&args.which.golden)?;
    let sources = cases::find(&args.which.what, &args.case, &folder)?;
    let is_left = |source: &Source| source.is_orphan || source.is_gone();
    let (left, sources): (Vec<Source>, Vec<Source>) = sources.into_iter().partition(is_left);
    // Everything that can be wrong with a patch is found before the first is rendered.
    let mut cases = Vec::with_capacity(sources.len());
    for source in sources {
        let ready = make::prepare(&source).map_err(|failure| about(&source, failure))?;
        ready
            .has_named_pictures()
            .map_err(|failure| about(&source, failure))?;
        console.warnings(&ready.warnings);
        cases.push((source, ready));
    }
    let path = folder.path.clone();
    fs::create_dir_all(&path).map_err(|error| folder::unwritable(&path, &error))?;
    let stop = Stop::listen()?;
    let work = |(source, ready): &(Source, Ready)| ready.make(source, stop.flag());
    let mut stopped = false;
    let (mut frames, mut changed) = (0, 0);
    crew::each(&cases, args.which.jobs, work, |(source, _), made| {
        let Some(made) = made.map_err(|failure| about(source, failure))? else {
            stopped = true;
            return Ok(());
        };
        let case = case(source, &folder, &made)?;
        let differs = changes(source, &case);
        (frames, changed) = (frames + case.frames.len(), changed + differs);
        let (name, of) = (&source.name, case.frames.len());
        let plural = if of == 1 { "" } else { "s" };
        let news = match (&source.recorded, differs) {
            (None, _) => "new".to_owned(),
            (Some(_), 0) => "as before".to_owned(),
            (Some(_), differs) => format!("{differs} changed"),
        };
        console::data(|out| writeln!(out, "recorded {name}  {of} frame{plural}, {news}"))?;
        folder.put(name, case, &made)?;
        folder.save()
    })?;
    if stopped {
        return Ok(stop.status());
    }
    for source in &left {
        let why = if source.is_orphan {
            "it belongs to no case of the record".to_owned()
        } else {
            format!("`{}` is gone", source.file.display())
        };
        console::data(|out| writeln!(out, "dropped {}  {why}", source.name))?;
        folder.forget_case(&source.name)?;
        folder.save()?;
    }
    let shown = folder.path.display();
    let of = cases.len();
    console.say(format!(
        "{frames} frames of {of} cases in `{shown}`, {changed} new or changed; look at them before you commit"
    ));
    Ok(Status::Done)
}

/// How many frames have another hash than before.
fn changes(source: &Source, case: &Case) -> usize {
    let before = source.recorded.as_ref().map(|case| &case.frames);
    let same = |(frame, entry)| before.and_then(|f| f.get(frame)) == Some(entry);
    case.frames.iter().filter(|row| !same(*row)).count()
}

/// The row of the record.
fn case(source: &Source, folder: &Folder, made: &Made) -> Result<Case, Failure> {
    let file = folder.relative(&source.file)?;
    let words = plan::words(&source.flags, |file| folder.relative(file))?;
    Ok(made.case(file, words))
}

/// With the file in front, where the findings do not say it.
fn about(source: &Source, mut failure: Failure) -> Failure {
    for finding in &mut failure.findings {
        if finding.file.is_empty() {
            finding.file = source.file.display().to_string();
        }
    }
    failure
}

/// What `check` and `report` share.
struct Asked<'a> {
    which: &'a WhichFlags,
    case: &'a CaseFlags,
    rule: RuleFlags,
    pixels_only: bool,
    shows: bool,
}

/// Compares the cases and lays down what waits. `each` sees every outcome in order. `None` if it was
/// stopped.
fn compare(
    asked: &Asked<'_>,
    folder: &Folder,
    console: &Console,
    mut each: impl FnMut(&Outcome) -> Result<(), Failure>,
) -> Result<(Vec<Outcome>, Status), Failure> {
    let sources = cases::find(&asked.which.what, asked.case, folder)?;
    let how = How {
        rule: asked.rule.rule(),
        pixels_only: asked.pixels_only,
        names_frames: asked.case.plan.frames.is_some() || asked.case.plan.time.is_some(),
        shows: asked.shows,
    };
    let stop = Stop::listen()?;
    let work = |source: &Source| check::check(source, folder, &how, stop.flag());
    let mut outcomes = Vec::with_capacity(sources.len());
    let mut status = Status::Done;
    let mut stopped = false;
    crew::each(&sources, asked.which.jobs, work, |source, checked| {
        let Some(checked) = checked else {
            stopped = true;
            return Ok(());
        };
        lay_down(source, &checked, folder, &how)?;
        let Checked { outcome, error, .. } = checked;
        let differs = (!outcome.passed()).then_some(Status::Differences);
        status = status.max(error.or(differs).unwrap_or(Status::Done));
        each(&outcome)?;
        outcomes.push(outcome);
        Ok::<(), Failure>(())
    })?;
    if stopped {
        return Ok((outcomes, stop.status()));
    }
    let differ = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let (of, plural) = (outcomes.len(), if outcomes.len() == 1 { "" } else { "s" });
    console.say(format!(
        "{differ} of {of} case{plural} differ, rule {}",
        how.rule
    ));
    Ok((outcomes, status))
}

/// Puts what a case is now beside its record, or takes away what an earlier check put there.
fn lay_down(source: &Source, checked: &Checked, folder: &Folder, how: &How) -> Result<(), Failure> {
    let name = &source.name;
    match &checked.made {
        // Of a part nothing can be accepted, so nothing waits.
        _ if how.in_part(source) => Ok(()),
        _ if checked.outcome.passed() => folder.forget_pending(name).map(|_| ()),
        Some(made) => {
            folder.forget_pending(name)?;
            folder.make_case(name)?;
            let case = case(source, folder, made)?;
            folder.put_pending((name, &case), made, &checked.changed)
        }
        None if checked.error.is_none() => folder.put_gone(name),
        None => folder.forget_pending(name).map(|_| ()),
    }
}

fn check(args: &GoldenCheckArgs, console: &Console) -> Result<Status, Failure> {
    if args.update {
        refuse_in_ci("`--update`")?;
        if args.case.plan.frames.is_some() || args.case.plan.time.is_some() {
            return Err(Failure::usage(
                "`--update` takes whole cases, not `--frames` of them",
            ));
        }
    }
    for path in args.junit.iter().chain(&args.report) {
        can_save(path)?;
    }
    let mut folder = Folder::open(&args.which.golden)?;
    let asked = Asked {
        which: &args.which,
        case: &args.case,
        rule: args.rule,
        pixels_only: args.pixels_only,
        shows: args.report.is_some(),
    };
    let (outcomes, mut status) = compare(&asked, &folder, console, |outcome| match args.json {
        true => Ok(()),
        false => Ok(console::data(|out| show::case(outcome, out))?),
    })?;
    if args.json {
        let text = serde_json::to_string_pretty(&outcomes).unwrap_or_default();
        console::data(|out| writeln!(out, "{text}"))?;
    }
    if let Some(path) = &args.junit {
        let text = junit::write(&outcomes);
        save(path, |out| out.write_all(text.as_bytes()))?;
    }
    if let Some(path) = &args.report {
        show::page(&outcomes, args.rule.rule(), path)?;
        console.say(format!("report in `{}`", path.display()));
    }
    let waiting = folder.pending();
    // What an earlier check left of a case that is compared in part is not what was found now.
    let waits = |outcome: &&Outcome| {
        !outcome.passed() && !outcome.accept.is_empty() && waiting.contains(&outcome.name)
    };
    let waiting: Vec<&Outcome> = outcomes.iter().filter(waits).collect();
    if args.update {
        for outcome in waiting {
            folder.accept(&outcome.name)?;
            console.say(format!("accepted {}", outcome.name));
        }
        folder.save()?;
        if status == Status::Differences {
            status = Status::Done;
        }
    } else if let [first, ..] = waiting.as_slice() {
        console.say(format!(
            "to take what is new: {} (or `--all`)",
            first.accept
        ));
    }
    let in_part = |outcome: &&Outcome| !outcome.passed() && !outcome.check_first.is_empty();
    if let Some(first) = outcomes.iter().find(in_part) {
        console.say(format!(
            "nothing waits of a case whose frames were compared in part; to take what is new, first: {}",
            first.check_first
        ));
    }
    Ok(status)
}

fn report(args: &GoldenReportArgs, console: &Console) -> Result<Status, Failure> {
    can_save(&args.out)?;
    let folder = Folder::open(&args.which.golden)?;
    let asked = Asked {
        which: &args.which,
        case: &args.case,
        rule: args.rule,
        pixels_only: args.pixels_only,
        shows: true,
    };
    let (outcomes, status) = compare(&asked, &folder, console, |_| Ok(()))?;
    if status >= Status::Interrupted {
        return Ok(status);
    }
    show::page(&outcomes, args.rule.rule(), &args.out)?;
    console.say(format!("report in `{}`", args.out.display()));
    Ok(Status::Done)
}

/// The cases that are meant.
fn taken(args: &GoldenTakeArgs, folder: &Folder) -> Result<Vec<String>, Failure> {
    let pending = folder.pending();
    if args.all {
        return Ok(pending);
    }
    for name in &args.names {
        if pending.contains(name) {
            continue;
        }
        let known = folder.record.cases.contains_key(name);
        let message = if known {
            format!("nothing waits for case `{name}`")
        } else {
            format!("there is no case `{name}`")
        };
        let near = diag::nearest(name, pending.iter().map(String::as_str));
        let hint = match near.first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => "run `oscilla golden check` first; what it finds different waits".to_owned(),
        };
        return Err(Failure::usage(message).hint(hint));
    }
    Ok(args.names.clone())
}

fn accept(args: &GoldenTakeArgs, console: &Console) -> Result<Status, Failure> {
    refuse_in_ci("accepting")?;
    let mut folder = Folder::open(&args.golden)?;
    let names = taken(args, &folder)?;
    for name in &names {
        folder.accept(name)?;
        console.say(format!("accepted {name}"));
    }
    folder.save()?;
    said_nothing(&names, console);
    Ok(Status::Done)
}

fn reject(args: &GoldenTakeArgs, console: &Console) -> Result<Status, Failure> {
    let folder = Folder::open(&args.golden)?;
    let names = taken(args, &folder)?;
    for name in &names {
        folder.forget_pending(name)?;
        console.say(format!("rejected {name}"));
    }
    said_nothing(&names, console);
    Ok(Status::Done)
}

fn said_nothing(names: &[String], console: &Console) {
    if names.is_empty() {
        console.say("nothing waits");
    }
}
