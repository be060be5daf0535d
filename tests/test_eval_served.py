"""What a server says of itself and its model, before it is asked anything."""

import pytest
from chat_server import MODEL, serving

from mirbench.evaluation.served import Served, served_model, server_url
from mirbench.evaluation.settings import SettingsError
from mirbench.model_identity import model_identity


def test_a_server_that_does_not_tell_its_length_is_asked_unmeasured():
    with serving() as server:
        assert served_model(MODEL, {"base_url": server.url}) == Served(server.url)


def test_vllms_server_tells_what_it_serves_and_how_much_that_reads(monkeypatch, tmp_path):
    told = {"id": MODEL, "owned_by": "vllm", "root": "/models/m", "max_model_len": 4096}
    answers = {"data": [told], "version": "1.2.3"}
    monkeypatch.setattr("chat_server._Handler.do_GET", sending(answers))
    with serving() as server:
        served = served_model(MODEL, {"base_url": server.url})
        with pytest.raises(SettingsError, match=f"expected the model 'm', found {MODEL}; name it"):
            served_model("m", {"base_url": server.url})
        (tmp_path / "config.json").write_text("{}")
        told["root"] = str(tmp_path)
        here = served_model(MODEL, {"base_url": server.url})
    assert served == Served(server.url, "vllm 1.2.3", "/models/m", 4096)
    assert served.told == "vllm 1.2.3, m"
    # What a folder of another machine holds, nobody knows; the user may say it.
    assert served.identity(MODEL, None) == (MODEL, "")
    assert served.identity(MODEL, "abc123") == (MODEL, "abc123")
    assert here.identity(MODEL, None) == (MODEL, model_identity(str(tmp_path)).revision)
    assert here._replace(url="http://gpu-box/v1").identity(MODEL, None) == (MODEL, "")


def sending(body):
    def send(handler):
        handler._json(200, body, {})

    return send


def test_a_key_that_a_server_refuses_is_no_run(monkeypatch):
    with serving(key="right") as server:
        with pytest.raises(SettingsError, match=r"found it refused \(401\); set OPENAI_API_KEY"):
            served_model(MODEL, {"base_url": server.url, "api_key": "wrong"})
        assert not served_model(MODEL, {"base_url": server.url, "api_key": "right"}).is_vllm
        monkeypatch.setenv("OPENAI_API_KEY", "right")
        assert served_model(MODEL, {"base_url": server.url}).limit is None


def test_the_server_is_the_one_that_openais_client_asks(monkeypatch):
    assert server_url({}) == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://one/v1/")
    assert server_url({}) == "http://one/v1"
    monkeypatch.setenv("OPENAI_API_BASE", "http://two/v1")
    assert server_url({}) == "http://two/v1"
    assert server_url({"base_url": "http://three/v1"}) == "http://three/v1"
