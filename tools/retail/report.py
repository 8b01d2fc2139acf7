"""What ``bin/demo`` says at its end."""


def table(summary, folder, url, users):
    """The day in a few lines.

    :param dict summary: as ``summary.json``
    :param folder: where the files are
    :param url: of the web client, ``None`` if it does not run
    :param users: logins, whose passwords are the same
    """
    orders, returns, rows = summary["orders"], summary["returns"], summary["rows"]
    invoices, credits = summary["invoices"], summary["credits"]
    off = [found for found in summary["equations"] if found["difference"]]
    lines = [
        ("Business day", f"{summary['statement']['date']}, {summary['statement']['state']}"),
        ("Rows", f"{rows['ordered']} ordered, {rows['returned']} returned, {rows['rejected']} rejected"),
        (
            "Orders",
            f"{orders['received']} received, {orders['rejected']} rejected, {orders['held']} held, {orders['confirmed']} confirmed",
        ),
        ("Returns", f"{returns['requested']} asked for, {returns['matched']} matched, {returns['unmatched']} not"),
        ("Transfers", f"{summary['transfers']['done']} done, {summary['transfers']['backorders']} backorders"),
        ("Invoices", f"{invoices['count']}, £{invoices['total']:,.2f} (tax £{invoices['tax']:,.2f})"),
        ("Credit notes", f"{credits['count']}, £{credits['total']:,.2f} (tax £{credits['tax']:,.2f})"),
        ("Discrepancies", ", ".join(f"{kind} {count}" for kind, count in summary["discrepancies"].items()) or "none"),
        ("Buckets", ", ".join(f"{name} {found['orders']}" for name, found in summary["buckets"].items())),
        ("Equations", f"{len(summary['equations'])}, {len(off)} with a difference"),
        ("Files", str(folder)),
    ]
    if url:
        lines += [("Web client", url), ("Logins", ", ".join(f"{login}/{login}" for login in users)), ("Stop", "Ctrl-C")]
    width = max(len(name) for name, _text in lines)
    return "\n".join(["", *(f"  {name:<{width}}  {text}" for name, text in lines), ""])
