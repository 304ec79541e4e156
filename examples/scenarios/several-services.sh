#!/usr/bin/env bash
# A feature of two services, each with artifacts of its own: certified and deployed one after the other, and taken back.
source "$(dirname "${BASH_SOURCE[0]}")/scenario.sh"
KEY=retail.checkout.66623
does isoflag init flags.json --environment production
does isoflag flag add "$KEY" '{"lifecycle": {"modules": ["api", "web"]}}' flags.json --now "$(day 0)"
does isoflag flag add retail.checkout.66700 '{"lifecycle": {"modules": ["api"]}}' flags.json --now "$(day 0)"
for key in "$KEY" retail.checkout.66700; do
  does isoflag status flags.json "$key" doing --write --now "$(day 1)"
  does isoflag status flags.json "$key" staging --write --now "$(day 2)"
done
cat > tests.sh <<'SHELL'
# Evaluates the flags that the service uses.
for key in "$@"; do isoflag eval "$ISOFLAG_DOCUMENT" "$key" --context '{"key": "mia"}' || exit 1; done
SHELL

# beta VALUE: the answer for beta users.
beta() {
  does isoflag strategy flags.json beta --out beta.json
  answer "$1" beta.json "$KEY" mia
}

scene "The artifact of the API is certified: a feature of the API alone is done, the other one waits for the page"
does isoflag certify flags.json --module api --artifact-time "$(day 3)" --now "$(day 3)" --write -- bash tests.sh "$KEY" retail.checkout.66700
has "\`retail.checkout.66700\` is Done now" "\`$KEY\` is certified in \`api\` now" "remains in Staging until \`web\` is certified"
does isoflag deployed flags.json --module api --artifact-time "$(day 3)" --now "$(day 4)"
has "$KEY" "retail.checkout.66700"
beta false

scene "The artifacts of a service are its own: one that nobody certified is not deployed"
refuses isoflag deployed flags.json --module web --artifact-time "$(day 3)" --now "$(day 4)"
has "no certified artifact of \`web\`"
refuses isoflag deployed flags.json --artifact-time "$(day 3)" --now "$(day 4)"
does isoflag certify flags.json --module wbe --no-evidence -- true
has "no flag has the module \`wbe\`"

scene "The page is certified and deployed too: the feature is done, and enters Beta"
does isoflag certify flags.json --module web --artifact-time "$(day 5)" --now "$(day 5)" --write -- bash tests.sh "$KEY"
has "is Done now"
beta false
does isoflag deployed flags.json --module web --artifact-time "$(day 5)" --now "$(day 6)"
has "yes"
beta true

scene "The page returns to an older artifact: the feature leaves Beta, although the API still has it"
does isoflag certify flags.json --module web --artifact-time "$(day 1)" --now "$(day 7)" --write --no-evidence -- true
does isoflag deployed flags.json --module web --artifact-time "$(day 1)" --now "$(day 7)"
beta false
does isoflag deployed flags.json --module web --artifact-time "$(day 5)" --now "$(day 8)"
beta true
does isoflag check flags.json --allow not-portable --now "$(day 8)"
