"""The files around the package agree with each other, and the package stays light."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import vae_helpers as vh

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
# What Colab had in June 2026: a bound above these would make it install anew what it has.
COLAB = {
    "python": "3.12",
    "tensorflow": "2.20.0",
    "keras": "3.13.2",
    "numpy": "2.0.2",
    "scipy": "1.16.3",
    "scikit-learn": "1.6.1",
    "matplotlib": "3.10.0",
    "ipywidgets": "7.7.1",
}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(read("pyproject.toml"))["project"]


@pytest.fixture
def bootstrap():
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "tools" / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def requirements(lines):
    parsed = map(Requirement, lines)
    return {canonicalize_name(r.name): r for r in parsed if r.name != PROJECT["name"]}


RUNTIME = requirements(PROJECT["dependencies"])
EXTRAS = {name: requirements(lines) for name, lines in PROJECT["optional-dependencies"].items()}
ALL = {name: r for group in (RUNTIME, *EXTRAS.values()) for name, r in group.items()}


def locked(python):
    """Return the versions that requirements.lock gives to a Python on Linux."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
    }
    pins = {}
    for line in read("requirements.lock").splitlines():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            [pin] = requirement.specifier
            assert pin.operator == "=="
            pins[canonicalize_name(requirement.name)] = pin.version
    return pins


def test_pyproject_holds_lower_bounds_only():
    for requirement in ALL.values():
        assert [pin.operator for pin in requirement.specifier] == [">="], requirement


def test_bounds_are_no_higher_than_what_colab_has():
    assert SpecifierSet(PROJECT["requires-python"]).contains(COLAB["python"])
    for name, version in COLAB.items():
        if name != "python":
            assert RUNTIME[name].specifier.contains(version), name


def test_the_oldest_versions_that_are_tested_are_the_lower_bounds(bootstrap):
    for name, (pinned, *_) in bootstrap.OLDEST_PACKAGES.items():
        bound, tested = (
            Version(next(iter(r.specifier)).version) for r in (RUNTIME[name], Requirement(pinned))
        )
        assert tested == bound, name


def test_environment_yml_has_the_same_bounds():
    environment = yaml.safe_load(read("environment.yml"))["dependencies"]
    [pip] = [part["pip"] for part in environment if isinstance(part, dict)]
    found = {name: str(r.specifier) for name, r in requirements(pip[:-1]).items()}
    expected = {name: str(r.specifier) for name, r in {**RUNTIME, **EXTRAS["lab"]}.items()}
    assert found == expected
    assert pip[-1] == "-e ."
    assert f"python{PROJECT['requires-python']}" in environment


@pytest.mark.parametrize("python", PYTHONS)
def test_lock_satisfies_every_bound(python):
    pins = locked(python)
    for name, requirement in ALL.items():
        assert name in pins, f"{name} is missing: run make lock"
        assert requirement.specifier.contains(pins[name]), requirement


def test_lock_names_no_host_and_no_path():
    for line in read("requirements.lock").splitlines():
        assert re.fullmatch(r"[a-z0-9.-]+==[a-z0-9.+!]+( ; [()\w .<>=!'*]+)?", line), line


def test_the_suitable_pythons_are_the_same_everywhere():
    suits = re.search(r"\((\d+), (\d+)\) <= .* < \((\d+), (\d+)\)", read("tools/setup.sh"))
    bounds = re.search(r"= \((\d+), (\d+)\), \((\d+), (\d+)\)", read("tools/bootstrap.py"))
    assert suits.groups() == bounds.groups()
    written = ">={}.{},<{}.{}".format(*bounds.groups())
    assert PROJECT["requires-python"] == written
    for python in PYTHONS:
        assert SpecifierSet(written).contains(python)
        assert python in read("README.md")
        assert f"python{python}" in read("tools/setup.sh")


def test_bootstrap_starts_on_any_python_3():
    tree = ast.parse(read("tools/bootstrap.py"), feature_version=(3, 3))
    newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.AsyncFunctionDef)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]


def test_versions_agree():
    assert PROJECT["version"] == vh.__version__
    newest = re.search(r"^## (\S+?),", read("CHANGELOG.md"), re.MULTILINE).group(1)
    assert Version(newest) == Version(vh.__version__)


def test_licences_are_there():
    assert PROJECT["license-files"] == ["LICENSE", "NOTICE"]
    assert "MIT License" in read("LICENSE")
    for word in ("CC BY 4.0", "CC BY-SA 3.0", "LeCun", "Cortes", "Burges", "Zalando SE"):
        assert word in read("NOTICE")


def test_what_make_starts_exists():
    for script in re.findall(r"\$\(PY\) ([a-z_/]+\.py)", read("Makefile")):
        assert (ROOT / script).is_file(), script


def test_make_help_lists_what_the_readme_names():
    listed = set(re.findall(r"^([a-z-]+):.*## ", read("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^|full )make ([a-z-]+)", read("README.md"), re.M)) <= listed
    assert {"lab", "test", "course", "help"} <= listed


def test_links_of_the_readme_lead_somewhere():
    text = read("README.md")
    targets = [*re.findall(r"\]\(([^)#]+)\)", text), *re.findall(r'src="([^"]+)"', text)]
    for target in targets:
        assert target.startswith("https://") or (ROOT / target).exists(), target


def loaded_by(code):
    """Return the top-level modules that a fresh Python has after running some code."""
    code += "; import sys; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(run.stdout.split())


NETWORKS = {"tensorflow", "keras", "jax", "torch"}
HEAVY = {*NETWORKS, "sklearn", "scipy", "matplotlib", "IPython"}


@pytest.mark.parametrize(
    "code", ["import vae_helpers as vh", "import vae_helpers as vh; dir(vh); vh.CLASS_NAMES"]
)
def test_import_is_light(code):
    """The promise is half a second; what would break it is one of these packages."""
    assert not HEAVY & loaded_by(code)


@pytest.mark.parametrize("part", ["metrics", "latent"])
def test_numpy_parts_do_without_networks(part):
    assert not NETWORKS & loaded_by(f"import vae_helpers as vh; vh.{part}")


TYPED = (
    *("backend", "baselines", "claims/sentences", "claims/table", "cli", "coding", "colab"),
    *("class_board", "course", "data", "features", "files", "latent", "machine", "preflight"),
    *("ready_code", "sections", "terminal"),
    *("own/example", "own/fitting", "own/loading", "own/pictures"),
    *("provenance", "published", "tsne", "weights", "zoo"),
)


def public_functions(tree):
    """Yield the functions and methods of a module that a caller sees."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node)


@pytest.mark.parametrize("module", TYPED)
def test_public_signatures_are_typed(module):
    """What py.typed promises to those who check types."""
    for function in public_functions(ast.parse(read(f"vae_helpers/{module}.py"))):
        arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
        assert not bare, (function.name, bare)
        assert function.returns is not None, function.name


def test_the_wheel_has_the_marker_of_a_typed_package():
    packaged = tomllib.loads(read("pyproject.toml"))["tool"]["setuptools"]["package-data"]
    assert "py.typed" in packaged["vae_helpers"]
    assert (ROOT / "vae_helpers" / "py.typed").is_file()


def test_unknown_attributes_are_errors():
    with pytest.raises(AttributeError, match="no attribute 'zebra'"):
        vh.zebra  # noqa: B018


def test_every_public_name_resolves():
    for name in vh.__all__:
        assert getattr(vh, name) is not None
        assert name in dir(vh)
