"""Answers for an agent whose wire is "external": external_model.py http://127.0.0.1:4242 /ann/agent"""
import http.client, json, re, sys, time, urllib.request as web

PATH, URL, NAME = sys.argv[2], sys.argv[1] + "/api/streams" + sys.argv[2], "external-model-python"
def answer(prompt): return "You said: " + prompt[-1]  # call your model here; the prompt is a list of texts

def append(kind, payload, key):  # the key makes it safe to send the same event again
    body = json.dumps({"type": kind, "payload": payload, "idempotencyKey": key}).encode()
    return json.load(web.urlopen(web.Request(URL, body, {"Content-Type": "application/json"}), timeout=30))["event"]

def text(payload): return str(payload.get("content") or payload.get("item", payload).get("text") or payload)

def respond(asked, log):  # of several programs, the one whose start is stored answers
    start = append("llm-request-started", {"scheduledOffset": asked["offset"], "launch": NAME, **{
        k: asked["payload"][k] for k in ("inputThroughOffset", "model", "attempt")}}, f"llm-request-started@{PATH}:{asked['offset']}")
    if start["payload"]["launch"] != NAME: return
    request, begin = start["offset"], time.monotonic()
    item = {"type": "message", "text": answer([text(log[offset]) for offset in asked["payload"]["prompt"]])}
    append("llm-item-completed", {"requestId": request, "outputIndex": 0, "item": item}, f"{NAME}@{request}/item")
    append("llm-request-completed", {"requestId": request, "status": "completed",
                                     "durationMs": int(1000 * (time.monotonic() - begin))}, f"{NAME}@{request}/end")

def serve():  # reads the log from its beginning, then answers what is open, and each new request
    log, asked, mark, live = {}, None, "", False
    for line in web.urlopen(URL + "?caughtUp=true", timeout=20):
        field, _, value = line.decode().rstrip("\n").partition(": ")
        mark, event = value if field == "event" else mark, json.loads(value) if (field, mark) == ("data", "message") else {}
        kind, live, log[event.get("offset")] = event.get("type", ""), live or mark == "caught-up", event.get("payload")
        if re.match("llm-request-(?!started)", kind) or kind == "agent-input-added" and event["payload"].get("role", "user") == "user":
            asked = event if kind == "llm-request-scheduled" else None
        if live and asked: asked = respond(asked, log)

while True:
    try: serve()
    except (OSError, http.client.HTTPException) as problem: print(problem, file=sys.stderr)
    time.sleep(1)
