//! Homebrew's formulae ([Formula Cookbook](https://docs.brew.sh/Formula-Cookbook)).

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use lockstep_schemas::strings::Version;
use lockstep_schemas::version::VersionScheme;
use regex_lite::Regex;

use super::Contents;
use crate::field::{Field, Invalid, Literal};
use crate::syntax::ruby::calls;

/// What says where a formula is fetched from, and its version.
const OWN: [&str; 3] = ["version", "url", "mirror"];
/// Whether the block of a method says something of the formula itself; others are about resources, patches, tests,
/// compilers and the like.
fn is_own(method: &str) -> bool {
    ["stable", "cask"].contains(&method) || method.starts_with("on_")
}

/// A formula's `version`, and that of the addresses that it is fetched from.
pub(super) fn formula(text: &str) -> Result<Contents, Invalid> {
    let calls = calls(text, &OWN, is_own).map_err(|invalid| {
        invalid.with_remedy(
            "mend it, or say in lockstep.yaml where its version stands: { path: …, regex: … }",
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
                let invalid = Invalid::new("its version is no text that stands here");
                return Err(invalid.at(call.at).with_remedy(remedy));
            }
            call.texts.into_iter().for_each(|version| field(call.name, version));
            continue;
        }
        for address in &call.texts {
            for version in in_address(address, stated)? {
                field(call.name, version);
            }
        }
        call.tags.iter().filter_map(in_tag).for_each(|version| field("tag:", version));
    }
    if contents.fields.is_empty() {
        return Err(Invalid::new("as a Homebrew formula it has no version, and no url with one")
            .with_remedy(
                "name its version, or say in lockstep.yaml where it stands: { path: …, regex: … }",
            ));
    }
    Ok(contents)
}

/// The version of a tag, without what stands around it; the whole tag where there is none in it, unless it is put
/// together of the formula's.
fn in_tag<'t>(tag: &Literal<'t>) -> Option<Literal<'t>> {
    let found = expression(&VERSION).and_then(|version| version.find(tag.text));
    match found {
        Some(found) => Some(tag.part(found.range())),
        None if tag.text.contains("#{") => None,
        None => Some(tag.clone()),
    }
}

/// A text that ends with an escaped character.
static ESCAPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("%[0-9A-Fa-f]{2}$").ok());
/// A version, with the prereleases that have a name.
static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(NUMBER).ok());
/// A version after what an address says of a tag.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let before = r"/(?:download|tags?|archive)/(?:(?:[A-Za-z0-9_.-]|%[0-9A-Fa-f]{2})*?(?:[A-Za-z_-]|%[0-9A-Fa-f]{2}))?v?";
    Regex::new(&format!(r"{before}({NUMBER})(-[^/]*?)?(?:[/+]|\.tar\.|\.tgz|\.zip|$)")).ok()
});
/// A version at the end of a file's name.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?:[-_@]|%40)v?({NUMBER})\.(?:tar\.[a-z0-9]+|tgz|txz|zip|crate|jar|gem|dmg|pkg)$"
    ))
    .ok()
});
const NUMBER: &str = r"[0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta|rc|preview|pre|dev|canary|next|nightly)(?:[.-]?[0-9]+)*)?";

/// The versions of an address: the one that the formula states and that of its tag, wherever they stand in it; where
/// it has neither, that of the file's name.
fn in_address<'t>(
    address: &Literal<'t>,
    stated: Option<&str>,
) -> Result<Vec<Literal<'t>>, Invalid> {
    let captures = |regex: &'static LazyLock<Option<Regex>>| {
        let found = expression(regex)?.captures(address.text)?;
        found.get(1)?.as_str().parse::<Version>().is_ok().then_some(found)
    };
    let stated = stated.filter(|stated| stated.parse::<Version>().is_ok());
    let is_stated = stated.is_some_and(|stated| !apart(address.text, stated).is_empty());
    let tag = captures(&TAG);
    let of_tag = tag.as_ref().and_then(|found| found.get(1));
    if let Some((version, more)) = of_tag.zip(tag.as_ref().and_then(|found| found.get(2)))
        && !is_stated
    {
        let (version, more) = (version.as_str(), more.as_str());
        let message =
            format!("whether the version is `{version}` or `{version}{more}` is not said");
        let remedy = format!("state it in the formula: version \"{version}\"");
        return Err(Invalid::new(message).at(address.place.start).with_remedy(remedy));
    }
    let of_tag = of_tag.map(|version| version.as_str());
    let mut versions: Vec<&str> = stated.into_iter().chain(of_tag).collect();
    // Of two of which one begins with the other, the longer stands there.
    versions.sort_by_key(|version| usize::MAX - version.len());
    let mut places: Vec<Range<usize>> = Vec::new();
    for version in versions {
        let found = apart(address.text, version);
        places.extend(
            found
                .into_iter()
                .filter(|found| {
                    places.iter().all(|place| found.end <= place.start || found.start >= place.end)
                })
                .collect::<Vec<_>>(),
        );
    }
    if places.is_empty() {
        let name = captures(&NAME);
        let of_name = name.as_ref().and_then(|found| found.get(1));
        places.extend(of_name.into_iter().flat_map(|name| apart(address.text, name.as_str())));
    }
    let number = expression(&VERSION).and_then(|version| version.find(address.text));
    if let (true, Some(number)) = (places.is_empty(), number) {
        let message = format!("whether `{}` in it is the version is not known", number.as_str());
        let remedy = match stated {
            Some(stated) => format!("write the formula's own there, {stated} or #{{version}}"),
            None => "state the formula's: version \"…\"".to_owned(),
        };
        return Err(Invalid::new(message)
            .at(address.place.start + number.start())
            .with_remedy(remedy));
    }
    places.sort_by_key(|place| place.start);
    Ok(places.into_iter().map(|place| address.part(place)).collect())
}

/// Where a version stands in a text by itself: what goes on as a number, or as a prerelease, is another.
fn apart(text: &str, version: &str) -> Vec<Range<usize>> {
    let is_apart = |at: &usize| {
        let before = &text[..*at];
        let is_begun = before.ends_with(|c: char| c.is_ascii_digit() || c == '.')
            && !expression(&ESCAPED).is_some_and(|escaped| escaped.is_match(before));
        let whole = expression(&VERSION).and_then(|whole| whole.find_at(text, *at));
        let whole = whole.filter(|whole| whole.start() == *at).map_or(0, |whole| whole.len());
        let mut after = text[at + version.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let goes_on = is_digit(next) || (next == Some('.') && is_digit(second));
        !is_begun && !goes_on && whole <= version.len()
    };
    let places = text.match_indices(version).map(|(at, _)| at).filter(is_apart);
    places.map(|at| at..at + version.len()).collect()
}

fn expression(regex: &'static LazyLock<Option<Regex>>) -> Option<&'static Regex> {
    regex.as_ref()
}
