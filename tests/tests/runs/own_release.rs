//! Lockstep's own release by its own workflows, under act: from the tag to every channel, and to a workflow of somebody else that uses what
//! was published.
//!
//! The programs are stand-ins with the headers of their platforms. Those for this machine start this build's programs; those for another
//! start nowhere here, so nothing of them is smoke-tested, and delivery of them says that it cannot be.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use lockstep_tests::assets::{Answer, Assets};
use lockstep_tests::authority::{Authority, Claims};
use lockstep_tests::bundle::Bundle;
use lockstep_tests::github_api::{GitHubApi, TOKEN, environment_with, run_with};
use lockstep_tests::registries::{Npm, Pypi};
use lockstep_tests::runs::{Event, GitHub, Outcome, Repository, Run, Settings};
use lockstep_tests::samples::{Sample, settings};
use lockstep_tests::{program, root, tools};
use serde_json::{Value, json};

use crate::publishing::attest;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REPOSITORY: &str = "lockstep-release/lockstep";
const CHANNELS: [&str; 4] = ["github-release", "npm", "pypi", "homebrew"];
/// The packages that are on npm before a trusted publisher can be set for them.
const PACKAGES: [&str; 6] = [
    "lockstep",
    "cli-linux-x64",
    "cli-linux-arm64",
    "cli-darwin-x64",
    "cli-darwin-arm64",
    "cli-win32-x64",
];

/// What stands in for cargo: it leaves what starts this build's programs, and for another platform what says what it stands in for.
const CARGO: &str = r#"#!/bin/sh
set -eu
triple= profile=
while [ $# -gt 0 ]; do
    case $1 in --target) triple=$2 ;; --profile) profile=$2 ;; esac
    shift
done
[ "$profile" = programs ] || { echo "cargo stands in for the build of programs alone" >&2; exit 1; }
for file in lockstep lockstep-online lockstep-build lockstep-publish; do
    if [ -z "$triple" ]; then
        mkdir -p target/programs
        printf '#!/bin/sh\nexec "%s" "$@"\n' "$STAND_IN_PROGRAMS/$file" > "target/programs/$file"
        chmod 755 "target/programs/$file"
        continue
    fi
    case $triple in
        x86_64-unknown-linux-musl) machine=x86_64-linux-musl exe= ;;
        aarch64-unknown-linux-musl) machine=aarch64-linux-musl exe= ;;
        x86_64-apple-darwin) machine=x86_64-macos.10.12 exe= ;;
        aarch64-apple-darwin) machine=aarch64-macos.11.0 exe= ;;
        x86_64-pc-windows-msvc) machine=x86_64-windows-gnu exe=.exe ;;
        aarch64-pc-windows-msvc) machine=aarch64-windows-gnu exe=.exe ;;
    esac
    out=target/$triple/programs/$file$exe
    mkdir -p "${out%/*}"
    case $machine in
        "$(uname -m)-linux-musl")
            printf '#include <unistd.h>\nint main(int count, char **words) { (void)count; execv("%s", words); return 127; }\n' \
                "$STAND_IN_PROGRAMS/$file" > "$out.c"
            ;;
        *) printf '#include <stdio.h>\nint main(void) { puts("a stand-in for %s of %s"); return 0; }\n' "$file" "$triple" > "$out.c" ;;
    esac
    python-zig cc -target "$machine" -Os -s -o "$out" "$out.c"
    rm "$out.c"
done
"#;

fn program_at(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Lockstep's model as it is, but for what differs here.
fn model(sample: &Sample, authority: &Authority) {
    let at = |file: &str| sample.path().join(file);
    let text = fs::read_to_string(at("lockstep.yaml")).unwrap();
    // What is of another platform starts nowhere here.
    let guarded = text
        .replace(", prints-version: true }", " }")
        .replace("run: ", "run: test \"$LOCKSTEP_TARGET\" != linux-x64 || ");
    let of = |line: &str| guarded.lines().nth(text.lines().position(|own| own == line).unwrap());
    let lines = text.lines().map(|line| {
        let line = if line.contains("smoke: { run: ") && !line.contains("'for") {
            of(line).unwrap()
        } else {
            line
        };
        line.replace(
            "smoke: { run: 'for",
            "smoke: { run: 'test \"$LOCKSTEP_TARGET\" != linux-x64 || for",
        )
        .replace("done', prints-version: true }", "done' }")
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    // uv takes an identity at the index of everybody alone.
    let (before, pypi) = text.split_once("  pypi:\n").unwrap();
    let pypi = pypi.replacen("auth: trusted-publishing", "auth: token\n    clients: [uv]", 1);
    let more = "  trusted-root: trusted-root.json\n  delivery-interval-seconds: 1\n";
    assert!(pypi.ends_with("  approval: approve"), "{pypi}");
    fs::write(at("lockstep.yaml"), format!("{before}  pypi:\n{pypi}\n{more}")).unwrap();
    fs::write(at("trusted-root.json"), authority.root()).unwrap();
    let manifest = format!("[package]\nname = \"lockstep\"\nversion = \"{VERSION}\"\n");
    fs::write(at("Cargo.toml"), manifest).unwrap();
    let changelog = format!("# Changelog\n\n## {VERSION} - 2026-11-29\n\n- The first.\n");
    fs::write(at("CHANGELOG.md"), changelog).unwrap();
    fs::write(at(".gitignore"), "/target\n/lockstep\n").unwrap();
}

struct World {
    npm: Npm,
    pypi: Pypi,
    api: GitHubApi,
    authority: Authority,
    /// Stand-ins for what a runner has.
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        program_at(&folder.path().join("bin/cargo"), CARGO);
        program_at(&folder.path().join("bin/sudo"), "#!/bin/sh\necho \"not here: $*\"\n");
        let world = Self {
            npm: Npm::new(),
            pypi: Pypi::new(),
            api: GitHubApi::new(),
            authority: Authority::new(),
            folder,
        };
        for name in PACKAGES {
            world.npm.begin(&format!("@{}/{name}", REPOSITORY.split('/').next().unwrap()));
        }
        fs::write(world.pypi.files.path().join("lockstep_release-0.0.0.tar.gz"), "").unwrap();
        world
    }

    fn settings(&self) -> Settings {
        let mut settings = settings();
        let env = self.npm.trusts().into_iter().chain(self.pypi.env());
        settings.env.extend(env.map(|(name, value)| (name, value.into())));
        settings.env.push(("GITHUB_API_URL", self.api.address().into()));
        let programs = program::path("lockstep").parent().unwrap().to_owned();
        settings.env.push(("STAND_IN_PROGRAMS", programs.into()));
        // As its own workflows have it: those that its first job built.
        settings.env.push(("LOCKSTEP_PROGRAMS", "target/programs".into()));
        let cache = tools::folder().join("cache/zig");
        settings.env.push(("ZIG_GLOBAL_CACHE_DIR", cache.clone().into()));
        settings.env.push(("ZIG_LOCAL_CACHE_DIR", cache.into()));
        settings.path.splice(0..0, Npm::folders());
        settings.path.insert(0, self.folder.path().join("bin"));
        for (name, token) in [
            ("GITHUB_TOKEN", TOKEN),
            ("PYPI_API_TOKEN", "pypi-aToken"),
            ("HOMEBREW_TAP_TOKEN", "ghp_aToken"),
        ] {
            settings.secrets.insert(name, token.to_owned());
        }
        settings
    }

    /// Builds the tag, and attests what came of it.
    fn builds(&self, repository: &Repository<'_>, tag: &str, settings: &mut Settings) -> Run {
        let commit = repository.commit(tag);
        self.api.with(|state| {
            state.full_name = Some(REPOSITORY.to_owned());
            state.repository = Some(repository.bare().to_owned());
            state.runs = vec![run_with(json!({}), &commit)];
            state.environments =
                CHANNELS.map(|name| environment_with(name, false, false, false)).into();
            state.environments.push(environment_with("approve", false, false, true));
        });
        let built = repository.run("release.yml", &Event::tag(tag), settings);
        let bundle = Bundle::of(&built);
        bundle.assert_sums();
        self.api.know(&built, settings.run_id, &commit, &json!({ "head_branch": tag }));
        let claims = Claims::of_run(tag, &commit, settings.run_id).of(REPOSITORY);
        attest(&self.authority, &self.api, &bundle.folder, &claims);
        settings.earlier.insert(settings.run_id, built.uploads());
        built
    }
}

/// The list that the launcher reads, from the release's manifest, and a server that has the release's files.
fn published(bundle: &Bundle, tag: &str) -> (String, Assets) {
    let list = Command::new("jq")
        .args(["--raw-output", "--from-file"])
        .arg(root().join("actions/programs/list.jq"))
        .arg(bundle.folder.join("manifest.json"))
        .output()
        .unwrap();
    let assets = bundle.names().into_iter().map(|name| {
        let bytes = fs::read(bundle.folder.join(&name)).unwrap();
        (format!("/{REPOSITORY}/releases/download/{tag}/{name}"), vec![Answer::Bytes(bytes)])
    });
    (String::from_utf8(list.stdout).unwrap(), Assets::serve(assets))
}

/// In a repository of somebody else the root action checks a pull request, by the program that the launcher downloads of this release.
fn used_by_others(hub: &GitHub, bundle: &Bundle, tag: &str) {
    let (list, assets) = published(bundle, tag);
    let sample = Sample::tool();
    sample.render();
    let workflow = "on: pull_request\npermissions: {}\njobs:\n  lockstep:\n    runs-on: ubuntu-24.04\n    permissions: { contents: read }\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n        with: { persist-credentials: false }\n      - uses: lockstep-release/lockstep@5c1a9de0b7f3426e8d41c6a2f90b7e35d8a4c216\n";
    fs::write(sample.path().join(".github/workflows/lockstep.yml"), workflow).unwrap();
    let repository = sample.commit(hub);
    repository.pull_request(7, |set| fs::write(set.join("CHANGED.md"), "changed\n").unwrap());
    let cache = tempfile::tempdir().unwrap();
    let mut settings = settings();
    settings.list = Some(list);
    settings.env.push(("STAND_IN_DOWNLOADS", assets.address().into()));
    settings.env.push(("RUNNER_TOOL_CACHE", cache.path().into()));
    let run = repository.run("lockstep.yml", &Event::PullRequest { number: 7 }, &settings);
    assert!(run.succeeded(), "{}", run.overview());
    let asked = assets.asked();
    let wanted =
        format!("lockstep-check-{VERSION}-{}-unknown-linux-musl.tar.gz", std::env::consts::ARCH);
    assert!(asked.len() == 1 && asked[0].ends_with(&wanted), "{asked:?}");
}

#[test]
fn from_tag_to_somebody_elses_workflow() {
    let (hub, world, sample) = (GitHub::new(), World::new(), Sample::lockstep());
    model(&sample, &world.authority);
    let repository = sample.publish(&hub);
    let tag = format!("programs-v{VERSION}");
    repository.tag(&tag);
    let taps = tempfile::tempdir().unwrap();
    fs::write(taps.path().join("README.md"), "# A tap\n").unwrap();
    let tap = hub.create("lockstep-release/homebrew-tap", taps.path());
    let mut settings = Settings { run_id: 17, ..world.settings() };
    let built = world.builds(&repository, &tag, &mut settings);
    settings.run_id = 50;

    let inputs = [("release_tag", tag.clone()), ("rehearsal", "false".to_owned())];
    let inputs = inputs.map(|(name, value)| (name.to_owned(), value)).into();
    let event = Event::Dispatch { git_ref: format!("refs/tags/{tag}"), inputs };
    let run = repository.run("release-publish.yml", &event, &settings);
    for job in
        ["Publish to npm", "Publish to PyPI", "Publish the GitHub release", "Publish the formula"]
    {
        assert_eq!(run.job(job).outcome, Some(Outcome::Success), "{job}: {}", run.overview());
    }
    for channel in ["github-release", "npm", "pypi"] {
        let file = run.artifact(&format!("receipt-deliver-{channel}-linux-x64-1")).unwrap();
        let receipt = fs::read(file.join("receipt.json")).unwrap();
        let receipt: Value = serde_json::from_slice(&receipt).unwrap();
        assert_eq!(receipt["deliveries"][0]["result"], "passed", "{channel}: {}", run.overview());
    }
    let mut public = Vec::new();
    world.api.with(|state| {
        assert_eq!(state.releases.len(), 1);
        assert_eq!(state.releases[0]["draft"], false);
        public = state.assets.iter().map(|(_, asset)| asset["name"].to_string()).collect();
    });
    assert!(public.contains(&format!("\"lockstep-{VERSION}.attestation.jsonl\"")), "{public:?}");
    let formula = hub.git(&["show", "main:Formula/lockstep.rb"], tap.bare());
    assert_eq!(formula.matches("sha256").count(), 4, "{formula}");
    used_by_others(&hub, &Bundle::of(&built), &tag);
}
