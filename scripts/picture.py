"""The picture of the README: one question of the demo's report, as a browser shows it.

make demo && .venv/bin/python scripts/picture.py
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Open the report at a question and save what its card looks like."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", type=Path, default=ROOT / "runs" / "demo" / "report.html")
    parser.add_argument("--id", default="", help="the question's id; else the first")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images" / "question.png")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            chromium_sandbox=False,
            args=["--disable-gpu", "--disable-background-networking"],
        )
        page = chromium.new_page(viewport={"width": 1240, "height": 2400})
        page.goto(f"{options.report.resolve().as_uri()}#{options.id}")
        page.locator("#sample img").last.wait_for()
        page.wait_for_timeout(500)  # milliseconds, for the images to decode
        page.locator("#sample").screenshot(path=options.out)
        chromium.close()


if __name__ == "__main__":
    main()
