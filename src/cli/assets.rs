//! Files that a patch names: only those inside one folder are read.
//!
//! In: a patch's path, or a folder. Out: what the compiler asks for bytes. A name is a relative path
//! with `/`; neither `..` nor a link leads out of the folder, and only plain files are opened, so
//! that no device or pipe is.

use crate::compile::{AssetError, Assets};
use crate::diag::MAX_INPUT;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

/// Most bytes of a file.
const MAX_BYTES: u64 = MAX_INPUT as u64;

/// The files beside a patch (the current folder for one from stdin), or those in `root`.
pub(super) fn of(patch: &Path, root: Option<&Path>) -> Assets {
    let beside = match patch.parent() {
        Some(folder) if patch != Path::new("-") && folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let root = root.unwrap_or(beside).to_owned();
    Assets::new(move |name| read(&root, name))
}

fn read(root: &Path, name: &str) -> Result<Vec<u8>, AssetError> {
    let path = inside(root, name)?;
    let found = fs::metadata(&path).map_err(|error| reason(&error))?;
    if !found.is_file() {
        let what = if found.is_dir() {
            "is a folder"
        } else {
            "is no plain file"
        };
        return Err(AssetError::Unreadable(what.to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(|error| reason(&error))?;
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| reason(&error))?;
    match bytes.len() as u64 {
        0..=MAX_BYTES => Ok(bytes),
        _ => Err(AssetError::Unreadable("is larger than 64 MiB".to_owned())),
    }
}

/// Where a name leads, after all links.
fn inside(root: &Path, name: &str) -> Result<PathBuf, AssetError> {
    // Names mean the same on every system: there are no drives and no other separators.
    let foreign = name.contains(['\\', '\0']) || name.split('/').any(|part| part.contains(':'));
    let mut depth = 0i64;
    for part in Path::new(name).components() {
        depth += match part {
            Component::Normal(_) => 1,
            Component::CurDir => 0,
            Component::ParentDir => -1,
            Component::RootDir | Component::Prefix(_) => return Err(AssetError::Outside),
        };
        if depth < 0 {
            return Err(AssetError::Outside);
        }
    }
    if foreign {
        return Err(AssetError::Outside);
    }
    let root = root.canonicalize().map_err(|error| reason(&error))?;
    let path = root.join(name).canonicalize();
    let path = path.map_err(|error| reason(&error))?;
    match path.starts_with(&root) {
        true => Ok(path),
        false => Err(AssetError::Outside),
    }
}

fn reason(error: &io::Error) -> AssetError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => AssetError::NotFound,
        kind => AssetError::Unreadable(format!("cannot be read: {kind}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("sub")).expect("a folder");
        fs::write(root.join("leaf.svg"), "leaf").expect("a file");
        fs::write(root.join("sub/twig.svg"), "twig").expect("a file");
        fs::write(folder.path().join("secret.svg"), "secret").expect("a file");
        folder
    }

    #[test]
    fn names_lead_to_files_inside() {
        let folder = folder();
        let root = folder.path().join("root");
        for (name, text) in [
            ("leaf.svg", "leaf"),
            ("./leaf.svg", "leaf"),
            ("sub/twig.svg", "twig"),
            ("sub/../leaf.svg", "leaf"),
            ("sub//twig.svg", "twig"),
        ] {
            assert_eq!(read(&root, name), Ok(text.as_bytes().to_vec()), "{name}");
        }
    }

    #[test]
    fn nothing_outside_is_read() {
        let folder = folder();
        let root = folder.path().join("root");
        let absolute = folder.path().join("secret.svg").display().to_string();
        let names = [
            "../secret.svg",
            "./../secret.svg",
            "sub/../../secret.svg",
            "sub/../../root/leaf.svg",
            "../root/leaf.svg",
            "..",
            "../..",
            "/etc/passwd",
            "//etc/passwd",
            "/dev/zero",
            "/",
            absolute.as_str(),
            "file:///etc/passwd",
            "file:leaf.svg",
            "https://example.org/leaf.svg",
            "C:\\leaf.svg",
            "C:leaf.svg",
            "c:/leaf.svg",
            "sub\\twig.svg",
            "..\\secret.svg",
            "\\\\host\\share\\leaf.svg",
            "leaf.svg\0",
            "leaf.svg:stream",
            "sub/../../../../../../../etc/passwd",
            "missing/../../secret.svg",
        ];
        for name in names {
            assert_eq!(read(&root, name), Err(AssetError::Outside), "{name}");
        }
        let missing = [
            "secret.svg",
            "~/leaf.svg",
            "~root/leaf.svg",
            "$HOME/leaf.svg",
            "%2e%2e/secret.svg",
            "..%2fsecret.svg",
            "\u{2024}\u{2024}/secret.svg",
            "\u{ff0e}\u{ff0e}/secret.svg",
            "sub\u{2215}twig.svg",
            ".../secret.svg",
            "leaf.svg/",
            "leaf.svg/x",
            "LEAF.SVG ",
            " leaf.svg",
            "sub/missing.svg",
        ];
        for name in missing {
            assert_eq!(read(&root, name), Err(AssetError::NotFound), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere_else_and_only_files_are_read() {
        use std::os::unix::fs::symlink;
        let folder = folder();
        let root = folder.path().join("root");
        symlink("leaf.svg", root.join("inner.svg")).expect("a link");
        symlink("../secret.svg", root.join("outer.svg")).expect("a link");
        symlink("..", root.join("up")).expect("a link");
        symlink("loop.svg", root.join("loop.svg")).expect("a link");
        symlink("/dev/zero", root.join("zero.svg")).expect("a link");
        assert_eq!(read(&root, "inner.svg"), Ok(b"leaf".to_vec()));
        for name in [
            "outer.svg",
            "up/secret.svg",
            "up/root/../secret.svg",
            "zero.svg",
        ] {
            assert_eq!(read(&root, name), Err(AssetError::Outside), "{name}");
        }
        // A way out and back is a way inside.
        assert_eq!(read(&root, "up/root/leaf.svg"), Ok(b"leaf".to_vec()));
        assert!(matches!(
            read(&root, "loop.svg"),
            Err(AssetError::Unreadable(_))
        ));
        let is_a_folder = AssetError::Unreadable("is a folder".to_owned());
        for name in ["sub", ".", "sub/"] {
            assert_eq!(read(&root, name), Err(is_a_folder.clone()), "{name}");
        }
    }
}
