//! The newest release of an action that has been public long enough.

use jiff::{SignedDuration, Timestamp};
use lockstep_github::{Error, GitHub, Why};
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::strings::{PinVersion, Tag};
use semver::Version;

use super::pin::{Next, Used};

/// How many releases are looked at: the newest by number is among those that came last.
const MOST: usize = 60;

/// What is asked of every action.
#[derive(Debug)]
pub(crate) struct Newest {
    /// What was public before this is old enough.
    before: Timestamp,
}

/// What was found of one action.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// What is wrong with the pin.
    pub problem: Option<Diagnostic>,
    /// What it can be pinned to.
    pub next: Option<Next>,
    /// The newest release that is not old enough.
    pub waits: Option<Waits>,
}

/// A release that is too young.
#[derive(Debug)]
pub(crate) struct Waits {
    /// It.
    pub version: PinVersion,
    /// The day since which it is public.
    pub since: String,
}

/// A version as the tags of actions have it: `v1.2.3`.
fn number(tag: &str) -> Option<Version> {
    Version::parse(tag.strip_prefix('v').unwrap_or(tag)).ok().filter(|it| it.pre.is_empty())
}

impl Newest {
    /// What was public for so many days.
    pub(crate) fn older_than(days: u16) -> Self {
        let age = SignedDuration::from_hours(i64::from(days) * 24);
        Self { before: Timestamp::now().saturating_sub(age).unwrap_or(Timestamp::MIN) }
    }

    /// What an action can be pinned to.
    ///
    /// # Errors
    ///
    /// Where GitHub does not say.
    pub(crate) fn of(&self, github: &GitHub<'_>, used: &Used) -> Result<Found, Diagnostic> {
        let mut found = Found { problem: differs(github, used)?, ..Found::default() };
        let current = used.version.as_ref().and_then(|version| number(version.as_str()));
        let mut newest: Option<(Version, Tag, String)> = None;
        let mut too_young: Option<(Version, Waits)> = None;
        for release in github.newest_releases(MOST).map_err(Diagnostic::from)? {
            let Some(number) = number(&release.tag_name) else { continue };
            let Some(published) = release.published_at else { continue };
            let (Ok(tag), Ok(at)) =
                (release.tag_name.parse::<Tag>(), published.parse::<Timestamp>())
            else {
                continue;
            };
            if release.draft || release.prerelease || current.as_ref() >= Some(&number) {
                continue;
            }
            let since = published.split('T').next().unwrap_or_default().to_owned();
            if at > self.before {
                if too_young.as_ref().is_none_or(|(other, _)| *other < number)
                    && let Ok(version) = release.tag_name.parse()
                {
                    too_young = Some((number, Waits { version, since }));
                }
            } else if newest.as_ref().is_none_or(|(other, _, _)| *other < number) {
                newest = Some((number, tag, since));
            }
        }
        if let Some((_, tag, since)) = newest
            && let Ok(version) = tag.as_str().parse()
        {
            let commit = github.tagged(&tag).map_err(Diagnostic::from)?;
            found.next = Some(Next { version, commit, since });
        }
        found.waits = too_young.map(|(_, waits)| waits);
        Ok(found)
    }
}

/// Whether the comment names another commit than the pin.
fn differs(github: &GitHub<'_>, used: &Used) -> Result<Option<Diagnostic>, Diagnostic> {
    let Some(version) = &used.version else { return Ok(None) };
    let Ok(tag) = version.as_str().parse::<Tag>() else { return Ok(None) };
    let Used { repository, commit, .. } = used;
    match github.tagged(&tag) {
        Ok(tagged) if tagged == *commit => Ok(None),
        Ok(tagged) => Ok(Some(mismatch(
            used,
            format!("{repository} is pinned to {commit} as {version}, and {version} is {tagged}"),
        ))),
        Err(Error { why: Why::NotFound, .. }) => Ok(Some(mismatch(
            used,
            format!("{repository} is pinned as {version}, and has no such tag"),
        ))),
        Err(error) => Err(error.into()),
    }
}

/// A pin whose comment names a tag that is another commit.
fn mismatch(used: &Used, message: String) -> Diagnostic {
    let page = format!("https://github.com/{}/releases", used.repository);
    Diagnostic::new(Rule::PinMismatch, message)
        .with_remedy(format!("look at {page}: either the tag was moved, or the comment is wrong"))
}
