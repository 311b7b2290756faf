//! What of npm is tried before anything is published anywhere.

use lockstep_clients::npm as client;
use lockstep_registries::at_once;
use lockstep_runner::Report;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Login;

use super::staging::{List, STAGING, patiently};
use super::{ASKED, Npm};
use crate::package;

/// The first npm that can publish by trusted publishing
/// ([documentation](https://docs.npmjs.com/trusted-publishers#supported-cicd-providers)).
const TRUSTED: semver::Version = semver::Version::new(11, 5, 1);

/// Tries what would publish, as far as can be without publishing: the client, the token or the identity, and whether each
/// name is there.
///
/// # Errors
///
/// Where npm does not start, or the registry does not answer.
pub(super) fn preflight(npm: &Npm<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    client_is_new_enough(npm, report)?;
    stages_are_shown(npm, report);
    match &npm.plan.registry.login {
        Login::Token { .. } => token_is_taken(npm, report)?,
        Login::TrustedPublishing => workflow_is_trusted(npm, report)?,
    }
    names_are_there(npm, report)
}

/// That every package has a name to publish to, for which no credentials are needed.
///
/// # Errors
///
/// Where the registry does not answer.
pub(super) fn names_are_there(npm: &Npm<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let names: Vec<&str> = npm.files.iter().map(package).collect();
    let found = at_once(&names, ASKED, |name| npm.reader(name).package(npm.web, name));
    for (name, found) in names.iter().zip(found) {
        if found?.is_none() {
            let message = format!("npm has no package `{name}`, or shows none");
            report.problem(Diagnostic::new(Rule::PackageUnknown, message).with_remedy(format!(
                "publish a first version by hand, such as 0.0.0 with nothing in it (`npm publish --access {}`), and then let it be published from here: `{}`",
                npm.plan.access.id(),
                trusting(npm, name),
            )));
        }
    }
    Ok(())
}

fn client_is_new_enough(npm: &Npm<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let version = client::version()?;
    let is_trusted = npm.plan.registry.login == Login::TrustedPublishing;
    let asked =
        [(is_trusted, TRUSTED, "trusted publishing"), (npm.is_staged(), STAGING, "staging")];
    let asked = asked.into_iter().filter(|(is_asked, ..)| *is_asked);
    for (_, first, what) in asked {
        if semver::Version::parse(&version).is_ok_and(|version| version < first) {
            let message = format!("npm {version} knows no {what}");
            report.problem(
                Diagnostic::new(Rule::ClientFailed, message)
                    .with_remedy(format!("publish by npm {first} or later")),
            );
        }
    }
    report.line(format_args!("npm {version}"));
    Ok(())
}

/// Says where what is staged cannot be compared by who publishes it, and where nothing can be staged.
fn stages_are_shown(npm: &Npm<'_>, report: &mut Report) {
    for list in npm.seen.lists().values() {
        match list {
            List::Hidden(why, true) => {
                let message = format!("npm's registry knows no staging: {why}");
                report.problem(
                    Diagnostic::new(Rule::WrongInput, message)
                        .with_remedy("write `publish: direct` in the model"),
                );
            }
            List::Hidden(why, false) => report.line(format_args!(
                "npm does not show what is staged to who publishes it: {why}. A maintainer compares it before approving it"
            )),
            List::Shown(_) => {}
        }
    }
}

fn token_is_taken(npm: &Npm<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    let mut registries: Vec<&str> =
        npm.files.iter().map(|file| npm.registries.of(package(file))).collect();
    registries.sort_unstable();
    registries.dedup();
    for registry in registries {
        let what = "npm does not say whose the token is";
        let who = patiently(what, || client::whoami(npm.access(registry)))?;
        match who.map_err(|refusal| refusal.said) {
            Ok(who) => report.line(format_args!("the token is {who}'s")),
            Err(said) => {
                let message = match &npm.plan.registry.login {
                    Login::Token { secret } => {
                        format!("npm does not take the token of the secret {secret}: {said}")
                    }
                    Login::TrustedPublishing => format!("npm does not take the token: {said}"),
                };
                let environment = &npm.plan.registry.environment;
                report.problem(Diagnostic::new(Rule::CredentialsRefused, message).with_remedy(
                    format!(
                        "make a token that may publish these packages, and keep it as a secret of the environment `{environment}`"
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Makes the exchange that npm makes before it publishes, for each package: npm itself says so only when it publishes.
fn workflow_is_trusted(npm: &Npm<'_>, report: &mut Report) -> Result<(), Diagnostic> {
    if npm.token.is_some() {
        return token_is_taken(npm, report);
    }
    let names: Vec<&str> = npm.files.iter().map(package).collect();
    let trusts = at_once(&names, ASKED, |name| {
        let registry = npm.reader(name);
        let identity = npm.web.identity(&registry.audience())?;
        registry.trusts(npm.web, name, &identity)
    });
    let mut not_trusted = Vec::new();
    for (name, trusts) in names.iter().zip(trusts) {
        match trusts {
            Ok(true) => {}
            Ok(false) => not_trusted.push(format!("`{name}`")),
            // It is the same of every package, and told once.
            Err(problem) => {
                report.problem(problem);
                return Ok(());
            }
        }
    }
    if not_trusted.is_empty() {
        report.line(format_args!("npm trusts this workflow with {}", names.join(", ")));
        return Ok(());
    }
    let message =
        format!("npm does not trust this workflow and environment with {}", not_trusted.join(", "));
    report.problem(
        Diagnostic::new(Rule::CredentialsRefused, message)
            .with_remedy(format!("for each of them: `{}`", trusting(npm, "PACKAGE"))),
    );
    Ok(())
}

/// The command by which a maintainer lets the workflow publish a package.
fn trusting(npm: &Npm<'_>, package: &str) -> String {
    let may = if npm.is_staged() { "--allow-stage-publish" } else { "--allow-publish" };
    format!(
        "npm trust github {package} --file release-publish.yml --repo {} --env {} {may}",
        npm.bundle.plan().project.repository,
        npm.plan.registry.environment,
    )
}
