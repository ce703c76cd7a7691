package dev.millrace.examples.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code millrace serve --classpath DIR} in a new process; the classes of this module are only in DIR. */
@SuppressWarnings("NullAway.Init") // set by the test
class ServeCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("listening on (http://\\S+)");

    @TempDir
    Path directory;

    private Process process;

    @AfterEach
    void stop() throws InterruptedException {
        process.destroyForcibly().waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** The directory with the classes, services and pages of this module. */
    private static Path classes() throws URISyntaxException {
        return Path.of(PollProvider.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private static String classPathWithout(Path classes) {
        Path target = classes.getParent();
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).startsWith(target))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private URI serve(Path classes) throws Exception {
        Path out = directory.resolve("out.txt");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPathWithout(classes),
                        "dev.millrace.cli.Millrace",
                        "serve",
                        "--in-memory",
                        "--port",
                        "0",
                        "--classpath",
                        classes.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        await().atMost(LIMIT)
                .failFast(() -> !process.isAlive())
                .until(() -> ADDRESS.matcher(Files.readString(out)).find());
        Matcher address = ADDRESS.matcher(Files.readString(out));
        assertThat(address.find()).isTrue();
        return URI.create(address.group(1));
    }

    @Test
    void should_host_the_processor_of_a_directory() throws Exception {
        Http http = new Http(serve(classes()));

        assertThat(http.described("poll-opened").path("page").asText()).startsWith("# `poll-opened`");
        assertThat(http.append("", "/a", "poll-opened", "{'question':5}")
                        .body()
                        .at("/event/type")
                        .asText())
                .endsWith("/invalid-event-appended");
        http.append("", "/a", "poll-opened", "{'question':'q','options':['a','b'],'votes':1}");
        http.append("", "/a", "vote-cast", "{'option':'b'}");

        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(http.events("", "/a"))
                        .last()
                        .satisfies(closed -> assertThat(
                                        closed.at("/payload/winner").asText())
                                .isEqualTo("b")));
    }
}
