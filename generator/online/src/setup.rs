//! `setup --check`: which of what must exist outside of the repository is there, as GitHub says.

use std::collections::BTreeSet;
use std::path::Path;

use lockstep_github::{Access, Environment, Error, GitHub, Why};
use lockstep_runner::{Failure, Report, Table};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::{EnvironmentName, Repository};
use lockstep_settings::{self as settings, State, environments};
use lockstep_setup::{Item, Needed};
use serde::Serialize;

use crate::login;
use crate::pins::Edits;

#[derive(Debug, clap::Args)]
pub(crate) struct Checking {
    /// Ask GitHub, which is what this program is for.
    #[arg(long, required = true)]
    check: bool,
}

/// What was found of one item.
#[derive(Debug, Serialize)]
struct Looked {
    item: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// Looks for every item of the list, and tells what is missing and how it is made.
pub(crate) fn check(project: &Path, plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let used = Edits::read(project)?.actions();
    let github = login::github(plan)?;
    let access = github.access()?;
    let environments = github.environments();
    let items = lockstep_setup::checklist(plan, &used);
    let look = Look { plan, used, github, access, environments };
    if !look.is_admin() {
        report.line(format_args!(
            "note: you are no admin of {}, and GitHub tells some of its settings to admins alone",
            plan.project.repository
        ));
    }
    let mut table = Table::new(["", "what must exist", ""]);
    let mut looked = Vec::new();
    for item in items {
        let (state, why) = match look.at(&item)? {
            State::There => ("there", None),
            State::Noted(note) => ("there", Some(note)),
            State::Missing(what) => {
                report.problem(missing(&item, &what));
                ("missing", None)
            }
            State::Unfit(problems) => {
                report.problems(problems);
                ("unfit", None)
            }
            State::Unknown(why) => ("unknown", Some(why)),
        };
        table.row([state, &item.title, why.as_deref().unwrap_or_default()]);
        looked.push(Looked { item: item.title, state, why });
    }
    report.line(table.to_string().trim_end());
    report.result(&looked);
    Ok(())
}

/// What is missing, with the commands that make it.
fn missing(item: &Item, what: &str) -> Diagnostic {
    let mut title = item.title.clone();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let problem = Diagnostic::new(Rule::SetupMissing, format!("{title} {what}"));
    let page = item.page.iter().map(|page| format!("see {page}"));
    let lines: Vec<String> = item.commands.iter().cloned().chain(page).collect();
    problem.with_remedy(lines.join("\n"))
}

struct Look<'a> {
    plan: &'a Plan,
    used: BTreeSet<String>,
    github: GitHub<'a>,
    access: Access,
    environments: Result<Vec<Environment>, Error>,
}

impl Look<'_> {
    fn is_admin(&self) -> bool {
        self.access.permissions.is_some_and(|may| may.admin)
    }

    /// How one item stands.
    fn at(&self, item: &Item) -> Result<State, Diagnostic> {
        let Self { plan, used, github, access, .. } = self;
        let found = match &item.needed {
            Needed::ImmutableReleases if !self.is_admin() => {
                return Ok(State::Unknown("GitHub tells admins alone".to_owned()));
            }
            Needed::ImmutableReleases => settings::immutable_releases(github),
            Needed::TagRuleset => {
                settings::tags(&EXAMPLES.map(|version| plan.tag_at(version)), github)
            }
            Needed::Actions => settings::actions(used, &plan.project.repository, github),
            Needed::Environment(name) => self.environment(name),
            Needed::Secret(name, environment) => settings::secret(name, environment, github),
            Needed::Switch(name) => settings::switch(name, github),
            Needed::Tap(tap) => return of_tap(tap),
            Needed::RequiredCheck(check) => {
                settings::required_check(check, &access.default_branch, github)
            }
            Needed::TrustedPublisher(channel) => {
                let label = channel.label();
                return Ok(State::Unknown(format!("{label} tells those who publish there alone")));
            }
        };
        found.or_else(refused)
    }

    fn environment(&self, name: &EnvironmentName) -> Result<State, Error> {
        let known = self.environments.as_ref().map_err(Clone::clone)?;
        let Some(environment) = environments::named(known, name.as_str()) else {
            return Ok(State::Missing(environments::ABSENT.to_owned()));
        };
        let git_ref = format!("refs/tags/{}", self.plan.tag_at(EXAMPLES[0]));
        let mut found = environments::Found::default();
        found.look_at(self.plan, environment, name.as_str(), &git_ref, &self.github)?;
        Ok(if !found.problems.is_empty() {
            State::Unfit(found.problems)
        } else if found.notes.is_empty() {
            State::There
        } else {
            State::Noted(found.notes.join("; "))
        })
    }
}

/// A tap is a repository of its own.
fn of_tap(tap: &Repository) -> Result<State, Diagnostic> {
    match login::github_of(tap)?.access() {
        Ok(access) if access.private => {
            let message = format!("the tap `{tap}` is private: your users cannot read it");
            let problem = Diagnostic::new(Rule::SetupMissing, message).with_remedy(format!(
                "gh repo edit {tap} --visibility public --accept-visibility-change-consequences"
            ));
            Ok(State::Unfit(vec![problem]))
        }
        Ok(_) => Ok(State::There),
        Err(Error { why: Why::NotFound, .. }) => Ok(State::Missing("is not there".to_owned())),
        Err(Error { why: Why::Refused(301 | 307 | 308, _), .. }) => {
            let message = format!("the tap `{tap}` has another name now");
            let problem = Diagnostic::new(Rule::SetupMissing, message);
            Ok(State::Unfit(vec![problem.with_remedy("change `tap` in the model")]))
        }
        Err(error) => refused(error),
    }
}

/// Versions that somebody could release: what keeps one tag must keep them all.
const EXAMPLES: [&str; 3] = ["1.2.3", "0.12.0", "2.0.0-rc.1"];

/// What GitHub does not tell to whoever asks is no reason to stop; what keeps it from answering is.
fn refused(error: Error) -> Result<State, Diagnostic> {
    match error.why {
        Why::NotFound => Ok(State::Unknown("GitHub does not tell you".to_owned())),
        Why::Refused(status, said) if status != 401 => {
            Ok(State::Unknown(format!("GitHub says: {said}")))
        }
        Why::Refused(..)
        | Why::Limited(_)
        | Why::Failing(_)
        | Why::Silent(_)
        | Why::Unreadable(_) => Err(error.into()),
    }
}
