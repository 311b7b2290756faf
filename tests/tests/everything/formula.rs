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

#[test]
fn what_has_no_place_is_told_at_once() {
    let one = |platform: &str| format!("{DOWNLOADS}/v0.9.0/plasmite_0.9.0_{platform}.zip");
    let problems = brought(&written(one, "  version \"2.0.0\"\n")).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let all = told.join("\n");
    assert_eq!(all.matches("leads to no archive that Homebrew ships").count(), 3, "{all}");
    assert_eq!(all.matches("no `url` leads to `plasmite_1.2.3_").count(), 3, "{all}");
    assert!(all.contains("Formula/plasmite.rb:15:12: the tap is at 2.0.0 already"), "{all}");
    for text in ["", "class A < Formula\n", "\u{0}", "url", "url \"", "version = sha256 url"] {
        brought(text).unwrap_err();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a formula says besides, it is read or refused; and what it becomes is what it stays.
    #[test]
    fn nothing_else_is_touched(before in "[ -~\n]{0,40}", after in "[ -~\n]{0,40}") {
        let plain = |platform: &str| format!("{DOWNLOADS}/v0.9.0/plasmite_0.9.0_{platform}.tar.gz");
        let text = written(plain, "");
        let text = text.replacen("  if is?(1)", &format!("{before}\n  if is?(1)"), 1);
        let text = text.replacen("end\n", &format!("end\n{after}\n"), 1);
        if let Ok(first) = brought(&text) {
            let again = brought(&first.text).unwrap();
            prop_assert!(again.differences.is_empty());
            prop_assert_eq!(&again.text, &first.text);
            let lines = |text: &str| text.lines().count();
            prop_assert_eq!(lines(&first.text), lines(&text));
            prop_assert!(first.text.contains(before.trim()));
        }
    }
}
