//! Addresses: which of them others cannot read along, and where uploads go.

use std::net::IpAddr;

use http::Uri;

/// Whether nobody else reads what is sent to an address: it is of https, or of this machine.
#[must_use]
pub fn is_private(address: &str) -> bool {
    let Ok(address) = address.parse::<Uri>() else { return false };
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    address.scheme_str() == Some("https") || is_here
}

/// Where uploads go: a server of one's own takes them where it is asked, what GitHub runs has a host for them.
pub(crate) fn uploads_of(base: &str) -> String {
    let host = base.strip_prefix("https://api.");
    match host.filter(|host| *host == "github.com" || host.ends_with(".ghe.com")) {
        Some(host) => format!("https://uploads.{host}"),
        None => base.to_owned(),
    }
}
