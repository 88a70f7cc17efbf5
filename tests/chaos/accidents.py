"""What happens during a run: kills, restarts of Redis and the model, a full disk, clock jumps.
Notes what the oracle must excuse."""
import signal

from machine import STAGES, kill, processes


class Broken(Exception):
    """A law is broken: (law, object, detail)."""


class Accidents:
    def __init__(self, world):
        self.world, self.random, self.counts, self.tell = world, world.random, world.counts, world.tell
        self.lying = False  # the model gave answers that turn postings into rejects
        self.lost = False  # Redis lost its data in this round
        self.clean_life = True  # since the model started, nothing happened that explains a pair that is asked twice
        self.main = None  # the pid of pipeline.sh
        self.length = 3.0  # about how long a run takes

    def plan(self):
        """Plans a round: [(second, event, argument...)]."""
        pick, chance = self.random.choice, self.random.random
        events = []
        when = lambda: self.random.uniform(0, self.length * 1.2)
        for _ in range(pick((0, 0, 1, 1, 1, 2, 3))):
            events.append((when(), "kill", pick(STAGES + ("pipeline.sh", "everything")),
                           pick((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))))
        if chance() < 0.15:
            start = when()
            lose = chance() < 0.5
            events += [(start, "redis down", lose), (start + pick((0.0, 0.3, 1.5, 4)), "redis up")]
        if chance() < 0.2:
            start = when()
            events += [(start, "model down", chance() < 0.5), (start + pick((0.0, 0.3, 1.5, 4)), "model up", self.model_mood())]
        if self.world.disk and chance() < 0.3:
            start = when()
            events += [(start, "disk full", pick((0, 4096, 65536))), (start + self.random.uniform(0.1, 3), "disk free")]
        if chance() < 0.1:
            start, who = when(), pick(("redis", "model"))
            events += [(start, "freeze", who), (start + self.random.uniform(0.1, 4), "thaw", who)]
        if chance() < 0.1:
            events.append((when(), "vanish"))
        if chance() < 0.15:
            events.append((when(), "clock", pick((-1, 1)) * pick((5, 900, 3600, 86400, 20 * 86400))))
        return sorted(events, key=lambda event: event[0])

    def model_mood(self):
        chance = self.random.random()
        if chance < 0.5:
            return ()
        if chance < 0.7:
            return self.random.choice((("--latency", "50"), ("--latency", "500"), ("--rate", "3000")))
        if chance < 0.9:
            return ("--fail-every", str(self.random.choice((2, 5))), "--fail-status",
                    self.random.choice(("UNAVAILABLE", "INTERNAL", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "UNKNOWN")))
        return self.random.choice((("--omit", "40"), ("--out-of-range", "40"), ("--refuse", "Intern")))

    def happen(self, what, *arguments):
        """Carries out one event. Returns the signal that was sent, if any."""
        self.tell("    %s %s" % (what, " ".join(str(argument) for argument in arguments)))
        if what == "kill":
            return self.kill(*arguments)
        if what == "redis down":
            self.clean_life = False
            self.counts["Redis restarts" + (", with loss" if arguments[0] else "")] += 1
            self.world.redis.stop(arguments[0])
            self.lost = self.lost or arguments[0]
        elif what == "redis up":
            self.world.redis.start()
        elif what == "model down":
            self.counts["model restarts"] += 1
            self.stop_model(kill=arguments[0])
            self.clean_life = False
        elif what == "model up":
            self.lying = self.lying or bool({"--omit", "--out-of-range", "--refuse"} & set(arguments[0]))
            self.world.model.start(arguments[0])
        elif what == "disk full":
            self.counts["disk full"] += 1
            self.world.disk.fill(arguments[0])
        elif what == "disk free":
            self.world.disk.free()
        elif what in ("freeze", "thaw"):
            self.clean_life = False
            self.counts["freezes"] += what == "freeze"
            process = {"redis": self.world.redis, "model": self.world.model}[arguments[0]].process
            if process:
                process.send_signal(signal.SIGSTOP if what == "freeze" else signal.SIGCONT)
        elif what == "vanish":
            self.counts["objects that vanish"] += 1
            self.tell("    (%s)" % self.world.vanish())
        elif what == "clock":
            self.counts["clock jumps"] += 1
            self.world.control.clock(arguments[0])
        return None

    def stop_model(self, kill=False):
        """Stops the model, and checks that no pair was asked twice, unless something happened
        that explains it."""
        counts = self.world.model.stop(kill)
        if self.clean_life and counts.get("pairs"):
            self.counts["lives of the model in which no pair may come twice"] += 1
            if counts["repeated"]:
                raise Broken("the model is asked for a pair once", "the model", "%d pairs came again" % counts["repeated"])

    def kill(self, name, number):
        alive = processes(self.world.mark)
        if name == "everything":
            victims = list(alive)
        elif name == "pipeline.sh":
            victims = [self.main] if alive.get(self.main) == name else []
        else:
            victims = [pid for pid, other in alive.items() if other == name]
        done = [pid for pid in victims if kill(pid, number)]
        if done:
            self.clean_life = False
            self.counts["killed: " + name] += 1
            return number
        return None
