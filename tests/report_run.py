"""Texts of a run that a page must not take for more than text."""

from __future__ import annotations

LABEL = "<script>alert('label')</script>"
COMMAND = "crossret bench emoji --set 'a=<b>&\"c\"'"
