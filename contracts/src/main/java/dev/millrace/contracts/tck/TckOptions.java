package dev.millrace.contracts.tck;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parsed command-line arguments of the tool.
 *
 * @param service the URL of the service, without a slash at its end
 * @param token the token to send
 * @param suites the suites to run
 * @param report the file for the JUnit report
 * @param heartbeat the longest time without a byte on an idle live read
 */
record TckOptions(
        URI service, Optional<String> token, Set<CheckSuite> suites, Optional<Path> report, Duration heartbeat) {
    static final String USAGE =
            "tck URL [--token TOKEN] [--only SUITE,...] [--junit-report FILE] [--heartbeat SECONDS]";

    private static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(15);

    /** @throws IllegalArgumentException if an argument is wrong; the message names it */
    static TckOptions parse(List<String> words) {
        @Nullable URI service = null;
        Optional<String> token = Optional.empty();
        Set<CheckSuite> suites = EnumSet.allOf(CheckSuite.class);
        Optional<Path> report = Optional.empty();
        Duration heartbeat = DEFAULT_HEARTBEAT;
        Iterator<String> rest = words.iterator();
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "--token" -> token = Optional.of(value(word, rest)).filter(text -> !text.isEmpty());
                case "--only" -> suites = suites(value(word, rest));
                case "--junit-report" -> report = Optional.of(Path.of(value(word, rest)));
                case "--heartbeat" -> heartbeat = seconds(value(word, rest));
                default -> {
                    if (word.startsWith("-") || service != null) {
                        throw new IllegalArgumentException("unknown argument " + word + "; usage: " + USAGE);
                    }
                    service = service(word);
                }
            }
        }
        if (service == null) {
            throw new IllegalArgumentException("the URL of the service is missing; usage: " + USAGE);
        }
        return new TckOptions(service, token, suites, report, heartbeat);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value; usage: " + USAGE);
        }
        return rest.next();
    }

    private static Set<CheckSuite> suites(String words) {
        EnumSet<CheckSuite> suites = EnumSet.noneOf(CheckSuite.class);
        for (String word : words.split(",", -1)) {
            suites.add(CheckSuite.of(word)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--only: unknown suite '" + word.strip() + "'; use " + CheckSuite.words())));
        }
        return suites;
    }

    private static Duration seconds(String text) {
        try {
            long seconds = Long.parseLong(text);
            if (seconds >= 1 && seconds <= 3600) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException("--heartbeat must be 1 to 3600 seconds, got " + text);
    }

    private static URI service(String text) {
        try {
            URI uri = new URI(text.replaceFirst("(?<!/)/++$", ""));
            boolean isBare = uri.getRawPath() == null || uri.getRawPath().isEmpty();
            if ("http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null && isBare && uri.getQuery() == null) {
                return uri.getPort() >= 0 ? uri : new URI("http", null, uri.getHost(), 80, null, null, null);
            }
        } catch (URISyntaxException e) {
            // reported below
        }
        throw new IllegalArgumentException(
                "the service URL must be http://host:port, got " + text + "; some checks use plain sockets");
    }
}
