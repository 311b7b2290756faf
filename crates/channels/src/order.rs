//! In which order files are published: what another needs comes first.

use std::collections::BTreeSet;

use lockstep_bundle::Shipped;

/// Files in waves: each wave needs only packages of those before it. What needs each other in a circle is a wave together.
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
        let (wave, rest) = if free.is_empty() { circle(&bound) } else { (free, bound) };
        waves.push(wave.into_iter().map(|(file, _)| file).collect());
        left = rest;
    }
    waves
}

type Files<'a, 'n> = Vec<(&'a Shipped, &'n BTreeSet<String>)>;

/// Of files that all need one of the others, the fewest that need nobody else, and the rest.
fn circle<'a, 'n>(files: &Files<'a, 'n>) -> (Files<'a, 'n>, Files<'a, 'n>) {
    let needed = |names: &BTreeSet<&str>| -> BTreeSet<String> {
        let is_in =
            |file: &Shipped| file.package.as_deref().is_some_and(|name| names.contains(name));
        let needs =
            files.iter().filter(|(file, _)| is_in(file)).flat_map(|(_, needs)| needs.iter());
        needs.cloned().collect()
    };
    let all: BTreeSet<&str> =
        files.iter().filter_map(|(file, _)| file.package.as_deref()).collect();
    let closed = |name: &str| {
        let mut names: BTreeSet<&str> = all.get(name).copied().into_iter().collect();
        loop {
            let more = needed(&names);
            let more: BTreeSet<&str> = all
                .iter()
                .copied()
                .filter(|name| more.contains(*name) || names.contains(name))
                .collect();
            if more.len() == names.len() {
                return names.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
            }
            names = more;
        }
    };
    let fewest = all.iter().map(|name| closed(name)).min_by_key(BTreeSet::len).unwrap_or_default();
    let is_in = |file: &Shipped| file.package.as_ref().is_none_or(|name| fewest.contains(name));
    files.iter().copied().partition(|(file, _)| is_in(file))
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
    fn a_circle_comes_together() {
        let waves = order(&["d: a", "a: b", "b: a", "c: c", "e: d"]);
        assert_eq!(waves, [vec!["c"], vec!["a", "b"], vec!["d"], vec!["e"]]);
    }
}
