"""The generator's settings, as Sphinx reads them."""

project = "l2zk"
extensions = ["myst_parser", "typeset"]
myst_heading_anchors = 6
smartquotes = False
highlight_language = "text"
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "l2zk"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_permalinks_icon = "#"
pygments_style = "default"
pygments_dark_style = "github-dark"
_BLUE, _SKY = "#2563b0", "#7fb2f0"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": _BLUE, "color-brand-content": _BLUE},
    "dark_css_variables": {"color-brand-primary": _SKY, "color-brand-content": _SKY},
    "navigation_with_keys": True,
}
