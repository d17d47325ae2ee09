//! The difference of two texts, line by line, as `diff -u` shows it.

/// Lines around a change that are shown with it.
const CONTEXT: usize = 2;
/// Lines of the differing middle that are aligned exactly; beyond, it is shown as replaced whole.
const ALIGNED: usize = 2_000;

/// Lines that begin with ` `, `-` or `+`; `…` stands for lines that are the same. Empty if nothing differs.
pub fn difference(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a_rest, b_rest) = (&a[head..], &b[head..]);
    let ends = a_rest.iter().rev().zip(b_rest.iter().rev());
    let tail = ends.take_while(|(x, y)| x == y).count();
    let (a_mid, b_mid) = (
        &a_rest[..a_rest.len() - tail],
        &b_rest[..b_rest.len() - tail],
    );
    if a_mid.is_empty() && b_mid.is_empty() {
        return String::new();
    }
    let mut rows: Vec<(char, &str)> = a[..head].iter().map(|line| (' ', *line)).collect();
    align(a_mid, b_mid, &mut rows);
    rows.extend(
        a_rest[a_rest.len() - tail..]
            .iter()
            .map(|line| (' ', *line)),
    );
    print(&rows)
}

/// The longest common subsequence, by the table of its lengths.
fn align<'a>(a: &[&'a str], b: &[&'a str], rows: &mut Vec<(char, &'a str)>) {
    if a.len() > ALIGNED || b.len() > ALIGNED {
        rows.extend(a.iter().map(|line| ('-', *line)));
        rows.extend(b.iter().map(|line| ('+', *line)));
        return;
    }
    let width = b.len() + 1;
    let mut lengths = vec![0u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i * width + j] = if a[i] == b[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            rows.push((' ', a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len()
            || (i < a.len() && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])
        {
            rows.push(('-', a[i]));
            i += 1;
        } else {
            rows.push(('+', b[j]));
            j += 1;
        }
    }
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
