# SPDX-License-Identifier: Apache-2.0
"""The file of duties: exact words, whole references, and all mistakes told at once."""

from __future__ import annotations

import copy
import datetime
import pathlib

import pytest
import yaml

from piidetect._resources import duties_file
from piidetect.errors import PolicyError
from piidetect.messages import catalogue
from piidetect.policies import load_policy
from piidetect.tracks.duties import CONCERNS, MEASURES, load_duties
from piidetect.tracks.rectifying import STATES

BOOK = load_duties()


def written(tmp_path, change):
    data = yaml.safe_load(duties_file().read_text(encoding="utf-8"))
    change(data)
    path = pathlib.Path(tmp_path / "cn.yaml")
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("rule", BOOK.rules.values(), ids=lambda one: one.id)
def test_each_provision_has_its_words_and_where_they_were_read(rule):
    assert rule.quote
    assert rule.verified
    assert rule.source.startswith(("https://", "http://"))
    assert datetime.date.fromisoformat(rule.effective) < datetime.date(2026, 6, 1)


def test_the_words_of_article_28_hold_those_of_the_policy():
    quote = load_policy("cn-pipl-sensitive").rules["28"].quote
    assert quote in BOOK.rules["pipl-28"].quote


def test_each_provision_is_used():
    used = {name for duty in BOOK.duties.values() for name in duty.rules}
    used |= {holder.rule for holder in BOOK.holders.values()}
    used |= {rule for _, _, rule in BOOK.reply.values()} | {BOOK.civil}
    assert used == set(BOOK.rules)


def test_each_duty_belongs_to_a_holder_and_each_measure_is_used():
    assert {name for one in BOOK.holders.values() for name in one.duties} == set(BOOK.duties)
    assert {one.measure for one in BOOK.duties.values()} == set(MEASURES)
    assert {one.concerns for one in BOOK.duties.values()} - {""} == set(CONCERNS)


def test_no_sector_belongs_to_two_kinds_of_holders():
    sectors = [sector for one in BOOK.holders.values() for sector in one.sectors]
    assert len(sectors) == len(set(sectors)) == 8
    assert BOOK.of_sector("health") == "health"
    assert BOOK.of_sector("") == "other"


def test_states_have_words():
    assert set(STATES) <= set(catalogue()["outcome"])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda d: d["duties"][0].update(rules=["pipl-99"]),
            "duties[0].rules: 'pipl-99' is unknown",
        ),
        (lambda d: d["duties"][0].update(concerns="some"), "duties[0].concerns: expected one of"),
        (lambda d: d["duties"][0].update(concerns=["NOBODY"]), "'NOBODY' is unknown"),
        (lambda d: d["duties"].append(copy.deepcopy(d["duties"][0])), "stands there twice"),
        (lambda d: d["duties"][0].update(measure="hope"), "duties[0].measure: expected one of"),
        (lambda d: d["duties"][0].update(fine="1"), "duties[0].fine: unknown key"),
        (lambda d: d["duties"][0]["demand"].pop("zh"), "duties[0].demand.zh"),
        (lambda d: d["rules"][0].update(quote=""), "rules[0].quote: empty"),
        (lambda d: d["holders"].pop("other"), "expected a mapping that has 'other'"),
        (lambda d: d["holders"]["app"].update(rule="x"), "holders.app.rule: expected one of"),
        (lambda d: d["holders"]["app"].update(sectors=["air"]), "'air' is unknown"),
        (lambda d: d["holders"]["app"].update(duties=["none"]), "'none' is unknown"),
        (
            lambda d: d["reply"]["ordinary"].update(days=3),
            "reply.ordinary: expected months or days",
        ),
        (
            lambda d: d["reply"]["urgent"].update(days=0),
            "reply.urgent.days: expected a whole number",
        ),
        (lambda d: d.update(holders=None), "holders: expected a mapping"),
        (lambda d: d.update(version=1), "version: expected text"),
    ],
)
def test_mistakes_are_told_with_field_and_remedy(tmp_path, change, fault):
    with pytest.raises(PolicyError) as caught:
        load_duties(written(tmp_path, change))
    assert fault in str(caught.value)
    assert str(caught.value).startswith("cn.yaml: ")


def test_all_mistakes_are_told_at_once(tmp_path):
    def change(data):
        data["duties"][0]["measure"] = "hope"
        data["holders"]["app"]["rule"] = "x"

    with pytest.raises(PolicyError) as caught:
        load_duties(written(tmp_path, change))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("content", ["", "[]", "x: *a", "!!python/object:os.system {}", "a: {"])
def test_what_is_no_file_of_duties_is_refused(tmp_path, content):
    path = tmp_path / "cn.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PolicyError):
        load_duties(path)
