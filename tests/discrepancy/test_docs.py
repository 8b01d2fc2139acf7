"""The page and the data say the same: plain Python, no database."""

import re
import runpy
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "discrepancies.md"
DATA = PAGE.parents[1] / "order_processing" / "models" / "discrepancy" / "kinds.py"


def test_every_kind_is_told_in_the_docs():
    codes = re.findall(r'Kind\(\s*"(\w+)"', DATA.read_text(encoding="utf-8"))
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert codes
    assert codes == told


def test_what_settled_lines_are_spared_leaves_no_figure_out():
    """A kind that asks about a figure which ``SETTLED`` does not know would never be asked of most lines."""
    text = DATA.read_text(encoding="utf-8") + DATA.with_name("measures.py").read_text(encoding="utf-8")
    settled = re.search(r'SETTLED = """(.*?)"""', text, re.S)
    known = set(re.findall(r"\bf\.(\w+)", settled.group(1)))
    # of the day, the company or the line itself, or nothing where a figure that is known is nothing
    beside = {"digits", "today", "promised", "served", "invoice_days", "invoice_policy", "is_goods", "is_kit", "currency_unit",
              "invoice_lines", "line_id", "to_scan", "return_open", "returned_refund", "draft_credited_total", "wrong_back"}  # fmt: skip
    asked = set(re.findall(r"\bf\.(\w+)", text.replace(settled.group(0), "")))
    assert {name for name in asked if not name.startswith("last_")} <= known | beside


def test_every_kind_has_its_acts_and_its_ledgers():
    codes = set(re.findall(r'Kind\(\s*"(\w+)"', DATA.read_text(encoding="utf-8")))
    names = runpy.run_path(str(DATA.with_name("mends.py")))
    assert set(names["MENDS"]) == set(names["LEDGERS"]) == codes
    assert {act for acts in names["MENDS"].values() for act in acts} == set(names["BY_ACT"]) - {"each"}
    for kind, acts in names["MENDS"].items():
        assert {"open", "accept"} <= set(acts), kind
    assert {kind for kind, act in names["IN_HAND"] if act in names["MENDS"][kind]} == {
        kind for kind, _act in names["IN_HAND"]
    }
