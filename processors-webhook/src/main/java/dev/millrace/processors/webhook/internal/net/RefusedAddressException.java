package dev.millrace.processors.webhook.internal.net;

import java.net.UnknownHostException;

/** A host that is not where events may be pushed to. The message does not say which address it has. */
final class RefusedAddressException extends UnknownHostException {
    private static final long serialVersionUID = 1L;

    RefusedAddressException(String kind) {
        super("the host has an address that is not allowed (" + kind
                + "); push to a public address, or let the server allow this host (webhook.allow-hosts)");
    }
}
