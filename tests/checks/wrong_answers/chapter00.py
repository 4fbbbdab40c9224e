from wrong_answers import right, wrong

ANSWERS = {
    "number_of_pixels": [
        wrong("rows plus columns", r"sum|add|plus|28 \+ 28|multipl", "n_pixels = 28 + 28"),
        wrong("one row only", r"one row|one side|a row|each row|side|28 rows", "n_pixels = 28"),
        wrong("three colours", r"colou?r|grey|channel|three|3", "n_pixels = 28 * 28 * 3"),
        wrong("counted from zero to 27", r"27|off by one|one less|from 0", "n_pixels = 27 * 27"),
        wrong("a text", r"str|text|number|quot", 'n_pixels = "784"'),
        wrong("the shape", r"tuple|one number|shape|a number|single", "n_pixels = (28, 28)"),
        wrong("32 by 32", r"\b32\b", "n_pixels = 32 * 32"),
        right("a power", "n_pixels = 28**2"),
        right("a NumPy number", "n_pixels = np.prod([28, 28])"),
        right("a float", "n_pixels = 784.0"),
        right("counted", "n_pixels = sum(1 for row in range(28) for column in range(28))"),
        right("a tensor", "n_pixels = ops.size(ops.zeros((28, 28)))"),
    ],
    "to_unit_interval": [
        wrong("divided by 256", r"256", "return pixels / 256"),
        wrong("whole-number division", r"//|whole|integer|floor|round", "return pixels // 255"),
        wrong("multiplied", r"multipl|divide|times 255|\* 255|wrong way", "return pixels * 255.0"),
        wrong(
            "by its own maximum",
            r"maxim|brightest|largest|its own|max\(",
            "return pixels / pixels.max()",
        ),
        wrong(
            "stretched from the smallest to the largest",
            r"smallest|minim|stretch|darkest|its own|min\(",
            "return (pixels - pixels.min()) / (pixels.max() - pixels.min())",
        ),
        wrong("from −1 to 1", r"−1|-1|minus|negative|below 0", "return pixels / 127.5 - 1"),
        wrong("cut off at 1", r"clip|cut|limit|all ones|become 1", "return np.clip(pixels, 0, 1)"),
        wrong("turned to a negative", r"invert|negative|white|black", "return 1 - pixels / 255"),
        wrong(
            "rounded to whole numbers",
            r"round|whole|integer|int",
            "return (pixels / 255).round().astype(int)",
        ),
        wrong("printed, not returned", r"return|None|nothing", "print(end=str(pixels / 255)[:0])"),
        wrong(
            "changed in place",
            r"in place|change|argument|casting|copy|/=",
            "pixels /= 255\nreturn pixels",
        ),
        wrong("in per cent", r"100|per ?cent", "return pixels / 255 * 100"),
        right("times the inverse", "return pixels * (1 / 255)"),
        right("32-bit numbers", 'return pixels.astype("float32") / 255'),
        right("row by row", "return np.array([row / 255 for row in pixels])"),
        right("a tensor", 'return ops.cast(pixels, "float32") / 255'),
        right("np.interp", "return np.interp(pixels, [0, 255], [0, 1])"),
    ],
}
