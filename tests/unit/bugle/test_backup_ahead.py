"""What only Kafka had is written down, and no list is lost for another."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from bugle.backup.ahead import lists, write_list
from tests.unit.bugle.verifying import Recorder


def test_refusal_replaces_no_list(tmp_path: Path) -> None:
    """The first list is of events given up, which are nowhere else; then a later restore is refused."""
    given_up, ahead = Recorder().report_issue(title="放弃的"), Recorder().report_issue(title="仍在的")
    first = write_list(tmp_path, [given_up])
    second = write_list(tmp_path, [ahead])
    assert lists(tmp_path) == [first, second]
    told = [json.loads(file.read_text("utf-8")) for file in (first, second)]
    assert [one["data"]["title"] for one in told] == ["放弃的", "仍在的"]


def test_same_list_is_kept_once(tmp_path: Path) -> None:
    """A refusal, and the restore that gives up what it named."""
    recorder = Recorder()
    ahead = [recorder.report_issue(), recorder.route("case_opened", 1)]
    assert write_list(tmp_path, ahead) == write_list(tmp_path, ahead)
    (file,) = lists(tmp_path)
    assert [json.loads(line)["type"] for line in file.read_text("utf-8").splitlines()] == [one.type for one in ahead]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
