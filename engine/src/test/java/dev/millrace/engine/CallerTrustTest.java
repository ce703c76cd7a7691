package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What callers may say about the origin of their events, and the two spaces of idempotency keys. */
class CallerTrustTest {
    private static final String OF_A_PROCESSOR = "{'type':'a','idempotencyKey':'k','metadata':{'millrace':"
            + "{'processor':'p','version':1,'source':{'path':'/x','offset':1},'depth':1,'hops':65}}}";

    private final EngineFixture millrace = new EngineFixture();

    @AfterEach
    void stop() {
        millrace.close();
    }

    private AppendedRecord append(CallerTrust trust, String event) {
        ParsedInput input = ParsedInput.of(event.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return get(millrace.engine.appendParsed(
                        PUBLIC, path("/a"), List.of(input), trust, Optional.empty(), type -> {}))
                .get(0);
    }

    private static JsonNode json(AppendedRecord record) {
        return JsonCodec.parse(record.event().json());
    }

    @Test
    void should_keep_a_key_from_outside_apart_from_the_keys_of_processors() {
        String derived = "{'type':'a','idempotencyKey':'k','metadata':{'millrace':{'processor':'p'}}}";
        String guest = "{'type':'a','idempotencyKey':'k','metadata':{'millrace':{'processor':'p','foreignKey':true}}}";
        String other = guest.replace("'p'", "'q'");

        assertThat(append(CallerTrust.TRUSTED, guest).replayed()).isFalse();
        assertThat(append(CallerTrust.TRUSTED, derived).replayed()).isFalse();
        assertThat(append(CallerTrust.TRUSTED, other).replayed()).isFalse();
        assertThat(append(CallerTrust.UNTRUSTED, guest).replayed()).isFalse();

        AppendedRecord again = append(CallerTrust.TRUSTED, guest);
        assertThat(again.replayed()).isTrue();
        assertThat(json(again).path("idempotencyKey").textValue()).isEqualTo("k");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{'a':1}                                  | {'a':1}",
                "{'millrace':{'hops':65}}                 | {'millrace':{'claimed':{'hops':65}}}",
                "{'millrace':{'hops':1e2},'n':1.50}       | {'n':1.50,'millrace':{'claimed':{'hops':1e2}}}",
                "{'millrace':{'claimed':{'x':1}}}         | {'millrace':{'claimed':{'x':1}}}",
                "{'millrace':{'claimed':{'x':1},'y':2}}   | {'millrace':{'claimed':{'y':2}}}",
                "{'millrace':{}}                          | {'millrace':{'claimed':{}}}",
                "{'millrace':7}                           | {'millrace':{'claimed':7}}",
                "{'millrace':null}                        | {'millrace':{'claimed':null}}",
                "{'millrace':[{'processor':'p'}]}         | {'millrace':{'claimed':[{'processor':'p'}]}}",
                "{'millrace':{'x':1},'millrace':{'y':2}}  | {'millrace':{'claimed':{'y':2}}}",
                "{'\\u006dillrace':{'p\\u0072ocessor':'p'}} | {'millrace':{'claimed':{'processor':'p'}}}",
                "{'inner':{'millrace':{'hops':65}}}       | {'inner':{'millrace':{'hops':65}}}"
            })
    void should_move_the_provenance_of_an_untrusted_caller(String sent, String stored) {
        AppendedRecord appended = append(CallerTrust.UNTRUSTED, "{'type':'t','metadata':" + sent + "}");

        String json = new String(appended.event().json(), StandardCharsets.UTF_8).replace('"', '\'');
        assertThat(json).contains("'metadata':" + stored + ",");
        assertThat(json(appended).path("metadata"))
                .isEqualTo(Provenance.claimed(JsonCodec.parse(sent.replace('\'', '"'))));
    }

    @Test
    void should_keep_the_provenance_of_a_trusted_caller() {
        assertThat(Provenance.of(
                        json(append(CallerTrust.TRUSTED, OF_A_PROCESSOR)).path("metadata")))
                .isPresent();
        assertThat(millrace.append("/b", OF_A_PROCESSOR).event().idempotencyKey())
                .contains("k");
    }

    @Test
    void should_keep_the_keys_of_callers_and_processors_apart() {
        AppendedRecord taken = append(CallerTrust.UNTRUSTED, OF_A_PROCESSOR);
        AppendedRecord processors = append(CallerTrust.TRUSTED, OF_A_PROCESSOR);
        AppendedRecord plain = append(CallerTrust.TRUSTED, "{'type':'a','idempotencyKey':'k'}");

        assertThat(taken.replayed()).isFalse();
        assertThat(processors.replayed()).isFalse();
        assertThat(plain.replayed()).isTrue();
        assertThat(plain.event().offset()).isEqualTo(taken.event().offset());
        assertThat(json(processors).path("idempotencyKey"))
                .isEqualTo(json(taken).path("idempotencyKey"));
    }

    @Test
    void should_know_the_retry_of_an_untrusted_caller() {
        append(CallerTrust.UNTRUSTED, OF_A_PROCESSOR);

        AppendedRecord again = append(CallerTrust.UNTRUSTED, OF_A_PROCESSOR);

        assertThat(again.replayed()).isTrue();
        assertThat(again.diverged()).isFalse();
    }

    @Test
    void should_not_let_space_before_a_key_reach_the_other_space() {
        AppendedRecord processors = append(CallerTrust.TRUSTED, OF_A_PROCESSOR.replace("'k'", "' k'"));

        assertThat(json(processors).path("idempotencyKey").textValue()).isEqualTo("k");
        assertThat(append(CallerTrust.UNTRUSTED, "{'type':'b','idempotencyKey':'k'}")
                        .replayed())
                .isFalse();
    }
}
