//! git notes: what is said of a commit without changing it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lockstep_schemas::strings::CommitSha;
use serde::Deserialize;

use crate::{Error, GitHub, Why};

/// A [ref](https://docs.github.com/en/rest/git/refs#get-a-reference).
#[derive(Deserialize)]
struct Reference {
    object: Object,
}

/// What a ref leads to.
#[derive(Deserialize)]
struct Object {
    sha: CommitSha,
}

/// A [file](https://docs.github.com/en/rest/repos/contents#get-repository-content) of up to a megabyte.
#[derive(Deserialize)]
struct File {
    /// In Base64, with line ends; nothing of one that is larger.
    content: String,
    /// How large it is, in bytes.
    size: u64,
}

impl GitHub<'_> {
    /// What the notes of a ref say of a commit; none where they say nothing of it. git keeps a commit's note in a file of the
    /// commit's name, and where there are many, in folders of two digits each.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say; [`Why::NotFound`] where there is no such ref.
    pub fn note(&self, notes: &str, commit: &CommitSha) -> Result<Option<Vec<u8>>, Error> {
        let name = notes.strip_prefix("refs/").unwrap_or(notes);
        let of: Reference = self.get(&self.route(&format!("git/ref/{name}")))?;
        let commit = commit.as_str();
        for folders in 0..3 {
            let (folders, rest) = commit.split_at(2 * folders);
            let folders = folders.as_bytes().chunks(2).map(String::from_utf8_lossy);
            let path: Vec<_> = folders.chain([rest.into()]).collect();
            let path = path.join("/");
            let route = self.route(&format!("contents/{path}?ref={}", of.object.sha));
            let file: File = match self.get(&route) {
                Err(error) if error.why == Why::NotFound => continue,
                file => file?,
            };
            let content: String = file.content.split_whitespace().collect();
            let asked = format!("GET {}", self.shown(&route));
            return match BASE64_STANDARD.decode(content) {
                Ok(note) if note.len() as u64 != file.size => {
                    let why = format!("{} bytes are more than it hands out", file.size);
                    Err(Error { asked, why: Why::Unreadable(why) })
                }
                Ok(note) => Ok(Some(note)),
                Err(error) => Err(Error { asked, why: Why::Unreadable(error.to_string()) }),
            };
        }
        Ok(None)
    }
}
