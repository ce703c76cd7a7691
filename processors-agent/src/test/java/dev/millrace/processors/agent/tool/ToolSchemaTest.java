package dev.millrace.processors.agent.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.payload.Positive;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ToolSchemaTest {
    enum Speed {
        @JsonProperty("very-fast")
        FAST,
        SLOW
    }

    @Description("where it goes")
    record Address(String street, Optional<String> town) {}

    @Description("Sends a parcel.")
    record Everything(
            @Description("the receiver") String text,
            boolean flag,
            int small,
            @Positive long large,
            double number,
            BigDecimal exact,
            Speed speed,
            Optional<Speed> other,
            @Positive Optional<Integer> some,
            OptionalInt count,
            OptionalLong size,
            Instant at,
            Optional<Instant> until,
            Duration within,
            LocalDate day,
            UUID id,
            List<String> words,
            List<Address> addresses,
            Address home,
            Optional<Address> office,
            Optional<List<Integer>> numbers,
            @JsonProperty("class") String kind) {}

    record Tree(String name, List<Tree> children, Optional<Tree> parent) {}

    record Nothing() {}

    record Loose(Map<String, String> labels) {}

    private static JsonNode schema(Class<?> record) {
        return JsonCodec.parse(ToolSchema.of(record).toString());
    }

    private static boolean isStrict(Class<?> record) {
        return new ToolDefinition("t", Optional.empty(), schema(record)).isStrict();
    }

    private static JsonNode json(String text) {
        return JsonCodec.parse(text.replace('\'', '"'));
    }

    @Test
    void should_be_strict_for_each_type_of_a_component() {
        assertThat(isStrict(Everything.class)).isTrue();
        assertThat(isStrict(Tree.class)).isTrue();
        assertThat(isStrict(Nothing.class)).isTrue();
        assertThat(isStrict(Loose.class)).isFalse();
    }

    @Test
    void should_have_the_components_in_their_order_with_their_names_in_json() {
        assertThat(schema(Everything.class).path("properties").fieldNames())
                .toIterable()
                .containsExactly(
                        "text",
                        "flag",
                        "small",
                        "large",
                        "number",
                        "exact",
                        "speed",
                        "other",
                        "some",
                        "count",
                        "size",
                        "at",
                        "until",
                        "within",
                        "day",
                        "id",
                        "words",
                        "addresses",
                        "home",
                        "office",
                        "numbers",
                        "class");
    }

    @Test
    void should_say_what_each_value_looks_like() {
        JsonNode all = schema(Everything.class).path("properties");
        assertThat(all.path("text")).isEqualTo(json("{'type':'string','description':'the receiver'}"));
        assertThat(all.path("small")).isEqualTo(json("{'type':'integer'}"));
        assertThat(all.path("large")).isEqualTo(json("{'type':'integer','exclusiveMinimum':0}"));
        assertThat(all.path("exact")).isEqualTo(json("{'type':'number'}"));
        assertThat(all.path("at")).isEqualTo(json("{'type':'string','format':'date-time'}"));
        assertThat(all.path("until")).isEqualTo(json("{'type':['string','null'],'format':'date-time'}"));
        assertThat(all.path("within")).isEqualTo(json("{'type':'string','format':'duration'}"));
        assertThat(all.path("speed")).isEqualTo(json("{'type':'string','enum':['very-fast','SLOW']}"));
        assertThat(all.path("other"))
                .isEqualTo(json("{'anyOf':[{'type':'null'},{'type':'string','enum':['very-fast','SLOW']}]}"));
        assertThat(all.path("count")).isEqualTo(json("{'type':['integer','null']}"));
        assertThat(all.path("words")).isEqualTo(json("{'type':'array','items':{'type':'string'}}"));
    }

    @Test
    void should_write_the_schema_of_arguments_without_components_as_an_object() {
        assertThat(schema(Nothing.class))
                .isEqualTo(json("{'type':'object','properties':{},'required':[],'additionalProperties':false}"));
    }

    @Test
    void should_be_the_same_each_time() {
        assertThat(ToolSchema.of(Everything.class)).isEqualTo(ToolSchema.of(Everything.class));
    }
}
