"""What a written page links to, read with the standard library's parser."""

from html.parser import HTMLParser
from urllib.parse import unquote


class Page(HTMLParser):
    """The links, the ids, the tags and the text of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.tags, self.words = [], set(), set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value)
            elif name == "id":
                self.ids.add(value)

    def handle_data(self, data):
        self.words.append(data)


def broken(folder):
    """Lists the links of a folder's pages that lead nowhere or leave it."""
    pages = {path.name: Page(path) for path in sorted(folder.glob("*.html"))}
    found = []
    for name, page in pages.items():
        for link in page.links:
            target, _, fragment = link.partition("#")
            if link == "data:,":  # the empty icon
                continue
            if ":" in target or target.startswith("/") or "?" in target:
                found.append((name, link))
            elif target and not (folder / target).is_file():
                found.append((name, link))
            elif fragment and "=" not in fragment:
                if unquote(fragment) not in pages[target or name].ids:
                    found.append((name, link))
    return found
