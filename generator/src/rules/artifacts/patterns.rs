//! Patterns: that placeholders have a value where they stand, and that built files and their places fit each other.

use indexmap::IndexMap;
use lockstep_patterns::stars;
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::model::{Artifact, Model, Scope};
use lockstep_schemas::paths::not_on_windows;
use lockstep_schemas::placeholder::{Part, Placeholder, expand, parts};
use lockstep_schemas::strings::{GlobPattern, TargetId};

use crate::plan;
use crate::rules::targets;
use crate::suggest;
use crate::violation::{Path, Violations};

/// Which placeholders have a value where a pattern stands.
#[derive(Clone, Copy)]
struct Scoped {
    target: bool,
    mode: bool,
    version: bool,
}

pub(super) fn check(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
    let target = artifact.scope() == Scope::Target;
    let here = Scoped { target, mode: false, version: true };
    // One of each mode, and in what needs every target one of each target.
    let each = Scoped { target: true, mode: true, version: true };
    let mut pattern = |text: &str, at: Path, scoped| placeholders(text, &at, scoped, violations);
    match artifact {
        Artifact::Archive(archive) => {
            pattern(archive.name.as_str(), at.key("name"), here);
            if let Some(manifest) = &archive.manifest {
                pattern(manifest.as_str(), at.key("manifest"), here);
            }
        }
        Artifact::NpmPlatformPackage(package) => {
            let named = Scoped { version: false, ..here };
            pattern(package.package.as_str(), at.key("package"), named);
            if let Some(template) = &package.template {
                pattern(template.as_str(), at.key("template"), named);
            }
        }
        Artifact::NpmPackage(package) => {
            let named = Scoped { version: false, ..here };
            pattern(package.package.as_str(), at.key("package"), named);
        }
        Artifact::Wheel(wheel) => {
            // Whoever makes it for everybody is one target too.
            let here = Scoped { target: true, ..here };
            pattern(wheel.path.as_str(), at.key("path"), here);
            for (index, member) in wheel.members.iter().enumerate() {
                pattern(member.as_str(), at.key("members").index(index), here);
            }
        }
        Artifact::Sdist(sdist) => {
            pattern(sdist.path.as_str(), at.key("path"), here);
            for (index, member) in sdist.members.iter().enumerate() {
                pattern(member.as_str(), at.key("members").index(index), here);
            }
        }
        Artifact::Binary(binary) => {
            let each_mode = Scoped { mode: true, ..here };
            pattern(binary.path.as_str(), at.key("path"), each_mode);
            pattern(binary.name.as_str(), at.key("name"), each_mode);
            if has_mode(binary.path.as_str()) != has_mode(binary.name.as_str()) {
                let message = "`{mode}` must stand in both `path` and `name`, or in neither";
                violations.add(
                    Rule::PatternMismatch,
                    at.key("name"),
                    message,
                    "put it into the other too",
                );
            }
        }
        Artifact::Crate(_) => {}
    }
    if let Some((key, files)) = files(artifact) {
        members(model, files, &at.key(key), each, target, violations);
        if is_for_windows(model, artifact) {
            on_windows(files, &at.key(key), violations);
        }
    }
}

fn is_for_windows(model: &Model, artifact: &Artifact) -> bool {
    let is_windows = |target: &TargetId| targets::is_windows(model, target);
    match artifact.targets() {
        Some(targets) => targets.iter().any(is_windows),
        None => model.targets.keys().any(is_windows),
    }
}

/// That Windows can have the places of files; what `*` and placeholders become there is seen when it is packed.
fn on_windows(files: &IndexMap<GlobPattern, GlobPattern>, at: &Path, violations: &mut Violations) {
    for (from, to) in files {
        let to = plan::placed(from.as_str(), to.as_str());
        let text = expand(&to, |_| Some("x".to_owned())).replace('*', "x");
        if let Some(why) = not_on_windows(&text) {
            let message = format!("cannot be a file on Windows: {why}");
            violations.add(Rule::NotOnWindows, at.key(from), message, "give it another name");
        }
    }
}

fn files(artifact: &Artifact) -> Option<(&'static str, &IndexMap<GlobPattern, GlobPattern>)> {
    match artifact {
        Artifact::Archive(archive) => Some(("files", &archive.files)),
        Artifact::NpmPlatformPackage(package) => Some(("files", &package.files)),
        Artifact::NpmPackage(package) => Some(("native-files", &package.native_files)),
        Artifact::Wheel(_) | Artifact::Sdist(_) | Artifact::Crate(_) | Artifact::Binary(_) => None,
    }
}

fn members(
    model: &Model,
    files: &IndexMap<GlobPattern, GlobPattern>,
    at: &Path,
    each: Scoped,
    of_target: bool,
    violations: &mut Violations,
) {
    if files.is_empty() && of_target {
        let message = "an artifact without files would be empty";
        violations.add(
            Rule::NothingShipped,
            at.clone(),
            message,
            "name a built file and its place",
        );
    }
    for (from, to) in files {
        let to_at = at.key(from);
        let from_at = at.key_itself(from);
        placeholders(from.as_str(), &from_at, each, violations);
        placeholders(to.as_str(), &to_at, each, violations);
        if from.as_str().ends_with('/') {
            let message = "the built file is a folder";
            let remedy = format!("take what is in it: `{from}**`");
            violations.add(Rule::PatternMismatch, from_at, message, remedy);
            continue;
        }
        let to = plan::placed(from.as_str(), to.as_str());
        let (from, to) = (from.as_str(), to.as_str());
        if to.contains('*') && stars(to) != stars(from) {
            let message = "the built files and their place have different numbers of `*`";
            violations.add(Rule::PatternMismatch, to_at.clone(), message, "give both the same");
        }
        let goes_astray = |what: &str, many: bool, has: &dyn Fn(&str) -> bool| {
            (many && has(from) && !has(to))
                .then(|| format!("the files of every {what} would land in one place"))
        };
        let has_target = |text: &str| mentions_target(text);
        let clash = goes_astray("mode", model.modes.len() > 1, &has_mode)
            .or_else(|| goes_astray("target", !of_target && model.targets.len() > 1, &has_target));
        if let Some(message) = clash {
            violations.add(
                Rule::PatternMismatch,
                to_at,
                message,
                "put the placeholder into the place too",
            );
        }
    }
}

fn has_mode(text: &str) -> bool {
    parts(text).contains(&Part::Placeholder(Placeholder::Mode))
}

fn mentions_target(text: &str) -> bool {
    parts(text).iter().any(|part| {
        matches!(part, Part::Placeholder(placeholder) if placeholder.is_of_target()
            && !matches!(placeholder, Placeholder::ExeSuffix | Placeholder::DllPrefix | Placeholder::DllSuffix))
    })
}

fn placeholders(pattern: &str, at: &Path, scoped: Scoped, violations: &mut Violations) {
    if pattern.split('/').any(|part| part.contains("**") && part != "**") {
        let message = "`**` stands for any folders, so nothing else can be in its part of the path";
        let remedy = "write it between two `/`, such as `include/**/*.h`";
        violations.add(Rule::WrongForm, at.clone(), message, remedy);
    }
    for part in parts(pattern) {
        match part {
            Part::Text(_) => {}
            Part::Unknown(text) => {
                let name = text.trim_matches(['{', '}']);
                let known: Vec<String> =
                    Placeholder::ALL.iter().map(|p| p.name().to_owned()).collect();
                let remedy = suggest::instead_of(name, known.iter().map(String::as_str));
                let message = format!("`{text}` is not a placeholder");
                violations.add(Rule::Placeholder, at.clone(), message, remedy);
            }
            Part::Placeholder(placeholder) => {
                let (allowed, why) = match placeholder {
                    Placeholder::Mode => (scoped.mode, "an artifact is not built once a mode here"),
                    Placeholder::Version => {
                        (scoped.version, "the name must be the same in every version")
                    }
                    Placeholder::Target
                    | Placeholder::Triple
                    | Placeholder::Suffix
                    | Placeholder::Npm
                    | Placeholder::Wheel
                    | Placeholder::Os
                    | Placeholder::ExeSuffix
                    | Placeholder::DllPrefix
                    | Placeholder::DllSuffix => (scoped.target, "this is not of one target"),
                };
                if !allowed {
                    let message = format!("`{placeholder}` has no value here: {why}");
                    violations.add(Rule::Placeholder, at.clone(), message, "take it out");
                }
            }
        }
    }
}
