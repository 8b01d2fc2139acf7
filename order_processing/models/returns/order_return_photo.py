import io

from PIL import Image

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

PHOTOS = 6
PHOTO_BYTES = 10 * 1024 * 1024
PIXELS = 50_000_000
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
NAME_LENGTH = 100


class OrderReturnPhoto(models.Model):
    """Photos of a customer, attached to the case."""

    _inherit = "order.return"

    def _check_photos(self, photos):
        """Refuse what is no photo that everybody can look at.

        :param list photos: pairs ``(name, content in bytes)``
        :raises UserError: names every file and what is wrong with it
        """
        problems = []
        if len(photos) > PHOTOS:
            problems.append(self.env._("At most %s photos can be sent.", PHOTOS))
        for name, content in photos[:PHOTOS]:
            wrong = self._photo_problem(content)
            if wrong:
                problems.append(f"{name[:NAME_LENGTH]}: {wrong}")
        if problems:
            raise UserError("\n".join(problems))

    def _photo_problem(self, content):
        if len(content) > PHOTO_BYTES:
            return self.env._("a photo may have at most %s MB.", PHOTO_BYTES // 1024**2)
        kind = KINDS.get(guess_mimetype(content))
        no_photo = self.env._("only photos of the types JPEG, PNG and WebP can be sent.")
        if not kind:
            return no_photo
        try:
            with Image.open(io.BytesIO(content), formats=[kind]) as image:
                if image.width * image.height > PIXELS:
                    return self.env._("the picture is too large: send a smaller one.")
                image.load()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return no_photo
        return ""

    def _attach_photos(self, photos):
        """Keep checked photos with the case (``sudo``)."""
        self.ensure_one()
        files = self.env["ir.attachment"].create(
            [
                {
                    "name": name[-NAME_LENGTH:] or "photo",
                    "raw": content,
                    "mimetype": guess_mimetype(content),
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for name, content in photos
            ]
        )
        files.generate_access_token()

    def _photos(self):
        """The photos of the case that its page shows."""
        self.ensure_one()
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", False),
                ("mimetype", "in", list(KINDS)),
                ("access_token", "!=", False),
            ],
            order="id",
        )
