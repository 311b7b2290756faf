//! Homebrew: the formula goes back to what it was before the version.

use lockstep_clients::git::Tap;
use lockstep_runner::Report;
use lockstep_runner::protocol::server;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{FormulaPlan, HomebrewPlan};

use super::{Yank, apart};

pub(super) fn take_back(
    yank: &Yank<'_>,
    homebrew: &HomebrewPlan,
    report: &mut Report,
) -> Result<(), Diagnostic> {
    let (server, tap, path) = (server(), &homebrew.tap, homebrew.formula.as_str());
    let clone = Tap::clone(apart()?, &server, tap, None)?.of_user();
    let newest = clone.fetch(clone.branch())?.ok_or_else(|| {
        Diagnostic::new(Rule::TapRefused, format!("{tap} has no branch `{}`", clone.branch()))
    })?;
    let version = &yank.version;
    let says = |text: &str| lockstep_smoke::prints(text, version);
    let found = clone.file(&newest, path)?.unwrap_or_default();
    if !says(&found) {
        report.line(format_args!("{path} of {tap} does not say {version}"));
        return Ok(());
    }
    let left = |message: String| Diagnostic::new(Rule::YankIncomplete, message);
    let Some((commit, before)) = clone.before(path, &|text| !says(text))? else {
        return Err(left(format!("{path} of {tap} was never of another version than {version}"))
            .with_remedy("remove the formula from the tap, or release a version that works"));
    };
    let diff = lockstep_files::diff(path, &found, &before);
    report.group(format_args!("what {path} of {tap} goes back to"), diff.trim_end());
    if yank.would(report, &format!("bring {path} of {tap} back to what it was at {commit}")) {
        return Ok(());
    }
    let by_hand = format!(
        "in your clone of the tap: git checkout {commit} -- {path} && git commit --message '{} back from {version}' && git push",
        yank.plan.project.name
    );
    match &homebrew.update {
        FormulaPlan::Verify => {
            let message = format!("{path} of {tap} is for you to bring back, as you brought it");
            return Err(left(message).with_remedy(by_hand));
        }
        FormulaPlan::Push { .. } => {}
    }
    let message = format!("{} back from {version}\n\n{}", yank.plan.project.name, yank.reason);
    let made = clone.commit(&newest, path, &before, &message)?;
    if let Err(said) = clone.push(&made, clone.branch(), false, false)? {
        return Err(left(format!("{tap} does not take a push: {said}")).with_remedy(by_hand));
    }
    report.line(format_args!("{path} of {tap} is what it was before {version}"));
    Ok(())
}
