package dev.millrace.processors.script.internal.fetch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import okhttp3.HttpUrl;

/**
 * The list of hosts to which the scripts of a server may send requests; all other hosts are refused. {@code host}
 * allows https on port 443, {@code host:port} allows http and https on that port. A host name that resolves to a
 * non-public address is allowed only if the address itself is also listed.
 *
 * @param entries hosts in lower case; port 0 for https on port 443
 */
record EgressAllowList(List<Entry> entries) {
    static final String SETTING = "script.allow-hosts";

    private static final int LONGEST_ENTRY = 300; // a host name has 253 characters at most

    record Entry(String host, int port) {}

    /**
     * Reads the setting: entries separated by commas.
     *
     * @throws IllegalArgumentException if an entry is neither {@code host} nor {@code host:port}
     */
    static EgressAllowList of(String setting) {
        List<Entry> entries = new ArrayList<>();
        for (String text : setting.split(",")) {
            if (!text.isBlank()) {
                entries.add(entry(text.strip().toLowerCase(Locale.ROOT)));
            }
        }
        return new EgressAllowList(List.copyOf(entries));
    }

    private static Entry entry(String text) {
        HttpUrl url =
                text.contains("/") || text.length() > LONGEST_ENTRY ? null : HttpUrl.parse("http://" + text + "/");
        if (url == null || text.contains("*") || text.contains("@")) {
            throw new IllegalArgumentException("setting " + SETTING + ": expected host or host:port, got '" + text
                    + "'; list each host, separated by commas");
        }
        boolean hasPort = text.matches(".*:\\d+")
                && !text.endsWith("]")
                && (text.indexOf(':') == text.lastIndexOf(':') || text.startsWith("["));
        return new Entry(url.host(), hasPort ? url.port() : 0);
    }

    boolean allows(HttpUrl url) {
        return entries.stream()
                .filter(entry -> entry.host.equals(url.host()))
                .anyMatch(entry -> entry.port == 0 ? url.isHttps() && url.port() == 443 : entry.port == url.port());
    }

    /** Whether a listed host may have this address. */
    boolean allows(String host, InetAddress address) {
        return isPublic(address)
                || (host.equals("localhost") && address.isLoopbackAddress())
                || entries.stream().anyMatch(entry -> entry.host.equals(address.getHostAddress()));
    }

    private static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean isSpecial = address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress();
        if (address instanceof Inet4Address) {
            int first = bytes[0] & 0xff;
            int second = bytes[1] & 0xff;
            boolean isShared = first == 100 && second >= 64 && second < 128;
            boolean isBenchmark = first == 198 && (second == 18 || second == 19);
            boolean isPlatform = first == 168 && second == 63 && bytes[2] == (byte) 129 && bytes[3] == 16; // Azure
            return !isSpecial
                    && first != 0
                    && first < 224
                    && !isShared
                    && !isBenchmark
                    && !isPlatform
                    && !(first == 192 && second == 0 && bytes[2] == 0);
        }
        boolean isUniqueLocal = (bytes[0] & 0xfe) == 0xfc;
        boolean isGlobal = (bytes[0] & 0xe0) == 0x20; // 2000::/3: all assigned public addresses
        boolean isTunnel =
                bytes[0] == 0x20 && (bytes[1] == 0x02 || (bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0));
        return !isSpecial && !isUniqueLocal && isGlobal && !isTunnel;
    }
}
