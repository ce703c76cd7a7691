@NullMarked
package dev.millrace.processors.webhook.internal.send;

import org.jspecify.annotations.NullMarked;
