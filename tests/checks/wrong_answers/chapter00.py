from wrong_answers import right, wrong

ANSWERS = {
    "halfway": [
        wrong("the sum", r"sum|halve|half|divide|/ ?2", "return a + b"),
        wrong("no brackets", r"bracket|before|halved|counts half", "return a + b / 2"),
        wrong("half the step", r"step|start|difference", "return (b - a) / 2"),
        wrong("from the wrong end", r"step|start|difference|sign|add", "return a + (a - b) / 2"),
        wrong(
            "one number of everything", r"axis|one number|place by place", "return np.mean([a, b])"
        ),
        wrong("the mean along the rows", r"axis", "return np.mean([a, b], axis=1)"),
        wrong("start, middle and end", r"middle|three|alone", "return np.linspace(a, b, 3)"),
        wrong("the two ends", r"end|middle", "return np.linspace(a, b, 2)"),
        wrong("whole numbers only", r"//|fraction|whole|floor", "return (a + b) // 2"),
        wrong("the brighter pixel", r"larger|brighter|mean|maxim", "return np.maximum(a, b)"),
        wrong("the distance", r"length|distance|far", "return np.linalg.norm(b - a) / 2"),
        wrong(
            "half of one beside half of the other",
            r"half of one|beside|place by place|mix",
            """
            half = a.shape[-1] // 2
            return np.concatenate([a[..., :half], b[..., half:]], axis=-1)
            """,
        ),
        wrong("a quarter of the way", r"half|quarter|weight|share", "return 0.75 * a + 0.25 * b"),
        wrong("printed, not returned", r"return|None", "print(end=str((a + b) / 2)[:0])"),
        wrong("a list of both", r"shape|both|two|mean|half", "return [a / 2, b / 2]"),
        right("a step from the start", "return a + 0.5 * (b - a)"),
        right("a mean over the right axis", "return np.mean([a, b], axis=0)"),
        right("two weights", "return 0.5 * a + 0.5 * b"),
        right("the second of three", "return np.linspace(a, b, 3)[1]"),
        right("a median", "return np.median(np.stack([a, b]), axis=0)"),
        right("a tensor", 'return ops.cast(a + b, "float32") / 2'),
        right("np.average", "return np.average((a, b), axis=0)"),
    ],
}
