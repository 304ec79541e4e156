# Sourced by each scenario: commands that print themselves, and stop the script if the output is not as expected.
set -euo pipefail
shopt -s inherit_errexit
export NO_COLOR=1 COLUMNS=120 PYTHONDONTWRITEBYTECODE=1
EXAMPLES="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"

# scene TITLE: begins a part of the story.
scene() { printf '\n== %s ==\n' "$1"; }

# day N: prints the time of day N of the story, in seconds since 1970.
day() { echo $((1790000000 + $1 * 86400)); }

# run COMMAND...: prints the command and its output; $output and $code are its results.
run() {
  local word
  printf '\n$'
  for word; do [[ "$word" =~ ^[A-Za-z0-9_.,:=@%/-]+$ ]] && printf ' %s' "$word" || printf ' %s' "${word@Q}"; done
  printf '\n'
  code=0
  output="$("$@" 2>&1)" || code=$?
  [[ -z "$output" ]] || printf '%s\n' "$output"
}

# has TEXT...: the output must have each text.
has() {
  local text
  for text; do
    [[ "$output" == *"$text"* ]] || { printf 'expected in the output: %s\n' "$text" >&2; exit 1; }
  done
}

# lacks TEXT: the output must not have the text.
lacks() { [[ "$output" != *"$1"* ]] || { printf 'unexpected in the output: %s\n' "$1" >&2; exit 1; }; }

# does COMMAND...: the command must succeed.
does() {
  run "$@"
  [[ $code == 0 ]] || { printf 'exit code %s, expected 0\n' "$code" >&2; exit 1; }
}

# refuses COMMAND...: the command must report a finding or reject its input.
refuses() {
  run "$@"
  [[ $code == 1 || $code == 2 ]] || { printf 'exit code %s, expected 1 or 2\n' "$code" >&2; exit 1; }
}

# answer VALUE FILE KEY USER: the flag must serve the value to the user.
answer() {
  does isoflag eval "$2" "$3" --context "{\"kind\": \"user\", \"key\": \"$4\"}" --json
  has "\"value\":$1"
}
