//! The launcher: it runs what the list beside it has for this machine, byte for byte, and fails closed.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Output, Stdio};

use lockstep_tests::assets::{Answer, Assets};
use lockstep_tests::launcher::{Machine, SAID, Shell, TAG, packed, which};

#[track_caller]
fn assert_ran(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said, SAID, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(7), "the program's own status");
}

/// Nothing ran, and an annotation says why.
#[track_caller]
fn assert_closed(output: &Output, says: &str) {
    let said = String::from_utf8_lossy(&output.stdout);
    let problem = format!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{problem}");
    assert!(said.starts_with("::error title=Lockstep::"), "{problem}");
    assert!(said.contains(says), "{says}: {problem}");
    assert_eq!(said.lines().count(), 1, "{problem}");
}

#[test]
fn what_is_released_is_run_by_every_shell() {
    for shell in [Shell::Dash, Shell::Bash, Shell::Busybox] {
        let machine = Machine::new(shell);
        let server = machine.good();
        assert_ran(&machine.run(&server));
        assert!(machine.is_tidy());
        assert_ran(&machine.run(&server));
        assert_eq!(server.asked(), [machine.at()], "{shell:?}: it is downloaded once");
        let address = server.address().to_owned();
        drop(server);
        assert_ran(&machine.command(&address).output().unwrap());
    }
}

#[test]
fn what_is_not_the_release_is_not_run() {
    for shell in [Shell::Dash, Shell::Bash, Shell::Busybox] {
        let machine = Machine::new(shell);
        let good = machine.asset.clone();
        let mut other = good.clone();
        other[20] ^= 1;
        let elsewhere = || Answer::Elsewhere("/elsewhere".to_owned());
        for (answer, says) in [
            (Answer::Bytes(other), "and the list says"),
            (Answer::Bytes([good.as_slice(), b"more"].concat()), "it has more than the "),
            (Answer::Bytes(good[..good.len() - 1].to_vec()), "it ends after "),
            (Answer::Cut(good.clone(), 100), "cannot be downloaded: "),
            (Answer::Status(404), "cannot be downloaded: "),
            (elsewhere(), "404"),
        ] {
            let server = machine.serving(vec![answer.clone()]);
            assert_closed(&machine.run(&server), says);
            assert!(!machine.kept().exists() && machine.is_tidy(), "{shell:?}: {answer:?}");
        }
        let nobody = machine.command("http://127.0.0.1:9").output().unwrap();
        assert_closed(&nobody, "cannot be downloaded: ");
    }
}

#[test]
fn what_fails_once_is_tried_again() {
    for shell in [Shell::Dash, Shell::Busybox] {
        let machine = Machine::new(shell);
        let good = machine.asset.clone();
        let answers = [Answer::Status(503), Answer::Cut(good.clone(), 100), Answer::Bytes(good)];
        let server = machine.serving(answers.to_vec());
        assert_ran(&machine.run(&server));
        assert_eq!(server.asked().len(), 3);
    }
}

#[test]
fn a_redirection_is_followed() {
    let machine = Machine::new(Shell::Dash);
    let server = Assets::serve([
        (machine.at(), vec![Answer::Elsewhere("/elsewhere".to_owned())]),
        ("/elsewhere".to_owned(), vec![Answer::Bytes(machine.asset.clone())]),
    ]);
    assert_ran(&machine.run(&server));
}

#[test]
fn what_is_kept_is_compared_each_time() {
    let machine = Machine::new(Shell::Dash);
    let server = machine.good();
    assert_ran(&machine.run(&server));
    fs::write(machine.kept(), "#!/bin/sh\necho another\n").unwrap();
    assert_ran(&machine.run(&server));
    let evil = machine.path("work/evil");
    fs::write(&evil, "#!/bin/sh\necho another\n").unwrap();
    fs::remove_file(machine.kept()).unwrap();
    symlink(&evil, machine.kept()).unwrap();
    assert_ran(&machine.run(&server));
    // What a link leads to now is another's, whatever it says now.
    fs::rename(machine.kept(), &evil).unwrap();
    symlink(&evil, machine.kept()).unwrap();
    assert_ran(&machine.run(&server));
    assert_eq!(server.asked().len(), 4);
    // A folder in its place would take the file into itself.
    fs::remove_file(machine.kept()).unwrap();
    fs::create_dir(machine.kept()).unwrap();
    assert_ran(&machine.run(&server));
    assert_ran(&machine.run(&server));
    assert_eq!(server.asked().len(), 5);
}

/// By the environment: a proxy, and a server of one's own, where the action may be of that server or of github.com.
#[test]
fn the_way_is_the_networks_own() {
    let machine = Machine::new(Shell::Dash);
    let elsewhere = format!("http://localhost:9{}", machine.at());
    let proxy = Assets::serve([(elsewhere, vec![Answer::Bytes(machine.asset.clone())])]);
    let mut command = machine.command("http://localhost:9");
    assert_ran(&command.env("http_proxy", proxy.address()).output().unwrap());
    fs::remove_dir_all(machine.path("cache/lockstep")).unwrap();
    let asked = machine.path("work/asked");
    machine.tool(
        "curl",
        &format!("for last; do :; done; echo \"$last\" >> \"{}\"; exit 22", asked.display()),
    );
    assert_closed(
        &machine.command("https://github.example").output().unwrap(),
        "the server does not give it",
    );
    let asked = fs::read_to_string(asked).unwrap();
    let once = format!("https://github.example{0}\nhttps://github.com{0}\n", machine.at());
    assert_eq!(asked, once.repeat(3));
}

#[test]
fn jobs_of_one_machine_do_not_meet() {
    let machine = Machine::new(Shell::Dash);
    let server = machine.good();
    let running: Vec<_> = (0..8)
        .map(|_| machine.command(server.address()).stdout(Stdio::piped()).spawn().unwrap())
        .collect();
    for child in running {
        assert_ran(&child.wait_with_output().unwrap());
    }
    assert!(machine.is_tidy());
}

#[test]
fn a_cache_that_cannot_be_written_is_done_without() {
    let machine = Machine::new(Shell::Dash);
    let server = machine.good();
    // Nobody, not even root, makes a folder below a file.
    fs::write(machine.path("file"), "").unwrap();
    let mut command = machine.command(server.address());
    assert_ran(&command.env("RUNNER_TOOL_CACHE", machine.path("file/below")).output().unwrap());
    let mut command = machine.command(server.address());
    let command = command.env("RUNNER_TOOL_CACHE", machine.path("file/below"));
    assert_closed(
        &command.env("RUNNER_TEMP", machine.path("file/below")).output().unwrap(),
        "cannot be written to",
    );
}

#[test]
fn an_environment_of_others_changes_nothing() {
    for shell in [Shell::Dash, Shell::Bash, Shell::Busybox] {
        let machine = Machine::new(shell);
        let server = machine.good();
        let evil = machine.path("work/evil.sh");
        fs::write(&evil, "echo another; exit 0\n").unwrap();
        fs::write(machine.path("work/.curlrc"), "proxy = http://127.0.0.1:9\n").unwrap();
        let names = "cat cd chmod command curl env gh cygpath grep head mkdir mktemp mv openssl printf read rm sed sha256sum shasum sleep tar test timeout tr \
                     true uname wget wc [ exec set shift fail run sha256 download";
        for _ in 0..2 {
            let mut command = machine.command(server.address());
            for name in names.split_whitespace() {
                command.env(format!("BASH_FUNC_{name}%%"), "() { echo another; exit 0; }");
            }
            command.env("BASH_FUNC_apt-get%%", "() { echo another; }");
            command.env("__BASH_FUNC<apt>()", "() { echo another; }");
            // A text that only looks like one adds no word to the command line.
            command.env("TEXT", "a\nBASH_FUNC_x /bin/false %%=1");
            command.env("TAR_OPTIONS", "--strip-components=1").env("GZIP", "--no-such-flag");
            command.envs([("BASH_ENV", &evil), ("ENV", &evil)]);
            command.env("HOME", machine.path("work"));
            command.env("SHELLOPTS", "errexit").env("IFS", "/").env("CDPATH", "/");
            assert_ran(&command.output().unwrap());
        }
    }
}

#[test]
fn a_list_with_anything_else_is_refused() {
    let machine = Machine::new(Shell::Dash);
    let server = machine.good();
    let good = &machine.line;
    machine.list(&format!("{good}\r"));
    assert_ran(&machine.run(&server));
    let (short, other) = (good.replace(' ', "  "), good.replacen("lockstep-build", "other", 1));
    machine.list(&format!("{short}\n# more\n\n{other}"));
    assert_ran(&machine.run(&server));
    for (lines, says) in [
        (format!("{good}\n{good}"), "two lines for lockstep-build"),
        (format!("{good} more"), "a line that is not one of it"),
        (format!("{good}\nrelease someone/else v1"), "a line that is not one of it"),
        (format!("{good}\n$(id) a b 1 c d"), "a line that is not one of it"),
        (good.replace(".tar.gz", ".tar.gz/../x"), "a line that is not one of it"),
        (good[..good.len() - 1].to_owned(), "a line that is not one of it"),
        (other, "no released lockstep-build for "),
        (String::new(), "no released lockstep-build for "),
        (format!("{}{}", &good[..good.len() - 64], "0".repeat(64)), "lockstep-build of http://"),
    ] {
        machine.list(&lines);
        assert_closed(&machine.run(&server), says);
    }
    fs::write(machine.path("actions/programs.list"), good).unwrap();
    assert_closed(&machine.run(&server), "a line that is not one of it");
    fs::remove_file(machine.path("actions/programs.list")).unwrap();
    assert_closed(&machine.run(&server), "is not there");
}

/// By what `uname` says of each, and the tools that are there.
#[test]
fn every_machine_gets_its_own() {
    let machine = Machine::new(Shell::Bash);
    let mut lines = String::new();
    let mut answers = Vec::new();
    for (platform, file) in [
        ("x86_64-unknown-linux-musl", "lockstep-build"),
        ("aarch64-unknown-linux-musl", "lockstep-build"),
        ("x86_64-apple-darwin", "lockstep-build"),
        ("aarch64-apple-darwin", "lockstep-build"),
        ("x86_64-pc-windows-msvc", "lockstep-build.exe"),
    ] {
        let (asset, line) = packed(&machine.path("work"), platform, file);
        let name = line.split(' ').nth(2).unwrap().to_owned();
        answers.push((
            format!("/someone/lockstep/releases/download/{TAG}/{name}"),
            vec![Answer::Bytes(asset)],
        ));
        writeln!(lines, "{line}").unwrap();
    }
    machine.list(&lines);
    for (says, platform) in [
        ("Linux x86_64", "x86_64-unknown-linux-musl"),
        ("Linux aarch64", "aarch64-unknown-linux-musl"),
        ("Darwin x86_64", "x86_64-apple-darwin"),
        ("Darwin arm64", "aarch64-apple-darwin"),
        ("MINGW64_NT-10.0-26100 x86_64", "x86_64-pc-windows-msvc"),
        ("MINGW64_NT-10.0-26200 aarch64", "x86_64-pc-windows-msvc"),
    ] {
        machine.tool("uname", &format!("echo '{says}'"));
        let _ = fs::remove_dir_all(machine.path("cache/lockstep"));
        let server = Assets::serve(answers.clone());
        assert_ran(&machine.run(&server));
        assert!(server.asked()[0].contains(platform), "{says}: {:?}", server.asked());
    }
    machine.tool("uname", "echo 'FreeBSD riscv64'");
    let server = Assets::serve(answers);
    assert_closed(&machine.run(&server), "no programs for this machine, FreeBSD riscv64");
}

#[test]
fn what_is_missing_is_named() {
    let machine = Machine::new(Shell::Dash);
    let server = machine.good();
    fs::remove_file(machine.path("bin/sha256sum")).unwrap();
    assert_closed(&machine.run(&server), "no sha256sum, shasum or openssl");
    symlink(which("openssl"), machine.path("bin/openssl")).unwrap();
    assert_ran(&machine.run(&server));
    let machine = Machine::new(Shell::Dash);
    fs::remove_file(machine.path("bin/curl")).unwrap();
    assert_closed(&machine.run(&server), "no curl or wget");
    assert_closed(&machine.command("http://github.example").output().unwrap(), "without https");
}

#[test]
fn an_attestation_is_asked_for_once() {
    let machine = Machine::new(Shell::Dash);
    let server = machine.good();
    let proved = || {
        let mut command = machine.command(server.address());
        command.env("LOCKSTEP_ATTESTATION", "true").output().unwrap()
    };
    // What was downloaded without it is proved when somebody asks.
    assert_ran(&machine.run(&server));
    assert_closed(&proved(), "no gh is here");
    machine.tool("gh", "echo 'no attestation found' >&2; exit 1");
    assert_closed(&proved(), "has no attestation of someone/lockstep: no attestation found");
    let asked = machine.path("work/asked");
    machine.tool("gh", &format!("echo \"$@\" >> \"{}\"", asked.display()));
    assert_ran(&proved());
    assert_ran(&proved());
    let asked = fs::read_to_string(asked).unwrap();
    assert_eq!(asked.lines().count(), 1);
    assert!(asked.starts_with("attestation verify "), "{asked}");
    for claim in [
        "--repo someone/lockstep",
        "--signer-workflow someone/lockstep/.github/workflows/release.yml",
        "--source-ref refs/tags/programs-v1.0.0",
        "--deny-self-hosted-runners",
    ] {
        assert!(asked.contains(claim), "{claim}: {asked}");
    }
    // Only this job has proved it.
    fs::remove_dir_all(machine.path("temp")).unwrap();
    fs::create_dir(machine.path("temp")).unwrap();
    machine.tool("gh", "exit 1");
    assert_closed(&proved(), "has no attestation");
    for (name, value, says) in [
        ("LOCKSTEP_ATTESTATION", "yes", "neither true nor false"),
        ("LOCKSTEP_PROGRAMS", "/anywhere", "which nothing proves"),
    ] {
        let mut command = machine.command(server.address());
        command.env("LOCKSTEP_ATTESTATION", "true").env(name, value);
        assert_closed(&command.output().unwrap(), says);
    }
}

/// A folder of programs, for runners that reach nothing.
#[test]
fn a_folder_of_programs_stands_in() {
    let machine = Machine::new(Shell::Bash);
    let run = |folder: &str| {
        let mut command = machine.command("http://127.0.0.1:9");
        command.env("LOCKSTEP_PROGRAMS", machine.path(folder)).output().unwrap()
    };
    assert_ran(&run("work"));
    assert_closed(&run("cache"), "lockstep-build is not in ");
    fs::create_dir(machine.path("cache/lockstep-build")).unwrap();
    assert_closed(&run("cache"), "lockstep-build is not in ");
    // What stands in a message is no command to the runner.
    assert_closed(&run("a\n::stop-commands::x"), "::stop-commands::x, which");
    assert_closed(&run("100%0A"), "/100%250A, which");
}
