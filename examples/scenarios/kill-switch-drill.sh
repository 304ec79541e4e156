#!/usr/bin/env bash
# A feature breaks in production: switch it off, find the change, correct tests and documents.
source "$(dirname "${BASH_SOURCE[0]}")/scenario.sh"
KEY=retail.checkout.66623
mkdir versions

# keep N: keeps the document as version N, as git would.
keep() { cp flags.json "versions/$1.json"; }

scene "The feature is on for everybody, and another one depends on it"
does isoflag init flags.json --environment production
does isoflag flag add "$KEY" flags.json --now "$(day 0)"
does isoflag flag on "$KEY" flags.json --now "$(day 0)"
keep 1
does isoflag flag target "$KEY" 1=mia flags.json --now "$(day 1)"
keep 2

scene "1. Switch it off: one command, and off wins over targets, rules and rollouts"
does isoflag flag off "$KEY" flags.json --dry-run
has '`targets` → `off`: 100%' '`fallthrough` → `off`: 100%'
does isoflag flag off "$KEY" flags.json --now "$(day 2)"
keep 3
answer false flags.json "$KEY" mia
answer false flags.json "$KEY" ada
does isoflag check flags.json --allow not-portable

scene "The switch works even if the rules are broken"
cat > break.py <<'PYTHON'
import json
from pathlib import Path

from isoflag import Flags

flags = Flags.from_json(Path("flags.json").read_bytes())
flag = json.loads(flags.to_json())["flags"]["retail.checkout.66623"]
rule = {"id": "broken", "clauses": [{"attribute": "key", "op": "matches", "values": ["("]}], "variation": 7}
broken = flags.apply({"flags": {flag["key"]: {**flag, "version": flag["version"] + 1, "rules": [rule]}}})
Path("broken.json").write_text(broken.to_json())
PYTHON
does python break.py
refuses isoflag check broken.json
answer false broken.json "$KEY" mia

scene "A feature that others need is not switched off by mistake"
does isoflag flag add retail.checkout.66700 "{\"prerequisites\": [{\"key\": \"$KEY\", \"variation\": 1}]}" flags.json --now "$(day 2)"
does isoflag flag on "$KEY" flags.json --now "$(day 2)"
does isoflag flag on retail.checkout.66700 flags.json --now "$(day 2)"
refuses isoflag flag off "$KEY" flags.json
has "require it"
does isoflag flag off "$KEY" flags.json --force --now "$(day 2)"
answer false flags.json retail.checkout.66700 mia

scene "2. The tests pass with the feature off"
cp "$EXAMPLES"/testing/* . 2> /dev/null || true
does python -m pytest --quiet -p no:cacheprovider --isoflag-all=off

scene "3. The document that goes out has no errors, and the other flags answer as before"
does isoflag diff versions/2.json versions/3.json
has "turned off"
does isoflag stamp versions/2.json versions/3.json --now "$(day 2)"

scene "4. For the review: the version that changed the answer, with both explanations"
does isoflag blame "$KEY" versions --context '{"kind": "user", "key": "mia"}'
has "3.json"
