package dev.millrace.processors.script.internal.fetch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import okhttp3.HttpUrl;

/**
 * Where scripts of a server may send requests: {@code host} means https on its standard port, {@code host:port} that
 * port with http or https. Nothing is allowed that is not listed; an address that is not public needs an entry of its
 * own, whatever name leads to it.
 *
 * @param entries hosts in lower case; port 0 for the standard one
 */
record EgressAllowList(List<Entry> entries) {
    /** The setting it is read from. */
    static final String SETTING = "script.allow-hosts";

    /** One host. */
    record Entry(String host, int port) {}

    /**
     * Reads the setting: entries divided by commas.
     *
     * @throws IllegalArgumentException when an entry is neither {@code host} nor {@code host:port}
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
        HttpUrl url = text.contains("/") ? null : HttpUrl.parse("http://" + text + "/");
        if (url == null || text.contains("*") || text.contains("@")) {
            throw new IllegalArgumentException("setting " + SETTING + ": expected host or host:port, got '" + text
                    + "'; list each host, divided by commas");
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

    /** Whether a name that is listed may lead to this address. */
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
            boolean isPlatform = first == 168 && second == 63 && bytes[2] == (byte) 129 && bytes[3] == 16; // a cloud's
            return !isSpecial
                    && first != 0
                    && first < 224
                    && !isShared
                    && !isBenchmark
                    && !isPlatform
                    && !(first == 192 && second == 0 && bytes[2] == 0);
        }
        boolean isUniqueLocal = (bytes[0] & 0xfe) == 0xfc;
        boolean isGlobal = (bytes[0] & 0xe0) == 0x20; // 2000::/3 is all that is assigned to the public
        boolean isTunnel =
                bytes[0] == 0x20 && (bytes[1] == 0x02 || (bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0));
        return !isSpecial && !isUniqueLocal && isGlobal && !isTunnel;
    }
}
