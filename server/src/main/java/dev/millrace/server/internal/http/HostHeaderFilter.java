package dev.millrace.server.internal.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A check of the {@code Host} header, against DNS rebinding by web pages. Allowed are loopback names, the bound address
 * and the allow-list; {@code <project>.<name>} is allowed for names (not addresses) and selects a project. An address
 * is known in its usual form only: {@code 127.0.0.1} or {@code [::1]}, and not {@code 127.1}, {@code 0x7f.0.0.1} or
 * {@code [::ffff:127.0.0.1]}, which systems read in different ways. Immutable.
 */
public final class HostHeaderFilter {
    private static final String BYTE = "(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final Pattern LOOPBACK = Pattern.compile("127(\\." + BYTE + "){3}");

    private final Set<String> names;

    /** A guard for the bound host and further names, without port. */
    public HostHeaderFilter(String bound, List<String> allowed) {
        names = Stream.concat(Stream.of("localhost", bound), allowed.stream())
                .map(HostHeaderFilter::normalise)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Checks the host of a request, given without port; returns the project label in it, if there is one. Throws a
     * {@link HttpErrorException} if the host is neither a name of this server nor the address at which the connection
     * arrived.
     */
    Optional<String> check(String host, String localAddress) {
        String name = normalise(host);
        if (names.contains(name) || isLoopback(name) || name.equals(normalise(localAddress))) {
            return Optional.empty();
        }
        int dot = name.indexOf('.');
        if (dot > 0 && names.contains(name.substring(dot + 1)) && !isAddress(name.substring(dot + 1))) {
            return Optional.of(name.substring(0, dot));
        }
        throw HttpErrorException.forbidden("host '" + host + "' is not a name of this server; use one of "
                + String.join(", ", names) + ", or start the server with --allow-host");
    }

    /** Whether an address literal or name is a loopback one. */
    static boolean isLoopback(String host) {
        String name = normalise(host);
        return name.equals("localhost")
                || name.equals("::1")
                || LOOPBACK.matcher(name).matches();
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    }

    private static String normalise(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        if (name.equals("0:0:0:0:0:0:0:1")) {
            name = "::1";
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
