"""Write the lines of a class that does not exist, to see how ``vae-helpers class`` shows one.

    python tools/simulate_class.py FOLDER               # 30 learners, 45 minutes after the start
    python tools/simulate_class.py FOLDER --live 60 &      # the same, an hour in a minute
    vae-helpers class FOLDER --every 2 --html board.html

The learners differ in speed, run cells before they answer them, make the mistakes that the
exercises know, get stuck, go on without an answer, or leave.
"""

import argparse
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vae_helpers.checks import core, journal
from vae_helpers.checks.expect import recorded

KINDS = {"shape": 4, "exception": 4, "factor": 2, "sign": 2, "fallback": 3, "type": 1, "none": 1}
MINUTES = (2, 9)  # that exercises take a learner of ordinary speed


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=45, help="since the class began")
    parser.add_argument("--chapters", nargs="+", default=["01", "02"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--live", type=float, help="write on, so many times as fast as a class")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    lines = simulate(options.learners, options.minutes, options.chapters, options.seed)
    write(options.folder, lines, options.minutes, options.live)


def simulate(learners=30, minutes=45.0, chapters=("01", "02"), seed=0, known_mistakes=True):
    """Return (minute, entry) in the order of time; an entry is a line without its time."""
    chance = random.Random(seed)
    exercises = [e for chapter in chapters for e in core.exercises_of(chapter).values()]
    tasks = [_task(exercise, chance, known_mistakes) for exercise in exercises]
    lines = []
    for _ in range(learners):
        who = f"{chance.getrandbits(48):012x}"
        lines += [
            (minute, {"who": who, **entry})
            for minute, entry in _learner(tasks, chance)
            if minute < minutes
        ]
    return sorted(lines, key=lambda line: line[0])


def write(folder, lines, minutes, live=None, now=None):
    """Write the lines as if the class had begun so many minutes ago; with ``live``, from now on."""
    begin = (now or datetime.now(UTC)) - timedelta(minutes=0 if live else minutes)
    start = time.monotonic()
    for minute, entry in lines:
        when = begin + timedelta(minutes=minute)
        if live:
            time.sleep(max(0.0, minute * 60 / live - (time.monotonic() - start)))
            when = datetime.now(UTC)
        stamped = {"when": when.isoformat(timespec="seconds"), **entry}
        journal.add_line(folder / f"{entry['who']}.jsonl", stamped)


def _task(exercise, chance, known_mistakes):
    """Return an exercise's name, minutes, and wrong answers with how often they are given."""
    wrong = {("mistake", text): chance.choice((1, 2, 9)) for text in _mistakes(exercise)} if (
        known_mistakes
    ) else {}  # fmt: skip
    wrong |= {(kind, ""): weight for kind, weight in chance.sample(sorted(KINDS.items()), 4)}
    if isinstance(exercise, core.SelfTest):
        wrong = {("3 of 5", f"{core.MISSED}{n}, {n % 5 + 1}"): n for n in range(1, 6)}
    return exercise.chapter, exercise.name, chance.uniform(*MINUTES), wrong


def _mistakes(exercise):
    """Return what the exercise says of the mistakes that it knows."""
    with recorded() as found:
        exercise.grade(lambda *arguments, **named: 0.123)
    return list(dict.fromkeys(text for one in found for text, _ in one.mistakes))[:4]


def _learner(tasks, chance):
    """Yield the minute and the entry of each check of one learner."""
    speed = chance.lognormvariate(0, 0.35)
    minute = chance.uniform(0, 6)
    for chapter, name, minutes, wrong in tasks:
        entry = {"chapter": chapter, "exercise": name}
        yield minute, _check(entry, "not attempted", "not attempted", chance)
        gives_up_after = 99 if chance.random() < 0.93 else chance.randint(2, 5)
        n_wrong = min(int(chance.expovariate(minutes / 8 * 0.9)), 9)
        is_stuck = chance.random() < 0.04
        for attempt in range(99 if is_stuck else n_wrong):
            minute += speed * minutes * chance.uniform(0.2, 0.6)
            kind, mistake = chance.choices(list(wrong), list(wrong.values()))[0]
            yield minute, _check(entry, "wrong", kind, chance, mistake)
            if attempt >= gives_up_after:
                break
        else:
            minute += speed * minutes * chance.uniform(0.3, 0.8)
            yield minute, _check(entry, "right", "right", chance)
        minute += chance.uniform(0.2, 1.5)
        if chance.random() < 0.01:
            return  # had to leave


def _check(entry, verdict, kind, chance, mistake=""):
    line = {**entry, "verdict": verdict, "kind": kind, "seconds": round(chance.random() * 0.2, 3)}
    return {**line, "mistake": mistake} if mistake else line


if __name__ == "__main__":
    main()
