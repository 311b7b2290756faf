# What `actions/launch.sh` may run of a release, from the release's manifest:
#
#   jq --raw-output --from-file actions/programs/list.jq manifest.json > actions/programs.list
"# The programs that actions/launch.sh runs: triple, file, asset, size in bytes, SHA-256 of the asset, SHA-256 of the file.",
"release \(.source.repository) \(.tag)",
(.targets as $targets | .artifacts[]
  | select(.artifact == ("build", "check", "publish"))
  | . as $asset
  | .members[] | select(.path | startswith("lockstep"))
  | "\($targets[$asset.target].triple) \(.path | rtrimstr(".exe")) \($asset.name) \($asset.size) \($asset.sha256) \(.sha256)")
