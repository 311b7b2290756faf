//! A Python package index
//! ([simple repository API](https://packaging.python.org/en/latest/specifications/simple-repository-api/)).

use std::time::SystemTime;

use html5gum::{Token, Tokenizer};
use jiff::{SignedDuration, Timestamp};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::receipt::FileState;
pub use lockstep_schemas::strings::normalized;
use lockstep_schemas::strings::{Sha256, Version};
use lockstep_schemas::version::VersionScheme;
use serde::Deserialize;
use serde_json::Value;

use crate::web::{Answer, Question, Web};

/// Both forms of a page, the one with more in it first.
const FORMS: &str = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

/// A project's page: its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// Its files, of all versions.
    #[serde(default)]
    pub files: Vec<File>,
}

/// A file of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct File {
    /// Its name.
    pub filename: String,
    /// Its digests, in hexadecimal.
    #[serde(default)]
    pub hashes: Hashes,
    /// Why it was taken back, or whether it was.
    #[serde(default)]
    yanked: Value,
    /// When it was uploaded, where the index says that ([PEP 700](https://peps.python.org/pep-0700/)).
    #[serde(default)]
    upload_time: Option<String>,
}

/// Until when an index takes files of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The day, as `2026-12-24`, in UTC.
    pub day: String,
    /// Whether it is over.
    pub is_over: bool,
}

/// For how long PyPI takes files of a version, counted from its first.
const OPEN: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Project {
    /// What there is of a file.
    ///
    /// # Errors
    ///
    /// Where the index does not say its digest.
    pub fn has(&self, name: &str, sha256: &Sha256) -> Result<FileState, Diagnostic> {
        let Some(there) = self.files.iter().find(|one| one.filename == name) else {
            return Ok(FileState::Absent);
        };
        let Some(digest) = &there.hashes.sha256 else {
            let message = format!("the index does not say the digest of `{name}`");
            return Err(Diagnostic::new(Rule::RegistrySilent, message).with_remedy(
                "publish to an index that says it: nobody can tell otherwise what users get",
            ));
        };
        Ok(match *digest == sha256.as_str() {
            false => FileState::Other,
            // Users who ask for no version get another.
            true if there.is_yanked() => FileState::Burnt,
            true => FileState::Ours,
        })
    }
}

impl Project {
    /// Until when PyPI takes further files of a version; none where there is no file of it, or the index does not say when it came.
    #[must_use]
    pub fn takes_until(&self, project: &str, version: &Version) -> Option<Deadline> {
        let of_it = self.files.iter().filter(|file| file.is_of(project, version));
        let times = of_it.filter_map(|file| file.upload_time.as_deref()?.parse::<Timestamp>().ok());
        let until = times.min()?.checked_add(OPEN).ok()?;
        let now = Timestamp::try_from(SystemTime::now()).ok()?;
        Some(Deadline { day: until.strftime("%Y-%m-%d").to_string(), is_over: until <= now })
    }
}

impl File {
    /// Whether it is a wheel or a source distribution of a project at a version, by its name. Old ones write both in their own
    /// ways ([specification](https://packaging.python.org/en/latest/specifications/source-distribution-format/#source-distribution-file-name)).
    #[must_use]
    pub fn is_of(&self, project: &str, version: &Version) -> bool {
        let says = |text: &str| VersionScheme::Pep440.says(text, version);
        if let Some(wheel) = self.filename.strip_suffix(".whl") {
            return wheel.split('-').nth(1).is_some_and(says);
        }
        let source = [".tar.gz", ".zip"].iter().find_map(|end| self.filename.strip_suffix(end));
        let is_of = |source: &str, at: usize| {
            normalized(&source[..at]) == normalized(project) && says(&source[at + 1..])
        };
        source.is_some_and(|text| text.match_indices('-').any(|(at, _)| is_of(text, at)))
    }

    /// Whether it was taken back: who names its version gets it, and nobody else.
    #[must_use]
    pub fn is_yanked(&self) -> bool {
        !matches!(self.yanked, Value::Null | Value::Bool(false))
    }
}

/// The digests of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Hashes {
    /// Its SHA-256.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// An index.
#[derive(Debug, Clone, Copy)]
pub struct Index<'a> {
    /// Its address, such as uv is configured for.
    pub address: &'a str,
}

impl Index<'_> {
    /// The page of a project; `None` where the index has no such project.
    ///
    /// # Errors
    ///
    /// Where the index does not say.
    pub fn project(&self, web: &Web<'_>, name: &str) -> Result<Option<Project>, Diagnostic> {
        let address = format!("{}/{}/", self.address.trim_end_matches('/'), normalized(name));
        let question = Question { of: "PyPI", address: &address, accept: FORMS, token: None };
        let unreadable = |why: String| {
            let message = format!("what the index says of `{name}` cannot be read: {why}");
            Diagnostic::new(Rule::RegistrySilent, message)
                .with_remedy("look whether uv is configured for an index of packages")
        };
        match web.get(question)? {
            Answer::Missing => Ok(None),
            Answer::Refused(status) => Err(unreadable(format!("it answers {status}"))),
            Answer::Found(form, body)
                if form.starts_with("application/vnd.pypi.simple.v1+json") =>
            {
                serde_json::from_slice(&body)
                    .map(Some)
                    .map_err(|error| unreadable(error.to_string()))
            }
            Answer::Found(form, body) if form.contains("html") => {
                Ok(Some(of_html(&String::from_utf8_lossy(&body))))
            }
            Answer::Found(form, _) => Err(unreadable(format!("it is {form}"))),
        }
    }
}

/// The files of a page in HTML: what its links are called, with the digests at the end of their addresses.
fn of_html(page: &str) -> Project {
    let mut project = Project::default();
    let mut link: Option<File> = None;
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) if *tag.name == b"a" => {
                let address = tag.attributes.get(&b"href"[..]);
                let address = address.map(|value| String::from_utf8_lossy(value).into_owned());
                let digest = address.as_deref().and_then(|text| text.split_once("#sha256="));
                let sha256 = digest
                    .map(|(_, digest)| digest.split('&').next().unwrap_or_default().to_owned());
                let hashes = Hashes { sha256 };
                let yanked = tag.attributes.contains_key(&b"data-yanked"[..]);
                let yanked = Value::Bool(yanked);
                link = Some(File { hashes, yanked, ..File::default() });
            }
            Token::String(text) => {
                if let Some(file) = &mut link {
                    file.filename.push_str(String::from_utf8_lossy(&text).trim());
                }
            }
            Token::EndTag(tag) if *tag.name == b"a" => project.files.extend(link.take()),
            Token::StartTag(_)
            | Token::EndTag(_)
            | Token::Comment(_)
            | Token::Doctype(_)
            | Token::Error(_) => {}
        }
    }
    project
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_say_a_version() {
        let is_of = |name: &str, version: &str| {
            let file = File { filename: name.to_owned(), ..File::default() };
            file.is_of("some-tool", &version.parse().unwrap())
        };
        for name in [
            "some_tool-1.2.3rc1-py3-none-any.whl",
            "some_tool-1.2.3rc1-1-cp39-abi3-win_amd64.whl",
            "some_tool-1.2.3rc1.tar.gz",
            "Some.Tool-1.2.3-rc.1.zip",
        ] {
            assert!(is_of(name, "1.2.3-rc.1"), "{name}");
            assert!(!is_of(name, "1.2.3"), "{name}");
        }
        for name in [
            "some-tool-1.2.3.egg",
            "some-tool-plugin-1.2.3.tar.gz",
            "some-tool.tar.gz",
            "-",
            "1.2.3.whl",
        ] {
            assert!(!is_of(name, "1.2.3"), "{name}");
        }
    }

    #[test]
    fn a_version_is_open_for_fourteen_days_after_its_first_file() {
        let page = |times: &[&str]| {
            let file = |(index, time): (usize, &&str)| serde_json::json!({ "filename": format!("a-1.0.0-{index}-py3-none-any.whl"), "upload-time": time });
            let files: Vec<Value> = times.iter().enumerate().map(file).collect();
            serde_json::from_value::<Project>(serde_json::json!({ "files": files })).unwrap()
        };
        let until = |times: &[&str]| page(times).takes_until("a", &"1.0.0".parse().unwrap());
        let over = Deadline { day: "2020-01-15".to_owned(), is_over: true };
        assert_eq!(until(&["2999-01-01T00:00:00Z", "2020-01-01T23:59:59.5Z"]), Some(over));
        assert!(!until(&["2999-01-01T00:00:00Z"]).unwrap().is_over);
        for unknown in [&[][..], &["yesterday"], &["9999-12-30T00:00:00Z"], &[""]] {
            assert_eq!(until(unknown), None, "{unknown:?}");
        }
        let page = page(&["2020-01-01T00:00:00Z"]);
        assert_eq!(page.takes_until("a", &"1.0.1".parse().unwrap()), None);
    }

    #[test]
    fn both_forms_say_the_same() {
        let html = r#"<!DOCTYPE html><html><body><h1>Links</h1>
            <a href="../../packages/a-1.0.tar.gz#sha256=abc&amp;x=y" data-yanked="">a-1.0.tar.gz</a><br/>
            <a href='a-1.0-py3-none-any.whl'> a-1.0-py3-none-any.whl </a></body></html>"#;
        let json = r#"{ "meta": { "api-version": "1.1" }, "name": "a", "versions": ["1.0"], "files": [
            { "filename": "a-1.0.tar.gz", "url": "", "hashes": { "sha256": "abc" }, "size": 3, "yanked": true },
            { "filename": "a-1.0-py3-none-any.whl", "url": "", "hashes": {}, "yanked": false }
        ] }"#;
        assert_eq!(of_html(html), serde_json::from_str(json).unwrap());
    }

    #[test]
    fn a_page_that_ends_early_has_what_it_has() {
        for end in ["<a href=\"x", "<a href=x>y", "<a", "&#", "<!--"] {
            assert_eq!(of_html(end).files, []);
        }
    }
}
