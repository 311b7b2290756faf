//! However large what is read is, or claims to be, a program takes less than 64 MiB of memory for it.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use lockstep_archives::Format;
use lockstep_tests::commands::Script;
use lockstep_tests::hostile::{compressed, header, pax, record, tar};
use lockstep_tests::{is_quick, program};

const MOST: u64 = 64 * 1024;

/// The most memory that a program took, in KiB; it must not have ended well, nor by a signal.
fn peak(folder: &Path, program: &str, arguments: &[&str]) -> u64 {
    let script = "import resource, subprocess, sys\n\
        status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode\n\
        print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let output = Command::new("python3")
        .args(["-c", script])
        .arg(program::folder().join(program))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (status, peak) = said.trim().split_once(' ').unwrap();
    assert!(["1", "2"].contains(&status), "{program}: {status}");
    peak.parse().unwrap()
}

/// A file of a gzip, xz or zip that is made by the system's own program.
fn piped(shell: &str, into: &Path) {
    let status = Command::new("sh").args(["-euc", shell]).env("INTO", into).status().unwrap();
    assert!(status.success(), "{shell}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn hostile_files_take_little_memory() {
    // Making files of hundreds of megabytes takes most of the time.
    if is_quick() {
        return;
    }
    let project = Script::of_release().project();
    let bundle = project.path().join("lockstep/bundle");
    let verify = |what: &str| {
        let peak = peak(project.path(), "verify-manifest", &["--version", "1.2.3"]);
        assert!(peak < MOST, "{what}: {} MiB", peak / 1024);
    };
    let replaced = |name: &str, what: &str, make: &dyn Fn(&Path)| {
        let path = bundle.join(name);
        let good = fs::read(&path).unwrap();
        make(&path);
        verify(what);
        fs::write(&path, good).unwrap();
    };
    let tgz = "tool-1.2.3-linux-x64.tar.gz";
    replaced("manifest.json", "a manifest of 100 MB", &|path| {
        piped("head -c 100000000 /dev/zero | tr '\\0' ' ' > \"$INTO\"", path);
    });
    replaced("manifest.json", "a manifest of many keys", &|path| {
        // As many as fit into the largest that is read, so each is short.
        let digit = |key: u32, of: u32| char::from_digit(key / of % 36, 36).unwrap();
        let keys = (0..920_000_u32).map(|key| {
            let key: String = [46656, 1296, 36, 1].map(|of| digit(key, of)).into_iter().collect();
            format!("\"{key}\":0")
        });
        let keys: Vec<String> = keys.collect();
        fs::write(path, format!("{{{}}}", keys.join(","))).unwrap();
    });
    replaced("manifest.json", "a manifest of many members", &|path| {
        let mut manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let member = manifest["artifacts"][0]["members"][0].clone();
        let length = serde_json::to_vec(&member).unwrap().len() + 1;
        manifest["artifacts"][0]["members"] = vec![member; (15 << 19) / length].into();
        let text = serde_json::to_vec(&manifest).unwrap();
        assert!((7 << 20..8 << 20).contains(&text.len()), "nearly as large as one may be");
        fs::write(path, text).unwrap();
    });
    replaced("manifest.json", "a manifest of many keys in each other", &|path| {
        let keys: Vec<String> = (0..9000).map(|key| format!("\"{key}\":0")).collect();
        let open = format!("{{{},\"x\":", keys.join(","));
        fs::write(path, open.repeat(100) + "0" + &"}".repeat(100)).unwrap();
    });
    replaced("manifest.json", "a manifest of many artifacts", &|path| {
        let mut manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let mut artifact = manifest["artifacts"][0].clone();
        artifact.as_object_mut().unwrap().remove("members");
        let length = serde_json::to_vec(&artifact).unwrap().len() + 1;
        manifest["artifacts"] = vec![artifact; (15 << 19) / length].into();
        fs::write(path, serde_json::to_vec(&manifest).unwrap()).unwrap();
    });
    replaced("SHA256SUMS", "digests of 100 MB", &|path| {
        piped("yes 0123456789 | head -c 100000000 > \"$INTO\"", path);
    });
    replaced("plan.json", "a plan of 100 MB", &|path| {
        piped("head -c 100000000 /dev/zero | tr '\\0' ' ' > \"$INTO\"", path);
    });
    replaced(tgz, "a bomb", &|path| {
        piped("head -c 400000000 /dev/zero | gzip > \"$INTO\"", path);
    });
    replaced(tgz, "a member that claims to have an exabyte", &|path| {
        let mut huge = header(b"a", b'0', "0");
        huge[124..136]
            .copy_from_slice(&[0x80, 0, 0, 0, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        huge[148..156].fill(b' ');
        let sum: u32 = huge.iter().map(|byte| u32::from(*byte)).sum();
        huge[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        fs::write(path, compressed(Format::TarGz, &huge)).unwrap();
    });
    replaced(tgz, "a million members with long names", &|path| {
        let tar = path.with_extension("unpacked");
        let mut out = BufWriter::new(File::create(&tar).unwrap());
        for index in 0..200_000 {
            let name = format!("{index:0>90}");
            out.write_all(&header(name.as_bytes(), b'0', "0")).unwrap();
        }
        drop(out);
        piped(
            "gzip < \"$INTO\".unpacked > \"$INTO\"; rm \"$INTO\".unpacked",
            &path.with_extension(""),
        );
        fs::rename(path.with_extension(""), path).unwrap();
    });
    replaced(tgz, "an extended header of 60 KB for each member", &|path| {
        let name = "a".repeat(60_000);
        let member: Vec<u8> = (0..60)
            .flat_map(|index| {
                let extended = pax(b'x', &record("path", format!("{name}{index}").as_bytes()));
                [extended, header(b"a", b'0', "0")].concat()
            })
            .collect();
        fs::write(path, compressed(Format::TarGz, &member)).unwrap();
    });
    replaced("someone-tool-1.2.3.tgz", "a package.json of many lists", &|path| {
        let text = format!("[{}[]]", "[],".repeat(1_400_000));
        let member = [
            header(b"package/package.json", b'0', &format!("{:o}", text.len())),
            text.into_bytes(),
        ]
        .concat();
        fs::write(path, compressed(Format::TarGz, &member)).unwrap();
    });
    // Every archive as large as one may be, at the same time.
    let names = [
        "tool-1.2.3-linux-x64.tar.gz",
        "tool-1.2.3-darwin-arm64.tar.gz",
        "someone-tool-linux-x64-1.2.3.tgz",
        "someone-tool-darwin-arm64-1.2.3.tgz",
        "someone-tool-1.2.3.tgz",
    ];
    let good: Vec<Vec<u8>> =
        names.iter().map(|name| fs::read(bundle.join(name)).unwrap()).collect();
    let members: Vec<Vec<u8>> =
        (0..49_990).map(|index| header(format!("package/{index}").as_bytes(), b'0', "0")).collect();
    let many = compressed(Format::TarGz, &tar(&members));
    names.iter().for_each(|name| fs::write(bundle.join(name), &many).unwrap());
    verify("five archives of fifty thousand members");
    names.iter().zip(good).for_each(|(name, good)| fs::write(bundle.join(name), good).unwrap());
    replaced("tool-1.2.3-all.zip", "a zip of many files", &|path| {
        let script = "import os, zipfile\n\
            with zipfile.ZipFile(os.environ['INTO'], 'w') as z:\n\
            \x20   for i in range(60000): z.writestr(zipfile.ZipInfo(f'{i:050}'), b'')";
        let status = Command::new("python3").args(["-c", script]).env("INTO", path).status();
        assert!(status.unwrap().success());
    });
}

/// The memory that hashing takes does not grow with the files.
#[test]
fn large_files_take_as_much_as_small_ones() {
    if is_quick() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let hash = |bytes: u64| {
        let file = File::create(folder.path().join("file")).unwrap();
        // A file with a hole: as long as it says, and nothing on the disk.
        file.set_len(bytes).unwrap();
        peak(folder.path(), "hash-artifacts", &["--files", "file", "none"])
    };
    let (small, large) = (hash(1 << 10), hash(1 << 30));
    assert!(large < small + 4 * 1024, "{small} KiB, and then {large} KiB");
}
