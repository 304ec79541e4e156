#!/usr/bin/env bash
# One feature, three documents: promoted from one to the next, one status in all of them, collected and reviewed together.
source "$(dirname "${BASH_SOURCE[0]}")/scenario.sh"
KEY=retail.checkout.66623
for environment in dev staging prod; do
  does isoflag init "$environment.json" --environment "$environment"
done
all=(--env dev=dev.json --env staging=staging.json --env prod=prod.json)

scene "A feature begins in development; its definition is promoted, and neither that it is on nor its testers"
does isoflag flag add "$KEY" dev.json --now "$(day 0)"
does isoflag flag target "$KEY" 1=qa-1 dev.json --now "$(day 0)"
does isoflag flag on "$KEY" dev.json --now "$(day 0)"
answer true dev.json "$KEY" qa-1
does isoflag promote dev.json staging.json --feature "$KEY" --dry-run
has "targets-left-out"
refuses isoflag eval staging.json "$KEY" --context '{"key": "qa-1"}'
does isoflag promote dev.json staging.json --feature "$KEY" --now "$(day 1)"
answer false staging.json "$KEY" qa-1
does isoflag promote staging.json prod.json --now "$(day 2)"
answer false prod.json "$KEY" qa-1
refuses isoflag promote dev.json prod.json --feature no-such-flag
has "no-such-flag"

scene "A copy to try it out gets everything that development has"
cp staging.json trial.json
does isoflag promote dev.json trial.json --with-on --with-targets --with-rollout --now "$(day 3)"
answer true trial.json "$KEY" qa-1

scene "One status in all documents, or in none; a document that is behind is found"
does isoflag status dev.json "$KEY" doing --write --now "$(day 3)"
does isoflag check "${all[@]}" --allow not-portable --now "$(day 3)"
refuses isoflag status "${all[@]}" "$KEY" done --write --now "$(day 3)"
does isoflag status "${all[@]}" "$KEY" doing --write --now "$(day 4)"
does isoflag status dev.json "$KEY" staging --write --now "$(day 5)"
does isoflag check "${all[@]}" --allow not-portable --now "$(day 5)"
has "status-differs"
does isoflag status "${all[@]}" "$KEY" staging --write --now "$(day 5)"
does isoflag check "${all[@]}" --allow not-portable --now "$(day 5)"
lacks "status-differs"

scene "The tests run once, with the first document; their results are written to all"
cat > tests.sh <<'SHELL'
isoflag eval "$ISOFLAG_DOCUMENT" retail.checkout.66623 --context '{"key": "mia"}'
SHELL
does isoflag certify "${all[@]}" --artifact-time "$(day 6)" --now "$(day 6)" --write -- bash tests.sh
has "is Done now"
does isoflag deployed "${all[@]}" --artifact-time "$(day 6)" --now "$(day 7)"
has "dev" "staging" "prod" "yes"

scene "Done and deployed: beta users have it in production, though the flag is off; nobody else has"
cat > strategies.py <<'PYTHON'
import json
from pathlib import Path

from isoflag import Flags

flags = Flags.from_json(Path("prod.json").read_bytes())
meta = json.loads(flags.to_json())["meta"]
testers = [{"attribute": "email", "op": "endsWith", "values": ["@shop.example"]}]
strategies = {"production": [{"strategy": "Beta", "clauses": testers}]}
Path("with-beta.json").write_text(flags.apply({"meta": {**meta, "strategies": strategies}}).to_json())
PYTHON
does python strategies.py
cat > client.py <<'PYTHON'
from isoflag import FlagClient
from isoflag.source import FileSource

flags = FlagClient(FileSource("with-beta.json"), system="production")
for email in ("qa@shop.example", "mia@mail.example"):
    context = {"key": email, "email": email}
    print(email, flags.bool_variation("retail.checkout.66623", context, False))
PYTHON
does python client.py
has "qa@shop.example True" "mia@mail.example False"

scene "The rollout ends once everybody has the feature in each environment"
refuses isoflag finish "${all[@]}" "$KEY" --now "$(day 8)"
has "is off; roll it out first"
does isoflag flag on "$KEY" staging.json --now "$(day 8)"
does isoflag flag on "$KEY" prod.json --now "$(day 8)"
does isoflag finish "${all[@]}" "$KEY" --now "$(day 9)"
has "prod: \`$KEY\` is Finished"

scene "The documents of all accounts are collected; one that fails is reported, and stops no other"
cat > accounts.json <<'JSON'
{"documents": {"dev": {"file": "dev.json"}, "staging": {"file": "staging.json"}, "prod": {"file": "prod.json"}}}
JSON
does python -m isoflag collect accounts.json --out documents/
has "dev: 1 flag" "prod: 1 flag"
cat > more-accounts.json <<'JSON'
{"documents": {"prod": {"file": "prod.json"}, "other": {"file": "no-such.json"}}}
JSON
refuses python -m isoflag collect more-accounts.json --out documents/
has "prod: 1 flag" "other: error: "

scene "The inventory of all accounts, and its review: what moved, what is due, what can go"
accounts=(dev=documents/dev.json staging=documents/staging.json prod=documents/prod.json)
does isoflag inventory "${accounts[@]}" --now "$(day 10)"
has "3 environments" "checkout"
does isoflag inventory "${accounts[@]}" --since "$(day 7)" --weeks 5 --now "$(day 10)"
has "## Flag review" "the status is" "remove by"
does isoflag inventory "${accounts[@]}" --since "$(day 7)" --html review.html --now "$(day 10)"
does grep -c "$KEY" review.html
refuses isoflag inventory "${accounts[@]}" --weeks 5
