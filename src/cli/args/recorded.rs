//! The flags of a render that belong to what is rendered, for the manifest: with them, the patch and the
//! frames, anybody can make the same bytes again.

use super::render::RenderArgs;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args as _, Command};

/// What changes no byte, names a place of this machine, or stands elsewhere in the manifest.
const LEFT_OUT: [&str; 25] = [
    "patch",
    "out",
    "format",
    "name",
    "frames",
    "asset_root",
    "inputs",
    "swap",
    "from",
    "jobs",
    "no_cache",
    "overwrite",
    "resume",
    "max_memory",
    "allow_large",
    "progress",
    "dry_run",
    "print_ffmpeg",
    "require_closed_loop",
    // Each variant is recorded as what it is; see [`with`].
    "seeds",
    "sweep",
    "contact_sheet",
    "contact_every",
    "contact_columns",
    "flipbook",
];

/// Flags and values as they were given, in the order of their declaration.
pub(super) fn recorded(matches: &ArgMatches) -> Vec<String> {
    let mut words = Vec::new();
    for arg in render().get_arguments().filter(|arg| is_recorded(arg)) {
        let (id, Some(long)) = (arg.get_id().as_str(), arg.get_long()) else {
            continue;
        };
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        if !arg.get_action().takes_values() {
            words.push(format!("--{long}"));
            continue;
        }
        for value in matches.get_raw(id).into_iter().flatten() {
            words.push(format!("--{long}={}", value.to_string_lossy()));
        }
    }
    words
}

/// The same as if `more` had been given too.
///
/// # Errors
/// If the command line does not take them.
pub(in crate::cli) fn with(
    recorded: &[String],
    more: Vec<String>,
) -> Result<Vec<String>, clap::Error> {
    let needed = ["render", "patch", "--out=out"].map(str::to_owned);
    let words = needed
        .into_iter()
        .chain(recorded.iter().cloned())
        .chain(more);
    Ok(self::recorded(&render().try_get_matches_from(words)?))
}

fn is_recorded(arg: &Arg) -> bool {
    !LEFT_OUT.contains(&arg.get_id().as_str())
}

fn render() -> Command {
    RenderArgs::augment_args(Command::new("render"))
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, Command as Sub};
    use super::*;

    fn words(line: &str) -> Vec<String> {
        let line = format!("oscilla render p.json --out o {line}");
        let words = line.split_whitespace().map(Into::into);
        match Cli::read(words).unwrap().command {
            Sub::Render(args) => args.recorded,
            _ => unreachable!("a render"),
        }
    }

    #[test]
    fn what_was_given_is_recorded_in_one_order() {
        let line = "-j 3 --set a.b=1 --fps 30 --no-metadata --set c.d=-2 --frames 0-3 --resume -q";
        let given = ["--set=a.b=1", "--set=c.d=-2", "--no-metadata", "--fps=30"];
        assert_eq!(words(line), given);
        assert!(words("").is_empty());
        assert_eq!(words(&given.join(" ")), given);
    }

    #[test]
    fn more_flags_take_their_places() {
        let given = words("--fps 30 --set a.b=1 --size 8x8");
        let more = vec!["--seed=3".to_owned(), "--set=-c.d=-2".to_owned()];
        let typed = words("--seed 3 --fps 30 --set a.b=1 --set -c.d=-2 --size 8x8");
        assert_eq!(with(&given, more).unwrap(), typed);
    }

    #[test]
    fn what_is_left_out_is_there() {
        for id in LEFT_OUT {
            assert!(
                render().get_arguments().any(|arg| arg.get_id() == id),
                "{id}"
            );
        }
    }
}
