# A workflow of sixty jobs: gates and builds, which every publishing job waits for, and names each result of; six
# channels in a chain, of which each may be left out; delivery; a report.
BEGIN {
    print "on: { workflow_dispatch: { inputs: { rehearsal: { type: boolean, default: true } } } }"
    print "permissions: {}"
    print "jobs:"
    for (i = 1; i <= 26; i++) { job("gate-" i, "", ""); all = all ", gate-" i; well = well " && needs.gate-" i ".result == 'success'" }
    for (i = 1; i <= 26; i++) { job("build-" i, "gate-" i, ""); all = all ", build-" i; well = well " && needs.build-" i ".result == 'success'" }
    for (i = 1; i <= 6; i++) {
        when = "!cancelled() && !inputs.rehearsal" well chain
        job("publish-" i, substr(all, 3) before, when)
        before = before ", publish-" i
        chain = chain " && (needs.publish-" i ".result == 'success' || needs.publish-" i ".result == 'skipped')"
    }
    job("deliver", substr(before, 3), "!cancelled() && !inputs.rehearsal && needs.publish-1.result == 'success'")
    job("report", substr(all before, 3), "always()")
}
function job(id, needs, condition) {
    print "  " id ":"
    print "    runs-on: ubuntu-24.04"
    if (needs != "") print "    needs: [" needs "]"
    if (condition != "") print "    if: ${{ " condition " }}"
    print "    steps: [{ name: Do it, run: ./it.sh }]"
}
