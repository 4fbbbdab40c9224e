"""Small changes of a solution, one at a time, as learners make them: what a checker must refuse.

:func:`mutants` changes the syntax tree of a solution in one place: the sign or factor of a term, a
term or factor that is dropped, a number that is one off, another axis, exchanged arguments, mean
for sum, log σ for log σ², another argument of the same function, a comparison turned round, a
generator of one's own, NumPy in place of the backend, a gradient that stops …
"""

import ast
import copy
import re
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "notebooks" / "source"

OPERATORS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.FloorDiv: [ast.Div],
}
COMPARISONS = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
}
NAMES = {
    "mean": ["sum", "median"],
    "sum": ["mean", "max"],
    "max": ["min", "mean"],
    "min": ["max"],
    "argmax": ["argmin"],
    "maximum": ["minimum"],
    "log": ["log2", "log10", "log1p"],
    "log2": ["log", "log10"],
    "log10": ["log", "log2"],
    "exp": ["expm1"],
    "std": ["var"],
    "sqrt": ["square"],
    "sin": ["cos"],
    "arccos": ["arcsin"],
    "softplus": ["relu", "sigmoid"],
    "standard_normal": ["random"],
    "logpdf": ["pdf"],
    "trace": ["sum"],
    "logsumexp": ["np.max"],
    "T": ["real"],
}
LOG_VARIANCES = ("z_log_var",)


@dataclass(frozen=True)
class Mutant:
    """A changed solution: what was changed, and its code."""

    change: str
    code: str


@dataclass(frozen=True)
class Solution:
    """The code of an exercise's cell, with its solution, and the lines that are the learner's."""

    code: str
    lines: frozenset
    checked: str  # the name that is handed to the check


def solution(chapter: str, exercise: str) -> Solution:
    """Read a solution from the source of its notebook, where markers stand around it."""
    (path,) = SOURCES.glob(f"{chapter}_*.py")
    source = path.read_text(encoding="utf-8")
    cell = source.split(f'# %% exercise="{exercise}"\n')[1].split("\n# %%")[0]
    code, lines, inside = [], set(), None
    for line in cell.splitlines():
        if match := re.match(r"\s*# <(/?\w+)>", line):
            inside = match[1]
        elif inside != "stub" and not line.startswith("exercises."):
            code.append(line)
            if inside == "solution":
                lines.add(len(code))
    checked = re.search(rf"exercises\.{exercise}\.check\((\w+)\)", source)[1]
    return Solution("\n".join(code), frozenset(lines), checked)


def mutants(code: str, lines=None) -> list[Mutant]:
    """Return all mutants of a solution, each change once for each place.

    Args:
        code: the solution.
        lines: the numbers of the lines to change; None stands for all.
    """
    tree = ast.parse(code)
    found, seen = [], {ast.unparse(tree)}
    for path, node in _nodes(tree):
        if lines is not None and getattr(node, "lineno", 0) not in lines:
            continue
        for words, new in _changes(node, tree):
            changed = copy.deepcopy(tree)
            try:
                _replace(changed, path, new)
                text = ast.unparse(ast.fix_missing_locations(changed))
                ast.parse(text)
            except Exception:
                continue
            if text not in seen:
                seen.add(text)
                found.append(Mutant(_numbered(words, found), text))
    return found


def _numbered(words, found):
    n = sum(mutant.change.split(" #")[0] == words for mutant in found)
    return f"{words} #{n + 1}" if n else words


def _nodes(tree, path=()):
    """Yield (path, node) of all nodes; a path is field names and indices from the root."""
    yield path, tree
    for name, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            yield from _nodes(value, (*path, name))
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _nodes(item, (*path, name, i))


def _replace(tree, path, new):
    *way, last = path
    for step in way:
        tree = tree[step] if isinstance(step, int) else getattr(tree, step)
    if isinstance(last, int):
        if new is None:
            del tree[last]
            if not tree:
                raise ValueError("an empty body")
        else:
            tree[last] = new
    else:
        setattr(tree, last, new)


def _changes(node, tree):
    """Yield (words, new node) for one node; None as the new node removes it from its list."""
    for maker in _MAKERS:
        for new in maker(node, tree):
            before = _text(node)
            after = "(nothing)" if new is None else _text(new)
            yield f"{before} → {after}", new


def _text(node):
    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node)))
    first = text.splitlines()[0]
    return first if len(first) <= 60 else first[:57] + "..."


def _operators(node, tree):
    if isinstance(node, ast.BinOp):
        for operator in OPERATORS.get(type(node.op), []):
            yield ast.BinOp(node.left, operator(), node.right)
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow | ast.MatMult):
            yield node.left
        if isinstance(node.op, ast.Add | ast.Mult):
            yield node.right
        if isinstance(node.op, ast.Sub):
            yield ast.UnaryOp(ast.USub(), node.right)
            yield ast.BinOp(node.right, ast.Sub(), node.left)
        if isinstance(node.op, ast.Div | ast.Pow | ast.MatMult):
            yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand


def _numbers(node, tree):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = node.value
        for other in (value + 1, value - 1, 2 * value, value / 2):
            if type(value) is int and other != int(other):
                continue
            yield ast.Constant(type(value)(other))


def _comparisons(node, tree):
    if isinstance(node, ast.Compare):
        for operator in COMPARISONS.get(type(node.ops[0]), []):
            yield ast.Compare(node.left, [operator()], node.comparators)


def _arguments(node, tree):
    if not isinstance(node, ast.Call):
        return
    for i in range(len(node.args) - 1):
        args = list(node.args)
        args[i], args[i + 1] = args[i + 1], args[i]
        yield ast.Call(node.func, args, node.keywords)
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])
    if isinstance(node.func, ast.Attribute) and len(node.args) >= 1:
        yield node.args[0]
    elif isinstance(node.func, ast.Attribute) and not node.args:
        yield node.func.value


def _names(node, tree):
    if isinstance(node, ast.Attribute):
        for name in NAMES.get(node.attr, []):
            if "." not in name:
                yield ast.Attribute(node.value, name, node.ctx)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for name in NAMES.get(node.id, []):
            yield ast.parse(name, mode="eval").body


def _variables(node, tree):
    """Another argument or local variable of the same function; log σ for log σ²."""
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
        return
    names = _variables_of(node, tree)
    if node.id in names:
        for name in names:
            if name != node.id:
                yield ast.Name(name, ast.Load())
    if node.id in LOG_VARIANCES:
        for factor in (2.0, 0.5):
            yield ast.BinOp(ast.Constant(factor), ast.Mult(), ast.Name(node.id, ast.Load()))
    if node.id == "rng":
        yield ast.parse("np.random.default_rng(0)", mode="eval").body
        yield ast.parse("np.random", mode="eval").body


def _variables_of(node, tree):
    """Return the arguments and the single assigned names of the function around a node."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and any(n is node for n in ast.walk(function)):
            inner = function
    try:
        names = [arg.arg for arg in inner.args.args]
    except UnboundLocalError:
        return []
    for other in ast.walk(inner):
        if isinstance(other, ast.Name) and isinstance(other.ctx, ast.Store):
            names.append(other.id)
    return [name for name in dict.fromkeys(names) if name != "self"]


def _gradients(node, tree):
    """NumPy in place of the backend, and a gradient that stops."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    module = node.func.value
    if isinstance(module, ast.Name) and module.id == "ops" and node.func.attr != "shape":
        yield ast.parse(f"ops.stop_gradient({ast.unparse(node)})", mode="eval").body
        text = ast.unparse(node).replace("ops.softplus(", "np.logaddexp(0, ").replace("ops.", "np.")
        yield ast.parse(text, mode="eval").body
    if ast.unparse(node.func) == "keras.random.normal":
        yield ast.parse("np.random.standard_normal(z_mean.shape)", mode="eval").body
        yield ast.parse("keras.random.normal(ops.shape(z_mean), seed=3)", mode="eval").body
        yield ast.parse("keras.random.uniform(ops.shape(z_mean))", mode="eval").body


def _statements(node, tree):
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=0)
    if isinstance(node, ast.If):
        yield None
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if is_call or isinstance(node, ast.Assign):
        yield None
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
    elif isinstance(node, ast.Return) and node.value is not None:
        value = ast.unparse(node.value)
        for form in ("-({})", "np.abs({})", "2 * ({})", "np.round({})", "np.maximum({}, 0)"):
            yield ast.parse(f"return {form.format(value)}").body[0]


def _collections(node, tree):
    """An axis too few, neighbours exchanged, a bound of a slice that is left out."""
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for i in range(len(node.elts)):
            yield ast.Tuple(node.elts[:i] + node.elts[i + 1 :], ast.Load())
        yield ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], ast.Load())
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value
    if isinstance(node, ast.Dict):
        for i in range(len(node.values)):
            values = list(node.values)
            values[i], values[i - 1] = values[i - 1], values[i]
            yield ast.Dict(node.keys, values)


_MAKERS = (
    _operators,
    _numbers,
    _comparisons,
    _arguments,
    _names,
    _variables,
    _gradients,
    _statements,
    _collections,
)
