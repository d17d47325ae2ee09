//! A file becomes a program, with every finding in its place: a patch is read and compiled, a compiled
//! program is read and proven.

use super::advice;
use super::args::{EvaluateFlags, PatchFlags};
use super::assets;
use super::console::Console;
use super::failure::Failure;
use super::inputs::{Inputs, Places};
use crate::compile::{self, Compiled, Options};
use crate::diag::{Diagnostic, Diagnostics};
use crate::ir::file::{self, Form};
use crate::ir::{Program, Valid};
use crate::patch::{self, Document, Golden, MAX_BYTES, Source};
use crate::vm::EngineOptions;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
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
    Script::read(path)?.load(flags, strict)
}

/// A file as read: it can become a program several times, with other flags.
pub(super) struct Script {
    path: PathBuf,
    /// As the user named it; `stdin` for `-`.
    name: String,
    /// BLAKE3 of the bytes as read.
    hash: blake3::Hash,
    content: Content,
    /// What it was compiled to before, for whoever needs it again with other seeds.
    compiled: Option<RefCell<Vec<Before>>>,
}

enum Content {
    Patch {
        source: Source,
        document: Option<Box<Document>>,
        /// What the reader found.
        found: Diagnostics,
    },
    /// A patch that is no text.
    Unreadable(Box<Diagnostic>),
    Program(Vec<u8>, Form),
}

/// What a compilation gave, and what for: another seed may not need another.
struct Before {
    /// But for the seed.
    flags: PatchFlags,
    compiled: Compiled,
    /// With those of the reader.
    found: Diagnostics,
}

impl Script {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Failure::unreadable(path, &error)
                .hint("or write a starter patch with `oscilla new`"),
            _ => Failure::unreadable(path, &error),
        };
        let (bytes, form) = read(path).map_err(unreadable)?;
        let hash = blake3::hash(&bytes);
        let name = if path == Path::new("-") {
            "stdin".to_owned()
        } else {
            path.display().to_string()
        };
        let content = match form {
            Some(form) => Content::Program(bytes, form),
            None => match Source::from_bytes(name.clone(), bytes) {
                Ok(source) => {
                    let mut found = Diagnostics::new();
                    let document = patch::read(&source, &mut found).map(Box::new);
                    Content::Patch {
                        source,
                        document,
                        found,
                    }
                }
                Err(finding) => Content::Unreadable(finding),
            },
        };
        Ok(Self {
            path: path.to_owned(),
            name,
            hash,
            content,
            compiled: None,
        })
    }

    /// The same for many loads: those that differ in nothing but the seed share a compilation where they
    /// can.
    pub(super) fn shared(self) -> Self {
        Self {
            compiled: Some(RefCell::default()),
            ..self
        }
    }

    /// Whether it is a compiled program.
    pub(super) fn is_program(&self) -> bool {
        matches!(self.content, Content::Program(..))
    }

    /// How often a shared one was compiled.
    pub(super) fn compilations(&self) -> usize {
        self.compiled.as_ref().map_or(0, |list| list.borrow().len())
    }

    /// The program that it is with these flags.
    ///
    /// # Errors
    /// If the flags cannot be meant for what it is; what is wrong with the content is in the diagnostics.
    pub(super) fn load(&self, flags: &PatchFlags, strict: bool) -> Result<Loaded, Failure> {
        if let Some(folder) = flags.asset_root.as_deref().filter(|f| !f.is_dir()) {
            let message = format!(
                "`--asset-root` wants a folder, and `{}` is none",
                folder.display()
            );
            return Err(
                Failure::usage(message).hint("name the folder that holds the patch's files")
            );
        }
        let mut diagnostics = Diagnostics::new();
        let mut places = Places::default();
        let mut advice = Diagnostics::new();
        let mut golden = None;
        let program = match &self.content {
            Content::Program(bytes, form) => {
                refuse_patch_flags(&self.name, flags)?;
                let bytes = bytes.clone();
                let program = program(self.name.clone(), bytes, *form, flags, &mut diagnostics);
                for mut finding in program.iter().flat_map(|p| advice::frame_rate(p)) {
                    finding.file.clone_from(&self.name);
                    advice.push(finding);
                }
                program
            }
            Content::Unreadable(finding) => {
                diagnostics.push((**finding).clone());
                None
            }
            Content::Patch {
                source,
                document,
                found,
            } => {
                diagnostics.clone_from(found);
                let document = document.as_deref();
                let program = document.and_then(|d| self.compile(d, flags, &mut diagnostics));
                source.fill_places(&mut diagnostics);
                if let Some(document) = document {
                    places = Places::of(document, source);
                    golden.clone_from(&document.golden);
                }
                let found = program.iter().flat_map(|p| advice::frame_rate(p));
                found.for_each(|finding| advice.push(finding));
                source.fill_places(&mut advice);
                program
            }
        };
        if strict {
            diagnostics.deny_warnings();
        }
        let program = program.filter(|_| !diagnostics.has_errors()).map(Arc::new);
        Ok(Loaded {
            program,
            diagnostics,
            hash: self.hash,
            places,
            advice: advice.list().to_vec(),
            golden,
        })
    }

    /// Compiles the patch, or takes an earlier compilation if only the seed is another and that changes
    /// nothing else.
    fn compile(
        &self,
        document: &Document,
        flags: &PatchFlags,
        diagnostics: &mut Diagnostics,
    ) -> Option<Valid<Program>> {
        let Some(compiled) = &self.compiled else {
            return compile::compile(document, &self.options(flags), diagnostics);
        };
        let key = PatchFlags {
            seed: None,
            ..flags.clone()
        };
        let seed = flags.seed.unwrap_or(document.seed);
        let mut compiled = compiled.borrow_mut();
        let mut before = compiled.iter().filter(|before| before.flags == key);
        let found = before.find_map(|before| {
            // What cannot be hashed is left to the compiler, which says why.
            let program = before.compiled.with_seed(seed)?.ok()?;
            Some((program, &before.found))
        });
        if let Some((program, found)) = found {
            diagnostics.clone_from(found);
            return Some(program);
        }
        let options = self.options(flags);
        let made = compile::compile_for_seeds(document, &options, diagnostics)?;
        let program = made.program.clone();
        compiled.push(Before {
            flags: key,
            compiled: made,
            found: diagnostics.clone(),
        });
        Some(program)
    }

    fn options(&self, flags: &PatchFlags) -> Options {
        let path = &self.path;
        let stem = path.file_stem().filter(|_| path != Path::new("-"));
        Options {
            seed: flags.seed,
            size: flags.size,
            background: flags.background,
            set: flags.set.clone(),
            assets: assets::of(path, flags.asset_root.as_deref()),
            stem: stem.map_or("stdin".to_owned(), |stem| {
                stem.to_string_lossy().into_owned()
            }),
        }
    }
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
