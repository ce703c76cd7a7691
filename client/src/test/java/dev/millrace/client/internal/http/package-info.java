@NullMarked
package dev.millrace.client.internal.http;

import org.jspecify.annotations.NullMarked;
