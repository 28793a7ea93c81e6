"""Stands in for `dse drive`: a world of queues without components, or of planned failures."""

import json
import sys
import time


def say(**members):
    print(json.dumps(members), flush=True)


def answer(call, world):
    name = call["call"]
    if name == "write":
        world["queues"].setdefault(call["resource"], []).append(call["message"])
        if call.get("confirm"):
            world["confirms"].append({"accepted": call["resource"] != "full",
                                      "message": call["message"]})
        return {}
    if name == "confirms":
        confirms, world["confirms"] = world["confirms"], []
        return {"confirms": confirms}
    if name == "advance":
        world["now"] = call["to_ns"] if "to_ns" in call else world["now"] + call["by_ns"]
        return {}
    if name == "read":
        return {"messages": world["queues"].pop(call["resource"], [])}
    if name == "depth":
        return {"depth": len(world["queues"].get(call["resource"], []))}
    if name == "metrics":
        return {"metrics": {"a.b": 1.5}}
    if name == "metric":
        if call["name"] == "x":
            return {"error": "no component or resource has a metric 'x'", "kind": "usage"}
        return {"value": 1.5 if call["name"] == "a.b" else None}
    if name == "learned_state":
        return {"state": "AAE=" if call["component"] == "model" else None}
    if name == "run":
        return {"status": "done", "fingerprints": {"events": "00"}, "metrics": {"a.b": 2},
                "expectations": [{"text": "a.b is 2", "as_planned": True}]}
    if name == "drain":
        kind = world["fail"]
        if kind == "die":
            sys.exit(3)
        return {"error": "it failed", "kind": kind} if kind else {}
    return {"error": f"no call {name}", "kind": "usage"}


def main():
    arguments = sys.argv[1:]
    assert arguments.pop(0) == "drive"
    scenario = arguments.pop(0)
    if scenario == "wrong.toml":
        print("wrong.toml:1: expected more", file=sys.stderr)
        sys.exit(2)
    world = {"now": 0, "queues": {}, "confirms": [],
             "fail": scenario[5:] if scenario.startswith("fail-") else ""}
    say(driver=2 if scenario == "newer" else 1, scenario=scenario, seed=1, now_ns=0)
    for line in sys.stdin:
        reply = answer(json.loads(line), world)
        say(**reply, now_ns=world["now"])
    if scenario == "stuck":
        time.sleep(60)


main()
