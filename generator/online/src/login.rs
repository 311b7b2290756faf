//! Who asks GitHub, and which GitHub.

use lockstep_clients::gh;
use lockstep_github::{GitHub, PUBLIC};
use lockstep_runner::tell;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;
use lockstep_schemas::strings::Repository;

/// GitHub's own host.
const HOST: &str = "github.com";

/// The host of the repository.
pub(crate) fn host() -> String {
    let server = variable("GITHUB_SERVER_URL").unwrap_or_else(|| format!("https://{HOST}"));
    let host = server.split_once("://").map_or(server.as_str(), |(_, host)| host);
    host.trim_end_matches('/').to_lowercase()
}

/// GitHub, by the token of the environment, or by the one that `gh` keeps for the repository's host.
pub(crate) fn github(plan: &Plan) -> Result<GitHub<'static>, Diagnostic> {
    github_of(&plan.project.repository)
}

/// The same of another repository there.
pub(crate) fn github_of(repository: &Repository) -> Result<GitHub<'static>, Diagnostic> {
    let host = host();
    let base = variable("GITHUB_API_URL").unwrap_or_else(|| api(&host));
    let is_of_host = base.trim_end_matches('/') == api(&host);
    let is_here = base.starts_with("http://127.0.0.1:") || base.starts_with("http://localhost:");
    if !is_of_host && !is_here {
        let message = format!("GITHUB_API_URL is {base}, which is not the API of {host}");
        return Err(Diagnostic::new(Rule::WrongInput, message)
            .with_remedy("set GITHUB_SERVER_URL too, the address of its pages; or neither"));
    }
    let token = gh::login(&host).ok_or_else(|| {
        Diagnostic::new(Rule::WrongInput, format!("nobody is logged in to {host}"))
            .with_remedy(format!("log in: gh auth login --hostname {host}. Or set GITHUB_TOKEN"))
    })?;
    Ok(GitHub::new(&base, repository.clone(), &token, &tell)?)
}

/// The API of a host: of a server of one's own below it, of one that GitHub runs beside it
/// ([documentation](https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom)).
fn api(host: &str) -> String {
    match host {
        HOST => PUBLIC.to_owned(),
        host if host.ends_with(".ghe.com") => format!("https://api.{host}"),
        host => format!("https://{host}/api/v3"),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
