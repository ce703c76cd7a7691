package dev.millrace.processors.webhook.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import okhttp3.Dns;

/**
 * A DNS resolver that refuses a host if any of its addresses is not allowed. The HTTP client connects to one of the
 * addresses checked here; the host is not looked up again. {@link GuardedSocketFactory} checks the address once more
 * before it connects, because the client does not look up hosts that are written as addresses.
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
