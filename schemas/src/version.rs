//! One version in the words of each ecosystem.

use crate::strings::Version;

impl Version {
    /// The version as Python writes it
    /// ([specification](https://packaging.python.org/en/latest/specifications/version-specifiers/)):
    /// `1.2.3-rc.1` and `1.2.3-rc1` are `1.2.3rc1`. `None` where Python has no counterpart.
    #[must_use]
    pub fn python(&self) -> Option<String> {
        let text = self.as_str();
        if text.contains('+') {
            return None;
        }
        let Some((release, pre)) = text.split_once('-') else {
            return Some(text.to_owned());
        };
        let phase_ends = pre.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(pre.len());
        let (phase, number) = pre.split_at(phase_ends);
        let number =
            if number.is_empty() { "0" } else { number.strip_prefix('.').unwrap_or(number) };
        let phase = match phase {
            "alpha" | "a" => "a",
            "beta" | "b" => "b",
            "rc" => "rc",
            _ => return None,
        };
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| format!("{release}{phase}{number}"))
    }
}
