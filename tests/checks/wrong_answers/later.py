"""A second set, written while the checkers were mended and shown to nobody until they were."""

ANSWERS = {f"0{number}": {} for number in range(9)}
