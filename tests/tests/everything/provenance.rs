//! Attestations that others made, as the packages of the crates that verify them carry them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lockstep_provenance::{Attestation, Expected, Roots, prove_by_any};
use lockstep_schemas::strings::{CommitSha, Repository, Sha256, WorkflowFile};
use lockstep_tests::authority::{Authority, Claims};
use lockstep_tests::commands::Script;

/// The platform of this machine.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc says its host").to_owned()
}

/// A file of a package that this one depends on.
fn file_of(package: &str, file: &str) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        // Of what other platforms alone need, nothing is on this machine.
        .args(["--filter-platform", &host()])
        .current_dir(lockstep_tests::root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|found| found["name"] == package).unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    fs::read_to_string(manifest.with_file_name("").join(file)).unwrap()
}

/// The provenance of a file that `actions/attest` signed for a public repository.
fn public() -> String {
    file_of("sigstore-bundle", "tests/fixtures/happy-path.json")
}

struct Build {
    server: &'static str,
    repository: Repository,
    workflow: WorkflowFile,
    git_ref: &'static str,
    commit: CommitSha,
    run: Option<u64>,
    digest: Sha256,
}

/// What is true of it.
fn build() -> Build {
    Build {
        server: "https://github.com",
        repository: "sigstore-conformance/extremely-dangerous-public-oidc-beacon".parse().unwrap(),
        workflow: "extremely-dangerous-oidc-beacon.yml".parse().unwrap(),
        git_ref: "refs/heads/main",
        commit: "82a3bfe6dd50fe9c71d6315eae66da15307856cf".parse().unwrap(),
        run: Some(12_359_147_651),
        digest: "a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf".parse().unwrap(),
    }
}

fn prove(text: &str, roots: &Roots, build: &Build) -> Result<String, String> {
    let Build { server, repository, workflow, git_ref, commit, run, digest } = build;
    let commit = Some(commit);
    let expected = Expected { server, repository, workflow, git_ref, commit, run: *run };
    let attestation = Attestation::read(text).map_err(|refused| refused.to_string())?;
    attestation.prove(digest, roots, &expected).map_err(|refused| refused.to_string())
}

fn built_in() -> Roots {
    Roots::built_in().unwrap()
}

#[test]
fn what_is_true_is_proven() {
    let run = prove(&public(), &built_in(), &build()).unwrap();
    assert!(run.ends_with("/actions/runs/12359147651/attempts/1"), "{run}");
    let any_run = Build { run: None, ..build() };
    assert_eq!(prove(&public(), &built_in(), &any_run), Ok(run.clone()));
    let file = file_of("sigstore-trust-root", "src/trusted_root.json");
    let given = Roots::from_text(&file).unwrap();
    assert_eq!(prove(&public(), &given, &build()), Ok(run));
}

/// The statement of this very attestation says that `loosebazooka/aa-test` made the file: anybody can sign that.
#[test]
fn what_a_statement_says_of_itself_is_not_believed() {
    let claimed = Build { repository: "loosebazooka/aa-test".parse().unwrap(), ..build() };
    let why = prove(&public(), &built_in(), &claimed).unwrap_err();
    assert!(why.starts_with("the repository is https://github.com/sigstore-conformance/"), "{why}");
}

#[test]
fn each_claim_alone_is_asked_for() {
    let another = "0123456789abcdef0123456789abcdef01234567".parse().unwrap();
    let cases = [
        (Build { server: "https://github.example", ..build() }, "the repository is"),
        (Build { workflow: "another.yml".parse().unwrap(), ..build() }, "the workflow is"),
        (Build { git_ref: "refs/tags/main", ..build() }, "the ref is"),
        (Build { git_ref: "refs/heads/main2", ..build() }, "the ref is"),
        (Build { commit: another, ..build() }, "the commit is"),
        (Build { run: Some(1_235_914_765), ..build() }, "the run is"),
    ];
    for (build, wanted) in cases {
        let why = prove(&public(), &built_in(), &build).unwrap_err();
        assert!(why.lines().any(|line| line.starts_with(wanted)), "{wanted}: {why}");
    }
}

#[test]
fn a_signature_holds_for_its_own_bytes_alone() {
    let wrong = Build { digest: "b".repeat(64).parse().unwrap(), ..build() };
    let why = prove(&public(), &built_in(), &wrong).unwrap_err();
    assert!(why.starts_with("the signature does not hold"), "{why}");
    let text = public();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let signed = [
        "/dsseEnvelope/payload",
        "/dsseEnvelope/signatures/0/sig",
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
    ];
    for pointer in signed {
        let part = json.pointer(pointer).unwrap().as_str().unwrap();
        let at = part.len() / 2;
        let other = if &part[at..=at] == "A" { "B" } else { "A" };
        let changed = format!("{}{other}{}", &part[..at], &part[at + 1..]);
        assert_ne!(part, changed);
        let why = prove(&text.replace(part, &changed), &built_in(), &build());
        assert!(why.is_err(), "{pointer}");
    }
}

/// A signature that no public log has is refused, whichever way its root came.
#[test]
fn the_log_is_asked_for() {
    let mut json: serde_json::Value = serde_json::from_str(&public()).unwrap();
    let entry = json.pointer_mut("/verificationMaterial/tlogEntries/0").unwrap();
    entry.as_object_mut().unwrap().remove("inclusionProof").expect("a proof");
    let file = file_of("sigstore-trust-root", "src/trusted_root.json");
    for roots in [built_in(), Roots::from_text(&file).unwrap()] {
        prove(&json.to_string(), &roots, &build()).unwrap_err();
    }
}

/// GitHub's own instance signs that a release is one, in the name of no workflow.
#[test]
fn another_kind_of_attestation_is_no_provenance() {
    let text =
        file_of("sigstore-verify", "test_data/bundles/github-private-attestation.sigstore.json");
    let why = prove(&text, &built_in(), &build()).unwrap_err();
    assert!(why.starts_with("the signature does not hold"), "{why}");
    // One by a workflow, of a package: what it attests is another thing.
    let text = file_of("sigstore-verify", "test_data/bundles/conda-attestation.sigstore.json");
    let digest =
        "54303491a8418fbed24344b513546182c29b43bf282ceb433af65e2299f9271f".parse().unwrap();
    let why = prove(&text, &built_in(), &Build { digest, ..build() }).unwrap_err();
    assert!(why.contains("conda"), "{why}");
}

/// What GitHub signs for a private repository, but for the authority, which is the test's own.
#[test]
fn each_claim_of_a_certificate_counts() {
    let (tag, commit) = ("v1.2.3", "0123456789abcdef0123456789abcdef01234567");
    let digest = "a".repeat(64);
    let build = || Build {
        server: "https://github.com",
        repository: "someone/tool".parse().unwrap(),
        workflow: "release.yml".parse().unwrap(),
        git_ref: "refs/tags/v1.2.3",
        commit: commit.parse().unwrap(),
        run: Some(17),
        digest: digest.parse().unwrap(),
    };
    let authority = Authority::new();
    let roots = Roots::from_text(&authority.root()).unwrap();
    let true_of = || Claims::of_run(tag, commit, 17);
    let attested = |claims: &Claims| authority.attest(&[("a", &digest)], claims).to_string();
    let good = attested(&true_of());
    let run = "https://github.com/someone/tool/actions/runs/17/attempts/1";
    assert_eq!(prove(&good, &roots, &build()), Ok(run.to_owned()));
    // Nobody else trusts that authority, and it trusts no other.
    let why = prove(&good, &built_in(), &build()).unwrap_err();
    assert!(why.starts_with("the signature does not hold"), "{why}");
    let other = Roots::from_text(&Authority::new().root()).unwrap();
    prove(&good, &other, &build()).unwrap_err();
    let source = "https://github.com/someone/tool";
    let changed = [
        (
            9,
            format!("{source}/.github/workflows/ci.yml@refs/tags/v1.2.3"),
            "the workflow that signed is",
        ),
        (10, "f".repeat(40), "the commit of the workflow that signed is"),
        (11, "self-hosted".to_owned(), "the runner is"),
        (12, "https://github.com/a-fork/tool".to_owned(), "the repository is"),
        (13, "f".repeat(40), "the commit is"),
        (14, "refs/heads/v1.2.3".to_owned(), "the ref is"),
        (18, format!("{source}/.github/workflows/release.yml@refs/heads/main"), "the workflow is"),
        (19, "f".repeat(40), "the workflow's commit is"),
        (20, "pull_request".to_owned(), "it was started by pull_request"),
        (21, format!("{source}/actions/runs/18/attempts/1"), "the run is"),
    ];
    for (claim, text, wanted) in changed {
        let why = prove(&attested(&true_of().but(claim, &text)), &roots, &build()).unwrap_err();
        let lines: Vec<&str> = why.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with(wanted), "{claim}: {why}");
    }
    let by = |issuer: &str, server| {
        let source = format!("{server}/someone/tool");
        let file = format!("{source}/.github/workflows/release.yml@refs/tags/v1.2.3");
        let run = format!("{source}/actions/runs/17/attempts/1");
        let claims = [(8, issuer), (9, &file), (12, &source), (18, &file), (21, &run)];
        let claims = claims.iter().fold(true_of(), |all, (claim, text)| all.but(*claim, text));
        prove(&attested(&claims), &roots, &Build { server, ..build() })
    };
    let (own, ours) = ("https://token.actions.githubusercontent.com", "https://github.com");
    by(&format!("{own}/an-enterprise"), ours).unwrap();
    by("https://token.actions.octo.ghe.com", "https://octo.ghe.com").unwrap();
    for (issuer, server) in [
        ("https://gitlab.example", ours),
        (own, "https://octo.ghe.com"),
        (&format!("{own}.eu"), ours),
    ] {
        let why = by(issuer, server).unwrap_err();
        assert!(why.starts_with("the issuer is"), "{issuer}: {why}");
    }
    // GitHub tells no case in the names of repositories, and in files and refs it does.
    let spelt = |text: &str| text.replace("someone/tool", "Someone/Tool");
    let file = format!("{source}/.github/workflows/release.yml@refs/tags/v1.2.3");
    let cased = true_of().but(9, &spelt(&file)).but(12, &spelt(source)).but(18, &spelt(&file));
    prove(&attested(&cased.but(21, &spelt(run))), &roots, &build()).unwrap();
    let other = true_of().but(9, &file.replace("release.yml", "Release.yml"));
    prove(&attested(&other), &roots, &build()).unwrap_err();
}

/// Of several roots in one file, and of several attestations of one file, the right one is found.
#[test]
fn among_several_the_right_one_is_found() {
    let (ours, others) = (Authority::new(), Authority::new());
    let roots = format!("{}\n\n{}\n", others.root(), ours.root());
    let roots = Roots::from_text(&roots).unwrap();
    let digest: Sha256 = "a".repeat(64).parse().unwrap();
    let (build, commit) = (build(), "0123456789abcdef0123456789abcdef01234567");
    let attest =
        |run| ours.attest(&[("a", digest.as_str())], &Claims::of_run("v1.2.3", commit, run));
    let text = format!("{}\n{}\n", attest(16), attest(17));
    let attestations = Attestation::read_all(&text).unwrap();
    let (repository, workflow) = ("someone/tool".parse().unwrap(), "release.yml".parse().unwrap());
    let commit = commit.parse().unwrap();
    let expected = |run| Expected {
        server: build.server,
        repository: &repository,
        workflow: &workflow,
        git_ref: "refs/tags/v1.2.3",
        commit: Some(&commit),
        run: Some(run),
    };
    let by_any = |run, digest| prove_by_any(&attestations, digest, &roots, &expected(run));
    assert!(by_any(17, &digest).unwrap().ends_with("/17/attempts/1"));
    let why = by_any(18, &digest).unwrap_err();
    assert!(matches!(why.0.as_slice(), [one] if one.starts_with("the run is")), "{why}");
    let why = by_any(17, &"b".repeat(64).parse().unwrap()).unwrap_err();
    assert!(why.0[0].starts_with("the signature does not hold"), "{why}");
    assert_eq!(prove_by_any(&[], &digest, &roots, &expected(17)).unwrap_err().0.len(), 1);
}

#[test]
fn whatever_is_read_nothing_panics() {
    let text = public();
    for end in (0..text.len()).step_by(97) {
        assert!(Attestation::read(&text[..end]).is_err(), "{end}");
    }
    for text in ["", "null", "{}", "[]", "\"a\"", "{\"mediaType\": 1}"] {
        assert!(Attestation::read(text).is_err(), "{text}");
        assert!(Roots::from_text(text).is_err(), "{text}");
    }
}

/// The program that a user runs, with a file and its attestation.
#[test]
fn a_user_proves_where_a_file_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("tool.tar.gz"), "a tool").unwrap();
    fs::write(at("other.tar.gz"), "another").unwrap();
    let digest = lockstep_bundle::Digest::of_file(&at("tool.tar.gz")).unwrap().sha256;
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let authority = Authority::new();
    let claims = Claims::of_run("v1.2.3", commit, 17);
    let attestation = authority.attest(&[("tool.tar.gz", digest.as_str())], &claims).to_string();
    fs::write(at("attestation.jsonl"), attestation + "\n").unwrap();
    fs::write(at("roots.jsonl"), authority.root() + "\n").unwrap();
    let prove = |arguments: &str| {
        let line = format!(
            "verify-provenance --repository someone/tool --attestation attestation.jsonl {arguments}"
        );
        Script::default().sh(folder.path(), &line)
    };
    let good = "--tag v1.2.3 --trusted-root roots.jsonl --files tool.tar.gz";
    let outcome = prove(good);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    assert!(
        outcome.stdout.contains("/someone/tool/actions/runs/17/attempts/1"),
        "{}",
        outcome.text()
    );
    assert_eq!(prove(&format!("{good} --commit {commit}")).status, 0);
    let cases = [
        ("--tag v1.2.3 --files tool.tar.gz", "the signature does not hold"),
        (
            "--tag v1.2.4 --trusted-root roots.jsonl --files tool.tar.gz",
            "the ref is refs/tags/v1.2.3",
        ),
        (
            "--tag v1.2.3 --trusted-root roots.jsonl --files '*.gz'",
            "nothing proves where other.tar.gz comes from",
        ),
        ("--tag v1.2.3 --trusted-root roots.jsonl --files none", "no file is there"),
        (&format!("{good} --workflow ci.yml"), "the workflow is"),
        (&format!("{good} --server https://github.example"), "the repository is"),
        (&format!("{good} --commit {}", "f".repeat(40)), "the commit is"),
    ];
    for (arguments, wanted) in cases {
        let outcome = prove(arguments);
        assert_eq!(outcome.status, 1, "{arguments}: {}", outcome.text());
        assert!(outcome.stderr.contains(wanted), "{arguments}: {}", outcome.text());
    }
    let outcome = prove("--tag v1.2.3 --trusted-root tool.tar.gz --files tool.tar.gz");
    assert_eq!(outcome.status, 2, "{}", outcome.text());
}
