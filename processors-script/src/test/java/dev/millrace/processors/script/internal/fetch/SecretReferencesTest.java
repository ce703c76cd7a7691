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
    void should_know_the_longest_names_there_are_however_they_are_spelled() {
        String name = "%F0%9F%A6%86".repeat(127) + "a";

        assertThat(references.resolve("getIterateSecret%28%7BsecretKey%3A%22" + name + "%22%7D%29"))
                .isEqualTo("<" + "\uD83E\uDD86".repeat(127) + "a>");
    }

    /** A script pays for the time of its own code, and not for what it makes of the gateway's. */
    @Test
    void should_not_take_long_for_what_never_ends() throws Exception {
        String beginnings = "getIterateSecret({secretKey:%22".repeat(24_000);

        String resolved = CompletableFuture.supplyAsync(() -> references.resolve(beginnings))
                .get(BOUND.toSeconds(), TimeUnit.SECONDS);

        assertThat(resolved).isEqualTo(beginnings);
    }
}
