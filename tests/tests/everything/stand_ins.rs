//! The stand-ins of third-party actions are as strict as the real ones, and know every input that a
//! rendered workflow gives.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use github_actions_models::action::Action;
use github_actions_models::common::Uses;
use github_actions_models::common::expr::LoE;
use github_actions_models::workflow::Job;
use github_actions_models::workflow::job::Step;
use lockstep_tests::root;
use lockstep_tests::runs::for_act;
use lockstep_tests::sets::{SETS, all, workflows};
use tempfile::TempDir;

fn stand_in(action: &str) -> PathBuf {
    root().join("tests/stand-ins/actions/actions").join(action)
}

/// A runner's workspace, and where workflow artifacts go.
struct Runner {
    folder: TempDir,
}

impl Runner {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("artifacts")).unwrap();
        Self { folder }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), path).unwrap();
    }

    fn run(&self, action: &str, script: &str, inputs: &[(&str, &str)]) -> Output {
        Command::new("sh")
            .arg(stand_in(action).join(script))
            .current_dir(self.folder.path())
            .env("STAND_IN_ARTIFACTS", self.at("artifacts"))
            .envs(inputs.iter().copied())
            .output()
            .unwrap()
    }

    fn upload(&self, name: &str, folder: &str, overwrite: &str) -> Output {
        let inputs =
            [("NAME", name), ("WHERE", folder), ("IF_NONE", "error"), ("OVERWRITE", overwrite)];
        self.run("upload-artifact", "upload.sh", &inputs)
    }

    fn download(&self, name: &str, pattern: &str, to: &str) -> Output {
        let inputs = [
            ("NAME", name),
            ("PATTERN", pattern),
            ("WHERE", to),
            ("MERGE", "false"),
            ("OTHER_RUN", ""),
        ];
        self.run("download-artifact", "download.sh", &inputs)
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let output =
            Command::new("find").args([".", "-type", "f"]).current_dir(self.at(folder)).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        let mut files: Vec<String> = text.lines().map(|line| line[2..].to_owned()).collect();
        files.sort();
        files
    }
}

fn assert_refused(output: &Output, says: &str) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains(says), "{said}");
}

fn assert_good(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn an_upload_loses_modes_hidden_files_and_empty_folders() {
    let runner = Runner::new();
    for file in ["out/tool", "out/.hidden", "out/.folder/file", "out/below/data"] {
        runner.write(file);
    }
    fs::create_dir(runner.at("out/empty")).unwrap();
    fs::set_permissions(runner.at("out/tool"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_good(&runner.upload("target-x", "out", "false"));
    assert_good(&runner.download("target-x", "", "in"));
    assert_eq!(runner.files("in"), ["below/data", "tool"]);
    assert!(!runner.at("in/empty").exists());
    let mode = fs::metadata(runner.at("in/tool")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn a_name_is_taken_once() {
    let runner = Runner::new();
    runner.write("out/first");
    assert_good(&runner.upload("bundle", "out", "false"));
    assert_refused(&runner.upload("bundle", "out", "false"), "409");
    runner.write("again/second");
    assert_good(&runner.upload("bundle", "again", "true"));
    assert_good(&runner.download("bundle", "", "in"));
    assert_eq!(runner.files("in"), ["second"], "replaced, not added to");
}

#[test]
fn names_and_paths_are_checked() {
    let runner = Runner::new();
    runner.write("out/file");
    for name in ["", "a/b", "a\\b", "a:b", "a*b", "a?b", "a<b", "a>b", "a|b", "a\"b", "a\nb"] {
        assert_refused(&runner.upload(name, "out", "false"), "not valid");
    }
    assert_refused(&runner.upload("x", "nothing", "false"), "No files were found");
    fs::create_dir(runner.at("hidden")).unwrap();
    runner.write("hidden/.only");
    assert_refused(&runner.upload("x", "hidden", "false"), "No files were found");
    assert_refused(&runner.upload("x", "out/*", "false"), "one folder");
    assert_eq!(fs::read_dir(runner.at("artifacts")).unwrap().count(), 0, "and nothing is left");
}

#[test]
fn a_download_by_name_must_find_it_and_by_pattern_need_not() {
    let runner = Runner::new();
    for target in ["a", "b"] {
        runner.write(&format!("{target}/file-{target}"));
        assert_good(&runner.upload(&format!("target-{target}"), target, "false"));
    }
    runner.write("c/other");
    assert_good(&runner.upload("bundle", "c", "false"));
    assert_refused(&runner.download("target-c", "", "in"), "not found");
    assert_good(&runner.download("", "target-*", "in"));
    assert_eq!(runner.files("in"), ["target-a/file-a", "target-b/file-b"]);
    assert_good(&runner.download("", "nothing-*", "none"));
    assert_eq!(runner.files("none"), [""; 0]);
}

#[test]
fn an_attestation_needs_digests() {
    let runner = Runner::new();
    let attest = |text: &str| {
        fs::write(runner.at("sums"), text).unwrap();
        runner.run("attest", "attest.sh", &[("CHECKSUMS", "sums")])
    };
    let line = format!("{}  file\n", "0".repeat(64));
    assert_good(&attest(&line));
    assert_good(&attest(&line.repeat(1024)));
    assert_refused(&attest(&line.repeat(1025)), "Too many");
    assert_refused(&attest(""), "no subjects");
    assert_refused(&attest(&format!("{line}file\n")), "not a digest");
    let none = runner.run("attest", "attest.sh", &[("CHECKSUMS", "nothing")]);
    assert_refused(&none, "not a digest");
    assert_good(&runner.run("attest", "attest.sh", &[("CHECKSUMS", &line)]));
    assert_refused(&runner.run("attest", "attest.sh", &[("CHECKSUMS", "")]), "must be provided");
}

/// A real action warns of an input that it does not know; a stand-in that knew fewer would hide one.
#[test]
fn stand_ins_know_every_input_that_is_given() {
    let mut seen = BTreeSet::new();
    for file in SETS.iter().flat_map(|set| workflows(set)) {
        for job in file.workflow.jobs.values() {
            let Job::NormalJob(job) = job else { continue };
            for step in &job.steps {
                let Step::Uses(step) = step else { continue };
                let Uses::Repository(uses) = &step.uses else { continue };
                let folder = root().join("tests/stand-ins/actions").join(uses.slug());
                if !folder.is_dir() {
                    continue;
                }
                let text = fs::read_to_string(folder.join("action.yml")).unwrap();
                let action: Action = serde_yaml::from_str(&text).unwrap();
                let LoE::Literal(with) = &step.with else { panic!("inputs are spelt out") };
                for name in with.keys() {
                    assert!(action.inputs.contains_key(name), "{} has no {name}", uses.slug());
                }
                seen.insert(uses.slug().to_owned());
            }
        }
    }
    let owners = fs::read_dir(root().join("tests/stand-ins/actions")).unwrap();
    let there: usize =
        owners.map(|owner| fs::read_dir(owner.unwrap().path()).unwrap().count()).sum();
    assert_eq!(seen.len(), there, "each stand-in is one that a rendered workflow needs");
}

/// What act runs is what is rendered, but for `$/`, queues, and the containers of jobs.
#[test]
fn act_runs_what_is_rendered() {
    for file in all() {
        let replaced = for_act(&file.text);
        let mut replaced = replaced.lines();
        for line in file.text.lines() {
            if line.starts_with("    container: ") || line == "  queue: max" {
                continue;
            }
            let now = replaced.next().expect("as many lines");
            if line != now {
                // An action of Lockstep's own is named, so that a job without a checkout has it.
                let own = lockstep_generator::plan::own_repository();
                let (before, action) = line.split_once("uses: $/").unwrap();
                let is_named = now.starts_with(&format!("{before}uses: {own}/{action}@"));
                let is_beside = now == format!("{before}uses: ./{action}");
                assert!(is_named || is_beside, "{}: {now}", file.name);
            }
        }
        assert_eq!(replaced.next(), None);
        assert!(!for_act(&file.text).contains("$/."), "{}", file.name);
    }
}

#[test]
fn paths_of_a_checkout_stay_below_the_workspace() {
    let runner = Runner::new();
    for path in ["/etc", "..", "a/../../b"] {
        let inputs = [
            ("WHERE", path),
            ("REF", ""),
            ("REPOSITORY", "a/b"),
            ("RUN_REPOSITORY", "a/b"),
            ("RUN_SHA", ""),
            ("GITHUB_WORKSPACE", runner.folder.path().to_str().unwrap()),
            ("GITHUB_SERVER_URL", "file:///nowhere"),
        ];
        assert_refused(&runner.run("checkout", "checkout.sh", &inputs), "below the workspace");
    }
    assert!(Path::new("/etc").exists());
}
