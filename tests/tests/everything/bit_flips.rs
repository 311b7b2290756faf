//! One bit of any file of a bundle, flipped, is noticed, and the file is named.

use std::fs;
use std::sync::LazyLock;

use lockstep_tests::cases;
use lockstep_tests::commands::Script;
use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::TempDir;

/// A project whose bundle is good.
static RELEASED: LazyLock<TempDir> = LazyLock::new(|| Script::of_release().project());

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(120), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_bit_is_noticed(file in any::<Index>(), at in any::<Index>(), bit in 0_u8..8) {
        let bundle = RELEASED.path().join("lockstep/bundle");
        let mut names: Vec<String> = fs::read_dir(&bundle)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let name = file.get(&names);
        let good = fs::read(bundle.join(name)).unwrap();
        let mut flipped = good.clone();
        flipped[at.index(good.len())] ^= 1 << bit;
        fs::write(bundle.join(name), flipped).unwrap();
        let outcome = Script::default().sh(RELEASED.path(), "verify-manifest --version 1.2.3");
        fs::write(bundle.join(name), good).unwrap();
        prop_assert_ne!(outcome.status, 0, "{}: nothing was noticed", name);
        prop_assert!(outcome.stderr.contains(name.as_str()), "{} is not named: {}", name, outcome.text());
    }
}
