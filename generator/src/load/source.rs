//! Reading a model's file, within bounds.

use std::path::Path;

use lockstep_files::NotUtf8;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};

use crate::problems::Problems;

/// The largest model, in bytes: a model of 200 targets is a tenth of it.
const LARGEST: u64 = 1024 * 1024;

/// A file's name and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file, as messages name it.
    pub name: String,
    /// Its text, without a byte order mark.
    pub text: String,
    /// The Rust that rustup's own file beside it names.
    pub rust: Option<String>,
}

/// Rustup's own file, as the model and messages name it.
pub const RUST_FILE: &str = "rust-toolchain.toml";

/// The Rust that rustup's own file of a folder names
/// ([documentation](https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file)), and the file.
#[must_use]
pub fn rust_of(folder: &Path) -> Option<(&'static str, String)> {
    // Where both are, rustup takes the older.
    let file =
        ["rust-toolchain", RUST_FILE].into_iter().find(|file| folder.join(file).is_file())?;
    let text = lockstep_files::bounded(&folder.join(file), LARGEST).ok()?;
    let text = String::from_utf8(text).ok()?;
    let channel = match text.parse::<toml_edit::DocumentMut>() {
        Ok(document) => document.get("toolchain")?.get("channel")?.as_str()?.to_owned(),
        // The older form is the channel and nothing else.
        Err(_) if file != RUST_FILE => text.trim().to_owned(),
        Err(_) => return None,
    };
    Some((file, channel))
}

impl Source {
    /// Reads a file that messages call `name`.
    pub fn read(path: &Path, name: &str) -> Result<Self, Problems> {
        let fail = |problem| Problems::new(name, "", vec![problem]);
        let bytes = read_bounded(path).map_err(fail)?;
        let text = lockstep_files::text(bytes).map_err(|error| fail(not_utf8(error)))?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let rust = rust_of(path.parent().unwrap_or(Path::new(""))).map(|(_, channel)| channel);
        Ok(Self { name: name.to_owned(), text, rust })
    }
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    lockstep_files::bounded(path, LARGEST).map_err(|error| {
        let problem =
            Diagnostic::new(Rule::FileUnreadable, format!("the model cannot be read: {error}"));
        if error.kind() != std::io::ErrorKind::NotFound {
            return problem;
        }
        // Whose name is nearly right stands where it is looked for.
        let other = path.with_extension("yml");
        if other.is_file() {
            let remedy = "`lockstep.yml` is there: call it `lockstep.yaml`";
            return problem.with_remedy(remedy);
        }
        problem.with_remedy(
            "name the folder that holds `lockstep.yaml`: `lockstep check path/to/project`; without a name it is this one, or the first above it that does",
        )
    })
}

fn not_utf8(error: NotUtf8) -> Diagnostic {
    Diagnostic::new(Rule::NotUtf8, format!("the model is {error}"))
        .with_remedy("save the file as UTF-8")
}
