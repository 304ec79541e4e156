"""The check of the answers that pages report: shared cases, hostile headers, metrics, receipts."""

import json
import threading
from typing import Any

import pytest

from config_pages import MIA
from documents import clause, flag, load
from isoflag import FlagClient, Flags, replay
from isoflag.activity import Activity
from isoflag.aws_http import (
    BadRequestError,
    ParityCheck,
    Request,
    SignedOverrides,
    config_response,
)
from isoflag.aws_http.parity import hash_of
from lambda_events import HttpEvent, http_event
from pages import TOP
from scripted import ScriptedSource

CASES = json.loads((TOP / "conformance/parity/cases.json").read_text(encoding="utf-8"))
FLAGS = load(
    flag(
        "checkout",
        False,
        True,
        rules=[{"clauses": [clause("country", "in", "DE")], "variation": 1}],
    ),
    flag("banner", "plain", "advent"),
    flag("none", 1, on=False, offVariation=None),
)
ANSWERS = {"checkout": True, "banner": "plain", "none": None}


def claim(flags: Flags, answers: dict[str, Any], *keys: str) -> str:
    return ",".join([flags.digest, hash_of(answers), *(keys or answers)])


def sent(header: str, event: HttpEvent = http_event) -> dict[str, Any]:
    return event("POST", "/submit", headers={"Isoflag-Answers": header})


def ids(case: dict[str, Any]) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", CASES["hash"], ids=ids)
def test_the_hash_of_answers(case: dict[str, Any]) -> None:
    assert hash_of(case["answers"]) == case["hash"]
    document = Flags.from_json(case["canonical"])
    assert (document.digest, document.to_json()) == (case["hash"], case["canonical"])


@pytest.mark.parametrize("case", CASES["header"], ids=ids)
def test_a_header_agrees_with_the_answers_that_it_reports(case: dict[str, Any]) -> None:
    answers = case["answers"]
    served = [
        flag(key, value, **({"on": False, "offVariation": None} if value is None else {}))
        for key, value in answers.items()
    ]
    flags = load(*served)
    parity = ParityCheck(flags, context=MIA)
    header = case["header"].replace("{digest}", flags.digest)
    assert parity.check(sent(header)) == "agreements"


@pytest.mark.parametrize("case", CASES["malformed"], ids=ids)
def test_a_malformed_header_is_counted(case: dict[str, Any]) -> None:
    flags = load(flag("a", 1))
    parity = ParityCheck(flags, context=MIA)
    assert parity.check(sent(case["header"].replace("{digest}", flags.digest))) == "malformed"
    assert parity.to_dict() == {
        "agreements": 0,
        "disagreements": 0,
        "other-document": 0,
        "malformed": 1,
    }
    assert parity.take() == []


def test_headers_are_read_up_to_their_limits() -> None:
    flags = load(*(flag(f"f{each}", each) for each in range(65)), flag("k" * 4000, 1))
    parity = ParityCheck(flags, context=MIA)
    most = {f"f{each}": each for each in range(64)}
    assert parity.check(sent(claim(flags, most))) == "agreements"
    assert parity.check(sent(claim(flags, {**most, "f64": 64}))) == "malformed"
    assert parity.check(sent(claim(flags, {"k" * 4000: 1}))) == "malformed"
    assert parity.check(sent("," * 10_000_000)) == "malformed"


def test_outcomes_are_counted(event: HttpEvent) -> None:
    parity = ParityCheck(FLAGS, context=MIA)
    assert parity.check(event("POST", "/submit")) is None
    assert parity.check(sent(claim(FLAGS, ANSWERS), event)) == "agreements"
    assert (
        parity.check(sent(claim(FLAGS, {**ANSWERS, "banner": "advent"}), event)) == "disagreements"
    )
    other = load(flag("checkout", True))
    assert parity.check(sent(claim(other, {"checkout": True}), event)) == "other-document"
    assert parity.to_dict() == {
        "agreements": 1,
        "disagreements": 1,
        "other-document": 1,
        "malformed": 0,
    }


@pytest.mark.parametrize(
    "odd", [None, 1, [], {}, {"headers": 5}, {"headers": {"isoflag-answers": []}}]
)
def test_other_events_have_no_answers(odd: Any) -> None:
    assert ParityCheck(FLAGS, context=MIA).check(odd) is None


def test_the_context_is_that_of_the_request() -> None:
    def visitor(request: Request) -> dict[str, Any]:
        if "visitor" not in request.query:
            raise BadRequestError("name the visitor")
        return {"kind": "user", "key": "mia", "country": request.query["visitor"]}

    parity = ParityCheck(FLAGS, context=visitor)
    headers = {"Isoflag-Answers": claim(FLAGS, {"checkout": True})}
    outcomes = [
        parity.check(http_event(headers=headers, query=query))
        for query in ({"visitor": "DE"}, {"visitor": "AT"}, {})
    ]
    assert outcomes == ["agreements", "disagreements", None]


def test_an_invalid_context_disagrees() -> None:
    parity = ParityCheck(FLAGS, context={"kind": "user"})
    assert parity.check(sent(claim(FLAGS, {"checkout": True}))) == "disagreements"


def test_a_client_is_checked_with_its_current_document_and_counts_nothing() -> None:
    activity = Activity()
    client = FlagClient(
        ScriptedSource(load(flag("checkout", True)).to_json().encode()), activity=activity
    )
    parity = ParityCheck(client, context=MIA)
    assert parity.check(sent(claim(client.flags, {"checkout": True}))) == "agreements"
    assert activity.to_dict()["flags"] == {}
    without = FlagClient(ScriptedSource(ConnectionError("down")))
    assert ParityCheck(without, context=MIA).check(sent(claim(FLAGS, ANSWERS))) == "other-document"


def test_big_segments_are_those_of_the_call() -> None:
    segment = {"key": "beta", "unbounded": True, "generation": 1, "version": 1}
    rule = {"clauses": [clause("", "segmentMatch", "beta")], "variation": 1}
    flags = load(flag("checkout", False, True, rules=[rule]), segments={"beta": segment})
    memberships = {"status": "HEALTHY", "memberships": {"mia": {"beta.g1": True}}}
    parity = ParityCheck(flags, context=MIA)
    request = sent(claim(flags, {"checkout": True}))
    assert parity.check(request, big_segments=memberships) == "agreements"
    assert parity.check(request) == "disagreements"


def test_a_disagreement_is_kept_with_receipts_that_can_be_verified() -> None:
    parity = ParityCheck(FLAGS, context=MIA)
    header = claim(FLAGS, {**ANSWERS, "checkout": False})
    parity.check(sent(header))
    (kept,) = parity.take()
    assert parity.take() == []
    read = json.loads(kept)
    assert (read["claim"], read["answers"]) == (header, hash_of(ANSWERS))
    answers = {}
    for receipt in read["receipts"]:
        verified = replay(receipt, FLAGS, MIA).to_dict()
        answers[verified["flag"]] = verified["answer"]["value"]
    assert answers == ANSWERS


def test_kept_disagreements_are_bounded() -> None:
    lie = sent(claim(FLAGS, {"checkout": False}))
    parity = ParityCheck(FLAGS, context=MIA, max_disagreements=3)
    for _ in range(5):
        parity.check(lie)
    assert (len(parity.take()), parity.to_dict()["disagreements"]) == (3, 5)
    small = ParityCheck(FLAGS, context=MIA, max_bytes=1000)
    for _ in range(3):
        small.check(lie)
    receipts = [json.loads(kept)["receipts"] for kept in small.take()]
    assert [len(each) for each in receipts] == [1, 0, 0]
    assert len(json.dumps(receipts[0][0])) <= 1000


def test_metrics_are_the_counts_since_the_last_call() -> None:
    parity = ParityCheck(FLAGS, context=MIA)
    assert parity.to_emf("Shop/Flags") == ""
    for answers in (ANSWERS, ANSWERS, {"checkout": False}):
        parity.check(sent(claim(FLAGS, answers)))
    line = json.loads(parity.to_emf("Shop/Flags", environment="live"))
    counts = {"agreements": 2, "disagreements": 1, "other-document": 0, "malformed": 0}
    assert {name: line[name] for name in counts} == counts
    (metric,) = line["_aws"]["CloudWatchMetrics"]
    assert (metric["Namespace"], metric["Dimensions"]) == ("Shop/Flags", [["environment"]])
    assert {each["Name"] for each in metric["Metrics"]} == {*counts}
    assert parity.to_emf("Shop/Flags") == ""
    parity.check(sent(claim(FLAGS, ANSWERS)))
    assert json.loads(parity.to_emf("Shop/Flags"))["agreements"] == 1


def test_threads_share_one_check() -> None:
    parity = ParityCheck(FLAGS, context=MIA)
    request = sent(claim(FLAGS, ANSWERS))
    threads = [
        threading.Thread(target=lambda: [parity.check(request) for _ in range(200)])
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert parity.to_dict()["agreements"] == 800


def test_the_answers_of_a_projection_are_compared_by_the_whole_documents_digest() -> None:
    visible = {"usingEnvironmentId": True, "usingMobileKey": True}
    whole = load(flag("checkout", False, True, clientSideAvailability=visible))
    projected = whole.project(known={"user": {"key": "mia"}})
    header = claim(whole, {"checkout": False})
    assert ParityCheck(whole, context=MIA).check(sent(header)) == "agreements"
    # A back end that has a projection itself.
    assert ParityCheck(projected, context=MIA).check(sent(header)) == "agreements"
    other = load(flag("checkout", True, clientSideAvailability=visible))
    assert ParityCheck(other, context=MIA).check(sent(header)) == "other-document"


def test_the_answers_of_a_session_with_overrides_are_not_compared() -> None:
    overrides = SignedOverrides("0123456789abcdef", environment="test")
    token = overrides.sign({"checkout": True}, seconds=60)
    event = http_event("GET", "/config", headers={"isoflag-overrides": token})
    response = config_response(event, FLAGS, context=MIA, overrides=overrides)
    digest = response["headers"]["Isoflag-Document"]
    answers = ",".join([digest, hash_of({"checkout": True}), "checkout"])
    assert ParityCheck(FLAGS, context=MIA).check(sent(answers)) == "other-document"
