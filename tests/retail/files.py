"""Small files with the columns of the Online Retail data set."""

import gzip

from tools.retail.reader import COLUMNS


def text(*lines, header=COLUMNS):
    """CSV text: each line a tuple ``(number, code, quantity, moment, price, customer[, country])``."""
    out = [",".join(header)]
    for number, code, quantity, moment, price, customer, *country in lines:
        out.append(
            f"{number},{code},Thing {code},{quantity},{moment},{price},{customer},{(country or ['United Kingdom'])[0]}"
        )
    return "\n".join(out) + "\n"


def write(folder, *lines, name="orders.csv", **options):
    """Write such a file and return its path."""
    path = folder / name
    content = text(*lines, **options).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path
