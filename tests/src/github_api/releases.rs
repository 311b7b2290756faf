//! Releases and their assets, as the stand-in keeps them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::answers::{Answered, is_number};
use super::known::merge;
use super::{DOWNLOADS, Description, State};

/// A release with what is given of it.
pub(super) fn release_with(id: u64, given: Value) -> Value {
    let mut release = Description::get().example("release");
    let own = json!({
        "id": id,
        "html_url": format!("https://github.com/someone/tool/releases/{id}"),
        "body": "",
        "draft": false,
        "prerelease": false,
        "immutable": false,
    });
    merge(&mut release, own);
    merge(&mut release, given);
    release["assets"] = json!([]);
    release
}

fn asset_with(id: u64, name: &str, bytes: &[u8], state: &str) -> Value {
    let mut asset = Description::get().example("release-asset");
    let digest = Sha256::digest(bytes);
    let hex = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let own = json!({
        "id": id,
        "name": name,
        "state": state,
        "size": bytes.len(),
        "digest": format!("sha256:{hex}"),
    });
    merge(&mut asset, own);
    asset
}

impl State {
    /// Adds an asset of some bytes to a release, which users can download, and returns it.
    pub(super) fn add_asset(
        &mut self,
        release: u64,
        name: &str,
        bytes: &[u8],
        state: &str,
    ) -> Value {
        let id = 1 + self.assets.iter().filter_map(|(_, a)| a["id"].as_u64()).max().unwrap_or(0);
        let mut asset = asset_with(id, name, bytes, state);
        let place = format!("asset-{id}");
        asset["browser_download_url"] = json!(format!("{}{DOWNLOADS}{place}", self.downloads_at));
        self.downloads.insert(place, bytes.to_owned());
        self.assets.push((release, asset.clone()));
        asset
    }

    pub(super) fn look_up_releases(&self, rest: &[&str]) -> Answered {
        let is_public = |release: &&Value| release["draft"] == false;
        let shown = |release: Option<&Value>| {
            let release = release.map(|release| {
                let mut release = release.clone();
                release["upload_url"] = json!(format!(
                    "{}/repos/someone/tool/releases/{}/assets{{?name,label}}",
                    self.at, release["id"]
                ));
                release
            });
            Answered::found(release.as_ref())
        };
        match rest {
            [] => {
                let all = self.releases.iter().map(|release| shown(Some(release)).body);
                Answered::with(200, json!(all.collect::<Vec<_>>()))
            }
            ["tags", tag] => {
                let mut public = self.releases.iter().filter(is_public);
                shown(public.find(|release| release["tag_name"] == *tag))
            }
            ["latest"] => {
                let mut public = self.releases.iter().filter(is_public);
                shown(public.find(|release| release["id"] == self.latest))
            }
            [id] => shown(self.releases.iter().find(|release| is_number(&release["id"], id))),
            [id, "assets"] => {
                let of = |asset: &&(u64, Value)| asset.0.to_string() == *id;
                let assets = self.assets.iter().filter(of).map(|(_, asset)| asset.clone());
                Answered::with(200, json!(assets.collect::<Vec<_>>()))
            }
            _ => Answered::not_found(),
        }
    }

    pub(super) fn change_releases(
        &mut self,
        method: &str,
        rest: &[&str],
        query: &BTreeMap<String, String>,
        body: &Value,
    ) -> Answered {
        match (method, rest) {
            ("POST", []) => {
                let id = 1 + self.releases.len() as u64;
                self.releases.insert(0, release_with(id, body.clone()));
                let mut shown = self.look_up_releases(&[]);
                Answered::with(201, shown.body[0].take())
            }
            ("PATCH", [id]) => {
                let is_it = |release: &&mut Value| is_number(&release["id"], id);
                let Some(release) = self.releases.iter_mut().find(is_it) else {
                    return Answered::not_found();
                };
                let mut change = body.clone();
                let is_latest = change["make_latest"].take() == "true";
                change.as_object_mut().unwrap().remove("make_latest");
                merge(release, change);
                if is_latest {
                    self.latest = release["id"].as_u64().unwrap();
                }
                let at = self.releases.iter().position(|release| is_number(&release["id"], id));
                let mut shown = self.look_up_releases(&[]);
                Answered::with(200, shown.body[at.unwrap()].take())
            }
            ("POST", [id, "assets"]) => {
                let name = query["name"].as_str();
                let release: u64 = id.parse().unwrap();
                let is_it = |asset: &(u64, Value)| asset.0 == release && asset.1["name"] == name;
                if self.assets.iter().any(is_it) {
                    let wrong = json!({ "resource": "ReleaseAsset", "code": "already_exists", "field": "name" });
                    let body = json!({ "message": "Validation Failed", "errors": [wrong] });
                    return Answered::with(422, body);
                }
                let whole = if self.interrupted { "open" } else { "uploaded" };
                let (name, sent) = (name.to_owned(), self.sent.clone());
                Answered::with(201, self.add_asset(release, &name, &sent, whole))
            }
            ("DELETE", ["assets", id]) => {
                let before = self.assets.len();
                self.assets.retain(|(_, asset)| !is_number(&asset["id"], id));
                if self.assets.len() == before {
                    return Answered::not_found();
                }
                Answered::with(204, Value::Null)
            }
            _ => Answered::not_found(),
        }
    }
}
