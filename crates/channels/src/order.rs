//! In which order files are published: what another needs comes first.

use std::collections::BTreeSet;

use lockstep_bundle::Shipped;

/// Files in waves: each wave needs only packages of those before it. Where some need each other in a circle, they are the
/// last wave.
pub(crate) fn in_waves<'a>(
    files: &'a [Shipped],
    needs: &[BTreeSet<String>],
) -> Vec<Vec<&'a Shipped>> {
    let mut left: Vec<(&Shipped, &BTreeSet<String>)> = files.iter().zip(needs).collect();
    let mut waves = Vec::new();
    while !left.is_empty() {
        let waits: BTreeSet<&str> =
            left.iter().filter_map(|(file, _)| file.package.as_deref()).collect();
        let is_free = |file: &Shipped, needs: &BTreeSet<String>| {
            let of_others = |name: &&String| file.package.as_ref() != Some(name);
            needs.iter().filter(of_others).all(|name| !waits.contains(name.as_str()))
        };
        let (free, bound): (Vec<_>, Vec<_>) =
            left.iter().copied().partition(|(file, needs)| is_free(file, needs));
        let (wave, rest) = if free.is_empty() { (bound, free) } else { (free, bound) };
        waves.push(wave.into_iter().map(|(file, _)| file).collect());
        left = rest;
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Shipped {
        Shipped {
            name: format!("{name}.tgz").parse().unwrap(),
            path: name.into(),
            size: 0,
            sha256: "0".repeat(64).parse().unwrap(),
            integrity: None,
            package: Some(name.to_owned()),
        }
    }

    /// Each package with what it needs, as `a: b c`.
    fn order(of: &[&str]) -> Vec<Vec<String>> {
        let parts = of.iter().map(|one| one.split_once(':').unwrap());
        let files: Vec<Shipped> = parts.clone().map(|(name, _)| package(name)).collect();
        let needs = parts.map(|(_, needs)| needs.split_whitespace().map(str::to_owned).collect());
        let waves = in_waves(&files, &needs.collect::<Vec<_>>());
        let names =
            |wave: &Vec<&Shipped>| wave.iter().map(|file| file.package.clone().unwrap()).collect();
        waves.iter().map(names).collect()
    }

    #[test]
    fn what_is_needed_comes_first() {
        assert_eq!(
            order(&["root: a b elsewhere", "a:", "b: a", "c:"]),
            [vec!["a", "c"], vec!["b"], vec!["root"]]
        );
    }

    #[test]
    fn a_circle_comes_last() {
        assert_eq!(order(&["a: b", "b: a", "c: c", "d: a"]), [vec!["c"], vec!["a", "b", "d"]]);
    }
}
