"""The journal: nothing lost, torn ends cut off, damage refused, one writer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mirbench.journal import InUseError, Journal, JournalError, exclusive

ENTRIES = ["first", "second, with ünïcode", '{"third": 3}']


def entries_of(path: Path, header: str = "header") -> list[str]:
    entries: list[str] = []
    Journal(path, header, entries.append).close()
    return entries


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal"
    journal = Journal(path, "header", lambda _: None)
    for entry in ENTRIES:
        journal.append(entry)
    journal.close()
    return path


def test_entries_come_back_in_order(journal: Path) -> None:
    assert entries_of(journal) == ENTRIES


def test_a_journal_torn_at_any_byte_gives_its_whole_entries_and_takes_more(
    journal: Path,
) -> None:
    whole = journal.read_bytes()
    ends = [position + 1 for position, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole) + 1):
        journal.write_bytes(whole[:length])
        num_whole = max(0, sum(end <= length for end in ends) - 1)
        assert entries_of(journal) == ENTRIES[:num_whole]
        again = Journal(journal, "header", lambda _: None)
        again.append("more")
        again.close()
        assert entries_of(journal) == [*ENTRIES[:num_whole], "more"]


def test_an_end_of_zeros_as_power_loss_leaves_it_is_cut_off(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes() + bytes(700))
    assert entries_of(journal) == ENTRIES


def test_damage_in_the_middle_is_refused_with_its_line(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes().replace(b"second", b"secund"))
    with pytest.raises(JournalError, match="line 3: expected the checksum"):
        entries_of(journal)


def test_a_journal_of_another_run_is_refused_and_the_difference_shown(journal: Path) -> None:
    before = journal.read_bytes()
    with pytest.raises(JournalError, match="'header', not 'other'"):
        entries_of(journal, "other")
    assert journal.read_bytes() == before


def test_two_writers_are_one_too_many(tmp_path: Path) -> None:
    holder = "import sys, pathlib; from mirbench.journal import exclusive\n"
    holder += "with exclusive(pathlib.Path(sys.argv[1])): print('held', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    assert process.stdout.readline() == "held\n"
    holds = f"process {process.pid} on "
    with pytest.raises(InUseError, match=holds), exclusive(tmp_path / "lock"):
        pass
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    with exclusive(tmp_path / "lock"):  # a killed holder holds nothing
        pass


def test_a_child_that_outlives_its_killed_parent_does_not_keep_the_lock(tmp_path: Path) -> None:
    parent = "import os, sys, time, pathlib\n"
    parent += "from mirbench.journal import exclusive\n"
    parent += "with exclusive(pathlib.Path(sys.argv[1])):\n"
    parent += "    if child := os.fork(): print(child, flush=True)\n"
    parent += "    time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", parent, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    child = int(process.stdout.readline())
    process.stdout.close()
    process.kill()
    process.wait()
    with exclusive(tmp_path / "lock"):
        os.kill(child, 9)
