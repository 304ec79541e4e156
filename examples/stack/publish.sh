#!/usr/bin/env bash
# Commits flags.json and deploys it to AppConfig: publish.sh MESSAGE
set -euo pipefail

# output NAME: prints an output of the stack.
output() {
  aws cloudformation describe-stacks --stack-name "${STACK:-shop}" \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue" --output text
}

# The commit comes first: a document that is not in git is never deployed.
git config user.name flags
git config user.email flags@users.noreply.github.com
git add flags.json
git diff --cached --quiet || git commit --quiet --message "$1"
git push --quiet origin HEAD:main

application="$(output ApplicationId)" profile="$(output ProfileId)"
version="$(aws appconfig create-hosted-configuration-version --application-id "$application" \
  --configuration-profile-id "$profile" --content-type application/json --content fileb://flags.json \
  --query VersionNumber --output text /dev/null)"
aws appconfig start-deployment --application-id "$application" --configuration-profile-id "$profile" \
  --environment-id "$(output EnvironmentId)" --deployment-strategy-id "$(output StrategyId)" \
  --configuration-version "$version"
