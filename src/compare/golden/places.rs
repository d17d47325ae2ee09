//! Where two program texts differ, in the names of the patch.
//!
//! Rows of a text are numbered, and one row more moves all that follow. So rows are counted without their
//! numbers, by the place that each names at its end, or by its kind and name.

use std::collections::BTreeMap;

/// Places whose rows differ, sorted.
pub fn changed_places(before: &str, after: &str) -> Vec<String> {
    if before.is_empty() {
        return Vec::new();
    }
    let mut rows: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (text, count) in [(before, 1), (after, -1)] {
        for line in text.lines() {
            *rows.entry(row(line)).or_default() += count;
        }
    }
    let mut places: Vec<String> = rows
        .into_iter()
        .filter(|(_, count)| *count != 0)
        .map(|((place, _), _)| place)
        .collect();
    places.dedup();
    places
}

/// The place of a row, and the row without numbers.
fn row(line: &str) -> (String, String) {
    let (row, place) = line.split_once("  ; ").unwrap_or((line, ""));
    let words: Vec<&str> = row.split_whitespace().collect();
    let place = match (place, words.as_slice()) {
        ("", [kind, name, ..]) if is_number(name) => (*kind).to_owned(),
        ("", [kind, name, ..]) if !matches!(*kind, "program" | "time" | "view") => {
            format!("{kind} {name}")
        }
        ("", [kind, ..]) => (*kind).to_owned(),
        (place, _) => place.to_owned(),
    };
    let plain: Vec<String> = words.into_iter().map(without_number).collect();
    (place, plain.join(" "))
}

/// `s12`, `f0`: a row of a table.
fn is_number(word: &str) -> bool {
    let mut letters = word.chars();
    let table = letters.next().is_some_and(|c| "sfegrc".contains(c));
    let digits = letters.as_str();
    table && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn without_number(word: &str) -> String {
    let inner = word.trim_matches(['[', ']', '(', ')', ',']);
    if is_number(inner) {
        word.replace(inner, "#")
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_more_names_its_block_and_no_other() {
        let before = "program p  rev 1\nsig     s0  number  osc  ; osc.out\n\
                      sig     s1  number  add s0 s0  ; sum.out\nbus     a  sum  s1\n";
        let after = "program p  rev 1\nsig     s0  number  const 2  ; osc\n\
                     sig     s1  number  osc  ; osc.out\n\
                     sig     s2  number  add s1 s1  ; sum.out\nbus     a  sum  s2\n";
        assert_eq!(changed_places(before, after), ["osc"]);
        assert_eq!(changed_places(before, before), Vec::<String>::new());
        let other = before.replace("bus     a  sum", "bus     a  max");
        assert_eq!(changed_places(before, &other), ["bus a"]);
        let other = before.replace("rev 1", "rev 2");
        assert_eq!(changed_places(before, &other), ["program"]);
    }
}
