//! `oscilla blocks`, `lenses`, `adapters`: the library, from the definitions themselves.

use super::args::LibraryArgs;
use super::console;
use super::failure::{Failure, Status};
use crate::blocks::docs::{self, Entry};
use crate::diag::nearest;

/// Prints one part of the library, or one entry of it in full. `part` is the word in messages.
pub(super) fn run(args: &LibraryArgs, part: &str, entries: Vec<Entry>) -> Result<Status, Failure> {
    let text = match &args.name {
        None if args.json => pretty(&docs::list_json(&entries)),
        None if args.markdown => docs::list_markdown(&entries),
        None => docs::list_text(&entries),
        Some(name) => {
            let entry = docs::entry(name)
                .filter(|entry| entries.iter().any(|known| known.name() == entry.name()))
                .ok_or_else(|| unknown(name, part, &entries))?;
            if args.json {
                pretty(&entry.json())
            } else if args.markdown {
                entry.markdown()
            } else {
                entry.text()
            }
        }
    };
    console::data(|out| out.write_all(text.as_bytes()))?;
    Ok(Status::Done)
}

fn pretty(json: &serde_json::Value) -> String {
    format!("{json:#}\n")
}

fn unknown(name: &str, part: &str, entries: &[Entry]) -> Failure {
    let failure = Failure::usage(format!("the library has no {part} `{name}`"));
    let near = nearest(name, entries.iter().map(|entry| entry.name()));
    match near.first() {
        Some(first) => failure.hint(format!("did you mean `{first}`?")),
        None => failure.hint("leave out the name to list them all"),
    }
}
