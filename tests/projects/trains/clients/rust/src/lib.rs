/// What it says of itself.
pub const AGENT: &str = concat!("tool-client/", env!("CARGO_PKG_VERSION"));
