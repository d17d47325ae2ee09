//! Files that a patch names: SVG files whose outlines it samples.
//!
//! The compiler does no I/O by itself. Whoever calls it says what a name means, with [`Assets`]: a
//! folder, a bundle in a browser, nothing at all. What is read is an outline: all shapes of the file
//! as one path, transforms applied, in document order.

use super::resolve::Constant;
use crate::diag::Diagnostic;
use crate::patch::{Value, value};
use crate::path::build::{PathBuilder, Refused};
use crate::path::{self, PathData};
use std::fmt;
use std::sync::Arc;
use usvg::tiny_skia_path::{PathSegment, Point};

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssetError {
    /// There is none of that name.
    NotFound,
    /// It is not where files may be.
    Outside,
    /// It is there, but is not to be read; the reason follows "which".
    Unreadable(String),
}

/// Gives the bytes of a named file.
type Read = dyn Fn(&str) -> Result<Vec<u8>, AssetError> + Send + Sync;

/// Where the files of a patch come from; by default from nowhere.
#[derive(Clone, Default)]
pub struct Assets(Option<Arc<Read>>);

impl Assets {
    /// Files that `read` gives by their name, as the patch writes it.
    pub fn new(read: impl Fn(&str) -> Result<Vec<u8>, AssetError> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(read)))
    }
}

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Assets"
        } else {
            "NoAssets"
        })
    }
}

impl PartialEq for Assets {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// Reads a value that is path data (it begins with M or m) or the name of an SVG file. `what` is the
/// input, `at` its place. A blank text is nothing.
pub(super) fn read(
    assets: &Assets,
    value: &Value,
    what: &str,
    at: &str,
) -> Result<Constant, Box<Diagnostic>> {
    let text = value::text(value).map_err(|found| Box::new(found.diagnostic(at, what)))?;
    let name = text.trim();
    if name.is_empty() {
        return Ok(Constant::Nothing);
    }
    let outline = if name.starts_with(['M', 'm']) {
        value::path(&Value::Text(text.clone())).map_err(|found| {
            let error = found.diagnostic(at, what);
            Box::new(match name.ends_with(".svg") {
                true => error.hint(format!("a file of that name is `./{name}`")),
                false => error,
            })
        })?
    } else {
        file(assets, name, what, at)?
    };
    Ok(Constant::Asset(text, outline))
}

fn file(assets: &Assets, name: &str, what: &str, at: &str) -> Result<PathData, Box<Diagnostic>> {
    let error = |code, which: &str| {
        Diagnostic::error(code, at, format!("{what} names the file `{name}`, {which}"))
    };
    let read = match &assets.0 {
        Some(read) => read(name),
        None => Err(AssetError::NotFound),
    };
    let bytes = read.map_err(|why| {
        Box::new(match why {
            AssetError::NotFound => error("asset-not-found", "which is not there").hint(
                "names are relative to the patch's folder, or to `--asset-root`; \
             path data begins with M",
            ),
            AssetError::Outside => error("asset-outside", "which is outside the patch's folder")
                .hint("move it there, or name a folder that holds it with `--asset-root`"),
            AssetError::Unreadable(why) => error("bad-asset", &format!("which {why}")),
        })
    })?;
    svg(&bytes).map_err(|why| {
        Box::new(match why {
            Unusable::Svg(why) => error("bad-asset", &format!("which is no SVG file: {why}")),
            Unusable::Empty => error("bad-asset", "which has no shapes")
                .hint("text is no shape: convert it to paths first"),
            Unusable::Refused(Refused::Beyond) => {
                error("bad-asset", "which has a point beyond ±3.4e38")
            }
            Unusable::Refused(Refused::Full) => error(
                "path-too-large",
                &format!("which has more than {} segments", PathData::MAX_COMMANDS),
            )
            .hint("simplify its outlines, or use several files"),
        })
    })
}

/// Why bytes are not an outline.
#[derive(Debug)]
enum Unusable {
    Svg(usvg::Error),
    Empty,
    Refused(Refused),
}

/// All shapes of an SVG document as one path in its user space, px.
fn svg(bytes: &[u8]) -> Result<PathData, Unusable> {
    let options = usvg::Options {
        // A document is read, and nothing that it points to.
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_data(bytes, &options).map_err(Unusable::Svg)?;
    let mut outline = PathBuilder::default();
    let mut work: Vec<&usvg::Node> = tree.root().children().iter().rev().collect();
    while let Some(node) = work.pop() {
        match node {
            usvg::Node::Group(group) => work.extend(group.children().iter().rev()),
            usvg::Node::Path(path) => append(&mut outline, path).map_err(Unusable::Refused)?,
            usvg::Node::Image(_) | usvg::Node::Text(_) => {}
        }
    }
    let outline = outline.finish();
    match outline.cmds.is_empty() {
        true => Err(Unusable::Empty),
        false => Ok(outline),
    }
}

/// Adds a shape, its transforms applied in f64.
fn append(outline: &mut PathBuilder, shape: &usvg::Path) -> Result<(), Refused> {
    let map = shape.abs_transform();
    let [a, b, c, d, e, f] = [map.sx, map.ky, map.kx, map.sy, map.tx, map.ty].map(f64::from);
    let at = |p: Point| -> path::build::Point {
        let (x, y) = (f64::from(p.x), f64::from(p.y));
        [a * x + c * y + e, b * x + d * y + f]
    };
    for segment in shape.data().segments() {
        match segment {
            PathSegment::MoveTo(to) => outline.start_at(at(to)),
            PathSegment::LineTo(to) => outline.line(at(to)),
            PathSegment::QuadTo(p, to) => outline.quad(at(p), at(to)),
            PathSegment::CubicTo(p, q, to) => outline.cubic(at(p), at(q), at(to)),
            PathSegment::Close => outline.close(),
        }?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Cmd;

    fn shown(svg_text: &str) -> String {
        let path = svg(svg_text.as_bytes()).expect("an outline");
        assert!(path.is_well_formed());
        let mut points = path.pts.iter();
        let mut shown = Vec::new();
        for cmd in path.cmds.iter().filter_map(|&c| Cmd::from_byte(c)) {
            let at: Vec<String> = points
                .by_ref()
                .take(cmd.points())
                .map(|[x, y]| format!("{x},{y}"))
                .collect();
            shown.push(format!("{cmd:?}{}", at.join(" ")));
        }
        shown.join(" ")
    }

    fn document(inside: &str) -> String {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
                width="100" height="100">{inside}</svg>"#
        )
    }

    #[test]
    fn shapes_are_one_path_in_document_order() {
        let inside = r#"<g transform="translate(10 0)"><path transform="scale(2)" d="M0 0L1 1Q2 0 3 3Z"/></g>
            <path d="M5 5h5" fill="none" stroke="black"/><rect x="1" y="2" width="3" height="4"/>"#;
        assert_eq!(
            shown(&document(inside)),
            "M10,0 L12,2 Q14,0 16,6 Z M5,5 L10,5 M1,2 L4,2 L4,6 L1,6 Z"
        );
    }

    #[test]
    fn paint_does_not_matter_but_display_does() {
        assert_eq!(
            shown(&document(
                r#"<path d="M1 1L2 3" fill="none"/><path d="M9 9L8 8" display="none"/>"#
            )),
            "M1,1 L2,3"
        );
        assert_eq!(
            shown(&document(
                r##"<defs><path id="p" d="M0 0L1 2L3 0"/></defs><clipPath id="c"><rect width="9" height="9"/></clipPath>
                   <g clip-path="url(#c)"><use xlink:href="#p" x="5"/></g>"##
            )),
            "M5,0 L6,2 L8,0"
        );
    }

    #[test]
    fn a_view_box_scales() {
        let text = r#"<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200" viewBox="0 0 10 10">
            <path d="M1 1L2 3"/></svg>"#;
        assert_eq!(shown(text), "M20,20 L40,60");
    }

    #[test]
    fn what_is_no_outline_is_refused() {
        let unusable = |text: &str| svg(text.as_bytes()).expect_err("no outline");
        assert!(matches!(unusable("nothing"), Unusable::Svg(_)));
        assert!(matches!(unusable("<svg"), Unusable::Svg(_)));
        assert!(matches!(unusable("<p/>"), Unusable::Svg(_)));
        assert!(matches!(unusable(&document("")), Unusable::Empty));
        assert!(matches!(
            unusable(&document("<text>a</text>")),
            Unusable::Empty
        ));
        let image = r#"<image xlink:href="/etc/passwd" width="9" height="9"/>"#;
        assert!(matches!(unusable(&document(image)), Unusable::Empty));
        let many = format!(
            r#"<path d="M0 0{}"/>"#,
            "h1v1".repeat(PathData::MAX_COMMANDS / 2)
        );
        assert!(matches!(
            unusable(&document(&many)),
            Unusable::Refused(Refused::Full)
        ));
    }

    #[test]
    fn bombs_end() {
        let itself = r##"<g id="a"><use xlink:href="#a"/><path d="M0 0L1 1"/></g>"##;
        let _ = svg(document(itself).as_bytes());
        let mut doubling = r#"<defs><path id="p0" d="M0 0L1 1"/>"#.to_owned();
        for i in 1..40 {
            let j = i - 1;
            doubling += &format!(
                r##"<g id="p{i}"><use xlink:href="#p{j}"/><use xlink:href="#p{j}"/></g>"##
            );
        }
        doubling += r##"</defs><use xlink:href="#p39"/>"##;
        assert!(svg(document(&doubling).as_bytes()).is_err());
        let deep = format!(
            "{}<path d=\"M0 0L1 1\"/>{}",
            "<g>".repeat(100_000),
            "</g>".repeat(100_000)
        );
        let _ = svg(document(&deep).as_bytes());
    }
}
