"""Sub-interpreters, the end of an interpreter, forks among threads, and free-threaded Python."""

import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

FLAGS = """
import collections, decimal, os, sys, threading
import isoflag
FLAGS = isoflag.Flags.from_dict({"flags": {
    "f": {"key": "f", "on": True, "variations": [0, 1], "fallthrough": {"variation": 0}, "rules": [
        {"clauses": [{"attribute": "x", "op": "in", "values": [1]}], "variation": 1}]},
}})

def are_right():
    context = collections.UserDict({"kind": "user", "key": "a", "x": decimal.Decimal(1)})
    bound = FLAGS.bind(context)
    return (
        FLAGS.variation("f", context, None) == bound.variation("f", None) == 1
        and all(row[0].value == 1 for row in FLAGS.evaluate_many(["f"], [context] * 200, threads=2))
        and '"ruleIndex":0' in FLAGS.explain("f", context).to_json()
    )
"""


def run(program: str) -> str:
    """Runs a program in a process of its own; returns its output."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "ignore", "-c", FLAGS + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_sub_interpreter_is_refused_and_the_first_continues() -> None:
    output = run(
        """
        try:
            import _interpreters as interpreters
            kinds = [("legacy",), ("isolated",)]
        except ImportError:
            import _xxsubinterpreters as interpreters
            kinds = [()]

        ATTEMPT = '''
        try:
            import isoflag
        except ImportError as error:
            print("refused:", error, flush=True)
        else:
            print("accepted", flush=True)
        '''.replace("        ", "")
        for kind in kinds:
            other = interpreters.create(*kind)
            interpreters.run_string(other, ATTEMPT)
            interpreters.destroy(other)
        print(are_right())
        """
    )
    *refused, right = output.splitlines()
    assert right == "True"
    assert refused
    assert all(line.startswith("refused: ") for line in refused), output
    assert "import it in one only" in refused[0]


def test_the_package_may_be_imported_again() -> None:
    output = run(
        """
        for name in [name for name in sys.modules if name.startswith("isoflag")]:
            del sys.modules[name]
        import isoflag
        print(are_right())
        """
    )
    assert output == "True\n"


def test_an_ending_interpreter_evaluates() -> None:
    output = run(
        """
        import atexit

        class Last:
            def __del__(self):
                os.write(1, b"del %d\\n" % are_right())

        atexit.register(lambda: os.write(1, b"atexit %d\\n" % are_right()))
        # Garbage of modules is collected last.
        sys.last = Last()
        """
    )
    assert output.splitlines()[0] == "atexit 1"
    assert output.splitlines()[1:] in (["del 1"], [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_forked_processes_evaluate_while_threads_did() -> None:
    output = run(
        """
        done = threading.Event()

        def work():
            while not done.is_set():
                assert are_right()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        statuses = []
        for _ in range(30):
            child = os.fork()
            if child == 0:
                # A lock that another thread held would be held forever.
                os._exit(0 if are_right() and are_right() else 1)
            statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        done.set()
        for thread in threads:
            thread.join()
        print(statuses)
        """
    )
    assert output == f"{[0] * 30}\n"


def test_free_threaded_python_evaluates_without_the_gil() -> None:
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("this Python has a GIL")
    output = run(
        """
        results = []

        def work():
            results.append(all(are_right() for _ in range(300)))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(sys._is_gil_enabled(), results)
        """
    )
    assert output == f"False {[True] * 8}\n"
