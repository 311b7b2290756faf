//! Versions in the addresses that a formula is fetched from.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::Version;
use regex_lite::Regex;

use crate::field::Literal;

/// A version, with the prereleases that have a name: what else stands behind its numbers may be a platform.
const NUMBER: &str = r"[0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta|rc|preview|pre|dev|canary|next|nightly)(?:[.-]?[0-9]+)*)?";

static VERSION: LazyLock<Regex> = LazyLock::new(|| constant(NUMBER));
/// What an address says of a tag: the version, and what of the tag stands behind it.
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    const BEFORE: &str = r"/(?:download|tags?|archive)/(?:(?:[A-Za-z0-9_.-]|%[0-9A-Fa-f]{2})*?(?:[A-Za-z_-]|%[0-9A-Fa-f]{2}))?v?";
    constant(&format!(r"{BEFORE}({NUMBER})(-[^/]*?)?(?:[/+]|\.tar\.|\.tgz|\.zip|$)"))
});
/// The version at the end of a file's name.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    const END: &str = r"\.(?:tar\.[a-z0-9]+|tgz|txz|zip|crate|jar|gem|dmg|pkg)$";
    constant(&format!(r"(?:[-_@]|%40)v?({NUMBER}){END}"))
});
/// A text that ends with an escaped character.
static ESCAPED: LazyLock<Regex> = LazyLock::new(|| constant("%[0-9A-Fa-f]{2}$"));

fn constant(expression: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "made of constants; every test of a formula uses it")]
    Regex::new(expression).expect("a constant expression")
}

/// The versions of an address: the one that the formula states and that of its tag, wherever they stand in it; where
/// it has neither, that of the file's name.
///
/// # Errors
///
/// Where it has a number of which is not known whether it is the version.
pub(super) fn versions<'t>(
    address: &Literal<'t>,
    stated: Option<&str>,
) -> Result<Vec<Literal<'t>>, Diagnostic> {
    let stated = stated.filter(|stated| stated.parse::<Version>().is_ok());
    let mut known: Vec<&str> = stated.into_iter().chain(tagged(address, stated)?).collect();
    // Of two of which one begins with the other, the longer stands there.
    known.sort_by_key(|version| Reverse(version.len()));
    let mut places: Vec<Range<usize>> = Vec::new();
    for version in known {
        for found in apart(address.text, version) {
            if places.iter().all(|place| found.end <= place.start || found.start >= place.end) {
                places.push(found);
            }
        }
    }
    if places.is_empty() {
        let named = NAME.captures(address.text).and_then(|found| found.get(1));
        places.extend(named.into_iter().flat_map(|name| apart(address.text, name.as_str())));
    }
    if places.is_empty() {
        all_known(address, stated)?;
    }
    places.sort_by_key(|place| place.start);
    Ok(places.into_iter().map(|place| address.part(place)).collect())
}

/// The version of an address's tag. Where more than a version stands in the tag, the formula says which of it that is.
fn tagged<'t>(address: &Literal<'t>, stated: Option<&str>) -> Result<Option<&'t str>, Diagnostic> {
    let Some(found) = TAG.captures(address.text) else { return Ok(None) };
    let Some(version) = found.get(1).map(|version| version.as_str()) else { return Ok(None) };
    let is_stated = stated.is_some_and(|stated| !apart(address.text, stated).is_empty());
    match found.get(2).filter(|_| !is_stated) {
        None => Ok(Some(version)),
        Some(more) => {
            let whole = format!("{version}{}", more.as_str());
            let message = format!("the version could be `{version}` or `{whole}`");
            let remedy = format!("state it in the formula: version \"{version}\"");
            Err(Diagnostic::new(Rule::VersionFieldUnclear, message)
                .at_byte(address.place.start)
                .with_remedy(remedy))
        }
    }
}

/// That an address in which no version was found has no number like one.
fn all_known(address: &Literal<'_>, stated: Option<&str>) -> Result<(), Diagnostic> {
    let Some(number) = VERSION.find(address.text) else { return Ok(()) };
    let message = format!("`{}` in it could be the version or not", number.as_str());
    let remedy = match stated {
        Some(stated) => format!("write the formula's own there, {stated} or #{{version}}"),
        None => "state the formula's: version \"…\"".to_owned(),
    };
    Err(Diagnostic::new(Rule::VersionFieldUnclear, message)
        .at_byte(address.place.start + number.start())
        .with_remedy(remedy))
}

/// Where a version stands in a text by itself: what goes on as a number, or as a prerelease, is another.
fn apart(text: &str, version: &str) -> Vec<Range<usize>> {
    let is_apart = |at: &usize| {
        let (before, rest) = text.split_at(*at);
        let is_begun =
            before.ends_with(|c: char| c.is_ascii_digit() || c == '.') && !ESCAPED.is_match(before);
        let whole = VERSION.find(rest).filter(|whole| whole.start() == 0);
        let mut after = rest[version.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let goes_on = is_digit(next) || (next == Some('.') && is_digit(second));
        !is_begun && !goes_on && whole.is_none_or(|whole| whole.len() <= version.len())
    };
    let places = text.match_indices(version).map(|(at, _)| at).filter(is_apart);
    places.map(|at| at..at + version.len()).collect()
}

/// The version of a tag, without what stands around it; the whole tag where there is none in it, unless it is put
/// together of the formula's.
pub(super) fn of_tag<'t>(tag: &Literal<'t>) -> Option<Literal<'t>> {
    match VERSION.find(tag.text) {
        Some(found) => Some(tag.part(found.range())),
        None if tag.text.contains("#{") => None,
        None => Some(tag.clone()),
    }
}
