# SPDX-License-Identifier: Apache-2.0
"""The duties of holders, from ``duties/cn.yaml``: provisions, demands and re-checks are data.

>>> load_duties().holders["health"].authority["zh"]
'县级以上地方人民政府卫生健康主管部门'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from piidetect._resources import duties_file
from piidetect.columns.sectors import load_sectors
from piidetect.policies.bodies import both
from piidetect.policies.faults import read
from piidetect.policies.fields import rules_from
from piidetect.schema import ENTITIES
from piidetect.yaml_fields import choice, entries, mapping, text, texts, whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from piidetect.policies.model import Rule, Texts
    from piidetect.yaml_fields import Report

#: What a duty may concern, besides entities named one by one.
CONCERNS = ("all", "sensitive", "beyond", "minors")
DELETE, STOP, PAPERS = MEASURES = ("delete", "stop", "papers")
OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A duty.

    Attributes:
        id: its name in the file.
        name: for people.
        rules: ids of the provisions.
        concerns: one of :data:`CONCERNS`, or '' where ``entities`` are named.
        entities: what a case must hold for it, where named one by one.
        measure: ``delete``, ``stop`` or ``papers``.
        demand: what is to be put right.
        recheck: what will show that it was.
    """

    id: str
    name: Texts = field(hash=False)
    rules: tuple[str, ...]
    concerns: str
    entities: tuple[str, ...]
    measure: str
    demand: Texts = field(hash=False)
    recheck: Texts = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A kind of holder: who supervises it by which provision, its sectors, its duties."""

    id: str
    name: Texts = field(hash=False)
    authority: Texts = field(hash=False)
    rule: str
    sectors: tuple[str, ...]
    duties: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Duties:
    """The file.

    Attributes:
        version: of the file.
        sha256: of the file.
        status: by language: until when it was checked.
        civil: the rule on which the civil track rests.
        reply: ``ordinary`` or ``urgent`` → unit (months or days), number, rule.
        rules: the provisions by id.
        holders: the kinds of holders by id.
        duties: the duties by id.
    """

    version: str
    sha256: str
    status: Texts = field(hash=False)
    civil: str
    reply: Mapping[str, tuple[str, int, str]] = field(hash=False)
    rules: Mapping[str, Rule] = field(hash=False)
    holders: Mapping[str, Holder] = field(hash=False)
    duties: Mapping[str, Duty] = field(hash=False)

    def of_sector(self, sector: str) -> str:
        """Return the kind of holder that answers for a sector."""
        found = (one.id for one in self.holders.values() if sector in one.sectors)
        return next(found, OTHER)


@cache
def load_duties(path: Path | None = None) -> Duties:
    """Return the duties that are shipped, or those of another file.

    Raises:
        PolicyError: the file is missing or broken; the message has one line for each fault.
    """
    content, sha256, faults = read(path or duties_file())
    data = mapping(content, "file", "id version status reply civil rules holders duties", faults)
    rules = rules_from(data.get("rules"), faults)
    duties = _duties(data.get("duties"), rules, faults)
    made = Duties(
        version=text(data.get("version"), "version", faults),
        sha256=sha256,
        status=both(data.get("status"), "status", faults),
        civil=choice(data.get("civil"), "civil", rules, faults),
        reply=_reply(data.get("reply"), rules, faults),
        rules=rules,
        holders=_holders(data.get("holders"), rules, duties, faults),
        duties=duties,
    )
    if faults:
        raise faults.error()
    return made


def _duties(value: Any, rules: Mapping[str, Rule], report: Report) -> dict[str, Duty]:
    found: dict[str, Duty] = {}
    for index, item in enumerate(entries(value, "duties", report)):
        where = f"duties[{index}]"
        known = "id name rules concerns measure demand recheck"
        data = mapping(item, where, known, report)
        name = text(data.get("id"), f"{where}.id", report)
        if name in found:
            report(f"{where}.id", f"{name!r} stands there twice")
        concerns, entities = _concerns(data.get("concerns"), f"{where}.concerns", report)
        found[name] = Duty(
            id=name,
            name=both(data.get("name"), f"{where}.name", report),
            rules=_known(data.get("rules"), rules, f"{where}.rules", report),
            concerns=concerns,
            entities=entities,
            measure=choice(data.get("measure"), f"{where}.measure", MEASURES, report),
            demand=both(data.get("demand"), f"{where}.demand", report),
            recheck=both(data.get("recheck"), f"{where}.recheck", report),
        )
    return found


def _concerns(value: Any, where: str, report: Report) -> tuple[str, tuple[str, ...]]:
    if isinstance(value, list):
        return "", _known(value, dict.fromkeys(ENTITIES), where, report)
    return choice(value, where, CONCERNS, report), ()


def _holders(
    value: Any, rules: Mapping[str, Rule], duties: Mapping[str, Duty], report: Report
) -> dict[str, Holder]:
    sectors = dict.fromkeys(sector.key for sector in load_sectors())
    found: dict[str, Holder] = {}
    data = value if isinstance(value, dict) else {}
    if OTHER not in data:
        report("holders", f"expected a mapping that has {OTHER!r}")
    for name, item in data.items():
        where = f"holders.{name}"
        own = mapping(item, where, "name authority rule sectors duties", report)
        found[name] = Holder(
            id=name,
            name=both(own.get("name"), f"{where}.name", report),
            authority=both(own.get("authority"), f"{where}.authority", report),
            rule=choice(own.get("rule"), f"{where}.rule", rules, report),
            sectors=_known(own.get("sectors"), sectors, f"{where}.sectors", report),
            duties=_known(own.get("duties"), duties, f"{where}.duties", report),
        )
    return found


def _reply(
    value: Any, rules: Mapping[str, Rule], report: Report
) -> dict[str, tuple[str, int, str]]:
    data = mapping(value, "reply", "ordinary urgent", report)
    found: dict[str, tuple[str, int, str]] = {}
    for name in ("ordinary", "urgent"):
        own = mapping(data.get(name), f"reply.{name}", "months days rule", report)
        units = [unit for unit in ("months", "days") if unit in own]
        if len(units) != 1:
            report(f"reply.{name}", "expected months or days")
        unit = units[0] if units else "days"
        number = whole(own.get(unit), f"reply.{name}.{unit}", report, least=1)
        found[name] = (unit, number, choice(own.get("rule"), f"reply.{name}.rule", rules, report))
    return found


def _known(value: Any, known: Mapping[str, Any], where: str, report: Report) -> tuple[str, ...]:
    found = texts(value, where, report)
    for name in found:
        if name not in known:
            report(where, f"{name!r} is unknown; known are: {', '.join(known)}")
    return found
