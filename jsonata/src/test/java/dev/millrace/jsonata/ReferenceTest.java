package dev.millrace.jsonata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random expressions have the result of the reference implementation, which runs in Node (testing/npm). */
class ReferenceTest {
    private static final Path NPM = Path.of("..", "testing", "npm");
    private static final int COUNT = 2_000;
    private static final int BATCH = 500;

    @TempDir
    Path directory;

    @BeforeAll
    static void find() {
        assumeTrue(hasNode(), "there is no node on the PATH");
        assumeTrue(
                Files.isDirectory(NPM.resolve("node_modules/jsonata")),
                "the reference implementation is not installed: npm ci --prefix testing/npm");
    }

    private static boolean hasNode() {
        try {
            return new ProcessBuilder("node", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void should_have_the_results_of_the_reference_for_random_expressions() throws Exception {
        JsonNode input = JsonCodec.parse(RandomExpressions.INPUT);
        RandomExpressions expressions = new RandomExpressions(16);
        List<String> all =
                Stream.generate(() -> expressions.any(3)).limit(COUNT).toList();
        List<String> problems = new ArrayList<>();
        int values = 0;
        for (int from = 0; from < COUNT; from += BATCH) {
            List<String> batch = all.subList(from, from + BATCH);
            JsonNode expected = reference(batch, input);
            for (int i = 0; i < batch.size(); i++) {
                values += expected.get(i).has("value") ? 1 : 0;
                problem(batch.get(i), input, expected.get(i)).ifPresent(problems::add);
            }
        }

        assertThat(problems).isEmpty();
        assertThat(values).as("results that are values").isGreaterThan(COUNT / 2);
    }

    private JsonNode reference(List<String> expressions, JsonNode input) throws IOException, InterruptedException {
        ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
        expressions.forEach(expression -> pairs.addArray().add(expression).add(input));
        Path in = Files.writeString(directory.resolve("in.json"), pairs.toString(), UTF_8);
        Path out = directory.resolve("out.json");
        Process node = new ProcessBuilder("node", NPM.resolve("jsonata.mjs").toString())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return JsonCodec.parse(Files.readString(out, UTF_8));
    }

    private static Optional<String> problem(String expression, JsonNode input, JsonNode expected) {
        String ours;
        try {
            Optional<JsonNode> result = Expression.compile(expression).evaluate(input);
            if (!expected.has("error") && isEqual(result.orElse(null), expected.get("value"))) {
                return Optional.empty();
            }
            ours = result.map(JsonNode::toString).orElse("undefined");
        } catch (EvaluationException | IllegalArgumentException e) {
            if (expected.has("error")) {
                return Optional.empty();
            }
            ours = String.valueOf(e.getMessage());
        }
        return Optional.of(expression + "\n  here:      " + ours + "\n  reference: " + expected);
    }

    private static boolean isEqual(@Nullable JsonNode ours, @Nullable JsonNode theirs) {
        if (ours == null || theirs == null) {
            return ours == null && theirs == null;
        }
        if (ours.isNumber() && theirs.isNumber()) {
            return ours.doubleValue() == theirs.doubleValue();
        }
        if (ours.isArray() && theirs.isArray() && ours.size() == theirs.size()) {
            for (int i = 0; i < ours.size(); i++) {
                if (!isEqual(ours.get(i), theirs.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (ours.isObject() && theirs.isObject() && ours.size() == theirs.size()) {
            return ours.properties().stream()
                    .allMatch(member -> isEqual(member.getValue(), theirs.get(member.getKey())));
        }
        return ours.equals(theirs);
    }
}
