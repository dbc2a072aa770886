# SPDX-License-Identifier: Apache-2.0
"""The founding story end to end: every step of the chain, every figure of every report.

Three witnesses have to agree: the truth that examples/make_founding_case.py writes down while it makes the
files, by rules of its own; golden/founding/truth.json, which is fixed; and what piidetect finds. The
figures that the plain rules don't give (bounds of the sample, columns, single lines) are fixed in
golden/founding/figures.json. A change of a figure is a change of meaning: see what moved, and why, then

    python tests/test_founding_case.py
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest

import piidetect as pii
from piidetect.policies import policy_names
from piidetect.report import claims, events, paper, render, sampling, tracks, words
from piidetect.sampling.sheet import COLUMNS

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden" / "founding"
DAY = "1915-06-30"
KEY = "00112233445566778899aabbccddeeff"
SEED = "founding"
DRAWN = 40
PRICE = Decimal("0.85")
HOLDERS = {
    "app": {"holder": "某家政应用", "sources": ["*通讯录.csv"], "app_type": "20"},
    "一院": {"holder": "市一院", "sources": ["*一院_产科.csv"]},
    "二院": {"holder": "市二院", "sources": ["*二院_产科.csv"]},
    "三院": {"holder": "市三院", "sources": ["*三院_产科.csv"]},
    "四院": {"holder": "市四院", "sources": ["*四院_产科.csv"]},
}
#: What changes with every version, or says of no record or person.
_NOT_FIGURES = re.compile(r"sha256|version|\bsql\b|byte_offset|\bbytes\b|\bevidence\b|slack")


def script():
    name = "make_founding_case"
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Chain:
    """The whole chain, once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.truth = script().make(self.folder)
        (self.folder / "key").write_text(KEY)
        self.before, self.after = self._scan("seized"), self._scan("rectified")
        self.assessments = {
            name: self.before.assess(
                name,
                app_type="20" if "necessity" in name else None,
                events=self.folder / "events.csv",
            )
            for name in policy_names()
        }
        self.received = self.before.received(self.folder / "events.csv")
        self.sample = self.before.sample(DRAWN, seed=SEED)
        self.verified = self.before.read_sample(self._filled_in())
        self.claims = {
            "gain": self.before.claim(
                "gain",
                gains=["甲=30000@chat", "乙=15170@chat"],
                defendants={"甲": "", "乙": ""},
                liability="several",
            ),
            "counted": self.before.claim("discretion", unit_price=f"{PRICE}@chat"),
            "low": self.before.claim("discretion", unit_price=f"{PRICE}@chat", per="person"),
            "received": self.before.claim(
                "discretion",
                unit_price=f"{PRICE}@chat",
                figure="received",
                events=self.folder / "events.csv",
                actor="甲",
            ),
        }
        self.comparison = self.before.compare(self.after)
        self.leads = {
            name: pii.lead_sheet(self.before, served="1915-07-01", **asked)
            for name, asked in HOLDERS.items()
        }
        self.volunteers = pii.read_leads(self.before, self.folder / "leads.csv")
        self.rectified = {
            name: pii.rectification(self.before, self.after, lead, sources=HOLDERS[name]["sources"])
            for name, lead in self.leads.items()
        }

    def _scan(self, name):
        return pii.scan(
            self.folder / name,
            out=self.folder / f"case-{name}",
            key_file=self.folder / "key",
            reference_date=DAY,
            threads=2,
        )

    def _filled_in(self):
        """Fill in the sheet: of ten records one is untrue, and one can't be found out in all."""
        sheet = self.folder / "sheet.csv"
        self.sample.sheet(sheet, lang="en")
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            head, *lines = csv.reader(file)
        place = COLUMNS.index("answer")
        for number, line in enumerate(lines):
            line[place] = "false" if number % 10 == 3 else "unknown" if number == 5 else "true"
        with sheet.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([head, *lines])
        return sheet

    def reports(self):
        """Every report as JSON, by name."""
        said, case = words("en"), self.before
        made = {
            "report": json.loads(render(case, "json", assessments=list(self.assessments.values()))),
            "report_after": json.loads(render(self.after, "json")),
            "links": {
                name: json.loads(getattr(case.links, name).to_json())
                for name in ("figures", "merges", "conflicts")
            },
            "sectors": json.loads(case.sectors.to_json(orient="index", force_ascii=False)),
            "events": events.paper(case, self.received, said).data,
            "sample": sampling.drawn(case, self.sample, said).data,
            "verified": sampling.verified(case, self.verified, said).data,
            "comparison": self.comparison.as_dict(),
            "volunteers": tracks.leads_paper(case, self.volunteers, said).data,
        }
        made |= {f"claim {n}": claims.paper(case, one, said).data for n, one in self.claims.items()}
        made |= {f"lead {name}": one.to_dict() for name, one in self.leads.items()}
        made |= {f"rectification {n}": one.to_dict() for n, one in self.rectified.items()}
        return made

    def papers(self, lang):
        """Every paper as text and HTML."""
        said, case = words(lang), self.before
        made = [
            events.paper(case, self.received, said),
            sampling.drawn(case, self.sample, said),
            sampling.verified(case, self.verified, said),
            tracks.leads_paper(case, self.volunteers, said),
            *(claims.paper(case, one, said) for one in self.claims.values()),
            *(tracks.lead_paper(one, said) for one in self.leads.values()),
            *(tracks.rectification_paper(one, said) for one in self.rectified.values()),
        ]
        texts = [paper.render(one, form) for one in made for form in ("text", "html", "json")]
        every = list(self.assessments.values())
        return texts + [
            render(case, form, lang=lang, assessments=every) for form in ("text", "html")
        ]


def figures(value, path=""):
    """Every figure of a report by its path; lists whose members have a name are told by it."""
    if _NOT_FIGURES.search(path):
        return
    if isinstance(value, dict):
        for name, one in value.items():
            yield from figures(one, f"{path}/{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from figures(one, f"{path}/{_name(one) or number}")
    elif isinstance(value, bool | int | float):
        yield path.replace("\\", ""), value
    elif isinstance(value, str) and re.fullmatch(r"-?[0-9][0-9.,]*", value):
        yield path, value


def _name(one):
    if not isinstance(one, dict):
        return ""
    names = (
        "step",
        "figure",
        "demand",
        "id",
        "entity",
        "actor",
        "category",
        "label",
        "name",
        "path",
    )
    return "|".join(
        str(one[name]).rpartition("/")[2]
        for name in (*names, "standing", "source", "position", "tier", "kind")
        if isinstance(one.get(name), str | int)
    )


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    return Chain(tmp_path_factory.mktemp("founding"))


@pytest.fixture(scope="module")
def truth(chain):
    return chain.truth


def test_the_truth_is_the_one_that_is_fixed(truth):
    assert truth == json.loads((GOLDEN / "truth.json").read_text(encoding="utf-8"))


def test_the_story_is_the_same_each_time(chain, tmp_path):
    script().make(tmp_path)
    for path in tmp_path.rglob("*.*"):
        assert path.read_bytes() == (chain.folder / path.relative_to(tmp_path)).read_bytes()


def test_nobody_in_it_can_be_alive():
    story = script().tell()
    births = [int(number[6:10]) for number in story.people]
    assert len(births) > 150
    assert max(births) <= 1905


def test_rows_and_funnel(chain, truth):
    report = chain.reports()["report"]
    assert report["totals"]["rows"] == truth["rows"]
    rows = {path["path"]: path["rows"] for path in report["sources"]}
    assert {"/".join(path.split("/")[-2:]): n for path, n in rows.items()} == truth[
        "rows_by_source"
    ]
    out = {step["step"]: step["excluded"] for step in report["funnel"] if step["excluded"]}
    assert out == truth["excluded"]
    assert report["funnel"][-1]["remaining"] == truth["counted"]
    assert truth["rows"] == truth["counted"] + sum(truth["excluded"].values())


def test_numbers_persons_and_groups(chain, truth):
    report = chain.reports()["report"]
    found = {name: report["entities"][name]["distinct_valid"] for name in truth["distinct"]}
    assert found == truth["distinct"]
    persons = {name: report["persons"][name] for name in ("low", "point", "high")}
    assert persons == {name: truth["persons"][name] for name in persons}
    assert {name: report["groups"][name] for name in truth["groups"]} == truth["groups"]


def test_links_with_the_number_of_an_agent(chain, truth):
    links = chain.before.links
    assert links.low == truth["persons"]["low"]
    assert links.point == truth["persons"]["point_by_links"] == truth["persons"]["point"] + 1
    assert links.conflicts.number["hub_contact"] == 1


def test_the_criminal_interpretation(chain, truth):
    found = chain.assessments["cn-criminal-2017"]
    assert found.tiers == truth["tiers"]
    wide = next(one for one in found.scenarios if one.name == "expansive")
    assert wide.tiers == truth["tiers_expansive"]
    points = 10 * truth["tiers"]["4"] + truth["tiers"]["5"]
    assert (found.points, found.level) == (points, "below")
    assert found.records(4).num_rows == truth["tiers"]["4"]
    band = chain.assessments["cn-public-security-2026"]
    assert (band.level, band.items) == ("below", band.policy.body.rules)


def test_the_other_policies(chain, truth):
    found = chain.assessments
    assert found["cn-incident-2025"].tiers == {"persons": truth["persons"]["low"]}
    health = next(
        one
        for one in found["cn-pipl-sensitive"].lines
        if (one.label, one.standing) == ("health", "firm")
    )
    assert (health.counted, health.persons) == (truth["tiers"]["4"], truth["groups"]["pregnant"])
    minors = next(one for one in found["cn-pipl-sensitive"].lines if one.label == "minor")
    assert minors.persons == truth["groups"]["under_14"]


def test_every_ledger_adds_up_and_has_r11(chain, truth):
    for found in chain.assessments.values():
        steps = [one["step"] for one in found.ledger["steps"]]
        assert "R11" in steps
        assert found.ledger["counted"] == truth["counted"]
        out = sum(one["number"] for one in found.ledger["excluded"])
        assert truth["rows"] == truth["counted"] + out
        by_actor = {one["actor"]: one for one in found.ledger["received"]}
        for actor, number in truth["received"].items():
            assert {name: by_actor[actor][name] for name in number} == number


def test_who_got_what(chain, truth):
    found = {one.actor: one for one in chain.received.actors}
    for actor, number in truth["received"].items():
        assert found[actor].counted == number["counted"]
        assert found[actor].accumulated == number["accumulated"]


def test_sectors(chain):
    found = chain.before.sectors
    assert found.sources.to_dict() == {"health": 4, "property": 1, "education": 1, "unknown": 2}
    assert found.records["health"] == 107
    assert (found.over_60["property"], found.under_14["education"]) == (20, 20)


def test_calls_to_the_emergency_line(chain, truth):
    log = pii.call_log(chain.folder / "seized")
    days = {
        day: calls
        for day, number, calls in log.by_caller_and_day[["day", "number", "calls"]].values
        if number == "120"
    }
    assert days == truth["calls_to_120"]
    assert log.total == sum(days.values())
    assert log.ledger["rows"] == truth["rows_by_source"]["话单/通话记录.csv"]
    assert (len(log.callers), log.ledger["other_number"], len(log.skipped)) == (1, 10, 7)


def test_the_sample(chain):
    total = chain.verified.total
    assert (total.true, total.false, total.unknown) == (35, 4, 1)
    assert len(chain.sample.records) == DRAWN
    assert chain.sample.frame == chain.truth["counted"]
    low, high = chain.verified.true.low, chain.verified.true.high
    assert 0 < low <= chain.truth["counted"] * 36 // 40 <= high <= chain.truth["counted"] - 4


def test_claims(chain, truth):
    assert [one.amount for one in chain.claims["gain"].shares] == [30000, 15170]
    assert chain.claims["counted"].total == PRICE * truth["counted"]
    assert chain.claims["low"].total == PRICE * truth["persons"]["low"]
    assert chain.claims["received"].total == PRICE * truth["received"]["甲"]["counted"]


def test_the_comparison(chain, truth):
    persons = chain.comparison.persons.persons
    wanted = truth["comparison"]["persons"]
    assert {name: persons[name] for name in wanted} == wanted
    for name in ("CN_RESIDENT_ID", "CN_MOBILE"):
        found = chain.comparison.values.loc[name]
        wanted = truth["comparison"][name]
        assert {key: found[key] for key in wanted} == wanted
    assert not chain.comparison.complete
    states = chain.comparison.columns.set_index(["source", "header"]).state
    by_end = {
        (source.rpartition("/")[2], header): state for (source, header), state in states.items()
    }
    assert by_end["二院_产科.csv", "手机号"] == "hashed"
    assert by_end["三院_产科.csv", "身份证号"] == "masked"
    assert by_end["一院_产科.csv", "身份证号"] == "emptied"


def test_lead_sheets(chain, truth):
    for name, sheet in chain.leads.items():
        found = sheet.to_dict()
        assert found["reply"]["by"] == "1915-09-01"
        assert found["holder"]["kind"] == ("app" if name == "app" else "health")
        [rows] = [
            n
            for path, n in truth["rows_by_source"].items()
            if sheet.case.parts[0].meta["path"].endswith(path)
        ]
        assert found["figures"]["rows"] == rows
    assert [len(chain.volunteers.matched), len(chain.volunteers.unmatched)] == [2, 1]
    assert [one.shown for one in chain.volunteers.matched] == [("姓名", "手机号"), ("末次月经",)]


def test_rectifications(chain):
    states = {
        name: {one.demand.id: one.state for one in found.measured}
        for name, found in chain.rectified.items()
    }
    assert set(states["一院"].values()) == {"met"}
    assert states["二院"]["values:CN_RESIDENT_ID"] == "reversible"
    assert states["三院"]["values:CN_RESIDENT_ID"] == "masked"
    assert states["四院"]["persons"] == "partly"
    assert states["app"]["values:CN_MOBILE"] == "partly"
    complete = [name for name, found in chain.rectified.items() if found.complete]
    assert complete == ["一院"]
    app = {one.demand.id: one for one in chain.rectified["app"].measured}
    assert (app["values:CN_MOBILE"].before, app["values:CN_MOBILE"].after) == (127, 30)
    assert app["new:PERSON"].state == "not_met"  # names of those 30 are still there


def test_no_raw_value_is_in_any_paper_or_file(chain):
    story = script().tell()
    secrets = set(story.people)
    secrets |= {
        v for rows in story.seized.values() for row in rows for k, v in row.values if k == "mobile"
    }
    blob = "\n".join([*chain.papers("zh"), *chain.papers("en")])
    assert [value for value in secrets if value in blob] == []
    kept = [p.read_bytes() for p in (chain.folder / "case-seized").rglob("*") if p.is_file()]
    kept.append((chain.folder / "sheet.csv").read_bytes())
    assert [value for value in secrets if any(value.encode() in one for one in kept)] == []


@pytest.fixture(scope="module")
def fixed():
    return json.loads((GOLDEN / "figures.json").read_text(encoding="utf-8"))


def all_figures(chain):
    found = {}
    for name, report in chain.reports().items():
        own = dict(figures(report))
        assert own, name
        found[name] = own
    return found


def test_every_figure_of_every_report(chain, fixed):
    found = all_figures(chain)
    assert set(found) == set(fixed)
    moved = {
        f"{name}{path}": (number, found[name].get(path))
        for name, own in fixed.items()
        for path, number in own.items()
        if found[name].get(path) != number
    }
    assert moved == {}, "figures moved (fixed, found)"


def test_no_figure_is_left_out(chain, fixed):
    new = [
        f"{name}{path}"
        for name, own in all_figures(chain).items()
        for path in own
        if path not in fixed[name]
    ]
    assert new == [], (
        "figures that are new: look at them, then run python tests/test_founding_case.py"
    )


def main():
    with tempfile.TemporaryDirectory() as folder:
        chain = Chain(folder)
        for name, value in (("truth", chain.truth), ("figures", all_figures(chain))):
            text = json.dumps(value, ensure_ascii=False, indent=1 if name == "figures" else 2)
            (GOLDEN / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
