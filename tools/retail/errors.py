"""What is said when the input cannot be used."""


class InputError(Exception):
    """Bad input, in words for the person at the terminal: what, where, and the way out.

    :param str text: what is wrong
    :param path: the file
    :param int line: its line, the header being line 1
    :param str column: the column's name
    :param str hint: the way out
    """

    def __init__(self, text, path=None, line=None, column=None, hint=""):
        place = [str(path)] if path else []
        if line:
            place.append(f"line {line}")
        if column:
            place.append(f"column {column}")
        super().__init__((", ".join(place) + ": " if place else "") + text + (f"\n  {hint}" if hint else ""))
        self.path = path
        self.line = line
        self.column = column
