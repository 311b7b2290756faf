//! Bumped pins: a bot that bumps an action's commit in a rendered file is right.
//!
//! The plan beside the workflows says which commits they were rendered with. A full commit in a file
//! that is neither that one nor the one to render now was bumped, and stays. A tag or a branch is
//! not a commit, and goes.

use std::collections::{BTreeMap, HashSet};

use lockstep_schemas::plan::Pin;
use lockstep_schemas::strings::{CommitSha, PinVersion, Repository};

/// The pins of repositories of actions.
type PinMap = BTreeMap<Repository, Pin>;

/// A `uses:` line with a commit in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Use<'a> {
    /// The line up to the commit.
    before: &'a str,
    /// The action's path.
    action: &'a str,
    /// What it is pinned to.
    commit: &'a str,
    /// The comment behind it, with the `#`, or nothing.
    comment: &'a str,
}

impl<'a> Use<'a> {
    /// Reads a line. Only the two columns at which templates write `uses:` count, so that no line of
    /// a script is taken for one: scripts are indented further.
    fn read(line: &'a str) -> Option<Self> {
        let indented = line.trim_start_matches(' ');
        let indent = line.len() - indented.len();
        let value = indented.strip_prefix("uses: ").filter(|_| indent == 4 || indent == 8)?;
        let (action, rest) = value.split_once('@')?;
        let (commit, comment) = rest.split_once(' ').unwrap_or((rest, ""));
        // Behind a commit stands its version, or nothing.
        let is_version = |comment: &str| {
            comment.strip_prefix("# ").is_some_and(|version| version.parse::<PinVersion>().is_ok())
        };
        if !comment.is_empty() && !is_version(comment) {
            return None;
        }
        let before = &line[..line.len() - rest.len()];
        Some(Self { before, action, commit, comment })
    }

    /// The owner and the name of the action's repository.
    fn repository(&self) -> Vec<&str> {
        self.action.splitn(3, '/').take(2).collect()
    }
}

/// The rendered text with those pins that `found` has bumped. `base` are the pins that `found` was
/// rendered with, `current` those that `rendered` was.
pub fn keep_bumped(rendered: &str, found: &str, base: &PinMap, current: &PinMap) -> String {
    let commits: HashSet<&str> = [base, current]
        .iter()
        .flat_map(|pins| pins.values())
        .map(|pin| pin.commit.as_str())
        .collect();
    // Where the model's own pin has changed since, the model wins.
    let moved: HashSet<String> = current
        .iter()
        .filter(|(repository, pin)| {
            let before = base.get(*repository);
            pin.from_model && before.is_some_and(|before| before.commit != pin.commit)
        })
        .map(|(repository, _)| repository.to_string())
        .collect();
    let is_bumped = |found: &Use<'_>| {
        // A commit says by itself whose it is: no two repositories share one.
        !commits.contains(found.commit)
            && found.commit.parse::<CommitSha>().is_ok()
            && !moved.contains(&found.repository().join("/"))
    };
    let uses = |text| -> Vec<Use<'_>> { str::lines(text).filter_map(Use::read).collect() };
    let there = uses(found);
    if !there.iter().any(is_bumped) {
        return rendered.to_owned();
    }
    let wanted = uses(rendered);
    // As long as a file uses the same actions in the same order, each place keeps its own pin. Else
    // a bump of an action means all of its places.
    let in_place = there.len() == wanted.len()
        && there.iter().zip(&wanted).all(|(there, wanted)| there.action == wanted.action);
    let mut place = 0;
    let mut text = String::with_capacity(rendered.len());
    for line in rendered.split_inclusive('\n') {
        let Some(wanted) = Use::read(line.trim_end_matches('\n')) else {
            text.push_str(line);
            continue;
        };
        let candidate = if in_place {
            there.get(place)
        } else {
            there.iter().find(|use_| use_.repository() == wanted.repository() && is_bumped(use_))
        };
        place += 1;
        match candidate.filter(|use_| is_bumped(use_)) {
            Some(bumped) => {
                text.push_str(wanted.before);
                text.push_str(bumped.commit);
                if !bumped.comment.is_empty() {
                    text.push(' ');
                    text.push_str(bumped.comment);
                }
                text.push('\n');
            }
            None => text.push_str(line),
        }
    }
    text
}
