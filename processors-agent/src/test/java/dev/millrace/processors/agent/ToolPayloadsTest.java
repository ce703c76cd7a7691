package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server with the agent says about the events of tools. */
class ToolPayloadsTest {
    private static final List<ProvidedEvent<?>> EVENTS = new AgentProvider().events();

    @Test
    void should_let_only_the_agent_request_and_only_approvers_approve() {
        assertThat(types(Operation.PROCESS))
                .containsExactlyInAnyOrder(
                        "tool-call-requested",
                        "tool-approval-requested",
                        "tool-approval-waived",
                        "tool-approval-expired");
        assertThat(types(Operation.APPROVE))
                .containsExactlyInAnyOrder("tool-approval-granted", "tool-approval-denied", "tool-call-edited");
        assertThat(ToolEvent.catalog().types())
                .filteredOn(type -> types(Operation.APPEND).contains(type))
                .hasSize(9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tool-approval-granted | {'callId':'c','argumentsHash':'h','by':{}} | by must have either person or service",
                "tool-approval-granted | {'callId':'c','argumentsHash':'h','by':{'person':'a','service':'b'}} | by must have either",
                "tool-approval-denied | {'callId':'c','argumentsHash':'h','by':{'person':' '}} | name in by must not be blank",
                "tool-approval-denied | {'callId':'c','argumentsHash':'h','by':'ann'} | payload.by: expected an object",
                "tool-approval-granted | {'callId':'c','by':{'person':'ann'}} | payload.argumentsHash: expected a string",
                "tool-call-edited | {'callId':'c','arguments':'{}','argumentsHash':'h','by':{'person':'ann'}} | arguments must be an object",
                "tool-call-requested | {'requestId':1,'callId':'c','name':'f','arguments':[],'argumentsHash':'h','effect':'once'} | arguments must be an object, got array",
                "tool-call-requested | {'requestId':1,'callId':'c','name':'f','arguments':{},'argumentsHash':'h','effect':'twice'} | expected one of read-only, idempotent, once",
                "tool-approval-requested | {'requestId':1,'callId':'c','name':'f','arguments':{},'argumentsHash':'h','summary':'s','expiresAt':'soon'} | payload.expiresAt",
                "tool-call-completed | {'requestId':1,'callId':'c'} | payload.result",
                "tool-call-started | {'requestId':1,'callId':'c'} | payload.host: expected a string",
                "tools-offered | {'host':'h','toolsHash':'t','tools':[{'name':'a b','parameters':{}}]} | 1 to 64 characters",
                "tools-offered | {'host':'h','toolsHash':'t','tools':[{'name':'a','parameters':'x'}]} | must be a JSON schema, an object, got string",
                "tools-offered | {'host':'h','toolsHash':'t','tools':[{'name':'a','parameters':{},'timeout':'-PT1S'}]} | timeout of tool 'a' must be positive",
                "tools-offered | {'host':'h','toolsHash':'t','tools':[{'name':'a','parameters':{},'approval':'often'}]} | expected one of never, conditional, always",
                "tools-offered | {'host':'h','toolsHash':'t','tools':[{'name':'a','parameters':{}},{'name':'a','parameters':{}}]} | each name once"
            })
    void should_refuse_what_no_host_could_use(String type, String payload, String problem) {
        assertThat(problems(type, payload))
                .singleElement()
                .asString()
                .startsWith("payload")
                .contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tool-approval-granted | {'callId':'c','argumentsHash':'h','by':{'service':'s'},'ticket':7}",
                "tool-call-completed | {'requestId':1,'callId':'c','result':null,'took':'PT1S'}",
                "tool-call-failed | {'requestId':1,'callId':'c','result':{'a':[1]},'error':''}",
                "tool-call-progressed | {'requestId':1,'callId':'c'}",
                "tools-offered | {'host':'h','toolsHash':'t','tools':[]}",
                "tools-offered | {'host':'h','toolsHash':'t','tools':[{'name':'a','parameters':{},'icon':'x'}],'version':2}"
            })
    void should_accept_what_other_programs_add(String type, String payload) {
        assertThat(problems(type, payload)).isEmpty();
    }

    @Test
    void should_refuse_too_many_tools() {
        String tools = IntStream.rangeClosed(0, ToolEvent.ToolsOffered.MOST)
                .mapToObj(i -> "{'name':'t" + i + "','parameters':{}}")
                .collect(Collectors.joining(","));

        assertThat(problems("tools-offered", "{'host':'h','toolsHash':'t','tools':[" + tools + "]}"))
                .singleElement()
                .asString()
                .contains("at most 128 tools, got 129");
    }

    private static List<String> types(Operation operation) {
        return EVENTS.stream()
                .filter(event -> event.operation() == operation)
                .map(event -> EventCatalog.nameOf(event.payload()))
                .toList();
    }

    private static List<String> problems(String type, String payload) {
        return EVENTS.stream()
                .filter(event -> EventCatalog.nameOf(event.payload()).equals(type))
                .map(event -> event.problems(JsonCodec.parse(payload.replace('\'', '"')), PayloadCheck.NONE))
                .findFirst()
                .orElseThrow();
    }
}
