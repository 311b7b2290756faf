//! Homebrew's formulae ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)).

use std::collections::HashSet;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::version::VersionScheme;

use super::{Contents, address};
use crate::field::{Field, Literal};
use crate::syntax::ruby::calls;

/// What says where a formula is fetched from, and its version.
const OWN: [&str; 3] = ["version", "url", "mirror"];

/// Whether the block of a method says something of the formula itself; others are about resources, patches, tests,
/// compilers and the like.
#[must_use]
pub fn is_own(method: &str) -> bool {
    ["stable", "cask"].contains(&method) || method.starts_with("on_")
}

/// A formula's `version`, and that of the addresses that it is fetched from.
pub(super) fn formula(text: &str) -> Result<Contents, Diagnostic> {
    let calls = calls(text, &OWN, is_own).map_err(|invalid| {
        invalid.with_remedy(
            "fix the file, or say in lockstep.yaml where its version is: { path: …, regex: … }",
        )
    })?;
    let stated = calls.iter().find(|call| call.name == "version");
    let stated = stated.and_then(|call| call.texts.first()).map(|literal| literal.text);
    let mut contents = Contents::default();
    let mut places = HashSet::new();
    let mut field = |name: &str, version: Literal<'_>| {
        if places.insert(version.place.clone()) {
            contents.fields.push(Field::of_file(name, version, VersionScheme::Semver));
        }
    };
    for call in calls {
        if call.name == "version" {
            if call.texts.is_empty() {
                let remedy = "write it as a text, or say in lockstep.yaml where it stands: { path: …, regex: … }";
                let invalid = Diagnostic::new(
                    Rule::VersionFieldForm,
                    "its version is not a text that stands here",
                );
                return Err(invalid.at_byte(call.at).with_remedy(remedy));
            }
            call.texts.into_iter().for_each(|version| field(call.name, version));
            continue;
        }
        for address in &call.texts {
            for version in address::versions(address, stated)? {
                field(call.name, version);
            }
        }
        call.tags.iter().filter_map(address::of_tag).for_each(|version| field("tag:", version));
    }
    if contents.fields.is_empty() {
        return Err(Diagnostic::new(
            Rule::VersionFieldMissing,
            "as a Homebrew formula it has no version, and no url with one",
        )
        .with_remedy(
            "name its version, or say in lockstep.yaml where it stands: { path: …, regex: … }",
        ));
    }
    Ok(contents)
}
