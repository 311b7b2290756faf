//! Who asks GitHub.

use lockstep_clients::gh;
use lockstep_github::{GitHub, PUBLIC};
use lockstep_runner::tell;
use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use lockstep_schemas::plan::Plan;

/// GitHub, by the token of the environment, or by the one that `gh` keeps.
pub(crate) fn github(plan: &Plan) -> Result<GitHub<'static>, Diagnostic> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let base = variable("GITHUB_API_URL").unwrap_or_else(|| PUBLIC.to_owned());
    let given = variable("GH_TOKEN").or_else(|| variable("GITHUB_TOKEN"));
    let token = given.or_else(|| gh::token(&host(variable("GITHUB_SERVER_URL"))));
    let token = token.ok_or_else(|| {
        let message = "nobody is logged in to GitHub";
        Diagnostic::new(Rule::WrongInput, message)
            .with_remedy("log in: gh auth login. Or set GITHUB_TOKEN")
    })?;
    Ok(GitHub::new(&base, plan.project.repository.clone(), &token, &tell)?)
}

/// The host of a server's address.
fn host(server: Option<String>) -> String {
    let server = server.unwrap_or_else(|| "https://github.com".to_owned());
    let host = server.split_once("://").map_or(server.as_str(), |(_, host)| host);
    host.trim_end_matches('/').to_owned()
}
