//! A file becomes a program, with every finding in its place: a patch is read and compiled, a compiled
//! program is read and proven.

use super::advice;
use super::args::{EvaluateFlags, PatchFlags};
use super::assets;
use super::console::Console;
use super::failure::Failure;
use super::inputs::{Inputs, Places};
use crate::compile::{self, Options};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::file::{self, Form};
use crate::ir::{Program, Valid};
use crate::patch::{self, Golden, MAX_BYTES, Source};
use crate::vm::EngineOptions;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// What one file led to.
pub(super) struct Loaded {
    /// The program, unless there were errors.
    pub(super) program: Option<Arc<Valid<Program>>>,
    /// Everything found, in order of place.
    pub(super) diagnostics: Diagnostics,
    /// BLAKE3 of the bytes as read.
    pub(super) hash: blake3::Hash,
    /// Where a patch reads its channels.
    pub(super) places: Places,
    /// What an export should be told, in its place.
    pub(super) advice: Vec<Diagnostic>,
    /// Which frames the patch names for golden comparisons.
    pub(super) golden: Option<Golden>,
}

/// Reads a patch and compiles it, or reads a compiled program; the content tells which.
///
/// # Errors
/// If the file cannot be read, or the flags cannot be meant for what it is; what is wrong with the
/// content is in the diagnostics.
pub(super) fn load(path: &Path, flags: &PatchFlags, strict: bool) -> Result<Loaded, Failure> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::unreadable(path, &error).hint("or write a starter patch with `oscilla new`")
        }
        _ => Failure::unreadable(path, &error),
    };
    let (bytes, form) = read(path).map_err(unreadable)?;
    let hash = blake3::hash(&bytes);
    let name = if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    };
    if let Some(folder) = flags.asset_root.as_deref().filter(|f| !f.is_dir()) {
        let message = format!(
            "`--asset-root` wants a folder, and `{}` is none",
            folder.display()
        );
        return Err(Failure::usage(message).hint("name the folder that holds the patch's files"));
    }
    let mut diagnostics = Diagnostics::new();
    let mut places = Places::default();
    let mut advice = Diagnostics::new();
    let mut golden = None;
    let program = match form {
        Some(form) => {
            refuse_patch_flags(&name, flags)?;
            let program = program(name.clone(), bytes, form, flags, &mut diagnostics);
            for mut finding in program.iter().flat_map(|p| advice::frame_rate(p)) {
                finding.file.clone_from(&name);
                advice.push(finding);
            }
            program
        }
        None => match Source::from_bytes(name, bytes) {
            Ok(source) => {
                let program = patch(
                    path,
                    &source,
                    flags,
                    (&mut places, &mut golden),
                    &mut diagnostics,
                );
                let found = program.iter().flat_map(|p| advice::frame_rate(p));
                found.for_each(|finding| advice.push(finding));
                source.fill_places(&mut advice);
                program
            }
            Err(finding) => {
                diagnostics.push(*finding);
                None
            }
        },
    };
    if strict {
        diagnostics.deny_warnings();
    }
    let program = program.filter(|_| !diagnostics.has_errors()).map(Arc::new);
    Ok(Loaded {
        program,
        diagnostics,
        hash,
        places,
        advice: advice.list().to_vec(),
        golden,
    })
}

fn patch(
    path: &Path,
    source: &Source,
    flags: &PatchFlags,
    (places, golden): (&mut Places, &mut Option<Golden>),
    diagnostics: &mut Diagnostics,
) -> Option<Valid<Program>> {
    let stem = path.file_stem().filter(|_| path != Path::new("-"));
    let options = Options {
        seed: flags.seed,
        size: flags.size,
        background: flags.background,
        set: flags.set.clone(),
        assets: assets::of(path, flags.asset_root.as_deref()),
        stem: stem.map_or("stdin".to_owned(), |stem| {
            stem.to_string_lossy().into_owned()
        }),
    };
    let document = patch::read(source, diagnostics);
    let program = document
        .as_ref()
        .and_then(|document| compile::compile(document, &options, diagnostics));
    source.fill_places(diagnostics);
    if let Some(document) = &document {
        *places = Places::of(document, source);
        golden.clone_from(&document.golden);
    }
    program
}

fn program(
    name: String,
    bytes: Vec<u8>,
    form: Form,
    flags: &PatchFlags,
    diagnostics: &mut Diagnostics,
) -> Option<Valid<Program>> {
    let program = file::read(&bytes, form, diagnostics);
    match (form, String::from_utf8(bytes)) {
        (Form::Json, Ok(text)) => Source::new(name, text).fill_places(diagnostics),
        _ => {
            for finding in diagnostics.list_mut() {
                finding.file.clone_from(&name);
            }
        }
    }
    let Some(background) = flags.background else {
        return program;
    };
    let repainted = program?.with_background(background);
    if let Err(error) = &repainted {
        diagnostics.push(Diagnostic::error("internal", "", error.to_string()));
    }
    repainted.ok()
}

/// What blocks may have read while they were compiled cannot be changed in what came out.
fn refuse_patch_flags(name: &str, flags: &PatchFlags) -> Result<(), Failure> {
    let given = [
        ("--size", flags.size.is_some()),
        ("--seed", flags.seed.is_some()),
        ("--set", !flags.set.is_empty()),
        ("--asset-root", flags.asset_root.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => {
            let message = format!("`{name}` is a compiled program, and `{flag}` is for patches");
            let hint = format!("compile with it: `oscilla compile PATCH {flag} … -o program.json`");
            Err(Failure::usage(message).hint(hint))
        }
    }
}

impl Loaded {
    /// The program; shows the warnings on the way.
    ///
    /// # Errors
    /// The errors of the file.
    pub(super) fn into_program(self, console: &Console) -> Result<Ready, Failure> {
        match self.program {
            Some(program) => {
                console.warnings(self.diagnostics.list());
                Ok(Ready {
                    program,
                    warnings: self.diagnostics.list().to_vec(),
                    hash: self.hash,
                    inputs: Inputs::default(),
                    places: self.places,
                    advice: self.advice,
                })
            }
            None => Err(Failure::invalid(&self.diagnostics)),
        }
    }
}

/// A program that can run.
pub(super) struct Ready {
    /// The program.
    pub(super) program: Arc<Valid<Program>>,
    /// What was found on the way.
    pub(super) warnings: Vec<Diagnostic>,
    /// BLAKE3 of the bytes as read.
    pub(super) hash: blake3::Hash,
    /// What channels are answered with.
    pub(super) inputs: Inputs,
    /// Where a patch reads its channels.
    pub(super) places: Places,
    /// What an export should be told, in its place.
    pub(super) advice: Vec<Diagnostic>,
}

impl EvaluateFlags {
    /// The program and its inputs; shows the warnings on the way.
    ///
    /// # Errors
    /// As [`load`], and inputs that cannot be read or (`--strict`) do not fit.
    pub(super) fn ready(&self, console: &Console) -> Result<Ready, Failure> {
        load(&self.patch, &self.patch_flags, self.strict)?
            .into_program(console)?
            .with_inputs(&self.inputs, &[], self.strict, console)
    }

    /// How engines run it.
    pub(super) fn engine_options(&self) -> EngineOptions {
        EngineOptions {
            strict: self.strict,
            ..EngineOptions::default()
        }
    }
}

/// The bytes of a file, and which form of a program they are, if one. Of a patch no more is read than
/// the one byte too many that makes it too large, and of a program as JSON neither; only its binary form
/// may be larger.
fn read(path: &Path) -> io::Result<(Vec<u8>, Option<Form>)> {
    if path == Path::new("-") {
        read_from(io::stdin().lock())
    } else {
        read_from(File::open(path)?)
    }
}

fn read_from(mut from: impl Read) -> io::Result<(Vec<u8>, Option<Form>)> {
    let patch_max = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    from.by_ref().take(patch_max).read_to_end(&mut bytes)?;
    let form = file::form(&bytes);
    if form == Some(Form::Binary) {
        let rest = file::MAX_BYTES + 1 - patch_max;
        from.take(rest).read_to_end(&mut bytes)?;
    }
    Ok((bytes, form))
}
