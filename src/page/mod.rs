//! Pages for people: one HTML file each, with everything in it.
//!
//! In: the parts of a page, which lie beside whoever writes it, and its data. Out: a file that fetches
//! nothing, so that it works from a disk, an e-mail or the artifacts of a build. What all pages look like is
//! `base.css`.

mod base64;

use std::io::{self, Write};

/// What a page is made of. The HTML has places for the others: `/*STYLE*/`, `/*DATA*/`, `/*SCRIPT*/` and,
/// where there are any, `/*PICTURES*/`.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its skeleton.
    pub html: &'a str,
    /// What it has beyond the look of all pages.
    pub css: &'a str,
    /// What it does.
    pub js: &'a str,
}

/// What a page shows.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// The value of the script element with the id `data`.
    pub data: &'a serde_json::Value,
    /// PNG files, as the text of script elements with the ids `p0`, `p1` and so on: nothing is decoded
    /// before the page asks for it.
    pub pictures: &'a [Vec<u8>],
}

/// A PNG file as an address that needs no file.
pub fn address(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", base64::encode(png))
}

impl Page<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, content: Content<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut rest = self.html;
        while let Some((before, after)) = rest.split_once("/*") {
            let (name, after) = after.split_once("*/").unwrap_or((after, ""));
            out.write_all(before.as_bytes())?;
            match name {
                "STYLE" => write!(out, "{}{}", include_str!("base.css"), self.css)?,
                "SCRIPT" => out.write_all(self.js.as_bytes())?,
                // Inside of a script element only `</` could end it, and `<!--` could hide its end.
                "DATA" => {
                    let data = content.data.to_string().replace('<', "\\u003c");
                    out.write_all(data.as_bytes())?;
                }
                "PICTURES" => pictures(content.pictures, out)?,
                other => debug_assert!(false, "no place is called {other}"),
            }
            rest = after;
        }
        out.write_all(rest.as_bytes())
    }
}

/// One at a time, for all together may be large.
fn pictures(files: &[Vec<u8>], out: &mut dyn Write) -> io::Result<()> {
    for (at, png) in files.iter().enumerate() {
        let text = base64::encode(png);
        writeln!(
            out,
            "<script id=\"p{at}\" type=\"text/plain\">{text}</script>"
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_place_is_filled_and_no_text_ends_a_script() {
        let page = Page {
            html: "<style>/*STYLE*/</style><script id=data>/*DATA*/</script>\n/*PICTURES*/<script>/*SCRIPT*/</script>",
            css: "b { c: d }",
            js: "run('/*DATA*/')",
        };
        let content = Content {
            data: &json!({"name": "</script><!--/*SCRIPT*/"}),
            pictures: &[b"foo".to_vec(), b"".to_vec()],
        };
        let mut out = Vec::new();
        page.write(content, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let (style, rest) = text.split_once("</style>").unwrap();
        assert!(style.contains("color-scheme") && style.ends_with("b { c: d }"));
        assert_eq!(
            rest,
            "<script id=data>{\"name\":\"\\u003c/script>\\u003c!--/*SCRIPT*/\"}</script>\n\
             <script id=\"p0\" type=\"text/plain\">Zm9v</script>\n\
             <script id=\"p1\" type=\"text/plain\"></script>\n<script>run('/*DATA*/')</script>"
        );
        assert_eq!(address(b"foo"), "data:image/png;base64,Zm9v");
    }
}
