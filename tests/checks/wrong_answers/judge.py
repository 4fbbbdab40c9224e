"""What readers of the messages decided, and the tool that shows them what is new.

``judged.json`` keeps for each wrong answer the gist of the message that was read, and the verdict:
``specific`` if it speaks of this very mistake, ``generic`` if it would fit many others as well.

    python tests/checks/wrong_answers/judge.py        # print the messages that nobody has judged
    python tests/checks/wrong_answers/judge.py --add  # add them as "unread"; then write the verdict
"""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
JUDGED = HERE / "judged.json"
VERDICTS = ("specific", "generic", "unread")
COUNT = re.compile(r"^\d+ of \d+ cases right\. ")
VALUES = re.compile(r"^.*? (?:gives|has shape|holds) .*?, expected .*?\. (?=[A-Z`\d¬−]|\W*$)", re.S)
NUMBER = re.compile(r"[-−]?(?:\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?|\binf\b|\bnan\b)")
EMPTY_KINDS = ("fallback", "exception", "right")


@dataclass(frozen=True)
class Outcome:
    """How one answer was judged."""

    answer: object
    state: str
    message: str
    kind: str

    @property
    def gist(self) -> str:
        return gist(self.message)

    def is_specific(self, judged: dict) -> bool:
        """Tell whether the message speaks of the mistake: as it was judged, or by its words."""
        known = judged.get(self.answer.name)
        if known and known["gist"] == self.gist:
            return known["verdict"] == "specific"
        return self.kind not in EMPTY_KINDS and self.answer.speaks_of_it(self.message)


def gist(message: str) -> str:
    """Return a message without the values that were shown, and with # for each number."""
    text = VALUES.sub("", COUNT.sub("", message.strip()), count=1)
    return re.sub(r"\s+", " ", NUMBER.sub("#", text)).strip()


def outcome(answer) -> Outcome:
    """Hand in an answer and return what the checker says."""
    from vae_helpers.checks.core import exercises_of

    exercise, value = exercises_of(answer.chapter)[answer.exercise], answer.value()
    result = exercise.grade(value)
    return Outcome(answer, result.state, result.message, result.kind)


def read_judged() -> dict:
    """Return name of the answer → {"verdict", "gist"}."""
    return json.loads(JUDGED.read_text(encoding="utf-8"))


def write_judged(judged: dict) -> None:
    """Write the verdicts, sorted by name, so that changes show line by line."""
    text = json.dumps(dict(sorted(judged.items())), indent=1, ensure_ascii=False)
    JUDGED.write_text(text + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Print what is new; with ``--add`` note it as unread."""
    from wrong_answers import answers

    judged, names = read_judged(), set()
    for answer in answers():
        if answer.given.kind != "wrong":
            continue
        names.add(answer.name)
        found = outcome(answer)
        if judged.get(answer.name, {}).get("gist") != found.gist:
            print(f"{answer.name}  <{found.kind}>\n    {found.message}\n")
            if "--add" in arguments:
                judged[answer.name] = {"verdict": "unread", "gist": found.gist}
    if "--add" in arguments:
        write_judged({name: judged[name] for name in judged if name in names})


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    main(sys.argv[1:])
