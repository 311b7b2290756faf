//! Reading a model's file, within bounds.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use lockstep_toolkit::files::{self, NotUtf8};

use crate::problem::{Problem, Problems};

/// The largest model, in bytes: a model of 200 targets is a tenth of it.
const LARGEST: u64 = 1024 * 1024;

/// A file's name and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file, as messages name it.
    pub name: String,
    /// Its text, without a byte order mark.
    pub text: String,
}

impl Source {
    /// Reads a file that messages call `name`.
    pub fn read(path: &Path, name: &str) -> Result<Self, Problems> {
        let fail = |problem| Problems::new(name, "", vec![problem]);
        let bytes = read_bounded(path).map_err(fail)?;
        let text = files::text(bytes).map_err(|error| fail(not_utf8(error)))?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(Self { name: name.to_owned(), text })
    }
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, Problem> {
    let cannot = |error: std::io::Error| {
        let problem = Problem::of_file(format!("the model can not be read: {error}"));
        if error.kind() == std::io::ErrorKind::NotFound {
            problem.with_remedy(
                "name the folder that holds `lockstep.yaml`: `lockstep check path/to/project`",
            )
        } else {
            problem
        }
    };
    let metadata = std::fs::metadata(path).map_err(cannot)?;
    if !metadata.is_file() {
        return Err(Problem::of_file("the model is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(cannot)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Problem::of_file(format!(
            "the model is larger than {} KiB ({} bytes)",
            LARGEST / 1024,
            metadata.len()
        )));
    }
    Ok(bytes)
}

fn not_utf8(error: NotUtf8) -> Problem {
    Problem::of_file(format!("the model is {error}")).with_remedy("save the file as UTF-8")
}
