"""Draw the picture in README.md: a page of the library's report from Ekby, as a person opens it.

    python scripts/readme_picture.py            writes docs/images/report-page.png

Needs `pdftotext` and `pdftoppm` (Debian: poppler-utils). Chance has no part in it: the demo's first seed is used.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

import jamlik

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "report-page.png"
CHART = "Diagram 2."
DOTS_PER_INCH = 110
MARGIN = 36


def page_with_chart(report: Path) -> int:
    """Number of the first page that holds the chart, from 1."""
    text = subprocess.run(["pdftotext", str(report), "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")
    return next(number for number, page in enumerate(pages, start=1) if CHART in page)


def drawn(report: Path, page: int, folder: Path) -> Image.Image:
    """The page as an image, without its footer and the white around it."""
    stem = folder / "page"
    number = str(page)
    subprocess.run(
        ["pdftoppm", "-r", str(DOTS_PER_INCH), "-f", number, "-l", number, "-singlefile", "-png", str(report), stem],
        check=True,
    )
    image = Image.open(stem.with_suffix(".png")).convert("RGB")
    image = image.crop((0, 0, image.width, int(image.height * 0.92)))
    box = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox()
    if box is None:
        raise SystemExit("the page is empty")
    left, top, right, bottom = box
    return image.crop((max(left - MARGIN, 0), max(top - MARGIN, 0), right + MARGIN, bottom + MARGIN))


def main() -> int:
    """Analyse the library, draw the page and save it with few colours; return the exit code."""
    missing = [tool for tool in ("pdftotext", "pdftoppm") if shutil.which(tool) is None]
    if missing:
        print(f"missing: {', '.join(missing)} (Debian: poppler-utils)", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = jamlik.ekby(folder / "data")
        report = jamlik.analyse(files.tomls["bibliotek"]).write(folder / "report") / "report.pdf"
        picture = drawn(report, page_with_chart(report), folder)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        picture.quantize(64).save(PICTURE, optimize=True)
    print(f"{PICTURE.name}: {picture.width} × {picture.height}, {PICTURE.stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
