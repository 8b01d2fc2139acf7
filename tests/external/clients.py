"""Three ways of calling a started server, as integrators do."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
import xmlrpc.client

import odoorpc
from jsonschema import Draft202012Validator

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT

MODEL = "order.processing"


def strict(schema):
    """``schema`` with nothing beside what it names: what is answered and not told is found."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema and "additionalProperties" not in schema else {}
    return {**closed, **{key: strict(value) for key, value in schema.items()}}


class Caller:
    """One way of calling: ``call(login, model, method, *args, **kwargs)``.

    Every answer of the contract is held to what ``describe()`` tells of it.
    """

    def __init__(self, server):
        self.server = server
        self.sessions = {}
        self.answers = {}

    def call(self, login, model, method, *args, **kwargs):
        """What the server answers."""
        answer = self.send(login, model, method, *args, **kwargs)
        if model == MODEL:
            if not self.answers:
                told = self.send("integration", MODEL, "describe")["methods"]
                self.answers = {name: Draft202012Validator(strict(form["answer"])) for name, form in told.items()}
            self.answers[method].validate(answer)
        return answer

    def contract_until(self, condition, method, **kwargs):
        """What the contract answers once ``condition`` holds of it.

        A cursor waits for the oldest open transaction of the whole cluster, on which other tests may run.
        """
        until = time.monotonic() + 1800
        while True:
            answer = self.contract(method, **kwargs)
            if condition(answer) or time.monotonic() > until:
                return answer
            time.sleep(0.5)

    def contract(self, method, **kwargs):
        """What the contract answers the user ``integration``."""
        return self.call("integration", MODEL, method, **kwargs)


class OdooRpc(Caller):
    """Through odoorpc (JSON-RPC)."""

    error = odoorpc.error.RPCError

    def send(self, login, model, method, *args, **kwargs):
        if login not in self.sessions:
            session = odoorpc.ODOO("127.0.0.1", port=self.server.port, timeout=600)
            session.login(self.server.db, login, login)
            self.sessions[login] = session
        return self.sessions[login].execute_kw(model, method, args, kwargs)


class XmlRpc(Caller):
    """Through xmlrpc.client, which can carry neither ``None`` nor large integers."""

    error = xmlrpc.client.Fault

    def send(self, login, model, method, *args, **kwargs):
        if login not in self.sessions:
            common = xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/common")
            self.sessions[login] = common.authenticate(self.server.db, login, login, {})
        # a proxy is no more than a connection: one a call keeps threads apart
        with xmlrpc.client.ServerProxy(f"{self.server.url}/xmlrpc/2/object") as models:
            return models.execute_kw(self.server.db, self.sessions[login], login, model, method, list(args), kwargs)


class Json2(Caller):
    """Through JSON-2, with a bearer key for each user; keywords only."""

    class error(Exception):
        """What the server answered in place of a result."""

    def send(self, login, model, method, **kwargs):
        if login not in self.sessions:
            self.sessions[login] = self._key(login)
        request = urllib.request.Request(
            f"{self.server.url}/json/2/{model}/{method}",
            data=json.dumps(kwargs).encode(),
            headers={
                "Authorization": f"bearer {self.sessions[login]}",
                "X-Odoo-Database": self.server.db,
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise self.error(refused.read().decode()) from None

    def _key(self, login):
        """A key as Odoo would make it; its own dialogue asks for the password in a browser."""
        key = os.urandom(20).hex()
        statement = (
            "INSERT INTO res_users_apikeys (name, user_id, scope, expiration_date, key, index)"
            f" SELECT 'test', id, NULL, now() + interval '1 day', '{KEY_CRYPT_CONTEXT.hash(key)}', '{key[:INDEX_SIZE]}'"
            f" FROM res_users WHERE login = '{login}'"
        )
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.server.db, "-c", statement], check=True)
        return key
