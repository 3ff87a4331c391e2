"""Sphinx settings; no page loads anything from the network."""

from crossret import __version__

project = "crossret"
author = "the crossret authors"
copyright = "the crossret authors, Apache-2.0"
release = version = __version__

extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
suppress_warnings = ["myst.strikethrough"]

html_theme = "furo"
html_title = f"crossret {__version__}"
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"
