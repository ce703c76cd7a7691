package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may decide about a call of a tool: only a caller whose token allows {@code approve}, and nothing that acts for it. */
class ApprovalTokenTest {
    private static final String GRANT =
            "{'type':'tool-approval-granted','payload':{'callId':'c','argumentsHash':'h','by':{'person':'ann'}}}";
    private static final String DENIAL =
            "{'type':'tool-approval-denied','payload':{'callId':'c','argumentsHash':'h','by':{'person':'ann'}}}";
    private static final String EDIT = "{'type':'tool-call-edited','payload':{'callId':'c','arguments':{},"
            + "'argumentsHash':'h2','by':{'person':'ann'}}}";
    private static final String REQUEST =
            "{'type':'tool-call-requested','payload':{'requestId':1,'callId':'c','name':'f',"
                    + "'arguments':{},'argumentsHash':'h','effect':'once'}}";
    private static final String EVENTS = "https://events.iterate.com/events/stream/";

    @TempDir
    private static Path directory;

    private static TokenArena arena;

    @BeforeAll
    static void start() {
        arena = new TokenArena(directory);
    }

    @AfterAll
    static void stop() {
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {GRANT, DENIAL, EDIT})
    void should_let_a_token_with_approve_decide_and_no_other(String decision) {
        Set<Operation> others = EnumSet.complementOf(EnumSet.of(Operation.APPROVE, Operation.ADMIN));
        HttpResponse<String> refused = append(others, "/decided", decision);

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(JsonCodec.parse(refused.body()).path("code").textValue()).isEqualTo("FORBIDDEN");
        assertThat(JsonCodec.parse(refused.body()).path("message").textValue())
                .contains(" may not append 'tool-", "it does not allow 'approve'; use a token that does");
        assertThat(append(Set.of(Operation.APPROVE), "/decided", decision).statusCode())
                .isEqualTo(200);
        assertThat(append(Set.of(Operation.ADMIN), "/decided", decision).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"APPEND", "PROCESS", "CONTROL", "DEPLOY"})
    void should_not_let_one_of_the_other_operations_decide(Operation other) {
        assertThat(append(Set.of(Operation.READ, other), "/one", GRANT).statusCode())
                .isEqualTo(403);
    }

    @Test
    void should_let_only_a_token_with_process_request_a_call() {
        assertThat(append(Set.of(Operation.READ, Operation.APPEND), "/called", REQUEST)
                        .statusCode())
                .isEqualTo(403);
        assertThat(append(Set.of(Operation.APPROVE), "/called", REQUEST).statusCode())
                .isEqualTo(403);
        assertThat(append(Set.of(Operation.PROCESS), "/called", REQUEST).statusCode())
                .isEqualTo(200);
    }

    @Test
    void should_not_let_a_request_of_a_webhook_or_script_decide_with_a_token_that_may() {
        for (String allow : List.of("append", "control", "deploy")) {
            HttpResponse<String> refused = arena.send(
                    Set.of(Operation.values()),
                    "POST",
                    "/api/streams/chained",
                    "application/json",
                    json(GRANT),
                    Map.of("Millrace-Chain", "depth=1, hops=1, allow=" + allow));

            assertThat(refused.statusCode()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {GRANT, REQUEST})
    void should_not_let_a_schedule_decide_for_a_caller_with_control(String event) {
        StreamPath path = StreamPath.of("/scheduled/" + type(event));
        Set<Operation> control = Set.of(Operation.READ, Operation.APPEND, Operation.CONTROL);
        append(
                control,
                path.value(),
                "{'type':'" + EVENTS + "append-scheduled','payload':{'slug':'s','append':" + event
                        + ",'schedule':{'kind':'once-in','delaySeconds':1}}}");
        assertThat(last(path).type()).isEqualTo(BuiltInType.INVALID_EVENT_APPENDED.type());
        assertThat(last(path).payloadJson().path("error").textValue())
                .contains("payload.append.type: a schedule cannot append '" + type(event) + "'");

        append(
                control,
                path.value(),
                "{'type':'" + EVENTS + "schedule/configured','payload':{'slug':'s','callback':'append','payloadJson':"
                        + JsonCodec.writeText(json(event))
                        + ",'schedule':{'kind':'once-at','at':'2026-01-01T00:00:00Z'},"
                        + "'nextRunAt':0}}");

        assertThat(arena.comes(path, stored -> stored.type().endsWith("execution-finished"), stored -> false))
                .isTrue();
        assertThat(last(path).payloadJson().path("outcome").textValue()).isEqualTo("failed");
        assertThat(arena.read(path)).noneMatch(stored -> stored.type().equals(type(event)));
    }

    @Test
    void should_not_let_a_rule_or_a_worker_decide() {
        StreamPath path = StreamPath.of("/ruled");
        arena.append(
                path,
                "{'type':'" + EVENTS + "jsonata-transformer-configured','payload':{'slug':'r','mayControl':true,"
                        + "'matcher':'type=\\'ask\\'','transform':" + JsonCodec.writeText(json(GRANT)) + "}}");
        arena.append(
                path,
                "{'type':'" + EVENTS + "dynamic-worker/configured','payload':{'slug':'w','mayControl':true,'script':"
                        + "'export default { async afterAppend({ append, event }) { if (event.type === `ask`) await append("
                        + GRANT.replace('\'', '`').replaceAll("`(\\w+)`:", "$1:") + "); } };'}}");
        arena.append(path, "{'type':'ask'}");

        assertThat(arena.comes(path, event -> saysWhy(event, "jsonata"), event -> isGrant(event)))
                .isTrue();
        assertThat(arena.comes(path, event -> saysWhy(event, "dynamic-worker"), event -> isGrant(event)))
                .isTrue();
        assertThat(arena.read(path)).noneMatch(ApprovalTokenTest::isGrant);
    }

    private static boolean saysWhy(Event event, String processor) {
        return event.provenance()
                        .filter(from -> from.processor().startsWith(processor))
                        .isPresent()
                && JsonCodec.writeText(event.payloadJson()).contains("which takes 'approve'");
    }

    private static boolean isGrant(Event event) {
        return event.type().equals("tool-approval-granted");
    }

    private static Event last(StreamPath path) {
        List<Event> log = arena.read(path);
        return log.get(log.size() - 1);
    }

    private static String type(String event) {
        return JsonCodec.parse(json(event)).path("type").textValue();
    }

    private static HttpResponse<String> append(Set<Operation> operations, String path, String event) {
        return arena.send(operations, "POST", "/api/streams" + path, "application/json", json(event));
    }

    private static String json(String event) {
        return event.replace('\'', '"');
    }
}
