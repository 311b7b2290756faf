//! The members of an archive, and what no member of a release may be.

use std::collections::HashMap;

use lockstep_schemas::paths::{below, folder_of};
use unicode_normalization::UnicodeNormalization as _;

use crate::{Error, Result};

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its place, with `/`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File {
        /// How many bytes it says that it has; reading it fails where it has others.
        size: u64,
        /// Whether it may be executed.
        executable: bool,
    },
    /// A folder.
    Folder,
    /// A link to a file of the archive, such as `libtool.so` to `libtool.so.1`.
    Link {
        /// Where it leads, from the folder that it stands in.
        to: String,
    },
}

/// The most members of an archive, with the folders above them: names are all that is kept of one.
const MOST_MEMBERS: usize = 50_000;

/// The most bytes of all its names together.
const MOST_NAMES: usize = 4 * 1024 * 1024;

/// The longest name of one, in bytes: no system has longer paths everywhere.
const LONGEST_NAME: usize = 1024;

/// How many links may lead to each other: Linux follows as many ([manual](https://man7.org/linux/man-pages/man7/path_resolution.7.html)).
pub const LONGEST_CHAIN: usize = 40;

/// The names of an archive so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Each name and each folder above one, as a file system that knows neither case nor Unicode's
    /// forms would keep it.
    taken: HashMap<String, Taken>,
    /// How many bytes all of them have.
    bytes: usize,
    /// Where links lead, from the archive's root.
    links: HashMap<String, String>,
}

#[derive(Debug)]
struct Taken {
    name: String,
    /// A file or a folder that the archive lists; a folder that only stands above others is not.
    listed: bool,
    folder: bool,
}

/// A name as a file system keeps it that knows neither case, as those of Windows and macOS, nor Unicode's forms, as that of macOS: names that
/// are the same so are one file there.
#[must_use]
pub fn kept_as(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).nfc().collect()
}

impl Names {
    /// Adds a member, if its name leads to a place of its own below the folder that it is unpacked to, on
    /// every system.
    pub(crate) fn add(&mut self, member: &Member) -> Result<()> {
        if member.name.len() > LONGEST_NAME {
            return Err(Error::refused(format!("a name of {} bytes", member.name.len())));
        }
        let is_folder = member.kind == Kind::Folder;
        let name = if is_folder { member.name.trim_end_matches('/') } else { &member.name };
        let name = name.strip_prefix("./").unwrap_or(name);
        // The root itself, as some archives list it.
        if is_folder && (name.is_empty() || name == ".") {
            return Ok(());
        }
        let is_bad = |part: &str| part.is_empty() || part == "." || part == "..";
        if name.split('/').any(is_bad)
            || name.contains(['\\', ':'])
            || name.chars().any(char::is_control)
        {
            let shown = member.name.escape_debug();
            return Err(Error::refused(format!(
                "`{shown}`: a name that leads elsewhere on some system"
            )));
        }
        let ends = name.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| at);
        for end in ends {
            self.take(&name[..end], true, false)?;
        }
        self.take(name, is_folder, true)?;
        if let Kind::Link { to } = &member.kind {
            let leads = leads_to(name, to).ok_or_else(|| {
                Error::refused(format!("`{name}`: a link that leads elsewhere on some system"))
            })?;
            self.bytes += leads.len();
            self.links.insert(name.to_owned(), leads);
        }
        Ok(())
    }

    /// That every link leads to a file of the archive, be it by others.
    pub(crate) fn end(&self) -> Result<()> {
        for name in self.links.keys() {
            let mut at = name;
            for _ in 0..LONGEST_CHAIN {
                let Some(next) = self.links.get(at) else { break };
                at = next;
            }
            let found = self.taken.get(&kept_as(at));
            let is_file = found.is_some_and(|taken| taken.name == *at && !taken.folder);
            if !is_file || self.links.contains_key(at) {
                return Err(Error::refused(format!(
                    "`{name}`: a link that leads to no file of the archive"
                )));
            }
        }
        Ok(())
    }

    fn take(&mut self, name: &str, folder: bool, listed: bool) -> Result<()> {
        let key = kept_as(name);
        let Some(taken) = self.taken.get_mut(&key) else {
            self.bytes += name.len();
            if self.taken.len() == MOST_MEMBERS || self.bytes > MOST_NAMES {
                return Err(Error::refused(format!(
                    "more than {MOST_MEMBERS} members, or names as long as of more"
                )));
            }
            self.taken.insert(key, Taken { name: name.to_owned(), listed, folder });
            return Ok(());
        };
        if taken.name != name {
            return Err(Error::refused(format!(
                "`{name}` and `{}` are one name on some systems",
                taken.name
            )));
        }
        if taken.folder != folder {
            return Err(Error::refused(format!("`{name}` is both a file and a folder")));
        }
        if taken.listed && listed {
            return Err(Error::refused(format!("`{name}` is there twice")));
        }
        taken.listed |= listed;
        Ok(())
    }
}

/// Where a link leads, from the archive's root; none where that is no place of its own below the root on every system.
fn leads_to(name: &str, to: &str) -> Option<String> {
    if to.len() > LONGEST_NAME || to.contains(['\\', ':']) || to.chars().any(char::is_control) {
        return None;
    }
    let is_odd = |part: &str| part.is_empty() || part == ".";
    if to.split('/').any(is_odd) { None } else { below(folder_of(name), to) }
}
