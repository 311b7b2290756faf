//! What an npm package says of itself.

use lockstep_files::json;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{NpmPackagePlan, PlannedFile, TargetPlan};
use lockstep_schemas::platform::Os;
use serde_json::{Map, Value, json};

use super::{Members, Subject, entries};
use crate::findings::Findings;
use crate::npm::runs_when_installed;

const PACKAGE: &str = "package.json";

/// Checks `package.json`: the name and version, the platform, the files that it leads to, and that nothing runs when it is installed
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json)).
pub(super) fn check(subject: Subject<'_>, found: &Members, findings: &mut Findings) {
    let finding = |rule, what: String| subject.about(rule, what).in_member(PACKAGE);
    let text = found.get(PACKAGE).and_then(|file| file.text.as_deref());
    let Some(text) = text else {
        return findings.add(finding(Rule::MemberMismatch, "is missing".to_owned()));
    };
    let package: Map<String, Value> = match json::of_json(text) {
        Ok(package) => package,
        Err(error) => {
            return findings.add(finding(Rule::PackageClaim, format!("is not valid: {error}")));
        }
    };
    let file = subject.expected.file;
    let mut same = |key: &str, wanted: Value| {
        let found = package.get(key).unwrap_or(&Value::Null);
        findings.compare(|| finding(Rule::PackageClaim, format!("`{key}`")), &wanted, found);
    };
    same("name", json!(file.package()));
    same("version", json!(subject.version));
    let target = file.target().and_then(|target| subject.plan.target(target));
    if let Some(target) = target {
        for (key, value) in lockstep_schemas::npm::platform(target) {
            same(key, value);
        }
        let members = found.keys().map(String::as_str);
        for what in runs_when_installed(&package, members) {
            let what = format!("has a {what}, which runs on every user's machine");
            findings.add(finding(Rule::InstallScript, what));
        }
    }
    let repository = &subject.plan.project.repository;
    let named = package.get("repository").unwrap_or(&Value::Null);
    if repository.is_not_that_of_npm(named) {
        findings.compare(
            || finding(Rule::PackageClaim, "`repository`".to_owned()),
            &repository.for_npm(),
            named,
        );
    }
    let members = found.keys().map(String::as_str);
    for entry in entries::of(&package).into_iter().filter(|entry| !entry.is_in(&members)) {
        let what = format!("`{}` leads to `{}`, which is not in it", entry.key, entry.path);
        findings.add(finding(Rule::PackageClaim, what).with_remedy(
            "the build must make it before it is packed, and `files` in package.json must take it in",
        ));
    }
    if let PlannedFile::NpmPackage(plan) = file {
        root(subject, plan, &package, &finding, findings);
    }
}

/// What the package for every platform says of those of one.
fn root(
    subject: Subject<'_>,
    plan: &NpmPackagePlan,
    package: &Map<String, Value>,
    finding: &impl Fn(Rule, String) -> Diagnostic,
    findings: &mut Findings,
) {
    let Some(id) = &plan.platform_packages else { return };
    let ours: Vec<&str> = subject.plan.packages_of(id).filter_map(PlannedFile::package).collect();
    let listed = package.get("optionalDependencies");
    for name in &ours {
        let found = listed.and_then(|listed| listed.get(*name)).unwrap_or(&Value::Null);
        let finding = || finding(Rule::PackageClaim, format!("`optionalDependencies` of `{name}`"));
        findings.compare(finding, &json!(subject.version), found);
    }
    // What is named like ours and is of this very version would be published with it.
    let common = common_start(&ours);
    let listed = listed.and_then(Value::as_object).into_iter().flatten();
    let released: Vec<&str> = subject
        .plan
        .files()
        .filter(|file| file.kind().is_npm())
        .filter_map(PlannedFile::package)
        .collect();
    let strangers = listed.filter(|(name, version)| {
        !released.contains(&name.as_str())
            && name.starts_with(common)
            && version.as_str() == Some(subject.version.as_str())
    });
    for (name, _) in strangers {
        let what = format!("`optionalDependencies` lists `{name}`, which is not in this release");
        findings.add(
            finding(Rule::PackageClaim, what)
                .with_remedy("take it out, or give the model a target that it is packed for"),
        );
    }
    let served: Vec<&TargetPlan> = subject
        .plan
        .packages_of(id)
        .filter_map(|file| subject.plan.target(file.users()?))
        .collect();
    // WebAssembly serves whoever has nothing else.
    if served.iter().any(|target| target.os == Os::Wasm) {
        return;
    }
    let systems = served.iter().filter_map(|target| target.os.npm());
    let processors = served.iter().flat_map(|target| target.cpu.slices()).map(|cpu| cpu.npm());
    let claimed = [("os", systems.collect::<Vec<_>>()), ("cpu", processors.collect())];
    for (key, served) in claimed {
        let named = package.get(key).and_then(Value::as_array).into_iter().flatten();
        let named =
            named.filter_map(Value::as_str).filter(|name| !name.starts_with('!') && *name != "any");
        for name in named.filter(|name| !served.contains(name)) {
            let what = format!(
                "`{key}` names `{name}`, and no platform package of this release is for it"
            );
            findings.add(finding(Rule::PackageClaim, what).with_remedy(format!(
                "take it out of `{key}`, so that npm says so when it is installed"
            )));
        }
    }
}

/// The beginning that the names of several packages have in common, up to where platforms are told apart.
fn common_start<'n>(names: &[&'n str]) -> &'n str {
    let Some((first, others)) = names.split_first() else { return "" };
    let shared = |end: usize| others.iter().all(|other| other.get(..end) == first.get(..end));
    let ends = first.char_indices().map(|(at, c)| at + c.len_utf8());
    let longest = ends.take_while(|end| *end < first.len() && shared(*end)).last().unwrap_or(0);
    let start = &first[..longest];
    start.rfind(['-', '/', '_']).map_or(start, |at| &start[..=at])
}
