@NullMarked
package dev.millrace.processors.webhook.internal.net;

import org.jspecify.annotations.NullMarked;
