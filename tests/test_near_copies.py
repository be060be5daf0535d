import io
import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import jpeg, record, scene, write_release

from mirbench.data.cache import cache_folder
from mirbench.data.near_copies import SIDE, TOLERANCE, near_copies, similar_groups
from mirbench.data.release import Release
from mirbench.errors import SourceError


def encoded(image, format="JPEG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


COPIES = {
    "quality 40": lambda image: encoded(image, quality=40),
    "PNG": lambda image: encoded(image, "PNG"),
    "WebP": lambda image: encoded(image, "WEBP", quality=70),
    "half the size": lambda image: encoded(image.resize((160, 120)), quality=90),
    "another size": lambda image: encoded(image.resize((331, 247)), "PNG"),
}


def found(contents):
    entries = {(number, len(content)): str(number) for number, content in enumerate(contents)}
    same = near_copies(entries, lambda name: contents[int(name)], cache=None)
    return {number: same[number, size][0] for number, size in entries if (number, size) in same}


@pytest.mark.parametrize("name", COPIES)
def test_re_encoded_copies_are_found_and_other_scenes_are_not(name):
    scenes = [scene(seed) for seed in range(12)]
    originals = [encoded(image, quality=92) for image in scenes]
    copies = [COPIES[name](image) for image in scenes[:6]]
    pairs = {number: number for number in range(6)} | {12 + number: number for number in range(6)}
    assert found(originals + copies) == pairs


def test_images_of_one_colour_prove_nothing():
    assert found([jpeg(1, (64, 64)), jpeg(1, (65, 65)), jpeg(1, (66, 66))]) == {}


def test_images_that_do_not_decode_are_nobodys_copy():
    assert found([b"text", b"other text", encoded(scene(1))]) == {}


@given(st.integers(0, 2**32), st.integers(2, 30))
def test_rows_are_grouped_exactly_where_no_value_differs_by_more_than_the_tolerance(seed, num):
    chance = np.random.default_rng(seed)
    scenes = chance.integers(0, 250, (3, SIDE**2))
    noise = chance.integers(-TOLERANCE, TOLERANCE + 1, (num, SIDE**2))
    means = (scenes[chance.integers(0, 3, num)] + noise).clip(0, 255).astype(np.uint8)
    groups = similar_groups(means)
    assert sorted(index for group in groups for index in group) == list(range(num))
    group_of = {index: number for number, group in enumerate(groups) for index in group}
    distance = abs(means[:, None].astype(int) - means[None]).max(axis=2)
    for one, other in np.argwhere(distance <= TOLERANCE):
        assert group_of[one] == group_of[other]


def records_with_copies(declared=None):
    """Forty questions; each odd one shows what the one before it shows, encoded anew."""
    records, images = [], {}
    for number in range(40):
        paths = [f"{number}-a.jpg", f"{number}-b.jpg"]
        records.append(record(number, images=paths, subtask="3D View", category=None,
                              partition=declared(number) if declared else None))  # fmt: skip
        for k, path in enumerate(paths):
            image = scene(number // 2 * 2 + k)
            images[path] = encoded(image, quality=60 + 30 * (number % 2))
    return records, images


def test_questions_that_show_re_encoded_copies_are_held_out_together(tmp_path):
    release = Release.open(write_release(tmp_path, *records_with_copies()))
    sides = [entry.split == "test" for entry in release.index(0.3).entries]
    assert sides[0::2] == sides[1::2]
    assert sum(sides) == 12
    assert release.index(0.3).leaks == (0, 0, ())
    apart = release.index(0.3, near_copies=False)
    assert apart.leaks.num_near_copies is None
    assert [entry.split == "test" for entry in apart.entries] != sides


def test_what_was_seen_is_kept_for_the_next_time(tmp_path, monkeypatch):
    folder = write_release(tmp_path, *records_with_copies())
    release = Release.open(folder)
    release.index(0.3)
    monkeypatch.setattr(
        "mirbench.data.near_copies.thumbnail", lambda *_: pytest.fail("looked again")
    )
    assert release.index(0.2).leaks == (0, 0, ())
    (cache_folder(release._files_key) / "near_copies.npz").write_bytes(b"cut off")
    with pytest.raises(pytest.fail.Exception):
        release.index(0.1)


def test_an_official_partition_stands_and_its_leaks_are_told(tmp_path):
    def declared(number):
        return "test" if number < 3 else "train"

    release = Release.open(write_release(tmp_path, *records_with_copies(declared)))
    assert [entry.split == "test" for entry in release.index().entries[:4]] == [True] * 3 + [False]
    assert release.index().leaks == (0, None, ())
    assert release.index(near_copies=True).leaks == (0, 2, ("q0002",))


def test_a_list_of_held_out_ids_stands_and_what_it_names_in_vain_is_told(tmp_path, caplog):
    folder = write_release(tmp_path, [record(number) for number in range(6)])
    (folder / "test_ids.txt").write_text("# official\nq0001\n\nq0004\r\nq9999\n")
    with caplog.at_level(logging.WARNING):
        index = Release.open(folder).index()
    assert [entry.id for entry in index.of_split("test")] == ["q0001", "q0004"]
    assert "1 of 3 held-out ids are not in" in caplog.text
    (folder / "test_ids.txt").write_text("else-1\nelse-2\n")
    with pytest.raises(SourceError, match="a list of other data"):
        Release.open(folder).index()


@pytest.mark.parametrize("content", ["", "{}", '{"a": 1}', "[1.5]", "[", "[]"])
def test_a_list_of_held_out_ids_that_is_none_is_refused(tmp_path, content):
    folder = write_release(tmp_path, [record(0)])
    (folder / "test_ids.json").write_text(content)
    with pytest.raises(SourceError, match="expected a list of ids"):
        Release.open(folder).index()
