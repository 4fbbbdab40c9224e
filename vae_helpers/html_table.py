"""The one HTML table that everything shown in a notebook as rows uses."""

import html
from collections.abc import Iterable, Sequence


def html_table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    caption: str = "",
) -> str:
    """Return a table with a head for each column; all texts are escaped.

    Args:
        heads: the columns' names.
        rows: as many texts each.
        numbers: the columns, counted from 0, whose cells stand to the right, digit under digit.
        caption: a line above the table.
    """
    sides = ["right" if column in numbers else "left" for column in range(len(heads))]
    top = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    lines = [_line("th scope='col'", heads, sides), *(_line("td", row, sides) for row in rows)]
    return f"<table>{top}{''.join(lines)}</table>"


def _line(tag, texts, sides):
    cells = (
        f"<{tag} style='text-align: {side}'>{html.escape(text)}</{tag.split()[0]}>"
        for text, side in zip(texts, sides, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"
