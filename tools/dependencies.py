"""What each statement of a chapter's cells binds, changes and reads, by its syntax alone.

``vae_helpers.sections`` takes from it what a section needs of the sections before it. Where syntax
cannot tell, more is assumed to be changed or read than is: a slice too large costs seconds, one too
small costs the learner an error. ``tools/fast_forward_all.py`` shows that none is too small.
"""

import ast
import builtins
from dataclasses import dataclass, field

from vae_helpers import sections

# Methods that change what a container holds, but not the things in it.
SHALLOW = {"add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse"}
SHALLOW |= {"setdefault", "sort", "update"}
# These, and those that change what they are called on, or as functions of a module are given.
CHANGERS = SHALLOW | {"assign", "build", "compile", "compile_model", "fit", "load_weights"}
CHANGERS |= {"receive", "restart", "send", "set_output_bias", "set_weights", "update_state"}
# What only shows or records: a statement that begins with it has no part in any state.
SHOWS = ("display", "exercises", "experiment_log", "HTML", "print", "progress", "vh.measured")
SHOWS_WITHIN = ("vh.plots.", "vh.widgets.", "exercises.", "experiment_log.")
# Calls whose result gives parts of their arguments, or a new container of the same parts.
GIVES_PARTS = {"enumerate", "get", "items", "keys", "reversed", "values", "zip"}
COPIES = {"copy", "dict", "list", "set", "sorted", "tuple"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
GENERATORS = ("default_rng", "RandomState", "SeedGenerator")  # every use of one changes it


@dataclass
class Statement:
    """A statement at the top level of a cell.

    Attributes:
        code: its source.
        binds: the names that it surely gives a value.
        changes: the names that it may give a value, or whose value it changes in place.
        reads: the names that it needs; with those that the functions it uses need.
        is_loose: it changes something that has no name (a seed), for the rest of its cell.
    """

    code: str
    binds: set = field(default_factory=set)
    changes: set = field(default_factory=set)
    reads: set = field(default_factory=set)
    is_loose: bool = False
    deep: set = field(default_factory=set)  # of the changes, those of what a value holds


@dataclass
class _Later:
    """What a function or class does when it is used."""

    reads: set = field(default_factory=set)
    changes: set = field(default_factory=set)
    deep: set = field(default_factory=set)
    changes_arguments: bool = False

    def __or__(self, other):
        return _Later(
            self.reads | other.reads,
            self.changes | other.changes,
            self.deep | other.deep,
            self.changes_arguments or other.changes_arguments,
        )


@dataclass(frozen=True)
class Cell:
    """A code cell in its forms.

    Attributes:
        section: the number of the section it stands in, 0 before the first.
        code: with its solution, without asserts; that of a guard cell with them.
        stub: the learner's; "" for a guard cell.
        complete: that of the solutions.
        is_guard: whether only the solutions have it.
        exercise: its name, or "".
    """

    section: int
    code: str
    stub: str
    complete: str
    is_guard: bool = False
    exercise: str = ""


def state(cells: list[Cell]) -> dict:
    """Return what ``vae_helpers.sections`` reads of a chapter, as plain JSON values."""
    code, stubs, complete = (
        Chapter([getattr(cell, form) for cell in cells]) for form in ("code", "stub", "complete")
    )
    entries = [_entry(cell, found) for cell, found in zip(cells, code.cells, strict=True)]
    content = {"cells": entries, "needs": {}, "guards_need": {}, "builds_on": {}}

    def standing(chapter, wanted):
        return [
            s for c, found in zip(cells, chapter.cells, strict=True) if wanted(c) for s in found
        ]

    set_up = standing(code, lambda cell: cell.section == 0)
    imports = {name for s in set_up if s.code.startswith(("import ", "from ")) for name in s.binds}
    for n in range(1, max(cell.section for cell in cells) + 1):
        shown = standing(code, lambda cell, n=n: cell.section >= n and not cell.is_guard)
        stubbed, with_guards = (
            standing(one, lambda cell, n=n: cell.section >= n) for one in (stubs, complete)
        )
        own = standing(code, lambda cell, n=n: cell.section == n and not cell.is_guard)
        needs = imports | sections.unmet(shown) | sections.unmet(stubbed)
        content["needs"][n] = sorted(needs)
        content["guards_need"][n] = sorted(needs | sections.unmet(with_guards))
        content["builds_on"][n] = _makers(sections.unmet(own), n, cells, code)
    return content


def _makers(names, section, cells, chapter):
    """List the sections, set-up aside, that give the names the values they have at a section."""
    live, found = set(names), set()
    for cell, statements in zip(reversed(cells), reversed(chapter.cells), strict=True):
        if cell.section >= section or cell.is_guard:
            continue
        for statement in reversed(statements):
            if (statement.binds | statement.changes) & live:
                found.add(cell.section)
            live -= statement.binds
    return sorted(found - {0})


def _entry(cell, statements):
    entry = {
        "section": cell.section,
        "statements": [_as_dict(s) for s in statements if s.binds or s.changes or s.is_loose],
    }
    entry |= {"guard": True} if cell.is_guard else {}
    return entry | ({"exercise": cell.exercise} if cell.exercise else {})


def _as_dict(statement):
    content = {"code": statement.code}
    for key in ("binds", "changes", "reads"):
        content |= {key: sorted(names)} if (names := getattr(statement, key)) else {}
    return content | ({"loose": True} if statement.is_loose else {})


class Chapter:
    """The statements of a chapter, cell by cell, in their order.

    Args:
        cells: the code of each.
    """

    def __init__(self, cells: list[str]):
        trees = [ast.parse(code) for code in cells]
        self.imported = {name for tree in trees for node in tree.body for name in _imported(node)}
        self.generators = {name for tree in trees for name in _generators(tree)}
        self.later = {}
        self.links = []  # of names that share values: see _links
        self.cells = [
            [self._statement(node, code) for node in tree.body]
            for tree, code in zip(trees, cells, strict=True)
        ]
        for statement in (s for cell in self.cells for s in cell):
            changes = spread(statement.changes, statement.deep, self.links)
            statement.changes = changes - statement.binds - self.imported

    def _statement(self, node, code):
        scope = _Scope(self)
        scope.visit(node)
        self.links += scope.links
        used = self.used(scope.reads)
        links = scope.links + scope.links_here
        changes = spread(scope.changed | used.changes, scope.deep | used.deep, links)
        statement = Statement(
            _source(node, code),
            scope.bound,
            (scope.maybe | changes) - scope.bound,
            (scope.reads | used.reads) - self._builtin(scope.reads | used.reads),
        )
        statement.deep = scope.deep | used.deep
        self.later.update(scope.later)
        if isinstance(node, ast.Expr):
            self._effect_of_expression(node.value, statement)
        return statement

    def _effect_of_expression(self, node, statement):
        """Note what an expression changes, whose value nobody keeps."""
        if not isinstance(node, ast.Call):
            return
        called, root = _dotted(node.func), _root(node.func)
        if called in SHOWS or called.startswith(SHOWS_WITHIN):
            statement.changes, statement.deep = set(), set()
        elif root in self.imported:
            statement.deep |= _roots(node.args) - self.imported
            statement.changes |= statement.deep
            statement.is_loose = not statement.changes
        elif root not in self.later:
            statement.deep |= {root} - {None} - self._builtin({root})
            statement.changes |= statement.deep

    def used(self, names):
        """Return what is read and changed by the functions among the names, and by theirs."""
        total, waiting, seen = _Later(), list(names), set()
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self.later:
                continue
            seen.add(name)
            total |= self.later[name]
            waiting += self.later[name].reads
        return total

    def _builtin(self, names):
        return {name for name in names if hasattr(builtins, name) or name == "display"}


class _Scope(ast.NodeVisitor):
    """The names of a statement, or of a function's body, in the order of execution."""

    def __init__(self, chapter, bound=()):
        self.chapter = chapter
        self.bound, self.maybe = set(bound), set()
        self.reads, self.changed, self.deep = set(), set(), set()
        self.links, self.links_here = [], []  # the latter, of loops, end with the statement
        self.later = {}

    # Names.

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)
            return
        if node.id not in self.bound:
            self.reads.add(node.id)
        if node.id in self.chapter.generators:
            self.changed.add(node.id)

    def visit_Import(self, node):
        self.bound |= _imported(node)

    visit_ImportFrom = visit_Import  # noqa: N815

    # Assignments.

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            self._assign(target, node.value)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.visit(node.value)
            self._assign(node.target, node.value)

    def visit_NamedExpr(self, node):
        self.visit(node.value)
        self._assign(node.target, node.value)

    def visit_AugAssign(self, node):
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.visit(ast.Name(node.target.id, ast.Load()))
            self.maybe.add(node.target.id)
        self._assign(node.target, node.value, augmented=True)

    def _assign(self, target, value, augmented=False, links=None):
        pairs = [(target, value)]
        parts, values = (getattr(node, "elts", None) for node in (target, value))
        if parts and values and len(parts) == len(values):
            pairs = list(zip(parts, values, strict=True))
        for left, right in pairs:
            names = _stored(left)
            links = self.links if links is None else links
            if augmented:  # of a container, the parts
                links += [(_root(left), name, "akin") for name, _ in _relations(right)]
            elif place := _root(left) if not isinstance(left, ast.Name) else None:
                links += [(name, place, "held") for name, _ in _relations(right)]
            links += [link for name in names if not augmented for link in _links(name, right)]
            later = self._kept_for_later(right)
            self.later.update(dict.fromkeys(names, later) if later else {})
        if not (augmented and isinstance(target, ast.Name)):
            self._store(target)

    def _store(self, target):
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._store(part)
        elif isinstance(target, ast.Starred):
            self._store(target.value)
        elif isinstance(target, ast.Name):
            self.bound.add(target.id)
        else:  # a place in something
            self.visit(target.value)
            if isinstance(target, ast.Subscript):
                self.visit(target.slice)
            self._change(target.value)

    def _kept_for_later(self, value):
        """Return what a value can do later that holds functions, or None.

        That a function was called does not make its result one; an object of a class can do
        what the class does.
        """
        nodes = list(ast.walk(value))
        called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        kept = None
        for node in nodes:
            later = None
            if isinstance(node, ast.Name):
                later = self._known(node.id)
                is_class = node.id[:1].isupper()
                later = None if id(node) in called and not is_class else later
            elif isinstance(node, ast.Lambda):
                later = self._function(node.args, [ast.Expr(node.body)])
            if later:
                kept = later if kept is None else kept | later
        return kept

    def _known(self, name):
        return self.later.get(name) or self.chapter.later.get(name)

    # Blocks.

    def visit_For(self, node):
        self.visit(node.iter)  # which is taken not to be empty
        self._assign(node.target, node.iter, links=self.links_here)
        for statement in [*node.body, *node.orelse]:
            self.visit(statement)

    def visit_While(self, node):
        self.visit(node.test)
        self._perhaps(node.body, node.orelse)

    def visit_If(self, node):
        self.visit(node.test)
        self._perhaps(node.body, node.orelse)

    def visit_Try(self, node):
        for block in (node.body, *[handler.body for handler in node.handlers], node.orelse):
            self._perhaps(block, [])
        for statement in node.finalbody:
            self.visit(statement)

    def _perhaps(self, block, other):
        before, ends = set(self.bound), []
        for statements in (block, other):
            self.bound = set(before)
            for statement in statements:
                self.visit(statement)
            ends.append(self.bound)
        self.bound = ends[0] & ends[1]
        self.maybe |= (ends[0] | ends[1]) - self.bound

    def visit_With(self, node):
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self._assign(item.optional_vars, item.context_expr, links=self.links_here)
        for statement in node.body:
            self.visit(statement)

    def _comprehension(self, node):
        before = set(self.bound)
        for part in node.generators:
            self.visit(part.iter)
            self._assign(part.target, part.iter, links=self.links_here)
            for condition in part.ifs:
                self.visit(condition)
        for name in ("key", "value", "elt"):
            if hasattr(node, name):
                self.visit(getattr(node, name))
        self.bound = before

    def generic_visit(self, node):
        """Visit a comprehension, of whatever kind, in its own order; anything else part by part."""
        (self._comprehension if isinstance(node, COMPREHENSIONS) else super().generic_visit)(node)

    # Functions.

    def visit_FunctionDef(self, node):
        for part in [*node.decorator_list, *_defaults(node.args)]:
            self.visit(part)
        self.later[node.name] = self._function(node.args, node.body)
        self.bound.add(node.name)

    def visit_Lambda(self, node):
        for part in _defaults(node.args):
            self.visit(part)
        later = self._function(node.args, [ast.Expr(node.body)])  # it may be called at once
        self.reads |= later.reads - self.bound
        self.changed |= later.changes
        self.deep |= later.deep

    def visit_ClassDef(self, node):
        for part in [*node.decorator_list, *node.bases, *[k.value for k in node.keywords]]:
            self.visit(part)
        body = _Scope(self.chapter)
        for statement in node.body:
            body.visit(statement)
        self.reads |= body.reads - self.bound
        later = _Later()
        for part in [*body.later.values(), *(self._known(name) for name in body.reads)]:
            later |= part or _Later()
        for base in node.bases:
            later |= self._known(_dotted(base)) or _Later()
        self.later[node.name] = later
        self.bound.add(node.name)

    def _function(self, arguments, body):
        parameters = {a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg)}
        scope = _Scope(self.chapter)
        scope.later = dict(self.later)
        for statement in body:
            scope.visit(statement)
        declared = {
            n for s in body for g in ast.walk(s) if isinstance(g, ast.Global) for n in g.names
        }
        local = (parameters | scope.bound | scope.maybe) - declared
        reads = _all_loaded(body) - local  # a name is local in all of a function, or nowhere
        links = scope.links + scope.links_here
        deep, changed = spread(set(), scope.deep, links), spread(scope.changed, scope.deep, links)
        return _Later(
            reads,
            (changed - local) | (declared & scope.bound),
            deep - local,
            bool(changed & parameters),
        )

    def _change(self, node, is_shallow=True):
        """Note that what stands at a place is changed: all of it, or only the container."""
        if name := _root(node):
            (self.changed if is_shallow and isinstance(node, ast.Name) else self.deep).add(name)

    # Calls.

    def visit_Call(self, node):
        self.generic_visit(node)
        arguments = _roots([*node.args, *[k.value for k in node.keywords]])
        if isinstance(node.func, ast.Attribute) and node.func.attr in CHANGERS:
            if _root(node.func.value) in self.chapter.imported:
                self.deep |= arguments
            else:
                self._change(node.func.value, node.func.attr in SHALLOW)
        elif isinstance(node.func, ast.Name):
            known = self._known(node.func.id)
            if known and known.changes_arguments:
                self.deep |= arguments


def _root(node):
    """Return the name at which a path such as ``a.b[c].d()`` begins, or None."""
    while True:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            return None


def _roots(nodes):
    return {_root(node) for node in nodes} - {None}


def spread(changed, deep, links):
    """Return all names whose values change with those of some.

    Args:
        changed: names whose value changes, but not what it holds, such as a dict with a new entry.
        deep: names whose value may change in all that it holds.
        links: (name, other, how): "same" object, "part" of the other, "held" by the other, or
            "akin", which has the same parts.
    """
    deep, total = set(deep), set(changed)
    for _ in links:
        before = len(deep)
        for name, other, _ in links:
            if name in deep or other in deep:
                deep |= {name, other}
        if len(deep) == before:
            break
    total |= deep
    for _ in links:
        before = len(total)
        for name, other, how in links:
            if name in total and how != "akin":
                total.add(other)
            if other in total and how == "same":
                total.add(name)
        if len(total) == before:
            break
    return total


def _links(name, value):
    """Return how a name that was given a value is linked to the names in it."""
    turned = {"held": (1, 0)}
    links = []
    for other, how in _relations(value):
        pair = (name, other)
        first, second = turned.get(how, (0, 1))
        links.append((pair[first], pair[second], how))
    return links


def _relations(node):
    """Return (name, how) for the names whose values an expression's value shares.

    How the value stands to the name's: "same", a "part" of it, it "held" by the value, or "akin".
    """
    if isinstance(node, ast.Name):
        return [(node.id, "same")]
    if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        return _as("part", _relations(node.value))
    if isinstance(node, ast.NamedExpr):
        return _relations(node.value)
    if isinstance(node, ast.Call):
        name = _dotted(node.func).rpartition(".")[2]
        parts = [*node.args, *[k.value for k in node.keywords]]
        parts += [node.func.value] if isinstance(node.func, ast.Attribute) else []
        if name in GIVES_PARTS:
            return _as("part", _all_relations(parts))
        if name in COPIES:
            return _as("akin", _all_relations(parts))
        return _elements(parts) if name[:1].isupper() else []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return _elements(node.elts)
    if isinstance(node, ast.Dict):
        return _elements(node.values)
    if isinstance(node, ast.IfExp):
        return _all_relations([node.body, node.orelse])
    if isinstance(node, ast.BoolOp):
        return _all_relations(node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        both = _all_relations([node.left, node.right])
        return [(name, how if how == "held" else "akin") for name, how in both]
    if isinstance(node, COMPREHENSIONS):
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        made = _as("akin", _relations(element))
        return made + (
            _as("akin", _all_relations([p.iter for p in node.generators])) if made else []
        )
    return []


def _all_relations(nodes):
    return [pair for node in nodes for pair in _relations(node)]


def _elements(nodes):
    """Return the relations of a container to what its elements are made of."""
    return [
        (name, "held" if how in ("same", "held") else "akin") for name, how in _all_relations(nodes)
    ]


def _as(how, relations):
    return [(name, how) for name, _ in relations]


def _stored(target):
    return [
        n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    ]


def _all_loaded(nodes):
    """Return the names that code loads, save those that its inner functions and loops own."""
    names = set()
    for node in nodes:
        inner = _all_loaded(ast.iter_child_nodes(node))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.Lambda):
            parameters = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
            inner -= parameters | set(_stored(node))
            inner |= _all_loaded(_defaults(node.args))
        elif isinstance(node, COMPREHENSIONS):
            inner -= {name for part in node.generators for name in _stored(part.target)}
        names |= inner
    return names


def _defaults(arguments):
    return [*arguments.defaults, *filter(None, arguments.kw_defaults)]


def _dotted(node):
    """Return ``a.b.c`` for such a path; "" or the end of it for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""


def _imported(node):
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return set()
    return {alias.asname or alias.name.partition(".")[0] for alias in node.names}


def _generators(tree):
    """Return the names at the top level that hold a generator of random numbers."""
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        is_tuple = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
        pairs = zip(target.elts, value.elts, strict=False) if is_tuple else [(target, value)]
        for left, right in pairs:
            is_call = isinstance(left, ast.Name) and isinstance(right, ast.Call)
            if is_call and _dotted(right.func).endswith(GENERATORS):
                yield left.id


def _source(node, code):
    """Return the lines of a statement, which begins with its first decorator."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return "\n".join(code.split("\n")[first - 1 : node.end_lineno])
