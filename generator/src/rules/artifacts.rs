//! Artifacts: that their targets exist, their names tell them apart, and their placeholders have a
//! value where they stand.

use std::collections::HashMap;

use indexmap::IndexMap;
use lockstep_patterns::stars;
use lockstep_schemas::diagnostic::Rule;
use lockstep_schemas::manifest;
use lockstep_schemas::model::{Archive, Artifact, Model, Scope, Wheel};
use lockstep_schemas::paths::not_on_windows;
use lockstep_schemas::placeholder::{Part, Placeholder, expand, parts};
use lockstep_schemas::plan::{PlannedFile, TargetPlan};
use lockstep_schemas::platform::{Cpu, Os};
use lockstep_schemas::strings::{GlobPattern, Id, PythonTag, TargetId};

use super::targets;
use crate::plan;
use crate::suggest;
use crate::violation::{Path, Violations};

pub(super) fn check(model: &Model, violations: &mut Violations) {
    if model.artifacts.is_empty() {
        let message = "`artifacts` is empty, so nothing would be shipped";
        violations.add(Rule::NothingShipped, Path::of("artifacts"), message, "say what is shipped");
    }
    for (id, artifact) in &model.artifacts {
        let at = Path::of("artifacts").key(id);
        targets(model, artifact, &at, violations);
        references(model, artifact, &at, violations);
        patterns(model, artifact, &at, violations);
        if let Artifact::Archive(archive) = artifact {
            archive_of_release(model, archive, &at, violations);
        }
        if let Artifact::Wheel(wheel) = artifact {
            wheels(model, wheel, &at, violations);
        }
        if let Artifact::NpmPlatformPackage(_) = artifact {
            of_npm(model, artifact, &at, violations);
        }
        if let Artifact::Crate(_) = artifact
            && model.toolchain.rust.is_none()
        {
            violations.add(
                Rule::ToolchainMissing,
                at.clone(),
                "a crate is packaged twice, when it is built and when it is published, and no Rust is pinned for both",
                "pin it: `toolchain: { rust: 1.95.0 }`",
            );
        }
    }
    names(model, violations);
}

fn targets(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
    let known = || model.targets.keys().map(TargetId::as_str);
    if let Some(targets) = artifact.targets() {
        let at = at.key("targets");
        for (index, target) in targets.iter().enumerate() {
            if !model.targets.contains_key(target) {
                violations.unknown(at.index(index), "target", target.as_str(), known());
            }
        }
        violations.repeated(targets, &at);
    }
    let built_on = match artifact {
        Artifact::Sdist(sdist) => Some(&sdist.built_on),
        Artifact::Wheel(wheel) => wheel.built_on.as_ref(),
        Artifact::NpmPackage(package) => package.built_on.as_ref(),
        Artifact::Archive(_)
        | Artifact::NpmPlatformPackage(_)
        | Artifact::Crate(_)
        | Artifact::Binary(_) => None,
    };
    if let Some(built_on) = built_on.filter(|target| !model.targets.contains_key(*target)) {
        violations.unknown(at.key("built-on"), "target", built_on.as_str(), known());
    }
    let none = artifact.targets().map_or(model.targets.is_empty(), <[_]>::is_empty);
    if artifact.scope() == Scope::Target && none {
        // A run that publishes nothing must not be green.
        let message = format!("`{}` without a target: nothing would be shipped", artifact.kind());
        violations.add(Rule::NothingShipped, at.key("targets"), message, "name its targets");
    }
}

fn references(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
    let Artifact::NpmPackage(package) = artifact else {
        return;
    };
    let Some(id) = &package.platform_packages else {
        return;
    };
    let is_platform = |artifact: &Artifact| matches!(artifact, Artifact::NpmPlatformPackage(_));
    if !model.artifacts.get(id).is_some_and(is_platform) {
        let known = model.artifacts.iter().filter(|(_, artifact)| is_platform(artifact));
        let known = known.map(|(id, _)| id.as_str());
        let at = at.key("platform-packages");
        violations.unknown(at, "npm-platform-package", id.as_str(), known);
    }
}

/// That it is said once which Pythons a wheel is for, and that its targets have tags.
fn wheels(model: &Model, wheel: &Wheel, at: &Path, violations: &mut Violations) {
    violations.repeated(&wheel.pythons, &at.key("pythons"));
    if wheel.abi3.is_some() && !wheel.pythons.is_empty() {
        violations.add(
            Rule::WheelTag,
            at.key_itself("abi3"),
            "`abi3` and `pythons` together: a wheel of the stable interface serves every later Python",
            "keep one of them",
        );
    }
    let is_stable =
        |python: &&PythonTag| python.as_str().starts_with("cp3") && !python.as_str().ends_with('t');
    if let Some(oldest) = wheel.abi3.as_ref().filter(|python| !is_stable(python)) {
        violations.add(
            Rule::WheelTag,
            at.key("abi3"),
            format!("`{oldest}` has no stable interface"),
            "write the oldest CPython that it serves, such as `cp39`",
        );
    }
    if wheel.built_on.is_some() && wheel.targets.is_some() {
        violations.add(
            Rule::WheelTag,
            at.key_itself("targets"),
            "`targets` beside `built-on`: a wheel that one target makes is for every platform",
            "keep one of them",
        );
    }
    if wheel.built_on.is_some() {
        return;
    }
    let without =
        targets_of(model, wheel.targets.as_deref()).filter(|target| target.wheel.is_none());
    for target in without {
        violations.add(
            Rule::WheelTag,
            at.clone(),
            format!("wheels have no platform tag for target `{}` that follows from its triple", target.id),
            format!("write it there, `targets: {{ {}: {{ wheel: … }} }}`, or leave the target out of `targets`", target.id),
        );
    }
}

/// That npm can tell the targets of platform packages apart.
fn of_npm(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
    // A package of WebAssembly names a processor, and no system.
    let has_name = |target: &TargetPlan| {
        target.os == Os::Wasm || (target.os.npm().is_some() && target.cpu != Cpu::Other)
    };
    for target in targets_of(model, artifact.targets()).filter(|target| !has_name(target)) {
        let message = format!("npm has no name for the platform of target `{}`", target.id);
        violations.add(
            Rule::UnknownPlatform,
            at.key("targets"),
            message,
            "leave it out of `targets`, or ship it by another artifact",
        );
    }
}

/// The targets of the model, or those that are named.
fn targets_of(model: &Model, named: Option<&[TargetId]>) -> impl Iterator<Item = TargetPlan> {
    let is_named = move |id: &TargetId| named.is_none_or(|named| named.contains(id));
    let targets = model.targets.iter().filter(move |(id, _)| is_named(id));
    targets.filter_map(|(id, target)| plan::target(model, id, target))
}

/// Which placeholders have a value where a pattern stands.
#[derive(Clone, Copy)]
struct Scoped {
    target: bool,
    mode: bool,
    version: bool,
}

fn patterns(model: &Model, artifact: &Artifact, at: &Path, violations: &mut Violations) {
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
        if !of_target && !mentions_target(from) && mentions_target(to) {
            let message = "the place differs from target to target, and the built file does not";
            violations.add(
                Rule::PatternMismatch,
                to_at.clone(),
                message,
                "put `{target}` or another fact of the target into the built file's path too, or take it out of the place",
            );
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

fn archive_of_release(model: &Model, archive: &Archive, at: &Path, violations: &mut Violations) {
    if archive.format.of_others().is_none() {
        let named =
            |target: &&TargetId| archive.targets.as_ref().is_none_or(|own| own.contains(target));
        let mut targets = model.targets.keys().filter(named);
        let left = targets.find(|target| archive.format.of(target).is_none());
        let of_release = archive.scope == Scope::Release;
        if let Some(message) =
            left.map(|target| format!("`format` says nothing for target `{target}`")).or_else(
                || of_release.then(|| "`format` says nothing for the whole release".to_owned()),
            )
        {
            let remedy = "add what the others are: `default: tar.gz`";
            violations.add(Rule::WrongForm, at.key("format"), message, remedy);
        }
    }
    if archive.scope == Scope::Target && archive.manifest.is_some() {
        violations.add(
            Rule::ManifestOfTarget,
            at.key_itself("manifest"),
            "an archive of one target cannot carry the manifest, which is of the whole release",
            "take it out, or write `scope: release`",
        );
    }
}

/// No two files of a release have the same name, and none that of a bundle's own file.
fn names(model: &Model, violations: &mut Violations) {
    let mut taken: HashMap<String, &Id> = HashMap::new();
    for (id, artifact) in &model.artifacts {
        let key = match artifact {
            Artifact::Archive(_) | Artifact::Binary(_) => "name",
            Artifact::NpmPlatformPackage(_) | Artifact::NpmPackage(_) | Artifact::Crate(_) => {
                "package"
            }
            // The name of a wheel or an sdist is the build's own, and stands in its path.
            Artifact::Wheel(_) | Artifact::Sdist(_) => continue,
        };
        let planned = plan::whole_artifact(model, id, artifact);
        let mut clashes = 0;
        for name in planned.files().into_iter().map(PlannedFile::name) {
            // A name with an unknown placeholder is told by itself.
            if parts(name).iter().any(|part| matches!(part, Part::Unknown(_))) {
                continue;
            }
            // Some file systems do not tell cases apart.
            if manifest::names::ALL.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                let message = format!("`{name}` is the name of a file that every bundle has");
                violations.add(
                    Rule::FileNameTaken,
                    Path::of("artifacts").key(id).key(key),
                    message,
                    "give it another name",
                );
            }
            if let Some(other) = taken.insert(name.to_owned(), id)
                && clashes == 0
            {
                clashes += 1;
                let message = if other == id {
                    format!("two targets would ship the same file `{name}`")
                } else {
                    format!("`{other}` also ships a file `{name}`")
                };
                let remedy = if other == id {
                    "put `{target}` or another fact of the target into the name"
                } else {
                    "give one of them another name"
                };
                violations.add(
                    Rule::FileNameTaken,
                    Path::of("artifacts").key(id).key(key),
                    message,
                    remedy,
                );
            }
        }
    }
}
