//! A Homebrew formula ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)): what it must say of a release.
//!
//! It is either the tap's own, in which version, addresses and digests are replaced and nothing else, or one that is written from
//! the model.

mod archives;
mod own;
mod tap;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{HomebrewPlan, Plan};
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use lockstep_versions::ruby::{calls, is_own};

pub use archives::{Archive, Digests, archives};

/// The release that a formula is of.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// Its plan.
    pub plan: &'a Plan,
    /// The channel's plan.
    pub formula: &'a HomebrewPlan,
    /// Its version.
    pub version: &'a Version,
    /// The archives that the formula installs.
    pub archives: &'a [Archive],
    /// The address below which the assets of all of the project's releases are.
    pub downloads: &'a str,
}

/// What a formula must say.
#[derive(Debug)]
pub struct Wanted {
    /// The whole of it.
    pub text: String,
    /// Where what is there says something else, each with its place.
    pub differences: Vec<Diagnostic>,
}

/// What the formula of a tap must say of a release; `found` is what it says now, where there is one.
///
/// # Errors
///
/// Everything by which that cannot be known.
pub fn wanted(release: &Release<'_>, found: Option<&str>) -> Result<Wanted, Vec<Diagnostic>> {
    let path = &release.formula.formula;
    if let Some((stated, at)) = found.and_then(|text| tap::stated(release, text))
        && is_above(&stated, release.version)
    {
        let message = format!("the tap is at {stated} already, which is above {}", release.version);
        let problem = Diagnostic::new(Rule::FormulaUnfit, message).at_byte(at);
        return Err(vec![
            problem
                .in_text(path, found.unwrap_or_default())
                .with_remedy("leave Homebrew out of this release: it would take users back"),
        ]);
    }
    match (&release.formula.contents, found) {
        (Some(contents), found) => own::wanted(release, contents, found),
        (None, Some(found)) => tap::wanted(release, found),
        (None, None) => {
            let message = format!("{} has no {path}", release.formula.tap);
            Err(vec![Diagnostic::new(Rule::FormulaUnfit, message).with_remedy(
                "write a first one there, with what `lockstep formula` replaces from then on; or let Lockstep write it: `contents` in the model",
            )])
        }
    }
}

/// The version that a formula of a project states: by its `version`, or else by the tag in an address of a release; none where it
/// states none, or several.
#[must_use]
pub fn stated(plan: &Plan, text: &str) -> Option<Version> {
    let calls = calls(text, &["version", "url"], is_own).ok()?;
    let texts = |name: &'static str| {
        let of_name = calls.iter().filter(move |call| call.name == name);
        of_name.flat_map(|call| &call.texts).map(|literal| literal.text)
    };
    let of_address = |address: &str| {
        let (_, rest) = address.split_once("/releases/download/")?;
        plan.tag.version_of(rest.split('/').next()?)
    };
    let said = texts("version").filter_map(|text| text.trim_start_matches('v').parse().ok());
    let mut all: Vec<Version> = said.collect();
    if all.is_empty() {
        all.extend(texts("url").filter_map(of_address));
    }
    all.dedup();
    if all.len() == 1 { all.pop() } else { None }
}

fn is_above(one: &Version, other: &Version) -> bool {
    VersionScheme::Semver.is_above(one, other)
}
