//! Commands that read and write documents: `check`, `compile`, `new`, and the library's own
//! descriptions.

use super::evaluate::{InputFlags, PatchFlags};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `oscilla check`
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// Patches or compiled programs to check; `-` is standard input
    #[arg(required = true)]
    pub(in crate::cli) patches: Vec<PathBuf>,
    /// Write one JSON array of all findings to standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Make warnings errors
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    #[command(flatten)]
    pub(in crate::cli) patch_flags: PatchFlags,
    #[command(flatten)]
    pub(in crate::cli) inputs: InputFlags,
}

/// `oscilla compile`
#[derive(Debug, Args)]
pub(in crate::cli) struct CompileArgs {
    /// Patch to compile, or program to write in another form; `-` is standard input
    pub(in crate::cli) patch: PathBuf,
    /// File to write: `.json`, `.oscb` or `.txt`; `-` is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Form of the program [default: that of the file's ending, else json]
    #[arg(long, value_name = "FORM")]
    pub(in crate::cli) emit: Option<EmitFlag>,
    /// Replace a file that is already there
    #[arg(long)]
    pub(in crate::cli) overwrite: bool,
    /// Make warnings errors
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    #[command(flatten)]
    pub(in crate::cli) patch_flags: PatchFlags,
}

/// Form of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EmitFlag {
    /// For diffs and tools; can be rendered
    Json,
    /// Compact; can be rendered
    Binary,
    /// For people; is not read back
    Text,
}

/// `oscilla blocks`, `lenses`, `adapters`
#[derive(Debug, Args)]
pub(in crate::cli) struct LibraryArgs {
    /// One of them, in full
    pub(in crate::cli) name: Option<String>,
    /// As JSON
    #[arg(long, conflicts_with = "markdown")]
    pub(in crate::cli) json: bool,
    /// As Markdown
    #[arg(long)]
    pub(in crate::cli) markdown: bool,
}

/// `oscilla schema`
#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArgs {
    /// Which of them
    pub(in crate::cli) of: SchemaOf,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Patch documents, with every block, lens and adapter of the library
    Patch,
    /// Compiled programs as JSON
    Ir,
    /// The manifest beside exported frames
    Manifest,
}

/// `oscilla new`
#[derive(Debug, Args)]
pub(in crate::cli) struct NewArgs {
    /// File to write; `.json` is added if it has no extension
    pub(in crate::cli) name: PathBuf,
    /// What to start from
    #[arg(long, value_name = "TEMPLATE", default_value = "grid")]
    pub(in crate::cli) template: Template,
}

/// A starter patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Template {
    /// A grid of dots that breathe in a loop
    Grid,
    /// A ring of dots that swings, then ends
    Ring,
}
