package dev.millrace.processors.webhook.internal.net;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The rules for target addresses: events may be pushed to public addresses, and to this machine if that is allowed. The
 * refused ranges are those of the IANA special-purpose address registries and the metadata addresses of clouds.
 */
final class AddressRules {
    private static final List<AddressRange> LOOPBACK =
            List.of(AddressRange.of("127.0.0.0/8", "loopback"), AddressRange.of("::1/128", "loopback"));

    private static final List<AddressRange> NOT_PUBLIC = List.of(
            AddressRange.of("0.0.0.0/8", "unspecified"),
            AddressRange.of("10.0.0.0/8", "private"),
            AddressRange.of("100.64.0.0/10", "carrier-grade NAT"),
            AddressRange.of("169.254.0.0/16", "link-local"),
            AddressRange.of("172.16.0.0/12", "private"),
            AddressRange.of("192.0.0.0/24", "protocol assignment"),
            AddressRange.of("192.0.2.0/24", "documentation"),
            AddressRange.of("192.88.99.0/24", "relay"),
            AddressRange.of("192.168.0.0/16", "private"),
            AddressRange.of("198.18.0.0/15", "benchmarking"),
            AddressRange.of("198.51.100.0/24", "documentation"),
            AddressRange.of("203.0.113.0/24", "documentation"),
            AddressRange.of("168.63.129.16/32", "cloud platform"),
            AddressRange.of("224.0.0.0/4", "multicast"),
            AddressRange.of("240.0.0.0/4", "reserved"),
            AddressRange.of("::/128", "unspecified"),
            AddressRange.of("64:ff9b:1::/48", "private translation"),
            AddressRange.of("fc00::/7", "private"),
            AddressRange.of("fe80::/10", "link-local"),
            AddressRange.of("fec0::/10", "site-local"),
            AddressRange.of("ff00::/8", "multicast"),
            AddressRange.of("2001::/23", "protocol assignment"),
            AddressRange.of("2001:db8::/32", "documentation"),
            AddressRange.of("3fff::/20", "documentation"));

    private static final AddressRange GLOBAL = AddressRange.of("2000::/3", "global unicast");
    private static final AddressRange TRANSLATED = AddressRange.of("64:ff9b::/96", "translation");
    private static final AddressRange COMPATIBLE = AddressRange.of("::/96", "old IPv4 form");
    private static final AddressRange MAPPED =
            new AddressRange(HexFormat.of().parseHex("00000000000000000000ffff00000000"), 96, "IPv4 form");
    private static final AddressRange SIX_TO_FOUR = AddressRange.of("2002::/16", "6to4");

    private AddressRules() {}

    /** Why an address is refused as a target, in words; empty if it is allowed. */
    static Optional<String> objection(InetAddress address, boolean loopbackAllowed) {
        byte[] bytes = address.getAddress();
        Optional<String> loopback = find(LOOPBACK, bytes);
        if (loopback.isPresent()) {
            return loopback.filter(words -> !loopbackAllowed);
        }
        return objection(bytes);
    }

    private static Optional<String> objection(byte[] address) {
        Optional<String> special = find(NOT_PUBLIC, address);
        if (special.isPresent() || address.length == 4) {
            return special;
        }
        if (TRANSLATED.contains(address) || MAPPED.contains(address) || COMPATIBLE.contains(address)) {
            return embedded(Arrays.copyOfRange(address, 12, 16));
        }
        if (SIX_TO_FOUR.contains(address)) {
            return embedded(Arrays.copyOfRange(address, 2, 6));
        }
        return GLOBAL.contains(address) ? Optional.empty() : Optional.of("not global");
    }

    /** Checks an IPv4 address inside an IPv6 address. Loopback in this form has no legitimate use and is refused. */
    private static Optional<String> embedded(byte[] address) {
        return find(LOOPBACK, address).or(() -> objection(address));
    }

    private static Optional<String> find(List<AddressRange> ranges, byte[] address) {
        return ranges.stream()
                .filter(range -> range.contains(address))
                .map(AddressRange::words)
                .findFirst();
    }
}
