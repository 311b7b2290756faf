//! What other projects published, packed, hashed, merged and verified by a model of theirs: real wheels and packages are what ours must take.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use lockstep_tests::{program, tools};
use serde::Deserialize;
use serde_json::Value;

/// A project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    version: String,
    /// Its files. Wheels stand in `dist`, and each npm package in a folder of `packages` that has the file's name.
    files: Vec<String>,
    model: String,
}

impl Published {
    fn unpack(&self, folder: &Path) {
        let from = tools::folder().join("published");
        fs::create_dir_all(folder.join("dist")).unwrap();
        for file in &self.files {
            let Some(name) = file.strip_suffix(".tgz") else {
                fs::copy(from.join(file), folder.join("dist").join(file)).unwrap();
                continue;
            };
            let into = folder.join("packages").join(name);
            fs::create_dir_all(&into).unwrap();
            let archive = from.join(file).display().to_string();
            let into = into.display().to_string();
            let script = format!("tar -xzf '{archive}' -C '{into}' --strip-components=1");
            program::sh(folder, &program::folder(), &script);
        }
    }

    /// Of the platforms those that are tried here: no more is in this release.
    fn of_these_platforms(folder: &Path) {
        let packages = folder.join("packages");
        let manifests: Vec<_> = fs::read_dir(packages)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path().join("package.json"))
            .collect();
        let read =
            |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
        let names: HashSet<String> =
            manifests.iter().map(|path| read(path)["name"].as_str().unwrap().to_owned()).collect();
        for path in &manifests {
            let mut package = read(path);
            if let Some(listed) = package["optionalDependencies"].as_object_mut() {
                listed.retain(|name, _| names.contains(name));
                fs::write(path, package.to_string()).unwrap();
            }
        }
    }
}

#[test]
fn every_case() {
    insta::glob!("../../cases/published", "*.yaml", |case| {
        let text = fs::read_to_string(case).unwrap();
        let published: Published = serde_yaml::from_str(&text).unwrap();
        let project = tempfile::tempdir().unwrap();
        let folder = project.path();
        published.unpack(folder);
        Published::of_these_platforms(folder);
        let version = &published.version;
        let manifest = format!("[package]\nname = \"x\"\nversion = \"{version}\"\n");
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("lockstep.yaml"), &published.model).unwrap();
        fs::write(folder.join(".gitignore"), "dist\npackages\nlockstep\n").unwrap();
        let script = format!(
            "git init --quiet --initial-branch=main; lockstep generate > /dev/null; git add --all
             git commit --quiet --message=First
             commit=$(git rev-parse HEAD)
             release() {{
                 for target in $(jq --raw-output '.targets[].id' .github/lockstep.plan.json); do
                     pack-artifacts --target $target --version {version} &&
                     hash-artifacts --target $target --version {version} --commit $commit > /dev/null &&
                     mkdir -p lockstep/targets &&
                     mv lockstep/out lockstep/targets/target-$target || return
                 done
                 pack-artifacts --version {version} &&
                 hash-artifacts --merge --version {version} --commit $commit &&
                 hash-artifacts --sums --version {version} > /dev/null &&
                 verify-manifest --version {version} | grep 'artifacts,'
             }}
             release 2>&1 || true"
        );
        let said = program::sh(folder, &program::folder(), &script);
        // npm and the machine decide how many bytes it is.
        let said = said
            .split(' ')
            .map(|word| if word.parse::<u64>().is_ok_and(|n| n > 1000) { "[bytes]" } else { word });
        let said = said.collect::<Vec<_>>().join(" ");
        insta::assert_snapshot!(said);
    });
}
