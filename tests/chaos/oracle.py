"""Checks a bucket, a cursor and logs against the contract. This file shares no code with the
product.

Expected says what must become of one raw object. Each check_* function checks one law and
returns a list of findings: (law, object, detail). An empty list means that the law holds.
"""
import base64
import gzip
import json
import re
import subprocess
import zlib
from json.decoder import scanstring

BLANK = b" \t\r"
SPACE = re.compile(r"[ \t\r\n]*")
SURROGATE = re.compile("[\ud800-\udfff]")
FORGED = b'{"@":'


# --- one line -------------------------------------------------------------------------------------

def refuse(constant):
    raise ValueError(constant + " is no JSON")


# Numbers stay text: Python's own limits on their length are not the contract's.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=refuse, object_pairs_hook=list)


def members(text):
    """The members of the one object in a text: (name, value, start and end of the value).
    ValueError if it is not one."""
    at = SPACE.match(text).end()
    if text[at:at + 1] != "{":
        raise ValueError("not an object")
    found = []
    at = SPACE.match(text, at + 1).end()
    if text[at:at + 1] == "}":
        at += 1
    else:
        while True:
            if text[at:at + 1] != '"':
                raise ValueError("no name")
            name, at = scanstring(text, at + 1, True)
            at = SPACE.match(text, at).end()
            if text[at:at + 1] != ":":
                raise ValueError("no colon")
            start = SPACE.match(text, at + 1).end()
            try:
                value, end = DECODER.raw_decode(text, start)
            except RecursionError:
                raise ValueError("too deep for this judge") from None
            found.append((name, value, start, end))
            at = SPACE.match(text, end).end()
            if text[at:at + 1] == "}":
                at += 1
                break
            if text[at:at + 1] != ",":
                raise ValueError("no comma")
            at = SPACE.match(text, at + 1).end()
    if SPACE.match(text, at).end() != len(text):
        raise ValueError("something behind the object")
    return found


def title_of(line):
    """The title of a posting, or None if the line is no posting."""
    if line.startswith(FORGED):
        return None
    try:
        found = members(line.decode("utf-8"))
    except ValueError:
        return None
    last = {name: value for name, value, _, _ in found}
    for name in ("company", "title"):
        value = last.get(name)
        # numbers are text here too, but never with a quote in front: look at the source
        if not isinstance(value, str) or "\0" in value or SURROGATE.search(value):
            return None
    text = line.decode("utf-8")
    for name in ("company", "title"):
        start = [start for other, _, start, _ in found if other == name][-1]
        if text[start] != '"':
            return None
    return last["title"] or None


def enriched(line, level):
    """The posting with its level: it replaces the last level, or goes in front of the last
    brace."""
    text = line.decode("utf-8")
    spans = [(start, end) for name, _, start, end in members(text) if name == "seniority"]
    if spans:
        start, end = spans[-1]
        return (text[:start] + str(level) + text[end:]).encode()
    brace = text.rindex("}")
    return (text[:brace] + ',"seniority":%d' % level + text[brace:]).encode()


# --- one object -----------------------------------------------------------------------------------

def unzstd(data):
    done = subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def expanded(data):
    """Decompresses an object; its first bytes say how. ValueError if it is damaged."""
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            return unzstd(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from None
    return data


class Expected:
    """What must become of a raw object. bad: why it can never be processed, or None; postings:
    (line number, line, title); others: (line number, line) of each line that is not a posting."""

    def __init__(self, data, max_line):
        self.bad = None
        self.postings = []
        self.others = []
        try:
            data = expanded(data)
        except ValueError as error:
            self.bad = "damaged: %s" % error
            return
        if data.startswith(b"\xef\xbb\xbf"):
            data = data[3:]
        lines = data.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
        for number, line in enumerate(lines, 1):
            if len(line) > max_line:
                self.bad = "line %d is too long" % number
                return
            if not line.strip(BLANK):
                continue
            title = title_of(line)
            if title is None:
                self.others.append((number, line))
            else:
                self.postings.append((number, line, title))


class Levels:
    """The model's level for each title, from the command `explain`. The model is not part of the
    product."""

    def __init__(self, explain):
        self.explain = explain
        self.known = {}

    def learn(self, titles):
        new = sorted({title for title in titles if title not in self.known})
        plain = [title for title in new if "\n" not in title and not title.endswith("\r")]
        for group, arguments in ((plain, []), *(([title], [title]) for title in new if title not in set(plain))):
            if not group:
                continue
            text = "" if arguments else "".join(title + "\n" for title in group)
            done = subprocess.run(self.explain + arguments, input=text.encode(), capture_output=True, check=True)
            answers = [json.loads(line) for line in done.stdout.split(b"\n") if line]
            if [answer["title"] for answer in answers] != group:
                raise RuntimeError("the model explained other titles than those that were asked")
            self.known.update((answer["title"], answer["seniority"]) for answer in answers)

    def __getitem__(self, title):
        return self.known[title]


def rejected_lines(data):
    """The rejects of a reject object: {line number: line}. ValueError if it is not whole."""
    found = {}
    data = expanded(data)
    if data and not data.endswith(b"\n"):
        raise ValueError("its last line has no end")
    for text in data.split(b"\n")[:-1]:
        record = json.loads(text)
        if record["@"] != "reject" or not record["reason"]:
            raise ValueError("not a reject record")
        if record["line"] in found:
            raise ValueError("line %d is there twice" % record["line"])
        found[record["line"]] = (base64.b64decode(record["raw_base64"], validate=True) if "raw_base64" in record
                                 else record["raw"].encode("utf-8", "surrogatepass"))
    return found


# --- the laws -------------------------------------------------------------------------------------

def check_object(name, expected, levels, mod, rejected, lying):
    """Conservation, for one object. mod and rejected are the stored bytes, or None. lying: the
    model left pairs out or gave invalid answers, so any posting may have been rejected."""
    finding = lambda law, detail: [(law, name, detail)]
    rejects = {}
    if rejected is not None:
        try:
            rejects = rejected_lines(rejected)
        except (ValueError, KeyError, TypeError) as error:
            return finding("a reject object is whole", str(error))
    if expected.bad:
        return finding("an object that can never be processed is not stored", expected.bad) if mod is not None else []
    sources = {number: line for number, line, _ in expected.postings}
    others = dict(expected.others)
    for number, line in sorted(rejects.items()):
        if number in others:
            if others[number] != line:
                return finding("a reject holds its line, byte for byte", "line %d" % number)
        elif sources.get(number) != line:
            return finding("a reject holds a line of its source", "line %d" % number)
        elif not lying:
            return finding("a posting is not rejected", "line %d" % number)
    if rejected is not None and not set(others) <= set(rejects):
        return finding("a reject object is whole", "line %d is missing" % min(set(others) - set(rejects)))
    if mod is None:
        return []
    missing = sorted(set(others) - set(rejects))
    if missing:
        return finding("a line that is not a posting is kept among the rejects", "line %d is not" % missing[0])
    try:
        mod = expanded(mod) if name.endswith((".gz", ".zst")) else mod
    except ValueError as error:
        return finding("a stored object is whole", "damaged: %s" % error)
    if mod and not mod.endswith(b"\n"):
        return finding("a stored object is whole", "its last line has no end")
    lines = mod.split(b"\n")[:-1]
    at = 0
    for number, line, title in expected.postings:
        if at < len(lines) and lines[at] == enriched(line, levels[title]):
            at += 1
        elif number not in rejects:
            got = lines[at] if at < len(lines) else b"(nothing)"
            return finding("mod is the raw object's postings with their levels",
                           "line %d: got %s" % (number, got[:200].decode("utf-8", "replace")))
    if at != len(lines):
        return finding("mod is the raw object's postings with their levels", "%d lines too many" % (len(lines) - at))
    return []


def number_of(name):
    """The number in a raw object's name (without the prefix), or None if the name has no valid
    number."""
    digits = re.match(r"(0|[1-9][0-9]*)(?![0-9])[^/]*$", name)
    if not digits or int(digits.group(1)) > 4102444800:  # no world is as late as 2100
        return None
    return int(digits.group(1))


def check_cursor(cursor, before, names, excused, stored, failed):
    """The cursor passes only objects that are stored or recorded, and never goes back. excused:
    names that were added behind the cursor (the look-back finds those), and names that were
    deleted."""
    findings = []
    if before is not None and cursor < before:
        findings.append(("the cursor never goes back", "the cursor", "from %d to %d" % (before, cursor)))
    for name in sorted(names, key=lambda name: number_of(name) or 0):
        number = number_of(name)
        if number is not None and number <= cursor and name not in stored and name not in failed and name not in excused:
            findings.append(("the cursor passes only what is stored or recorded", name, "the cursor is %d" % cursor))
    return findings


def check_failed(failed, expected, excused=()):
    """Only objects that can never be processed are recorded as failed for good. failed: {name:
    reason}."""
    return [("only an object that can never be processed is recorded as failed for good", name, reason)
            for name, reason in sorted(failed.items())
            if name not in excused and (name not in expected or not expected[name].bad)]


def check_end(cursor, expected, stored, failed, gone):
    """After a healthy run everything is stored or recorded, and the cursor is at the end. gone:
    names that were deleted."""
    findings = []
    for name, what in sorted(expected.items()):
        if name in gone:
            continue
        if number_of(name) is None:
            if name in stored:
                findings.append(("an object without a number in its name is left alone", name, "it is stored"))
        elif what.bad and name not in failed:
            findings.append(("an object that can never be processed is recorded", name, what.bad))
        elif not what.bad and name not in stored:
            findings.append(("a healthy run stores everything", name, "it is not stored"))
    highest = [max((number_of(name) or 0 for name in expected if name not in out), default=0) for out in (gone, ())]
    if not highest[0] <= cursor <= highest[1]:
        findings.append(("a healthy run brings the cursor to the end", "the cursor", "it is %d, not %d" % (cursor, highest[0])))
    return findings


CRASH = re.compile(r"SIG(SEGV|ABRT|BUS|ILL|FPE)|AddressSanitizer|LeakSanitizer|runtime error:|"
                   r"Assertion|core dumped|stack smashing|double free|corrupted")


def check_log(where, text, secrets):
    """The programs' messages contain no secret and no sign of a crash."""
    findings = [("no secret is printed", where, "a secret is in the log") for secret in secrets if secret in text]
    crash = CRASH.search(text)
    if crash:
        line = text[text.rfind("\n", 0, crash.start()) + 1:].split("\n", 1)[0]
        findings.append(("no program crashes", where, line[:200]))
    return findings


def check_trap(requests):
    """A redirect to a foreign server gets no credentials and no data."""
    return [("no credentials go to a stranger", "%s %s" % (request["operation"], request["target"]), "by a redirect")
            for request in requests
            if {"authorization", "x-amz-security-token"} & set(request["headers"]) or request["headers"].get("content-length", "0") != "0"]


def check_status(where, status, signals):
    """The status is 0, 1, 75, that of a signal that was sent, or SIGPIPE (the reader ended
    first). 2 would mean that a program was called wrongly. A negative status, or one above 128,
    stands for a signal."""
    signal = -status if status < 0 else status - 128 if status > 128 else 0
    if status in (0, 1, 75, 141, -13) or signal in signals:
        return []
    return [("the exit status is from the contract", where, "status %d" % status)]
