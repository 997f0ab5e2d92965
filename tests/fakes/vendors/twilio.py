"""Twilio's SMS and WhatsApp as tests see them; requests are signed by Twilio's own library."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.fakes.vendors.telegram import number_of
from tests.fakes.vendors.wire import PUBLIC, Post, Told, Wire

ACCOUNT = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "fedcba9876543210" * 2
ADDRESS = f"{PUBLIC}/webhooks/twilio"
# Twilio's own limit; ten SMS segments hold less.
MOST_CHARACTERS = 1600


class TwilioWire(Wire):
    name = "twilio"
    tells_time = False
    has_choices = False
    can_edit = False
    gives_receipts = True
    prefix = ""
    files = ("image/png", "video/3gpp")

    def environment(self, vendor_url):
        return {
            "ASSISTANT_TWILIO_ACCOUNT_SID": ACCOUNT,
            "ASSISTANT_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "ASSISTANT_TWILIO_BASE_URL": vendor_url,
        }

    @property
    def ours(self):
        return f"{self.prefix}+4930901820"

    def person(self, number):
        return f"{self.prefix}+49151{number:08}"

    def signed(self, fields, query=""):
        signature = RequestValidator(AUTH_TOKEN).compute_signature(ADDRESS + query, fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": signature}
        return Post(urlencode(fields).encode(), headers, query=query)

    def message(self, person, id, **more):  # noqa: A002
        sid = f"SM{number_of(id):032x}"
        fields = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT, "ApiVersion": "1"}
        fields.update(From=person, To=self.ours, Body="", NumMedia="0", NumSegments="1", SmsStatus="received")
        return self.signed({**fields, **more})

    def text(self, person, text, *, id, at, language="de"):  # noqa: A002
        return self.message(person, id, Body=text)

    def choice(self, person, sent, *, id, at, language="de"):  # noqa: A002
        return self.message(person, id, Body="…", ButtonText="…", ButtonPayload=sent)

    def media(self, person, *, id, at, language="de"):  # noqa: A002
        files = [{"NumMedia": "1", "MediaUrl0": f"{PUBLIC}/m", "MediaContentType0": file} for file in self.files]
        return [(file["MediaContentType0"], self.message(person, id + str(n), **file)) for n, file in enumerate(files)]

    def forged(self, post):
        signature = "X-Twilio-Signature"
        without = {k: v for k, v in post.headers.items() if k != signature}
        other = RequestValidator("0" * 32).compute_signature(ADDRESS, {})
        return [
            ("no signature", Post(post.content, without)),
            ("empty signature", Post(post.content, {**without, signature: ""})),
            ("another's signature", Post(post.content, {**without, signature: other})),
            ("no hash", Post(post.content, {**without, signature: b64encode(b"0" * 20).decode()})),
            ("another field", Post(post.content + b"&Body=Other", post.headers)),
            ("an empty field", Post(post.content + b"&Empty=", post.headers)),
            ("another address", Post(post.content, post.headers, query="?key=0")),
            ("no text", Post(b"\xff\xfe", post.headers)),
        ]

    def owns(self, call):
        ours = call.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        return ours and call.body["To"].startswith("whatsapp:") == bool(self.prefix)

    def told(self, call):
        expected = b64encode(f"{ACCOUNT}:{AUTH_TOKEN}".encode()).decode()
        assert call.headers["authorization"] == f"Basic {expected}"
        assert call.body["From"] == self.ours
        assert 0 < len(call.body["Body"]) <= MOST_CHARACTERS
        assert call.body["StatusCallback"].startswith(f"{ADDRESS}?key=")
        assert ("SmartEncoded" in call.body) != bool(self.prefix)
        return Told(call.body["To"], call.body["Body"])

    def answer(self, call):
        return 201, {"sid": "SM" + "0" * 32, "status": "queued"}

    def receipt(self, call):
        fields = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "sent", "SmsStatus": "sent", "AccountSid": ACCOUNT}
        fields.update(From=call.body["From"], To=call.body["To"])
        return self.signed(fields, query=f"?{urlsplit(call.body['StatusCallback']).query}")

    def too_many(self):
        return 429, {"code": 20429, "message": "Too Many Requests", "status": 429}, {"Retry-After": "1"}

    def refusal(self):
        return 400, {"code": 21617, "message": "The concatenated message body exceeds the limit", "status": 400}

    def blocked(self):
        return 400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}

    def longest(self):
        return MOST_CHARACTERS


class SmsWire(TwilioWire):
    kind = "-sms"


class TwilioWhatsAppWire(TwilioWire):
    kind = "-whatsapp"
    prefix = "whatsapp:"
    files = ("image/jpeg", "audio/ogg", "application/pdf", "text/vcard")

    def message(self, person, id, **more):  # noqa: A002
        return super().message(person, id, **{"ProfileName": "A", "WaId": person.split("+")[1], **more})

    def media(self, person, *, id, at, language="de"):  # noqa: A002
        place = self.message(person, id + "place", Latitude="52.5", Longitude="13.4")
        return [*super().media(person, id=id, at=at), ("location", place)]
