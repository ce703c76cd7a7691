package dev.millrace.processors.webhook.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * Looks hosts up and refuses those that have any address that is not allowed. The connection is then made to one of the
 * addresses checked here and to nothing else, because nobody looks the host up again; {@link GuardedSocketFactory} checks the
 * same once more where it cannot be missed, which also covers hosts that are written as addresses.
 *
 * @param names who knows the addresses
 * @param loopbackAllowed whether this machine may be a target
 */
record AddressGuard(Dns names, boolean loopbackAllowed) implements Dns {
    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
        List<InetAddress> addresses = names.lookup(hostname);
        for (InetAddress address : addresses) {
            check(address);
        }
        return addresses;
    }

    void check(InetAddress address) throws RefusedAddressException {
        String objection = AddressRules.objection(address, loopbackAllowed).orElse("");
        if (!objection.isEmpty()) {
            throw new RefusedAddressException(objection);
        }
    }
}
