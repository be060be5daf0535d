"""What stands beside an export for people to read."""

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def page_template(name: str) -> Template:
    """Return a template of Markdown. Nothing that others wrote is ever put into one."""
    environment = Environment(
        loader=PackageLoader("mirbench.export", "page"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return environment.get_template(name)
