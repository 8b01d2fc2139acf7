"""What the documents of the project point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "tools").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
PICTURE_LIMIT = 150 * 1024


def _links(path):
    return [link for link in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8"))) if "://" not in link]


def _anchors(path):
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_picture_is_there(path):
    for link in _links(path):
        file, _sign, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{path.name} points at {link}, which is not there"
        if anchor:
            assert anchor in _anchors(target), f"{path.name} points at {link}: no such heading"


def test_pictures_are_small_pngs_and_none_is_left_over():
    used = {(path.parent / link).resolve() for path in DOCUMENTS for link in _links(path)}
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n"), picture
        assert picture.stat().st_size < PICTURE_LIMIT, f"{picture.name}: {picture.stat().st_size} bytes"
        assert picture.resolve() in used, f"no document shows {picture.name}"


def test_the_readme_can_be_understood_without_its_pictures():
    for words in re.findall(r"!\[([^\]]*)\]", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert words.strip()
