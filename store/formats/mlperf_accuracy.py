"""The scores that the accuracy script of an MLPerf benchmark printed."""

import re

from .values import finite_number

_IMAGENET_IMAGES = 50_000

_SCORES = (
    # "accuracy=76.4%, good=38213, total=50000" (classification), "AUC=80.3" (dlrm), "mAP=37.5%" (detection)
    ("accuracy", re.compile(r"^\{?[\"']?accuracy[\"']?\s{0,4}[=:]\s{0,4}([\d.]+)", re.MULTILINE)),
    ("AUC", re.compile(r"^AUC ?= ?([\d.]+)", re.MULTILINE)),
    ("mAP", re.compile(r"(?:\bmAP=|'Total':)\s{0,4}([\d.]+)")),
    ("BLEU", re.compile(r"^BLEU:\s{0,4}([\d.]+)", re.MULTILINE)),
    ("WER", re.compile(r"Word Error Rate:\s{0,4}([\d.]+)")),
    ("accuracy", re.compile(r"Word Error Rate:[^\n]{0,80}, accuracy=([\d.]+)%")),
    ("DICE", re.compile(r"Accuracy:\s{0,4}mean\s{0,4}=\s{0,4}([\d.]+)")),
)
_PRINTED = re.compile(
    r"""['"](rouge1|rouge2|rougeL|rougeLsum|exact_match|f1|gsm8k|mbxp|CLIP_SCORE|FID_SCORE|vbench_score|"""
    r"""tokens_per_sample|gen_len|mean-accuracy)['"]\s{0,4}:\s{0,4}(?:np\.float\d\d\()?['"]?([\d.]+(?:e[+-]?\d+)?)"""
)
_LIFETIME = re.compile(r"metric/lifetime_(ne|accuracy|gauc)/rating:\s{0,4}([\d.]+)")
_CLASSIFIED = re.compile(r"^accuracy=[\d.]+%, good=\d+, total=(\d+)", re.MULTILINE)
_AS_FRACTION = {"lifetime_accuracy", "mean_accuracy"}


def parse_accuracy(text: str) -> dict[str, float]:
    """Give the scores that an accuracy script printed, under its own names; the last of a name counts."""
    found = [(name, match[1]) for name, pattern in _SCORES for match in pattern.finditer(text)]
    found += [(match[1].replace("-", "_"), match[2]) for match in _PRINTED.finditer(text)]
    found += [(f"lifetime_{match[1]}", match[2]) for match in _LIFETIME.finditer(text)]
    scores: dict[str, float] = {}
    for name, printed in found:
        number = finite_number(printed)
        if number is not None:
            scores[name] = number * 100 if name in _AS_FRACTION else number
    # Of the data sets only ImageNet's has that size; "accuracy" alone is the word of other tasks.
    if (total := _CLASSIFIED.search(text)) and finite_number(total[1]) == _IMAGENET_IMAGES and "accuracy" in scores:
        return {"accuracy_top1": scores.pop("accuracy"), **scores}
    return scores
