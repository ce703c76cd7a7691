@NullMarked
package dev.millrace.client.push;

import org.jspecify.annotations.NullMarked;
