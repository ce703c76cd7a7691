package dev.millrace.scriptedmodel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.util.Map;

/**
 * A rule of a validator: a request that it accepts, and one that it refuses with these words. Single quotes stand for
 * double ones in the requests.
 */
record Rule(String name, String accepted, String refused, String message) {
    static Rule of(String name, String accepted, String refused, String message) {
        return new Rule(name, accepted, refused, message);
    }

    static JsonNode json(String text) {
        return JsonCodec.parse(text.replace('\'', '"'));
    }

    /** Checks both requests, which this template makes of them. */
    void check(String path, Map<String, String> headers, String template, ProviderDialect dialect) {
        String before = template.substring(0, template.indexOf("%s"));
        String after = template.substring(template.indexOf("%s") + 2);
        assertThat(new ModelRequest(path, headers, json(before + accepted + after)).problem(dialect))
                .as("accepted by %s", dialect)
                .isEmpty();
        assertThat(new ModelRequest(path, headers, json(before + refused + after)).problem(dialect))
                .as("refused by %s", dialect)
                .hasValueSatisfying(problem -> assertThat(problem).contains(message));
    }

    @Override
    public String toString() {
        return name;
    }
}
