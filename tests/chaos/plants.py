"""Tests of the oracle: in a small healthy world, each plant damages one thing, and the oracle
must name it."""
import json

import oracle
from world import MOD, RAW, REJECTED, SECRETS

FINE = b'{"company":"A","title":"CEO"}\n\n{"company":"B","title":"Intern"}\n'
MIXED = b'{"company":"A","title":"CEO"}\nno posting\n{"company":"B","title":"Intern"}\n{"company":7}\n'
BAD = b'{"company":"A","title":"CEO"}\n{"company":"' + b"x" * 300000 + b'","title":"CEO"}\n'
WORLD = {"1721183934.jsonl": FINE, "1721183935.jsonl": MIXED, "1721183936.jsonl": BAD, "1721183937.jsonl.gz": FINE}
REJECT = b'{"@":"reject","key":"raw/1721183934.jsonl","line":1,"reason":"r","raw":"{\\"company\\":\\"A\\",\\"title\\":\\"CEO\\"}"}\n'


def set_cursor(world, value, failed):
    """Writes the cursor without the product. failed: {name: reason}, which replaces what was
    recorded."""
    records = {RAW + name: json.dumps({"key": RAW + name, "reason": reason}) for name, reason in failed.items()}
    if world.cursor_in_file:
        lines = [line + "\n" for line in [str(value), *records.values()]] + world.identity_lines()
        with open(world.settings["cursor_store"][len("file:"):], "w", encoding="utf-8") as file:
            file.writelines(lines)
        return
    world.redis.ask("SET", world.cursor_key, str(value))
    world.redis.ask("DEL", world.cursor_key + ":failed")
    for key, record in records.items():
        world.redis.ask("HSET", world.cursor_key + ":failed", key, record)


def change(prefix, name, how):
    """A plant that changes an object's bytes."""
    def plant(world):
        world.put(prefix + name, how(world.contents(prefix).get(name, b"")))
    return plant


def cursor(value, failed=None):
    return lambda world: set_cursor(world, value, {**world.cursor()[1], **(failed or {})})


MADE = "mod is the raw object's postings with their levels"
# (what is wrong, how it is damaged, the law, the object)
PLANTS = (
    ("an object is cut in a line", change(MOD, "1721183934.jsonl", lambda data: data[:-9]),
     "a stored object is whole", "1721183934.jsonl"),
    ("a line is missing", change(MOD, "1721183934.jsonl", lambda data: data[data.index(b"\n") + 1:]), MADE, "1721183934.jsonl"),
    ("a line is there twice", change(MOD, "1721183934.jsonl", lambda data: data + data[data.index(b"\n") + 1:]), MADE, "1721183934.jsonl"),
    ("an object is empty", change(MOD, "1721183934.jsonl", lambda data: b""), MADE, "1721183934.jsonl"),
    ("a level is wrong", change(MOD, "1721183935.jsonl", lambda data: data.replace(b":7}", b":6}")), MADE, "1721183935.jsonl"),
    ("a byte is another one", change(MOD, "1721183935.jsonl", lambda data: data.replace(b'"B"', b'"b"')), MADE, "1721183935.jsonl"),
    ("the lines change places", change(MOD, "1721183934.jsonl", lambda data: b"".join(reversed(data.splitlines(True)))), MADE,
     "1721183934.jsonl"),
    ("a compressed object is cut", change(MOD, "1721183937.jsonl.gz", lambda data: data[:-5]),
     "a stored object is whole", "1721183937.jsonl.gz"),
    ("the rejects are gone", change(REJECTED, "1721183935.jsonl", lambda data: None),
     "a line that is not a posting is kept among the rejects", "1721183935.jsonl"),
    ("a reject is missing", change(REJECTED, "1721183935.jsonl", lambda data: data[data.index(b"\n") + 1:]),
     "a reject object is whole", "1721183935.jsonl"),
    ("a reject object is cut", change(REJECTED, "1721183935.jsonl", lambda data: data[:-9]),
     "a reject object is whole", "1721183935.jsonl"),
    ("a reject's bytes are others", change(REJECTED, "1721183935.jsonl", lambda data: data.replace(b"no posting", b"No posting")),
     "a reject holds its line, byte for byte", "1721183935.jsonl"),
    ("a posting is rejected", change(REJECTED, "1721183934.jsonl", lambda data: REJECT), "a posting is not rejected", "1721183934.jsonl"),
    ("an object that can never be processed is stored", change(MOD, "1721183936.jsonl", lambda data: b""),
     "an object that can never be processed is not stored", "1721183936.jsonl"),
    ("an object without a source is stored", change(MOD, "1721183999.jsonl", lambda data: b""),
     "nothing is stored that has no source", "1721183999.jsonl"),
    ("an object is gone behind the cursor", change(MOD, "1721183937.jsonl.gz", lambda data: None),
     "the cursor passes only what is stored or recorded", "1721183937.jsonl.gz"),
    ("the cursor goes back", cursor(1721183935), "the cursor never goes back", "the cursor"),
    ("an object is recorded that is fine", cursor(1721183937, {"1721183934.jsonl": "GET: 404 Not Found"}),
     "only an object that can never be processed is recorded as failed for good", "1721183934.jsonl"),
    ("the cursor is beyond the end", cursor(1721183940), "a healthy run brings the cursor to the end", "the cursor"),
)


def self_test(world):
    """Yields (what is wrong, what the oracle found, whether that is right)."""
    world.begin()
    for name, data in WORLD.items():
        world.put_raw(name, data)
    world.end()
    value, failed = world.cursor()
    for what, plant, law, name in PLANTS:
        before = {(prefix, key): data for prefix in (MOD, REJECTED) for key, data in world.contents(prefix).items()}
        plant(world)
        found = world.check_store() + world.check_end()
        yield what, found[0] if found else None, bool(found) and found[0][:2] == (law, name)
        for prefix in (MOD, REJECTED):
            for key in world.contents(prefix):
                if (prefix, key) not in before:
                    world.put(prefix + key, None)
        for (prefix, key), data in before.items():
            world.put(prefix + key, data)
        set_cursor(world, value, failed)
        world.before = value
        rest = world.check_store() + world.check_end()
        if rest:
            yield "nothing", rest[0], False
    for what, found in (
            ("a secret is printed", oracle.check_log("a log", "x %s y" % SECRETS[0], SECRETS)),
            ("a program crashes", oracle.check_log("a log", "pipeline.sh: error: s3put was killed by SIGSEGV\n", SECRETS)),
            ("a sanitizer speaks", oracle.check_log("a log", "==1==ERROR: AddressSanitizer: heap-use-after-free\n", SECRETS)),
            ("a redirect is followed with credentials",
             oracle.check_trap([{"operation": "get", "target": "/b/k", "headers": {"authorization": "AWS4-HMAC-SHA256"}}])),
            ("a status is not from the contract", oracle.check_status("a run", 2, set())),
            ("a signal that nobody sent", oracle.check_status("a run", 139, set()))):
        yield what, found[0] if found else None, len(found) == 1
