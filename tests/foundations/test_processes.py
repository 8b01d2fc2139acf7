"""docs/processes.md is drawn from the declarations: it says what the code does, or this fails."""

import os
from pathlib import Path

from tests.common import ObservingCase

PAGE = Path(__file__).resolve().parents[2] / "docs" / "processes.md"
HEAD = """# Processes

Drawn from the declarations (`_transitions`) of the models; `tests/foundations/test_processes.py` holds that it is current.
A state is moved by these acts and by nothing else.
"""


class TestProcesses(ObservingCase):
    def _draw(self):
        parts = [HEAD]
        for name in sorted(self.env.registry):
            model = self.env[name]
            if model._abstract or not getattr(model, "_transitions", ()):
                continue
            field = model._fields[model._transition_field]
            labels = dict(field._description_selection(self.env))
            parts.append(f"\n## {model._description} (`{name}`)\nStarts as **{labels[model._transition_initial]}**.\n")
            parts.append("| act | from | to | who | reason | second person |\n|---|---|---|---|---|---|")
            for row in model._transition_diagram():
                sources = ", ".join("any" if state == "*" else labels[state] for state in row["sources"])
                group = self.env.ref(row["group"]).name if row["group"] else "who may write it"
                if row["group_field"]:
                    group = f"members of `{row['group_field']}`"
                parts.append(
                    f"| {row['name']} | {sources} | {labels[row['target']]} | {group} |"
                    f" {'yes' if row['reason'] else ''} | {'not: ' + row['second_person'] if row['second_person'] else ''} |"
                )
        return "\n".join(parts) + "\n"

    def test_page_is_what_the_models_declare(self):
        drawn = self._draw()
        if os.environ.get("DRAW_PROCESSES"):
            PAGE.write_text(drawn, encoding="utf-8")
        self.assertEqual(
            PAGE.read_text(encoding="utf-8") if PAGE.exists() else "",
            drawn,
            "docs/processes.md is out of date: run with DRAW_PROCESSES=1 to draw it anew",
        )
