//! Which actions may run.

use lockstep_github::{AllowedActions, Error, GitHub, SelectedActions};
use lockstep_schemas::strings::{CommitSha, Repository};

use crate::State;

/// The owners of [GitHub's own](https://docs.github.com/en/rest/actions/permissions#set-allowed-actions-and-reusable-workflows-for-a-repository).
const OF_GITHUB: [&str; 2] = ["actions", "github"];

/// Whether actions at their commits may run in a repository.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn actions<'a>(
    used: impl Iterator<Item = (&'a Repository, &'a CommitSha)>,
    own: &Repository,
    github: &GitHub<'_>,
) -> Result<State, Error> {
    let policy = github.actions_policy()?;
    if !policy.enabled {
        return Ok(State::Missing("are switched off, all of them".to_owned()));
    }
    let selected = match policy.allowed_actions {
        None | Some(AllowedActions::All) => return Ok(State::There),
        Some(AllowedActions::LocalOnly) => SelectedActions::default(),
        Some(AllowedActions::Selected) => github.selected_actions()?,
    };
    let own = owner_of(own.as_str());
    let refused = used
        .filter(|(action, commit)| !is_allowed(action.as_str(), commit.as_str(), own, &selected));
    let refused: Vec<String> = refused.map(|(action, _)| format!("`{action}@*`")).collect();
    let refused = refused.join(", ");
    Ok(if refused.is_empty() {
        State::There
    } else if selected.verified_allowed {
        State::Unknown(format!(
            "these may run if GitHub verified who makes them, which it does not tell: {refused}"
        ))
    } else {
        State::Missing(format!("do not include {refused}"))
    })
}

/// Whether an action may run by its owner or a pattern
/// ([documentation](https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository)).
fn is_allowed(action: &str, commit: &str, own: &str, selected: &SelectedActions) -> bool {
    let owner = owner_of(action);
    let patterns = || selected.patterns_allowed.iter().map(String::as_str);
    let fits = |pattern: &str| {
        let (name, version) = pattern.split_once('@').unwrap_or((pattern, "*"));
        // The actions of one repository stand in folders of it.
        let name = name.strip_suffix("/*").filter(|name| name.contains('/')).unwrap_or(name);
        like(name, action) && like(version, commit)
    };
    let is_out = patterns().filter_map(|pattern| pattern.strip_prefix('!')).any(fits);
    let is_of_github =
        selected.github_owned_allowed && OF_GITHUB.iter().any(|of| of.eq_ignore_ascii_case(owner));
    !is_out && (owner.eq_ignore_ascii_case(own) || is_of_github || patterns().any(fits))
}

fn owner_of(repository: &str) -> &str {
    repository.split_once('/').map_or(repository, |(owner, _)| owner)
}

/// Whether a text fits a pattern in which `*` is any text. Names at GitHub are the same in either case.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn an_action_may_run_by_its_owner_or_by_a_pattern() {
        let cases: [(&str, &[&str], bool, bool); 12] = [
            ("astral-sh/setup-uv", &[], false, false),
            ("Someone/other", &[], false, true),
            ("actions/checkout", &[], true, true),
            ("actions/checkout", &[], false, false),
            ("astral-sh/setup-uv", &["astral-sh/*"], false, true),
            ("astral-sh/setup-uv", &["astral-sh/setup-uv@*"], false, true),
            ("astral-sh/setup-uv", &["astral-sh/setup-uv@v7"], false, false),
            (
                "astral-sh/setup-uv",
                &["Astral*/setup-uv@0123456789abcdef0123456789abcdef01234567"],
                false,
                true,
            ),
            ("org/lockstep", &["org/lockstep/*"], false, true),
            ("org/lockstep", &["org/lock"], false, false),
            ("org/lockstep", &["*/*", "!org/*"], false, false),
            ("org/lockstep", &["*o*k*p@*"], false, true),
        ];
        for (action, patterns, of_github, wanted) in cases {
            let selected = SelectedActions {
                github_owned_allowed: of_github,
                verified_allowed: false,
                patterns_allowed: patterns.iter().map(|one| (*one).to_owned()).collect(),
            };
            assert_eq!(
                is_allowed(action, COMMIT, "someone", &selected),
                wanted,
                "{action} {patterns:?}"
            );
        }
    }
}
