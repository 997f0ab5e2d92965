"""Shared by the WhatsApp and Facebook fakes: webhooks signed as pywa verifies them, and errors."""

from __future__ import annotations

import hashlib
import hmac
import json

from pywa.utils import webhook_updates_validator

from tests.fakes.vendors.wire import Post, Wire

VERSION = "v23.0"
SIGNATURE = "X-Hub-Signature-256"
JSON = {"Content-Type": "application/json"}


class MetaWire(Wire):
    bundles = True
    gives_receipts = True
    app_secret: str
    token: str

    def signed(self, update):
        """A request as Meta sends it; pywa verifies its signature."""
        content = json.dumps(update).encode()
        signature = "sha256=" + hmac.new(self.app_secret.encode(), content, hashlib.sha256).hexdigest()
        assert webhook_updates_validator(self.app_secret, content, signature)
        assert not webhook_updates_validator(self.app_secret, content + b" ", signature)
        return Post(content, {**JSON, SIGNATURE: signature})

    def forged(self, post):
        old = hmac.new(self.app_secret.encode(), post.content, hashlib.sha1).hexdigest()
        return [
            ("no signature", Post(post.content, JSON)),
            ("empty signature", Post(post.content, {**JSON, SIGNATURE: ""})),
            ("wrong signature", Post(post.content, {**JSON, SIGNATURE: "sha256=" + "0" * 64})),
            ("signature without its kind", Post(post.content, {**JSON, SIGNATURE: post.headers[SIGNATURE][7:]})),
            ("only the signature of old", Post(post.content, {**JSON, "X-Hub-Signature": f"sha1={old}"})),
            ("another body", Post(post.content + b" ", post.headers)),
        ]

    def owns(self, call):
        # The token is in the header and nowhere else.
        assert self.token not in call.path
        return call.path.startswith(f"/{VERSION}/") and call.headers.get("authorization") == f"Bearer {self.token}"


def error(code, subcode=None, **more):
    """The body of an error response."""
    told = {"message": "(#0) Told by a test", "type": "OAuthException", "code": code, "fbtrace_id": "A1b2C3", **more}
    return {"error": {**told, **({"error_subcode": subcode} if subcode else {})}}
