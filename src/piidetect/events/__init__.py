# SPDX-License-Identifier: Apache-2.0
"""Who got what: an event table turns the records of a case into the numbers of art. 11."""

from __future__ import annotations

from piidetect.events.in_ledger import with_events
from piidetect.events.received import ActorCount, Number, Received, receive
from piidetect.events.table import Event, read_events

__all__ = ["ActorCount", "Event", "Number", "Received", "read_events", "receive", "with_events"]
