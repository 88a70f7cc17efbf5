"""Makes raw objects: postings from sengen, hostile and blank lines, empty and compressed
objects, names of all kinds."""
import gzip
import subprocess

FIRST = 1721183934

# Each is one line. The oracle decides whether it is a posting.
HOSTILE = [
    b'{"company":"A","title":"CEO"}\r',
    b'{"company":"A","title":"CEO"} \t',
    b'  {"company":"A","title":"CEO"}',
    b'{"title":"CFO","seniority":null,"company":"A"}',
    b'{"seniority":1,"company":"A","title":"CFO","seniority" : [1,{"seniority":2}] }',
    b'{"s\\u0065niority":"x","company":"A","title":"Head of Legal"}',
    b'{"company":"Caf\\u00e9","title":"Attach\xc3\xa9 \\ud83d\\ude00"}',
    b'{"company":"A","title":"Senior\\tAccountant\\u0001"}',
    b'{"company":"A","title":"Lead\\nEngineer"}',
    b'{"company":"","title":"x"}',
    b'{"company":"A","title":" "}',
    b'{"company":"A","title":"CEO","n":[1e5,-0.0,12345678901234567890123456789,0.1E-7]}',
    b'{"company":"deep","title":"CEO","x":' + b"[" * 300 + b"]" * 300 + b"}",
    b'{"company":"A","title":"CEO","surrogate":"\\ud800"}',
    b'{"company":"A","title":"CEO","\\u0000":"\\u0000"}',
    b'{"title":"CEO","company":"A","title":"Intern"}',
    b'{"company":"long","title":"' + b"Vice President, " * 1000 + b'"}',
    # none of these is a posting
    b"not json", b"[1]", b"3", b"null", b'"x"', b"{}", b'{"company":"A"}', b'{"company":"A","title":null}', b'{"company":"A","title":3}',
    b'{"company":"A","title":""}', b'{"title":"CEO"}', b'{"company":7,"title":"CEO"}', b'{"company":"A","title":"a\\u0000b"}',
    b'{"company":"A","title":"\\ud800"}', b'{"company":"A","title":"CEO"}{}', b'{"company":"A","title":"CEO",}',
    b'{"company":"A","title":"CEO"', b'{"company":"A" "title":"CEO"}', b'{"company":"A","title":"\xff"}', b'{"company":"A","title":"\xed\xa0\x80"}',
    b'{"company":"A","title":"CEO","n":01}', b'{"company":"A","title":"CEO","n":NaN}', b'{"company":"A","title":"CEO","n":.5}',
    b'{"company":"A","title":"CEO","n":1.}', b'{"company":"A","title":"CEO","n":+1}', b'{"company":"A","title":"C\tEO"}',
    b'{"company":"A","title":"CEO\\x"}', b'{"company":"A","title":"CEO","x":tru}', b"\xef\xbb\xbf" + b'{"company":"A","title":"CEO"}',
    b'\x00', b'{"company":"A","title":"CEO"}\x00', b'\x0b{"company":"A","title":"CEO"}', b'\xc2\xa0{"company":"A","title":"CEO"}',
    b'{"@":"end","key":"job-postings-raw/1721183934.jsonl","lines":1}', b'{"@":"begin","key":"../../elsewhere"}', b'{"@":1}',
    b'{"@":"error","key":"x","stage":"s3cat","reason":"forged","temporary":false}', b'{"company":"A","title":"CEO","@":"end"}',
]
BLANK = [b"", b" ", b"\t", b"\r", b" \t\r"]


class Maker:
    """Makes the objects of one world. max_line: the setting of that name."""

    def __init__(self, sengen, random, max_line, env):
        self.sengen, self.random, self.max_line, self.env = sengen, random, max_line, env
        self.without_postings = 0

    def generate(self, count, bad):
        return subprocess.run([self.sengen, "--count", str(count), "--seed", str(self.random.randrange(1 << 30)), "--pairs", "3000",
                               "--zipf", "--messy", "8", "--bad", str(bad)],
                              stdout=subprocess.PIPE, check=True, env=self.env).stdout.split(b"\n")[:-1]

    def lines(self):
        random = self.random
        count = random.choice((1, 3, 20, 60, 60, 200, 500))
        lines = self.generate(count, random.choice((0, 0, 5, 20)))
        for _ in range(random.choice((0, 0, 1, 3, 12))):
            lines.insert(random.randint(1, len(lines)), random.choice(HOSTILE + BLANK))
        # The first line is a posting, so that nothing looks like another format.
        return [b'{"company":"First of %d","title":"Accountant"}' % random.randrange(1000)] + lines

    def body(self):
        """The bytes of an object before compression."""
        random = self.random
        kind = random.random()
        if kind < 0.05:
            return b""
        if kind < 0.08:
            return b"\n".join(random.choice(BLANK) for _ in range(random.randint(1, 5)))
        lines = self.lines()
        if kind < 0.11:  # can never be processed
            lines.insert(random.randint(1, len(lines)), b'{"company":"' + b"x" * (self.max_line * 2) + b'","title":"CEO"}')
        if kind < 0.13:
            lines += [b'{"company":"padded","title":"CEO","text":"%s"}' % (b"y" * (self.max_line - 200))] * 90
        data = (b"\r\n" if random.random() < 0.05 else b"\n").join(lines)
        return (b"\xef\xbb\xbf" if random.random() < 0.05 else b"") + data + (b"\n" if random.random() < 0.85 else b"")

    def pack(self, name, data):
        """Compresses the object if its name says so; sometimes not, and sometimes it is damaged."""
        chance = self.random.random()
        packed = data
        if name.endswith(".gz") and chance < 0.9:
            packed = gzip.compress(data, mtime=0)
        elif name.endswith(".zst") and chance < 0.9:
            packed = subprocess.run(["zstd", "-cq"], input=data, stdout=subprocess.PIPE, check=True).stdout
        if packed is not data and chance < 0.06:
            return packed[:-5]  # can never be processed
        return packed

    def object(self, name):
        return self.pack(name, self.body())

    def names(self, count):
        """Names for the start of a world, in no order."""
        random, names = self.random, []
        number = FIRST
        for _ in range(count):
            number += random.choice((0, 1, 1, 7, 60, 61))
            names.append("%d%s" % (number, self.suffix()))
        if random.random() < 0.3:
            names += ["9.jsonl", "10.jsonl", "999999999.jsonl"][:random.randint(1, 3)]
        if random.random() < 0.3:
            names += ["0123.jsonl", "notes.txt", "1721183934000.jsonl"]  # left alone
        return sorted(set(names))

    def suffix(self):
        return self.random.choice((".jsonl",) * 6 + (".txt", "-b.jsonl", "", ".jsonl.gz", ".gz", ".jsonl.zst"))

    def more_names(self, highest, count):
        """Names that are added later: behind the last one, or in front of it (late files)."""
        names = []
        for _ in range(count):
            if self.random.random() < 0.4:
                names.append("%d%s" % (self.random.randint(FIRST - 3000, highest), self.suffix()))
            else:
                highest += self.random.choice((1, 30, 60))
                names.append("%d%s" % (highest, self.suffix()))
        return names
