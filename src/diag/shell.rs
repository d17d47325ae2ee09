//! Commands that people are told to type, as a shell takes them.

use std::path::Path;

/// A word as a POSIX shell takes it: as it is, or in single quotes.
///
/// ```
/// use oscilla::diag::shell;
/// assert_eq!(shell::word("loop.gif"), "loop.gif");
/// assert_eq!(shell::word("it's"), r"'it'\''s'");
/// ```
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=+:@%,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// A file as a word that no program takes for a flag.
pub fn file(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.starts_with('-') {
        word(&format!("./{text}"))
    } else {
        word(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_words_as_they_are_meant() {
        for (text, written) in [
            ("a-b_c.1", "a-b_c.1"),
            ("größe", "größe"),
            ("two words", "'two words'"),
            ("it's", "'it'\\''s'"),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), written);
        }
        assert_eq!(file(Path::new("-a b.json")), "'./-a b.json'");
        assert_eq!(file(Path::new("p/-a.json")), "p/-a.json");
    }
}
