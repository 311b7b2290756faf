//! Formulae of taps, brought to a release.

use std::fmt::Write as _;

use lockstep_formula::{Archive, Digests, Release, Wanted, archives, wanted};
use lockstep_schemas::diagnostic::Diagnostic;
use lockstep_schemas::plan::{ChannelPlan, Destination, HomebrewPlan, Plan};
use lockstep_schemas::strings::Version;
use proptest::prelude::*;

const DOWNLOADS: &str = "https://github.com/sandover/plasmite/releases/download";

/// The plan of the reference project whose formula a maintainer keeps.
fn plan() -> Plan {
    let path = lockstep_tests::root().join("workflows/plasmite/.github/lockstep.plan.json");
    lockstep_files::json::read_plan(&path).unwrap()
}

fn homebrew(plan: &Plan) -> (&ChannelPlan, &HomebrewPlan) {
    let of = |channel: &ChannelPlan| matches!(channel.to, Destination::Homebrew(_));
    let channel = plan.channels.iter().find(|channel| of(channel)).unwrap();
    let Destination::Homebrew(formula) = &channel.to else { unreachable!("it is one") };
    (channel, formula)
}

fn archives_of(plan: &Plan, version: &Version) -> Vec<Archive> {
    let (channel, _) = homebrew(plan);
    let digest = |index: usize| format!("{index:064x}").parse().unwrap();
    let names = plan.shipped_by(channel).map(|file| file.name_at(version).unwrap());
    let digests: Digests = names.enumerate().map(|(at, name)| (name, digest(at + 1))).collect();
    let tag = format!("v{version}").parse().unwrap();
    archives(plan, channel, version, DOWNLOADS, &tag, &digests).unwrap()
}

/// What a text must say of version 1.2.3.
fn brought(text: &str) -> Result<Wanted, Vec<Diagnostic>> {
    let (plan, version) = (plan(), "1.2.3".parse().unwrap());
    let archives = archives_of(&plan, &version);
    let (_, formula) = homebrew(&plan);
    let release = Release {
        plan: &plan,
        formula,
        version: &version,
        archives: &archives,
        downloads: DOWNLOADS,
    };
    wanted(&release, Some(text))
}

/// A formula of an earlier release, in a way of writing addresses.
fn written(address: impl Fn(&str) -> String, version: &str) -> String {
    let mut text =
        "class Plasmite < Formula\n  homepage \"https://github.com/sandover/plasmite\"\n"
            .to_owned();
    for (at, platform) in ["linux_amd64", "darwin_amd64", "darwin_arm64"].into_iter().enumerate() {
        let address = address(platform);
        let _ = writeln!(text, "  if is?({at})\n    url \"{address}\"\n    sha256 \"00\"\n  end");
    }
    text + version + "end\n"
}

/// The formulae of real taps are written in all of these ways.
#[test]
fn whatever_way_addresses_are_written() {
    let plain = |platform: &str| format!("{DOWNLOADS}/v0.9.0/plasmite_0.9.0_{platform}.tar.gz");
    let spoken = |platform: &str| {
        format!("{DOWNLOADS}/v#{{version}}/plasmite_#{{version}}_{platform}.tar.gz")
    };
    let page = |platform: &str| {
        format!(
            "#{{homepage}}/releases/download/v#{{version}}/plasmite_#{{version}}_{platform}.tar.gz"
        )
    };
    let version = "  version \"0.9.0\"\n";
    let of_one = |text: String, kept: &str| {
        let first = brought(&text).unwrap_or_else(|problems| panic!("{text}{problems:?}"));
        let again = brought(&first.text).unwrap();
        assert_eq!((again.text.as_str(), again.differences.len()), (first.text.as_str(), 0));
        assert!(first.text.contains(kept), "{}", first.text);
        assert!(!first.text.contains("0.9.0") && !first.text.contains("\"00\""), "{}", first.text);
        first.differences.len()
    };
    assert_eq!(of_one(written(plain, version), "/v1.2.3/plasmite_1.2.3_darwin_arm64.tar.gz"), 7);
    // What is put together stays so.
    assert_eq!(of_one(written(spoken, version), "/v#{version}/plasmite_#{version}_darwin"), 4);
    assert_eq!(of_one(written(page, version), "#{homepage}/releases/download/v#{version}/"), 4);
    // Homebrew takes the version from the address.
    assert_eq!(of_one(written(plain, ""), "_1.2.3_"), 6);
    // A version that is no version, and a tag without its `v`.
    let bare = |platform: &str| {
        format!("{DOWNLOADS}/#{{version}}/plasmite_#{{version}}_{platform}.tar.gz")
    };
    assert_eq!(of_one(written(bare, "  version \"v0.9.0\"\n"), "/v1.2.3/plasmite_1.2.3_"), 7);
}

/// One text of two calls is replaced once, and a mirror with its address.
#[test]
fn what_stands_once_is_replaced_once() {
    let plain = |platform: &str| format!("{DOWNLOADS}/v0.9.0/plasmite_0.9.0_{platform}.tar.gz");
    let version = "  number = \"0.9.0\"\n  version number\n  on_linux { version number }\n";
    let text = written(plain, version)
        .replace("    sha256", &format!("    mirror \"{}\"\n    sha256", plain("linux_amd64")));
    let brought = brought(&text).unwrap();
    assert!(brought.text.contains("  number = \"1.2.3\"\n"), "{}", brought.text);
    assert_eq!(brought.text.matches("0.9.0").count(), 0, "{}", brought.text);
}

#[test]
fn what_has_no_place_is_told_at_once() {
    let one = |platform: &str| format!("{DOWNLOADS}/v0.9.0/plasmite_0.9.0_{platform}.zip");
    let problems = brought(&written(one, "  version \"0.9.0\"\n")).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let all = told.join("\n");
    assert_eq!(all.matches("leads to no archive that Homebrew ships").count(), 3, "{all}");
    assert_eq!(all.matches("no `url` leads to `plasmite_1.2.3_").count(), 3, "{all}");
    let plain = |platform: &str| format!("{DOWNLOADS}/v0.9.0/plasmite_0.9.0_{platform}.tar.gz");
    let refused = |text: &str, why: &str| {
        let problems = brought(text).err().unwrap_or_else(|| panic!("{text}"));
        assert!(problems.iter().any(|problem| problem.message.contains(why)), "{problems:?}");
    };
    // What would take users back, by its version or by its addresses.
    refused(&written(plain, "  version \"2.0.0\"\n"), "the tap is at 2.0.0 already");
    let newer = |platform: &str| plain(platform).replace("0.9.0", "1.3.0");
    refused(&written(newer, ""), "the tap is at 1.3.0 already");
    // What is put together in ways that nobody can hold to one archive.
    let (arm, intel) = (plain("darwin_arm64"), plain("darwin_amd64"));
    let apart =
        |address: &str| format!("class A < Formula\n  url {address}\n  sha256 \"00\"\nend\n");
    refused(&apart(&format!("arm? ? \"{arm}\" : \"{intel}\"")), "put together of several texts");
    let lines = format!("\"{}\"", arm.replace("/v0.9.0", "\" \\\n    \"/v0.9.0"));
    refused(&apart(&lines), "put together of several texts");
    refused(
        &apart(&format!("\"{}\"", arm.replace("v0.9.0", "v#{tag}"))),
        "put together of several texts",
    );
    let spoken = |platform: &str| {
        format!("{DOWNLOADS}/v#{{version}}/plasmite_#{{version}}_{platform}.tar.gz")
    };
    refused(&written(spoken, ""), "and the formula has none");
    refused(
        &written(spoken, "  version File.read(\"VERSION\")\n"),
        "the `version` is not a text that stands here",
    );
    let digests = written(plain, "").replace("sha256 \"00\"", "sha256 arm? ? \"00\" : \"11\"");
    refused(&digests, "this `sha256` is not one text");
    let bottles = "  bottle do\n    sha256 arm64_sonoma: \"00\"\n  end\n";
    refused(&written(plain, bottles), "the formula has bottles");
    for text in ["", "class A < Formula\n", "\u{0}", "url", "url \"", "version = sha256 url"] {
        brought(text).unwrap_err();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a formula says besides, it is read or refused; and what it becomes is what it stays.
    #[test]
    fn nothing_else_is_touched(before in ruby(), after in ruby()) {
        let plain = |platform: &str| format!("{DOWNLOADS}/v0.9.0/plasmite_0.9.0_{platform}.tar.gz");
        let text = written(plain, "");
        let text = text.replacen("  if is?(1)", &format!("{before}\n  if is?(1)"), 1);
        let text = text.replacen("end\n", &format!("end\n{after}\n"), 1);
        let first = brought(&text).unwrap();
        let again = brought(&first.text).unwrap();
        prop_assert!(again.differences.is_empty());
        prop_assert_eq!(&again.text, &first.text);
        let says = |line: &&str| !line.contains("    url \"") && !line.contains("    sha256 \"");
        let others = |text: &str| text.lines().filter(says).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(others(&first.text), others(&text));
    }

    /// No text makes it panic.
    #[test]
    fn whatever_it_is(text in "[ -~\\n]{0,80}") {
        let _ = brought(&text);
        let _ = brought(&written(|_| text.clone(), ""));
    }
}

/// Something that a formula can say besides.
fn ruby() -> impl Strategy<Value = String> {
    let some = prop::sample::select(vec![
        "# url \"https://example.com/0.9.0\"",
        "resource \"data\" do\n  url \"https://example.com/data-0.9.0.zip\"\n  sha256 \"00\"\nend",
        "head \"https://example.com/tool.git\", branch: \"main\"",
        "livecheck do\n  url :stable\n  regex(/v(\\d+)/)\nend",
        "odie \"There is no sha256 \\\"00\\\" for this.\"",
        "def install\n  bin.install \"0.9.0\"\nend",
        "patch do\n  url \"https://example.com/0.9.0.diff\"\n  sha256 \"00\"\nend",
        "depends_on \"openssl@3\" if OS.linux?",
        "desc <<~TEXT\n  0.9.0 ä\nTEXT",
        "",
    ]);
    prop::collection::vec(some, 0..4).prop_map(|all| all.join("\n"))
}
