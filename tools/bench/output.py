"""What ``bin/bench`` shows: the list, the table, the JSON file."""

import json


def listing(benches):
    """``--list``: per bench its name, its bound, and what it compares."""
    lines = []
    for bench in benches:
        size = f"{bench.size:,} orders" if bench.size else "the whole sample"
        lines += [
            f"{bench.name}  (at most {bench.bound}; {size}, {bench.runs} runs, {bench.kind})",
            f"    ours:   {bench.ours}",
            f"    theirs: {bench.theirs}",
        ]
    return "\n".join(lines)


def table(results):
    """The results as a table for the terminal."""
    head = ("bench", "size", "ours ms", "theirs ms", "ratio", "bound", "queries", "runs", "")
    rows = [head]
    for found in results:
        queries = f"{found.queries['ours']} / {found.queries['theirs']}"
        if "more_per_order" in found.queries:
            queries += f" (+{found.queries['more_per_order']:g} an order)"
        rows.append(
            (
                found.name,
                str(found.size),
                f"{found.ours_ms:,.1f}",
                f"{found.theirs_ms:,.1f}",
                f"{found.ratio:.3f}",
                f"{found.bound:g}",
                queries,
                str(found.runs),
                "ok" if found.ratio <= found.bound else "OVER",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    # names and verdicts to the left, numbers to the right
    left = {0, 6, 8}
    lines = [
        "  ".join(
            cell.ljust(width) if place in left else cell.rjust(width) for place, (cell, width) in enumerate(cells)
        )
        for cells in (zip(row, widths) for row in rows)
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def write_json(path, results):
    """Write the list of results to ``path``."""
    text = json.dumps([found.plain() for found in results], indent=2)
    path.write_text(text + "\n", encoding="utf-8")
