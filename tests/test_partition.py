from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mirbench.data.partition import Member, assign_partitions, held_out, share_groups


def members(count, images=lambda index: (index,), declared=None):
    return [Member(f"q{index}", "ab"[index % 2], images(index), declared) for index in range(count)]


drawn_members = st.lists(
    st.tuples(st.sampled_from("abc"), st.lists(st.integers(0, 60), min_size=1, max_size=4)),
    max_size=60,
).map(
    lambda drawn: [
        Member(f"q{index}", subtask, tuple(images), None)
        for index, (subtask, images) in enumerate(drawn)
    ]
)


@given(drawn_members, st.sampled_from([0.0, 0.1, 0.5]))
def test_no_image_is_on_both_sides_and_no_subtask_gives_more_than_its_share(drawn, fraction):
    partitions = assign_partitions(drawn, fraction)
    sides = {}
    for member, partition in zip(drawn, partitions, strict=True):
        for image in member.images:
            assert sides.setdefault(image, partition) == partition
    sizes = Counter(member.subtask for member in drawn)
    tested = Counter(
        member.subtask
        for member, partition in zip(drawn, partitions, strict=True)
        if partition == "test"
    )
    assert all(tested[subtask] <= held_out(sizes[subtask], fraction) for subtask in sizes)


@given(drawn_members)
def test_the_partition_does_not_depend_on_the_order_of_records(drawn):
    forwards = dict(zip((m.id for m in drawn), assign_partitions(drawn, 0.3), strict=True))
    backwards = dict(
        zip((m.id for m in drawn[::-1]), assign_partitions(drawn[::-1], 0.3), strict=True)
    )
    assert forwards == backwards


def test_each_subtask_gives_its_share_where_no_images_are_shared():
    partitions = assign_partitions(members(200), 0.1)
    assert partitions.count("test") == 20
    assert partitions[0::2].count("test") == 10


def test_what_the_source_declares_stands():
    declared = members(10, declared="train")
    declared[3] = declared[3]._replace(declared="test")
    assert assign_partitions(declared, 0.5).count("test") == 1


def test_what_shares_an_image_with_the_declared_test_follows_it():
    shared = [
        Member("a", "s", ("x",), "test"),
        Member("b", "s", ("x", "y"), None),
        Member("c", "s", ("y",), None),
    ]
    assert assign_partitions(shared, 0.0) == ["test"] * 3


def test_groups_are_connected_through_any_chain_of_images():
    assert share_groups([("x",), ("y",), ("x", "z"), ("z", "y"), ("w",)]) == [[0, 1, 2, 3], [4]]


def test_every_subtask_of_a_small_release_is_tested():
    assert assign_partitions(members(4), 0.1).count("test") == 2
