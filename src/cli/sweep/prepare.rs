//! Variants that can be rendered: everything that can be wrong with one is found here.
//!
//! In: the arguments of the sweep and what one variant sets. Out: a [`Run`], with the arguments that a render of
//! this variant alone would have. What several variants need (the patch, its compilations, a recording) is
//! read once; what is found is said once.

use super::Run;
use super::variants::Variant;
use crate::cli::args::{ProofFlags, RenderArgs, VariantFlags, recorded};
use crate::cli::console::Console;
use crate::cli::failure::Failure;
use crate::cli::inputs::Opened;
use crate::cli::load::Script;
use crate::cli::render;
use crate::diag::Diagnostic;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

/// Makes runs of variants, keeping what several need.
pub(super) struct Builder<'a> {
    pub(super) args: &'a RenderArgs,
    pub(super) script: &'a Script,
    pub(super) console: &'a Console,
    /// The folder of all, and the name that each has in its own.
    pub(super) out: Option<(&'a Path, Option<&'a OsStr>)>,
    /// Threads of each.
    pub(super) jobs: usize,
    /// Warnings that were shown.
    pub(super) said: BTreeSet<String>,
    /// The recording, as the last programs read it.
    pub(super) inputs: Option<Opened>,
}

impl Builder<'_> {
    /// Everything that can fail before anything is rendered.
    pub(super) fn run(&mut self, number: usize, variant: Variant) -> Result<Run, Failure> {
        let args = self.args_of(&variant)?;
        let in_words = |failure: Failure| about_variant(&variant, failure);
        let loaded = self.script.load(&args.patch_flags, args.strict)?;
        // What is found is shown once, not once for each variant.
        let quiet = self.console.muted();
        let ready = loaded.into_program(&quiet).map_err(in_words)?;
        let (ready, job) =
            render::complete(ready, &args, (&quiet, &mut self.inputs)).map_err(in_words)?;
        let swapped = job.swaps.iter().flat_map(|swap| &swap.ready.warnings);
        let all = ready.warnings.iter().chain(swapped).chain(&ready.advice);
        let fresh = all.filter(|finding| self.said.insert(finding.to_string()));
        let fresh: Vec<Diagnostic> = fresh.cloned().collect();
        self.console.warnings(&fresh);
        for what in &job.approximate {
            let line = format!("warning: the files show `{what}` only approximately");
            if self.said.insert(line.clone()) {
                self.console.say(line);
            }
        }
        let stale = job.survey().map_err(in_words)?;
        Ok(Run {
            number,
            variant,
            args,
            ready,
            job,
            stale,
        })
    }

    /// The arguments of a render of this variant alone.
    fn args_of(&self, variant: &Variant) -> Result<RenderArgs, Failure> {
        let mut args = self.args.clone();
        args.patch_flags.seed = variant.seed.or(args.patch_flags.seed);
        args.patch_flags.set.extend(variant.set.iter().cloned());
        args.recorded = recorded::with(&args.recorded, variant.flags())
            .map_err(|error| Failure::usage(error.to_string()))?;
        args.variants = VariantFlags::default();
        args.proofs = ProofFlags::default();
        args.jobs = Some(self.jobs);
        args.out = self.out.map(|(root, name)| {
            let folder = root.join(&variant.folder);
            name.map_or(folder.clone(), |name| folder.join(name))
        });
        Ok(args)
    }
}

/// With the variant that it is about, and the flag that was really typed.
pub(super) fn about_variant(variant: &Variant, mut failure: Failure) -> Failure {
    for finding in &mut failure.findings {
        for (target, _) in &variant.set {
            if finding.pointer == format!("--set {target}") {
                finding.pointer = format!("--sweep {target}");
            }
        }
    }
    if let Some(last) = failure.findings.last_mut() {
        last.hints
            .push(format!("this is variant `{}`", variant.title));
    }
    failure
}

/// What several exports have no use for.
pub(super) fn refuse(args: &RenderArgs) -> Result<(), Failure> {
    if args.out.as_deref() == Some(Path::new("-")) {
        let message = "variants go into folders, not to standard output";
        return Err(Failure::usage(message)
            .hint("give a folder: `--out sweep/`, or `--out sweep/loop.gif`"));
    }
    if args.film.print_ffmpeg {
        let message = "`--print-ffmpeg` prints the command of one movie, not of several variants";
        return Err(Failure::usage(message).hint("give one `--seed` or `--set`"));
    }
    Ok(())
}
