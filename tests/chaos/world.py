"""A world: raw objects on one store, rounds of runs with faults and accidents, the oracle after
each, and a healthy end."""
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time

import bucket
import oracle
from accidents import Accidents, Broken
from machine import STAGES, Control, Disk, Model, Redis, kill, processes, wait_until
from raw import Maker

BUCKET = "chaos-bucket"
RAW, MOD, REJECTED = "raw/", "mod/", "rejected/"
MAX_LINE = 100000
SECRETS = ("s3cretAccessKeyOfThisWorld", "s3cretTokenOfTheModel", "s3cretPasswordOfRedis")
RUN_MOST = 60  # seconds; then a run is told to stop
STOP_MOST = 120  # seconds until it has
FINAL_MOST = 600

IDENTITY = "seniority:identity"  # a line of this name in the cursor's file is no failed object


class World:
    """options: folder, bin, pipeline, shim (paths), store ("s3" or "file"). counts is a Counter
    that is added to."""

    def __init__(self, seed, options, counts):
        self.seed, self.options, self.counts = seed, options, counts
        self.random = random.Random(seed)
        self.folder = os.path.join(options.folder, str(seed))
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("work", "home", "tmp", "logs", "servers"):
            os.makedirs(os.path.join(self.folder, name))
        self.path = lambda *parts: os.path.join(self.folder, *parts)
        self.mark = b"CHAOS_WORLD=" + self.folder.encode()
        self.control = Control(self.path("control"))
        self.store = options.store if options.store != "both" else self.random.choice(("s3", "file"))
        self.disk = self.bucket = None
        self.expected, self.late, self.gone, self.checked = {}, set(), set(), {}
        self.before = None  # the cursor as it was last seen
        self.number = 0
        self.story = open(self.path("story"), "w", encoding="utf-8")
        self.accidents = Accidents(self)
        self.make_settings()

    def tell(self, text):
        self.story.write("%s\n" % text)
        self.story.flush()

    # --- what it is made of

    def make_settings(self):
        pick = self.random.choice
        self.cursor_in_file = self.random.random() < 0.4
        if self.store == "s3":
            style = pick([name for name in bucket.STYLES if name not in self.options.without])
            sums = [] if self.random.random() < 0.5 else self.random.sample(bucket.CHECKSUMS, pick((1, 1, 2)))
            sums = [] if "checksums" in self.options.without else sums
            self.bucket = bucket.Bucket(BUCKET, style, sums, self.seed)
            endpoint = "http://127.0.0.1:%d" % self.bucket.port
            self.bucket.locked = self.random.random() < 0.15 and "locked" not in self.options.without
            self.tell("store: S3, etags: %s, checksums: %s%s" % (style, " ".join(sums) or "none",
                                                                 ", Object Lock" if self.bucket.locked else ""))
        else:
            self.disk = Disk(self.path("disk"), self.control)
            os.makedirs(self.path("disk", BUCKET, "raw"))
            endpoint = "file://" + self.path("disk")
            self.tell("store: files, on %s" % ("a disk of their own" if self.disk.mounted else "the shim's disk"))
        settings = {
            "endpoint_url": endpoint, "input_bucket": BUCKET, "output_bucket": BUCKET, "raw_prefix": RAW, "mod_prefix": MOD,
            "reject_prefix": REJECTED, "redis_socket": self.path("servers", "redis.sock"), "redis_timeout": "2s",
            "grpc_server_address": "unix:" + self.path("servers", "model.sock"), "rpc_patience": "2s", "rpc_timeout": "10s",
            "rpc_batch": pick((20, 200, 1000)), "connect_timeout": "2s", "stall_timeout": "1s", "max_line": MAX_LINE,
            "check_crc32": pick(("true", "false", "false")), "history_file": "none",
        }
        if self.cursor_in_file:
            settings["cursor_store"] = "file:" + (self.path("disk", "cursor") if self.disk and self.random.random() < 0.5
                                                  else self.path("work", "cursor"))
        with open(self.path("work", "config.yaml"), "w", encoding="utf-8") as file:
            file.writelines("%s: %s\n" % pair for pair in settings.items())
        with open(self.path("work", ".env"), "w", encoding="utf-8") as file:
            file.write("REDIS_PASSWORD=%s\nGRPC_METADATA='authorization: Bearer %s'\n" % (SECRETS[2], SECRETS[1]))
        self.settings = settings
        shared = {"PATH": "%s:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" % self.options.bin, "LC_ALL": "C.UTF-8",
                  "HOME": self.path("home"), "TMPDIR": self.path("tmp")}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                shared[name] = os.environ[name]
        self.env = dict(shared, SENIORITY_BIN=self.options.bin, AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY=SECRETS[0],
                        AWS_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", LD_PRELOAD=self.options.shim,
                        CHAOS_CONTROL=self.path("control"), CHAOS_WORLD=self.folder,
                        ASAN_OPTIONS=shared.get("ASAN_OPTIONS", "detect_leaks=0") + ":verify_asan_link_order=0")
        program = lambda name: os.path.join(self.options.bin, name)
        self.levels = oracle.Levels([program("senserve"), "--explain"])
        self.maker = Maker(program("sengen"), self.random, MAX_LINE, shared)
        self.redis = Redis(self.path("servers"), SECRETS[2])
        self.model = Model(program("senserve"), self.path("servers"), shared)

    def put(self, key, data):
        """Stores an object without the product. None: deletes it."""
        if self.bucket:
            self.bucket.put(key, data)
            return
        path, temporary = self.path("disk", BUCKET, key), self.path("disk", ".new")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if data is None:
            os.unlink(path)
            return
        with open(temporary, "wb") as file:
            file.write(data)
        os.rename(temporary, path)

    def put_raw(self, name, data):
        self.put(RAW + name, data)
        self.expected[name] = what = oracle.Expected(data, MAX_LINE)
        self.levels.learn([title for _, _, title in what.postings])
        number = oracle.number_of(name)
        if number is not None and number <= (self.before or 0):
            self.late.add(name)
        self.tell("raw: %s, %d bytes%s" % (name, len(data), ", bad: " + what.bad if what.bad else ""))

    def vanish(self):
        """Somebody deletes a raw object. What was stored for it stays."""
        name = self.random.choice(sorted(self.expected))
        if name not in self.gone:
            self.gone.add(name)
            self.put(RAW + name, None)
        return name

    def make_raw(self, names):
        for name in names:
            if name not in self.expected:
                self.put_raw(name, self.maker.object(name))
                if self.bucket and self.random.random() < 0.02 and "archived" not in self.options.without:
                    self.tell("     (archived)")
                    self.bucket.archived.add(RAW + name)
                    self.expected[name].bad = "it is archived"

    # --- what is there

    def contents(self, prefix):
        if self.bucket:
            return self.bucket.contents(prefix)
        found = {}
        folder = self.path("disk", BUCKET, prefix)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if not name.startswith(".tmp-"):
                with open(os.path.join(folder, name), "rb") as file:
                    found[name] = file.read()
        return found

    def identity_lines(self):
        """What the cursor's file says of whose it is."""
        with open(self.settings["cursor_store"][len("file:"):], encoding="utf-8") as file:
            return [line for line in file if '"%s"' % IDENTITY in line]

    def cursor(self):
        """The cursor, and {name: reason} of the failed objects, read without the product."""
        failed = {}
        if self.cursor_in_file:
            path = self.settings["cursor_store"][len("file:"):]
            if not os.path.exists(path):
                return 0, failed
            with open(path, "rb") as file:
                lines = file.read().split(b"\n")
            if lines[-1] != b"":
                raise Broken("the cursor's file is whole", path, "its last line has no end")
            numbers = [line for line in lines if line.isdigit()]
            records = [json.loads(line) for line in lines if line.startswith(b"{")]
            value = int(numbers[0])
        else:
            value = int(self.redis.ask("GET", self.cursor_key) or 0)
            pairs = self.redis.ask("HGETALL", self.cursor_key + ":failed")
            records = [json.loads(text) for text in pairs[1::2]]
        for record in records:
            if record.get("key", IDENTITY) != IDENTITY:
                failed[record["key"][len(RAW):]] = record["reason"]
        return value, failed

    def check(self, where, signals, statuses, log):
        """Checks every law after a run."""
        findings = oracle.check_log(where, log, SECRETS)
        for name, status in statuses:
            findings += oracle.check_status("%s, %s" % (where, name), status, signals)
        findings += self.check_store()
        if findings:
            raise Broken(*findings[0])

    def check_store(self):
        mods, rejects = self.contents(MOD), self.contents(REJECTED)
        findings = []
        for name in sorted(set(mods) | set(rejects)):
            if name not in self.expected:
                findings.append(("nothing is stored that has no source", name, ""))
                continue
            state = hashlib.sha256(mods.get(name, b"-")).digest() + hashlib.sha256(rejects.get(name, b"-")).digest()
            if self.checked.get(name) != state:
                found = oracle.check_object(name, self.expected[name], self.levels, mods.get(name), rejects.get(name), self.accidents.lying)
                findings += found
                if not found:
                    self.checked[name] = state
        cursor, failed = self.cursor()
        findings += oracle.check_cursor(cursor, self.before, self.expected, self.late | self.gone, mods, failed)
        findings += oracle.check_failed(failed, self.expected, self.gone)
        if self.bucket and self.bucket.trap:
            findings += oracle.check_trap(self.bucket.trap.requests)
        self.before = max(cursor, self.before or 0)
        self.tell("    stored %d of %d, cursor %d, failed %d" % (len(mods), len(self.expected), cursor, len(failed)))
        return findings

    # --- a round

    def start(self, kind, log):
        """Starts a run; returns [(name, process)], the first being the one to wait for."""
        common = {"env": self.env, "cwd": self.path("work"), "stderr": log}
        if kind == "pipeline":
            return [("pipeline.sh", subprocess.Popen([self.options.pipeline, "-P", str(self.random.choice((1, 4, 16))), "--batch",
                                                      str(self.random.choice((50, 5000)))],
                                                     stdin=subprocess.DEVNULL, stdout=log, **common))]
        arguments = {"s3ls": ["--missing-from", MOD], "s3cat": ["-P", str(self.random.choice((1, 4, 16)))],
                     "senenrich": ["--batch", str(self.random.choice((50, 5000)))], "s3put": [], "cursor": ["set"]}
        if self.before:
            arguments["s3ls"] += ["--after", str(self.cursor()[0]), "--lookback", "1d"]
        started, upstream = [], subprocess.DEVNULL
        for name in STAGES:
            last = name == "cursor"
            process = subprocess.Popen([os.path.join(self.options.bin, name), *arguments[name]], stdin=upstream,
                                       stdout=log if last else subprocess.PIPE, **common)
            if upstream is not subprocess.DEVNULL:
                upstream.close()
            upstream = process.stdout
            started.append((name, process))
        return started

    def round(self):
        self.number += 1
        where = "round %d" % self.number
        if self.number > 1 and self.random.random() < 0.5:
            highest = max(oracle.number_of(name) or 0 for name in self.expected)
            self.make_raw(self.maker.more_names(highest, self.random.randint(1, 5)))
        kinds = self.random.choice((("pipeline",), ("pipeline",), ("direct",), ("pipeline", "direct")))
        if self.bucket:
            share = self.random.choice((0, 0.3, 0.6, 1))
            names = [name for name in bucket.RULES if self.random.random() < share]
            if self.random.random() < 0.2:
                names += self.random.sample(sorted(bucket.RARE), 3)
            names = [name for name in names if name not in self.options.without]
            self.bucket.misbehave(names, self.options.percent)
            faults = "%d kinds of fault" % len(names)
        else:
            faults = "no faults of S3"
        self.tell("%s: %s, %s" % (where, " and ".join(kinds), faults))
        if not self.accidents.clean_life and self.random.random() < 0.5:
            self.accidents.stop_model()
            self.model.start()
            self.accidents.clean_life = True
        if len(kinds) > 1:
            self.accidents.clean_life = False
        self.accidents.lost = False
        self.run(where, kinds, self.accidents.plan(), RUN_MOST)
        self.counts["rounds"] += 1

    def run(self, where, kinds, events, most):
        """One or two runs at once, and the events meanwhile; then the oracle. Returns the status
        of the first run."""
        path = self.path("logs", where.replace(" ", "-") + ".err")
        signals = set()
        with open(path, "wb") as log:
            started = [pair for kind in kinds for pair in self.start(kind, log)]
            self.accidents.main = started[0][1].pid
            begun, told = time.monotonic(), False
            while True:
                now = time.monotonic() - begun
                while events and events[0][0] <= now:
                    signals.add(self.accidents.happen(*events.pop(0)[1:]))
                if not any(process.poll() is None for _, process in started) and not processes(self.mark):
                    break
                if now > most and not told:
                    told = True
                    self.tell("    told to stop after %d seconds" % most)
                    self.counts["runs told to stop"] += 1
                    signals.add(self.accidents.kill("everything", signal.SIGTERM))
                if now > most + STOP_MOST:
                    left = processes(self.mark)
                    self.accidents.kill("everything", signal.SIGKILL)
                    raise Broken("a run that is told to stop ends", where, " ".join(sorted(set(left.values()))))
                time.sleep(0.01)
            if not told:
                self.accidents.length = (self.accidents.length + min(now, 12)) / 2
        # of the events that are left, only the repairs
        for event in events:
            if (event[1] == "redis up" and not self.redis.process or event[1] == "model up" and not self.model.process
                    or event[1] in ("disk free", "thaw")):
                self.accidents.happen(*event[1:])
        for _, process in started:
            if process.stdout:
                process.stdout.close()
        statuses = [(name, process.wait()) for name, process in started]
        self.tell("    %.1f s, %s" % (now, ", ".join("%s %d" % pair for pair in statuses)))
        if self.accidents.lost and not self.cursor_in_file:
            self.before, self.late = None, set()
        with open(path, encoding="utf-8", errors="replace") as log:
            self.check(where, signals - {None}, statuses, log.read())
        return statuses[0][1]

    # --- the whole

    def live(self):
        """Everything, from the beginning to the healthy end. Raises Broken."""
        self.begin()
        self.make_raw(self.maker.names(self.random.choice((3, 10, 25, 50))))
        for _ in range(self.random.randint(2, 7)):
            self.round()
        self.end()

    def begin(self):
        self.redis.start()
        self.model.start()
        self.cursor_key = subprocess.run([os.path.join(self.options.bin, "cursor"), "key"], env=self.env, cwd=self.path("work"),
                                         stdout=subprocess.PIPE, check=True).stdout.decode().strip()

    def end(self):
        """Everything is healthy again. One run without any option does the rest; the next one
        has nothing to do and ends with 0. (If an object failed for good in the first run, only
        the second one moves the cursor past objects that were stored earlier.)"""
        if self.bucket:
            self.bucket.misbehave([], 0)
        self.control.clock(0)
        self.accidents.stop_model()
        self.model.start()
        self.accidents.lost = False
        for where, allowed in (("the healthy run", (0, 1)), ("the run after it", (0,))):
            self.tell(where)
            known = set(self.cursor()[1])
            status = self.run(where, ("pipeline",), [], FINAL_MOST)
            failed = self.cursor()[1]
            if status not in allowed or (status == 1 and set(failed) == known):
                raise Broken("a healthy run ends with 0, or with 1 for what it records", where, "status %d" % status)
        findings = self.check_end()
        if findings:
            raise Broken(*findings[0])
        self.check_listing()

    def check_end(self):
        cursor, failed = self.cursor()
        return oracle.check_end(cursor, self.expected, self.contents(MOD), failed, self.gone)

    def check_listing(self):
        """A listing shows what is stored, and no temporary file."""
        for prefix in (MOD, REJECTED):
            done = subprocess.run([os.path.join(self.options.bin, "s3ls"), "s3://%s/%s" % (BUCKET, prefix)], env=self.env,
                                  cwd=self.path("work"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            names = [json.loads(line)["key"][len(prefix):] for line in done.stdout.split(b"\n") if line]
            if sorted(names) != sorted(self.contents(prefix)):
                odd = set(names) ^ set(self.contents(prefix))
                raise Broken("a listing shows what is stored and nothing else", prefix, " ".join(sorted(odd))[:200])

    def close(self, keep):
        """Stops the servers. keep: the folder stays."""
        self.kill_all()
        self.model.stop(kill=True)
        self.redis.stop(lose=False)
        if self.bucket:
            self.counts["S3 requests"] += self.bucket.count
            self.counts["bit flips"] += self.bucket.flips
            for name, count in self.bucket.counts.items():
                self.counts["fault: " + name] += count
            for server in filter(None, (self.bucket, self.bucket.trap)):
                server.shutdown()
                server.server_close()
            if keep:
                for prefix in (RAW, MOD, REJECTED):
                    os.makedirs(self.path("bucket", prefix))
                    for name, data in self.bucket.contents(prefix).items():
                        with open(self.path("bucket", prefix, name), "wb") as file:
                            file.write(data)
        if self.disk:
            self.disk.keep(self.path("bucket") if keep else None)
        self.story.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill_all(self):
        for pid in processes(self.mark):
            kill(pid, signal.SIGKILL)
        wait_until(20, lambda: not processes(self.mark))
