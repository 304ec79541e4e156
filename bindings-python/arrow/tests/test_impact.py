"""``python -m isoflag.arrow impact`` counts like ``flags.impact``, and names what is wrong."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest

import isoflag
from isoflag.arrow.__main__ import main
from row_by_row import present


def document(age: int, weight: int) -> dict[str, Any]:
    clause = {"attribute": "age", "op": "lessThan", "values": [age]}
    served = {
        "on": True,
        "variations": [True, False],
        "salt": "a",
        "rules": [{"variation": 0, "clauses": [clause]}],
        "fallthrough": {
            "rollout": {
                "variations": [
                    {"variation": 0, "weight": weight},
                    {"variation": 1, "weight": 100_000 - weight},
                ]
            }
        },
    }
    unchanged = {**served, "rules": [], "fallthrough": {"variation": 0}}
    return {"flags": {"checkout": served, "unchanged": unchanged}}


OLD, NEW = (isoflag.Flags.from_dict(document(*each)) for each in ((18, 10_000), (21, 15_000)))
ROWS = 5_000
USERS = pa.table(
    {
        "key": [f"user-{n}" if n % 97 else None for n in range(ROWS)],
        "age": [n % 80 if n % 7 else None for n in range(ROWS)],
        "country": [("DE", "FR", "NO", None)[n % 4] for n in range(ROWS)],
        "version": [f"1.{n % 3}0" for n in range(ROWS)],
        "org.key": [f"org-{n % 9}" if n % 2 else None for n in range(ROWS)],
        "org.plan": [("free", "pro")[n % 2] for n in range(ROWS)],
    }
)
BY = ["country", "version", "org.plan"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("old.json").write_text(OLD.to_json(), "utf-8")
    Path("new.json").write_text(NEW.to_json(), "utf-8")
    return tmp_path


def contexts(table: pa.Table) -> list[Any]:
    """The contexts of the rows; a row without a key is not a valid one."""
    found: list[Any] = []
    for row in table.to_pylist():
        org = {name[4:]: value for name, value in present(row).items() if name.startswith("org.")}
        user = {name: value for name, value in present(row).items() if "." not in name}
        kinds = {name: kind for name, kind in (("user", user), ("org", org)) if "key" in kind}
        one = [{"kind": name, **kind} for name, kind in kinds.items()]
        found.append(one[0] if len(one) == 1 else {"kind": "multi", **kinds})
    return found


def write_csv(path: Path, rows: list[dict[str, Any]], **options: Any) -> None:
    """Writes cells as JSON, but text as it is."""
    with path.open("w", newline="", **{"encoding": "utf-8", **options}) as file:
        writer = csv.writer(file)
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow(
                cell if isinstance(cell, str | None) else json.dumps(cell) for cell in row.values()
            )


def impact(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["impact", "old.json", "new.json", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.usefixtures("folder")
def test_each_form_of_a_table_is_counted_like_its_contexts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pq.write_table(USERS, "users.parquet", row_group_size=700)
    pf.write_feather(USERS, "users.feather")
    write_csv(Path("users.csv"), USERS.to_pylist())
    lines = [json.dumps(context) for context in contexts(USERS)]
    Path("users.jsonl").write_text("\n".join(lines), "utf-8")
    Path("parts").mkdir()
    for number, start in enumerate(range(0, ROWS, 1000)):
        pq.write_table(USERS.slice(start, 1000), f"parts/{number}.parquet")
    expected = OLD.impact(NEW, contexts(USERS), by=BY)
    by = [argument for each in BY for argument in ("--by", each)]
    invalid = expected.to_dict()["invalid"]
    for table, place in (
        ("users.parquet", "row 1"),
        ("users.feather", "row 1"),
        ("parts", "row 1"),
        ("users.csv", "line 2"),
        ("users.jsonl", "line 1"),
    ):
        code, out, err = impact(capsys, table, *by, "--text", "version")
        assert (code, out.rstrip()) == (0, str(expected).rstrip())
        message = f"`{table}`: {invalid} of {ROWS} contexts are invalid; the first, in {place}: "
        assert message in err
    _, out, _ = impact(capsys, "users.parquet", *by, "--json")
    assert json.loads(out) == expected.to_dict()
    assert json.loads(out)["invalid"] > 0
    _, out, _ = impact(capsys, "users.parquet", "--markdown")
    assert "#### Flag `checkout`: " in out


CELLS = {
    "quotes": ['a "b"', "c\nd", "e\r\nf", ",", " g "],
    "leading zeros": ["007", "1", "2", "3", "4"],
    "exponents": ["1e400", "1e5", "-1E-5", "0", "1"],
    "decimals": ["1.10", "1.1", "1", "2", "3"],
    "words": ["true", "false", "null", "NaN", "x"],
    "integers": [1, -2, 0, 4503599627370497, 4],
    "numbers": [1.5, 1, 2, 3, 0.1],
    "booleans": [True, False, None, True, False],
    "few": [None, None, None, None, 7],
    "dates": ["2026-01-31", "2026-01-31T12:00:00Z", "31.1.2026", "12:00", "now"],
    "unicode": ["é", "e\u0301", "\ufeff", "\U0001f600", "\x00"],
    "long": ["x" * 100_000, "x", "y", "z", "\n" * 1000],
    "objects": [{"a": {"b": "c"}}, {"a": None}, {}, None, {"a": {"b": "d"}}],
    "lists": [["a", "b"], [], [None], None, ["c"]],
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("options", [{}, {"encoding": "utf-8-sig"}], ids=["", "mark"])
def test_the_same_users_have_the_same_impact_in_each_format(
    cells: list[Any], options: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, served in (("old.json", False), ("new.json", True)):
        tested = {"attribute": "x", "op": "in", "values": cells[:1]}
        nested = {"attribute": "/x/a/b", "op": "in", "values": ["c"]}
        rollout = {
            "bucketBy": "x",
            "variations": [{"variation": n, "weight": 50_000} for n in (0, 1)],
        }
        flag = {
            "on": True,
            "salt": name,
            "variations": [0, 1, 2],
            "rules": [{"clauses": [each], "variation": 2} for each in (tested, nested) if served],
            "fallthrough": {"rollout": rollout},
        }
        Path(name).write_text(json.dumps({"flags": {"f": flag}}), "utf-8")
    rows = [{"key": f"u{n}", "x": cell} for n, cell in enumerate(cells)]
    write_csv(Path("users.csv"), rows, **options)
    lines = "\r\n".join(json.dumps({"kind": "user", **present(row)}) for row in rows)
    Path("users.jsonl").write_text(lines, **{"encoding": "utf-8", **options}, newline="")
    pq.write_table(pa.Table.from_pylist(rows), "users.parquet")
    by = () if isinstance(cells[0], dict | list) else ("--by=x",)
    for form in ("", "--json", "--markdown"):
        arguments = [*by, *([form] if form else [])]
        expected = impact(capsys, "users.jsonl", *arguments)
        assert expected[0] == 0
        assert expected[2] == ""
        assert impact(capsys, "users.csv", *arguments) == expected
        assert impact(capsys, "users.parquet", *arguments) == expected


@pytest.mark.usefixtures("folder")
def test_a_column_may_be_the_key_or_the_context(capsys: pytest.CaptureFixture[str]) -> None:
    users = [{"kind": "user", "key": f"u{n}", "age": 19} for n in range(20)]
    others = [{"key": "u0", "custom": {"age": 19}}] * 20
    table = pa.table(
        {
            "id": [user["key"] for user in users],
            "age": [user["age"] for user in users],
            "c": [json.dumps(other) for other in others],
        }
    )
    pq.write_table(table, "users.parquet")
    for column, expected in (("--key=id", users), ("--context=c", others)):
        assert impact(capsys, "users.parquet", column)[1] == str(OLD.impact(NEW, expected))


@pytest.mark.usefixtures("folder")
def test_integers_may_be_keys(capsys: pytest.CaptureFixture[str]) -> None:
    table = pa.table({"id": range(1000), "age": [n % 80 for n in range(1000)]})
    pq.write_table(table, "users.parquet")
    users = [{"kind": "user", "key": str(row.pop("id")), **row} for row in table.to_pylist()]
    assert impact(capsys, "users.parquet", "--key=id")[1] == str(OLD.impact(NEW, users))


@pytest.mark.usefixtures("folder")
def test_a_share_over_the_bound_fails(capsys: pytest.CaptureFixture[str]) -> None:
    pq.write_table(USERS, "users.parquet")
    assert impact(capsys, "users.parquet", "--fail-over", "20%")[0] == 0
    code, out, err = impact(capsys, "users.parquet", "--fail-over", "1%")
    assert (code, out.count("\nflag `checkout`: ")) == (1, 1)
    assert "`checkout`: " in err
    assert " change, more than 1%" in err
    with pytest.raises(SystemExit) as raised:
        main(["impact", "old.json", "new.json", "users.parquet", "--fail-over", "5"])
    assert raised.value.code == 2
    assert (
        "expected a percentage from 0% to 100% with at most 8 decimals" in capsys.readouterr().err
    )


def truncated(path: Path) -> None:
    pq.write_table(USERS, path, row_group_size=100)
    path.write_bytes(path.read_bytes()[:-100])


def damaged(path: Path) -> None:
    pq.write_table(USERS, path, row_group_size=100)
    data = path.read_bytes()
    path.write_bytes(data[:5000] + bytes(5000) + data[10_000:])


def differing(path: Path) -> None:
    path.mkdir()
    pq.write_table(USERS, path / "0.parquet")
    pq.write_table(USERS.drop_columns(["age"]), path / "1.parquet")


def retyped(path: Path) -> None:
    path.mkdir()
    pq.write_table(USERS, path / "0.parquet")
    age = USERS["age"].cast(pa.string())
    pq.write_table(USERS.set_column(1, "age", age), path / "1.parquet")


def table(columns: dict[str, Any]) -> Any:
    return lambda path: pq.write_table(pa.table(columns), path)


def text(content: str) -> Any:
    return lambda path: path.write_text(content, "utf-8")


def utf_16(path: Path) -> None:
    path.write_text("key,age\nada,17\n", "utf-16")


BAD = {
    "no column for the key": ("a.parquet", table({"id": ["a"]}), "there is no column `key`"),
    "an unmappable type": (
        "a.parquet",
        table({"key": ["a"], "age": [b"1"]}),
        "column `age` is read by a flag as `age` and cannot be an attribute: it contains Binary",
    ),
    "all keys are null": (
        "a.parquet",
        table({"key": pa.nulls(3, pa.string())}),
        "`a.parquet`: not one of the 3 contexts is valid; the first, in row 1: ",
    ),
    "a truncated file": ("a.parquet", truncated, "`a.parquet`: "),
    "a damaged file": ("a.parquet", damaged, "`a.parquet`: "),
    "no file": ("a.parquet", lambda _: None, "cannot read `a.parquet`: no such file or folder"),
    "files with other columns": ("parts", differing, "the columns of `parts/1.parquet` differ"),
    "files with other types": ("parts", retyped, "the columns of `parts/1.parquet` differ"),
    "a name without a form": ("a.xlsx", text(""), "expected a folder, or a name that ends in"),
    "a quote that is not closed": (
        "a.csv",
        text('key,age\nada,17\n"bob,19\n'),
        "`a.csv`, line 3: a quote is not closed",
    ),
    "a quote inside a cell": ("a.csv", text('key\n5" pipe\n'), "line 2: a quote inside a cell"),
    "a row with too few cells": (
        "a.csv",
        text("key,age\nada,17\nbob\n"),
        "`a.csv`, line 3: expected 2 cells like the header, found 1",
    ),
    "an empty file": ("a.csv", text(""), "`a.csv`, line 1: there is no column `key`"),
    "two columns of one name": (
        "a.csv",
        text("key,age,age\nada,17,18\n"),
        "`a.csv`, line 1: two columns are named `age`",
    ),
    "two keys of a user": ("a.csv", text("key,user.key\na,b\n"), "both `key` and `user.key`"),
    "UTF-16 in CSV": ("a.csv", utf_16, "`a.csv`, line 1: the text is not UTF-8"),
    "UTF-16 in JSON Lines": ("a.jsonl", utf_16, "`a.jsonl`, line 1: not JSON: "),
    "a line that is not JSON": ("a.jsonl", text('{"key": "a"}\n{'), "`a.jsonl`, line 2: "),
    "a line that is too long": ("a.jsonl", text("[" + " " * (1 << 21)), "longer than 1 MiB"),
    "a row that is too long": ("a.csv", text("key\n" + "x" * (1 << 21)), "longer than 1 MiB"),
    "no file of lines": ("a.jsonl", lambda _: None, "cannot read `a.jsonl`: no such file"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("name", "write", "problem"), BAD.values(), ids=BAD)
def test_bad_input_is_a_named_error(
    name: str, write: Any, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(Path(name))
    code, out, err = impact(capsys, name)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert problem in err


@pytest.mark.usefixtures("folder")
def test_an_empty_table_has_the_shares_of_the_documents(capsys: pytest.CaptureFixture[str]) -> None:
    pq.write_table(USERS.slice(0, 0), "users.parquet")
    assert impact(capsys, "users.parquet") == (0, str(OLD.impact(NEW)), "")


@pytest.mark.usefixtures("folder")
def test_arguments_that_are_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    pq.write_table(USERS, "users.parquet")
    assert "`--by`: the attribute reference `/`" in impact(capsys, "users.parquet", "--by", "/")[2]
    Path("new.json").write_text("{", "utf-8")
    code, _, err = impact(capsys, "users.parquet")
    assert (code, err.startswith("error: `new.json`: ")) == (2, True)
    Path("new.json").unlink()
    assert "cannot read `new.json`: " in impact(capsys, "users.parquet")[2]


def test_a_missing_pyarrow_is_named() -> None:
    program = "import sys; sys.modules['pyarrow'] = None; import isoflag.arrow.__main__"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: pyarrow reads the table: run `pip install pyarrow`\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_a_count_in_the_middle(folder: Path) -> None:
    pq.write_table(pa.concat_tables([USERS] * 400), folder / "users.parquet")
    # The first batch signals, so that the interrupt comes in the middle.
    program = (
        "import os, signal, sys\n"
        "from isoflag.arrow import __main__ as command\n"
        "command._progress = lambda text: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.exit(command.main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "impact", "old.json", "new.json", "users.parquet"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "")
