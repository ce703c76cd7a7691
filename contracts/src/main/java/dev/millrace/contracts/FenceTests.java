package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.get;
import static dev.millrace.contracts.EventStreamsSubject.input;
import static dev.millrace.contracts.EventStreamsSubject.refusal;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventInput;
import dev.millrace.core.Fence;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Tests of appends under a lease: they are stored while the lease is held, and never afterwards. */
interface FenceTests extends EventStreamsSubject {
    private void claim(Fence fence) {
        String payload = "{\"slug\":\"" + fence.slug() + "\",\"holder\":\"h" + fence.epoch() + "\",\"epoch\":"
                + fence.epoch() + ",\"lease\":\"PT10S\"}";
        append(
                fence.leases(),
                input("millrace/lease-claimed", payload)
                        .idempotencyKey(fence.claimKey())
                        .metadata(Provenance.metadataOf(fence.slug(), Optional.empty()))
                        .build());
    }

    private static EventInput under(Fence fence, EventInput input) {
        return EventInput.builder()
                .from(input)
                .metadata(fence.asMetadata(input.metadata()))
                .build();
    }

    @Test
    default void should_store_what_is_appended_under_a_lease_until_the_next_one_is_claimed() {
        StreamPath path = fresh();
        Fence first = new Fence("mailer", path, 1);
        Fence second = new Fence("mailer", path, 2);
        claim(first);
        append(path, under(first, said("mine")));
        claim(second);

        StreamException refusal = refusal(subject().append(path, under(first, said("too late"))));
        StreamException elsewhere = refusal(subject().append(fresh(), under(first, said("too late"))));
        append(path, under(second, said("mine now")));

        assertThat(List.of(refusal, elsewhere)).allSatisfy(fenced -> {
            assertThat(fenced.code()).isEqualTo(Code.FENCED);
            assertThat(fenced).hasMessageContaining("it is fenced: lease 1 of 'mailer'");
            assertThat(fenced.isRetryable()).isFalse();
        });
        assertThat(history(path)).hasSize(3);
    }

    @Test
    default void should_refuse_a_lease_that_was_never_claimed() {
        StreamPath path = fresh();

        StreamException refusal =
                refusal(subject().append(path, under(new Fence("mailer", path, 7), said("not mine"))));

        assertThat(refusal.code()).isEqualTo(Code.FENCED);
        assertThat(append(path, said("no lease at all")).offset()).isEqualTo(2);
    }

    @Test
    default void should_answer_a_known_key_even_if_the_lease_is_lost() {
        StreamPath path = fresh();
        Fence first = new Fence("mailer", path, 1);
        claim(first);
        EventInput keyed = EventInput.builder()
                .from(under(first, said("once")))
                .idempotencyKey("once")
                .build();
        long offset = append(path, keyed).offset();
        claim(new Fence("mailer", path, 2));

        assertThat(append(path, keyed).offset()).isEqualTo(offset);
        StreamException batch = refusal(subject().appendAll(path, List.of(keyed, under(first, said("new")))));
        assertThat(batch.code()).isEqualTo(Code.FENCED);
        assertThat(history(path)).hasSize(2);
    }

    @Test
    default void should_treat_a_malformed_fence_as_plain_metadata() {
        StreamPath path = fresh();
        EventInput odd = EventInput.builder()
                .from(said("hi"))
                .metadata(JsonCodec.parse("{\"millrace\":{\"fence\":\"garden\"}}"))
                .build();

        assertThat(get(subject().append(path, odd)).event().metadata())
                .isEqualTo(Optional.of(odd.metadata().orElseThrow()));
    }
}
