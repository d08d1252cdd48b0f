"""Make the pictures of gallery.md again: ``python -m docs.gallery``, or only those of the names that follow.

The page has all there is to know: what stands before ``$ vizgd render NAME.toml`` is that file. A picture
that would come out the same is left as it is.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import vizgd as vg

PAGE = Path(__file__).with_suffix(".md")
PICTURES = Path(__file__).parent / "images" / "gallery"
RENDERERS, THEMES = ("matplotlib", "manim"), ("light", "dark")
SIZE, FPS = (560, 315), 100 / 12  # which lasts whole hundredths of a second, as a GIF has them


def files() -> dict[str, str]:
    """Return the comparison files of the page, by the names that their commands have for them."""
    page = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"```toml\n(.*?)```\n\n```console\n\$ vizgd render ([\w-]+)\.toml\n", page, re.DOTALL)
    return {name: block for block, name in found}


def pictures(name: str) -> Iterator[tuple[str, str, Path]]:
    """Yield renderer, theme and path of each picture of a comparison."""
    for renderer in RENDERERS:
        for theme in THEMES:
            yield renderer, theme, PICTURES / f"{name}-{renderer}-{theme}.gif"


def main(names: list[str]) -> None:
    """Render the comparisons of some names, or all."""
    blocks = files()
    with tempfile.TemporaryDirectory() as folder:
        for name in names or blocks:
            file = Path(folder) / f"{name}.toml"
            file.write_text(blocks[name], encoding="utf-8")
            comparison = vg.read_comparison(file)
            for renderer, theme, path in pictures(name):
                vg.render(comparison, path, renderer=renderer, theme=theme, size=SIZE, fps=FPS)
                sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
