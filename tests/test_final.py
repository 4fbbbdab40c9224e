"""The final test, its papers, the certificate and the survey.

The oracle reads the numbers out of the *text* of a question, as a learner does, and answers it by
another way than the package. ``VAE_ALL_SEEDS=1`` draws every question a thousand times.
"""

import html
import itertools
import json
import math
import os
import random
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from vae_helpers import final
from vae_helpers.checks import core, record
from vae_helpers.final import certificates, drawing, papers, surveys
from vae_helpers.final.questions import QUESTIONS

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "notebooks" / "source"
SEEDS = range(1_000) if os.environ.get("VAE_ALL_SEEDS") else range(20)
NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+|-?\d+(?:\.\d+)?")

by_question = pytest.mark.parametrize("made", QUESTIONS, ids=lambda made: made.name)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Return the learner's folder, which does not exist yet."""
    monkeypatch.setenv("VAE_COURSE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def numbers(text):
    return [float(n.replace(",", "")) for n in NUMBER.findall(text.replace("−", "-"))]


# --- the oracle: each right answer once more, from the text, by another way


def of_bead(given):
    noise, *x = given[-3:]
    z = np.linspace(-8, 8, 20_001)
    density = np.exp(
        -(z**2) / 2 - ((x[0] - z) ** 2 + (x[1] - z / 2) ** 2) / (2 * noise**2),
    )
    return (z * density).sum() / density.sum()


def of_divergence(given):
    z = np.linspace(-40, 40, 80_001)
    q, prior = stats.norm(given[0], np.exp(given[2] / 2)), stats.norm()
    return (q.pdf(z) * (q.logpdf(z) - prior.logpdf(z))).sum() * (z[1] - z[0])


def of_box(given, text):
    *codes, low, high = given
    border = (codes[2] + codes[3]) / 2
    return (border - low if text.endswith("trousers?") else high - border) / (high - low)


def of_units(text):
    brackets = re.findall(r"\(([^)]*)\)", text)
    return sum(len(set(each.split(", "))) > 1 for each in brackets)


def of_length(given):
    d, temperature = given
    return temperature * math.sqrt(2) * math.exp(gammaln((d + 1) / 2) - gammaln(d / 2))


def of_mixture(given):
    means, stds = np.split(np.array(given), 2)
    return np.mean(means**2 + stds**2) - means.mean() ** 2


def of_path(given):
    places = [complex(*pair) for pair in zip(given[::2], given[1::2], strict=True)]
    steps = sum(abs(b - a) for a, b in itertools.pairwise(places))
    return steps / abs(places[-1] - places[0])


def of_sphere(given):
    """Turn by half the angle: in the plane a multiplication by the root of the quotient."""
    one, other = complex(*given[:2]), complex(*given[2:])
    middle = one * (other / one) ** 0.5
    return [middle.real, middle.imag]


def of_vector(given):
    zero = sum(given[:3]) / 3 - given[3]
    return (zero + given[4] - sum(given[5:8]) / 3) / 2


def of_line(given):
    at_small, small, at_large, large, _ = given
    c = (at_small - at_large) / (1 / small - 1 / large)
    return at_small - c / small


def of_territory(given):
    real, generated = given[:5], given[5:9]
    radius = [min(abs(r - other) for other in real if other != r) for r in real]
    inside = [[abs(r - g) <= d for g in generated] for r, d in zip(real, radius, strict=True)]
    precision = sum(any(row[j] for row in inside) for j in range(4)) / 4
    return [precision, sum(map(any, inside)) / 5]


def of_silhouette(given):
    own, other, code = given[:3], given[3:6], given[6]
    a = sum(abs(code - z) for z in own) / 2
    b = sum(abs(code - z) for z in other) / 3
    return 1 - a / b if a < b else b / a - 1


def of_neighbours(text):
    pairs = re.findall(r"([\d.]+) \(([AB])\)", text)
    hits = 0
    for i, (z, label) in enumerate(pairs):
        others = sorted(
            (abs(float(y) - float(z)), k == label) for j, (y, k) in enumerate(pairs) if j != i
        )
        hits += sum(same for _, same in others[:2])
    return hits / 12


def of_classes(given):
    z = np.array(given)
    within = ((z[:2] - z[:2].mean()) ** 2).sum() + ((z[2:] - z[2:].mean()) ** 2).sum()
    return 1 - within / ((z - z.mean()) ** 2).sum()


def of_push(given):
    """Search for the message from which symbol 1 comes off, and the old one stays."""
    _, start, end, total, old = map(int, given)
    width = end - start + 1
    return next(
        new
        for new in range(10_000)
        if start <= new % total <= end and new // total * width + new % total - start == old
    )


def of_pairs(given):
    normal, odd = given[:4], given[4:]
    return sum((o > n) + (o == n) / 2 for o in odd for n in normal) / 12


ORACLES = {
    "cross_entropy": lambda g, _: (
        -sum(math.log(p if x else 1 - p) for x, p in zip(g[:3], g[3:], strict=True))
    ),
    "perfect_copy": lambda g, _: g[0] * stats.bernoulli(g[1]).entropy(),
    "room_in_the_box": of_box,
    "where_was_the_bead": lambda g, _: of_bead(g),
    "below_the_evidence": lambda g, _: g[0] - g[1],
    "divergence_of_a_code": lambda g, _: of_divergence(g),
    "silent_beta": lambda g, _: g[0] * g[1] / g[2],
    "who_tells_images_apart": lambda _, text: of_units(text),
    "error_of_the_difference": lambda g, _: stats.sem(np.subtract(g[:4], g[4:])),
    "length_of_noise": lambda g, _: of_length(g),
    "variance_of_the_mixture": lambda g, _: of_mixture(g),
    "surgery": lambda g, _: g[1] - math.log(g[0]),
    "half_way_on_the_sphere": lambda g, _: of_sphere(g),
    "detour": lambda g, _: of_path(g),
    "like_with_like": lambda g, _: of_vector(g),
    "importance_weights": lambda g, _: math.log(sum(map(math.exp, g)) / 3),
    "frechet": lambda g, _: (g[0] - g[2]) ** 2 + (g[1] ** 0.5 - g[3] ** 0.5) ** 2,
    "few_images": lambda g, _: of_line(g),
    "territory": lambda g, _: of_territory(g),
    "silhouette": lambda g, _: of_silhouette(g),
    "neighbours": lambda _, text: of_neighbours(text),
    "between_classes": lambda g, _: of_classes(g),
    "message_length": lambda g, _: (g[0] + g[1]) * math.log2(math.e),
    "push": lambda g, _: of_push(g),
    "pairs": lambda g, _: of_pairs(g),
}
PINNED = [12, "c", [5, 2, 17], ["a", "b", "d", "c"]]
ROUNDED = {"below_the_evidence": 0.011, "room_in_the_box": 1e-3}  # what the text itself rounds


def test_each_question_has_an_oracle():
    assert set(ORACLES) == {made.name for made in QUESTIONS}
    assert 20 <= len(QUESTIONS) <= 25
    assert set(Counter(made.chapter for made in QUESTIONS).values()) <= {2, 3, 4}


@by_question
def test_the_right_answer_is_right(made):
    for seed in range(8):
        drawn, _ = made.drawn(seed)
        expected = ORACLES[made.name](numbers(drawn.text), drawn.text)
        assert drawn.right == pytest.approx(expected, abs=ROUNDED.get(made.name, 1e-6)), drawn.text


@by_question
def test_exactly_one_choice_is_right_and_all_are_distinct(made):
    """Of whatever seed: no two look alike, none is right by rounding, each has its feedback."""
    where = f"(Chapter {made.chapter}, section {made.section}.)"
    texts_seen = set()
    for seed in SEEDS:
        drawn, _ = made.drawn(seed)
        asked = made.question(seed)
        assert list(asked.choices) == list("abcd")
        assert len(set(asked.choices.values())) == 4, (seed, asked)
        assert asked.choices[asked.right] == drawn.shown(drawn.right)
        assert list(asked.choices.values()).count(drawn.shown(drawn.right)) == 1
        assert len(set(asked.feedback.values())) == 4
        for key, text in asked.feedback.items():
            assert text.endswith(where) == (key != asked.right)
            assert len(text) > 20
        texts_seen.add(asked.text)
    assert len(texts_seen) >= 10, "the numbers change from try to try"


def test_nothing_but_the_answer_gives_it_away():
    """Neither the letter, nor the length, nor the rank among the numbers."""
    letters, ranks, longest, total = Counter(), Counter(), 0, 0
    for seed in range(8):
        for item in final.Paper(seed).items:
            choices, right = item.question.choices, item.question.right
            total += 1
            letters[right] += 1
            lengths = sorted(map(len, choices.values()))
            longest += len(choices[right]) == lengths[-1] > lengths[-2]
            values = {k: numbers(text) for k, text in choices.items()}
            if all(len(value) == 1 for value in values.values()):
                ranks[sorted(values, key=values.get).index(right)] += 1
    assert max(letters.values()) < 0.32 * total
    assert longest < 0.25 * total
    assert max(ranks.values()) < 0.48 * sum(ranks.values())


@by_question
def test_the_section_is_there(made):
    (source,) = SOURCES.glob(f"{made.chapter}_*.py")
    sections = re.findall(r"^# ## (\d+)\. ", source.read_text("utf-8"), re.MULTILINE)
    assert str(made.section) in sections


def test_titles_are_those_of_the_chapters():
    for chapter, title in drawing.CHAPTERS.items():
        (source,) = SOURCES.glob(f"{chapter}_*.py")
        assert f"# # {chapter} · {title}\n" in source.read_text("utf-8")


def test_a_question_that_cannot_be_drawn_says_so():
    def draws(_):
        return drawing.Drawn("?", 1.0, "why", {"a": 1.001, "b": 2.0, "c": 3.0})

    with pytest.raises(RuntimeError, match=r"'draws'.*seed 3"):
        drawing.question("01", 5)(draws).question(3)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_no_choice_is_infinite(bad):
    assert not drawing.Drawn("?", 1.0, "", {"a": bad, "b": 2.0, "c": 3.0}).is_clear()
    assert drawing.Drawn("?", 1.0, "", {"a": 9.0, "b": 2.0, "c": 3.0}).is_clear()
    assert not drawing.Drawn("?", 1.0, "", {"a": 9.0, "b": 2.0, "c": None}).is_clear()


def test_python_draws_the_same_everywhere():
    """A class has one paper, whatever Python each of them runs."""
    draw = random.Random("4711/push/0")
    drawn = [draw.randrange(9, 17), draw.choice("abcdef"), draw.sample(range(50), 3)]
    few = list("abcd")
    draw.shuffle(few)
    assert [*drawn, few] == PINNED


# --- papers


def test_a_seed_gives_the_same_paper_to_everybody():
    one, other = final.Paper(4711), final.paper(4711)
    assert repr(one.answer(one.key())) == repr(other.answer(other.key()))
    assert final.Paper(4712).key() != one.key()


def test_the_paper_that_was_begun_is_gone_on_with():
    begun = final.paper()
    assert final.paper().seed == begun.seed
    another = final.paper(new=True)
    assert final.paper().seed == another.seed
    assert final.paper(77).seed == 77
    assert final.paper().seed == 77


@pytest.mark.parametrize("seed", [-1, 1.5, "4711", True, 10**10])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="seed="):
        final.paper(seed)


def test_a_new_paper_has_no_seed_yet():
    with pytest.raises(ValueError, match=r"seed=3 and new=True"):
        final.paper(3, new=True)


def test_noting_is_not_judging(home):
    paper = final.paper(5)
    shown = paper.answer({1: "(B)", 2: "z", 3: ...})
    assert paper.noted == {1: "b"}
    assert "is none of a, b, c, d." in repr(shown)
    assert "✓" not in repr(shown)
    assert "✗" not in repr(shown)
    paper.answer({1: ...})
    assert paper.noted == {}
    assert "handed in" not in (home / "progress.jsonl").read_text()


@pytest.mark.parametrize(
    ("answers", "named"), [({99: "a"}, "number=99"), ({"1": "a"}, "number='1'"), ("ab", "answers")]
)
def test_answers_to_other_questions_are_refused(answers, named):
    with pytest.raises(ValueError, match=re.escape(named)):
        final.Paper(5).answer(answers)


def test_an_unfinished_paper_is_not_handed_in_by_accident():
    paper = final.paper(5)
    assert paper.hand_in().state == core.NOT_ATTEMPTED
    paper.answer({1: "a", 2: "b"})
    assert "23 of 25 are open: 3, 4" in repr(paper.hand_in())
    assert papers.results() == []
    report = paper.hand_in(anyway=True)
    assert "3. ○ not answered. (Chapter 01, section 8.)" in repr(report)
    assert len(papers.results()) == 1


def with_wrong(paper, *wrong):
    """Answer everything, and these questions wrongly."""
    answers = paper.key()
    for number in wrong:
        answers[number] = "b" if answers[number] == "a" else "a"
    paper.answer(answers)
    return paper


def test_the_report_says_what_to_read_again():
    report = with_wrong(final.paper(8), 1, 3, 25).hand_in()
    assert report.right == 22
    assert report.scores["01"] == (1, 3)
    assert "01 · Autoencoder: 1 of 3; read again: sections 5, 8 of chapter 01" in repr(report)
    assert "05 · Interpolation: 3 of 3; read again: nothing" in repr(report)
    assert report.as_result().state == core.WRONG
    assert repr(report).count("✗") == 3
    assert "22 of 25 right" in report._repr_html_()


def test_what_is_kept_are_scores_and_no_answers(home):
    with_wrong(final.paper(8), 2).hand_in()
    lines = [json.loads(line) for line in (home / "progress.jsonl").read_text().splitlines()]
    assert [line["final"] for line in lines] == ["begun", "handed in"]
    assert set(lines[1]) == {"when", "final", "seed", "scores", "version"}
    assert lines[1]["scores"]["01"] == [2, 3]


def test_the_first_time_counts():
    with_wrong(final.paper(8), *range(1, 11)).hand_in()
    again = with_wrong(final.paper(8)).hand_in()
    assert again.right == 25
    assert "counted on" in repr(again)
    assert "with 15 right" in repr(again)
    assert papers.share_of(papers.best()) == 0.6
    with_wrong(final.paper(9), 4).hand_in()
    assert papers.best()["seed"] == 9


def test_what_was_reset_does_not_count():
    with_wrong(final.paper(8)).hand_in()
    final.reset()
    assert papers.best() is None
    with_wrong(final.paper(8), 1).hand_in()
    assert papers.share_of(papers.best()) == 0.96


@pytest.mark.parametrize(
    "scores", [None, {}, [1, 2], {"01": [9, 3]}, {"01": "ab"}, {"01": [0, 0]}, {"01": [1]}]
)
def test_lines_that_make_no_sense_do_not_count(home, scores):
    home.mkdir()
    entry = {"final": "handed in", "seed": 3, "scores": scores}
    begun = [{"final": "begun", "seed": seed} for seed in ("x", -4, True)]
    (home / "progress.jsonl").write_text("\n".join(map(json.dumps, [entry, *begun])))
    assert papers.best() is None
    assert "not taken" in certificate().svg()
    assert final.paper().seed > 0


def test_without_a_disk_the_test_still_goes(home):
    home.write_text("a file where the folder should be")
    report = with_wrong(final.paper()).hand_in()
    assert "is not kept" in repr(report)
    home.unlink()
    record.keep("99", "x", core.RIGHT)  # the trouble is over


def test_the_courses_own_runs_leave_nothing(home, monkeypatch):
    monkeypatch.setenv("VAE_COURSE_EXPECT", core.RIGHT)
    with_wrong(final.paper()).hand_in()
    assert not home.exists()
    with pytest.raises(core.UnexpectedResultError):
        with_wrong(final.paper(), 1).hand_in()
    with pytest.raises(core.UnexpectedResultError):
        final.paper().hand_in()


def test_other_readers_of_the_file_do_not_mind():
    record.keep("01", "reconstruction_loss", core.RIGHT)
    with_wrong(final.paper()).hand_in()
    assert record.solved() == {("01", "reconstruction_loss")}


def test_the_notebook_asks_every_question_in_its_chapter():
    source = (SOURCES / "your_final_test.py").read_text("utf-8")
    paper = final.Paper(1)
    for chapter in drawing.CHAPTERS:
        stub = re.search(rf'paper\.key\("{chapter}"\)\n# <stub>\n# answers = (.*)\n', source)[1]
        assert [int(n) for n in re.findall(r"(\d+):", stub)] == paper.numbers(chapter)


# --- on paper


def test_a_printed_paper_is_the_same_and_gives_nothing_away(tmp_path):
    paper = final.Paper(12)
    printed, key = (path.read_text("utf-8") for path in paper.save(tmp_path))
    for item in paper.items:
        assert core.to_html(item.question.text) in printed
        for text in item.question.feedback.values():
            assert core.to_html(text) not in printed
    assert printed.count("class='bubble'") == 100
    assert "filled'" not in printed
    filled = re.findall(r"bubble filled'>(\w)", key)
    assert filled == list(paper.key().values())
    assert key.count("class='bubble") == 100


def test_a_printed_paper_needs_nothing_else(tmp_path):
    for path in final.Paper(12).save(tmp_path):
        assert not re.search(r"https?:|<script|<link|@import|url\(", path.read_text("utf-8"))


# --- the certificate


@pytest.fixture(autouse=True)
def no_model(request, monkeypatch):
    """Spare the model, but for the test that looks at it."""
    if "with_the_model" not in request.node.name:
        images = np.linspace(0, 1, 11 * 784).reshape(11, 28, 28, 1)
        monkeypatch.setattr(certificates, "walk", lambda digits, seed: images)


def certificate(name="Ada", **options):
    return final.certificate(name, **options)


def texts(svg):
    """Parse the picture as XML, and return what can be read in it."""
    return [node.text for node in ElementTree.fromstring(svg).iter() if node.text]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Ana & \"Bo\" 'Cy'", "Ana & \"Bo\" 'Cy'"),
        ("Zoë 👩‍🔬🦊", "Zoë 👩‍🔬🦊"),
        ("نگار", "نگار"),
        ("two\nlines\x00\x1b \ud800", "two lines"),
    ],
)
def test_any_name_is_shown_and_breaks_nothing(tmp_path, name, shown):
    made = certificate(name)
    page = made.save(tmp_path).read_text("utf-8")
    assert shown in map(str.strip, texts(made.svg()))
    assert "<script" not in page
    assert html.escape(shown) in page


def test_a_long_name_stays_on_the_page():
    made = certificate("Wolfeschlegelsteinhausenbergerdorff " * 9)
    assert len(made.name) == 120
    size = float(re.search(r"font-size='([\d.]+)' text-anchor='middle'>Wolfe", made.svg())[1])
    assert 0.6 * size * 120 < 270


def test_the_name_is_kept_nowhere_else(home, tmp_path):
    with_wrong(final.paper()).hand_in()
    path = certificate("Nobody Else").save()
    assert path.parent == home
    others = [file for file in home.rglob("*") if file != path]
    assert others
    assert not [file for file in others if b"Nobody" in file.read_bytes()]


def test_an_empty_folder_gives_an_honest_certificate(home):
    made = certificate("")
    shown = texts(made.svg())
    assert "not taken" in shown
    assert {"0 of 1", "0 of 10"} <= set(shown)
    assert any("Self-issued" in line and "Nobody has checked it" in line for line in shown)
    assert made.done["02"] == (0, len(core.exercises_of("02")))
    assert not home.exists()


def test_it_counts_what_is_solved_and_not_what_is_reset():
    for name in ("reconstruction_loss", "box_shares"):
        record.keep("01", name, core.RIGHT)
    core.exercises_of("01")["box_shares"].reset()
    with_wrong(final.paper(8), 1).hand_in()
    made = certificate()
    assert made.done["01"][0] == 1
    assert "24 of 25" in texts(made.svg())
    assert any(line.startswith("paper 8, 20") for line in texts(made.svg()))
    final.reset()
    assert "not taken" in texts(certificate().svg())


def test_a_folder_that_cannot_be_written_to_is_told_and_nothing_is_lost(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="file"):
        certificate().save(tmp_path / "file" / "deeper")
    with pytest.raises(OSError, match="file"):
        final.Paper(1).save(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_half_a_certificate_is_never_there(tmp_path, monkeypatch):
    path = certificate("First").save(tmp_path)
    monkeypatch.setattr(certificates.Certificate, "_page", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        certificate("Second").save(tmp_path)
    assert "First" in path.read_text("utf-8")
    assert list(tmp_path.glob("*")) == [path]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"name": 5}, "name=5"),
        ({"digits": (1, 10)}, "digit=10"),
        ({"digits": 3}, "digits=3"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_bad_options_are_named(options, named):
    with pytest.raises(ValueError, match=named):
        certificate(**options)


def test_the_walk_with_the_model():
    """It begins and ends near images of the digits that were asked for."""
    from vae_helpers import data

    test = data.load_data("mnist").test
    images = certificates.walk((4, 1), seed=2)
    assert images.shape == (11, 28, 28, 1)
    flat = test.images.reshape(len(test.images), -1)
    nearest = [np.square(flat - end.ravel()).sum(axis=1).argmin() for end in images[[0, -1]]]
    assert test.labels[nearest].tolist() == [4, 1]
    assert not np.allclose(certificates.walk((4, 1), seed=3), images, atol=0.1)


# --- the survey


def test_the_page_for_pencils_has_the_same_lines():
    page = (ROOT / "docs" / "survey.md").read_text("utf-8")
    for number, text in enumerate(surveys.QUESTIONS, start=1):
        assert f"| {number}. {text} |" in page
    assert " | ".join(surveys.ANSWERS.values()) in page


def test_nothing_is_written_before_it_is_saved(home):
    made = final.survey("after", {1: "a", 2: ..., 10: "(D)"}, remark="more β")
    assert "1. Write the loss" in repr(made)
    assert "<em>a: I know how</em>" in made._repr_html_()
    assert not home.exists()
    assert "hand it over" in made.save()
    entry = json.loads((home / "survey.jsonl").read_text("utf-8"))
    assert entry.pop("when").count("-") == 2
    assert entry == {"survey": "after", "answers": {"1": "a", "10": "d"}, "remark": "more β"}


def test_an_empty_survey_is_not_kept(home):
    assert "nothing was written" in final.survey("before", {1: ...}).save()
    assert not home.exists()


def test_a_survey_without_a_disk_says_so(home):
    home.write_text("a file where the folder should be")
    assert "not kept" in final.survey("before", {1: "a"}).save()


@pytest.mark.parametrize(
    ("when", "answers", "named"),
    [("during", {}, "when='during'"), ("after", {11: "a"}, "number=11"), ("after", {1: "e"}, "1")],
)
def test_other_answers_are_refused(when, answers, named):
    with pytest.raises(ValueError, match=named):
        final.survey(when, answers)
