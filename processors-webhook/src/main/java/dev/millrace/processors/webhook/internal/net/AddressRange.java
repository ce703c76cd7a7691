package dev.millrace.processors.webhook.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses with a common prefix. Immutable. */
final class AddressRange {
    private final byte[] prefix;
    private final int bits;
    private final String words;

    /** The addresses whose first {@code bits} are those of {@code prefix}, and what they are. */
    AddressRange(byte[] prefix, int bits, String words) {
        this.prefix = prefix.clone();
        this.bits = bits;
        this.words = words;
    }

    /** A range such as {@code 10.0.0.0/8}. */
    static AddressRange of(String cidr, String words) {
        int slash = cidr.indexOf('/');
        try {
            byte[] address = InetAddress.getByName(cidr.substring(0, slash)).getAddress(); // a literal: no look-up
            return new AddressRange(address, Integer.parseInt(cidr.substring(slash + 1)), words);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(cidr + " is not a range of addresses", e);
        }
    }

    /** What these addresses are, for messages. */
    String words() {
        return words;
    }

    boolean contains(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((address[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
