//! Pins: the commits of the third-party actions that rendered workflows use.

use std::collections::BTreeMap;

use lockstep_schemas::model::{Model, Step};
use lockstep_schemas::plan::Pin;
use lockstep_schemas::strings::{ActionPath, CommitSha, PinnedAction, Repository};

use super::itself::own_repository;

/// The commits that this Lockstep renders with, each with its tag. A project's bot may bump them in
/// the rendered files; regeneration keeps what it finds bumped.
const DEFAULTS: [(&str, &str, &str); 8] = [
    ("actions/attest", "1e69f48acb82d1966a394da916b4c1698aa569d6", "v4.2.2"),
    ("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    ("actions/download-artifact", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    ("actions/setup-node", "820762786026740c76f36085b0efc47a31fe5020", "v7.0.0"),
    ("actions/setup-python", "5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    ("actions/upload-artifact", "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a", "v7.0.1"),
    ("astral-sh/setup-uv", "20cfd1bf945f4377ade1205e4dbc17946fc9a30d", "v10.0.1"),
    ("taiki-e/install-action", "82cd3e7658a6f96c86c0234aeeda1748937cb0a1", "v2.85.13"),
];

/// Crates.io's own action, which trades the run's identity for a token of half an hour.
const CRATES_IO_AUTH: (&str, &str, &str) =
    ("rust-lang/crates-io-auth-action", "c6f97d42243bad5fab37ca0427f495c86d5b1a18", "v1.0.5");

/// The pins of a model: the defaults, Lockstep's own, and those of the model's steps, which win.
pub(super) fn of(model: &Model) -> BTreeMap<Repository, Pin> {
    let default = |(repository, commit, version): &(&str, &str, &str)| {
        let version = Some(version.parse().ok()?);
        let pin = Pin { commit: commit.parse().ok()?, version, from_model: false };
        Some((repository.parse().ok()?, pin))
    };
    let defaults = DEFAULTS.iter().chain([&CRATES_IO_AUTH]);
    let mut pins: BTreeMap<Repository, Pin> = defaults.filter_map(default).collect();
    if let (Some(commit), Ok(own)) = (&model.lockstep.commit, own_repository().parse()) {
        let version = model.lockstep.version.clone();
        pins.insert(own, Pin { commit: commit.clone(), version, from_model: true });
    }
    for step in steps(model) {
        if let Some(action) = &step.uses {
            let (repository, commit) = split(action);
            let version = step.version.clone();
            pins.insert(repository, Pin { commit, version, from_model: true });
        }
    }
    pins
}

/// Every step of a model.
fn steps(model: &Model) -> impl Iterator<Item = &Step> {
    let build = [&model.build.setup, &model.build.compile, &model.build.package];
    let extra =
        [&model.extra_steps.context, &model.extra_steps.assemble, &model.extra_steps.verify];
    build.into_iter().chain(extra).chain([&model.lockstep.setup]).flatten()
}

/// The repository and the commit of a pinned action.
#[must_use]
pub fn split(action: &PinnedAction) -> (Repository, CommitSha) {
    let (path, commit) = split_text(action);
    let repository = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
    #[expect(clippy::expect_used, reason = "a pinned action's grammar is made of the two")]
    (
        repository.parse().expect("a pinned action begins with its repository"),
        commit.parse().expect("a pinned action ends with its commit"),
    )
}

/// The path of a pinned action, without its commit.
#[must_use]
pub fn path(action: &PinnedAction) -> ActionPath {
    #[expect(clippy::expect_used, reason = "a pinned action's grammar is made of the two")]
    split_text(action).0.parse().expect("a pinned action begins with its path")
}

fn split_text(action: &PinnedAction) -> (&str, &str) {
    action.as_str().split_once('@').unwrap_or((action.as_str(), ""))
}
