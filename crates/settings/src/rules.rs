//! What may not change: public releases, their tags, a branch without its check.

use lockstep_github::{Enforcement, Error, GitHub, RefNames, Ruleset};
use lockstep_schemas::strings::GitRef;

use crate::State;
use crate::pattern::fits;

/// What keeps a tag where it is
/// ([rules](https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets)).
const KEEPING: [(&str, &str); 2] = [("update", "moving"), ("deletion", "deleting")];

/// Whether releases are immutable once they are public.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn immutable_releases(github: &GitHub<'_>) -> Result<State, Error> {
    Ok(if github.has_immutable_releases()? {
        State::There
    } else {
        State::Missing("are switched off".to_owned())
    })
}

/// Whether sets of rules keep the tags of releases where they are: `v*`, told by those of some versions.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn tags(tags: &[String], github: &GitHub<'_>) -> Result<State, Error> {
    let sets = github.tag_rulesets()?;
    let active: Vec<&Ruleset> =
        sets.iter().filter(|set| set.enforcement == Enforcement::Active).collect();
    let mut passing = None;
    for tag in tags {
        let name = format!("refs/tags/{tag}");
        let of_tag: Vec<&&Ruleset> = active.iter().filter(|set| is_of(set, &name)).collect();
        let open = KEEPING.iter().filter(|(rule, _)| {
            !of_tag.iter().any(|set| set.rules.iter().any(|one| one.kind == *rule))
        });
        let open: Vec<&str> = open.map(|(_, what)| *what).collect();
        if !open.is_empty() {
            let what = format!("is not there: no rule forbids {} {tag}", open.join(" or "));
            return Ok(State::Missing(what));
        }
        passing = passing.or_else(|| of_tag.into_iter().find(|set| !set.bypass_actors.is_empty()));
    }
    Ok(match passing {
        Some(set) => State::Noted(format!(
            "some may pass by the ruleset `{}`: take them out of its bypass list",
            set.name
        )),
        None => State::There,
    })
}

/// Whether a set of rules is of a ref.
fn is_of(set: &Ruleset, name: &str) -> bool {
    let refs = set.conditions.as_ref().and_then(|conditions| conditions.ref_name.as_ref());
    let Some(RefNames { include, exclude }) = refs else { return true };
    // A pattern that cannot be read here lets nothing pass as kept.
    let is_in = |pattern: &String| pattern == "~ALL" || fits(pattern, name) == Some(true);
    let is_out = |pattern: &String| pattern == "~ALL" || fits(pattern, name) != Some(false);
    include.iter().any(is_in) && !exclude.iter().any(is_out)
}

/// Whether a branch takes a commit only after a check passed.
///
/// # Errors
///
/// Where GitHub does not say.
pub fn required_check(check: &str, branch: &GitRef, github: &GitHub<'_>) -> Result<State, Error> {
    let required = github.required_checks(branch.as_str())?;
    Ok(if required.iter().any(|one| one == check) {
        State::There
    } else {
        State::Missing(format!("is not required: nothing asks for it before a merge to {branch}"))
    })
}
