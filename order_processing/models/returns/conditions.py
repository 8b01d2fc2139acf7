"""In which condition what came back is found: the inspection says it, fees ask for it."""

CONDITIONS = [
    ("new", "As new"),
    ("opened", "Opened"),
    ("damaged", "Damaged"),
    ("defective", "Defective"),
    ("wrong_item", "Wrong item"),
]
