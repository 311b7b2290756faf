//! What is known of container images by their names: which C library their programs start with.
//!
//! Sources: [manylinux](https://github.com/pypa/manylinux), and the release notes of each distribution.

/// The C library of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageLibc {
    /// glibc of this version.
    Glibc(u16, u16),
    /// musl.
    Musl,
}

/// The oldest glibc that the runner's own Node starts with, on which `actions/checkout` and its like run in a container
/// ([issue](https://github.com/actions/checkout/issues/1590)).
pub const GLIBC_OF_ACTIONS: (u16, u16) = (2, 28);

/// What the name of an image, or its tag, says.
const BY_WORD: [(&str, ImageLibc); 15] = [
    ("manylinux1", ImageLibc::Glibc(2, 5)),
    ("manylinux2010", ImageLibc::Glibc(2, 12)),
    ("manylinux2014", ImageLibc::Glibc(2, 17)),
    ("manylinux_2_24", ImageLibc::Glibc(2, 24)),
    ("manylinux_2_28", ImageLibc::Glibc(2, 28)),
    ("manylinux_2_31", ImageLibc::Glibc(2, 31)),
    ("manylinux_2_34", ImageLibc::Glibc(2, 34)),
    ("manylinux_2_39", ImageLibc::Glibc(2, 39)),
    ("musllinux", ImageLibc::Musl),
    ("alpine", ImageLibc::Musl),
    ("stretch", ImageLibc::Glibc(2, 24)),
    ("buster", ImageLibc::Glibc(2, 28)),
    ("bullseye", ImageLibc::Glibc(2, 31)),
    ("bookworm", ImageLibc::Glibc(2, 36)),
    ("trixie", ImageLibc::Glibc(2, 41)),
];

/// What a distribution and the beginning of its tag say.
const BY_RELEASE: [(&str, &str, ImageLibc); 19] = [
    ("debian", "9", ImageLibc::Glibc(2, 24)),
    ("debian", "10", ImageLibc::Glibc(2, 28)),
    ("debian", "11", ImageLibc::Glibc(2, 31)),
    ("debian", "12", ImageLibc::Glibc(2, 36)),
    ("debian", "13", ImageLibc::Glibc(2, 41)),
    ("ubuntu", "16.04", ImageLibc::Glibc(2, 23)),
    ("ubuntu", "18.04", ImageLibc::Glibc(2, 27)),
    ("ubuntu", "20.04", ImageLibc::Glibc(2, 31)),
    ("ubuntu", "22.04", ImageLibc::Glibc(2, 35)),
    ("ubuntu", "24.04", ImageLibc::Glibc(2, 39)),
    ("centos", "7", ImageLibc::Glibc(2, 17)),
    ("centos", "8", ImageLibc::Glibc(2, 28)),
    ("rockylinux", "8", ImageLibc::Glibc(2, 28)),
    ("rockylinux", "9", ImageLibc::Glibc(2, 34)),
    ("almalinux", "8", ImageLibc::Glibc(2, 28)),
    ("almalinux", "9", ImageLibc::Glibc(2, 34)),
    ("amazonlinux", "2023", ImageLibc::Glibc(2, 34)),
    ("amazonlinux", "2.", ImageLibc::Glibc(2, 26)),
    ("amazonlinux", "2", ImageLibc::Glibc(2, 26)),
];

/// The C library of an image, `name:tag@digest`, where its name tells.
#[must_use]
pub fn libc(image: &str) -> Option<ImageLibc> {
    let named = image.split('@').next()?;
    let (name, tag) = named.rsplit_once(':')?;
    let name = name.rsplit('/').next()?;
    let of_word = BY_WORD.iter().find(|(word, _)| name.contains(word) || tag.contains(word));
    let is_release = |release: &str| {
        let rest = tag.strip_prefix(release);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let of_release =
        || BY_RELEASE.iter().find(|(of, release, _)| *of == name && is_release(release));
    of_word.map(|(_, libc)| *libc).or_else(|| of_release().map(|(_, _, libc)| *libc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        let glibc = |major, minor| Some(ImageLibc::Glibc(major, minor));
        for (image, wanted) in [
            ("node:20-bullseye@sha256:0", glibc(2, 31)),
            ("debian:11@sha256:0", glibc(2, 31)),
            ("debian:11.9-slim@sha256:0", glibc(2, 31)),
            ("quay.io/pypa/manylinux2014_x86_64:2026.1.1@sha256:0", glibc(2, 17)),
            ("quay.io/pypa/manylinux_2_28_aarch64:latest@sha256:0", glibc(2, 28)),
            ("ubuntu:18.04@sha256:0", glibc(2, 27)),
            ("amazonlinux:2@sha256:0", glibc(2, 26)),
            ("amazonlinux:2023@sha256:0", glibc(2, 34)),
            ("node:20-alpine3.20@sha256:0", Some(ImageLibc::Musl)),
            ("localhost:5000/some/image:1@sha256:0", None),
            ("debian:sid@sha256:0", None),
            ("ubuntu:180.4@sha256:0", None),
        ] {
            assert_eq!(libc(image), wanted, "{image}");
        }
    }
}
