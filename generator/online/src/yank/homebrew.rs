//! Homebrew: the formula goes back to what it was before the version.

use lockstep_channels::apart;
use lockstep_clients::gh;
use lockstep_clients::git::Tap;
use lockstep_formula::stated;
use lockstep_runner::Report;
use lockstep_runner::protocol::server;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{FormulaPlan, HomebrewPlan};
use lockstep_schemas::version::VersionScheme;

use super::Yank;
use crate::login;

pub(super) fn take_back(
    yank: &Yank<'_>,
    homebrew: &HomebrewPlan,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let (server, tap, path) = (server(), &homebrew.tap, homebrew.formula.as_str());
    let token = gh::login(&login::host());
    let clone = Tap::clone(apart()?, &server, tap, token.as_deref())?.of_user();
    let newest = clone.fetch(clone.branch())?.ok_or_else(|| {
        Diagnostic::new(Rule::TapRefused, format!("{tap} has no branch `{}`", clone.branch()))
    })?;
    let version = &yank.version;
    let found = clone.file(&newest, path)?.unwrap_or_default();
    if stated(yank.plan, &found).as_ref() != Some(version) {
        report.line(format_args!("{path} of {tap} is not of {version}"));
        return Ok(());
    }
    let is_below = |text: &str| {
        stated(yank.plan, text).is_some_and(|other| VersionScheme::Semver.is_above(version, &other))
    };
    let left = |message: String| Diagnostic::new(Rule::YankIncomplete, message);
    let Some((commit, before)) = clone.before(path, &is_below)? else {
        return Err(left(format!("{path} of {tap} was never of a version before {version}"))
            .with_remedy("remove the formula from the tap, or release a version that works"));
    };
    let diff = lockstep_files::diff(path, &found, &before);
    report.group(format_args!("what {path} of {tap} goes back to"), diff.trim_end());
    let by_hand = format!(
        "in your clone of the tap: git checkout {commit} -- {path} && git commit --message '{} back from {version}' && git push",
        yank.plan.project.name
    );
    match &homebrew.update {
        FormulaPlan::Verify => {
            if yank.would(report, &format!("ask you to bring {path} of {tap} back")) {
                return Ok(());
            }
            let message = format!("{path} of {tap} is for you to bring back, as you brought it");
            return Err(left(message).with_remedy(by_hand));
        }
        FormulaPlan::Push { .. } => {
            if yank.would(report, &format!("bring {path} of {tap} back to what it was at {commit}"))
            {
                return Ok(());
            }
        }
    }
    let message = format!("{} back from {version}\n\n{}", yank.plan.project.name, yank.reason);
    let made = clone.commit(&newest, path, &before, &message)?;
    if let Err(said) = clone.push(&made, clone.branch(), false, false)? {
        return Err(left(format!("{tap} does not take a push: {said}")).with_remedy(by_hand));
    }
    report.line(format_args!("{path} of {tap} is what it was before {version}"));
    Ok(())
}
