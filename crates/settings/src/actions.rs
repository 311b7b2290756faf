//! Which actions may run.

use std::collections::BTreeSet;

use lockstep_github::{AllowedActions, Error, GitHub, SelectedActions};
use lockstep_schemas::strings::Repository;
use lockstep_setup::allowed;

use crate::State;

/// The owners of [GitHub's own](https://docs.github.com/en/rest/actions/permissions#set-allowed-actions-and-reusable-workflows-for-a-repository).
const OF_GITHUB: [&str; 2] = ["actions", "github"];

/// Whether actions may run in a repository, each as `uses:` has it: `owner/name/folder@commit`.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn actions<'a>(
    used: impl IntoIterator<Item = &'a String>,
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
    let refused = used.into_iter().filter(|action| !is_allowed(action, own, &selected));
    let refused: BTreeSet<String> =
        refused.map(|action| format!("`{}`", allowed(action))).collect();
    let refused = refused.into_iter().collect::<Vec<_>>().join(", ");
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
fn is_allowed(action: &str, own: &str, selected: &SelectedActions) -> bool {
    let owner = owner_of(action);
    let patterns = || selected.patterns_allowed.iter().map(String::as_str);
    let fits = |pattern: &str| like(&pattern.to_lowercase(), &action.to_lowercase());
    let is_out = patterns().filter_map(|pattern| pattern.strip_prefix('!')).any(fits);
    let is_of_github =
        selected.github_owned_allowed && OF_GITHUB.iter().any(|of| of.eq_ignore_ascii_case(owner));
    !is_out && (owner.eq_ignore_ascii_case(own) || is_of_github || patterns().any(fits))
}

fn owner_of(repository: &str) -> &str {
    repository.split_once('/').map_or(repository, |(owner, _)| owner)
}

/// Whether a text fits a pattern: `*` is any text without a slash, `**` any at all
/// ([documentation](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet)).
fn like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(left) = text.strip_prefix(start) else { return false };
    let (rest, any) = match rest.strip_prefix('*') {
        Some(rest) => (rest, left),
        None => (rest, left.split('/').next().unwrap_or_default()),
    };
    let mut ends = any.char_indices().map(|(at, _)| at).chain([any.len()]);
    ends.any(|at| like(rest, &left[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_may_run_by_its_owner_or_by_a_pattern() {
        let cases: [(&str, &[&str], bool, bool); 14] = [
            ("astral-sh/setup-uv@0a1b", &[], false, false),
            ("Someone/other@0a1b", &[], false, true),
            ("actions/checkout@0a1b", &[], true, true),
            ("actions/checkout@0a1b", &[], false, false),
            ("astral-sh/setup-uv@0a1b", &["astral-sh/*"], false, true),
            ("astral-sh/setup-uv@0a1b", &["astral-sh/setup-uv@*"], false, true),
            ("astral-sh/setup-uv@0a1b", &["astral-sh/setup-uv@v7"], false, false),
            ("astral-sh/setup-uv@0a1b", &["Astral*/setup-uv@0a1b"], false, true),
            ("org/lockstep/actions/publish@0a1b", &["org/lockstep@*"], false, false),
            ("org/lockstep/actions/publish@0a1b", &["org/lockstep/*"], false, false),
            ("org/lockstep/actions/publish@0a1b", &["org/lockstep/**"], false, true),
            ("org/lockstep/actions/publish@0a1b", &["*/lockstep**@*"], false, true),
            ("org/lockstep@0a1b", &["*/lockstep**@*"], false, true),
            ("org/lockstep@0a1b", &["*/*", "!org/**"], false, false),
        ];
        for (action, patterns, of_github, wanted) in cases {
            let selected = SelectedActions {
                github_owned_allowed: of_github,
                verified_allowed: false,
                patterns_allowed: patterns.iter().map(|one| (*one).to_owned()).collect(),
            };
            assert_eq!(is_allowed(action, "someone", &selected), wanted, "{action} {patterns:?}");
        }
    }
}
