package dev.millrace.server.internal.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A check of the {@code Host} header, against DNS rebinding by web pages. Allowed are loopback names, the bound address
 * and the allow-list; {@code <project>.<name>} is allowed for names (not addresses) and selects a project. Immutable.
 */
public final class HostHeaderFilter {
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
        return name.equals("localhost") || name.equals("::1") || name.matches("127(\\.\\d{1,3}){3}");
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
