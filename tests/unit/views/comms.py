"""The transport of a widget, replaced by one that keeps what was sent: everything else is real."""

import json
import threading
from typing import ClassVar

from comm.base_comm import BaseComm


class KeptComm(BaseComm):
    """A comm whose other end is the test."""

    all: ClassVar[list] = []

    def __init__(self, *args, **kwargs):
        self.sent = []
        self.arrived = threading.Condition()
        super().__init__(*args, **kwargs)
        KeptComm.all.append(self)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        with self.arrived:
            self.sent.append((msg_type, data, buffers))
            self.arrived.notify_all()

    def messages(self, kind):
        """Custom messages of a kind, with their buffers."""
        return [
            (data["content"], buffers)
            for _, data, buffers in list(self.sent)
            if data and data.get("method") == "custom" and data["content"]["nbtrack"] == kind
        ]

    def wait(self, is_there, seconds=10):
        """Wait until what was sent satisfies a condition, and return what it gives."""
        with self.arrived:
            assert self.arrived.wait_for(is_there, seconds), f"nothing of {len(self.sent)} messages"
        return is_there()

    def events(self, kind):
        """Events that were told."""
        return [m["event"] for m, _ in self.messages("event") if m["event"]["type"] == kind]

    def ask(self, widget, method, path, args=None):
        """Ask as the front end does; return status and body."""
        number = len(self.sent)
        question = {"nbtrack": "ask", "id": number, "method": method, "path": path, "args": args}
        widget._handle_custom_msg(question, [])

        def answered():
            return [(m, b) for m, b in self.messages("answer") if m["id"] == number]

        [(answer, [body])] = self.wait(answered)
        return answer["status"], bytes(body)

    def json(self, widget, method, path, args=None):
        status, body = self.ask(widget, method, path, args)
        return status, json.loads(body)
