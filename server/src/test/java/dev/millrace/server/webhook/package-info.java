@NullMarked
package dev.millrace.server.webhook;

import org.jspecify.annotations.NullMarked;
