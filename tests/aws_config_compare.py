#!/usr/bin/python3
"""aws_config_compare.py DUMP [COUNT]: holds our reader of AWS's profile files against botocore's.

DUMP is the unit test aws_config_test, which prints what it read as JSON. COUNT random files and those below are
read by both; where the two are meant to differ (README of the differences: the comment at the top of aws/config.h),
botocore's answer is first brought to ours: comments behind white space are cut off the values, blank lines in a
continuation are left out, what comes twice is merged. Prints the number of files, or what differs.
"""
import configparser
import functools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import types

import botocore.configloader as loader

# botocore refuses sections and keys that come twice; AWS's other programs merge them.
loader.configparser = types.SimpleNamespace(
    RawConfigParser=functools.partial(configparser.RawConfigParser, strict=False), Error=configparser.Error)

HAND_MADE = [
    "", "\n\n", "# only\n; comments\n", "[default]", "[default]\n", "[default]\nregion=us-east-1",
    "[default]\r\nregion = us-east-1\r\noutput=json\r\n", "[default]\rregion = x\r",
    "[profile a]\nregion = x\n[profile b]\nregion = y\n", "[profile a]\nregion = x\n[profile a]\noutput = y\n",
    "[profile a]\nregion = x\nregion = y\n", "[profile a]\nREGION = x\nReGiOn = y\n", "[profile 'a b']\nk = v\n",
    "[profile \"a b\"]\nk = v\n", "[profile a b]\nk = v\n", "[profile]\nk = v\n", "[profile \"a]\nk = v\n",
    "[preview]\ncloudfront = true\n[profile a]\nk = v\n", "[foobar]\nk\n", "key = value\n", " key = value\n", "[a\n",
    "[profile a]\nkey\n", "[profile a]\n= v\n", "[profile a]\nkey =\n", "[profile a]\nkey=v\n", "[profile a]\nkey:v\n",
    "[profile a]\nkey : v=w\n", "[profile a]\nkey = v:w\n", "[profile a]\nkey = a=b=c\n", "[profile a]\nin valid = v\n",
    "[profile a]\nkey = value\n  more\n", "[profile a]\nkey = value\n  more\n\n  and more\nnext = 1\n",
    "[profile a]\nkey = value\n# comment\n  more\n", "[profile a]\nkey = value\n  # comment\n  more\n",
    "[profile a]\nkey = value\n  more # not a comment\n", "[profile a]\nkey = value # comment\n",
    "[profile a]\nkey = value ; comment # two\n", "[profile a]\nkey = va#lue;x\n", "[profile a] # comment\nkey = v\n",
    "[profile a]; comment\nkey = v\n", "[profile a]\n  key = v\n  other = w\n", "[profile a]\n  key = v\n    more\n  other = w\n",
    "[profile a]\n\tkey = v\n\tother = w\n", "[profile a]\nkey = v\n  [profile b]\nother = w\n", "[profile a]\n   \nkey = v\n \t \n",
    "[profile a]\ns3 =\n  addressing_style = path\n  max_bandwidth = 5MB/s\nregion = x\n",
    "[profile a]\ns3=\n  addressing_style=path\n\n  # c\n  other = 1\nregion = x\n", "[profile a]\ns3 =\n  nonsense\n",
    "[profile a]\ns3 =\n  a = b = c\n", "[profile a]\ns3 =\n  a =\n", "[profile a]\ns3 =\n  Addressing_Style = path\n",
    "[profile a]\ns3 =\nregion = x\n", "[profile a]\ns3 =\n\n\n  a = 1\n", "[services x]\ns3 =\n  endpoint_url = http://h\n",
    "[sso-session x]\nsso_region = us-east-1\n", "[profile \u00e9]\nk = \u00e8\n", "[profile a]\nk = \U0001f600 x\n",
    "[profile a]\ncredential_process = \"/opt/a b\" --x 'y z'\n", "[profile some-thing:long/the_one%only.foo@bar+]\nk=v\n",
    "[profile a]\nk = v\n[]\n", "[profile a]\nk = v\n]\n", "[profile a]\n[profile b]\n", "[profile a]\nk = %(x)s\n",
    "[profile\ta]\nk = v\n", "[profile a]\nk =   v   \t\n", "[profile a]\nk = v\n\tw\n x\n", "[profile a]\nkey = v\n more = 2\nx = 1",
]


def cut(value):
    """What is left of a key's value where comments count."""
    return re.split(r"[ \t\v\f][#;]", value)[0].rstrip()


def bring_to_ours(values, out, kind, section):
    out[(kind, section, "", "")] = ""
    for key, value in values.items():
        if isinstance(value, dict):
            out[(kind, section, "", key)] = ""
            for inner, text in value.items():
                out[(kind, section, key, inner.lower())] = cut(text)
            continue
        first, newline, rest = value.partition("\n")
        out[(kind, section, "", key)] = cut(first) + re.sub(r"\n+", "\n", newline + rest)


def botocore_reads(path, credentials):
    out = {}
    try:
        if credentials:
            for name, values in loader.raw_config_parse(path).items():
                bring_to_ours(values, out, 0, name.strip())
            return out
        parsed = loader.load_config(path)
    except loader.botocore.exceptions.ConfigParseError:
        return None
    for name, values in parsed["profiles"].items():
        bring_to_ours(values, out, 0, name)
    for name, values in parsed["sso_sessions"].items():
        bring_to_ours(values, out, 2, name)
    # botocore 1.37 gives the sections of services like those of SSO sessions, older ones under their whole names
    for name, values in parsed.pop("services", {}).items():
        bring_to_ours(values, out, 1, name)
    for name, values in parsed.items():
        words = name.split()
        if len(words) == 2 and words[0] == "services":
            bring_to_ours(values, out, 1, words[1])
    return out


def ours_reads(dump, path, credentials):
    done = subprocess.run([dump, "credentials" if credentials else "config", path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode == 2:
        return None
    if done.returncode != 0:
        sys.exit("%s ended with %d: %s" % (dump, done.returncode, done.stderr.decode()))
    return {tuple(entry[:4]): entry[4] for entry in json.loads(done.stdout)}


def nothing_open(lines):
    """Whether a continuation would stand under a key without a value: junk there is an error to us even where a later
    value takes the key's place, which botocore does not see."""
    kept = [line for line in lines if line.strip() and line.strip()[0] not in "#;"]
    return not kept or re.search(r"[=:]\s*$", kept[-1])


def random_file(rnd):
    lines = []
    sections = ["[default]", "[profile a]", "[profile b]", "[profile 'c d']", "[services s]", "[sso-session t]", "[other]"]
    nests = 0
    for _ in range(rnd.randrange(1, 5)):
        lines.append(rnd.choice(sections) + rnd.choice(["", " ", " # c", ";c"]))
        indent = rnd.choice(["", "", "", " ", "\t", "    "])
        for _ in range(rnd.randrange(0, 6)):
            kind = rnd.randrange(12)
            key = rnd.choice(["region", "Region", "aws_access_key_id", "k e y", "x", "role_arn", "output"])
            value = rnd.choice(["v", "us-east-1", "a=b", "a:b", "a#b", "a;b", "two words", "", "\u00fc", "v # c", "v\t; c", "[x]"])
            if kind < 6:
                lines.append(indent + key + rnd.choice(["=", " = ", " =", "= ", " : ", "\t=\t"]) + value)
            elif kind < 8:
                lines.append(rnd.choice(["", " ", "# comment", "  # comment", ";c", "\t"]))
            elif kind == 8 and not nothing_open(lines):
                lines.append(indent + rnd.choice([" ", "\t", "   "]) + rnd.choice(["more", "and = more", "more # c", "[x]"]))
            elif kind == 9:
                nests += 1
                lines.append(indent + "nest%d =" % nests)
                for inner in range(rnd.randrange(0, 4)):
                    lines.append(indent + "  " + "Inner%d%s" % (inner, rnd.choice(["=1", " = 2", " = x # c", " = a = b"])))
            elif kind == 10 and rnd.random() < 0.1:
                lines.append(rnd.choice(["junk", "[open", "= v", "  junk"]))
    return rnd.choice(["\n", "\n", "\r\n"]).join(lines) + rnd.choice(["", "\n"])


def main():
    dump, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 500
    rnd = random.Random(20240717)
    files = HAND_MADE + [random_file(rnd) for _ in range(count)]
    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        for text in files:
            with open(path, "wb") as file:
                file.write(text.encode())
            for credentials in (False, True):
                expected, got = botocore_reads(path, credentials), ours_reads(dump, path, credentials)
                refused += expected is None
                if expected != got:
                    sys.exit("%r as %s:\nbotocore %r\nours     %r" % (
                        text, "credentials" if credentials else "config", expected, got))
    print("%d files read alike, %d of them refused" % (2 * len(files), refused))


main()
