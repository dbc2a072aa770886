# SPDX-License-Identifier: Apache-2.0
"""The policy files: those shipped are sound, and a broken one is told with all its faults at once."""

from __future__ import annotations

import copy

import pytest
import yaml

from piidetect._resources import policies_root
from piidetect.errors import PolicyError
from piidetect.policies import load_policy, policy_names
from piidetect.policies.model import Necessity, Tiers

SHIPPED = {
    "cn-app-necessity-2021",
    "cn-criminal-2017",
    "cn-incident-2025",
    "cn-pipl-sensitive",
    "cn-public-security-2026",
    "gbt-35273-2020",
    "gbt-43697-2024",
    "gbt-45574-2025",
}


def source(name="cn-criminal-2017"):
    return yaml.safe_load((policies_root() / f"{name}.yaml").read_text(encoding="utf-8"))


def written(tmp_path, content, name="mine"):
    path = tmp_path / f"{name}.yaml"
    content = {**content, "id": name} if isinstance(content, dict) else content
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_policies_are_there():
    assert set(policy_names()) == SHIPPED


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_each_provision_has_its_article_date_source_and_words(name):
    policy = load_policy(name)
    assert policy.id == name
    assert len(policy.sha256) == 64
    for rule in policy.rules.values():
        assert rule.article
        assert rule.effective
        assert rule.source
        # What wasn't seen has the gist in a note, and says so.
        assert rule.quote or rule.note
        assert rule.verified or not rule.quote


def test_what_was_not_seen_is_marked():
    rules = load_policy("cn-criminal-2017").rules
    assert not rules["12"].verified
    assert not rules["指引2018"].verified
    assert rules["5(1)(4)"].verified
    assert not load_policy("gbt-43697-2024").rules["附录H"].verified


def test_article_5_is_quoted_to_the_letter():
    rules = load_policy("cn-criminal-2017").rules
    assert (
        rules["5(1)(3)"].quote
        == "非法获取、出售或者提供行踪轨迹信息、通信内容、征信信息、财产信息五十条以上的；"
    )
    assert rules["5(2)(3)"].quote == "数量或者数额达到前款第三项至第八项规定标准十倍以上的；"
    assert "向不同单位或者个人分别出售、提供同一公民个人信息的，公民个人信息的条数累计计算。" in (
        rules["11"].quote
    )


def test_the_lines_are_those_of_the_text():
    body = load_policy("cn-criminal-2017").body
    assert isinstance(body, Tiers)
    assert [(t.tier, t.line, t.weight) for t in body.tiers] == [
        ("3", 50, 100),
        ("4", 500, 10),
        ("5", 5000, 1),
    ]
    assert (body.mixed_line, body.gain_line, body.business_line) == (5000, 5000, 50_000)


def test_the_types_of_app():
    body = load_policy("cn-app-necessity-2021").body
    assert isinstance(body, Necessity)
    assert [kind.number for kind in body.types] == list(range(1, 40))
    nothing = {kind.number for kind in body.types if not kind.items}
    assert nothing == {21, *range(27, 39)}
    phone_only = {
        kind.number
        for kind in body.types
        if [item.fields for item in kind.items] == [("CN_MOBILE",)]
    }
    assert phone_only == {4, 18, 19, 20, 25, 26}


def test_an_unknown_policy_lists_the_known_ones():
    with pytest.raises(PolicyError, match=r"'cn-2099'.*cn-criminal-2017"):
        load_policy("cn-2099")


@pytest.mark.parametrize("name", ["../recognizers/categories", "", "cn-criminal-2017\n", "/etc/x"])
def test_a_name_is_no_path(name):
    with pytest.raises(PolicyError, match="there is no policy"):
        load_policy(name)


def test_one_of_ones_own_is_read_from_its_file(tmp_path):
    assert load_policy(written(tmp_path, source())).id == "mine"
    assert load_policy(str(written(tmp_path, source()))).id == "mine"


def changed(path, value):
    content = copy.deepcopy(source())
    *parents, last = path
    place = content
    for key in parents:
        place = place[key]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (["surprise"], 1, "surprise: unknown key"),
        (["kind"], "verdict", "kind: expected one of"),
        (["version"], 1, "version: expected text"),
        (["effective"], "1 June 2017", "effective: expected a day"),
        (["rules"], [], "rules: expected at least one"),
        (["rules", 0, "evidence"], "hearsay", r"rules\[0\].evidence: expected one of"),
        (["rules", 0, "quote"], "", r"rules\[0\].quote: empty"),
        (["rules", 1, "id"], "1", r"rules\[1\].id: '1' stands there twice"),
        (["tiers", 0, "line"], "50", r"tiers\[0\].line: expected a whole number"),
        (["tiers", 0, "line"], 50.0, r"tiers\[0\].line: expected a whole number"),
        (["tiers", 0, "line"], True, r"tiers\[0\].line: expected a whole number"),
        (["tiers", 0, "rule"], "99", r"tiers\[0\].rule: there is no rule '99'"),
        (["tiers", 1, "tier"], "3", r"tiers\[1\]: overlaps: tier 3"),
        (["tiers", 1, "line"], 50, r"tiers\[1\].line: overlaps tiers\[0\]"),
        (["tiers", 1, "weight"], 7, r"tiers\[1\].weight: line x weight must be mixed.line"),
        (["tiers", 0, "entities"], ["NOBODY"], r"entities\[0\]: there is no entity 'NOBODY'"),
        (["duty", "divisor"], 3, "tiers.*multiple of duty.divisor"),
        (["gain"], KeyError, "gain: expected a mapping"),
        (["bundles", 0, "has"], [], r"bundles\[0\].has: expected a list of lists"),
        (["bundles", 0, "strict"], "3", "must not be graver"),
        (["identifiable", "alone", 0], "CN_ID", "there is no entity 'CN_ID'"),
        (["switches", "bare_phone", "default"], "maybe", "switches.bare_phone.default: expected"),
        (["unseen", 0, "en"], KeyError, r"unseen\[0\].en: expected text"),
    ],
)
def test_a_fault_is_told_with_file_and_field(tmp_path, path, value, fault):
    with pytest.raises(PolicyError, match=fault) as caught:
        load_policy(written(tmp_path, changed(path, value)))
    assert str(caught.value).startswith("mine.yaml: ")


def test_an_entity_in_two_tiers_overlaps(tmp_path):
    content = changed(["tiers", 0, "entities"], ["VIN"])
    content["tiers"][2]["entities"] = ["VIN"]
    with pytest.raises(PolicyError, match=r"tiers\[2\]: overlaps: VIN stands in tiers\[0\] too"):
        load_policy(written(tmp_path, content))


def test_all_faults_are_told_at_once(tmp_path):
    content = changed(["tiers", 0, "line"], -1)
    content["surprise"] = content["version"] = 5
    del content["fine"]
    with pytest.raises(PolicyError) as caught:
        load_policy(written(tmp_path, content))
    lines = str(caught.value).splitlines()
    assert len(lines) >= 4
    assert all(line.startswith("mine.yaml: ") for line in lines)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: &x [1]\nb: *x\n", "aliases and anchors"),
        ("!!python/object/apply:os.system ['true']", "tags"),
        ("a: 1\na: 2\n", "twice"),
        ("[" * 40 + "]" * 40, "nested deeper"),
        ("x: " + "y" * 1_100_000, "larger than"),
        ("- a list", "expected a mapping"),
        ("", "expected a mapping"),
        ("a: [", "line"),
    ],
)
def test_hostile_files_are_refused(tmp_path, text, fault):
    with pytest.raises(PolicyError, match=fault):
        load_policy(written(tmp_path, text))


def test_grades_must_rise(tmp_path):
    content = source("cn-incident-2025")
    content["grades"][1]["line"] = 1_000_000
    with pytest.raises(PolicyError, match=r"grades\[1\].line: overlaps grades\[0\]"):
        load_policy(written(tmp_path, content))


def test_a_type_of_app_stands_once(tmp_path):
    content = source("cn-app-necessity-2021")
    content["necessity"]["types"][1]["key"] = content["necessity"]["types"][0]["key"]
    content["necessity"]["types"][2]["items"][0]["fields"] = ["SHOE_SIZE"]
    with pytest.raises(PolicyError, match="stands there twice") as caught:
        load_policy(written(tmp_path, content))
    assert "there is no field 'SHOE_SIZE'" in str(caught.value)


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(PolicyError, match="nowhere.yaml: not a regular file"):
        load_policy(tmp_path / "nowhere.yaml")
