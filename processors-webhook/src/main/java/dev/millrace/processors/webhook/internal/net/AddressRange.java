package dev.millrace.processors.webhook.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The range of all IP addresses whose first {@code bits} are those of {@code prefix}; {@code words} describes them in
 * messages.
 */
@SuppressWarnings("ArrayRecordComponent") // never changed or compared
record AddressRange(byte[] prefix, int bits, String words) {

    /** A range such as {@code 10.0.0.0/8}. */
    static AddressRange of(String cidr, String words) {
        int slash = cidr.indexOf('/');
        try {
            byte[] address = InetAddress.getByName(cidr.substring(0, slash)).getAddress(); // a literal: no look-up
            return new AddressRange(address, Integer.parseInt(cidr.substring(slash + 1)), words);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("'" + cidr + "' is not an address range", e);
        }
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
