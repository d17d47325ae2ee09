//! What may be typed, a file per family of commands. Declarations only; what they mean is checked in
//! [`super::job`] and the commands.

mod compare;
mod documents;
mod evaluate;
mod film;
mod golden;
mod proof;
mod quality;
pub(super) mod recorded;
mod render;
mod values;
mod variants;
mod verify;
mod watch;

pub(super) use compare::{CompareArgs, DiffArgs, RuleFlags};
pub(super) use documents::{
    CheckArgs, CompileArgs, EmitFlag, LibraryArgs, NewArgs, SchemaArgs, SchemaOf, Template,
};
pub(super) use evaluate::{EvaluateFlags, InputFlags, PatchFlags, PlanFlags};
pub(super) use film::{FilmFlags, PaletteFlag};
pub(super) use golden::{
    CaseFlags, GoldenArgs, GoldenCheckArgs, GoldenCommand, GoldenRecordArgs, GoldenReportArgs,
    GoldenTakeArgs, Pictures, WhichFlags,
};
pub(super) use proof::ProofFlags;
pub(super) use quality::QualityFlags;
pub(super) use render::{ProgressFlag, RenderArgs, SvgAnimateFlag};
pub(super) use variants::{Sweep, VARIANTS_MAX, VariantFlags};
pub(super) use verify::VerifyArgs;
pub(super) use watch::{
    CheckpointArgs, ClockFlag, GraphFlag, InspectArgs, LevelFlag, ProbeArgs, ProbeFormat, Section,
    TraceArgs,
};

use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::sync::OnceLock;

/// A deterministic renderer for node-graph animation: a patch becomes frames.
#[derive(Debug, Parser)]
#[command(name = "oscilla", version = version(), propagate_version = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Say only what went wrong
    #[arg(short, long, global = true, help_heading = "Messages")]
    pub(super) quiet: bool,
    /// Say more, such as where the time of a render went
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Messages")]
    pub(super) verbose: u8,
    /// When to colour messages
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Messages"
    )]
    pub(super) color: ColorChoice,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Render a patch to frames
    Render(RenderArgs),
    /// Find everything that is wrong with patches
    Check(CheckArgs),
    /// Show what a patch became: tables, a drawing, or where a value comes from
    Inspect(InspectArgs),
    /// Write the program that a patch becomes
    Compile(CompileArgs),
    /// Print values of a patch over time
    Probe(ProbeArgs),
    /// Compare pictures, or folders of them
    Compare(CompareArgs),
    /// Record what patches look like, and find what looks different later
    Golden(GoldenArgs),
    /// Say what differs between two patches or programs, and what a swap would keep
    Diff(DiffArgs),
    /// Record what happens in each frame, for Perfetto or as a summary
    Trace(TraceArgs),
    /// Write the state of a patch every so many frames, for shards
    Checkpoint(CheckpointArgs),
    /// Check an export against its manifest, or parts of one against each other
    Verify(VerifyArgs),
    /// Describe the blocks of the library
    Blocks(LibraryArgs),
    /// Describe the lenses of the library
    Lenses(LibraryArgs),
    /// Describe the adapters of the library
    Adapters(LibraryArgs),
    /// Print what patches, programs and manifests look like, as JSON Schema
    Schema(SchemaArgs),
    /// Write a starter patch
    New(NewArgs),
}

impl Cli {
    /// Reads a command line, the first word of which is the program's name.
    ///
    /// # Errors
    /// What clap says of it; help and version are errors too.
    pub(super) fn read(
        words: impl IntoIterator<Item = std::ffi::OsString>,
    ) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(words)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        if let (Command::Render(args), Some((_, matches))) =
            (&mut cli.command, matches.subcommand())
        {
            args.recorded = recorded::recorded(matches);
        }
        Ok(cli)
    }
}

/// Version, version of compiled programs, and what it was built for.
fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let (version, arch, os) = (
            env!("CARGO_PKG_VERSION"),
            std::env::consts::ARCH,
            std::env::consts::OS,
        );
        format!("{version} (program version {}, {arch}-{os})", 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declarations_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn values_may_begin_with_a_minus() {
        let args = [
            "oscilla", "render", "p.json", "--out", "o", "--set", "-x.y=-3",
        ];
        let Command::Render(args) = Cli::try_parse_from(args).unwrap().command else {
            panic!("render");
        };
        assert_eq!(args.patch_flags.set, [("-x.y".to_owned(), "-3".to_owned())]);
    }
}
