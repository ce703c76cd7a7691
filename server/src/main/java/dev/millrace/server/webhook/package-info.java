/**
 * The signatures by which senders of webhooks prove who they are. {@link dev.millrace.server.webhook.SignatureScheme}
 * checks the headers and the body bytes of a request; it needs no server.
 */
@NullMarked
package dev.millrace.server.webhook;

import org.jspecify.annotations.NullMarked;
