package dev.millrace.core.internal.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.Chain;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProducerIdentityTest {
    private static final StreamPath OWN = StreamPath.of("/agents/1");
    private final ProducerIdentity chat = ProducerIdentity.of(new Named("chat"), OWN);

    record Named(String slug) implements Processor<Integer> {
        @Override
        public int version() {
            return 3;
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer state, Event event) {
            return state;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "0", "open-ai_2.0", "a", "millrace-breaker", "millrace."})
    void should_accept_a_slug_of_the_documented_characters(String slug) {
        assertThat(ProducerIdentity.of(new Named(slug), OWN).slug()).isEqualTo(slug);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Chat", "a/b", "a b", "-a", ".a", "_a", "ä", "a\n", "millrace", "a@b", "a#b", "a:b"})
    void should_refuse_every_other_slug_and_name_the_class(String slug) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProducerIdentity.of(new Named(slug), OWN))
                .withMessageContainingAll("'" + slug + "'", Named.class.getName(), "a-z");
    }

    @Test
    void should_derive_keys_from_slug_type_source_and_name() {
        EventDraft said = EventDraft.of(EventInput.ofType("assistant-said"));
        Cause cause = new Cause(17, Chain.NONE, Chain.NONE);

        assertThat(chat.key(said, cause)).isEqualTo("chat/assistant-said@/agents/1:17");
        assertThat(chat.in("i-9").key(said, cause)).isEqualTo("chat/assistant-said@/agents/1~i-9:17");
        assertThat(chat.in("i-9").key(said.named("2nd"), cause)).isEqualTo("chat/assistant-said@/agents/1~i-9:17#2nd");
        assertThat(chat.in("i-9").key(said.to("/elsewhere"), cause))
                .isEqualTo(chat.in("i-9").key(said, cause));
    }

    @Test
    void should_go_one_deeper_and_count_a_hop_only_across_streams() {
        EventDraft draft = EventDraft.of(EventInput.ofType("t"));
        Cause cause = new Cause(17, new Chain(4, 2), new Chain(4, 2));

        assertThat(provenance(chat.stamp(draft, cause, OWN))).isEqualTo(new Provenance("chat", 3, OWN, 17, 5, 2));
        assertThat(provenance(chat.stamp(draft, cause, StreamPath.root())))
                .isEqualTo(new Provenance("chat", 3, OWN, 17, 5, 3));
    }

    @Test
    void should_keep_the_chain_of_a_request_apart_from_what_the_provenance_counts() {
        EventDraft draft = EventDraft.of(EventInput.ofType("t"));

        EventInput stamped = chat.stamp(draft, new Cause(17, Chain.NONE, new Chain(900, 40)), StreamPath.root());

        assertThat(provenance(stamped)).isEqualTo(new Provenance("chat", 3, OWN, 17, 1, 1));
        assertThat(Chain.of(stamped.metadata().orElseThrow())).isEqualTo(new Chain(901, 41));
    }

    @Test
    void should_not_let_a_forged_depth_run_over() {
        EventDraft draft = EventDraft.of(EventInput.ofType("t"));
        Chain longest = new Chain(Integer.MAX_VALUE, Integer.MAX_VALUE);
        Cause forged = new Cause(17, longest, longest);

        Provenance provenance = provenance(chat.stamp(draft, forged, StreamPath.root()));

        assertThat(provenance.depth()).isEqualTo(Integer.MAX_VALUE);
        assertThat(provenance.hops()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void should_keep_what_the_author_said() {
        EventInput input = EventInput.builder()
                .type("t")
                .payload(JsonCodec.parse("{\"a\":1.0}"))
                .metadata(JsonCodec.parse("{\"by\":\"ann\"}"))
                .idempotencyKey("mine")
                .offset(9)
                .build();

        EventInput stamped = chat.stamp(EventDraft.of(input), new Cause(1, Chain.NONE, Chain.NONE), OWN);

        assertThat(stamped.idempotencyKey()).contains("mine");
        assertThat(stamped.payload()).isEqualTo(input.payload());
        assertThat(stamped.offset()).hasValue(9);
        assertThat(stamped.metadata().orElseThrow().path("by").textValue()).isEqualTo("ann");
        assertThat(provenance(stamped).depth()).isEqualTo(1);
    }

    private static Provenance provenance(EventInput stamped) {
        return stamped.metadata().flatMap(Provenance::of).orElseThrow();
    }
}
