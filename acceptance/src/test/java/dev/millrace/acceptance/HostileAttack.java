package dev.millrace.acceptance;

import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What a hostile client repeats.
 *
 * @param title the name, which begins with the weakness that it aims at
 * @param atOnce how many it does at the same time
 * @param pauseMillis the time between two of them
 */
record HostileAttack(String title, int atOnce, long pauseMillis, Attempt attempt) {
    /** The stream with {@link #ENDLESS} rules that {@link HostileLoadTest} makes. */
    static final String RULES = "/hostile/rules";
    /** The long stream that {@link HostileLoadTest} makes. */
    static final String LONG = "/hostile/long";
    /** An expression that only its limits end. */
    static final String ENDLESS = "($f := function($n) { $f($n + 1) }; $f(0))";

    private static final String JSON = "application/json";
    private static final String YAML = "application/yaml";
    private static final int BATCH = 15_000_000;
    /** It fits into the memory of a server with 256 MB. */
    private static final int SMALLER_BATCH = 4_500_000;

    private static final int EVENT = 1_000_000;
    private static final long HOLD_MILLIS = 10_000;

    /** One attempt. Returns its outcome in a word. */
    @FunctionalInterface
    interface Attempt {
        String make(URI server, int number) throws Exception;
    }

    /** All attacks; any four in a row aim at four weaknesses. */
    static List<HostileAttack> all() {
        byte[] objects = batch("{},", BATCH);
        byte[] texts = batch("\"" + "t".repeat(997) + "\",", SMALLER_BATCH);
        byte[] digits = filled("type: n\npayload: ", "9", "\n", BATCH);
        byte[] lines = filled("type: n\npayload: \"", "x\\n y\n ", "\"\n", BATCH);
        byte[] offset = filled("{\"type\":\"n\",\"offset\":\"", "9", "\"}", EVENT);
        byte[] number = filled("{\"type\":\"n\",\"payload\":{\"n\":", "9", "}}", EVENT);
        byte[] schedule = filled(
                "{\"type\":\"append-scheduled\",\"payload\":{\"slug\":\"s\",\"schedule\":{\"kind\":\"once-in\","
                        + "\"delaySeconds\":1},\"append\":{\"type\":\"n\",\"offset\":\"",
                "9",
                "\"}}}",
                EVENT);
        byte[] event = "{\"type\":\"a\"}".getBytes(StandardCharsets.UTF_8);
        byte[] blank = " ".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        String endless = URLEncoder.encode("{\"type\":\"t\",\"payload\":" + ENDLESS + "}", StandardCharsets.UTF_8);
        String foreign = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n";
        return List.of(
                request("1: GET of 505 segments", n -> get("/api/streams" + path(505, n))),
                atOnce("4: batch of 15 MB, objects", 6, n -> HostileRequest.post("/hostile/o" + n, JSON, objects)),
                request("5: offset of 10^6 digits", n -> HostileRequest.post("/hostile/offset", JSON, offset)),
                atOnce("6: event for 30 endless rules", 1, n -> HostileRequest.post(RULES, JSON, event)),
                request("1: state of 505 segments", n -> get("/api/streams/__state" + path(505, n))),
                heldBack("4: body of 15 MB held back, objects", n -> HostileRequest.post("/hostile/h", JSON, objects)),
                request("5: YAML number of 15 MB", n -> HostileRequest.post("/hostile/digits", YAML, digits)),
                atOnce(
                        "6: endless transform",
                        15,
                        n -> HostileRequest.post("/hostile/t?jsonataTransform=" + endless, JSON, event)),
                request("1: HEAD of 505 segments", n -> head("/api/streams" + path(505, n))),
                atOnce("4: batch of 4.5 MB, texts", 2, n -> HostileRequest.post("/hostile/x" + n, JSON, texts)),
                request("5: JSON number of 10^6 digits", n -> HostileRequest.post("/hostile/number", JSON, number)),
                atOnce("6: state of a long stream", 20, n -> get("/api/streams/__state" + LONG)),
                request("1: GET by another site", n -> HostileRequest.of("GET", path(30, n), foreign)),
                dripping("4: body that drips", n -> HostileRequest.post("/hostile/drip", JSON, blank)),
                request("5: schedule, offset of 10^6 digits", n -> HostileRequest.post("/hostile/s", JSON, schedule)),
                atOnce("6: event for 30 endless rules", 1, n -> HostileRequest.post(RULES, JSON, event)),
                request("1: GET of a short URL, 500 segments", n -> get(path(500, n))),
                heldBack("4: body of 4.5 MB held back, texts", n -> HostileRequest.post("/hostile/h", JSON, texts)),
                request("5: YAML text of 15 MB", n -> HostileRequest.post("/hostile/lines", YAML, lines)),
                atOnce("6: state of a long stream", 20, n -> get("/api/streams/__state" + LONG)));
    }

    private static HostileAttack request(String title, IntFunction<HostileRequest> requests) {
        return new HostileAttack(
                title, 1, 100, (server, number) -> requests.apply(number).exchange(server));
    }

    private static HostileAttack atOnce(String title, int atOnce, IntFunction<HostileRequest> requests) {
        return new HostileAttack(
                title, atOnce, 2_000, (server, number) -> requests.apply(number).exchange(server));
    }

    private static HostileAttack heldBack(String title, IntFunction<HostileRequest> requests) {
        return new HostileAttack(title, 10, 5_000, (server, number) -> {
            try (Socket held = requests.apply(number).holdBack(server)) {
                held.setSoTimeout((int) HOLD_MILLIS);
                return HostileRequest.status(held.getInputStream());
            }
        });
    }

    private static HostileAttack dripping(String title, IntFunction<HostileRequest> requests) {
        return new HostileAttack(
                title, 50, 1_000, (server, number) -> requests.apply(number).drip(server, 1_000));
    }

    private static HostileRequest get(String target) {
        return HostileRequest.of("GET", target, "");
    }

    private static HostileRequest head(String target) {
        return HostileRequest.of("HEAD", target, "");
    }

    /** A new path; two of them share no stream but the root. */
    private static String path(int segments, int number) {
        return "/" + Integer.toString(number, 36) + "/a".repeat(segments - 1);
    }

    /** Fifteen events, each a list of these items. */
    private static byte[] batch(String items, int size) {
        byte[] event = filled("{\"type\":\"b\",\"payload\":{\"items\":[", items, "0]}},", size / 15);
        byte[] batch = new byte[15 * event.length + 1];
        batch[0] = '[';
        for (int i = 0; i < 15; i++) {
            System.arraycopy(event, 0, batch, 1 + i * event.length, event.length);
        }
        batch[batch.length - 1] = ']'; // instead of the last comma
        return batch;
    }

    /** A text of about this size: the middle is repeated. */
    private static byte[] filled(String begin, String middle, String end, int size) {
        return (begin + middle.repeat((size - begin.length() - end.length()) / middle.length()) + end)
                .getBytes(StandardCharsets.UTF_8);
    }
}
