//! What the model names in the checkout, and what packages say there of themselves. What is in them packing and verifying look at.

use std::path::Path;

use lockstep_binstall::{self as binstall, Crate};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{ChannelPlan, Plan, PlannedFile};
use lockstep_schemas::strings::{License, Version};
use serde_json::Value;

use crate::load::rust_of;

/// The largest manifest of a package that is looked into, in bytes.
const LARGEST: u64 = 1 << 20;

/// Everything that is not there, or says other than the model.
///
/// `is_tagged`: before a tag the changelog is looked into, and told there.
pub fn problems(project: &Path, plan: &Plan, is_tagged: bool) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for file in plan.files() {
        match file {
            PlannedFile::NpmPackage(of) => {
                let folder = of.directory.as_str();
                problems.extend(npm(project, plan, folder, Some(of.package.as_str())));
            }
            PlannedFile::NpmPlatformPackage(_, of) => {
                if let Some(folder) = &of.template {
                    problems.extend(npm(project, plan, folder, None));
                }
            }
            PlannedFile::Crate(of) => {
                problems.extend(of_crate(
                    project,
                    plan,
                    of.directory.as_str(),
                    of.package.as_str(),
                ));
            }
            PlannedFile::Archive(..)
            | PlannedFile::Wheel(..)
            | PlannedFile::Sdist(_)
            | PlannedFile::Binary(..) => {}
        }
    }
    for train in plan.versions.trains() {
        if let Some(changelog) = &train.changelog
            && !is_tagged
            && !project.join(changelog.as_str()).is_file()
        {
            let problem = Diagnostic::new(Rule::NotInProject, "is not there: the changelog");
            problems.push(problem.in_file(changelog.as_str()).with_remedy(
                "write it, with a section for each version, or take `changelog` out of the model",
            ));
        }
    }
    problems.extend(rust_toolchain(project, plan));
    problems.extend(licenses(project, plan));
    problems.extend(unfound(project, plan));
    let mut seen = std::collections::HashSet::new();
    // A folder that many targets start from is told once.
    problems.retain(|problem| seen.insert((problem.message.clone(), problem.place.file.clone())));
    problems
}

/// That rustup's own file says the Rust that the model pins: cargo takes the file's, and the workflows set up the model's.
fn rust_toolchain(project: &Path, plan: &Plan) -> Option<Diagnostic> {
    let wanted = plan.toolchain.rust.as_ref()?.as_str();
    let (file, channel) = rust_of(project).filter(|(_, channel)| channel != wanted)?;
    let problem = Diagnostic::new(Rule::ToolchainMismatch, "is another Rust than the model's");
    Some(problem.in_file(file).differs(&wanted, &channel).with_remedy(
        "write the same in both: cargo builds by this file, and the workflows set up `toolchain.rust`; `rust: rust-toolchain.toml` takes this one",
    ))
}

/// A manifest in the folder of a package; a problem where it is not there. What else is wrong with it packing says.
fn manifest(project: &Path, folder: &str, name: &str) -> Result<(String, Vec<u8>), Diagnostic> {
    let path = if folder == "." { name.to_owned() } else { format!("{folder}/{name}") };
    if !project.join(folder).is_dir() {
        let problem = Diagnostic::new(Rule::NotInProject, "is not there: the folder of a package");
        let remedy = "make it, or name another in the model; git keeps no empty folders";
        return Err(problem.in_file(folder).with_remedy(remedy));
    }
    if !project.join(&path).is_file() {
        let problem =
            Diagnostic::new(Rule::NotInProject, "is not there, and a package is made of it");
        return Err(problem
            .in_file(path)
            .with_remedy("write it, or name another folder in the model"));
    }
    let bytes = lockstep_files::bounded(&project.join(&path), LARGEST).unwrap_or_default();
    Ok((path, bytes))
}

/// The folder of an npm package, and its `package.json`. A template of a platform package may do without one.
fn npm(project: &Path, plan: &Plan, folder: &str, name: Option<&str>) -> Vec<Diagnostic> {
    let (file, bytes) = match manifest(project, folder, "package.json") {
        Ok(manifest) => manifest,
        Err(_) if name.is_none() && project.join(folder).is_dir() => return Vec::new(),
        Err(problem) => return vec![problem],
    };
    let Ok(package) = serde_json::from_slice::<serde_json::Map<String, Value>>(&bytes) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    if let Some((what, remedy)) = plan.project.repository.differs_from_npm(&package) {
        problems.push(Diagnostic::new(Rule::PackageMismatch, what).with_remedy(remedy));
    }
    let text = |key: &str| package.get(key).and_then(Value::as_str);
    if let Some(name) = name {
        problems.extend(text("name").and_then(|found| of_name(name, found)));
    }
    problems.extend(text("license").and_then(|found| of_license(&plan.project.license, found)));
    problems.into_iter().map(|problem| problem.in_file(&file)).collect()
}

fn of_crate(project: &Path, plan: &Plan, folder: &str, name: &str) -> Vec<Diagnostic> {
    let (file, bytes) = match manifest(project, folder, "Cargo.toml") {
        Ok(manifest) => manifest,
        Err(problem) => return vec![problem],
    };
    let text = String::from_utf8(bytes).unwrap_or_default();
    let Ok(manifest) = text.parse::<toml_edit::DocumentMut>() else { return Vec::new() };
    // What a workspace says for its members cargo looks up when it packs them.
    let of_package = |key: &str| manifest.get("package")?.get(key)?.as_str();
    let name = of_package("name").and_then(|found| of_name(name, found));
    let license = of_package("license").and_then(|found| of_license(&plan.project.license, found));
    name.into_iter().chain(license).map(|problem| problem.in_file(&file)).collect()
}

fn of_name(wanted: &str, found: &str) -> Option<Diagnostic> {
    let problem = || {
        Diagnostic::new(Rule::PackageMismatch, "is of another package than the model says")
            .differs(&wanted, &found)
            .with_remedy("give both the same name")
    };
    (wanted != found).then(problem)
}

fn of_license(wanted: &License, found: &str) -> Option<Diagnostic> {
    // Which of two stands first says nothing.
    let terms = |text: &str| {
        let mut terms: Vec<String> =
            text.split(" OR ").map(|term| term.trim().to_owned()).collect();
        terms.sort();
        terms
    };
    let problem = || {
        Diagnostic::new(Rule::PackageMismatch, "has another licence than the model")
            .differs(&wanted.as_str(), &found)
            .with_remedy("write the same SPDX expression in both")
    };
    (terms(wanted.as_str()) != terms(found)).then(problem)
}

/// The archives and packages without the licence that the project has: most ask whoever passes a binary on to pass it on too.
fn licenses(project: &Path, plan: &Plan) -> Vec<Diagnostic> {
    let Some(own) = license_in(project) else { return Vec::new() };
    let is_one = |place: &str| is_license(place.rsplit('/').next().unwrap_or(place));
    let mut without: Vec<Diagnostic> = Vec::new();
    for file in plan.files() {
        let (has_it, of) = match file {
            PlannedFile::Archive(plan, archive) => {
                (archive.members.iter().any(|member| is_one(&member.to)), &plan.id)
            }
            PlannedFile::NpmPlatformPackage(plan, package) => {
                let template = package.template.as_ref();
                let in_template =
                    template.is_some_and(|folder| license_in(&project.join(folder)).is_some());
                (in_template || package.members.iter().any(|member| is_one(&member.to)), &plan.id)
            }
            // npm and cargo take one along that stands in the package's own folder, and so do makers of wheels.
            PlannedFile::NpmPackage(package) => {
                let own = license_in(&project.join(package.directory.as_str())).is_some();
                (own || package.members.iter().any(|member| is_one(&member.to)), &package.id)
            }
            PlannedFile::Crate(_)
            | PlannedFile::Wheel(..)
            | PlannedFile::Sdist(_)
            | PlannedFile::Binary(..) => continue,
        };
        if !has_it {
            let message =
                format!("artifact `{of}` has no licence in it, and the project has `{own}`");
            let remedy = match file {
                PlannedFile::NpmPackage(package) => {
                    format!(
                        "copy it to `{}`, or add it to `native-files`: `{own}: {own}`",
                        package.directory
                    )
                }
                PlannedFile::Archive(..)
                | PlannedFile::NpmPlatformPackage(..)
                | PlannedFile::Wheel(..)
                | PlannedFile::Sdist(_)
                | PlannedFile::Crate(_)
                | PlannedFile::Binary(..) => {
                    format!("add it to the artifact's `files`: `{own}: {own}`")
                }
            };
            without.push(Diagnostic::new(Rule::LicenseMissing, message).with_remedy(remedy));
        }
    }
    without
}

/// The first file in a folder that is a licence by its name.
fn license_in(folder: &Path) -> Option<String> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut licenses: Vec<String> = names.filter(|name| is_license(name)).collect();
    licenses.sort();
    licenses.into_iter().next()
}

fn is_license(name: &str) -> bool {
    let name = name.to_uppercase();
    ["LICENSE", "LICENCE", "COPYING", "UNLICENSE"].iter().any(|known| name.starts_with(known))
}

/// What cargo-binstall would not find of the release: its address is in the crate, and is released with it. Any version shows it.
fn unfound(project: &Path, plan: &Plan) -> Vec<Diagnostic> {
    let binstall = |channel| Some((channel, ChannelPlan::cargo_binstall(channel)?));
    let Some((channel, of)) = plan.channels.iter().find_map(binstall) else { return Vec::new() };
    let mut crates = plan.crates().filter(|plan| plan.id == of.crate_artifact);
    let folder = crates.next().map(|plan| plan.directory.as_str());
    let manifest =
        folder.and_then(|folder| Some((folder, manifest(project, folder, "Cargo.toml").ok()?)));
    let Some((folder, (file, bytes))) = manifest else { return Vec::new() };
    let Ok(text) = String::from_utf8(bytes) else { return Vec::new() };
    let repository = format!("https://github.com/{}", plan.project.repository);
    let downloads = format!("{repository}/releases/download");
    let Ok(version) = "1.2.3".parse::<Version>() else { return Vec::new() };
    let problems = match Crate::read(&text, &repository, Some(&project.join(folder))) {
        Ok(of) => binstall::unfound(&of, plan, channel, &version, &downloads),
        Err(problem) => vec![problem],
    };
    problems.into_iter().map(|problem| problem.in_file(&file)).collect()
}
