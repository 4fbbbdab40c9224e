"""What a statement binds, changes and reads, and that what a section is given is enough."""

import builtins
import dis
import functools
import re
import types

import build_notebooks
import pytest
from dependencies import Chapter

from vae_helpers import sections

CHAPTERS = [path for path in build_notebooks.sources() if path.stem[:2].isdigit()]
RECORDS = re.compile(r"exercises\.\w+\.(check|predict|compare|reset)\(|experiment_log\.|progress\(")

by_chapter = pytest.mark.parametrize("stem", [p.stem for p in CHAPTERS[1:]])


def last_of(*cells):
    return Chapter(list(cells)).cells[-1][-1]


@pytest.mark.parametrize(
    ("code", "binds", "changes", "reads"),
    [
        ("a, (b, *c) = f(x)", {"a", "b", "c"}, set(), {"f", "x"}),
        ("a[i] = b", set(), {"a"}, {"a", "b", "i"}),
        ("a.b.c = 1", set(), {"a"}, {"a"}),
        ("a += b", set(), {"a"}, {"a", "b"}),
        ("a.append(b)", set(), {"a"}, {"a", "b"}),
        ("h = m.fit(x).history", {"h"}, {"m"}, {"m", "x"}),
        ("for k, v in d.items():\n    s = k + v", {"k", "v", "s"}, set(), {"d"}),
        ("for m in ms.values():\n    m.fit(x)", {"m"}, {"ms"}, {"ms", "x"}),
        ("for k in d:\n    out[k] = d[k]", {"k"}, {"out"}, {"d", "out"}),
        ("if a:\n    b = 1\nelse:\n    b, c = 2, 3", {"b"}, {"c"}, {"a"}),
        ("a = [n for n in b if n > c]", {"a"}, set(), {"b", "c"}),
        ("a = {k: g(v) for k, v in d.items()}", {"a"}, set(), {"d", "g"}),
        ("a = f(key=lambda n: n + b)", {"a"}, set(), {"f", "b"}),
        ("with open(p) as f:\n    t = f.read()", {"f", "t"}, {"f"} - {"f"}, {"p"}),
        ("def f(a, b=c):\n    return a + d", {"f"}, set(), {"c"}),
        ("class A(B):\n    n = c\n    def f(self):\n        return d", {"A"}, set(), {"B", "c"}),
        ("print(a)", set(), set(), {"a"}),
        ("vh.plots.lines(a)", set(), set(), {"a", "vh"}),
        ("exercises.one.check(a)", set(), set(), {"a", "exercises"}),
        ("m.load(a)", set(), {"m"}, {"a", "m"}),
    ],
)
def test_one_statement(code, binds, changes, reads):
    found = last_of(code)
    assert (found.binds, found.changes, found.reads) == (binds, changes, reads)


@pytest.mark.parametrize(
    ("cells", "changes", "reads"),
    [
        # A function reads and changes when it is used, not where it is defined.
        (("def f(k):\n    d[k] = n", "f(1)"), {"d"}, {"d", "f", "n"}),
        (("def g():\n    return n", "def f():\n    return g()", "a = f()"), set(), {"f", "g", "n"}),
        (("def f(m):\n    m.fit(x)", "f(a)"), {"a"}, {"a", "f", "x"}),
        (("def f(m):\n    m = m + 1\n    return m", "b = f(a)"), set(), {"a", "f"}),
        (("class A:\n    def f(self):\n        d[0] = 1", "a = A()"), {"d"}, {"A", "d"}),
        # What holds a thing changes with it; the thing does not when its holder gets another.
        (("d = {'a': m}", "m.fit(x)"), {"m", "d"}, {"m", "x"}),
        (("d = {'a': m}", "d['b'] = 1"), {"d"}, {"d"}),
        (("b = a", "b[0] = 1"), {"a", "b"}, {"b"}),
        (("b = a.c[1]", "b[0] = 1"), {"a", "b"}, {"b"}),
        (("v = Model(e, d)", "v.fit(x)"), {"v", "e", "d"}, {"v", "x"}),
        (("d = {'a': m}", "d['a'].fit(x)"), {"m", "d"}, {"d", "x"}),
        # Every use of a generator of random numbers changes it.
        (("g = np.random.default_rng(0)", "a = g.normal()"), {"g"}, {"g"}),
        (("import vh", "vh.fit(m, x)"), {"m", "x"}, {"m", "vh", "x"}),
    ],
)
def test_one_statement_after_another(cells, changes, reads):
    found = last_of(*cells)
    assert (found.changes, found.reads) == (changes, reads)


def test_what_changes_no_name_belongs_to_the_rest_of_its_cell():
    seed, _, model = Chapter(["import keras\nkeras.seed(3)\nprint(1)\nm = keras.Model()"]).cells[0][
        1:
    ]
    assert seed.is_loose
    assert not model.is_loose


# All chapters.


@functools.cache
def cells_of(stem):
    source = next(path for path in CHAPTERS if path.stem == stem)
    return [
        cell
        for cell in build_notebooks.read_cells(source)
        if cell.cell_type in ("markdown", "code")
    ]


@functools.cache
def content_of(stem):
    return build_notebooks.state_of_sections(cells_of(stem))


def code_of(stem, learner):
    """Yield (section, code) of the cells of one of the two sets."""
    section = 0
    for cell in cells_of(stem):
        if cell.cell_type == "markdown":
            section = max([section, *map(int, build_notebooks.NUMBERED.findall(cell.source))])
        elif not learner:
            yield section, build_notebooks.solved(cell.source)
        elif build_notebooks.GUARD not in cell.metadata.get("tags", ()):
            yield section, build_notebooks.to_learner(cell.source)


@by_chapter
@pytest.mark.parametrize("learner", [True, False], ids=["learner", "solutions"])
def test_from_each_section_on_all_names_are_there(stem, learner):
    """By the bytecode of what fast-forward runs and of all cells below; no Keras is started."""
    chapter = sections.from_json(stem, content_of(stem))
    needs = chapter.needs if learner else chapter.guards_need
    assert list(needs) == list(range(1, max(needs) + 1))
    for n in needs:
        chosen = sections.plan(chapter.before(n, not learner), needs[n]) if n > 1 else []
        below = [code for section, code in code_of(stem, learner) if section >= n or n == 1]
        assert not missing([*(s.code for s in chosen), *below]), n
        assert not [s.code for s in chosen if RECORDS.search(s.code.replace("yours_or", ""))]


def missing(cells):
    """Return the names that code loads and nothing before it, or in functions nothing, stores."""
    found, stored, later = set(), {*vars(builtins), "display", "__name__"}, set()
    for code in cells:
        for one in dis.get_instructions(compile(code, "cell", "exec")):
            if one.opname in ("STORE_NAME", "STORE_GLOBAL", "IMPORT_STAR"):
                stored.add(one.argval)
            elif one.opname == "LOAD_NAME" and one.argval not in stored:
                found.add(one.argval)
            elif isinstance(one.argval, types.CodeType):
                later |= globals_in(one.argval)
    return found | (later - stored)


def globals_in(code):
    """Return the global names that a function loads, itself or in functions within it."""
    found = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    inner = (constant for constant in code.co_consts if isinstance(constant, types.CodeType))
    return found.union(*map(globals_in, inner))


def test_a_name_that_nothing_makes_is_noticed():
    assert missing(["b = a\na = 1", "def f():\n    return c, d", "d = 1"]) == {"a", "c"}
    assert missing(["a = 1", "b = [a + k for k in range(3)]", "def f():\n    return b"]) == set()


@by_chapter
def test_who_has_run_all_cells_before_a_section_keeps_everything(stem):
    """From the history of the kernel, with exercises solved in words of one's own."""
    chapter = sections.from_json(stem, content_of(stem))
    cells = list(code_of(stem, learner=True))
    for n, needs in chapter.needs.items():
        inputs = [code.replace("...  # your code here", "'mine'") for k, code in cells if k < n]
        namespace = {name: object() for name in needs} | {"In": ["", *inputs]}
        assert needs <= sections._kept(chapter, n, namespace, with_guards=False)
