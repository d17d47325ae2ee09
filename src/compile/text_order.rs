//! Texts in byte order.
//!
//! Most texts of a program differ in their first bytes. Those are compared as numbers that lie side by
//! side; only where they agree is the text itself looked at, which lies anywhere.

/// Places of texts in the order of their bytes; equal texts keep their order.
pub(super) fn sorted<'t>(texts: impl Iterator<Item = (usize, &'t str)>) -> Vec<usize> {
    let mut order: Vec<(u128, usize, &str)> = texts
        .map(|(place, text)| (start(text), place, text))
        .collect();
    order.sort_unstable_by(|a, b| {
        let whole = || a.2.as_bytes().cmp(b.2.as_bytes());
        a.0.cmp(&b.0).then_with(whole).then(a.1.cmp(&b.1))
    });
    order.into_iter().map(|(_, place, _)| place).collect()
}

/// The first sixteen bytes as a number, which orders as they do; a shorter text ends in zeros.
fn start(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_in_the_order_of_their_bytes() {
        let long = "sixteen bytes are";
        let texts = ["b", "", "a\0", "é", "a", long, &long[..16], "b", "z", "ab"];
        let mut wanted: Vec<usize> = (0..texts.len()).collect();
        wanted.sort_by_key(|&i| texts[i].as_bytes());
        assert_eq!(sorted(texts.iter().copied().enumerate()), wanted);
    }
}
