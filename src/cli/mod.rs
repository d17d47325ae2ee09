//! The program `oscilla`: one file per command, and the only place that strings the verbs together.
//!
//! `args` only declares. A command turns its arguments into checked values first, so that everything
//! that can fail fails before the long part starts. Data goes to stdout, everything for people to
//! stderr. A [`Status`] is what the process ends with; schedulers rely on the numbers.
//!
//! Read next: `render`, the story in one screen; `load`, `job`, `target`, `execute` and `studio` behind it.

mod account;
mod advice;
mod args;
mod assets;
mod blocks;
mod check;
mod checkpoint;
mod compare;
mod compile;
mod console;
mod crew;
mod diff;
mod execute;
mod failure;
mod film;
mod font;
mod golden;
mod inputs;
mod inspect;
mod job;
mod load;
mod lottie;
mod memory;
mod new;
mod probe;
mod progress;
mod proof;
mod render;
mod save;
mod schema;
mod signals;
mod studio;
mod swap;
mod sweep;
mod table;
mod tally;
mod target;
mod trace;
mod verify;

pub use failure::Status;

use crate::blocks::docs;
use args::{Cli, Command};
use console::Console;
use std::ffi::OsString;

/// Runs the program with its arguments, the first of which is its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Status {
    let cli = match Cli::read(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors. If nobody reads them, nobody misses them.
            let _ = error.print();
            return if error.use_stderr() {
                Status::Usage
            } else {
                Status::Done
            };
        }
    };
    let mut console = Console::new(cli.color, cli.quiet, cli.verbose);
    let result = match cli.command {
        Command::Render(args) => render::run(&args, &mut console),
        Command::Check(args) => check::run(&args, &mut console),
        Command::Inspect(args) => inspect::run(&args, &mut console),
        Command::Compile(args) => compile::run(&args, &mut console),
        Command::Probe(args) => probe::run(&args, &mut console),
        Command::Compare(args) => compare::run(&args, &mut console),
        Command::Golden(args) => golden::run(&args, &mut console),
        Command::Checkpoint(args) => checkpoint::run(&args, &mut console),
        Command::Diff(args) => diff::run(&args, &mut console),
        Command::Verify(args) => verify::run(&args, &mut console),
        Command::Trace(args) => trace::run(&args, &mut console),
        Command::Blocks(args) => blocks::run(&args, "block", docs::blocks()),
        Command::Lenses(args) => blocks::run(&args, "lens", docs::lenses()),
        Command::Adapters(args) => blocks::run(&args, "adapter", docs::adapters()),
        Command::Schema(args) => schema::run(&args),
        Command::New(args) => new::run(&args, &mut console),
    };
    match result {
        Ok(status) => status,
        Err(failure) => {
            console.failure(&failure);
            failure.status
        }
    }
}
