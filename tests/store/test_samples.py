"""The sample repositories are what they say: valid CK, unique UIDs, whole models, every published point."""

import hashlib
import json
from collections import Counter

from ckexplore.store.cid import is_uid
from ckexplore.store.formats import ck, recognise
from ckexplore.store.formats.ck_points import points

from ..conftest import SAMPLES
from .making import scan

ROOT = SAMPLES / "ckx-ml"
MODELS = ROOT / "package/model-minimobilenet/models"


def test_every_entry_is_sound_and_has_a_uid_of_its_own() -> None:
    rows = list(scan("ck", ROOT))
    assert [row.cid for row in rows if row.problem] == []
    assert Counter(row.module for row in rows) == {
        "soft": 8,
        "program": 4,
        "os": 3,
        "dataset": 2,
        "experiment": 2,
        "package": 1,
    }
    uids = [row.uid for row in rows]
    assert all(is_uid(uid) for uid in uids)
    assert len(set(uids)) == len(uids)


def test_alias_files_lead_both_ways() -> None:
    for _, _, module in ck.modules(ROOT):
        for alias, uid, _ in ck.entries(ROOT / module):
            assert ck.alias_of_uid(ROOT / module, uid) == alias


def test_every_published_measurement_is_a_point_with_its_source() -> None:
    for name, count in (("mobilenets-mlperf-v0.5", 368), ("mobilenet-v1-paper", 16)):
        entry = ROOT / "experiment" / name
        found = list(points(entry))
        assert len(found) == count == int(ck.entry_meta(entry)["points"])
        assert not any(point.problem for point in found)
        assert all(40 < point.characteristics["run"]["accuracy_top1"] < 80 for point in found)
        assert len({point.uid for point in found}) == count


def test_the_models_are_the_ones_that_were_trained() -> None:
    recorded = json.loads((MODELS / "training.json").read_text())["models"]
    assert len(recorded) == 18 == len(list(MODELS.glob("*.onnx")))
    for one in recorded:
        data = (MODELS / one["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one["sha256"]


def test_the_papers_artifact_is_read_plainly() -> None:
    root = SAMPLES / "paper-artifact"
    assert recognise(root) == "plain"
    modules = Counter(row.module for row in scan("plain", root))
    assert {"document", "container", "software", "program", "dataset", "result"} == set(modules)
