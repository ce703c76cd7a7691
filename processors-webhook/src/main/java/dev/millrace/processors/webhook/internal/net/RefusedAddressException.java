package dev.millrace.processors.webhook.internal.net;

import java.net.UnknownHostException;

/** Thrown if events must not be pushed to an address of a host. The message does not contain the address. */
final class RefusedAddressException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    RefusedAddressException(String kind) {
        super("the host has an address that is not allowed (" + kind
                + "); push to a public address, or allow this host in the server setting webhook.allow-hosts");
    }
}
