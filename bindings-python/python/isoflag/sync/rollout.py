"""The AWS Lambda handler that advances the planned rollouts of a store."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from isoflag._core import Flags, printable
from isoflag._logs import logger
from isoflag.lifecycle import Decision
from isoflag.source.aws import AwsClient
from isoflag.source.deadline import DEFAULT_SECONDS, Deadline, remaining_seconds, until
from isoflag.store import FeatureStore

from .pipeline import SyncError, is_schedule, usable_seconds
from .planning import plan

_ATTEMPTS: Final = 5
"""Runs of one invocation; each further one follows a lost race."""
_CHUNK: Final = 100
"""Alarms that CloudWatch describes at once."""

_log = logger("isoflag.rollout")


class CloudWatchAlarms:
    """Returns the states of CloudWatch alarms by name; needs ``cloudwatch:DescribeAlarms``.

    ``client`` is boto3's ``cloudwatch`` client; by default one is created on first use, with
    ``timeout`` seconds for connecting and for each response.
    """

    def __init__(self, *, client: Any = None, timeout: float = DEFAULT_SECONDS) -> None:
        """Creates the reader; nothing is read yet."""
        self._client = AwsClient("cloudwatch", client, timeout=timeout, where="cloudwatch")

    def __call__(self, names: Sequence[str]) -> dict[str, str]:
        """Returns the state of each alarm; an alarm that does not exist is absent."""
        states: dict[str, str] = {}
        for start in range(0, len(names), _CHUNK):
            response = self._client.get().describe_alarms(
                AlarmNames=list(names[start : start + _CHUNK]),
                AlarmTypes=["CompositeAlarm", "MetricAlarm"],
                MaxRecords=_CHUNK,
            )
            for kind in ("CompositeAlarms", "MetricAlarms"):
                for alarm in response.get(kind, ()):
                    states[alarm["AlarmName"]] = alarm["StateValue"]
        return states


def rollout_handler(
    store: FeatureStore,
    alarms: Callable[[Sequence[str]], Mapping[str, str]],
    *,
    now: Callable[[], float] = time.time,
) -> Callable[[Mapping[str, Any], object], dict[str, Any]]:
    """Returns a Lambda handler that makes the next step of each planned rollout in a store.

    The handler accepts schedules of EventBridge and changes of CloudWatch alarms, from EventBridge
    or as an alarm's action. ``alarms``, for example ``CloudWatchAlarms()``, returns the states of
    the alarms that the plans name; an alarm in the event counts even if that call fails. ``now``
    returns the time in seconds since 1970.

    Each changed flag, and ``meta`` after them, is written only if the store still has the version
    that was read. If another writer was faster, everything is read and decided again, up to five
    times.

    The result has the ``decisions`` of ``Flags.advance`` and the number of ``written`` items. The
    handler raises ``SyncError`` if the event is of another kind, the states of alarms are unknown,
    or the store fails, so that Lambda retries it.
    """

    def handle(event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
        remaining = remaining_seconds(context)
        deadline = None if remaining is None else Deadline(usable_seconds(remaining))
        with until(deadline):
            known = _states_in(event)
            if known is None and not is_schedule(event):
                raise SyncError("the event is neither a schedule nor the change of an alarm")
            try:
                return _Run(store, alarms, known or {}).carry_out(now())
            except SyncError:
                raise
            except Exception as error:
                reason = printable(f"{type(error).__name__}: {error}")
                _log.error("%s", reason)
                raise SyncError(reason) from error

    return handle


class _Run:
    """One invocation."""

    def __init__(
        self,
        store: FeatureStore,
        alarms: Callable[[Sequence[str]], Mapping[str, str]],
        known: Mapping[str, str],
    ) -> None:
        self._store = store
        self._alarms = alarms
        self._known = known
        self._failure: Exception | None = None

    def carry_out(self, now: float) -> dict[str, Any]:
        written, decisions = 0, list[Decision]()
        for _ in range(_ATTEMPTS):
            document = self._store.document()
            if document is None:
                raise SyncError("the store was never initialized; write a document first")
            flags = Flags.from_dict(document)
            # Without states all alarms are unknown, so that the decisions name them.
            named = {name for each in flags.advance({}, now).decisions for name in each["alarms"]}
            after, decisions = flags.advance(self._states(sorted(named)), now)
            planned = plan(document, _changed(document, flags, after))
            operations = tuple(replace(each, exact=True) for each in planned)
            count = self._store.write(replace(planned, operations=operations))
            written += count
            if count == len(operations):
                break
            _log.warning("another writer was faster; the rollouts are decided again")
        else:
            raise SyncError(f"other writers were faster {_ATTEMPTS} times; run this again")
        _report(decisions)
        if self._failure is not None:
            raise SyncError(
                printable(f"the states of alarms are unknown: {self._failure}")
            ) from self._failure
        return {"decisions": decisions, "written": written}

    def _states(self, names: Sequence[str]) -> dict[str, str]:
        """Returns the states of alarms; of two different ones the alarm counts."""
        states: dict[str, str] = {}
        if names:
            try:
                states.update(self._alarms(names))
                self._failure = None
            except Exception as error:  # noqa: BLE001 (raised at the end)
                # An alarm in the event takes a rollout back nevertheless.
                _log.exception("cannot read the states of alarms")
                self._failure = error
        for name, state in self._known.items():
            if state.upper() == "ALARM" or name not in states:
                states[name] = state
        return states


def _changed(document: Mapping[str, Any], before: Flags, after: Flags) -> Mapping[str, Any]:
    """Returns the document with the changed flags; the others as they were read."""
    if before.digest == after.digest:
        return document
    held, new = json.loads(before.to_json()), json.loads(after.to_json())
    changed = {key: flag for key, flag in new["flags"].items() if flag != held["flags"].get(key)}
    return {**document, "flags": {**document["flags"], **changed}, "meta": new["meta"]}


def _report(decisions: Iterable[Decision]) -> None:
    for each in decisions:
        line = printable(f"{each['key']}: {each['decision']}: {each['reason']}")
        if each["decision"] in {"alarm", "malformed plan", "malformed flag"}:
            _log.warning("%s", line)
        elif each["changed"]:
            _log.info("%s", line)


def _states_in(event: object) -> dict[str, str] | None:
    """Returns the state in an alarm's event, or None if it is of another kind."""
    if not isinstance(event, Mapping) or event.get("source") != "aws.cloudwatch":
        return None
    return dict(_named_states(event.get("detail")) or _named_states(event.get("alarmData")))


def _named_states(alarm: object) -> list[tuple[str, str]]:
    if not isinstance(alarm, Mapping):
        return []
    name, state = alarm.get("alarmName"), alarm.get("state")
    value = state.get("value") if isinstance(state, Mapping) else None
    if not isinstance(name, str) or value not in {"OK", "ALARM", "INSUFFICIENT_DATA"}:
        return []
    return [(name, str(value))]
