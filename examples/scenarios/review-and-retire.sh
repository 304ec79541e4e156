#!/usr/bin/env bash
# The monthly review: all flags of all accounts, the ones to finish, the ones to remove, and the evidence for it.
source "$(dirname "${BASH_SOURCE[0]}")/scenario.sh"
OLD=retail.checkout.66623 NEW=retail.search.66710 KEPT=retail.checkout.66700
for environment in development staging production; do
  isoflag init "$environment.json" --environment "$environment"
  isoflag flag add "$OLD" '{"lifecycle": {"status": "Done", "feedback": "good", "openIssues": 0, "changePlanned": false, "needed": false}}' \
    "$environment.json" --now "$(day 0)"
  isoflag flag add "$KEPT" '{"lifecycle": {"kind": "ops"}}' "$environment.json" --now "$(day 0)"
  isoflag flag on "$OLD" "$environment.json" --now "$(day 30)"
  cp "$environment.json" "$environment-day-30.json"
  isoflag flag add "$NEW" "$environment.json" --now "$(day 90)"
done > /dev/null
does isoflag flag on "$NEW" development.json --now "$(day 91)"

# count.py FILE DAY KEY...: counts an evaluation of each key of the production document on that day.
cat > count.py <<'PYTHON'
import sys
from pathlib import Path

from isoflag import FlagClient
from isoflag.activity import Activity
from isoflag.source import FileSource

activity = Activity(clock=lambda: 1790000000 + int(sys.argv[2]) * 86400)
flags = FlagClient(FileSource("production.json"), activity=activity)
for key in sys.argv[3:]:
    flags.bool_variation(key, {"key": "mia"}, False)
Path(sys.argv[1]).write_text(activity.to_json())
PYTHON
does python count.py activity.json 92 "$OLD" "$KEPT"

scene "All flags of all accounts in one view: text, JSON, and a page for the meeting"
accounts=(development=development.json staging=staging.json production=production.json --activity production=activity.json)
does isoflag inventory "${accounts[@]}" --now "$(day 92)"
has "$OLD" "$NEW" "production" "3 environments" "checkout" "search"
does isoflag inventory "${accounts[@]}" --now "$(day 92)" --json
has '"attention"'
does isoflag inventory "${accounts[@]}" --now "$(day 92)" --html review.html
does grep -c "$OLD" review.html

scene "Which flags may go? A missing answer is unknown, never yes"
does isoflag retire production.json --now "$(day 92)" --history "$(day 30)=production-day-30.json"
has "remove from the code" "keep" "unknown" "2026-12-20"

scene "Finish: everybody has the feature; the flag remains as a switch for the safety period"
does isoflag finish production.json "$OLD" --safety-weeks 4 --now "$(day 92)"
does isoflag retire production.json --now "$(day 93)"
has "safety"

scene "After the safety period the flag may be removed from the code"
mkdir source
printf 'if flags.bool_variation("%s", user, False):\n' "$OLD" > source/checkout.py
does isoflag retire production.json --code source --now "$(day 150)"
has "remove" "$OLD"

scene "The code no longer has it; without counts, its use is unknown"
rm source/checkout.py
does isoflag retire production.json --code source --now "$(day 150)"
has "ask: evidence is missing" "$OLD"

scene "An old artifact still evaluates it: the flag is kept"
does python count.py first.json 120 "$KEPT"
does python count.py used.json 148 "$OLD" "$KEPT"
does isoflag activity merge first.json used.json --out counts.json
does isoflag retire production.json --code source --activity counts.json --now "$(day 150)" --json
has "\"key\":\"$OLD\",\"lastEvaluated\":{\"evaluations\":1" '"verdict":"keep"'

scene "No evaluation in four weeks of counts: the flag is deleted"
does python count.py last.json 150 "$KEPT"
does isoflag activity merge first.json last.json --out counts.json
does isoflag retire production.json --code source --activity counts.json --now "$(day 150)"
has "delete: neither named nor used"
does isoflag flag remove "$OLD" production.json --now "$(day 150)"
does isoflag check production.json --allow not-portable --now "$(day 150)"
