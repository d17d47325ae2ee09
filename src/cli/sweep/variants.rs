//! Which variants `--seeds` and `--sweep` ask for, and what their folders are called.
//!
//! Seeds come first and rise; after them the sweeps in the order in which they were given, the last one
//! changing fastest. A folder is called after what is set in it, `seed=3,osc.amplitude=0.5`: no two variants
//! of a run have names that a file system could take for one another.

use crate::cli::args::{RenderArgs, Sweep, VARIANTS_MAX};
use crate::cli::failure::Failure;
use crate::cli::target::is_file_name;
use crate::export::names::is_device;
use std::fmt::Write as _;

/// One variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variant {
    /// In place of the patch's.
    pub(super) seed: Option<u32>,
    /// What is set beyond what all have, by `block.port`.
    pub(super) set: Vec<(String, String)>,
    /// Name of its folder.
    pub(super) folder: String,
    /// The same for people.
    pub(super) title: String,
}

impl Variant {
    /// The flags that make it what it is.
    pub(super) fn flags(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("--seed={seed}"));
        let set = self
            .set
            .iter()
            .map(|(target, value)| format!("--set={target}={value}"));
        seed.into_iter().chain(set).collect()
    }
}

/// All variants, in order.
///
/// # Errors
/// Inputs that are named twice, and too many variants.
pub(super) fn all(args: &RenderArgs) -> Result<Vec<Variant>, Failure> {
    let flags = &args.variants;
    for (at, Sweep { target, .. }) in flags.sweep.iter().enumerate() {
        if flags.sweep[..at]
            .iter()
            .any(|other| other.target == *target)
        {
            let message = format!("`--sweep {target}` is given twice");
            return Err(
                Failure::usage(message).hint(format!("write `--sweep {target}=a,b,c` once"))
            );
        }
        if args
            .patch_flags
            .set
            .iter()
            .any(|(other, _)| other == target)
        {
            let message = format!("`{target}` is both set and swept");
            return Err(Failure::usage(message).hint(format!("leave out `--set {target}`")));
        }
    }
    let seeds = flags.seeds.as_ref().map(|seeds| seeds.len());
    let counts = flags.sweep.iter().map(|sweep| sweep.values.len() as u64);
    let count = seeds.into_iter().chain(counts.clone());
    let count = count.fold(1u64, u64::saturating_mul);
    if count > VARIANTS_MAX {
        let factors: Vec<String> = seeds
            .into_iter()
            .chain(counts)
            .map(|n| n.to_string())
            .collect();
        let message = format!(
            "{} are {count} variants, one run takes {VARIANTS_MAX}",
            factors.join(" × ")
        );
        return Err(Failure::usage(message)
            .hint("write fewer seeds or values, and the others in another run"));
    }
    let seeds: Vec<Option<u32>> = match &flags.seeds {
        // They were checked to be seeds.
        Some(seeds) => seeds.iter().map(|seed| Some(seed as u32)).collect(),
        None => vec![None],
    };
    let names: Vec<Vec<String>> = flags
        .sweep
        .iter()
        .map(|sweep| file_words(&sweep.values))
        .collect();
    let variant = |number: u64, seed: Option<u32>| {
        // The digits of the number in a mixed base, the last sweep the lowest.
        let mut rest = number as usize;
        let mut chosen: Vec<usize> = flags
            .sweep
            .iter()
            .rev()
            .map(|sweep| {
                let digit = rest % sweep.values.len();
                rest /= sweep.values.len();
                digit
            })
            .collect();
        chosen.reverse();
        let picked = || flags.sweep.iter().zip(&chosen);
        let seeded = seed.map(|seed| format!("seed={seed}"));
        let words = picked().zip(&names).map(|((sweep, &at), names)| {
            let target = file_word(&sweep.target, false);
            format!("{target}={}", names[at])
        });
        let words: Vec<String> = seeded.into_iter().chain(words).collect();
        let seeded = seed.map(|seed| format!("seed {seed}"));
        let shown = picked().map(|(sweep, &at)| format!("{} {}", sweep.target, sweep.values[at]));
        let shown: Vec<String> = seeded.into_iter().chain(shown).collect();
        Variant {
            seed,
            set: picked()
                .map(|(sweep, &at)| (sweep.target.clone(), sweep.values[at].clone()))
                .collect(),
            folder: guarded(words.join(",")),
            title: shown.join(", "),
        }
    };
    let per_seed = count / seeds.len() as u64;
    let of_seed = |seed: Option<u32>| (0..per_seed).map(move |number| (number, seed));
    Ok(seeds
        .into_iter()
        .flat_map(of_seed)
        .map(|(number, seed)| variant(number, seed))
        .collect())
}

/// Names of the values of one list. Where two differ in nothing but capital letters, which some systems
/// cannot tell apart, these are written by number.
fn file_words(values: &[String]) -> Vec<String> {
    let has_twin = |value: &String| {
        let others = values.iter().filter(|other| *other != value);
        others
            .into_iter()
            .any(|other| other.eq_ignore_ascii_case(value))
    };
    values
        .iter()
        .map(|value| file_word(value, has_twin(value)))
        .collect()
}

/// A word without anything that a file system, a pattern of names or the name of a folder has a use for: such
/// bytes are `~` and two digits.
fn file_word(text: &str, no_capitals: bool) -> String {
    let mut word = String::new();
    for byte in text.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-_.+@()[]".contains(&byte);
        if is_plain && !(no_capitals && byte.is_ascii_uppercase()) {
            word.push(char::from(byte));
        } else {
            let _ = write!(word, "~{byte:02X}");
        }
    }
    word
}

/// Longest name that is kept as it is, bytes.
const NAME_MAX: usize = 160;

/// A name that is hidden nowhere, taken for no device, flag or file, and not too long: what is cut off comes
/// back as a hash.
fn guarded(mut name: String) -> String {
    let stem = name.split('.').next().unwrap_or_default();
    if name.starts_with(['.', '-']) || is_device(stem) {
        name.insert(0, '_');
    }
    if name.ends_with('.') || is_file_name(&name) {
        let at = name.rfind('.').unwrap_or(0);
        name.replace_range(at..=at, "~2E");
    }
    if name.len() > NAME_MAX {
        let hash = blake3::hash(name.as_bytes()).to_hex();
        name.truncate(NAME_MAX - 17);
        let _ = write!(name, "~{}", &hash[..16]);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_safe_on_every_system_and_never_meet() {
        assert_eq!(file_word("osc.amplitude", false), "osc.amplitude");
        assert_eq!(
            file_word("a/b:c d,e=f~#", false),
            "a~2Fb~3Ac~20d~2Ce~3Df~7E~23"
        );
        assert_eq!(file_word("größe", false), "gr~C3~B6~C3~9Fe");
        let values = ["a", "A", "~41", "b", "aB", "Ab"].map(str::to_owned);
        let words = file_words(&values);
        assert_eq!(words, ["a", "~41", "~7E41", "b", "a~42", "~41b"]);
        let lower: BTreeSet<String> = words.iter().map(|w| w.to_ascii_lowercase()).collect();
        assert_eq!(lower.len(), values.len());
    }

    #[test]
    fn names_are_guarded() {
        for (name, safe) in [
            ("seed=3", "seed=3"),
            ("a.x=0.5", "a.x=0.5"),
            ("aux.x=1", "_aux.x=1"),
            ("com1.x=1", "_com1.x=1"),
            ("auxiliary.x=1", "auxiliary.x=1"),
            ("-a.x=1", "_-a.x=1"),
            (".a.x=1", "_.a.x=1"),
            ("a.x=1.", "a.x=1~2E"),
            ("a.x=b.gif", "a.x=b~2Egif"),
            ("a.x=b.JPG", "a.x=b~2EJPG"),
        ] {
            assert_eq!(guarded(name.to_owned()), safe);
        }
        let long = |end: &str| guarded(format!("t.text={}{end}", "x".repeat(5000)));
        assert_eq!(long("a").len(), NAME_MAX);
        assert_ne!(long("a"), long("b"));
        assert!(long("a").starts_with("t.text=xxx"));
    }
}
