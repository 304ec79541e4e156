"""The workflow of the example stack: its shell steps run, with `aws`, `gh` and `sam` recorded."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore import xform_name
from cfnlint.decode.cfn_yaml import load as load_template

from pages import TOP

STACK = TOP / "examples" / "stack"
WORKFLOW: dict[str, Any] = yaml.safe_load(
    (STACK / ".github" / "workflows" / "flags.yml").read_text("utf-8")
)
DOCUMENT = (STACK / "flags.json").read_text("utf-8")
EXPRESSION = re.compile(r"\$\{\{ ?(.*?) ?\}\}")
BIN = Path(sys.executable).parent

# Records its arguments and prints the answer to them.
RECORDER = f"""#!{sys.executable}
import json, os, pathlib, shutil, sys
folder = pathlib.Path(__file__).parent
words = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
for word in words:
    if word.startswith("fileb://"):
        shutil.copy(word.removeprefix("fileb://"), folder / "deployed.json")
answers = json.loads((folder / "answers.json").read_text())
print(next((answer for start, answer in answers.items() if " ".join(words).startswith(start)), ""))
"""


class Checkout:
    """A clone of a repository with the stack, in which jobs of the workflow run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.programs = folder / "programs"
        self.origin = folder / "origin.git"
        self.alarm = "OK"
        self.programs.mkdir()
        for name in ("aws", "gh", "sam", "pip"):
            program = self.programs / name
            program.write_text(RECORDER, "utf-8")
            program.chmod(0o755)
        shutil.copytree(
            STACK, self.folder, ignore=shutil.ignore_patterns("__pycache__", ".*_cache")
        )
        # The plan begins now, whatever the date, with a feature that was staged an hour ago.
        self.document = re.sub(r',\s*"startTimestamp": ".*?"', "", DOCUMENT)
        staged = f'"stagedTimestamp": {int(time.time()) - 3600}'
        self.document = re.sub(r'"stagedTimestamp": \d+', staged, self.document)
        (self.folder / "flags.json").write_text(self.document, "utf-8")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("init", "--quiet", "--bare", str(self.origin))
        self.git("remote", "add", "origin", str(self.origin))
        self.commit()

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(self.programs), str(BIN), os.environ["PATH"]])
        names = ("AUTHOR", "COMMITTER")
        author = {
            f"GIT_{name}_{part}": "a@b.example" for name in names for part in ("NAME", "EMAIL")
        }
        return subprocess.run(  # noqa: S603
            words,
            cwd=self.folder,
            env={**os.environ, **author, "PATH": path, **environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def git(self, *words: str) -> str:
        done = self.run("git", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def isoflag(self, *words: str) -> None:
        done = self.run("isoflag", *words)
        assert done.returncode == 0, done.stderr

    def commit(self) -> str:
        """Commits everything on `main` and returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "an edit")
        self.git("push", "--quiet", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD").strip()

    def job(self, name: str, **values: str) -> int:
        """Runs the shell steps of a job and returns the first exit code that is not 0."""
        job = WORKFLOW["jobs"][name]
        known = {"github.token": "token", "vars.AWS_REGION": "eu-central-1", **values}
        known = {key.replace("__", "."): value for key, value in known.items()}
        answers = {
            "aws cloudwatch describe-alarms": self.alarm,
            "aws cloudformation describe-stacks": "abc123",
            "aws appconfig create-hosted": "7",
        }
        (self.programs / "answers.json").write_text(json.dumps(answers), "utf-8")
        for step in job["steps"]:
            if "run" not in step:
                continue
            # An expression in a script could inject code.
            assert not EXPRESSION.search(step["run"])
            given = {**WORKFLOW["env"], **job.get("env", {}), **step.get("env", {})}
            environment = {
                variable: EXPRESSION.sub(lambda found: known[found[1]], str(value))
                for variable, value in given.items()
            }
            done = self.run("bash", "-eo", "pipefail", "-c", step["run"], **environment)
            self.output = done.stdout + done.stderr
            if done.returncode != 0:
                return done.returncode
        return 0

    def calls(self, *start: str) -> list[list[str]]:
        """Returns the recorded calls that begin with these words."""
        recorded = self.programs / "calls"
        lines = recorded.read_text("utf-8").splitlines() if recorded.exists() else []
        calls = [json.loads(line) for line in lines]
        return [call for call in calls if tuple(call[: len(start)]) == start]

    def main(self) -> dict[str, Any]:
        """Returns the document on `main` of the origin."""
        found: dict[str, Any] = json.loads(
            self.git("--git-dir", str(self.origin), "show", "main:flags.json")
        )
        return found


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def review(checkout: Checkout) -> tuple[int, str]:
    """Reviews the edit of the checkout; returns the exit code and the comment."""
    checkout.git("fetch", "--quiet", "origin")
    code = checkout.job("review", github__event__pull_request__number="7")
    for call in checkout.calls("gh"):
        assert call[:4] == ["gh", "pr", "comment", "7"]
        return code, (checkout.folder / call[call.index("--body-file") + 1]).read_text("utf-8")
    return code, ""


@pytest.fixture(autouse=True)
def _base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_BASE_REF", "main")


@pytest.mark.parametrize(("share", "exact", "code"), [("20%", "10%", 0), ("60%", "50%", 1)])
def test_a_review_comments_the_differences_and_bounds_the_impact(
    checkout: Checkout, share: str, exact: str, code: int
) -> None:
    checkout.isoflag("flag", "rollout", "checkout-button", f"1={share}", "flags.json")
    found, comment = review(checkout)
    assert found == code
    assert "#### Flag `checkout-button` changed" in comment
    assert f"{exact} of the keys of kind `user`" in comment


def test_a_review_rejects_a_document_with_warnings(checkout: Checkout) -> None:
    checkout.isoflag("flag", "add", "new", "flags.json")
    code, comment = review(checkout)
    assert (code, comment) == (1, "")
    assert "no-owner" in checkout.output


def release(checkout: Checkout, before: str = "") -> int:
    before = before or checkout.git("rev-parse", "HEAD").strip()
    checkout.isoflag("flag", "rollout", "checkout-button", "1=15%", "flags.json")
    checkout.commit()
    built = datetime.fromtimestamp(int(time.time()) - 60, timezone.utc).isoformat()
    return checkout.job(
        "release",
        github__event__before=before,
        github__event__head_commit__timestamp=built,
        vars__ORIGIN="https://shop.example",
        vars__APPCONFIG_EXTENSION="arn",
    )


def test_a_release_stamps_certifies_and_deploys(checkout: Checkout) -> None:
    assert release(checkout) == 0, checkout.output
    document = checkout.main()
    lifecycle = document["flags"]["express-delivery"]["lifecycle"]
    assert lifecycle["status"] == "Done"
    assert lifecycle["deployedTimestamp"] > 0
    stamp = document["flags"]["checkout-button"]["lifecycle"]["lastModifiedTimestamp"]
    assert stamp > time.time() + int(WORKFLOW["env"]["DEPLOYMENT_SECONDS"]) - 600
    assert "lastModifiedTimestamp" not in lifecycle
    assert [call[1] for call in checkout.calls("sam")] == ["build", "deploy"]
    assert json.loads((checkout.programs / "deployed.json").read_text("utf-8")) == document
    (deployment,) = checkout.calls("aws", "appconfig", "start-deployment")
    assert deployment[-2:] == ["--configuration-version", "7"]


def test_the_first_push_stamps_every_flag(checkout: Checkout) -> None:
    assert release(checkout, before="0" * 40) == 0, checkout.output
    for flag in checkout.main()["flags"].values():
        assert flag["lifecycle"]["lastModifiedTimestamp"] > time.time()


def test_a_release_whose_tests_fail_deploys_nothing(checkout: Checkout) -> None:
    storefront = checkout.folder / "functions" / "storefront.py"
    storefront.write_text(storefront.read_text("utf-8").replace("201", "200"), "utf-8")
    assert release(checkout) == 1
    assert checkout.calls("sam") == checkout.calls("aws") == []
    assert checkout.main()["flags"]["express-delivery"]["lifecycle"]["status"] == "Staging"


def test_rollouts_advance_and_go_back_with_the_alarm(checkout: Checkout) -> None:
    assert checkout.job("advance") == 0, checkout.output
    flag = checkout.main()["flags"]["express-delivery"]
    assert (flag["on"], flag["rules"][0]["variation"]) == (True, 1)
    assert len(checkout.calls("aws", "appconfig", "start-deployment")) == 1

    # The time of the stage has not passed.
    assert checkout.job("advance") == 0, checkout.output
    assert len(checkout.calls("aws", "appconfig", "start-deployment")) == 1

    checkout.alarm = "ALARM"
    assert checkout.job("advance") == 1
    assert checkout.main()["flags"]["express-delivery"]["on"] is False
    assert len(checkout.calls("aws", "appconfig", "start-deployment")) == 2
    deployed = json.loads((checkout.programs / "deployed.json").read_text("utf-8"))
    assert deployed == checkout.main()


def test_an_unknown_alarm_changes_nothing(checkout: Checkout) -> None:
    checkout.alarm = "INSUFFICIENT_DATA"
    assert checkout.job("advance") == 0, checkout.output
    assert checkout.main() == json.loads(checkout.document)


def test_the_calls_of_the_aws_cli_exist(checkout: Checkout) -> None:
    assert checkout.job("advance") == 0, checkout.output
    session = botocore.session.get_session()
    calls = checkout.calls("aws")
    assert {call[2] for call in calls} == {
        "describe-alarms",
        "describe-stacks",
        "create-hosted-configuration-version",
        "start-deployment",
    }
    for _, service, operation, *words in calls:
        model = session.get_service_model(service)
        (name,) = (each for each in model.operation_names if xform_name(each, "-") == operation)
        shape = model.operation_model(name).input_shape
        assert shape is not None
        members = {f"--{xform_name(member, '-')}" for member in shape.members}
        options = {word for word in words if word.startswith("--")} - {"--query", "--output"}
        assert options <= members
        assert {f"--{xform_name(each, '-')}" for each in shape.required_members} <= options


def test_the_workflow_fits_the_template() -> None:
    template = load_template(str(STACK / "template.yaml"))
    resources = template["Resources"]
    alarm = resources["StorefrontErrors"]["Properties"]["AlarmName"]["Fn::Sub"]
    settings = WORKFLOW["env"]
    assert alarm.replace("${AWS::StackName}", settings["STACK"]) == settings["ALARM"]
    plan = json.loads(DOCUMENT)["flags"]["express-delivery"]["lifecycle"]["rollout"]
    assert plan["alarms"] == [settings["ALARM"]]
    strategy = resources["Gradual"]["Properties"]
    minutes = strategy["DeploymentDurationInMinutes"] + strategy["FinalBakeTimeInMinutes"]
    assert settings["DEPLOYMENT_SECONDS"] == minutes * 60
    read = re.findall(r"\$\(output (\w+)\)", (STACK / "publish.sh").read_text("utf-8"))
    assert len(read) == 4
    assert set(read) <= set(template["Outputs"])
