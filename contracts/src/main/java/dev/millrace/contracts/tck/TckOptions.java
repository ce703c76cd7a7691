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
 * What the tool was asked for.
 *
 * @param service where the service is, without a slash at its end
 * @param token what to show it
 * @param suites what to run
 * @param report where to write a report
 * @param heartbeat the longest time that the service lets an idle live read be without a byte
 */
record TckOptions(
        URI service, Optional<String> token, Set<CheckSuite> suites, Optional<Path> report, Duration heartbeat) {
    static final String USAGE =
            "tck URL [--token TOKEN] [--only SUITE,...] [--junit-report FILE] [--heartbeat SECONDS]";

    private static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(15);

    /** @throws IllegalArgumentException saying which argument is wrong */
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
            throw new IllegalArgumentException("no URL to check; usage: " + USAGE);
        }
        return new TckOptions(service, token, suites, report, heartbeat);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " takes a value; usage: " + USAGE);
        }
        return rest.next();
    }

    private static Set<CheckSuite> suites(String words) {
        EnumSet<CheckSuite> suites = EnumSet.noneOf(CheckSuite.class);
        for (String word : words.split(",", -1)) {
            suites.add(CheckSuite.of(word)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "--only names no suite '" + word.strip() + "'; there are " + CheckSuite.words())));
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
            // said below
        }
        throw new IllegalArgumentException("--heartbeat must be 1 to 3600 seconds, got " + text);
    }

    private static URI service(String text) {
        try {
            URI uri = new URI(text.replaceFirst("/+$", ""));
            boolean isBare = uri.getRawPath() == null || uri.getRawPath().isEmpty();
            if ("http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null && isBare && uri.getQuery() == null) {
                return uri.getPort() >= 0 ? uri : new URI("http", null, uri.getHost(), 80, null, null, null);
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new IllegalArgumentException(
                "the service to check is given as http://host:port, got " + text + "; some checks speak plain sockets");
    }
}
