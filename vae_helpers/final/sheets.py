"""The final test on paper: questions, an answer sheet, and the key, as pages that print on A4."""

import html

import vae_helpers
from vae_helpers.checks.verdicts import to_html
from vae_helpers.final.drawing import CHAPTERS

STYLE = """
@page { size: A4; margin: 16mm 18mm 15mm; }
* { box-sizing: border-box; }
body { font: 10.5pt/1.42 Charter, "Bitstream Charter", "Source Serif 4", Georgia, serif;
  color: #1d2733; max-width: 174mm; margin: 0 auto; padding: 8mm 0; background: #fff; }
@media print { body { padding: 0; max-width: none; } }
h1 { font-size: 18pt; line-height: 1.15; margin: 0; font-weight: 600; }
h2 { font-size: 11.5pt; margin: 7mm 0 2.5mm; padding-top: 1.5mm; border-top: .4pt solid #8a97a6;
  break-after: avoid; font-weight: 600; }
h2 span, .number { color: #a3341f; }
header { display: flex; justify-content: space-between; align-items: baseline;
  border-bottom: 1.4pt solid #1d2733; padding-bottom: 2mm; margin-bottom: 3mm; }
.seed { font-size: 12pt; white-space: nowrap; }
.about { color: #46525f; margin: 0; }
.question { break-inside: avoid; margin: 0 0 4mm; display: flex; }
.number { flex: 0 0 9mm; font-weight: 700; }
.question p { margin: 0 0 1mm; }
.choices { display: grid; grid-template-columns: repeat(4, 1fr); column-gap: 4mm; }
.choices div { font-variant-numeric: tabular-nums; }
.sheet { break-before: page; }
.lines { display: flex; gap: 10mm; margin: 7mm 0 8mm; }
.lines div { flex: 1; border-bottom: .6pt solid #1d2733; padding-bottom: 1mm; color: #46525f; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
tr { height: 7.6mm; }
th { width: 16mm; }
td { width: 13mm; }
td, th { padding: 1.05mm 3.2mm; text-align: center; font-weight: 400; }
tr.first td, tr.first th { border-top: .4pt solid #8a97a6; }
th[scope=row] { font-weight: 700; color: #a3341f; }
td.chapter { width: auto; text-align: left; color: #46525f; }
.bubble { display: inline-block; width: 5.4mm; height: 5.4mm; line-height: 5mm; font-size: 8.5pt;
  border: .7pt solid #1d2733; border-radius: 50%; }
.filled { background: #1d2733; color: #fff; -webkit-print-color-adjust: exact;
  print-color-adjust: exact; }
footer { margin-top: 6mm; color: #46525f; font-size: 9pt; }
"""


def questions(paper) -> str:
    """Return the paper as an HTML page: the questions, then the answer sheet on a page of its own.

    Args:
        paper: a :class:`vae_helpers.final.Paper`.
    """
    title = f"Final test, paper {paper.seed}"
    about = (
        f"{len(paper.items)} questions on the eight chapters, about 75 minutes. Exactly one answer "
        "is right. Pencil, paper and a pocket calculator are enough; a computer is allowed. "
        "log is the natural logarithm."
    )
    blocks = [f"<p class='about'>{about}</p>"]
    for chapter, name in CHAPTERS.items():
        blocks.append(f"<h2><span>{chapter}</span> · {html.escape(name)}</h2>")
        blocks += [_question(item) for item in paper.items if item.chapter == chapter]
    told = f"Fill in one circle for each question. Right: ______ of {len(paper.items)}"
    sheet = f"<section class='sheet'>{_sheet('Answer sheet', paper, {})}<footer>{told}</footer>"
    body = _head("Variational autoencoders: final test", paper) + "".join(blocks)
    return _page(title, f"{body}{sheet}</section>")


def key(paper) -> str:
    """Return the key as an HTML page: the answer sheet filled in, circle upon circle."""
    told = "For whoever marks it: laid over an answer sheet, the circles meet."
    body = f"{_sheet('Key', paper, paper.key())}<footer>{told}</footer>"
    return _page(f"Key to paper {paper.seed}", body)


def _sheet(title, paper, letters):
    """Return an answer sheet; with letters it is the key, every circle at the same place."""
    asked = ("&nbsp;", "&nbsp;") if letters else ("Name", "Date")
    lines = "".join(f"<div>{word}</div>" for word in asked)
    return f"{_head(title, paper)}<div class='lines'>{lines}</div>{_table(paper, letters)}"


def _question(item):
    choices = "".join(
        f"<div><b>{letter}</b> {to_html(text)}</div>"
        for letter, text in item.question.choices.items()
    )
    return (
        f"<div class='question'><div class='number'>{item.number}</div><div style='flex:1'>"
        f"<p>{to_html(item.question.text)}</p><div class='choices'>{choices}</div></div></div>"
    )


def _head(title, paper):
    return (
        f"<header><h1>{html.escape(title)}</h1><div class='seed'>Paper <b>{paper.seed}</b></div>"
        "</header>"
    )


def _table(paper, letters):
    """Return a row of circles for each question, those of ``letters`` filled."""
    rows, before = [], None
    for item in paper.items:
        circles = "".join(
            f"<td><span class='bubble{' filled' * (letters.get(item.number) == letter)}'>{letter}"
            "</span></td>"
            for letter in item.question.choices
        )
        told = f"{item.chapter} · {CHAPTERS[item.chapter]}" if item.chapter != before else ""
        if letters:
            told = f"chapter {item.chapter}, section {item.section}"
        first = " class='first'" * (item.chapter != before)
        rows.append(
            f"<tr{first}><th scope='row'>{item.number}</th>{circles}"
            f"<td class='chapter'>{html.escape(told)}</td></tr>"
        )
        before = item.chapter
    return f"<table>{''.join(rows)}</table>"


def _page(title, body):
    version = f"<footer>vae-helpers {vae_helpers.__version__}</footer>"
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>{body}{version}"
        "</body></html>\n"
    )
