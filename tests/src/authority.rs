//! A certificate authority of a test's own, which signs as GitHub's does for private repositories: a certificate with the
//! claims of a run, a signature of the statement, and a time by a server of its own. Whoever trusts its root believes what it
//! signs, as they would GitHub; nothing else is skipped.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The kinds of keys and certificates, as openssl reads them.
const CONFIG: &str = "\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[clock]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
[tsa]
default_tsa = here
[here]
serial = serial
default_policy = 1.2.3.4
digests = sha256, sha384
accuracy = secs:1
signer_digest = sha256
ess_cert_id_alg = sha256
ordering = no
tsa_name = no
ess_cert_id_chain = no
";

/// The claims of a run's certificate, by the last part of their
/// [names](https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md).
#[derive(Debug, Clone)]
pub struct Claims(Vec<(u32, String)>);

impl Claims {
    /// Those of a run of `release.yml` of `someone/tool`.
    #[must_use]
    pub fn of_run(tag: &str, commit: &str, run: u64) -> Self {
        let source = "https://github.com/someone/tool";
        let file = format!("{source}/.github/workflows/release.yml@refs/tags/{tag}");
        let claims = [
            (8, "https://token.actions.githubusercontent.com".to_owned()),
            (9, file.clone()),
            (10, commit.to_owned()),
            (11, "github-hosted".to_owned()),
            (12, source.to_owned()),
            (13, commit.to_owned()),
            (14, format!("refs/tags/{tag}")),
            (15, "1296269".to_owned()),
            (16, "https://github.com/someone".to_owned()),
            (17, "1".to_owned()),
            (18, file),
            (19, commit.to_owned()),
            (20, "push".to_owned()),
            (21, format!("{source}/actions/runs/{run}/attempts/1")),
            (22, "private".to_owned()),
        ];
        Self(claims.to_vec())
    }

    /// The same of another repository.
    #[must_use]
    pub fn of(mut self, repository: &str) -> Self {
        let owner = repository.split('/').next().unwrap_or_default();
        for (claim, text) in &mut self.0 {
            *text = match *claim {
                16 => format!("https://github.com/{owner}"),
                _ => text.replace("someone/tool", repository),
            };
        }
        self
    }

    /// The same but for one.
    #[must_use]
    pub fn but(mut self, claim: u32, text: &str) -> Self {
        let found = self.0.iter_mut().find(|(known, _)| *known == claim);
        text.clone_into(&mut found.expect("a claim that it has").1);
        self
    }
}

/// The authority. It ends with the test.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// A new one, which nobody knows yet.
    #[must_use]
    pub fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(authority.at("config"), CONFIG).unwrap();
        fs::write(authority.at("serial"), "01\n").unwrap();
        authority.certificate("root", "/O=test/CN=root", None, "authority", "config");
        authority.certificate("clock", "/O=test/CN=clock", Some("root"), "clock", "config");
        authority
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .output()
            .expect("openssl starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {said}");
    }

    /// Makes a key and a certificate of it.
    fn certificate(&self, name: &str, subject: &str, by: Option<&str>, kind: &str, config: &str) {
        let signer = by.map_or(String::new(), |by| format!("-CA {by}.pem -CAkey {by}.key"));
        self.openssl(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 30 \
             -subj {subject} -config {config} -extensions {kind} -keyout {name}.key -out {name}.pem {signer}"
        ));
        self.openssl(&format!("x509 -in {name}.pem -outform DER -out {name}.der"));
    }

    fn encoded(&self, name: &str) -> String {
        BASE64_STANDARD.encode(fs::read(self.at(name)).unwrap())
    }

    /// Its root, as the file that is given to whoever shall trust it.
    #[must_use]
    pub fn root(&self) -> String {
        let certificate = |name: &str| json!({ "rawBytes": self.encoded(name) });
        let chain = |names: &[&str]| {
            let certificates: Vec<Value> = names.iter().map(|name| certificate(name)).collect();
            json!({ "certificates": certificates })
        };
        let authority = |names: &[&str]| {
            json!({
                "subject": { "organization": "test", "commonName": "root" },
                "uri": "localhost",
                "certChain": chain(names),
                "validFor": { "start": "2020-01-01T00:00:00Z" },
            })
        };
        let root = json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [],
            "certificateAuthorities": [authority(&["root.der"])],
            "ctlogs": [],
            "timestampAuthorities": [authority(&["clock.der", "root.der"])],
        });
        root.to_string()
    }

    /// Attests files, of their names and digests, as built by the run with some claims.
    #[must_use]
    pub fn attest(&self, files: &[(&str, &str)], claims: &Claims) -> Value {
        let subjects = files.iter();
        let subjects =
            subjects.map(|(name, sha256)| json!({ "name": name, "digest": { "sha256": sha256 } }));
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subjects.collect::<Vec<_>>(),
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": {},
        });
        let payload = statement.to_string();
        let kind = "application/vnd.in-toto+json";
        // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
        let signed = format!("DSSEv1 {} {kind} {} {payload}", kind.len(), payload.len());
        fs::write(self.at("signed"), signed).unwrap();
        self.run_certificate(claims);
        self.openssl("dgst -sha256 -sign run.key -out signature signed");
        self.openssl("ts -query -data signature -sha256 -cert -out asked");
        self.openssl("ts -reply -config config -queryfile asked -signer clock.pem -inkey clock.key -out time");
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": { "rawBytes": self.encoded("run.der") },
                "timestampVerificationData": {
                    "rfc3161Timestamps": [{ "signedTimestamp": self.encoded("time") }],
                },
            },
            "dsseEnvelope": {
                "payload": BASE64_STANDARD.encode(payload),
                "payloadType": kind,
                "signatures": [{ "sig": self.encoded("signature") }],
            },
        })
    }

    /// The certificate of a run, good for as long as the test.
    fn run_certificate(&self, Claims(claims): &Claims) {
        let file = &claims.iter().find(|(claim, _)| *claim == 18).expect("a workflow").1;
        let claims = claims.iter().fold(String::new(), |all, (claim, text)| {
            format!("{all}1.3.6.1.4.1.57264.1.{claim} = ASN1:UTF8String:{text}\n")
        });
        let config = format!(
            "{CONFIG}[run]\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\n\
             extendedKeyUsage = codeSigning\nsubjectKeyIdentifier = hash\nsubjectAltName = critical, URI:{file}\n{claims}"
        );
        fs::write(self.at("run-config"), config).unwrap();
        self.certificate("run", "/O=test", Some("root"), "run", "run-config");
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
