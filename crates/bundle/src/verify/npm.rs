//! What an npm package says of itself.

use std::collections::BTreeMap;

use lockstep_files::json;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::PlannedFile;
use serde_json::{Map, Value, json};

use super::Release;
use super::findings::Findings;
use crate::FileInside;
use crate::npm::runs_when_installed;

const PACKAGE: &str = "package.json";

/// Checks `package.json`: the name and version, the platform, and that nothing runs when it is installed
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json)).
pub(super) fn check(
    release: Release<'_>,
    file: PlannedFile<'_>,
    found: &BTreeMap<String, FileInside>,
    about: &impl Fn(Rule, String) -> Diagnostic,
    findings: &mut Findings,
) {
    let finding = |rule, what: String| about(rule, what).in_member(PACKAGE);
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
    let mut same = |key: &str, wanted: Value| {
        let found = package.get(key).unwrap_or(&Value::Null);
        findings.compare(|| finding(Rule::PackageClaim, format!("`{key}`")), &wanted, found);
    };
    same("name", json!(file.package()));
    same("version", json!(release.version));
    let target = file.target().and_then(|target| release.plan.target(target));
    if let Some(target) = target {
        same("os", json!([target.os.npm()]));
        same("cpu", json!([target.cpu.npm()]));
        same("libc", target.libc.map_or(Value::Null, |libc| json!([libc.npm()])));
        let members = found.keys().map(String::as_str);
        for what in runs_when_installed(&package, members) {
            let what = format!("has a {what}, which runs on every user's machine");
            findings.add(finding(Rule::InstallScript, what));
        }
    }
    let repository = &release.plan.project.repository;
    let named = package.get("repository").unwrap_or(&Value::Null);
    if repository.is_not_that_of_npm(named) {
        findings.compare(
            || finding(Rule::PackageClaim, "`repository`".to_owned()),
            &repository.for_npm(),
            named,
        );
    }
    let PlannedFile::NpmPackage(plan) = file else { return };
    if let Some(id) = &plan.platform_packages {
        let listed = package.get("optionalDependencies");
        for name in release.plan.packages_of(id).filter_map(PlannedFile::package) {
            let found = listed.and_then(|listed| listed.get(name)).unwrap_or(&Value::Null);
            let finding =
                || finding(Rule::PackageClaim, format!("`optionalDependencies` of `{name}`"));
            findings.compare(finding, &json!(release.version), found);
        }
    }
}
