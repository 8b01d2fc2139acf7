"""The page and the data say the same: plain Python, no database."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "discrepancies.md"
DATA = PAGE.parents[1] / "order_processing" / "models" / "discrepancy" / "kinds.py"


def test_every_kind_is_told_in_the_docs():
    codes = re.findall(r'Kind\(\s*"(\w+)"', DATA.read_text(encoding="utf-8"))
    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert codes
    assert codes == told
