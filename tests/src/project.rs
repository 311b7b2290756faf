//! Projects in temporary folders.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::samples;

/// A project that ends with the test.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A project with a model.
    pub fn new(model: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lockstep.yaml"), model).unwrap();
        Self { folder }
    }

    /// A copy of a reference project, without what it renders as workflows.
    pub fn reference(name: &str) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        samples::reference(&crate::root().join("workflows").join(name), project.path());
        project
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of one of its files.
    #[must_use]
    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The text of one of its files.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.file(path)).unwrap()
    }

    /// Writes one of its files.
    pub fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.file(path).parent().unwrap()).unwrap();
        fs::write(self.file(path), text).unwrap();
    }

    /// Changes one of its files.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, &text.replace(from, to));
    }

    /// Every file below `.github`, by path, with its text.
    #[must_use]
    pub fn rendered(&self) -> Vec<(String, String)> {
        let mut files = Vec::new();
        collect(&self.file(".github"), ".github", &mut files);
        files.sort();
        files
    }
}

fn collect(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{name}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &path, files);
        } else {
            files.push((path, fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

/// The smallest model, with some version files: a list, as YAML has it.
#[must_use]
pub fn model_with(version_files: &str) -> String {
    format!(
        r#"
schema: 1
project: {{ name: tool, repository: someone/tool, license: MIT }}
lockstep: {{ commit: "5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216", version: v0.1.0 }}
versions: {{ files: {version_files} }}
targets: {{ linux-x64: {{ runner: ubuntu-24.04 }} }}
build: {{ compile: [{{ name: Build, run: make }}] }}
artifacts:
  archive: {{ kind: archive, name: "tool-{{version}}-{{target}}", format: tar.gz, files: {{ "dist/{{target}}/tool": tool }} }}
channels:
  github-release: {{ artifacts: [archive], tiers: {{ default: preview }} }}
"#
    )
}

/// The model of a reference project.
pub fn reference_model(name: &str) -> String {
    let model = crate::root().join("workflows").join(name).join("lockstep.yaml");
    samples::released(&fs::read_to_string(model).unwrap())
}
