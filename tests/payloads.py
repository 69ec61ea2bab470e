"""Strings that try to be more than text: markup, templates, scripts, addresses, and odd characters."""

from __future__ import annotations

_CORES = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<style>*{display:none}</style>",
    "<base href='http://192.0.2.1/'>",
    "<meta http-equiv=refresh content='0;url=http://192.0.2.1/'>",
    "<form action=http://192.0.2.1/><input name=q></form>",
    "<details open ontoggle=window.hacked=1>",
    "<a href='javascript:window.hacked=1'>a</a>",
    "<math><mtext></mtext></math>",
    "<!--", "-->", "]]>", "<![CDATA[ x ]]>", "<?php echo 1 ?>", "</textarea>", "</title>", "</script>", "</i></div>",
    "&lt;b&gt;", "&amp;amp;", "&#60;script&#62;", "&nbsp;", "&zwj;",
    "${window.hacked=1}", "{{constructor.constructor('window.hacked=1')()}}", "{% raw %}", "#{7*7}", "<%= 7*7 %>",
    "**bold**", "_it_", "[x](javascript:window.hacked=1)", "![x](http://192.0.2.1/x.png)", "`code`", "~~gone~~",
    "# head",    "| a | b |", "> quote", "- item", "$$x^2$$", "\\(y\\)", "```mermaid",
    "javascript:window.hacked=1", "data:text/html,<script>1</script>", "http://192.0.2.1/", "file:///etc/passwd",
    "' OR 1=1 --", "\"; DROP TABLE articles; --", "../../etc/passwd", "%2e%2e%2f", "%00", "$(reboot)", "`reboot`",
    "\u202e reversed", "\u2066 isolate \u2069", "zero\u200bwidth", "\ufeffmark", "e\u0301", "👩‍👩‍👧",
    "\U0001f1e6\U0001f1ff",
    '__i18n__{"key": "common.submit"}', "__proto__", "constructor", "\\u003cscript\\u003e", "\\x3c",
]  # fmt: skip

_FRAMES = ["{}", '">{}', "'>{}", "</span>{}<span>"]

PAYLOADS = [frame.replace("{}", core) for core in _CORES for frame in _FRAMES]
