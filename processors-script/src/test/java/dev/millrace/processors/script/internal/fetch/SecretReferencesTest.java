package dev.millrace.processors.script.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SecretReferencesTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final SecretReferences references = new SecretReferences(name -> Optional.of("<" + name + ">"));

    @Test
    void should_resolve_very_long_names_in_every_spelling() {
        String name = "%F0%9F%A6%86".repeat(127) + "a";

        assertThat(references.resolve("getIterateSecret%28%7BsecretKey%3A%22" + name + "%22%7D%29"))
                .isEqualTo("<" + "\uD83E\uDD86".repeat(127) + "a>");
    }

    /** The time limits of a script do not cover the gateway, so long header values must not take long there. */
    @Test
    void should_take_linear_time_for_references_without_an_end() throws Exception {
        String beginnings = "getIterateSecret({secretKey:%22".repeat(24_000);

        String resolved = CompletableFuture.supplyAsync(() -> references.resolve(beginnings))
                .get(BOUND.toSeconds(), TimeUnit.SECONDS);

        assertThat(resolved).isEqualTo(beginnings);
    }
}
