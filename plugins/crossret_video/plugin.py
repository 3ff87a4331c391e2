"""Registers the components of this package; imports no heavy library."""

from __future__ import annotations
