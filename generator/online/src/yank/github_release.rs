//! The GitHub release stays, for who has the version, and says that it is taken back; the release before becomes the latest.

use lockstep_github::{Release, Why};
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use serde_json::json;

use super::Yank;

/// What stands behind the title of one that is taken back.
const MARK: &str = " (yanked)";

pub(super) fn take_back(yank: &Yank<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let release = match yank.github.release_of(yank.tag) {
        Err(error) if matches!(error.why, Why::NotFound) => {
            report.line(format_args!("{} has no public release", yank.tag));
            return Ok(());
        }
        release => release?,
    };
    // Whatever comes of the other, its page says it.
    mark(yank, &release, report)?;
    before_is_latest(yank, &release, report)
}

/// Says in the title and the notes of a release that it is taken back.
fn mark(yank: &Yank<'_>, release: &Release, report: &mut Report) -> Result<(), Diagnostic> {
    let title = release.name.clone().unwrap_or_else(|| release.tag_name.clone());
    if title.ends_with(MARK) {
        report.line(format_args!("the release says that it is taken back: {}", release.html_url));
        return Ok(());
    }
    if yank.would(report, "say on the release's page that it is taken back") {
        return Ok(());
    }
    let notes = release.body.as_deref().unwrap_or_default();
    let body = format!("> [!CAUTION]\n> This version was taken back. {}\n\n{notes}", yank.reason);
    // An immutable release lets its title and its notes be changed too; its assets and its tag stay.
    yank.github
        .change_release(release.id, &json!({ "name": format!("{title}{MARK}"), "body": body }))?;
    report.line(format_args!("the release says that it is taken back: {}", release.html_url));
    Ok(())
}

/// The highest release before it is shown as the latest, where this one is.
fn before_is_latest(
    yank: &Yank<'_>,
    release: &Release,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let latest = match yank.github.latest_release() {
        Err(error) if matches!(error.why, Why::NotFound) => return Ok(()),
        latest => latest?,
    };
    if latest.id != release.id {
        return Ok(());
    }
    let of = |one: &Release| {
        let version = yank.plan.tag.version_of(&one.tag_name)?;
        let is_taken_back = one.name.as_ref().is_some_and(|title| title.ends_with(MARK));
        let counts = !one.draft && !one.prerelease && !is_taken_back;
        let is_before = VersionScheme::Semver.is_above(&yank.version, &version);
        (counts && is_before).then_some(version)
    };
    let releases = yank.github.releases()?;
    let mut before: Option<(Version, &Release)> = None;
    for one in &releases {
        let Some(version) = of(one) else { continue };
        let is_above =
            |known: &(Version, &Release)| VersionScheme::Semver.is_above(&version, &known.0);
        if before.as_ref().is_none_or(is_above) {
            before = Some((version, one));
        }
    }
    let Some((version, before)) = before else {
        report.line("it stays the latest release: no release comes before it");
        return Ok(());
    };
    if !yank.would(report, &format!("show {version} as the latest release")) {
        yank.github.change_release(before.id, &json!({ "make_latest": "true" }))?;
        report.line(format_args!("{version} is the latest release again"));
    }
    Ok(())
}
