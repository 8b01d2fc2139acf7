import base64
from pathlib import Path

from tests.common import OrderCase


class TestFiles(OrderCase):
    """Workers of the suite do not lose each other's files."""

    def test_a_worker_keeps_its_files_for_itself(self):
        """What it writes is in a place called by its database, and so are the files that its database came with."""
        attachment = self.env["ir.attachment"]
        given = attachment.search([("store_fname", "!=", False)], limit=1)
        made = attachment.create({"name": "mine", "datas": base64.b64encode(self.env.cr.dbname.encode())})
        for record in given + made:
            path = Path(record._full_path(record.store_fname))
            self.assertIn(self.env.cr.dbname, path.parts)
            self.assertEqual(path.read_bytes(), record.raw)
        self.assertTrue(given.raw)
