//! Names of elements: texts that hashes and drawings tell elements apart by.

/// Names of the elements of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ids {
    /// Decimal i.
    Sequential,
    /// `row-<r>-col-<c>`.
    Grid {
        /// Elements in a row.
        cols: u32,
    },
    /// Prefix, then decimal i.
    Prefix(String),
    /// Entry i.
    Custom(Vec<String>),
}

impl Ids {
    /// Appends the text id of element `i` to `out`.
    pub fn write(&self, i: u32, out: &mut String) {
        match self {
            Self::Sequential => push_whole(i, out),
            Self::Grid { cols } => {
                let cols = (*cols).max(1);
                out.push_str("row-");
                push_whole(i / cols, out);
                out.push_str("-col-");
                push_whole(i % cols, out);
            }
            Self::Prefix(prefix) => {
                out.push_str(prefix);
                push_whole(i, out);
            }
            Self::Custom(list) => out.push_str(list.get(i as usize).map_or("", String::as_str)),
        }
    }
}

/// Appends decimal digits: ids are written by the million, and the formatting machinery is slow.
fn push_whole(mut number: u32, out: &mut String) {
    let mut digits = [0; 10];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    for &digit in &digits[first..] {
        out.push(char::from(digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_texts() {
        let text = |ids: Ids, i| {
            let mut out = String::new();
            ids.write(i, &mut out);
            out
        };
        assert_eq!(text(Ids::Sequential, 0), "0");
        assert_eq!(text(Ids::Sequential, u32::MAX), "4294967295");
        assert_eq!(text(Ids::Grid { cols: 3 }, 10), "row-3-col-1");
        assert_eq!(text(Ids::Prefix("p".into()), 120), "p120");
        assert_eq!(text(Ids::Custom(vec!["a".into(), "b".into()]), 1), "b");
    }
}
