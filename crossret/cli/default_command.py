"""A command group one of whose commands needs no name: what is no command of the group is an argument of that one."""

from __future__ import annotations

import click


class DefaultCommandGroup(click.Group):
    """``crossret translate emoji …`` is ``crossret translate dataset emoji …``."""

    default = "dataset"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Name the default command unless another one, or help, is asked for."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self.default, *args]
        return super().parse_args(ctx, args)
