#!/usr/bin/env bash
# A feature from To Do to Beta: statuses, strategies, one artifact and its certification, deployment.
source "$(dirname "${BASH_SOURCE[0]}")/scenario.sh"
cp "$EXAMPLES"/testing/* . 2> /dev/null || true
cp flags.staging.json flags.json
KEY=reserve-goods
artifact="$(day 10)"

scene "The status of a feature: two are set by the team, the others follow from tests and rollout"
does isoflag status flags.json "$KEY" to-do --write --now "$(day 1)"
refuses isoflag status flags.json "$KEY" staging --write --now "$(day 1)"
has "does not follow"
does isoflag status flags.json "$KEY" doing --write --now "$(day 2)"
does isoflag status flags.json "$KEY" staging --write --now "$(day 9)"
refuses isoflag status flags.json "$KEY" done --write --now "$(day 9)"
does isoflag status flags.json most-pieces finished --force --write --now "$(day 1)"

# under STRATEGY EXPECTED [ARGUMENT...]: the answer for mia under a strategy.
under() {
  does isoflag strategy flags.json "$1" --out under.json "${@:3}"
  answer "$2" under.json "$KEY" mia
}

scene "Strategies: the flag is in Staging"
under flush-out true
under production-state false
under next-release true
under custom true --on "$KEY"
under production false
under beta false
under custom-production true --on "$KEY"

scene "The context chooses the strategy"
cat > strategies.py <<'PYTHON'
from pathlib import Path

from isoflag import Flags

testers = [{"attribute": "email", "op": "endsWith", "values": ["@shop.example"]}]
office = [{"contextKind": "request", "attribute": "remoteAddress", "op": "startsWith", "values": ["10.0.7."]}]
strategies = {
    "production": [{"strategy": "Beta", "clauses": testers}],
    "development": [{"strategy": "Flush Out", "clauses": office}, {"strategy": "Next Release"}],
}
flags = Flags.from_json(Path("flags.json").read_bytes())
Path("chosen.json").write_text(flags.apply({"meta": {"version": 9, "strategies": strategies}}).to_json())
PYTHON
does python strategies.py
does isoflag strategy chosen.json --system production --context '{"key": "qa", "email": "qa@shop.example"}'
has "Beta"
does isoflag strategy chosen.json --system development --context '{"kind": "request", "key": "1", "remoteAddress": "10.0.7.9"}'
has "Flush Out"
does isoflag strategy chosen.json --system development --context '{"kind": "request", "key": "1", "remoteAddress": "8.8.8.8"}'
has "Next Release"

scene "Certify Production fails: the artifact may not be deployed"
certify=(isoflag certify flags.json --artifact-time "$artifact" --now "$(day 11)" --write --)
cat > fails.sh <<'SHELL'
# Fails under the strategy of its first argument.
python -m pytest --quiet -p no:cacheprovider && [[ "$ISOFLAG_STRATEGY" != "$1" ]]
SHELL
refuses "${certify[@]}" bash fails.sh "Production State"
has "may not be deployed"
refuses isoflag deployed flags.json --artifact-time "$artifact" --now "$(day 11)"

scene "Certify Staging fails: the artifact may be deployed, but the feature remains in Staging"
refuses "${certify[@]}" bash fails.sh "Next Release"
has "may be deployed"
does isoflag status flags.json "$KEY"
has "Staging"

scene "A fix in the tests alone: the same artifact is certified again, and the feature is Done"
does "${certify[@]}" bash fails.sh never
has "is Done now"

scene "Deployed: the artifact's features, and the ones that join Beta"
does isoflag deployed flags.json --artifact-time "$artifact" --now "$(day 12)"
has "$KEY" "yes"
under beta true
under production false

scene "A return to an older artifact takes the feature out of Beta"
older="$(day 8)"
does isoflag certify flags.json --artifact-time "$older" --now "$(day 13)" --write -- bash fails.sh never
does isoflag deployed flags.json --artifact-time "$older" --now "$(day 13)"
under beta false
