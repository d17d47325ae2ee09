//! `oscilla verify`: an export against its manifest, and against a second rendering.
//!
//! Parts of a plan are put together: if their files are as they say and nothing is missing, the manifest
//! of the whole appears beside them, the same as one run would have written.

use super::args::{Cli, Command, RenderArgs, VerifyArgs};
use super::console::{self, Console};
use super::execute::each_file;
use super::failure::{Failure, Status};
use super::render;
use super::signals::Stop;
use super::sweep;
use crate::diag::Diagnostic;
use crate::export::integrity;
use crate::export::manifest::{LoopEntry, Manifest};
use crate::export::output::{Destination, Names};
use crate::export::verify::{self, Comparison};
use crate::export::{Engines as _, FrameSet, archive};
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &VerifyArgs, console: &mut Console) -> Result<Status, Failure> {
    let mut findings = Vec::new();
    let mut parts: BTreeMap<(PathBuf, String), Vec<Manifest>> = BTreeMap::new();
    let (mut files, mut frames) = (0u64, 0);
    for path in find(&args.manifests, &mut findings)? {
        let manifest = read(&path)?;
        let folder = folder_of(&path);
        let say = |what: &dyn std::fmt::Display| format!("{}: {what}", path.display());
        findings.extend(
            verify::files(folder, &manifest, || files += 1)
                .iter()
                .map(|f| say(f)),
        );
        frames += manifest.frames.len();
        if let Some(patch) = &args.rerender {
            findings.extend(
                rerender(args, patch, &manifest, console)?
                    .iter()
                    .map(|f| say(f)),
            );
        }
        let plan = &manifest.head.plan;
        if plan.selected < plan.frames && manifest.output.is_none() {
            let series = (folder.to_owned(), manifest.head.names.clone());
            parts.entry(series).or_default().push(manifest);
        }
    }
    if findings.is_empty() {
        for ((folder, _), parts) in parts.into_iter().filter(|(_, parts)| parts.len() > 1) {
            match whole(&folder, parts)? {
                Ok(path) => console.say(format!("the parts are whole: `{}`", path.display())),
                Err(why) => findings.push(format!("{}: {why}", folder.display())),
            }
        }
    }
    report(args.json, &findings)?;
    let differ = findings.len();
    console.say(format!(
        "{files} files of {frames} frames verified, {differ} findings"
    ));
    Ok(if findings.is_empty() {
        Status::Done
    } else {
        Status::Differences
    })
}

fn report(as_json: bool, findings: &[String]) -> Result<(), Failure> {
    console::data(|out| {
        if as_json {
            return writeln!(out, "{:#}", json!(findings));
        }
        findings.iter().try_for_each(|line| writeln!(out, "{line}"))
    })?;
    Ok(())
}

/// The manifests that are meant; what is missing of sweeps goes to `findings`.
///
/// # Errors
/// A folder without any.
fn find(paths: &[PathBuf], findings: &mut Vec<String>) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_dir() && is_sweep(&name) {
            found.extend(variants(path, findings)?);
        } else if !path.is_dir() {
            found.push(path.clone());
        } else if path.join("manifest.json").exists() {
            found.push(path.join("manifest.json"));
        } else {
            in_folder(path, &mut found, findings)?;
        }
    }
    Ok(found)
}

/// Whether a file is named like the record of a sweep.
fn is_sweep(name: &str) -> bool {
    name.starts_with("sweep.") && name.ends_with(".json")
}

/// The manifests of parts, of films and of variants in a folder.
///
/// # Errors
/// If there are none.
fn in_folder(
    path: &Path,
    found: &mut Vec<PathBuf>,
    findings: &mut Vec<String>,
) -> Result<(), Failure> {
    let unreadable = |error| Failure::unreadable(path, &error);
    let mut parts = Vec::new();
    let mut sweeps = 0;
    let mut journal = None;
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let text = name.to_string_lossy();
        let of_part = text.starts_with("manifest.") && text.ends_with(".json");
        if of_part || text.ends_with(".manifest.json") {
            parts.push(path.join(&name));
        } else if is_sweep(&text) {
            sweeps += 1;
            parts.extend(variants(&path.join(&name), findings)?);
        }
        if text.ends_with(".journal") {
            journal = Some(text.into_owned());
        }
    }
    if parts.is_empty() && sweeps == 0 {
        let message = format!("`{}` holds no manifest", path.display());
        return Err(Failure::usage(message).hint(match journal {
            Some(name) => {
                format!("its export is not finished (`{name}`): go on with `render --resume`")
            }
            None => "name the folder of an export, or its `NAME.manifest.json`".to_owned(),
        }));
    }
    parts.sort();
    found.extend(parts);
    Ok(())
}

/// The manifests that the record of a sweep names; variants without one go to `findings`.
fn variants(path: &Path, findings: &mut Vec<String>) -> Result<Vec<PathBuf>, Failure> {
    let text = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let listed = sweep::index::read(&text).ok_or_else(|| {
        let message = format!("`{}` is no record of a sweep", path.display());
        Failure::usage(message).hint("name the folders of its variants")
    })?;
    let mut manifests = Vec::new();
    for variant in listed {
        let manifest = folder_of(path).join(&variant.manifest);
        let folder = variant.folder;
        if variant.failed {
            findings.push(format!(
                "{}: `{folder}` failed when it was rendered",
                path.display()
            ));
        } else if manifest.exists() {
            manifests.push(manifest);
        } else {
            let name = variant.manifest.display();
            findings.push(format!("{}: `{name}` is not there", path.display()));
        }
    }
    Ok(manifests)
}

fn read(path: &Path) -> Result<Manifest, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    Manifest::read(&bytes).map_err(|why| {
        let message = format!("`{}`: {why}", path.display());
        Failure::new(
            Status::Usage,
            Diagnostic::error("manifest-mismatch", "", message),
        )
    })
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Writes the manifest of the whole of which these are parts; else says why they are not.
fn whole(folder: &Path, parts: Vec<Manifest>) -> Result<Result<PathBuf, String>, Failure> {
    let manifest = match verify::merge(parts) {
        Ok(manifest) => manifest,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let name = "manifest.json";
    let destination = Destination::new(folder, Names::Single(name.to_owned()));
    verify::write(&destination, name, &manifest)?;
    Ok(Ok(folder.join(name)))
}

/// Makes the frames of a manifest again; what differs.
fn rerender(
    args: &VerifyArgs,
    patch: &Path,
    manifest: &Manifest,
    console: &mut Console,
) -> Result<Vec<String>, Failure> {
    let scratch = tempfile::tempdir().map_err(|error| {
        let message = format!("cannot make a temporary folder: {error}");
        Failure::new(Status::Io, Diagnostic::error("output-failed", "", message))
    })?;
    let out = scratch.path().join(&manifest.head.names);
    let render_args = render_args(args, patch, manifest, &out)?;
    let (ready, job) = render::prepare(&render_args, console)?;
    let stop = Stop::listen()?;
    let verdict = integrity::check(&job.plan, job.studio.source()?, stop.flag())?;
    let head = job.head(&render_args, &ready, verdict.as_ref().map(LoopEntry::from));
    let mut differences = archive::differences(&manifest.head, &head);
    // Another version may well make the same bytes; that is for the frames to say.
    let tool = differences
        .iter()
        .position(|line| line.starts_with("tool "));
    if let Some(tool) = tool.map(|at| differences.remove(at)) {
        console.say(format!("note: {tool}"));
    }
    if !differences.is_empty() {
        return Ok(differences);
    }
    if job.target.form.is_files() {
        let mut comparison = Comparison::new(manifest);
        let outcome = each_file(&job, &job.frames, (&(), stop.flag()), &mut comparison)?;
        if outcome.stopped {
            return Err(interrupted(&stop));
        }
        return Ok(comparison
            .findings
            .iter()
            .map(ToString::to_string)
            .collect());
    }
    let mut notes = Vec::new();
    let outcome = super::execute::execute(&job, &head, (&(), stop.flag()), &mut notes)?;
    if outcome.stopped {
        return Err(interrupted(&stop));
    }
    let name = format!("{}.manifest.json", manifest.head.names);
    let again = read(&scratch.path().join(name))?;
    let findings = verify::films(manifest, &again);
    Ok(findings.iter().map(ToString::to_string).collect())
}

fn interrupted(stop: &Stop) -> Failure {
    let finding = Diagnostic::error("interrupted", "", "stopped before everything was compared");
    Failure::new(stop.status(), finding)
}

/// What `oscilla render` was called with, for another place.
fn render_args(
    args: &VerifyArgs,
    patch: &Path,
    manifest: &Manifest,
    out: &Path,
) -> Result<RenderArgs, Failure> {
    let head = &manifest.head;
    let mut words: Vec<OsString> = vec!["oscilla".into(), "render".into(), patch.into()];
    let mut flag = |name: &str, value: OsString| {
        words.push(name.into());
        words.push(value);
    };
    flag("--out", out.into());
    flag("--format", head.image.format.as_ref().into());
    if head.plan.selected < head.plan.frames {
        let frames = FrameSet::from_ascending(manifest.frames.iter().map(|entry| entry.frame));
        flag("--frames", frames.to_string().into());
    }
    if let Some(root) = &args.asset_root {
        flag("--asset-root", root.into());
    }
    if let Some(recording) = &args.inputs.inputs {
        flag("--inputs", recording.into());
    }
    for swap in &args.swap {
        flag("--swap", swap.into());
    }
    if let Some(jobs) = args.jobs {
        flag("--jobs", jobs.to_string().into());
    }
    words.extend(head.arguments.iter().map(OsString::from));
    let cli = Cli::read(words).map_err(|error| {
        let message = format!("the arguments of the manifest are not understood: {error}");
        Failure::usage(message.trim_end().to_owned())
    })?;
    match cli.command {
        Command::Render(args) => Ok(args),
        _ => Err(Failure::usage("the manifest is not of a render")),
    }
}
