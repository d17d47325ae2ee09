//! The text of a patch, and where in it a JSON pointer leads.
//!
//! The reader keeps no offsets: a patch without mistakes needs none. When diagnostics ask for
//! places, their pointers become a small tree and one pass over the text finds them all. The
//! scanner steps over what it does not understand, so it is total for every text and pointer.

use crate::diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;

/// Most bytes a patch may have, as every other file: 64 MiB.
pub const MAX_BYTES: usize = crate::diag::MAX_INPUT;

/// Pointer steps that are followed; deeper ones end at their parent at this depth.
const MAX_STEPS: usize = 160;

/// A patch as text.
#[derive(Debug, Clone)]
pub struct Source {
    /// File as the user named it; `stdin` for `-`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A text and its name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// `too-large` above [`MAX_BYTES`], `bad-json` with a place where the bytes are not UTF-8.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Box<Diagnostic>> {
        let name = name.into();
        if bytes.len() > MAX_BYTES {
            return Err(Box::new(too_large(&name, bytes.len())));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let end = error.utf8_error().valid_up_to();
                let bad = error.as_bytes().get(end).copied().unwrap_or_default();
                let valid = String::from_utf8_lossy(error.as_bytes().get(..end).unwrap_or(&[]));
                let (line, column) = Lines::new(&valid).place(end);
                let message = format!("not UTF-8: the byte 0x{bad:02X} starts no character");
                let mut diagnostic =
                    Diagnostic::error("bad-json", "", message).hint("save the file as UTF-8");
                (diagnostic.file, diagnostic.line, diagnostic.column) = (name, line, column);
                Err(Box::new(diagnostic))
            }
        }
    }

    /// The text without a byte order mark.
    pub(super) fn json(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text)
    }

    /// Line and column (in characters), both from 1, of the value that a JSON pointer means. If
    /// there is none, those of its nearest existing parent. Total for every text and pointer.
    pub fn locate(&self, pointer: &str) -> (u32, u32) {
        let text = self.json();
        let mut wanted = Tree::default();
        wanted.insert(pointer);
        Scanner::new(text).run(&mut wanted);
        Lines::new(text).place(wanted.offset(pointer))
    }

    /// Fills file, line and column of every diagnostic that has none, then sorts by place. What is
    /// about a flag stays without a line.
    pub fn fill_places(&self, diagnostics: &mut Diagnostics) {
        let text = self.json();
        let mut wanted = Tree::default();
        let open = |d: &&mut Diagnostic| d.line == 0 && d.is_in_file();
        for diagnostic in diagnostics.list_mut().iter_mut().filter(open) {
            wanted.insert(&diagnostic.pointer);
            if let Some(other) = &diagnostic.other {
                wanted.insert(&other.pointer);
            }
        }
        Scanner::new(text).run(&mut wanted);
        let mut found: Vec<(usize, &mut u32, &mut u32)> = Vec::new();
        for diagnostic in diagnostics.list_mut().iter_mut().filter(open) {
            let Diagnostic {
                pointer,
                line,
                column,
                other,
                ..
            } = diagnostic;
            found.push((wanted.offset(pointer), line, column));
            if let Some(other) = other {
                let offset = wanted.offset(&other.pointer);
                found.push((offset, &mut other.line, &mut other.column));
            }
        }
        found.sort_by_key(|(offset, ..)| *offset);
        let mut lines = Lines::new(text);
        for (offset, line, column) in found {
            (*line, *column) = lines.place(offset);
        }
        for diagnostic in diagnostics.list_mut() {
            if diagnostic.file.is_empty() {
                diagnostic.file.clone_from(&self.name);
            }
        }
        diagnostics.sort();
    }
}

/// The finding for a file above [`MAX_BYTES`].
pub(super) fn too_large(name: &str, bytes: usize) -> Diagnostic {
    let message = format!("the patch has {bytes} bytes; at most {MAX_BYTES} (64 MiB) are read");
    let mut diagnostic = Diagnostic::error("too-large", "", message);
    (diagnostic.file, diagnostic.line, diagnostic.column) = (name.to_owned(), 1, 1);
    diagnostic
}

/// Turns ascending byte offsets into lines and columns, reading the text once.
pub(super) struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u32,
    column: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            offset: 0,
            line: 1,
            column: 1,
        }
    }

    /// The place of a byte offset not smaller than the one before; beyond the end is the end.
    pub(super) fn place(&mut self, offset: usize) -> (u32, u32) {
        let rest = self.text.get(self.offset..).unwrap_or("");
        for (at, c) in rest.char_indices() {
            if self.offset + at >= offset {
                self.offset += at;
                return (self.line, self.column);
            }
            if c == '\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
        self.offset = self.text.len();
        (self.line, self.column)
    }
}

/// Pointers as a tree of steps; a node knows where its value starts once the scan has met it.
#[derive(Default)]
struct Tree {
    children: BTreeMap<String, Tree>,
    found: Option<usize>,
}

/// The steps of a JSON pointer, `~1` and `~0` decoded.
fn steps(pointer: &str) -> impl Iterator<Item = String> {
    let rest = pointer.strip_prefix('/');
    rest.into_iter()
        .flat_map(|rest| rest.split('/'))
        .take(MAX_STEPS)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
}

impl Tree {
    fn insert(&mut self, pointer: &str) {
        let mut node = self;
        for step in steps(pointer) {
            node = node.children.entry(step).or_default();
        }
    }

    /// Where the pointer's value starts, or its nearest parent that exists.
    fn offset(&self, pointer: &str) -> usize {
        let mut node = self;
        let mut best = self.found.unwrap_or(0);
        for step in steps(pointer) {
            match node.children.get(&step) {
                Some(child) => node = child,
                None => break,
            }
            match node.found {
                Some(offset) => best = offset,
                None => break,
            }
        }
        best
    }

    /// Forgets what was found below: an earlier duplicate of a key.
    fn forget(&mut self) {
        if self.found.take().is_some() {
            self.children.values_mut().for_each(Self::forget);
        }
    }
}

/// Walks over a JSON text along the branches that a [`Tree`] asks for.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn run(mut self, wanted: &mut Tree) {
        self.value(wanted);
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// A value that is asked for. Recursion is as deep as the tree, at most [`MAX_STEPS`].
    fn value(&mut self, node: &mut Tree) {
        self.space();
        node.forget();
        node.found = Some(self.at);
        if node.children.is_empty() {
            return self.skip();
        }
        match self.peek() {
            Some(b'{') => self.object(node),
            Some(b'[') => self.array(node),
            _ => self.skip(),
        }
    }

    fn object(&mut self, node: &mut Tree) {
        self.at += 1;
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                break;
            }
            let start = self.at;
            self.string();
            let key = key(self.text.get(start..self.at).unwrap_or(""));
            if !self.eat(b':') {
                break;
            }
            match node.children.get_mut(&key) {
                Some(child) => self.value(child),
                None => self.skip(),
            }
            if !self.eat(b',') {
                break;
            }
        }
        self.eat(b'}');
    }

    fn array(&mut self, node: &mut Tree) {
        self.at += 1;
        let mut wanted: BTreeMap<usize, &mut Tree> = node
            .children
            .iter_mut()
            .filter_map(|(step, child)| Some((step.parse().ok()?, child)))
            .collect();
        let mut index = 0;
        loop {
            self.space();
            if matches!(self.peek(), None | Some(b']')) {
                break;
            }
            match wanted.get_mut(&index) {
                Some(child) => self.value(child),
                None => self.skip(),
            }
            index += 1;
            if !self.eat(b',') {
                break;
            }
        }
        self.eat(b']');
    }

    /// Steps over a text; `at` is on its opening quote.
    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
        self.at = self.at.min(self.text.len());
    }

    /// Steps over one value, without recursion.
    fn skip(&mut self) {
        let mut depth = 0usize;
        self.space();
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    if depth == 0 {
                        return;
                    }
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth == 0 => return,
                _ => self.at += 1,
            }
            if depth == 0 && matches!(byte, b'"' | b'}' | b']') {
                return;
            }
        }
    }
}

/// The text of a key from its JSON form.
fn key(quoted: &str) -> String {
    if quoted.contains('\\') {
        return serde_json::from_str(quoted).unwrap_or_default();
    }
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    inner.strip_suffix('"').unwrap_or(inner).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a\": [1, {\"é\": \"ü\", \"b/c~\": true}],\n  \"k\\u0061\": null\n}";

    #[test]
    fn pointers_lead_to_values() {
        let source = Source::new("p.json", TEXT);
        assert_eq!(source.locate(""), (1, 1));
        assert_eq!(source.locate("/a"), (2, 8));
        assert_eq!(source.locate("/a/0"), (2, 9));
        assert_eq!(source.locate("/a/1/é"), (2, 18));
        assert_eq!(source.locate("/a/1/b~1c~0"), (2, 31));
        assert_eq!(source.locate("/ka"), (3, 14));
    }

    #[test]
    fn a_missing_key_is_at_its_parent() {
        let source = Source::new("p.json", TEXT);
        assert_eq!(source.locate("/a/1/none/deeper"), (2, 12));
        assert_eq!(source.locate("/a/7"), (2, 8));
        assert_eq!(source.locate("/none"), (1, 1));
        assert_eq!(source.locate("/a/0/x"), (2, 9));
    }

    #[test]
    fn a_mark_is_not_counted_and_the_last_duplicate_wins() {
        assert_eq!(Source::new("p", "\u{feff}{\"a\": 1}").locate("/a"), (1, 7));
        let twice = Source::new("p", r#"{"a": {"b": 1, "c": 2}, "a": {"b": 3}}"#);
        assert_eq!(twice.locate("/a/b"), (1, 36));
        assert_eq!(twice.locate("/a/c"), (1, 30));
    }

    #[test]
    fn any_text_has_a_place() {
        let pointers = [
            "",
            "/a/1/é",
            "/a/9999999999999999999999",
            "x",
            "//",
            "/a//~",
        ];
        for end in 0..=TEXT.len() {
            let cut = String::from_utf8_lossy(&TEXT.as_bytes()[..end]).into_owned();
            let source = Source::new("p", cut);
            for pointer in pointers {
                let (line, column) = source.locate(pointer);
                assert!(line >= 1 && column >= 1);
            }
        }
        let deep = Source::new("p", "[".repeat(100_000));
        assert_eq!(deep.locate(&"/0".repeat(100_000)).0, 1);
    }

    #[test]
    fn places_of_many_are_filled_and_sorted() {
        let source = Source::new("p.json", TEXT);
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(Diagnostic::error("z", "/ka", "third"));
        diagnostics.push(Diagnostic::error("z", "/a/1", "second"));
        diagnostics.push(Diagnostic::error("a", "/a/1", "first"));
        source.fill_places(&mut diagnostics);
        let shown: Vec<_> = diagnostics
            .list()
            .iter()
            .map(|d| (d.line, d.column, &*d.message))
            .collect();
        assert_eq!(
            shown,
            [(2, 12, "first"), (2, 12, "second"), (3, 14, "third")]
        );
        assert_eq!(diagnostics.list()[0].file, "p.json");
    }

    #[test]
    fn bytes_that_are_not_text_have_a_place() {
        let error = Source::from_bytes("p", b"{\n \"\xc3\xa9\xff\"}".to_vec()).unwrap_err();
        assert_eq!((error.code, error.line, error.column), ("bad-json", 2, 4));
        let big = vec![b' '; MAX_BYTES + 1];
        assert_eq!(Source::from_bytes("p", big).unwrap_err().code, "too-large");
    }
}
