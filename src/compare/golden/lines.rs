//! The difference of two program texts, line by line, as `diff -u` shows it.
//!
//! A register that is added or removed moves the numbers of all that follow. Such lines are the same for a
//! reader: lines are aligned without the numbers of their registers (`f12` is any `f`), and an aligned pair
//! is the same if its registers are, as far as the pairs before it tell which one is which.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 2;
/// Lines of the differing middle that are aligned exactly; beyond, it is shown as replaced whole.
const ALIGNED: usize = 2_000;

/// Lines that begin with ` `, `-` or `+`; `…` stands for lines that are the same. Empty if nothing differs.
///
/// What is the same up to the numbers of registers is shown as it is in `after`; if nothing else differs,
/// the numbers are.
pub fn difference(before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let renumbered = rows(&a, &b, &key, Some(Names::default()));
    if renumbered.iter().any(|row| row.0 != ' ') {
        return print(&renumbered);
    }
    print(&rows(&a, &b, &|line| Cow::Borrowed(line), None))
}

/// Both texts as one list. Lines are aligned by their keys; with `names`, pairs must also agree on which
/// register is which.
fn rows<'a>(
    a: &[&'a str],
    b: &[&'a str],
    key: &dyn Fn(&'a str) -> Cow<'a, str>,
    mut names: Option<Names<'a>>,
) -> Vec<(char, &'a str)> {
    let keys = |lines: &[&'a str]| lines.iter().map(|line| key(line)).collect::<Vec<_>>();
    let (a_keys, b_keys) = (keys(a), keys(b));
    let mut rows = Vec::with_capacity(b.len());
    for step in align(&a_keys, &b_keys) {
        match step {
            Step::Both(i, j) => {
                let agree = |names: &mut Names<'a>| names.agree(a[i], b[j]);
                if names.as_mut().is_none_or(agree) {
                    rows.push((' ', b[j]));
                } else {
                    rows.extend([('-', a[i]), ('+', b[j])]);
                }
            }
            Step::Before(i) => rows.push(('-', a[i])),
            Step::After(j) => rows.push(('+', b[j])),
        }
    }
    rows
}

/// A register such as `f12` or `s0`: its letters, and its number.
fn register(word: &str) -> Option<&str> {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_one = letters.len() == 1 && letters.len() < word.len();
    (is_one && letters.as_bytes()[0].is_ascii_lowercase()).then_some(letters)
}

/// The words of a line and what stands between them. Names and texts of the patch come after `;`.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split_once("  ; ").map_or(line, |(code, _)| code);
    code.split([' ', '[', ']', ','])
        .filter(|word| !word.is_empty())
}

/// A line without the numbers of its registers and the width of its columns.
fn key(line: &str) -> Cow<'_, str> {
    let words = words(line).map(|word| register(word).unwrap_or(word));
    let mut key = words.collect::<Vec<_>>().join(" ");
    if let Some((_, remark)) = line.split_once("  ; ") {
        key.push_str("; ");
        key.push_str(remark);
    }
    Cow::Owned(key)
}

/// Which register of the one text is which of the other, as far as it is known.
#[derive(Default)]
struct Names<'a> {
    after: BTreeMap<&'a str, &'a str>,
    before: BTreeMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    /// Whether two lines of one key speak of the same registers; what was not known is learnt.
    fn agree(&mut self, a: &'a str, b: &'a str) -> bool {
        let pairs = words(a).zip(words(b));
        let pairs = pairs.filter(|(x, _)| register(x).is_some());
        pairs.fold(true, |agree, (x, y)| {
            let after = *self.after.entry(x).or_insert(y);
            let before = *self.before.entry(y).or_insert(x);
            agree && after == y && before == x
        })
    }
}

/// A line of both texts, or of one.
#[derive(Clone, Copy)]
enum Step {
    Both(usize, usize),
    Before(usize),
    After(usize),
}

/// The longest common subsequence, by the table of its lengths; what is equal at the ends needs none.
fn align(a: &[Cow<'_, str>], b: &[Cow<'_, str>]) -> Vec<Step> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let ends = a[head..].iter().rev().zip(b[head..].iter().rev());
    let tail = ends.take_while(|(x, y)| x == y).count();
    let (a_end, b_end) = (a.len() - tail, b.len() - tail);
    let mut steps: Vec<Step> = (0..head).map(|i| Step::Both(i, i)).collect();
    let (rows, columns) = (a_end - head, b_end - head);
    if rows > ALIGNED || columns > ALIGNED {
        steps.extend((head..a_end).map(Step::Before));
        steps.extend((head..b_end).map(Step::After));
    } else {
        let (a, b) = (&a[head..a_end], &b[head..b_end]);
        let width = columns + 1;
        let mut lengths = vec![0u16; (rows + 1) * width];
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                lengths[i * width + j] = if a[i] == b[j] {
                    lengths[(i + 1) * width + j + 1] + 1
                } else {
                    lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < rows || j < columns {
            if i < rows && j < columns && a[i] == b[j] {
                steps.push(Step::Both(head + i, head + j));
                (i, j) = (i + 1, j + 1);
            } else if j == columns
                || (i < rows && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])
            {
                steps.push(Step::Before(head + i));
                i += 1;
            } else {
                steps.push(Step::After(head + j));
                j += 1;
            }
        }
    }
    steps.extend((0..tail).map(|k| Step::Both(a_end + k, b_end + k)));
    steps
}

fn print(rows: &[(char, &str)]) -> String {
    let mut near = vec![false; rows.len()];
    for (at, _) in rows.iter().enumerate().filter(|(_, row)| row.0 != ' ') {
        let end = (at + CONTEXT + 1).min(rows.len());
        near[at.saturating_sub(CONTEXT)..end].fill(true);
    }
    let mut out = String::new();
    let mut skipped = false;
    for ((mark, line), near) in rows.iter().zip(near) {
        if !near {
            skipped = true;
            continue;
        }
        if std::mem::take(&mut skipped) {
            out.push_str("…\n");
        }
        out.push(*mark);
        out.push_str(line);
        out.push('\n');
    }
    if skipped {
        out.push_str("…\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_none() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), "");
        assert_eq!(difference("", ""), "");
    }

    #[test]
    fn changes_stand_between_what_is_near() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\nten\n";
        assert_eq!(
            difference(before, after),
            "…\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n+ten\n"
        );
        assert_eq!(difference("", "new\n"), "+new\n");
        assert_eq!(difference("old\nrest\n", "rest\n"), "-old\n rest\n");
    }

    #[test]
    fn moved_numbers_are_no_change() {
        let before = "field f0  number  const 1  ; a\n\
                      field f1  number  const 17  ; size\n\
                      field f2  number  const 23  ; hue\n\
                      field f10 number  div f0 f2  ; hue\n\
                      out   dots  size f1  hue f10\n";
        let after = "field f0  number  const 1  ; a\n\
                     field f1  number  const 23  ; hue\n\
                     field f9  number  div f0 f1  ; hue\n\
                     out   dots  size f0  hue f9\n";
        // The constant is gone, and the size is another register.
        assert_eq!(
            difference(before, after),
            " field f0  number  const 1  ; a\n\
             -field f1  number  const 17  ; size\n \
             field f1  number  const 23  ; hue\n \
             field f9  number  div f0 f1  ; hue\n\
             -out   dots  size f1  hue f10\n\
             +out   dots  size f0  hue f9\n"
        );
        // Operands that change places are a change.
        let swapped = before.replace("div f0 f2", "div f2 f0");
        assert!(difference(before, &swapped).contains("+field f10 number  div f2 f0"));
        // Names in remarks are not registers.
        let renamed = before.replace("; a\n", "; f3\n");
        assert!(difference(&renamed, &renamed.replace("; f3", "; f4")).contains("+field f0"));
    }

    #[test]
    fn numbers_alone_are_shown_if_nothing_else_differs() {
        assert_eq!(
            difference("sig s1 const 1\n", "sig s2 const 1\n"),
            "-sig s1 const 1\n+sig s2 const 1\n"
        );
    }

    #[test]
    fn both_sides_can_be_put_together_again() {
        // Every pair of texts of up to four lines of two letters.
        let texts: Vec<String> = (0..81)
            .map(|n: u32| {
                let letter = |k: u32| ["", "a\n", "b\n"][(n / 3u32.pow(k) % 3) as usize];
                (0..4).map(letter).collect()
            })
            .collect();
        let side = |text: &str, mark: char| -> String {
            let lines = text.lines().filter(|l| l.starts_with([' ', mark]));
            lines.map(|line| format!("{}\n", &line[1..])).collect()
        };
        for before in &texts {
            for after in &texts {
                let shown = difference(before, after);
                if before != after && !shown.contains('…') {
                    assert_eq!(&side(&shown, '-'), before, "{shown}");
                    assert_eq!(&side(&shown, '+'), after, "{shown}");
                }
                assert_eq!(shown.is_empty(), before == after);
            }
        }
    }
}
