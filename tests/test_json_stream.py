import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirbench.data import json_stream
from mirbench.errors import SourceError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
records = st.lists(st.dictionaries(st.text(), json_values, max_size=4), max_size=8)


def read_all(data: bytes) -> list:
    values = []
    for span in json_stream.scan(io.BytesIO(data), "test.json"):
        values.append(json_stream.parse(data[span.start : span.start + span.length]))
        assert span.value is json_stream.UNREAD or span.value == values[-1]
    return values


@given(records, st.sampled_from([None, 1, "\t"]), st.booleans(), st.integers(1, 40))
def test_an_array_is_cut_into_its_records_whatever_the_buffer(values, indent, ascii, chunk):
    data = json.dumps(values, indent=indent, ensure_ascii=ascii).encode()
    original = json_stream._CHUNK
    json_stream._CHUNK = chunk
    try:
        assert read_all(data) == values
    finally:
        json_stream._CHUNK = original


@given(records.filter(bool))
def test_json_lines_are_cut_into_their_records(values):
    lines = [json.dumps(value) for value in values]
    assert read_all("\n".join(lines).encode()) == values
    assert read_all(("\r\n\r\n".join(lines) + "\r\n").encode()) == values


def test_a_byte_order_mark_is_skipped():
    assert read_all(b'\xef\xbb\xbf[{"a": 1}]') == [{"a": 1}]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b"hello", "found 'h'"),
        (b'[{"a": 1}', "ends inside the array"),
        (b'[{"a": "x', "ends inside a record"),
        (b'[{"a": 1} {"b": 2}]', "expected ',' or ']' between records, found '{'"),
        (b'[{"a": 1},, {"b": 2}]', "found ','"),
        (b"[] more", "found 'm'"),
    ],
)
def test_a_broken_file_says_where_and_why(data, reason):
    with pytest.raises(SourceError, match=r"test\.json") as caught:
        read_all(data)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("depth", "problem"), [(63, ""), (64, "nested 65 deep"), (10_000, "nested 10,001 deep")]
)
def test_a_deep_record_is_named_and_skipped(depth, problem):
    data = b'[{"a": ' + b"[" * depth + b"]" * depth + b'}, {"b": 2}]'
    deep, good = json_stream.scan(io.BytesIO(data), "test.json")
    assert problem in deep.problem
    assert bool(problem) == bool(deep.problem)
    assert good.problem == ""


def test_brackets_inside_texts_are_no_nesting():
    (span,) = json_stream.scan(io.BytesIO(json.dumps([{"a": "[{" * 500}]).encode()), "test.json")
    assert span.problem == ""


def test_the_value_of_a_sound_record_is_known_with_its_end():
    sound, broken = json_stream.scan(io.BytesIO(b'[{"a": [1]}, {"a": 1, "a": 2}]'), "test.json")
    assert (sound.value, broken.value) == ({"a": [1]}, json_stream.UNREAD)


@pytest.mark.parametrize("separators", [("[", ",", "]"), ("", "\n", "")])
def test_a_huge_string_is_named_and_skipped_without_being_kept(separators, monkeypatch):
    monkeypatch.setattr(json_stream, "MAX_RECORD_BYTES", 1000)
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    opening, between, closing = separators
    huge = json.dumps({"a": 'say "x" \\ ' * 1000})
    data = f'{opening}{huge}{between}{{"b": 2}}{closing}'.encode()
    first, second = json_stream.scan(io.BytesIO(data), "test.json")
    assert "at most 1,000" in first.problem
    assert data[second.start : second.start + second.length] == b'{"b": 2}'


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'{"a": 1,}', "broken JSON at character 8"),
        (b'{"a": ' + b"9" * 5000 + b"}", "integer"),
        (b'{"a": "\xff"}', "utf-8"),
    ],
)
def test_a_record_that_is_not_sound_json_says_why(record, reason):
    with pytest.raises(ValueError, match=reason):
        json_stream.parse(record)
