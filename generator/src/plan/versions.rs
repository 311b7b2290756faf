//! The files that carry a version, each with where it stands.

use lockstep_schemas::model::{DescribedFile, Model, VersionFile};
use lockstep_schemas::plan::{Locator, TrainPlan, VersionFilePlan, VersionPlan};
use lockstep_schemas::strings::{GlobPattern, Id, TagPattern};
use lockstep_versions::formats::by_name;

/// The trains of a model.
pub fn resolve(model: &Model) -> VersionPlan {
    let versions = &model.versions;
    let files = |files: &[VersionFile]| files.iter().filter_map(file).collect();
    let excluded = |files: &[VersionFile]| files.iter().filter_map(excluded).collect();
    let others = versions.trains.iter().filter_map(|(id, train)| {
        Some(TrainPlan {
            id: Some(id.clone()),
            tag: train_tag(id, train.tag.as_ref())?,
            stamped: train.stamped,
            changelog: train.changelog.clone(),
            changelog_dated: train.changelog_dated,
            changelog_unreleased: train.changelog_unreleased,
            files: files(&train.files),
            excluded: excluded(&train.files),
        })
    });
    VersionPlan {
        released: TrainPlan {
            id: None,
            tag: model.tag.clone(),
            stamped: versions.stamped,
            changelog: versions.changelog.clone(),
            changelog_dated: versions.changelog_dated,
            changelog_unreleased: versions.changelog_unreleased,
            files: files(&versions.files),
            excluded: excluded(&versions.files),
        },
        others: others.collect(),
        document: versions.document.clone(),
    }
}

/// How a train's releases are tagged.
#[must_use]
pub fn train_tag(id: &Id, tag: Option<&TagPattern>) -> Option<TagPattern> {
    // An id is the beginning of a tag too.
    tag.cloned().or_else(|| format!("{id}-v{{version}}").parse().ok())
}

/// A file of the model with where its version stands; `None` where the model says that not once.
#[must_use]
pub fn file(file: &VersionFile) -> Option<VersionFilePlan> {
    let (source, path, locator, part) = match file {
        VersionFile::Excluded(_) => return None,
        VersionFile::Named(path) => {
            (None, path, Locator::Format { format: by_name(path.as_str())? }, None)
        }
        VersionFile::Described(described) => {
            let mut locators = locators(described);
            let by_name = || Some(Locator::Format { format: by_name(described.path.as_str())? });
            let locator =
                locators.pop().or_else(|| by_name().filter(|_| described.source.is_some()))?;
            let locator = locators.is_empty().then_some(locator)?;
            (described.source.clone(), &described.path, locator, described.part)
        }
    };
    Some(VersionFilePlan { source, path: path.clone(), locator, part })
}

/// The pattern of files that a line leaves out.
fn excluded(file: &VersionFile) -> Option<GlobPattern> {
    match file {
        VersionFile::Excluded(exclusion) => exclusion.as_str().strip_prefix('!')?.parse().ok(),
        VersionFile::Named(_) | VersionFile::Described(_) => None,
    }
}

/// Every way in which a file says where its version stands.
#[must_use]
pub fn locators(file: &DescribedFile) -> Vec<Locator> {
    let scheme = file.scheme.unwrap_or_default();
    let mut locators = Vec::new();
    locators.extend(file.format.map(|format| Locator::Format { format }));
    locators.extend(file.json.clone().map(|pointer| Locator::Json { pointer, scheme }));
    locators.extend(file.toml.clone().map(|pointer| Locator::Toml { pointer, scheme }));
    locators.extend(file.yaml.clone().map(|pointer| Locator::Yaml { pointer, scheme }));
    locators.extend(file.regex.clone().map(|pattern| Locator::Regex {
        pattern,
        scheme,
        all: file.all,
    }));
    locators
}
