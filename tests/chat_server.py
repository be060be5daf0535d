"""A small server of OpenAI's chat API that stands for a paid one.

The answer depends on the question and the seed alone, so two runs can be compared draw by draw. It
knows the questions of `releases.record`: a third of them it gets right at most seeds, a third at
some, a third at few; and some replies name no option. As a program (`python chat_server.py PORT
DELAY`) it serves until it is killed.
"""

import hashlib
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

MODEL = "answers-by-seed"


class Reply(NamedTuple):
    """What to say instead of an answer."""

    status: int
    message: str
    headers: dict[str, str]
    parameter: str | None = None


class ChatServer(ThreadingHTTPServer):
    """Answers, and counts how often each question was asked with each seed."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self,
        port: int = 0,
        *,
        owned_by: str = "someone",
        delay: float = 0.0,
        refuse: Callable[[dict[str, Any]], Reply | None] = lambda body: None,
        keep_bodies: bool = True,
        key: str = "",
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.owned_by = owned_by
        self.delay = delay
        self.refuse = refuse
        self.keep_bodies = keep_bodies
        self.key = key
        self.asked: Counter[tuple[str, int]] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error of the server."""


@contextmanager
def serving(**settings: Any) -> Iterator[ChatServer]:
    """Serve in a thread for as long as the block runs."""
    with ChatServer(**settings) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server
        finally:
            server.shutdown()


def question_of(body: dict[str, Any]) -> str:
    """Return the text of a request without its images."""
    content = body["messages"][0]["content"]
    return "".join(part["text"] for part in content if part["type"] == "text")


def answer(question: str, seed: int) -> str:
    """Return what the server says to a question at a seed."""
    number = int(question.removeprefix("Number ").split(":")[0])
    draw = hashlib.sha256(f"{number}\0{seed}".encode()).digest()
    if draw[1] < 25:
        return "I cannot tell from these images."
    right = draw[0] < (240, 185, 60)[number // 3 % 3]
    letter = "ABC"[(number if right else number + 1) % 3]
    return f"Your option: {letter}\nReason: it is what the images show."


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            return self._send(Reply(404, "no such page", {}))
        if self.server.key and self.headers["Authorization"] != f"Bearer {self.server.key}":
            return self._send(Reply(401, "no such key", {}))
        self._json(200, {"data": [{"id": MODEL, "owned_by": self.server.owned_by}]}, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            if self.server.keep_bodies:
                self.server.bodies.append(body)
            refusal = self.server.refuse(body)
        if refusal:
            return self._send(refusal)
        question, first, num = question_of(body), body.get("seed", 0), body.get("n", 1)
        time.sleep(self.server.delay)
        with self.server.lock:
            self.server.asked.update((question, first + draw) for draw in range(num))
        choices = [
            {
                "index": draw,
                "message": {"role": "assistant", "content": answer(question, first + draw)},
                "finish_reason": "stop",
            }
            for draw in range(num)
        ]
        self._json(200, {"choices": choices, "usage": {"completion_tokens": 7 * num}}, {})

    def _send(self, reply: Reply) -> None:
        error = {"message": reply.message, "param": reply.parameter}
        self._json(reply.status, {"error": error}, reply.headers)

    def _json(self, status: int, body: Any, headers: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    with ChatServer(int(sys.argv[1]), delay=float(sys.argv[2])) as running:
        running.serve_forever()
