"""``bin/demo`` as a person calls it: what it says of bad input, and what it does with a database that is there."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pypdfium2
import pytest

from tests.retail.files import text, write

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = "2010-12-20"
ROW = ("1", "A", 5, f"{DAY} 09:00", "1.50", 12345)
ROWS = (
    ("1", "A", 50, "2010-12-19 09:00", "1.50", 12345),
    ("2", "A", 5, "2010-12-20 09:00", "1.50", 12345),
    ("3", "A", 5, "2010-12-20 09:10", "1.50", ""),
    ("C4", "A", -2, "2010-12-20 09:20", "1.50", "12345.0"),
    ("5", "a", 1, "2010-12-21 09:00", "1.50", 12346),
)
# of the day's 1 order without a customer, 1 with, and the return of 2 of the 50
EXPECTED = {"received": 2, "accepted": 1, "rejected": 1, "verified": 1, "held": 0, "confirmed": 1}


# points from the top of a page of the statement: 30 mm
CONTENT_FROM = 85


def printed_head(page):
    """From where to where the head of a page of the statement stands, in points from the top."""
    words = page.get_textpage()
    [first], [last] = (words.search(word).get_next()[:1] for word in ("Daily Statement", "Revision"))
    return page.get_height() - words.get_charbox(first)[3], page.get_height() - words.get_charbox(last)[1]


def command(*arguments):
    return [sys.executable, "bin/demo", *map(str, arguments)]


def run(*arguments):
    """``bin/demo --no-serve`` to its end: exit code and words."""
    done = subprocess.run(
        command("--no-serve", *arguments), cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    words = done.stdout + done.stderr
    assert "Traceback" not in words
    return done.returncode, words


def printed_from(name):
    """Where the PDF engine takes style sheets of a database from."""
    query = "SELECT value FROM ir_config_parameter WHERE key = 'report.url'"
    return subprocess.run(
        ["psql", "-d", name, "-qAt", "-c", query], check=True, capture_output=True, text=True
    ).stdout.strip()


def serving_prints_from_itself(name, *arguments):
    """``bin/demo`` with its web client: while it runs papers are printed with its style sheets, and not afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serving = subprocess.Popen(
        [sys.executable, "bin/demo", *map(str, arguments), "--port", str(port)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        # a run in the background may have left it ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        assert any("Ctrl-C" in line for line in serving.stdout)
        assert printed_from(name) == f"http://127.0.0.1:{port}"
        serving.send_signal(signal.SIGINT)
        assert serving.wait(120) == 0
        assert not printed_from(name)
    finally:
        serving.kill()
        serving.stdout.close()
        serving.wait()


def start(*arguments):
    """A run of which each line can be awaited, in a process group of its own."""
    return subprocess.Popen(
        command("--no-serve", *arguments),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(process, words):
    """Read what ``process`` says until a line has ``words``."""
    said = []
    for line in process.stderr:
        said.append(line)
        if words in line:
            return
    pytest.fail(f"“{words}” was never said, but:\n{''.join(said)}")


def databases(name):
    found = subprocess.run(
        ["psql", "-d", "postgres", "-qAt", "-c", f"SELECT datname FROM pg_database WHERE datname = '{name}'"],
        check=True,
        capture_output=True,
        text=True,
    )
    return found.stdout.split()


@pytest.fixture
def name():
    """A database name of this test's own, gone afterwards."""
    found = f"demo_test_{uuid.uuid4().hex[:8]}"
    yield found
    for left in (found, f"making_{found}"):
        subprocess.run(["dropdb", "--if-exists", "--force", left], check=True, capture_output=True)


def broken_encoding(folder):
    path = folder / "o.csv"
    path.write_bytes(text(ROW).encode().replace(b"Thing", b"Caf\xe9"))
    return path


def missing_column(folder):
    path = folder / "o.csv"
    path.write_text(text(ROW).replace("UnitPrice", "Cost"))
    return path


@pytest.mark.parametrize(
    "make, day, words",
    [
        (lambda folder: folder / "none.csv", DAY, ("no such file", "none.csv", "--orders")),
        (missing_column, DAY, ("UnitPrice is missing", "line 1")),
        (lambda folder: write(folder, ROW), "2010-12-24", ("no orders on 2010-12-24", f"--date {DAY}")),
        (broken_encoding, DAY, ("0xe9 is not UTF-8", "line 2", "iconv")),
        (lambda folder: write(folder, (*ROW[:2], "six", *ROW[3:])), DAY, ("“six” is no whole number", "line 2")),
    ],
    ids=["no file", "missing column", "no orders", "encoding", "quantity"],
)
def test_bad_input_is_said_before_anything_is_made(tmp_path, name, make, day, words):
    code, said = run("--orders", make(tmp_path), "--date", day, "--db", name, "--out", tmp_path / "out")
    assert code == 1
    for word in words:
        assert word in said
    assert not databases(name) and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--orders", "o.csv"], "--orders needs --date"),
        (["--date", "20.12.2010"], "“20.12.2010” is no date"),
        (["--history", "-1"], "no number of zero or more"),
        (["--db", "Über;drop"], "write a name of small letters"),
    ],
)
def test_options_that_cannot_be_meant(arguments, words):
    code, said = run(*arguments)
    assert code in (1, 2) and words in said


def test_a_taken_port_is_said_and_nothing_is_loaded(tmp_path, name):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            command("--orders", write(tmp_path, ROW), "--date", DAY, "--db", name, "--port", port),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr and "--port N" in done.stderr
    assert not databases(name)


def test_a_database_of_somebody_else_is_left_alone(tmp_path, name):
    subprocess.run(["createdb", name], check=True)
    code, said = run(
        "--orders", write(tmp_path, ROW), "--date", DAY, "--db", name, "--out", tmp_path / "out", "--fresh"
    )
    assert code == 1 and "was not made by bin/demo" in said and "--db NAME" in said
    assert databases(name)


def test_a_day_cut_off_done_again_opened_and_refused(tmp_path, name):
    """One database through its life: killed in mid-load, made anew, opened as it is, awaited, refused for another day."""
    out = tmp_path / "out"
    path = write(tmp_path, *ROWS)
    options = ["--orders", path, "--db", name, "--out", out]

    killed = start(*options, "--date", DAY)
    wait_for(killed, "documents of the days before …")
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stderr.close()
    assert databases(name) and not (out / "summary.json").exists()

    code, said = run(*options, "--date", DAY)
    assert code == 0, said
    assert "cut off while loading" in said
    summary = json.loads((out / "summary.json").read_text())
    assert summary["orders"] == EXPECTED
    assert summary["input"] == {"rows": 3, "orders": 2, "returns": 1}
    assert summary["return_rows"] == {"requested": 1, "matched": 1, "unmatched": 0, "refunded": 1}
    assert not [found for found in summary["equations"] if found["difference"]]
    names = {"summary.json", f"reconciliation-{DAY}.pdf", "packing-slips.pdf", "labels.pdf", "invoices.pdf"}
    assert {found.name for found in out.iterdir()} == names
    for page in pypdfium2.PdfDocument(out / f"reconciliation-{DAY}.pdf"):
        top, bottom = printed_head(page)
        assert top > 10 and bottom + 12 < CONTENT_FROM, "the head of a page stands free, with its line below it"

    code, said = run(*options, "--date", DAY)
    assert code == 0 and "opened as it is" in said and "company, users and taxes" not in said

    (out / "labels.pdf").unlink()
    code, said = run(*options, "--date", DAY)
    assert code == 0 and (out / "labels.pdf").exists(), said
    assert json.loads((out / "summary.json").read_text()) == summary

    assert not printed_from(name), "the server that the papers of the day came from is gone"
    serving_prints_from_itself(name, *options, "--date", DAY)

    locks = Path(os.environ["ORDER_PROCESSING_CACHE"], "locks")
    with open(locks / f"demo-{name}", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        second = start(*options, "--date", DAY)
        wait_for(second, f"another run is busy with “demo-{name}”, waiting")
        assert second.poll() is None
    second.communicate()
    assert second.returncode == 0

    code, said = run(*options, "--date", "2010-12-21")
    assert code == 1
    assert f"holds {DAY}" in said and "--fresh makes it anew with 2010-12-21" in said
    assert json.loads((out / "summary.json").read_text()) == summary
