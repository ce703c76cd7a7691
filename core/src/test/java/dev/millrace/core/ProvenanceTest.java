package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvenanceTest {
    private static final Provenance CHAT = new Provenance("chat", 3, StreamPath.of("/agents/1"), 17, 4, 2);

    @Test
    void should_come_back_as_it_was_written() {
        assertThat(Provenance.of(CHAT.asMetadata(Optional.empty()))).contains(CHAT);
        assertThat(JsonCodec.writeText(CHAT.asMetadata(Optional.empty())))
                .isEqualTo("{\"millrace\":{\"processor\":\"chat\",\"version\":3,"
                        + "\"source\":{\"path\":\"/agents/1\",\"offset\":17},\"depth\":4,\"hops\":2}}");
    }

    @Test
    void should_keep_other_metadata_and_replace_a_forged_provenance() {
        var others = JsonCodec.parse("{\"by\":\"ann\",\"millrace\":{\"depth\":-7},\"tags\":[1,2]}");

        var metadata = CHAT.asMetadata(Optional.of(others));

        assertThat(metadata.path("by").textValue()).isEqualTo("ann");
        assertThat(metadata.path("tags")).isEqualTo(others.path("tags"));
        assertThat(Provenance.of(metadata)).contains(CHAT);
        assertThat(others.path("millrace").path("depth").intValue()).isEqualTo(-7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "'millrace'",
                "{}",
                "{'millrace':null}",
                "{'millrace':7}",
                "{'millrace':{}}",
                "{'millrace':{'processor':7,'version':1,'source':{'path':'/a','offset':1},'depth':1,'hops':0}}",
                "{'millrace':{'processor':'p','version':'1','source':{'path':'/a','offset':1},'depth':1,'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/A','offset':1},'depth':1,'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a'},'depth':1,'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a','offset':0},'depth':1,'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a','offset':1},'depth':'x','hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a','offset':1},'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a','offset':1},'depth':-5,'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a','offset':1},'depth':1,'hops':-1}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a','offset':1},'depth':1.5,'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':{'path':'/a','offset':1},'depth':4294967297,'hops':0}}",
                "{'millrace':{'processor':'p','version':1,'source':'here','depth':1,'hops':0}}"
            })
    void should_be_empty_if_it_is_not_well_formed(String metadata) {
        assertThat(Provenance.of(JsonCodec.parse(metadata.replace('\'', '"')))).isEmpty();
    }

    @Test
    void should_be_found_on_an_event() {
        Event event = JsonCodec.readEvent(JsonCodec.write(JsonCodec.toTree(Event.builder()
                .path(StreamPath.root())
                .offset(2)
                .type("t")
                .payloadJson(JsonCodec.parse("{}"))
                .createdAt(java.time.Instant.EPOCH)
                .metadata(CHAT.asMetadata(Optional.empty()))
                .build())));

        assertThat(event.provenance()).contains(CHAT);
    }
}
