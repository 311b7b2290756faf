//! The identity of a run, which registries trade for a token
//! ([documentation](https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token)).

use lockstep_schemas::diagnostic::{Diagnostic, Rule};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::web::{Answer, Question, Web};

impl Web<'_> {
    /// A token that says to an audience which run this is. Nobody else can use it for anything, and it is kept nowhere.
    ///
    /// # Errors
    ///
    /// Where this is no run that has an identity, or GitHub does not give it out.
    pub fn identity(&self, audience: &str) -> Result<String, Diagnostic> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let refused = |message: String| {
            Diagnostic::new(Rule::CredentialsRefused, message).with_remedy(
                "trusted publishing works in a job of GitHub Actions with the permission `id-token: write`",
            )
        };
        let asked = variable("ACTIONS_ID_TOKEN_REQUEST_URL");
        let Some((address, token)) = asked.zip(variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN")) else {
            return Err(refused("this job has no identity to show".to_owned()));
        };
        let joint = if address.contains('?') { '&' } else { '?' };
        let audience = utf8_percent_encode(audience, NON_ALPHANUMERIC);
        let address = format!("{address}{joint}audience={audience}");
        let question = Question {
            of: "GitHub",
            address: &address,
            accept: "application/json",
            token: Some(&token),
        };
        let answer = match self.get(question)? {
            Answer::Found(_, body) => serde_json::from_slice(&body).unwrap_or(Value::Null),
            Answer::Missing => Value::Null,
            Answer::Refused(status) => {
                return Err(refused(format!("GitHub gives this job no identity: {status}")));
            }
        };
        let identity = answer["value"].as_str().filter(|identity| !identity.is_empty());
        let identity = identity.map(str::to_owned);
        identity.ok_or_else(|| refused("GitHub gives this job no identity".to_owned()))
    }
}
