//! What [cargo-binstall](https://github.com/cargo-bins/cargo-binstall/blob/main/SUPPORT.md) makes of a crate: where it looks for
//! an archive on each platform, and for the programs in it. Templates and overrides are read by its own crates.

mod manifest;
mod places;

use binstalk_types::cargo_toml_binstall::TargetTriple;
use lockstep_patterns::Part;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::{ChannelPlan, Plan, PlannedFile, TargetPlan, at_version};
use lockstep_schemas::strings::Version;

pub use manifest::Crate;

/// What of a channel's archives cargo-binstall does not find, or not as it must: one diagnostic for each target and fault.
/// `downloads` is the address below which the assets of all of the project's releases are.
#[must_use]
pub fn unfound(
    of: &Crate,
    plan: &Plan,
    channel: &ChannelPlan,
    version: &Version,
    downloads: &str,
) -> Vec<Diagnostic> {
    let tag = at_version(plan.tag.as_str(), version.as_str());
    let mut problems = Vec::new();
    for file in plan.shipped_by(channel) {
        let Some(target) = file.target().and_then(|target| plan.target(target)) else { continue };
        let name = at_version(file.name(), version.as_str());
        let asset = Asset { file, target, url: format!("{downloads}/{tag}/{name}"), version };
        problems.extend(asset.unfound(of));
    }
    problems
}

/// An archive of a release.
struct Asset<'a> {
    file: PlannedFile<'a>,
    target: &'a TargetPlan,
    url: String,
    version: &'a Version,
}

impl Asset<'_> {
    /// What of it is not found.
    fn unfound(&self, of: &Crate) -> Vec<Diagnostic> {
        let triple = self.target.triple.as_str();
        let Ok(known) = triple.parse::<TargetTriple>() else {
            return vec![problem(
                format!("cargo-binstall does not know the platform {triple}"),
                "",
            )];
        };
        let places = match places::of(of, triple, &known, self.version) {
            Ok(places) => places,
            Err(why) => return vec![problem(format!("on {triple} {why}"), "")],
        };
        let looks = places.urls.iter().any(|place| place.url == self.url);
        let reads = places.urls.iter().any(|place| place.url == self.url && place.reads(&self.url));
        if !looks {
            let url = &self.url;
            let message = match places.urls.as_slice() {
                [one] => format!(
                    "on {triple} cargo-binstall looks for {}, and the release has {url}",
                    one.url
                ),
                all => format!(
                    "on {triple} cargo-binstall tries {} addresses, such as {}, and none is that of the release, {url}",
                    all.len(),
                    all.first().map_or("", |first| &first.url)
                ),
            };
            return vec![problem(message, &self.pkg_url(triple))];
        }
        let mut problems = Vec::new();
        if !reads {
            let message =
                format!("on {triple} cargo-binstall reads {} in another format", self.url);
            problems
                .push(problem(message, "say its format: `pkg-fmt` of `package.metadata.binstall`"));
        }
        let members: Vec<String> = self
            .file
            .members()
            .iter()
            .map(|member| at_version(&member.to, self.version.as_str()))
            .collect();
        for path in places.programs(&members) {
            if !members.iter().any(|member| is(member, &path)) {
                let message = format!(
                    "on {triple} cargo-binstall looks for `{path}` in {}, which has no such file",
                    self.url
                );
                problems.push(problem(message, "say where it is: `bin-dir = \"{ bin }{ binary-ext }\"` of `package.metadata.binstall`"));
            }
        }
        problems
    }

    /// The address as a template, as far as it can be one for every platform.
    fn pkg_url(&self, triple: &str) -> String {
        let file = self.url.rsplit_once("/releases/download/").map_or("", |(_, file)| file);
        let file = file.replace(self.version.as_str(), "{ version }").replace(triple, "{ target }");
        format!(
            "say where: `pkg-url = \"{{ repo }}/releases/download/{file}\"` of `package.metadata.binstall`, or of `package.metadata.binstall.overrides.{triple}`"
        )
    }
}

fn problem(message: String, remedy: &str) -> Diagnostic {
    let problem = Diagnostic::new(Rule::AssetMissing, message);
    if remedy.is_empty() { problem } else { problem.with_remedy(remedy) }
}

/// Whether a member's place is a path; in a pattern `*` stands for any text of one part.
fn is(member: &str, path: &str) -> bool {
    let (member, path): (Vec<&str>, Vec<&str>) =
        (member.split('/').collect(), path.split('/').collect());
    member.len() == path.len()
        && member.iter().zip(&path).all(|(one, other)| Part::new(one).takes(other).is_some())
}
