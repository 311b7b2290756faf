//! Lists, which come page by page.

use http::header::LINK;
use http::{HeaderMap, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{Read, json};
use crate::{Error, GitHub, Why};

/// The most of a list on one page.
const PAGE: usize = 100;
/// The most pages of a list. Of more than a thousand runs GitHub's own search shows none.
const PAGES: usize = 100;

impl GitHub<'_> {
    /// Every item of a list, page by page, until one is enough. In an object of several, `key` is the list's.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        route: &str,
        key: Option<&str>,
        enough: impl FnMut(&T) -> bool,
    ) -> Result<Vec<T>, Error> {
        self.list_by(route, key, PAGE, enough)
    }

    /// The same, with so many on a page.
    pub(crate) fn list_by<T: DeserializeOwned>(
        &self,
        route: &str,
        key: Option<&str>,
        size: usize,
        mut enough: impl FnMut(&T) -> bool,
    ) -> Result<Vec<T>, Error> {
        let mut items = Vec::new();
        let joined = if route.contains('?') { '&' } else { '?' };
        for page in 1..=PAGES {
            let route = format!("{route}{joined}per_page={size}&page={page}");
            let (has_more, list): (bool, Vec<T>) =
                self.ask(&Method::GET, &route, None, |answer| {
                    let list = match json(answer) {
                        Read::Found(whole) => page_of(whole, key),
                        Read::CutOff(why) => return Read::CutOff(why),
                        Read::Unreadable(why) => return Read::Unreadable(why),
                    };
                    match list {
                        Ok(list) => Read::Found((has_next(&answer.headers), list)),
                        Err(error) => Read::Unreadable(error.to_string()),
                    }
                })?;
            for item in list {
                let is_enough = enough(&item);
                items.push(item);
                if is_enough {
                    return Ok(items);
                }
            }
            if !has_more {
                return Ok(items);
            }
        }
        let why = format!("the list has more than {PAGES} pages");
        Err(Error { asked: format!("GET {}", self.shown(route)), why: Why::Unreadable(why) })
    }
}

fn page_of<T: DeserializeOwned>(
    mut whole: Value,
    key: Option<&str>,
) -> Result<Vec<T>, serde_json::Error> {
    let list = match key {
        Some(key) => whole.get_mut(key).map(Value::take).unwrap_or_default(),
        None => whole,
    };
    serde_json::from_value(list)
}

/// Whether a list goes on
/// ([documentation](https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers)).
fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get(LINK).and_then(|links| links.to_str().ok()).unwrap_or_default();
    links.split(',').any(|link| link.contains("rel=\"next\""))
}
