import base64

from odoo.tools import mute_logger

from tests.common import ObservingCase

MAIL = """MIME-Version: 1.0
From: {sender}
To: {to}
Subject: {subject}
Message-ID: <{number}@test.example.com>
Date: Mon, 02 Mar 2026 10:00:00 +0000
{headers}Content-Type: {kind}

{body}
"""


class TestMail(ObservingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "desk.test.example.com"})
        cls.company.alias_domain_id = domain
        cls.kind = cls.env.ref("order_processing.enquiry_kind_other")
        cls.box = cls.env["order.enquiry.mailbox"].create(
            {"name": "Help", "alias_name": "help", "kind_id": cls.kind.id, "company_id": cls.company.id}
        )
        cls.order = cls._make_order((cls.product, 5), client_order_ref="PO-4711")
        cls.order.action_confirm()
        cls.number = 0

    def _mail(self, body="Where is it?", subject="A question", sender=None, headers="", kind="text/plain", **more):
        type(self).number += 1
        raw = MAIL.format(
            sender=sender or self.customer.email_formatted,
            subject=subject,
            number=self.number,
            headers=headers,
            kind=kind,
            body=body,
            to=more.get("to", "help@desk.test.example.com"),
        )
        before = self.env["order.enquiry"].search([])
        with mute_logger("odoo.addons.mail.models.mail_thread", "odoo.addons.order_processing.models.enquiry"):
            self.env["mail.thread"].message_process(None, raw.encode("latin-1") if more.get("broken") else raw)
        return self.env["order.enquiry"].search([]) - before

    def test_a_mail_becomes_a_question_and_finds_its_order(self):
        second = self._make_order((self.product, 1))
        by_name = self._mail(f"What about {self.order.name}?")
        self.assertEqual(
            (by_name.order_id, by_name.partner_id, by_name.channel, by_name.kind_id, by_name.company_id),
            (self.order, self.customer, "mail", self.kind, self.company),
        )
        self.assertIn(self.order.name, by_name.question)
        self.assertIn(self.order.name, by_name.message_ids[0].body)
        self.assertTrue(by_name.clock_since)
        self.assertEqual(self._mail(subject="My PO-4711.").order_id, self.order)
        both = self._mail(f"{self.order.name}, {second.name}")
        self.assertEqual((both.order_id, both.more_order_ids), (second, self.order))
        # two are open: which is it?
        self.assertFalse(self._mail().order_id)
        second._action_cancel()
        self.assertEqual(self._mail().order_id, self.order)

    def test_nobody_gets_at_anothers_order(self):
        found = self._mail(f"What about {self.order.name}?", sender="nosy@elsewhere.example.com")
        self.assertFalse(found.order_id or found.more_order_ids)
        self.assertIn(
            "another customer",
            found.message_ids.filtered(lambda m: not m.email_from or "nosy" not in m.email_from)[:1].body,
        )
        found.action_answer("We cannot say.")
        message = found.message_ids.sorted("id")[-1]
        self.assertNotIn("/my/follow/", "".join(found.message_ids.mapped("body")))
        self.assertIn("cannot say", "".join(found.message_ids.mapped("body")) + message.body)

    def test_an_answer_goes_out_and_a_reply_comes_back(self):
        enquiry = self._mail(self.order.name)
        enquiry._message_log(body="He is always late with his money")
        enquiry.draft_answer = "Which of the two?"
        enquiry.action_ask_back()
        sent = enquiry.message_ids.filtered(lambda message: "Which of the two" in message.body)
        self.assertEqual(sent.partner_ids, self.customer)
        self.assertIn(f"/my/follow/{self.order.id}?until=", sent.body)
        reply = f"In-Reply-To: {sent.message_id}\nReferences: {sent.message_id}\n"
        self.assertFalse(self._mail("I am away", headers=f"{reply}Auto-Submitted: auto-replied\n"))
        self.assertEqual(enquiry.state, "waiting_customer")
        self.assertFalse(self._mail("The second.", headers=reply))
        self.assertEqual(enquiry.state, "waiting_us")
        enquiry.action_answer("Tomorrow.")
        self.assertFalse(self._mail("It did not come.", headers=reply))
        self.assertEqual(enquiry.state, "reopened")
        notes = enquiry.message_ids.filtered(lambda message: "late with his money" in message.body)
        self.assertFalse(notes.notified_partner_ids | notes.partner_ids)

    def test_a_reply_to_an_order_s_message_asks_once(self):
        sent = self.order.message_post(
            body="It left", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.customer.ids
        )
        reply = f"In-Reply-To: {sent.message_id}\nReferences: {sent.message_id}\n"
        self._make_order((self.product, 1))
        # a reply to the desk's address is a question of its own, about the order of the message
        direct = self._mail("Where?", headers=reply)
        self.assertEqual(direct.order_id, self.order)
        direct.action_close()
        back = {"headers": reply, "to": self.company.catchall_email}
        asked = self._mail("It is not here", **back)
        self.assertEqual((asked.order_id, asked.question), (self.order, "It is not here"))
        self.assertFalse(self._mail("Really not", **back))
        self.assertIn("Really not", "".join(asked.message_ids.mapped("body")))
        self.assertFalse(self._mail("Away", headers=f"{reply}Precedence: bulk\n", to=self.company.catchall_email))
        self.assertFalse(self._mail("Ours", sender=self.users["manager"].email_formatted, **back))

    def test_machines_ask_nothing(self):
        for header in ("Auto-Submitted: auto-generated\n", "Precedence: junk\n", "X-Autoreply: yes\n"):
            self.assertFalse(self._mail(headers=header), header)
        self.assertTrue(self._mail(headers="Auto-Submitted: no\n"))

    def test_a_loop_ends(self):
        made = sum(len(self._mail(str(number), sender="robot@loop.example.com")) for number in range(30))
        self.assertLessEqual(made, 20)

    def test_what_is_too_much_is_left_out(self):
        def part(name, content):
            text = base64.encodebytes(content).decode()
            return (
                f"--B\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n"
                f'Content-Disposition: attachment; filename="{name}"\n\n{text}\n'
            )

        body = "--B\nContent-Type: text/plain\n\nLook\n" + part("huge.bin", b"x" * (11 * 1024 * 1024))
        body += part("run.exe", b"MZ") + part("page.html", b"<script>") + part("photo.png", b"\x89PNG") + "--B--\n"
        enquiry = self._mail(body, kind='multipart/mixed; boundary="B"')
        self.assertEqual(enquiry.question, "Look")
        files = self.env["ir.attachment"].search([("res_model", "=", "order.enquiry"), ("res_id", "=", enquiry.id)])
        self.assertEqual(files.mapped("name"), ["photo.png"])
        note = "".join(enquiry.message_ids.mapped("body"))
        for name in ("huge.bin", "run.exe", "page.html"):
            self.assertIn(name, note)
        long = self._mail("word " * 2_000_000)
        self.assertLessEqual(len(long.question), 10_000)
        self.assertLess(sum(len(body or "") for body in long.message_ids.mapped("body")), 300_000)

    def test_broken_mails_make_no_harm(self):
        for given in (
            {"body": "caf\xe9 \xff\xfe", "kind": "text/plain; charset=utf-8", "broken": True},
            {"body": "x", "kind": "text/plain; charset=klingon"},
            {"body": "=?=?", "subject": "=?utf-8?B?////?=", "kind": "text/plain"},
            {"body": "", "subject": ""},
            {"body": "<p>Hello <b>you", "kind": "text/html"},
            {"body": "not base64 at all", "headers": "Content-Transfer-Encoding: base64\n"},
        ):
            with self.subTest(given=given):
                self.assertTrue(self._mail(**given).question)

    def test_each_company_has_its_own(self):
        self.assertEqual(self.box.alias_email, "help@desk.test.example.com")
        other = self.env["order.enquiry.mailbox"].create({"name": "Theirs", "company_id": self.other_company.id})
        self.assertNotIn(other, self._as("manager", self.env["order.enquiry.mailbox"]).search([]))
        enquiry = self._mail(self.order.name)
        self.assertFalse(self._as("stranger", self.env["order.enquiry"]).search([("id", "=", enquiry.id)]))
