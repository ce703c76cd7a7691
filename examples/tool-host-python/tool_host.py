"""Offers a tool to the agent of a stream, and runs its calls: tool_host.py http://127.0.0.1:4242 /ann/agent ~/notes"""
import hashlib, http.client, json, pathlib, re, sys, time, urllib.request as web

PATH, URL, NOTES = sys.argv[2], sys.argv[1] + "/api/streams" + sys.argv[2], pathlib.Path(sys.argv[3])
TOOLS = [{"name": "read_note", "description": "Reads a note of the user.", "effect": "read-only", "timeout": "PT20S",
          "parameters": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}}]
OFFER = {"host": "python", "toolsHash": hashlib.sha256(json.dumps(TOOLS).encode()).hexdigest(), "tools": TOOLS}
def read_note(name): return (NOTES / pathlib.Path(name).name).read_text()

def append(kind, payload, key):
    body = json.dumps({"type": kind, "payload": payload, "idempotencyKey": key}).encode()
    return json.load(web.urlopen(web.Request(URL, body, {"Content-Type": "application/json"}), timeout=30))["event"]

def run(call, starts):  # the key lets one host win; a read-only call that was interrupted starts again
    ids = {"requestId": call["payload"]["requestId"], "callId": call["payload"]["callId"], "host": "python"}
    key = f"tool-call-started@{PATH}:{ids['callId']}" + (f"#{starts + 1}" if starts else "")
    if (start := append("tool-call-started", ids, key))["payload"]["host"] != "python" or start["offset"] < call["offset"]: return
    try: kind, end = "tool-call-completed", {"result": read_note(call["payload"]["arguments"]["name"])}
    except Exception as e: kind, end = "tool-call-failed", {"result": f"The tool failed: {e}", "error": repr(e)}
    append(kind, {**ids, **end}, f"python@{call['offset']}/end")

def serve():  # reads the log from its beginning, then acts on what is open, and on each new event
    offer, calls, mark, live, fork = {"offset": 0, "payload": {}}, {}, "", False, 0
    for line in web.urlopen(URL + "?caughtUp=true", timeout=20):
        field, _, value = line.decode().rstrip("\n").partition(": ")
        mark, event = value if field == "event" else mark, json.loads(value) if (field, mark) == ("data", "message") else {}
        kind, payload, live = event.get("type", ""), event.get("payload", {}), live or mark == "caught-up"
        call, fork = payload.get("callId"), payload.get("forkedFrom", {"offset": 0})["offset"] if event.get("offset") == 1 else fork
        if kind == "tools-offered" and payload["host"] == "python": offer = event
        elif kind == "tool-call-requested" and payload["name"] == "read_note" and event["offset"] > fork: calls[call] = [event, 0]
        elif re.search("-completed|-failed|-skipped|-unknown", kind) or payload.get("host", "python") != "python":
            calls.pop(call, None)  # it has ended, or another host has it
        elif kind == "tool-call-started" and call in calls: calls[call][1] += 1
        if live and offer["payload"] != OFFER: offer = append("tools-offered", OFFER, f"python@{offer['offset']}/offer")
        while live and calls: run(*calls.popitem()[1])

while True:
    try: serve()
    except (OSError, http.client.HTTPException) as problem: print(problem, file=sys.stderr)
    time.sleep(1)
