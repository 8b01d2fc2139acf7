"""Three ways of calling a started server, as integrators do."""

import json
import os
import subprocess
import urllib.error
import urllib.request
import xmlrpc.client

import odoorpc

from odoo.addons.base.models.res_users import INDEX_SIZE, KEY_CRYPT_CONTEXT


class Caller:
    """One way of calling: ``call(login, model, method, *args, **kwargs)``."""

    def __init__(self, server):
        self.server = server
        self.sessions = {}


class OdooRpc(Caller):
    """Through odoorpc (JSON-RPC)."""

    error = odoorpc.error.RPCError

    def call(self, login, model, method, *args, **kwargs):
        if login not in self.sessions:
            session = odoorpc.ODOO("127.0.0.1", port=self.server.port, timeout=120)
            session.login(self.server.db, login, login)
            self.sessions[login] = session
        return self.sessions[login].execute_kw(model, method, args, kwargs)


class XmlRpc(Caller):
    """Through xmlrpc.client, which can carry neither ``None`` nor large integers."""

    error = xmlrpc.client.Fault

    def call(self, login, model, method, *args, **kwargs):
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

    def call(self, login, model, method, **kwargs):
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
            with urllib.request.urlopen(request, timeout=120) as answer:
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
