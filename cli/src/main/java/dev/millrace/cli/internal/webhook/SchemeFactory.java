package dev.millrace.cli.internal.webhook;

import dev.millrace.server.webhook.SignatureScheme;

/** The scheme of a call, without its secret. */
interface SchemeFactory {
    /** @throws IllegalArgumentException if the secret is not in the form of the scheme */
    SignatureScheme with(String secret);
}
