//! A repository, as packages name it.

use serde_json::{Map, Value};

use super::Repository;

/// The ways in which a package can name a repository of GitHub's, but for the name itself
/// ([documentation](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#repository)).
const PREFIXES: [&str; 8] = [
    "git+https://github.com/",
    "https://github.com/",
    "git://github.com/",
    "git+ssh://git@github.com/",
    "ssh://git@github.com/",
    "git@github.com:",
    "http://github.com/",
    "github:",
];

impl Repository {
    /// The `repository` of a `package.json`.
    #[must_use]
    pub fn for_npm(&self) -> Value {
        serde_json::json!({ "type": "git", "url": format!("git+https://github.com/{self}.git") })
    }

    /// What is wrong with a `package.json` that names another repository, and the remedy.
    #[must_use]
    pub fn differs_from_npm(&self, package: &Map<String, Value>) -> Option<(String, &'static str)> {
        let named = package.get("repository").filter(|field| self.is_not_that_of_npm(field))?;
        let what = format!("is of the repository {named}, and the model says {self}");
        Some((
            what,
            "name the same repository in both, upper and lower case included, or leave it out of package.json: npm takes no provenance otherwise",
        ))
    }

    /// Whether the `repository` of a `package.json` names another. npm takes no provenance for a package that does, upper
    /// and lower case included ([documentation](https://docs.npmjs.com/trusted-publishers#troubleshooting)).
    #[must_use]
    pub fn is_not_that_of_npm(&self, field: &Value) -> bool {
        let text = field.get("url").unwrap_or(field).as_str().unwrap_or_default();
        let name = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
        let name = name.split('#').next().unwrap_or_default().trim_end_matches('/');
        name.strip_suffix(".git").unwrap_or(name) != self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_to_name_it() {
        let repository: Repository = "Some-One/tool".parse().unwrap();
        assert!(!repository.is_not_that_of_npm(&repository.for_npm()));
        for text in [
            "Some-One/tool",
            "github:Some-One/tool",
            "https://github.com/Some-One/tool",
            "https://github.com/Some-One/tool/",
            "https://github.com/Some-One/tool.git",
            "git+https://github.com/Some-One/tool.git#main",
            "git@github.com:Some-One/tool.git",
            "git+ssh://git@github.com/Some-One/tool.git",
        ] {
            assert!(!repository.is_not_that_of_npm(&json!(text)), "{text}");
            assert!(!repository.is_not_that_of_npm(&json!({ "url": text })), "{text}");
        }
        for field in [
            json!("some-one/tool"),
            json!("https://github.com/Some-One/tools"),
            json!("https://example.org/Some-One/tool"),
            json!("gitlab:Some-One/tool"),
            json!({ "type": "git" }),
            json!(null),
            json!(7),
        ] {
            assert!(repository.is_not_that_of_npm(&field), "{field}");
        }
    }
}
