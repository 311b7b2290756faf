//! Programs that touch what is released are offline: nothing that they are built from can speak to a
//! network, or runs an event loop.

use std::process::Command;

use lockstep_tests::root;

/// Crates that speak HTTP or TLS, resolve names, or run asynchronous code.
const NETWORK: [&str; 22] = [
    "async-std",
    "attohttpc",
    "curl",
    "futures-core",
    "futures-util",
    "h2",
    "hickory-resolver",
    "http",
    "hyper",
    "isahc",
    "minreq",
    "mio",
    "native-tls",
    "octocrab",
    "openssl",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "tower",
    "ureq",
];

fn dependencies(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package", package])
        .args(["--edges", "normal", "--target", "all", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<String> =
        text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn offline_programs_have_no_network_in_their_dependencies() {
    for package in [
        "lockstep-generator",
        "lockstep-align-versions",
        "lockstep-hash-artifacts",
        "lockstep-pack-artifacts",
        "lockstep-smoke-test",
        "lockstep-verify-manifest",
        "lockstep-verify-provenance",
    ] {
        let names = dependencies(package);
        assert!(names.iter().any(|name| name == "lockstep-files"), "{package}: {names:?}");
        let online: Vec<&String> =
            names.iter().filter(|name| NETWORK.contains(&name.as_str())).collect();
        assert!(online.is_empty(), "{package} depends on {online:?}");
    }
}
