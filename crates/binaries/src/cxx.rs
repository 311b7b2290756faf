//! What a binary needs of libstdc++, and which of it systems have that promise a glibc
//! ([PEP 600](https://peps.python.org/pep-0600/#core-definition) asks for what every system of a glibc has; the releases are those of
//! [GCC's manual](https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html)).

use std::fmt;

use lockstep_schemas::platform::SystemVersion;

/// A set of libstdc++'s symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Set {
    /// `GLIBCXX_`, the library's.
    Glibcxx,
    /// `CXXABI_`, the language's.
    Cxxabi,
}

/// A version of libstdc++'s symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CxxNeed {
    set: Set,
    version: (u32, u32, u32),
}

/// For each glibc the newest sets that every maintained system with it has: the last number of `GLIBCXX_3.4` and of `CXXABI_1.3`.
const NEWEST: [(u32, u32, u32); 13] = [
    (5, 8, 1),
    (12, 13, 3),
    (17, 19, 7),
    (24, 22, 10),
    (27, 24, 11),
    (28, 24, 11),
    (31, 28, 12),
    (34, 29, 13),
    (35, 30, 13),
    (36, 30, 13),
    (38, 30, 13),
    (39, 33, 15),
    (41, 33, 15),
];

impl CxxNeed {
    /// Reads the name of a version, such as `GLIBCXX_3.4.29`; `None` of what is another's, or none that has a number.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (set, rest) = match name.split_once('_')? {
            ("GLIBCXX", rest) => (Set::Glibcxx, rest),
            ("CXXABI", rest) => (Set::Cxxabi, rest),
            _ => return None,
        };
        let mut parts = rest.split('.').map(|part| part.parse().ok());
        let version = (parts.next()??, parts.next()??, parts.next().map_or(Some(0), |last| last)?);
        Some(Self { set, version })
    }

    /// The newest of this set where the oldest glibc is this one, if it does not have this need. Of a glibc that is newer than
    /// those that are known nothing is said.
    #[must_use]
    pub fn newest_with(self, glibc: SystemVersion) -> Option<Self> {
        let known = NEWEST.iter().rev().find(|(minor, ..)| *minor <= glibc.minor);
        let is_known = glibc.minor <= NEWEST.last().map_or(0, |(minor, ..)| *minor);
        let (_, glibcxx, cxxabi) = known.filter(|_| is_known && glibc.major == 2)?;
        let version = match self.set {
            Set::Glibcxx => (3, 4, *glibcxx),
            Set::Cxxabi => (1, 3, *cxxabi),
        };
        (self.version > version).then_some(Self { version, ..self })
    }
}

impl fmt::Display for CxxNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = match self.set {
            Set::Glibcxx => "GLIBCXX",
            Set::Cxxabi => "CXXABI",
        };
        let (major, minor, patch) = self.version;
        write!(f, "{set}_{major}.{minor}")?;
        if patch > 0 { write!(f, ".{patch}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_system_has() {
        let newest = |need: &str, minor| {
            let newest = CxxNeed::of(need).unwrap().newest_with(SystemVersion { major: 2, minor });
            newest.map(|newest| newest.to_string())
        };
        assert_eq!(newest("GLIBCXX_3.4.19", 17), None);
        assert_eq!(newest("GLIBCXX_3.4.20", 17).as_deref(), Some("GLIBCXX_3.4.19"));
        assert_eq!(newest("GLIBCXX_3.4.29", 31).as_deref(), Some("GLIBCXX_3.4.28"));
        assert_eq!(newest("GLIBCXX_3.4.28", 33), None, "as that of the glibc before");
        assert_eq!(newest("CXXABI_1.3.13", 31).as_deref(), Some("CXXABI_1.3.12"));
        assert_eq!(newest("GLIBCXX_3.4", 5), None);
        assert_eq!(newest("GLIBCXX_3.4.99", 42), None, "nobody knows yet");
        for other in ["GLIBC_2.17", "CXXABI_TM_1", "GLIBCXX_FORCE_NEW", "GCC_3.0", ""] {
            assert_eq!(CxxNeed::of(other), None, "{other}");
        }
    }
}
