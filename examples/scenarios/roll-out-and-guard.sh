#!/usr/bin/env bash
# A feature reaches its users: dark launch, canary, everybody at once, a planned rollout with an alarm, counted answers.
source "$(dirname "${BASH_SOURCE[0]}")/scenario.sh"
KEY=retail.checkout.66623
does isoflag init flags.json --environment production
does isoflag flag add "$KEY" flags.json --now "$(day 0)"

scene "Dark launch: the code is deployed, and testers alone have the feature, in production"
does isoflag flag rollout "$KEY" 0% flags.json --now "$(day 1)"
does isoflag flag target "$KEY" 1=qa-1,qa-2 flags.json --now "$(day 1)"
does isoflag flag on "$KEY" flags.json --now "$(day 1)"
answer true flags.json "$KEY" qa-1
answer false flags.json "$KEY" mia

scene "Canary: 5%, then 25%; the impact of a step is known before it is made, and nobody loses the feature"
does isoflag flag rollout "$KEY" 5% flags.json --now "$(day 2)"
does isoflag flag rollout "$KEY" 25% flags.json --dry-run
has '20% of the keys of kind `user` that reach it `false` → `true`'
does isoflag simulate flags.json "$KEY" --raise 1=25% --count 10000
has "504 contexts keep it" "0 get another"
cp flags.json before.json
does isoflag flag rollout "$KEY" 25% flags.json --now "$(day 3)"
does isoflag impact before.json flags.json --fail-over 25%
refuses isoflag impact before.json flags.json --fail-over 10%

scene "All at once"
cp flags.json before.json
does isoflag flag rollout "$KEY" 100% flags.json --now "$(day 4)"
does isoflag impact before.json flags.json
has '75% of the keys of kind `user` that reach it `false` → `true`'
answer true flags.json "$KEY" mia

scene "Values besides on and off: an experiment with three arms, and JSON to configure a migration"
does isoflag flag add retail.checkout.66700 '{"variations": ["grey", "red", "green"]}' flags.json --now "$(day 4)"
does isoflag flag rollout retail.checkout.66700 0=50%,1=30%,2=20% flags.json --now "$(day 4)"
does isoflag flag on retail.checkout.66700 flags.json --now "$(day 4)"
does isoflag simulate flags.json retail.checkout.66700 --count 10000
has '"grey"' '"red"' '"green"'
does isoflag flag add retail.orders.66701 '{"variations": [{"write": "old"}, {"write": "both", "readNew": 0.1}]}' flags.json --now "$(day 4)"
does isoflag flag on retail.orders.66701 flags.json --now "$(day 4)"
answer '{"readNew":0.1,"write":"both"}' flags.json retail.orders.66701 mia

scene "A planned rollout: staff for a day, then 5%, 25% and everybody, each step only while the alarm is quiet"
PLANNED=retail.search.66710
cat > plan.json <<'JSON'
{"lifecycle": {"rollout": {
  "stages": [{"share": 5, "duration": "24h"}, {"share": 25, "duration": "24h"}, {"share": 100, "duration": "24h"}],
  "alarms": ["search-errors"]}}}
JSON
does isoflag flag add "$PLANNED" @plan.json flags.json --now "$(day 5)"
does isoflag advance flags.json --alarm search-errors=ok --write --now "$(day 6)"
has "next stage"
does isoflag advance flags.json --alarm search-errors=ok --write --now "$(day 6)"
has "waits"
does isoflag advance flags.json --write --now "$(day 7)"
has "waits"
does isoflag advance flags.json --alarm search-errors=ok --write --now "$(day 7)"
has "25%"

scene "Telemetry guards the rollout: the alarm takes it back one stage; when it is quiet, the rollout goes on"
refuses isoflag advance flags.json --alarm search-errors=alarm --write --now "$(day 7)"
has "alarm" "5%"
does isoflag advance flags.json --alarm search-errors=ok --write --now "$(day 8)"
does isoflag advance flags.json --alarm search-errors=ok --write --now "$(day 9)"
has "25%"
does isoflag advance flags.json --alarm search-errors=ok --write --now "$(day 10)"
does isoflag advance flags.json --alarm search-errors=ok --write --now "$(day 11)"
has "complete"
answer true flags.json "$PLANNED" mia

scene "Metrics show when a flag was on for whom: counts by variation, and a line for CloudWatch"
cat > counts.py <<'PYTHON'
from pathlib import Path

from isoflag import FlagClient
from isoflag.activity import Activity
from isoflag.source import FileSource

activity = Activity(clock=lambda: 1790000000 + 11 * 86400)
flags = FlagClient(FileSource("flags.json"), activity=activity)
for number in range(100):
    flags.bool_variation("retail.search.66710", {"key": f"user-{number}"}, False)
print(activity.to_emf("Shop/Flags"))
Path("activity.json").write_text(activity.to_json())
PYTHON
does python counts.py
has '"_aws"' "retail.search.66710"
does isoflag inventory flags.json --activity activity.json --now "$(day 12)"
has "1 day ago"
does isoflag inventory flags.json --activity activity.json --now "$(day 12)" --json
has '"evaluations":100'

scene "The store goes back to an earlier version: the client follows it"
cat > back.py <<'PYTHON'
import os
import time
from pathlib import Path

from isoflag import FlagClient
from isoflag.source import FileSource

flags = FlagClient(FileSource("served.json"), ttl=0)
for moment, name in enumerate(["flags.json", "before.json"]):
    Path("served.json").write_bytes(Path(name).read_bytes())
    os.utime("served.json", (time.time() - 60 + moment,) * 2)
    flags.refresh(force=True)
    print("version", flags.status.version, "serves", flags.bool_variation("retail.checkout.66623", {"key": "mia"}, None))
PYTHON
does python back.py
has "serves True" "serves False"
