"""Turns Markdown into HTML with markdown-it-py, and prints what a reader would see. $1: the file."""
import html
import re
import sys

from markdown_it import MarkdownIt

page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(open(sys.argv[1]).read())
assert page.count("<details>") == page.count("</details>") and page.count("<table>") == page.count("</table>")
for row in re.findall(r"<h3>.*?</h3>|<p>.*?</p>|<summary>.*?</summary>|<tr>.*?</tr>", page, re.DOTALL):
    cells = re.findall(r"<t[dh](?: style=[^>]*)?>(.*?)</t[dh]>", row, re.DOTALL)
    if not cells:
        print(html.unescape(re.sub(r"<(/?)(h3|p|summary)>", "", row)))
        continue
    # What is said is text: nothing in it has become markup but what the report itself puts there.
    inner = [re.sub(r"</?(code|strong)>", "", cell) for cell in cells]
    assert not any("<" in cell for cell in inner), inner
    print(" ¦ ".join(html.unescape(cell) for cell in inner))
