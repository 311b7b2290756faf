//! One version in the words of each ecosystem.

use crate::strings::Version;

impl Version {
    /// The version as Python writes it
    /// ([specification](https://packaging.python.org/en/latest/specifications/version-specifiers/)):
    /// `1.2.3-rc.1` is `1.2.3rc1`. `None` where Python has no counterpart.
    #[must_use]
    pub fn python(&self) -> Option<String> {
        let text = self.as_str();
        if text.contains('+') {
            return None;
        }
        let Some((release, pre)) = text.split_once('-') else {
            return Some(text.to_owned());
        };
        let (phase, number) = pre.split_once('.').unwrap_or((pre, "0"));
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
