//! Version files: that where their version stands is said, once, and which train they belong to.

use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{DescribedFile, Model, VersionFile};
use lockstep_schemas::plan::VersionFilePlan;
use lockstep_schemas::strings::{FieldPattern, Id, TagPattern};
use lockstep_schemas::version_format::VersionFormat;
use lockstep_versions::formats::{self, by_name};
use regex_lite::Regex;

use crate::plan;
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    let versions = &model.versions;
    let at = Path::of("versions");
    let mut known = Vec::new();
    files(model, &versions.files, &at, &mut known, violations);
    let mut tags = vec![model.tag.clone()];
    for (id, train) in &versions.trains {
        let at = at.key("trains").key(id);
        files(model, &train.files, &at, &mut known, violations);
        tag(id, train.tag.as_ref(), &at, &mut tags, violations);
    }
    documents(model, violations);
}

/// A tag says by itself which train it releases.
fn tag(
    id: &Id,
    tag: Option<&TagPattern>,
    at: &Path,
    tags: &mut Vec<TagPattern>,
    violations: &mut Violations,
) {
    let Some(pattern) = plan::train_tag(id, tag) else { return };
    if tags.contains(&pattern) {
        violations.add(
            Rule::TagTaken,
            if tag.is_some() { at.key("tag") } else { at.clone() },
            format!("another train is also tagged `{pattern}`"),
            "a tag must say which train it releases: name another pattern",
        );
    }
    tags.push(pattern);
}

fn files(
    model: &Model,
    files: &[VersionFile],
    of: &Path,
    known: &mut Vec<VersionFilePlan>,
    violations: &mut Violations,
) {
    if files.is_empty() {
        violations.add(
            Rule::NoVersionFile,
            of.key_itself("files"),
            "`files` is empty, so no file carries the version",
            "name at least one, such as Cargo.toml or package.json",
        );
    }
    for (index, file) in files.iter().enumerate() {
        let at = of.key("files").index(index);
        match file {
            VersionFile::Named(path) if by_name(path.as_str()).is_none() => {
                let names =
                    VersionFormat::ALL.iter().flat_map(|format| formats::known(*format).names);
                let names = names.copied().collect::<Vec<_>>().join("`, `");
                violations.add(Rule::VersionFileUnclear,
                    at.clone(),
                    format!("Lockstep does not know which field of `{path}` carries the version"),
                    format!(
                        "say where it stands: {{ path: {path}, json: /version }}, or `toml`, `yaml`, `regex`, `format`; known by name are `{names}`"
                    ),
                );
            }
            VersionFile::Named(_) | VersionFile::Excluded(_) => {}
            VersionFile::Described(described) => description(model, described, &at, violations),
        }
        let path = match file {
            VersionFile::Named(path) => path.as_str(),
            VersionFile::Described(described) => described.path.as_str(),
            VersionFile::Excluded(exclusion) => exclusion.as_str(),
        };
        if path.contains(['{', '}']) {
            violations.add(
                Rule::Placeholder,
                at.clone(),
                format!("`{path}` has a placeholder, which has no value in `versions`"),
                "write `*` for what differs",
            );
        }
        let Some(planned) = plan::version_file(file) else { continue };
        if known.contains(&planned) {
            violations.add(
                Rule::NamedTwice,
                at,
                format!("`{path}` is named twice"),
                "name it once, in one train",
            );
        }
        known.push(planned);
    }
}

fn description(model: &Model, file: &DescribedFile, at: &Path, violations: &mut Violations) {
    let count = plan::locators(file).len();
    if let Some(source) = &file.source {
        if !model.sources.iter().any(|known| known.name == *source) {
            let known = model.sources.iter().map(|known| known.name.as_str());
            violations.unknown(at.key("source"), "source", source.as_str(), known);
        }
        if file.path.as_str().contains('*') {
            violations.add(
                Rule::VersionFileUnclear,
                at.key("path"),
                "a pattern in a source: which of its files counts is for that repository to say",
                "name one file",
            );
        }
    }
    if file.all && file.regex.is_none() {
        violations.add(
            Rule::VersionFileUnclear,
            at.key_itself("all"),
            "`all` without `regex`: there is nothing to match more than once",
            "take `all` out, or write an expression",
        );
    }
    if file.part.is_some() && file.format.is_some() {
        violations.add(
            Rule::VersionFileUnclear,
            at.key_itself("part"),
            "`part` beside `format`, whose fields are whole versions",
            "name the field by a pointer or an expression",
        );
    }
    let is_known = file.source.is_some() && by_name(file.path.as_str()).is_some();
    if count > 1 || count == 0 && !is_known {
        let what = if count == 0 { "does not say" } else { "says more than once" };
        violations.add(
            Rule::VersionFileUnclear,
            at.clone(),
            format!("the model {what} where the version stands in `{}`", file.path),
            "write one of `format`, `json`, `toml`, `yaml` and `regex`",
        );
    }
    if file.scheme.is_some() && file.format.is_some() {
        violations.add(
            Rule::VersionFileUnclear,
            at.key_itself("scheme"),
            "`scheme` beside `format`, which already says how versions are written",
            "take `scheme` out",
        );
    }
    if let Some(pattern) = &file.regex {
        expression(pattern, &at.key("regex"), violations);
    }
}

fn expression(pattern: &FieldPattern, at: &Path, violations: &mut Violations) {
    match Regex::new(pattern.as_str()) {
        Err(error) => violations.add(
            Rule::VersionPattern,
            at.clone(),
            format!("this is not a regular expression: {error}"),
            "the syntax is that of Rust's regex-lite",
        ),
        // The whole match is the first that is counted.
        Ok(regex) if regex.captures_len() != 2 => violations.add(
            Rule::VersionPattern,
            at.clone(),
            format!("the expression has {} groups", regex.captures_len() - 1),
            "put the version, and nothing else, into one group: (…); write other groups as (?:…)",
        ),
        Ok(_) => {}
    }
}

/// A document is written by people, and in part by Lockstep: it is none of the files that Lockstep takes as a
/// whole.
fn documents(model: &Model, violations: &mut Violations) {
    let named =
        [("versions", &model.versions.document), ("publishing", &model.publishing.document)];
    for (of, document) in named {
        let Some(document) = document else { continue };
        let at = Path::of(of).key("document");
        let is_markdown = [".md", ".markdown"].iter().any(|end| document.as_str().ends_with(end));
        if !is_markdown {
            violations.add(
                Rule::PassageDocument,
                at,
                format!("`{document}` is not Markdown"),
                "name a file that ends in .md",
            );
        } else if model.versions.changelog.as_ref() == Some(document) {
            violations.add(
                Rule::PassageDocument,
                at,
                "nothing can be rendered into the changelog",
                "name a document of its own",
            );
        }
    }
}
